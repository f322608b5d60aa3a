"""Elastic Load Balancing: load balancers, and what the whole service shares."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from local.cloud.aws.facets import tags
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure, alternatives_of, resource_schema
from local.cloud.table import Api, ApiError, AutoName, Call, Facet, Given, Properties, Resource
from local.cloud.values import is_unknown

TAGS: Final = tags(
    Call("AddTags", {"ResourceArns": ["{arn}"]}),
    Call("RemoveTags", {"ResourceArns": ["{arn}"]}),
    read=Call("DescribeTags", {"ResourceArns": ["{arn}"]}, only=(), result="TagDescriptions[0]"),
)
_NAME: Final = re.compile(r"(?!-)[a-zA-Z0-9-]{1,32}(?<!-)")
_PREFIX: Final = re.compile(r"(?!-)[a-zA-Z0-9-]{1,6}")


def check_name(named: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_lb`` and ``aws_lb_target_group``."""
    for name, form, longest in (("name", _NAME, 32), ("namePrefix", _PREFIX, 6)):
        value = named.get(name)
        if value and not is_unknown(value) and not form.fullmatch(str(value)):
            yield CheckFailure(
                name,
                f"must have at most {longest} characters, of a-z, A-Z, 0-9 and hyphens, and no "
                "hyphen at an end.",
            )


# --- Attributes: what the API has under dotted keys, as text ---


@dataclass(frozen=True, slots=True)
class Block:
    """A block whose members are attributes.

    Args:
        name: The property that holds it.
        write: Its attributes, of the properties.
        read: The block, of the attributes.
    """

    name: str
    write: Callable[[Properties], Mapping[str, object]]
    read: Callable[[Mapping[str, str]], Mapping[str, object] | None]


def attributes(
    token: str,
    keys: Mapping[str, str],
    blocks: Sequence[Block] = (),
    sends: Callable[[str, Properties], bool] = lambda *_: True,
    tells: Callable[[str, Mapping[str, str]], bool] = lambda *_: True,
) -> Facet:
    """Return the facet of attributes.

    Args:
        token: The type that has them; its last part is what operations and parameters call it.
        keys: Each property's key.
        blocks: More of them.
        sends: Whether a property is sent at all, for these properties.
        tells: Whether a property is told at all, of these attributes.
    """
    kind = token.rpartition(":")[2]

    def written(properties: Properties) -> dict[str, str]:
        found: dict[str, object] = {
            key: properties.get(name) for name, key in keys.items() if sends(name, properties)
        }
        for block in blocks:
            found |= block.write(properties) if sends(block.name, properties) else {}
        return {
            key: str(value).lower() if isinstance(value, bool) else str(value)
            for key, value in found.items()
            if value is not None
        }

    def choose(old: Properties, new: Properties) -> list[Call]:
        before = written(old)
        pairs = [
            {"Key": key, "Value": value}
            for key, value in sorted(written(new).items())
            if before.get(key) != value
        ]
        parameters = {f"{kind}Arn": "{arn}", "Attributes": Given(pairs)}
        return [Call(f"Modify{kind}Attributes", parameters, only=())] if pairs else []

    def told(answer: Any) -> dict[str, Any]:  # noqa: ANN401  as boto3 gives it
        values = {each["Key"]: each["Value"] for each in answer["Attributes"]}
        inputs = resource_schema(token).inputs
        found: dict[str, Any] = {
            name: _value(values[key], inputs[name].type)
            for name, key in keys.items()
            if key in values and tells(name, values)
        }
        return found | {block.name: block.read(values) for block in blocks}

    read = Call(f"Describe{kind}Attributes", {f"{kind}Arn": "{arn}"}, only=(), result=told)
    names = (*keys, *(block.name for block in blocks))
    return Facet(names, choose=choose, read=read)


def _value(text: str, annotation: object) -> object:
    kinds = alternatives_of(annotation)
    if bool in kinds:
        return text == "true"
    return int(text) if int in kinds else text


# --- Load balancers ---

_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"
_OF_ANY: Final = {
    "enableDeletionProtection": "deletion_protection.enabled",
    "enableZonalShift": "zonal_shift.config.enabled",
}
_OF_APPLICATION: Final = {
    "clientKeepAlive": "client_keep_alive.seconds",
    "desyncMitigationMode": "routing.http.desync_mitigation_mode",
    "dropInvalidHeaderFields": "routing.http.drop_invalid_header_fields.enabled",
    "enableHttp2": "routing.http2.enabled",
    "enableTlsVersionAndCipherSuiteHeaders": (
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled"
    ),
    "enableWafFailOpen": "waf.fail_open.enabled",
    "enableXffClientPort": "routing.http.xff_client_port.enabled",
    "idleTimeout": "idle_timeout.timeout_seconds",
    "preserveHostHeader": "routing.http.preserve_host_header.enabled",
    "xffHeaderProcessingMode": "routing.http.xff_header_processing.mode",
}
_OF_NETWORK: Final = {
    "dnsRecordClientRoutingPolicy": "dns_record.client_routing_policy",
    "enableCrossZoneLoadBalancing": "load_balancing.cross_zone.enabled",
}
_DEFAULTS: Final = {
    "clientKeepAlive": 3600,
    "desyncMitigationMode": "defensive",
    "dnsRecordClientRoutingPolicy": "any_availability_zone",
    "enableHttp2": True,
    "idleTimeout": 60,
    "xffHeaderProcessingMode": "append",
}
_LOGS: Final = ("accessLogs", "connectionLogs")
_VALUES: Final = {
    "desyncMitigationMode": ("monitor", "defensive", "strictest"),
    "dnsRecordClientRoutingPolicy": (
        "availability_zone_affinity",
        "partial_availability_zone_affinity",
        "any_availability_zone",
    ),
    "xffHeaderProcessingMode": ("append", "preserve", "remove"),
}


