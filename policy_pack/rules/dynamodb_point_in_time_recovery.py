from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import TABLES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="DynamoDB tables can be restored to any second",
    types=TABLES,
    severity=Severity.MEDIUM,
    fix="Set point_in_time_recovery={'enabled': True}.",
    controls=(prowler("dynamodb_tables_pitr_enabled"), owasp("A08:2021")),
    passes=[{"pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 35}}],
    fails=[{}, {"pointInTimeRecovery": {"enabled": False}}, {"pointInTimeRecovery": {}}],
    undecided=[{"pointInTimeRecovery": {"enabled": UNKNOWN}}, {"pointInTimeRecovery": UNKNOWN}],
    remedies={TABLES: {"pointInTimeRecovery": {"enabled": True}}},
)
def check(table: Resource) -> Iterator[str]:
    """Keep a way back from what was overwritten or deleted, by mistake or by an intruder."""
    if table.get("pointInTimeRecovery", "enabled") is not True:
        yield "The table cannot be restored."
