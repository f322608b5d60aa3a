"""Elastic Load Balancing: where load balancers send to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

from local.cloud.aws.elbv2 import TAGS, Block, attributes, check_name
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, AutoName, Call, Facet, Properties, Resource
from local.cloud.values import is_unknown

_GROUP: Final = "aws:lb/targetGroup:TargetGroup"
_OF_GROUP: Final = {
    "connectionTermination": "deregistration_delay.connection_termination.enabled",
    "deregistrationDelay": "deregistration_delay.timeout_seconds",
    "lambdaMultiValueHeadersEnabled": "lambda.multi_value_headers.enabled",
    "loadBalancingAlgorithmType": "load_balancing.algorithm.type",
    "loadBalancingAnomalyMitigation": "load_balancing.algorithm.anomaly_mitigation",
    "loadBalancingCrossZoneEnabled": "load_balancing.cross_zone.enabled",
    "preserveClientIp": "preserve_client_ip.enabled",
    "proxyProtocolV2": "proxy_protocol_v2.enabled",
    "slowStart": "slow_start.duration_seconds",
}
_HEALTH: Final = {
    "enabled": "HealthCheckEnabled",
    "healthyThreshold": "HealthyThresholdCount",
    "interval": "HealthCheckIntervalSeconds",
    "path": "HealthCheckPath",
    "port": "HealthCheckPort",
    "protocol": "HealthCheckProtocol",
    "timeout": "HealthCheckTimeoutSeconds",
    "unhealthyThreshold": "UnhealthyThresholdCount",
}
"""Each member of a health check as the API has it; its matcher stands deeper."""

_BOUNDS: Final = {
    "healthyThreshold": (2, 10),
    "interval": (5, 300),
    "timeout": (2, 120),
    "unhealthyThreshold": (2, 10),
}
_NOT_FOR_LAMBDA: Final = ("port", "protocol")
HTTP: Final = ("HTTP", "HTTPS")


def _health(group: Properties) -> Properties:
    return cast("Properties", group.get("healthCheck") or {})


def _health_parameters() -> dict[str, object]:
    def member(name: str) -> Callable[[Properties], object]:
        def value(known: Properties) -> object:
            skipped = known.get("targetType") == "lambda" and name in _NOT_FOR_LAMBDA
            return None if skipped else _health(known).get(name)

        return value

    def matcher(known: Properties) -> object:
        codes = _health(known).get("matcher")
        kind = "GrpcCode" if known.get("protocolVersion") == "GRPC" else "HttpCode"
        return {kind: codes} if codes else None

    return {**{name: member(each) for each, name in _HEALTH.items()}, "Matcher": matcher}


def _told_group(answer: Any) -> dict[str, Any]:  # noqa: ANN401  as boto3 gives it
    (group,) = answer["TargetGroups"]
    health = {each: group.get(name) for each, name in _HEALTH.items()}
    health["matcher"] = next(iter(group.get("Matcher", {}).values()), None)
    return {
        **group,
        "arnSuffix": group["TargetGroupArn"].rpartition(":")[2],
        "healthCheck": {name: value for name, value in health.items() if value is not None},
    }


def _write_stickiness(group: Properties) -> Mapping[str, object]:
    block = cast("Properties", group.get("stickiness") or {})
    kind = block.get("type")
    written = {"stickiness.enabled": block.get("enabled"), "stickiness.type": kind}
    if kind in ("lb_cookie", "app_cookie"):
        written[f"stickiness.{kind}.duration_seconds"] = block.get("cookieDuration")
    if kind == "app_cookie":
        written["stickiness.app_cookie.cookie_name"] = block.get("cookieName")
    return written


def _read_stickiness(values: Mapping[str, str]) -> Mapping[str, object] | None:
    kind = values.get("stickiness.type")
    if kind is None:
        return None
    block: dict[str, object] = {"enabled": values["stickiness.enabled"] == "true", "type": kind}
    if f"stickiness.{kind}.duration_seconds" in values:
        block["cookieDuration"] = int(values[f"stickiness.{kind}.duration_seconds"])
    if kind == "app_cookie":
        block["cookieName"] = values["stickiness.app_cookie.cookie_name"]
    return block


_OF_HTTP: Final = ("loadBalancingAlgorithmType", "loadBalancingAnomalyMitigation", "slowStart")
_OF_TCP: Final = ("connectionTermination", "preserveClientIp", "proxyProtocolV2")


def _is_sent(name: str, group: Properties) -> bool:
    """As the official provider: what is off is not said of a group that may not know it."""
    if group.get("targetType") == "lambda" or name == "lambdaMultiValueHeadersEnabled":
        return group.get("targetType") == "lambda" and name == "lambdaMultiValueHeadersEnabled"
    unknown = _OF_TCP if group.get("protocol") in HTTP else _OF_HTTP
    return name not in unknown or bool(group.get(name))


def _check_target_group(group: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_lb_target_group``."""
    yield from check_name(group)
    kind = group.get("targetType")
    if not is_unknown(kind) and kind not in ("instance", "ip", "lambda"):
        yield CheckFailure("targetType", "must be instance, ip or lambda in the local cloud.")
    for name in ("port", "protocol", "vpcId"):
        if group.get(name) is None and kind in ("instance", "ip"):
            yield CheckFailure(name, f"is required with targetType {kind}.")
    health = group.get("healthCheck")
    if isinstance(health, Mapping):
        yield from _check_health(health, group)


