from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import WAREHOUSES
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


@rule(
    title="Redshift clusters are backed up",
    types=WAREHOUSES,
    severity=Severity.MEDIUM,
    fix="Set automated_snapshot_retention_period to {days} or more.",
    controls=(prowler("redshift_cluster_automated_snapshot"), owasp("A08:2021")),
    passes=[{"automatedSnapshotRetentionPeriod": 7}, {"automatedSnapshotRetentionPeriod": "35"}],
    fails=[
        {},
        {"automatedSnapshotRetentionPeriod": 0},
        {"automatedSnapshotRetentionPeriod": 1},
        {"automatedSnapshotRetentionPeriod": 6},
    ],
    undecided=[{"automatedSnapshotRetentionPeriod": UNKNOWN}],
    settings={"days": at_least(7, "Least days that snapshots are kept.", minimum=1, asks={})},
)
def check(warehouse: Resource, *, days: int) -> Iterator[str]:
    """Keep a way back from deletion, by mistake or by an intruder.

    Left out, snapshots are kept for one day. Seven days is what `rds-backups` asks too.
    """
    if warehouse.number("automatedSnapshotRetentionPeriod", default=1) < days:
        yield finding("The cluster's snapshots are kept for less than {days} days.", days=days)
