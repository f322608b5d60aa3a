from __future__ import annotations

import json
from typing import Any

from policy_pack.iam import Statement
from policy_pack.resource_policies import VAULTS, granted, open_to_everyone
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
        "Action": "glacier:InitiateJob",
        "Resource": "*",
    }
    document = json.dumps({"Statement": statement | changes})
    return {"accessPolicy": document, "policy": document}


@rule(
    title="S3 Glacier vaults are not public",
    types=VAULTS,
    severity=Severity.CRITICAL,
    fix="Name the principals of the vault's policy.",
    controls=(prowler("glacier_vaults_policy_public_access"), owasp("A01:2021")),
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
    undecided=[{"accessPolicy": UNKNOWN, "policy": UNKNOWN}],
    omission="A vault without policy is open to its own account alone.",
)
def check(vault: Resource) -> Findings:
    """Let nobody outside fetch or delete archives.

    Source: Amazon S3 Glacier Developer Guide, "Vault access policies".
    """
    yield from every(granted(vault), _judge)


def _judge(statement: Statement) -> Findings:
    if open_to_everyone(statement):
        yield finding("The vault policy statement '{name}' allows everyone.", name=statement.sid)
