from __future__ import annotations

import json
from typing import Any

from policy_pack.aws import KEY_POLICIES, KEYS
from policy_pack.iam import Statement, statements
from policy_pack.resource_policies import OTHER_KEYS
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

_SCOPES = (
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:SourceAccount",
    "aws:SourceArn",
    "kms:CallerAccount",
)


def _policy(**changes: object) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}
    return {"policy": json.dumps({"Statement": statement | changes})}


@rule(
    title="KMS keys are not public",
    types=(*KEYS, *KEY_POLICIES, *OTHER_KEYS),
    severity=Severity.CRITICAL,
    fix="Name the principals, or tie the statement to kms:CallerAccount or aws:PrincipalOrgID.",
    controls=(prowler("kms_key_not_publicly_accessible"), owasp("A01:2021")),
    passes=[
        {},
        _policy(Principal={"AWS": "arn:aws:iam::123456789012:root"}),
        _policy(Condition={"StringEquals": {"kms:CallerAccount": "123456789012"}}),
        _policy(Effect="Deny"),
    ],
    fails=[
        _policy(),
        _policy(Principal={"AWS": "*"}),
        _policy(Condition={"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}),
    ],
    undecided=[{"policy": UNKNOWN}],
    omission="AWS's default key policy allows the own account alone.",
)
def check(key: Resource) -> Findings:
    """Let nobody outside use a key: whoever decrypts with it reads all that it protects.

    `kms:ViaService` ties a statement to a service, not to a caller, so it does not count.
    """
    yield from every(statements(key.json("policy")), _judge)


def _judge(statement: Statement) -> Findings:
    if statement.allows and statement.everyone and not statement.binds(*_SCOPES):
        yield finding("The key policy statement '{name}' allows everyone.", name=statement.sid)