def _check_health(health: Properties, group: Properties) -> Iterator[CheckFailure]:
    if str(health.get("protocol")).upper() == "TCP":
        for name in ("matcher", "path"):
            if health.get(name):
                yield CheckFailure(
                    f"healthCheck.{name}", "conflicts with healthCheck.protocol TCP."
                )
        if group.get("protocol") in HTTP or group.get("targetType") == "lambda":
            yield CheckFailure(
                "healthCheck.protocol", "must not be TCP for HTTP, HTTPS and functions."
            )
    path = health.get("path")
    if path and not is_unknown(path) and not str(path).startswith("/"):
        yield CheckFailure("healthCheck.path", "must start with a slash.")
    for name, (low, high) in _BOUNDS.items():
        value = health.get(name)
        if isinstance(value, int) and not low <= value <= high:
            yield CheckFailure(f"healthCheck.{name}", f"must be from {low} to {high}.")


def _require_target_group(api: Api, group: Properties) -> None:
    """Refuse a health check that ends after the next begins.

    Source: the errors that ``CreateTargetGroup`` and ``ModifyTargetGroup`` give.
    """
    del api
    health = _health(group)
    timeout, interval = health.get("timeout"), health.get("interval")
    if (
        isinstance(timeout, int)
        and isinstance(interval, int)
        and (timeout > interval or (timeout == interval and group.get("protocol") in HTTP))
    ):
        raise ApiError(
            "CreateTargetGroup or ModifyTargetGroup",
            "ValidationError",
            f"Health check timeout '{timeout}' must be smaller than the interval '{interval}'",
        )


_UNCOUNTED: Final = "the emulator checks no health, so leave it out"

_TARGET_GROUP: Final = Resource(
    token=_GROUP,
    service="elbv2",
    id="{arn}",
    create=Call("CreateTargetGroup", _health_parameters(), result="TargetGroups[0]"),
    read=Call(
        "DescribeTargetGroups",
        {"TargetGroupArns": ["{arn}"]},
        only=(),
        result=_told_group,
        absent=("TargetGroupNotFound",),
    ),
    delete=Call("DeleteTargetGroup", {"TargetGroupArn": "{arn}"}, only=()),
    names={"arn": "TargetGroupArn", "name": ("TargetGroupName", "Name")},
    name=AutoName("name", limit=32, prefix_property="namePrefix"),
    defaults={
        "deregistrationDelay": 300,
        "healthCheck.enabled": True,
        "healthCheck.healthyThreshold": 3,
        "healthCheck.interval": 30,
        "healthCheck.port": "traffic-port",
        "healthCheck.protocol": "HTTP",
        "healthCheck.unhealthyThreshold": 3,
        "lambdaMultiValueHeadersEnabled": False,
        "proxyProtocolV2": False,
        "slowStart": 0,
        "stickiness.cookieDuration": 86400,
        "stickiness.enabled": True,
        "targetType": "instance",
    },
    computed=(
        "connectionTermination",
        "healthCheck",
        "healthCheck.matcher",
        "healthCheck.path",
        "healthCheck.timeout",
        "ipAddressType",
        "loadBalancingAlgorithmType",
        "loadBalancingAnomalyMitigation",
        "loadBalancingCrossZoneEnabled",
        "preserveClientIp",
        "protocolVersion",
        "stickiness",
    ),
    immutable=(
        "ipAddressType",
        "name",
        "namePrefix",
        "port",
        "protocol",
        "protocolVersion",
        "targetType",
        "vpcId",
    ),
    empty={"deregistrationDelay": 300, "stickiness.cookieDuration": 86400},
    # A group of one kind tells nothing of the attributes of another.
    local=(
        "deregistrationDelay",
        "lambdaMultiValueHeadersEnabled",
        "namePrefix",
        "proxyProtocolV2",
        "slowStart",
    ),
    unsupported={
        "targetControlPort": "the emulator controls no targets, so leave it out",
        "targetFailovers": "the emulator lacks gateway load balancers, so leave it out",
        "targetGroupHealth": _UNCOUNTED,
        "targetHealthStates": _UNCOUNTED,
    },
    facets=(
        Facet(
            ("healthCheck",),
            put=Call(
                "ModifyTargetGroup", {"TargetGroupArn": "{arn}", **_health_parameters()}, only=()
            ),
            created=True,
        ),
        attributes(
            _GROUP,
            _OF_GROUP,
            [Block("stickiness", _write_stickiness, _read_stickiness)],
            _is_sent,
        ),
        TAGS,
    ),
    check=_check_target_group,
    require=_require_target_group,
)

RESOURCES: Final = (_TARGET_GROUP,)
