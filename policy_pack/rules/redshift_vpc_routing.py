from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import WAREHOUSES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="Redshift clusters load and unload through their VPC",
    types=WAREHOUSES,
    severity=Severity.MEDIUM,
    fix="Set enhanced_vpc_routing=True.",
    controls=(prowler("redshift_cluster_enhanced_vpc_routing"), owasp("A01:2021")),
    passes=[{"enhancedVpcRouting": True}],
    fails=[{}, {"enhancedVpcRouting": False}],
    undecided=[{"enhancedVpcRouting": UNKNOWN}],
)
def check(warehouse: Resource) -> Iterator[str]:
    """Let the network's rules, endpoint policies and flow logs see what is copied in and out.

    Source: Amazon Redshift Management Guide, "Controlling network traffic with Redshift enhanced
    VPC routing".
    """
    if warehouse.get("enhancedVpcRouting") is not True:
        yield "What the cluster loads and unloads goes past the VPC."
