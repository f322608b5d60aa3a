from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import WAREHOUSE_LOGS, WAREHOUSES
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, prowler, ref, rule

_CLUSTER: tuple[str, dict[str, object]] = (WAREHOUSES[0], {})


@rule(
    title="Redshift clusters keep an audit log",
    types=WAREHOUSES,
    severity=Severity.MEDIUM,
    fix="Add a redshift.Logging.",
    controls=(prowler("redshift_cluster_audit_logging"), owasp("A09:2021")),
    passes=[
        {"data": _CLUSTER, "log": (WAREHOUSE_LOGS[0], {"clusterIdentifier": ref("data")})},
    ],
    fails=[
        {"data": _CLUSTER},
        {
            "data": _CLUSTER,
            "other": _CLUSTER,
            "log": (WAREHOUSE_LOGS[0], {"clusterIdentifier": ref("other")}),
        },
    ],
    undecided=[{"data": _CLUSTER, "log": (WAREHOUSE_LOGS[0], {"clusterIdentifier": UNKNOWN})}],
)
def check(warehouse: Resource, stack: Stack) -> Iterator[str]:
    """Keep who connected and what they asked, so that a theft of data can be followed."""
    if not stack.referring(WAREHOUSE_LOGS, "clusterIdentifier", warehouse):
        yield "The cluster keeps no audit log."
