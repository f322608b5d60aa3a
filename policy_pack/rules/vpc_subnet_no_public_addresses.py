from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import SUBNETS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="Subnets give out no public addresses",
    types=SUBNETS,
    severity=Severity.MEDIUM,
    fix="Leave map_public_ip_on_launch out; ask for a public address where one is needed.",
    controls=(prowler("vpc_subnet_no_public_ip_by_default"), owasp("A05:2021")),
    passes=[{"mapPublicIpOnLaunch": False}, {"vpcId": UNKNOWN}],
    fails=[{"mapPublicIpOnLaunch": True}, {"mapPublicIpOnLaunch": "true"}],
    undecided=[{"mapPublicIpOnLaunch": UNKNOWN}],
    remedies={SUBNETS: {"mapPublicIpOnLaunch": False}},
    omission="AWS gives out no public addresses by default in a subnet that is made.",
)
def check(subnet: Resource) -> Iterator[str]:
    """Let nothing be on the internet by accident. Load balancers have addresses of their own."""
    if subnet.get("mapPublicIpOnLaunch", default=False) is not False:
        yield "What starts in the subnet gets a public address."
