from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import WAREHOUSES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="Redshift clusters have no public address",
    types=WAREHOUSES,
    severity=Severity.CRITICAL,
    fix="Leave publicly_accessible out.",
    controls=(prowler("redshift_cluster_public_access"), owasp("A05:2021")),
    passes=[{"publiclyAccessible": False}, {"clusterSubnetGroupName": UNKNOWN}],
    fails=[{"publiclyAccessible": True}, {"publiclyAccessible": "true"}],
    undecided=[{"publiclyAccessible": UNKNOWN}],
    omission="The provider leaves a cluster private.",
)
def check(warehouse: Resource) -> Iterator[str]:
    """Let the network, not the password alone, keep the internet from the data."""
    if warehouse.get("publiclyAccessible", default=False) is not False:
        yield "The cluster has a public address."
