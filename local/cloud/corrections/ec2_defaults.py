"""EC2: defaults of a region that moto lacks, and flow logs."""

from __future__ import annotations

from typing import Any, Final

from local.cloud.corrections.registry import Corrected, adds, corrects

_UNSET: Final = {"no-preference", "-1"}
_METADATA: Final = ("HttpEndpoint", "HttpPutResponseHopLimit", "HttpTokens", "InstanceMetadataTags")


def _kept(request: Any) -> dict[str, Any]:  # noqa: ANN401
    # A reset makes the backend's attributes anew, and so forgets this one.
    kept: dict[str, Any] = vars(request.ec2_backend).setdefault("region_defaults", {})
    return kept


def _told(answer: dict[str, Any]) -> Any:  # noqa: ANN401  moto's own
    from moto.core.responses import ActionResult  # noqa: PLC0415  after its environment

    return ActionResult(answer)


@adds("moto.ec2.responses", "EC2Response.get_snapshot_block_public_access_state")
def _snapshot_state(request: Any) -> Any:  # noqa: ANN401
    """Tell whether snapshots can be shared with everybody."""
    state = _kept(request).get("snapshots", "unblocked")
    return _told({"State": state, "ManagedBy": "account"})


@adds("moto.ec2.responses", "EC2Response.enable_snapshot_block_public_access")
def _block_snapshots(request: Any) -> Any:  # noqa: ANN401
    """Keep snapshots from everybody."""
    state = request._get_param("State")  # noqa: SLF001  its only reader
    _kept(request)["snapshots"] = state
    return _told({"State": state})


@adds("moto.ec2.responses", "EC2Response.disable_snapshot_block_public_access")
def _unblock_snapshots(request: Any) -> Any:  # noqa: ANN401
    """Let snapshots be shared."""
    _kept(request)["snapshots"] = "unblocked"
    return _told({"State": "unblocked"})


@adds("moto.ec2.responses", "EC2Response.get_instance_metadata_defaults")
def _metadata_defaults(request: Any) -> Any:  # noqa: ANN401
    """Tell what new instances do; what has no preference is left out."""
    told = {**_kept(request).get("metadata", {}), "ManagedBy": "account"}
    return _told({"AccountLevel": told})


@adds("moto.ec2.responses", "EC2Response.modify_instance_metadata_defaults")
def _modify_metadata_defaults(request: Any) -> Any:  # noqa: ANN401
    """Change what is named; no preference takes it away."""
    kept = _kept(request).setdefault("metadata", {})
    for name in _METADATA:
        value = request._get_param(name)  # noqa: SLF001  its only reader
        if value is not None:
            kept[name] = value
        if str(value) in _UNSET:
            del kept[name]
    return _told({"Return": True})


@corrects("moto.ec2.models.flow_logs", "FlowLogsBackend.create_flow_logs")
def _create_flow_logs(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    *args: Any,  # noqa: ANN401
    **options: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """A log group may be named by its ARN, which is what is told then."""
    arn = options.get("log_destination") or ""
    named = ":log-group:" in arn and not options.get("log_group_name")
    if named:
        group = arn.partition(":log-group:")[2].removesuffix(":*")
        options["log_group_name"] = group
    return moto(backend, *args, **options)
