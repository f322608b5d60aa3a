from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from policy_pack.aws import VPCS
from policy_pack.networks import is_wide
from policy_pack.rule import (
    UNKNOWN,
    Block,
    EnforcementLevel,
    Findings,
    Resource,
    Severity,
    Stack,
    every,
    owasp,
    prowler,
    rule,
    some,
)

_PEERING = "pcx-0123456789abcdef0"
_ROUTE = "aws:ec2/route:Route"
_TABLES = (
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/defaultRouteTable:DefaultRouteTable",
)
_DESTINATIONS = {
    "destinationCidrBlock": "cidrBlock",
    "destinationIpv6CidrBlock": "ipv6CidrBlock",
    "cidrBlock": "cidrBlock",
    "ipv6CidrBlock": "ipv6CidrBlock",
}
"""What names a route's destination, by the property of a VPC to hold it against.

A route of its own names it otherwise than one within a table. Source: the provider's schema.
"""


def _peer(cidr: object = "10.1.0.0/16") -> tuple[str, dict[str, Any]]:
    return VPCS[0], {"cidrBlock": cidr, "ipv6CidrBlock": "2001:db8:1234:1a00::/56"}


def _route(destination: object, name: str = "destinationCidrBlock") -> dict[str, Any]:
    route = {"vpcPeeringConnectionId": _PEERING, name: destination}
    return {"route": (_ROUTE, route), "peer": _peer()}


def _table(*destinations: object, name: str = "cidrBlock") -> dict[str, Any]:
    routes = [{"vpcPeeringConnectionId": _PEERING, name: one} for one in destinations]
    return {"table": (_TABLES[0], {"routes": routes}), "peer": _peer()}


@rule(
    title="Routes to a peered VPC are to the part that is needed",
    types=(_ROUTE, *_TABLES),
    severity=Severity.LOW,
    level=EnforcementLevel.ADVISORY,
    fix="Name the subnet or the address that is to be reached, instead of the whole VPC.",
    controls=(prowler("vpc_peering_routing_tables_with_least_privilege"), owasp("A01:2021")),
    passes=[
        _route("10.1.2.0/24"),
        _route("10.1.0.0/17"),
        _route("10.1.128.0/17"),
        _route("2001:db8:1234:1a01::/64", "destinationIpv6CidrBlock"),
        _route("pl-0123456789abcdef0", "destinationPrefixListId"),
        _table("10.1.2.0/24", "10.1.3.44/32"),
        {"route": (_ROUTE, {"gatewayId": "igw-0123", "destinationCidrBlock": "0.0.0.0/0"})},
        {"route": (_ROUTE, {"natGatewayId": UNKNOWN, "destinationCidrBlock": UNKNOWN})},
        {"table": (_TABLES[0], {"routes": [{"gatewayId": UNKNOWN, "cidrBlock": "0.0.0.0/0"}]})},
        {"route": _route("10.1.0.0/16")["route"]},
    ],
    fails=[
        _route("0.0.0.0/0"),
        {
            "route": (
                _ROUTE,
                {"vpcPeeringConnectionId": UNKNOWN, "destinationCidrBlock": "0.0.0.0/0"},
            )
        },
        _route("::/0", "destinationIpv6CidrBlock"),
        _route("10.1.0.0/16"),
        _route("10.0.0.0/8"),
        _route("2001:db8:1234:1a00::/56", "destinationIpv6CidrBlock"),
        _table("10.1.0.0/16"),
        _table("2001:db8:1234:1a00::/56", name="ipv6CidrBlock"),
        _table("10.1.2.0/24", "0.0.0.0/0"),
        _table(UNKNOWN, "0.0.0.0/0"),
        {"route": _route("10.1.0.0/16")["route"], "other": _peer(UNKNOWN), "peer": _peer()},
    ],
    undecided=[
        _route(UNKNOWN),
        _table("10.1.2.0/24", UNKNOWN),
        {"table": (_TABLES[0], {"routes": UNKNOWN})},
        {"route": _route("10.1.0.0/16")["route"], "peer": _peer(UNKNOWN)},
    ],
    omission="A route without a peering connection leads to no other VPC.",
)
def check(resource: Resource, stack: Stack) -> Findings:
    """Let an intruder in one network find no more of the other than what it must offer.

    A route through a peering connection that holds a whole VPC of the stack leads to that VPC: our
    inference. How large a VPC of another stack is cannot be seen. Security groups still decide who
    is answered, so this is advice.

    Source: CIS AWS Foundations Benchmark, "Ensure routing tables for VPC peering are least access".
    """
    routes: list[Block] = [resource] if resource.type == _ROUTE else resource.blocks("routes")
    yield from every(routes, lambda route: _judge(route, stack))


def _judge(route: Block, stack: Stack) -> Findings:
    if not route.has("vpcPeeringConnectionId"):
        return
    for name, of_vpc in _DESTINATIONS.items():
        if not route.has(name):
            continue
        destination = route.get(name)
        if is_wide(destination):
            yield "A route to a peered VPC is to every address."
        elif some(stack.of_type(*VPCS), lambda vpc: _holds(destination, vpc.get(of_vpc))):  # noqa: B023  looked at before the next
            yield "A route to a peered VPC is to all of it."


def _holds(destination: object, vpc: object) -> bool:
    """Tell whether a range of addresses, which `is_wide` has read, holds that of a VPC."""
    wanted = ip_network(str(destination), strict=False)
    try:
        whole = ip_network(str(vpc), strict=False)
    except ValueError:
        return False
    starts = int(wanted.network_address) <= int(whole.network_address)
    return starts and int(whole.broadcast_address) <= int(wanted.broadcast_address)
