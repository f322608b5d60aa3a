"""EC2 networks, where moto answers what AWS never would."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from local.cloud.corrections.registry import Corrected, corrects

_MODELS: Final = "moto.ec2.models"
_GROUPS: Final = f"{_MODELS}.security_groups"
_RESPONSES: Final = "moto.ec2.responses"


def _refused(code: str, message: str) -> Exception:
    from moto.ec2.exceptions import EC2ClientError  # noqa: PLC0415  after its environment is set

    return EC2ClientError(code, message)


def _in_use(what: str) -> Exception:
    return _refused("DependencyViolation", f"{what} has dependencies and cannot be deleted.")


def _load_balancers(backend: Any) -> list[Any]:  # noqa: ANN401  moto's own
    from moto.elbv2.models import elbv2_backends  # noqa: PLC0415

    return list(elbv2_backends[backend.account_id][backend.region_name].load_balancers.values())


# --- Networks ---


@corrects(f"{_MODELS}.vpcs", "VPCBackend.delete_vpc")
def _delete_vpc(moto: Corrected, backend: Any, vpc_id: str) -> Any:  # noqa: ANN401
    """A network that a gateway is attached to, or that has security groups of its own, stays."""
    gateways = backend.internet_gateways.values()
    groups = backend.groups[vpc_id].values()
    if any(each.vpc and each.vpc.id == vpc_id for each in gateways) or any(
        not each.is_default for each in groups
    ):
        raise _in_use(f"The vpc '{vpc_id}'")
    return moto(backend, vpc_id)


@corrects(f"{_MODELS}.subnets", "Subnet.__init__")
def _new_subnet(moto: Corrected, subnet: Any, *args: Any, **options: Any) -> None:  # noqa: ANN401
    """A subnet says that it has no DNS64."""
    moto(subnet, *args, **options)
    subnet.enable_dns64 = False


@corrects(f"{_RESPONSES}.subnets", "Subnets.modify_subnet_attribute")
def _modify_subnet(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """How hosts are named is kept."""
    kind = request._get_param("PrivateDnsHostnameTypeOnLaunch")  # noqa: SLF001  its only reader
    if kind:
        subnet = request.ec2_backend.get_subnet(request._get_param("SubnetId"))  # noqa: SLF001
        subnet.private_dns_name_options_on_launch["HostnameType"] = kind
    return moto(request)


@corrects(f"{_MODELS}.subnets", "SubnetBackend.delete_subnet")
def _delete_subnet(moto: Corrected, backend: Any, subnet_id: str) -> Any:  # noqa: ANN401
    """A subnet with something in it stays; its route table association goes with it."""
    balanced = [each.id for balancer in _load_balancers(backend) for each in balancer.subnets]
    connected = [each.subnet.id for each in backend.enis.values()]
    if subnet_id in (*balanced, *connected):
        raise _in_use(f"The subnet '{subnet_id}'")
    for table in backend.route_tables.values():
        associations = table._associations  # noqa: SLF001  there is no other way
        for association in [name for name, each in associations.items() if each == subnet_id]:
            del associations[association]
    return moto(backend, subnet_id)


# --- Gateways and routes ---


@corrects(f"{_MODELS}.internet_gateways", "InternetGatewayBackend.attach_internet_gateway")
def _attach_gateway(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    internet_gateway_id: str,
    vpc_id: str,
) -> Any:  # noqa: ANN401
    """A network has one gateway at most."""
    if any(each.vpc and each.vpc.id == vpc_id for each in backend.internet_gateways.values()):
        raise _refused(
            "InvalidParameterValue", f"Network {vpc_id} already has an internet gateway attached"
        )
    return moto(backend, internet_gateway_id, vpc_id)


@corrects(f"{_MODELS}.internet_gateways", "InternetGatewayBackend.detach_internet_gateway")
def _detach_gateway(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    internet_gateway_id: str,
    vpc_id: str,
) -> None:
    """A gateway that public addresses need stays."""
    if any(
        each.vpc_id == vpc_id and each.scheme == "internet-facing"
        for each in _load_balancers(backend)
    ):
        raise _refused(
            "DependencyViolation",
            f"Network {vpc_id} has some mapped public address(es). Please unmap those public "
            "address(es) before detaching the gateway.",
        )
    moto(backend, internet_gateway_id, vpc_id)


@corrects(f"{_MODELS}.route_tables", "RouteBackend.associate_route_table")
def _associate_table(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    route_table_id: str,
    gateway_id: str | None = None,
    subnet_id: str | None = None,
) -> Any:  # noqa: ANN401
    """A subnet has one route table."""
    for table in backend.route_tables.values():
        if subnet_id in table._associations.values():  # noqa: SLF001
            raise _refused(
                "Resource.AlreadyAssociated",
                f"the specified association for route table {route_table_id} conflicts with an "
                "existing association",
            )
    return moto(backend, route_table_id, gateway_id, subnet_id)


@corrects(f"{_RESPONSES}.route_tables", "RouteTables.delete_route_table")
def _delete_table(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """A network's main route table stays."""
    table = request.ec2_backend.get_route_table(request._get_param("RouteTableId"))  # noqa: SLF001
    if table.main_association_id:
        raise _in_use(f"The routeTable '{table.id}'")
    return moto(request)


