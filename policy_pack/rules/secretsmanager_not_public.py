from __future__ import annotations

import json
from typing import Any

from policy_pack.iam import Statement
from policy_pack.resource_policies import SECRETS, granted, open_to_everyone
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
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
    }
    return {"policy": json.dumps({"Statement": statement | changes})}


@rule(
    title="Secrets are not public",
    types=SECRETS,
    severity=Severity.CRITICAL,
    fix="Name the principals; let block_public_policy=True refuse what is public.",
    controls=(prowler("secretsmanager_not_publicly_accessible"), owasp("A01:2021")),
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
    omission="A secret without policy is open to its own account alone.",
)
def check(secret: Resource) -> Findings:
    """Let nobody outside read a secret: it is the way into something else.

    Source: AWS Secrets Manager User Guide, "Resource-based policies".
    """
    yield from every(granted(secret), _judge)


def _judge(statement: Statement) -> Findings:
    if open_to_everyone(statement):
        yield finding("The secret policy statement '{name}' allows everyone.", name=statement.sid)