def _logs(name: str) -> Block:
    key = f"{name.removesuffix('Logs')}_logs.s3"

    def write(properties: Properties) -> Mapping[str, object]:
        block = cast("Properties", properties.get(name) or {})
        enabled = bool(block.get("enabled"))
        where = {f"{key}.{each}": block.get(each) or "" for each in ("bucket", "prefix")}
        return {f"{key}.enabled": enabled, **(where if enabled else {})}

    def read(values: Mapping[str, str]) -> Mapping[str, object] | None:
        if f"{key}.enabled" not in values:
            return None
        if values[f"{key}.enabled"] != "true":
            return {"enabled": False}
        where = {each: values.get(f"{key}.{each}", "") for each in ("bucket", "prefix")}
        return {"enabled": True, **where}

    return Block(name, write, read)


def _written_logs(block: Mapping[str, object]) -> Mapping[str, object]:
    return block if block.get("enabled") else {}


def _of_kind(name: str, balancer: Properties) -> bool:
    if balancer.get("loadBalancerType") == "network":
        return name not in _OF_APPLICATION and name != "connectionLogs"
    return name not in _OF_NETWORK


def _is_told(name: str, values: Mapping[str, str]) -> bool:
    """As the official provider: an application load balancer always crosses zones, untold."""
    return name not in _OF_NETWORK or _OF_APPLICATION["enableHttp2"] not in values


def _told_balancer(answer: Any) -> dict[str, Any] | None:  # noqa: ANN401  as boto3 gives it
    (balancer,) = answer["LoadBalancers"]
    return {
        **balancer,
        "arnSuffix": balancer["LoadBalancerArn"].partition(":loadbalancer/")[2],
        "internal": balancer["Scheme"] == "internal",
        "subnets": [each["SubnetId"] for each in balancer["AvailabilityZones"]],
    }


