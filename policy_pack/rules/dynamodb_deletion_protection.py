from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import TABLES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="DynamoDB tables are protected from deletion",
    types=TABLES,
    severity=Severity.MEDIUM,
    fix="Set deletion_protection_enabled=True.",
    controls=(prowler("dynamodb_table_deletion_protection_enabled"), owasp("A08:2021")),
    passes=[
        {"deletionProtectionEnabled": True},
        {"deletionProtectionEnabled": True, "name": UNKNOWN},
    ],
    fails=[{}, {"deletionProtectionEnabled": False}],
    undecided=[{"deletionProtectionEnabled": UNKNOWN}],
    remedies={TABLES: {"deletionProtectionEnabled": True}},
)
def check(table: Resource) -> Iterator[str]:
    """Let a table go only in two steps, of which the first is seen in a review."""
    if table.get("deletionProtectionEnabled") is not True:
        yield "The table can be deleted at once."
