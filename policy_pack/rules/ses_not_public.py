from __future__ import annotations

import json
from typing import Any

from policy_pack.iam import Statement
from policy_pack.resource_policies import SENDERS, granted, open_to_everyone
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
    statement = {"Effect": "Allow", "Principal": "*", "Action": "ses:SendEmail", "Resource": "*"}
    return {"policy": json.dumps({"Statement": statement | changes})}


@rule(
    title="SES identities are not public",
    types=SENDERS,
    severity=Severity.HIGH,
    fix="Name the principals that may send.",
    controls=(prowler("ses_identity_not_publicly_accessible"), owasp("A01:2021")),
    passes=[
        {},
        _policy(Principal={"AWS": "arn:aws:iam::123456789012:root"}),
        _policy(Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}}),
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
    omission="SES refuses a policy resource without policy.",
)
def check(identity: Resource) -> Findings:
    """Let nobody outside send mail in your name.

    Source: Amazon SES Developer Guide, "Using sending authorization".
    """
    yield from every(granted(identity), _judge)


def _judge(statement: Statement) -> Findings:
    if open_to_everyone(statement):
        yield finding("The sending policy statement '{name}' allows everyone.", name=statement.sid)
