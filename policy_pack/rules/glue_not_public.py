from __future__ import annotations

import json
from typing import Any

from policy_pack.iam import Statement
from policy_pack.resource_policies import CATALOGS, granted, open_to_everyone
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    every,
    finding,
    owasp,
    prowler,
    rule,
)


def _policy(**changes: object) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "glue:GetTable", "Resource": "*"}
    return {"policy": json.dumps({"Statement": statement | changes})}


@rule(
    title="Glue data catalogs are not public",
    types=CATALOGS,
    severity=Severity.HIGH,
    fix="Name the principals, or tie the statement to aws:PrincipalOrgID.",
    controls=(prowler("glue_data_catalogs_not_publicly_accessible"), owasp("A01:2021")),
    passes=[
        {},
        _policy(Principal={"AWS": "arn:aws:iam::123456789012:root"}),
        _policy(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-example"}}),
        _policy(Effect="Deny"),
    ],
    fails=[
        _policy(),
        _policy(Principal={"AWS": ["*"]}),
        _policy(Principal=None, NotPrincipal={"AWS": "123456789012"}),
        _policy(Condition={"StringLike": {"aws:PrincipalOrgID": "*"}}),
        _policy(Condition={"Bool": {"aws:SecureTransport": "true"}}),
    ],
    undecided=[{"policy": UNKNOWN}],
    omission="Glue refuses a policy resource without policy.",
)
def check(catalog: Resource) -> Findings:
    """Let nobody outside read or change what tables there are and where they lie.

    Source: AWS Glue Developer Guide, "Granting cross-account access".
    """
    yield from every(granted(catalog), _judge)


def _judge(statement: Statement) -> Findings:
    if open_to_everyone(statement):
        yield finding("The catalog policy statement '{name}' allows everyone.", name=statement.sid)