# --- Security groups ---


@corrects(f"{_RESPONSES}.security_groups", "SecurityGroups.delete_security_group")
def _delete_group(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """A group that is a network's own, that another names or that something is in, stays."""
    backend, asked = request.ec2_backend, request._get_param("GroupId")  # noqa: SLF001
    group = backend.get_security_group_from_id(asked)
    if group and group.is_default:
        raise _refused(
            "CannotDelete",
            f'the specified group: "{asked}" name: "default" cannot be deleted by a user',
        )
    members = [each for balancer in _load_balancers(backend) for each in balancer.security_groups]
    members += [each.id for eni in backend.enis.values() for each in eni.group_set]
    named = [
        rule.source_group.get("GroupId") for rule in _all_rules(backend) if rule.group_id != asked
    ]
    if asked in (*members, *named):
        raise _refused("DependencyViolation", f"resource {asked} has a dependent object")
    return moto(request)


def _all_rules(backend: Any) -> Iterator[Any]:  # noqa: ANN401
    for groups in backend.groups.values():
        for group in groups.values():
            yield from (*group.ingress_rules, *group.egress_rules)


@corrects(_GROUPS, "SecurityGroupRule.__init__")
def _new_rule(moto: Corrected, rule: Any, *args: Any, **options: Any) -> None:  # noqa: ANN401
    """A rule says what it is for, whatever its source."""
    moto(rule, *args, **options)
    if "Description" in rule.source_group:
        rule.ip_range = {"Description": rule.source_group["Description"]}


@corrects(_GROUPS, "SecurityGroupRule.__eq__")
def _same_rule(_moto: Corrected, rule: Any, other: Any) -> bool:  # noqa: ANN401
    """Rules that let the same pass are the same, whatever they say that they are for."""
    return _passes(rule) == _passes(other)


def _passes(rule: Any) -> tuple[Any, ...]:  # noqa: ANN401
    ports = () if rule.ip_protocol == "-1" else (rule.from_port, rule.to_port)
    group = rule.source_group.get("GroupId")
    return rule.ip_protocol, *ports, rule.cidr_ipv4, rule.cidr_ipv6, group, rule.prefix_list_id


@corrects(_GROUPS, "SecurityGroupBackend.revoke_security_group_egress")
def _revoke_egress(moto: Corrected, backend: Any, **asked: Any) -> None:  # noqa: ANN401
    """A rule for IPv6 can be revoked in a network that has IPv4 alone."""
    from moto.ec2.exceptions import InvalidPermissionNotFoundError  # noqa: PLC0415

    group = backend.get_security_group_by_name_or_id(asked["group_name_or_id"])
    if group and not asked["security_rule_ids"]:
        wanted = list(
            backend._iterate_security_rules(  # noqa: SLF001
                asked["ip_protocol"],
                group.id,
                asked["from_port"],
                asked["to_port"],
                asked["ip_ranges"],
                backend._add_source_group(asked["source_groups"], None),  # noqa: SLF001
                asked["prefix_list_ids"],
                is_egress=True,
            )
        )
        asked["security_rule_ids"] = [each.id for each in group.egress_rules if each in wanted]
        if len(asked["security_rule_ids"]) < len(wanted):
            raise InvalidPermissionNotFoundError
    moto(backend, **asked)


@corrects(_GROUPS, "SecurityGroupBackend.modify_security_group_rules")
def _modify_rules(
    _moto: Corrected,
    backend: Any,  # noqa: ANN401
    group_id: str,
    rules: dict[str, dict[str, Any]],
) -> None:
    """A rule of any source, and of all ports, can be changed."""
    from moto.ec2 import exceptions  # noqa: PLC0415

    group = backend.get_security_group_by_name_or_id(group_id)
    if group is None:
        raise exceptions.InvalidSecurityGroupNotFoundError(group_id)
    for rule_id, asked in rules.items():
        rule = group.get_rule(rule_id)
        if rule is None:
            raise exceptions.InvalidSecurityGroupRuleIdNotFoundError(rule_id)
        described = {n: v for n, v in asked.items() if n == "Description"}
        addresses = [
            {key: asked[name], **described}
            for key, name in (("CidrIp", "CidrIpv4"), ("CidrIpv6", "CidrIpv6"))
            if name in asked
        ]
        group_named = asked.get("ReferencedGroupId")
        named = [{"GroupId": group_named, **described}] if group_named else []
        (changed,) = backend._iterate_security_rules(  # noqa: SLF001
            asked["IpProtocol"],
            group.id,
            asked.get("FromPort"),
            asked.get("ToPort"),
            addresses,
            backend._add_source_group(named, None),  # noqa: SLF001
            [],
            is_egress=rule.is_egress,
        )
        for name in ("ip_protocol", "from_port", "to_port", "ip_range", "source_group"):
            setattr(rule, name, getattr(changed, name))
