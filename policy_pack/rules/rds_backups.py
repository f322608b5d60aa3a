from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import DATABASE_CLUSTERS, DATABASE_INSTANCES
from policy_pack.rule import (
    UNKNOWN,
    Resource,
    Severity,
    at_least,
    finding,
    owasp,
    prowler,
    rule,
)

_PROWLER = prowler("rds_instance_backup_enabled")


@rule(
    title="Databases are backed up",
    types=(*DATABASE_INSTANCES, *DATABASE_CLUSTERS),
    severity=Severity.MEDIUM,
    fix="Set backup_retention_period to {days} or more.",
    controls=(_PROWLER, owasp("A08:2021")),
    passes=[
        {"backupRetentionPeriod": 7},
        {"backupRetentionPeriod": 35},
        {"replicateSourceDb": UNKNOWN},
        {"replicationSourceIdentifier": UNKNOWN},
    ],
    fails=[{}, {"backupRetentionPeriod": 0}, {"backupRetentionPeriod": 6}],
    undecided=[{"backupRetentionPeriod": UNKNOWN}],
    settings={"days": at_least(7, "Least days that backups are kept.", minimum=1, asks={})},
)
def check(database: Resource, *, days: int) -> Iterator[str]:
    """Keep a way back from deletion, by mistake or by an intruder.

    Left out, an instance has no backups, and a cluster those of one day. Seven days is what
    Security Hub's RDS.11 asks by default. A replica is backed up where its source is.
    """
    if database.has("replicateSourceDb") or database.has("replicationSourceIdentifier"):
        return
    if database.number("backupRetentionPeriod", default=0) < days:
        yield finding("The database's backups are kept for less than {days} days.", days=days)
