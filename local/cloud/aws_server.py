"""The emulated AWS: moto's server, corrected where it answers what AWS never would.

Run ``python -m local.cloud.aws_server --port 0``: it serves every service on 127.0.0.1, prints its
port when it is ready, keeps all state in memory and stops on SIGTERM.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from local.cloud import policies

_DEFAULT_ENCRYPTION: Final = {
    "Rule": {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BucketKeyEnabled": "false",
    }
}
_DEFAULT_SELECTOR: Final = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}
_ROTATION_PERIOD: Final = 365
"""How often AWS rotates a key when it is not told, in days."""


def main() -> None:
    """Serve until SIGTERM; a port that is taken ends in one message and exit code 1."""
    parser = argparse.ArgumentParser(description="AWS, emulated on this machine.")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one")
    port = parser.parse_args().port
    # Both are read when moto is imported.
    os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    server = _server(port)
    correct()
    # shutdown() waits for serve_forever() to end, which runs on the thread that signals interrupt.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    server.serve_forever()


def _server(port: int) -> Any:  # noqa: ANN401  werkzeug names no public type
    from moto.moto_server.werkzeug_app import (  # noqa: PLC0415  after its environment is set
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server  # noqa: PLC0415

    class Quiet(MotoRequestHandler):
        def log_request(self, *_: object) -> None:
            """Write nothing: a request's line may hold what is nobody's business."""

    application = DomainDispatcherApplication(create_backend_app)
    try:
        return make_server("127.0.0.1", port, application, threaded=True, request_handler=Quiet)
    except (OSError, SystemExit):
        sys.exit(f"Port {port} is taken on 127.0.0.1: choose another, or 0 for any free one.")


# --- Corrections: each says what AWS answers instead ---

_Corrected = Callable[..., Any]
_CORRECTIONS: Final[list[tuple[str, str, _Corrected]]] = []


def correct() -> None:
    """Put the corrections into moto, in this process.

    Raises:
        AttributeError: A moto of another version has no such method any more.
    """
    for module, path, function in _CORRECTIONS:
        owner, name = path.split(".")
        cls = getattr(importlib.import_module(module), owner)
        setattr(cls, name, _bound(function, getattr(cls, name)))


def _corrects(module: str, path: str) -> Callable[[_Corrected], _Corrected]:
    """Let a function stand in for a method of moto; the method itself is its first argument."""

    def register(function: _Corrected) -> _Corrected:
        _CORRECTIONS.append((module, path, function))
        return function

    return register


def _bound(function: _Corrected, moto: _Corrected) -> _Corrected:
    # No functools.wraps: moto looks at a method's signature nowhere, but at its name in places.
    def corrected(self: Any, *args: Any, **options: Any) -> Any:  # noqa: ANN401  as moto calls it
        return function(moto, self, *args, **options)

    corrected.__name__ = moto.__name__
    return corrected


@_corrects("moto.s3.models", "S3Backend.get_bucket_encryption")
def _default_encryption(moto: _Corrected, backend: Any, bucket_name: str) -> Any:  # noqa: ANN401  moto's own
    """Every bucket is encrypted with SSE-S3 unless it is told otherwise."""
    return moto(backend, bucket_name) or _DEFAULT_ENCRYPTION


@_corrects("moto.s3.models", "FakeBucket._log_permissions_enabled_policy")
def _may_receive_logs(
    _moto: _Corrected,
    bucket: Any,  # noqa: ANN401
    target_bucket: Any,  # noqa: ANN401
    target_prefix: str | None,
) -> bool:
    """A policy is read as a whole, whatever form its principals and actions have."""
    return policies.allows(
        (target_bucket.policy or b"").decode(),
        "s3:PutObject",
        f"arn:aws:s3:::{target_bucket.name}/{target_prefix or ''}log",
        principal=("Service", "logging.s3.amazonaws.com"),
        context={
            "aws:SecureTransport": "true",
            "s3:TlsVersion": "1.3",
            "aws:SourceAccount": bucket.account_id,
            "aws:SourceArn": f"arn:aws:s3:::{bucket.name}",
        },
    )


@_corrects("moto.cloudtrail.models", "CloudTrailBackend.delete_trail")
def _delete_trail(_moto: _Corrected, backend: Any, name: str) -> None:  # noqa: ANN401
    """A trail is deleted by its ARN as well, and a missing one is an error."""
    backend.trails.pop(backend.get_trail(name).trail_name)


@_corrects("moto.cloudtrail.models", "Trail.put_event_selectors")
def _put_event_selectors(
    _moto: _Corrected,
    trail: Any,  # noqa: ANN401
    event_selectors: list[Any],
    advanced_event_selectors: list[Any],
) -> None:
    """Either kind of selectors replaces the other."""
    trail.event_selectors = event_selectors or []
    trail.advanced_event_selectors = advanced_event_selectors or []


@_corrects("moto.cloudtrail.models", "Trail.get_event_selectors")
def _get_event_selectors(_moto: _Corrected, trail: Any) -> tuple[list[Any], list[Any]]:  # noqa: ANN401
    """A trail with no selectors of its own has the default one."""
    own = (trail.event_selectors, trail.advanced_event_selectors)
    return own if any(own) else ([_DEFAULT_SELECTOR], [])


@_corrects("moto.cloudtrail.models", "Trail.put_insight_selectors")
def _put_insight_selectors(_moto: _Corrected, trail: Any, insight_selectors: list[Any]) -> None:  # noqa: ANN401
    """Selectors replace the earlier ones."""
    trail.insight_selectors = insight_selectors


@_corrects("moto.cloudtrail.models", "Trail.description")
def _describe_trail(moto: _Corrected, trail: Any, **_: object) -> Any:  # noqa: ANN401
    """A trail says whether it has selectors of its own, and always where its home is."""
    default = _DEFAULT_SELECTOR
    events = [each for each in trail.event_selectors if {**default, **each} != default]
    return {
        **moto(trail, include_region=True),
        "HasCustomEventSelectors": bool(events or trail.advanced_event_selectors),
        "HasInsightSelectors": bool(trail.insight_selectors),
    }


@_corrects("moto.cloudtrail.responses", "CloudTrailResponse.get_trail_status")
def _trail_status(moto: _Corrected, request: Any) -> str:  # noqa: ANN401
    """A trail that delivers to CloudWatch Logs says when it last did."""
    answer = json.loads(moto(request))
    status = request.cloudtrail_backend.get_trail_status(request._get_param("Name"))  # noqa: SLF001  its only reader
    delivers = any(
        trail.status is status and trail.cw_log_group_arn
        for trail in request.cloudtrail_backend.describe_trails(include_shadow_trails=True)
    )
    if answer["IsLogging"] and delivers:
        answer["LatestCloudWatchLogsDeliveryTime"] = int(time.time())
    return json.dumps(answer)


@_corrects("moto.kms.models", "Key.to_dict")
def _describe_key(moto: _Corrected, key: Any) -> Any:  # noqa: ANN401
    """A key always says what it is for and whether it is in one region only."""
    answer = moto(key)
    metadata = answer["KeyMetadata"]
    metadata["KeyUsage"] = metadata["KeyUsage"] or "ENCRYPT_DECRYPT"
    metadata["MultiRegion"] = bool(metadata["MultiRegion"])
    return answer


@_corrects("moto.kms.responses", "KmsResponse.enable_key_rotation")
def _enable_rotation(moto: _Corrected, request: Any) -> Any:  # noqa: ANN401
    """The period that was asked for is kept."""
    answer = moto(request)
    key = request.kms_backend.describe_key(request._get_param("KeyId"))  # noqa: SLF001
    key.rotation_period = request._get_param("RotationPeriodInDays") or _ROTATION_PERIOD  # noqa: SLF001
    return answer


@_corrects("moto.kms.responses", "KmsResponse.get_key_rotation_status")
def _rotation_status(moto: _Corrected, request: Any) -> str:  # noqa: ANN401
    """A key that rotates says how often."""
    answer = json.loads(moto(request))
    if answer["KeyRotationEnabled"]:
        key = request.kms_backend.describe_key(request._get_param("KeyId"))  # noqa: SLF001
        answer["RotationPeriodInDays"] = getattr(key, "rotation_period", _ROTATION_PERIOD)
    return json.dumps(answer)


@_corrects("moto.logs.responses", "LogsResponse.create_log_group")
def _create_log_group(moto: _Corrected, request: Any) -> Any:  # noqa: ANN401
    """The class that was asked for is kept."""
    answer = moto(request)
    group = request.logs_backend.groups[request._get_param("logGroupName")]  # noqa: SLF001
    group.log_group_class = request._get_param("logGroupClass") or "STANDARD"  # noqa: SLF001
    return answer


@_corrects("moto.logs.models", "LogGroup.to_describe_dict")
def _describe_log_group(moto: _Corrected, group: Any) -> Any:  # noqa: ANN401
    """A log group has a class."""
    return {**moto(group), "logGroupClass": getattr(group, "log_group_class", "STANDARD")}


if __name__ == "__main__":
    main()