def _check_balancer(balancer: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_lb``."""
    yield from check_name(balancer)
    if str(balancer.get("name") or "").startswith("internal-"):
        yield CheckFailure("name", "must not begin with internal-.")
    if not balancer.get("subnets"):
        yield CheckFailure("subnets", "is required.")
    for name, allowed in (
        *_VALUES.items(),
        # The rest is AWS's, but not the local cloud's.
        ("loadBalancerType", ("application", "network")),
        ("ipAddressType", ("ipv4",)),
    ):
        value = balancer.get(name)
        if value is not None and not is_unknown(value) and value not in allowed:
            yield CheckFailure(name, f"must be one of {', '.join(allowed)} in the local cloud.")


def _replaced_balancer(olds: Properties, news: Properties) -> Sequence[str]:
    """As the official provider: a network load balancer only gets more subnets."""
    if news.get("loadBalancerType") != "network":
        return ()
    replaced = []
    before, after = (_known_set(each.get("subnets")) for each in (olds, news))
    if before is not None and after is not None and len(after) <= len(before):
        replaced.append("subnets")
    before, after = (_known_set(each.get("securityGroups")) for each in (olds, news))
    if before is not None and after is not None and bool(before) != bool(after):
        replaced.append("securityGroups")
    return replaced


def _known_set(value: object) -> set[str] | None:
    listed = value if isinstance(value, list) else []
    return None if is_unknown(value) or any(map(is_unknown, listed)) else set(listed)


def _require_balancer(api: Api, balancer: Properties) -> None:
    """Refuse subnets, groups and logs that a load balancer cannot have.

    Source: the API reference of ``CreateLoadBalancer``, the user guides of both kinds ("Subnets for
    your load balancer"), and the errors that the API gives.
    """
    elb, operation = cast("AwsApi", api), "CreateLoadBalancer"
    asked = cast("list[str]", balancer.get("subnets") or [])
    found = elb.send("ec2", "DescribeSubnets", {})["Subnets"]
    subnets = [each for each in found if each["SubnetId"] in asked]
    missing = set(asked) - {each["SubnetId"] for each in subnets}
    if missing:
        raise ApiError(
            operation, "SubnetNotFound", f"The subnet ID '{min(missing)}' does not exist"
        )
    zones = [each["AvailabilityZone"] for each in subnets]
    if balancer.get("loadBalancerType") == "application" and len(subnets) < 2:  # noqa: PLR2004  as AWS says
        raise ApiError(
            operation,
            "ValidationError",
            "At least two subnets in two different Availability Zones must be specified",
        )
    if len(set(zones)) < len(zones):
        raise ApiError(
            operation,
            "InvalidConfigurationRequest",
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
        )
    networks = {each["VpcId"] for each in subnets}
    if len(networks) > 1:
        raise ApiError(operation, "InvalidSubnet", "All subnets must belong to the same VPC")
    _require_way_out(elb, balancer, networks.pop())
    for name in _LOGS:
        _require_bucket(elb, cast("Properties", balancer.get(name) or {}))


def _require_way_out(elb: AwsApi, balancer: Properties, network: str) -> None:
    asked = cast("list[str]", balancer.get("securityGroups") or [])
    if asked:
        groups = elb.send("ec2", "DescribeSecurityGroups", {})["SecurityGroups"]
        here = {each["GroupId"] for each in groups if each["VpcId"] == network}
        if not set(asked) <= here:
            raise ApiError(
                "CreateLoadBalancer",
                "InvalidConfigurationRequest",
                "One or more security groups are invalid",
            )
    of_network = [{"Name": "attachment.vpc-id", "Values": [network]}]
    gateways = elb.send("ec2", "DescribeInternetGateways", {"Filters": of_network})
    if not balancer.get("internal") and not gateways["InternetGateways"]:
        raise ApiError(
            "CreateLoadBalancer", "InvalidSubnet", f"VPC {network} has no internet gateway"
        )


def _require_bucket(elb: AwsApi, logs: Properties) -> None:
    if logs.get("enabled") and (
        elb.send("s3", "HeadBucket", {"Bucket": logs["bucket"]}, absent=("404",)) is None
    ):
        raise ApiError(
            "ModifyLoadBalancerAttributes",
            "InvalidConfigurationRequest",
            "Access Denied for bucket: there is none of that name",
        )


_LOAD_BALANCER: Final = Resource(
    token=_BALANCER,
    service="elbv2",
    id="{arn}",
    create=Call(
        "CreateLoadBalancer",
        {"Scheme": lambda known: "internal" if known.get("internal") else "internet-facing"},
        result="LoadBalancers[0]",
    ),
    read=Call(
        "DescribeLoadBalancers",
        {"LoadBalancerArns": ["{arn}"]},
        only=(),
        result=_told_balancer,
        absent=("LoadBalancerNotFound",),
    ),
    delete=Call("DeleteLoadBalancer", {"LoadBalancerArn": "{arn}"}, only=()),
    names={
        "arn": "LoadBalancerArn",
        "internal": ("internal", "Scheme"),
        "loadBalancerType": "Type",
        "name": ("LoadBalancerName", "Name"),
        "zoneId": "CanonicalHostedZoneId",
    },
    name=AutoName("name", limit=32, prefix_property="namePrefix"),
    defaults={
        **_DEFAULTS,
        "dropInvalidHeaderFields": False,
        "enableCrossZoneLoadBalancing": False,
        "enableDeletionProtection": False,
        "enableTlsVersionAndCipherSuiteHeaders": False,
        "enableWafFailOpen": False,
        "enableXffClientPort": False,
        "enableZonalShift": False,
        "loadBalancerType": "application",
        "preserveHostHeader": False,
        **{f"{name}.enabled": False for name in _LOGS},
    },
    computed=("internal", "ipAddressType", "securityGroups"),
    immutable=("internal", "loadBalancerType", "name", "namePrefix"),
    replaced=_replaced_balancer,
    sets=("securityGroups", "subnets"),
    empty=_DEFAULTS,
    normal=dict.fromkeys(_LOGS, _written_logs),
    # A load balancer of one kind tells nothing of the attributes of the other.
    local=("namePrefix", *_OF_APPLICATION, *_OF_NETWORK),
    unsupported={
        "customerOwnedIpv4Pool": "it has no Outposts, so leave it out",
        "enablePrefixForIpv6SourceNat": "its networks have IPv4 alone, so leave it out",
        "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "it has no PrivateLink",
        "healthCheckLogs": "the emulator lacks them, so leave it out",
        "ipamPools": "it has no address manager, so leave it out",
        "minimumLoadBalancerCapacity": "the emulator reserves nothing, so leave it out",
        "secondaryIpsAutoAssignedPerSubnet": "the emulator assigns no addresses, so leave it out",
        "subnetMappings": "the emulator assigns no addresses, so list subnets",
    },
    facets=(
        Facet(
            ("ipAddressType",),
            put=Call("SetIpAddressType", {"LoadBalancerArn": "{arn}"}),
            created=True,
        ),
        Facet(
            ("securityGroups",),
            put=Call("SetSecurityGroups", {"LoadBalancerArn": "{arn}"}),
            created=True,
        ),
        Facet(("subnets",), put=Call("SetSubnets", {"LoadBalancerArn": "{arn}"}), created=True),
        attributes(
            _BALANCER,
            {**_OF_ANY, **_OF_APPLICATION, **_OF_NETWORK},
            [_logs(name) for name in _LOGS],
            _of_kind,
            _is_told,
        ),
        TAGS,
    ),
    check=_check_balancer,
    require=_require_balancer,
)

RESOURCES: Final = (_LOAD_BALANCER,)
