from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import DEFAULT_SECURITY_GROUPS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule

_OPEN = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}


@rule(
    title="Default security groups have no rules",
    types=DEFAULT_SECURITY_GROUPS,
    severity=Severity.HIGH,
    fix="Leave ingress and egress out, and give what runs a security group of its own.",
    controls=(prowler("ec2_securitygroup_default_restrict_traffic"), owasp("A05:2021")),
    passes=[{"vpcId": UNKNOWN}, {"ingress": [], "egress": []}],
    fails=[
        {"ingress": [{"protocol": "-1", "fromPort": 0, "toPort": 0, "self": True}]},
        {"egress": [_OPEN]},
        {"ingress": [UNKNOWN]},
    ],
    undecided=[{"ingress": UNKNOWN}, {"egress": UNKNOWN}],
    omission="The provider takes every rule from the group that the program does not name.",
)
def check(group: Resource) -> Iterator[str]:
    """Let nothing talk by accident: what names no group gets the default one.

    As AWS makes it, all its members reach one another and everything outside.
    """
    if group.blocks("ingress"):
        yield "The default security group lets traffic in."
    if group.blocks("egress"):
        yield "The default security group lets traffic out."
