from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import DATABASE_INSTANCES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="Databases stand in several zones",
    types=DATABASE_INSTANCES,
    severity=Severity.LOW,
    fix="Set multi_az=True.",
    controls=(prowler("rds_instance_multi_az"), owasp("A04:2021")),
    passes=[{"multiAz": True}, {"replicateSourceDb": UNKNOWN}],
    fails=[{}, {"multiAz": False}],
    undecided=[{"multiAz": UNKNOWN}],
)
def check(database: Resource) -> Iterator[str]:
    """Keep the data where one data center is lost. A second instance is paid for.

    A replica is itself a second place. Clusters are judged by `rds-cluster-multi-az`.
    """
    if not database.has("replicateSourceDb") and database.get("multiAz") is not True:
        yield "The database stands in one zone."
