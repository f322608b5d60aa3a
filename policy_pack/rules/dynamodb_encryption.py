from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import TABLES
from policy_pack.rule import (
    UNKNOWN,
    EnforcementLevel,
    Resource,
    Severity,
    owasp,
    prowler,
    rule,
)


@rule(
    title="DynamoDB tables are encrypted with a key of the account",
    types=TABLES,
    severity=Severity.LOW,
    fix="Set server_side_encryption with enabled=True, and a kms_key_arn for a key of your own.",
    controls=(prowler("dynamodb_tables_kms_cmk_encryption_enabled"), owasp("A02:2021")),
    passes=[
        {"serverSideEncryption": {"enabled": True}},
        {"serverSideEncryption": {"enabled": True, "kmsKeyArn": UNKNOWN}},
    ],
    fails=[{}, {"serverSideEncryption": {"enabled": False}}],
    undecided=[{"serverSideEncryption": UNKNOWN}, {"serverSideEncryption": {"enabled": UNKNOWN}}],
    remedies={TABLES: {"serverSideEncryption": {"enabled": True}}},
    level=EnforcementLevel.ADVISORY,
)
def check(table: Resource) -> Iterator[str]:
    """Have each use of the key recorded, and be able to take it away.

    DynamoDB encrypts every table; without this by a key of AWS that no trail shows. A key of the
    account costs by the request, so that the finding is advice.

    Source: DynamoDB API Reference, `SSESpecification`.
    """
    if table.get("serverSideEncryption", "enabled") is not True:
        yield "The table is encrypted with a key that AWS owns."
