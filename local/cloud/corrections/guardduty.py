"""GuardDuty, where moto answers what AWS never would."""

from __future__ import annotations

import json
import time
from typing import Any, Final
from urllib.parse import unquote

from local.cloud.corrections.registry import Corrected, adds, corrects, serves

_ON: Final = (
    *("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"),
    *("S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION"),
    *("RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS"),
)
_OFF: Final = ("EKS_RUNTIME_MONITORING", "RUNTIME_MONITORING")
"""What a new detector does by itself: the user guide, "Getting started with GuardDuty", and the API
reference of ``DetectorFeatureResult``."""

serves("moto.guardduty", "{0}/tags/(?P<arn>.+)$", "GuardDutyResponse")


@corrects("moto.guardduty.models", "GuardDutyBackend.create_detector")
def _create_detector(moto: Corrected, backend: Any, *args: Any, **options: Any) -> Any:  # noqa: ANN401
    """A region of an account has one detector; it starts with AWS's choice of features."""
    if backend.detectors:
        raise _refused("a detector already exists for the current account.")
    asked = options.pop("features", None) or (args[4] if len(args) > 4 else None)  # noqa: PLR2004
    id_ = moto(backend, *args[:4], [], **options)
    detector = backend.detectors[id_]
    chosen = {**dict.fromkeys(_ON, "ENABLED"), **dict.fromkeys(_OFF, "DISABLED")}
    detector.features = [_feature({"name": name, "status": chosen[name]}) for name in chosen]
    _change(detector, asked or [])
    return id_


@corrects("moto.guardduty.models", "Detector.update")
def _update_detector(moto: Corrected, detector: Any, *settings: Any) -> None:  # noqa: ANN401
    """Features that are not named stay as they are."""
    *others, features = settings
    _change(detector, features or [])
    moto(detector, *others, None)


@corrects("moto.guardduty.models", "GuardDutyBackend.delete_detector")
def _delete_detector(moto: Corrected, backend: Any, detector_id: str) -> None:  # noqa: ANN401
    """One that is not there is an error."""
    backend.get_detector(detector_id)
    moto(backend, detector_id)


def _change(detector: Any, features: list[dict[str, Any]]) -> None:  # noqa: ANN401
    named = [each["name"] for each in features]
    if {"EKS_RUNTIME_MONITORING", "RUNTIME_MONITORING"} <= {*named}:
        raise _refused("EKS_RUNTIME_MONITORING and RUNTIME_MONITORING exclude each other.")
    kept = {each["name"]: each for each in detector.features}
    kept |= {each["name"]: _feature(each) for each in features}
    detector.features = [*kept.values()]


def _feature(asked: dict[str, Any]) -> dict[str, Any]:
    now, more = time.time(), asked.get("additionalConfiguration") or []
    told = {"name": asked["name"], "status": asked["status"], "updatedAt": now}
    listed = [{"name": one["name"], "status": one["status"], "updatedAt": now} for one in more]
    return {**told, "additionalConfiguration": listed} if listed else told


@adds("moto.guardduty.responses", "GuardDutyResponse.tag_resource")
def _tag(request: Any) -> str:  # noqa: ANN401
    """Add tags to a detector."""
    _detector(request).tags.update(json.loads(request.body)["tags"])
    return "{}"


@adds("moto.guardduty.responses", "GuardDutyResponse.untag_resource")
def _untag(request: Any) -> str:  # noqa: ANN401
    """Take tags from a detector."""
    for key in request.querystring.get("tagKeys", []):
        _detector(request).tags.pop(key, None)
    return "{}"


@adds("moto.guardduty.responses", "GuardDutyResponse.list_tags_for_resource")
def _list_tags(request: Any) -> str:  # noqa: ANN401
    """List a detector's tags."""
    return json.dumps({"tags": _detector(request).tags})


def _detector(request: Any) -> Any:  # noqa: ANN401
    return request.guardduty_backend.get_detector(unquote(request.path).rpartition("/")[2])


def _refused(why: str) -> Exception:
    from moto.core.exceptions import JsonRESTError  # noqa: PLC0415
    from moto.guardduty.exceptions import DetectorNotFoundException  # noqa: PLC0415  after its environment

    refusal = DetectorNotFoundException()
    JsonRESTError.__init__(refusal, refusal.error_type, f"The request is rejected because {why}")
    return refusal
