from __future__ import annotations

import json
from typing import Any

from policy_pack.iam import Statement
from policy_pack.resource_policies import QUEUE_POLICIES, QUEUES, granted, open_to_everyone
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

_SCOPES = ("aws:SourceVpc", "aws:SourceVpce")


def _policy(**changes: object) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    return {"policy": json.dumps({"Statement": statement | changes})}


@rule(
    title="SQS queues are not public",
    types=(*QUEUES, *QUEUE_POLICIES),
    severity=Severity.HIGH,
    fix=(
        "Name the principals, or tie the statement to aws:SourceArn, aws:SourceAccount or "
        "aws:PrincipalOrgID."
    ),
    controls=(prowler("sqs_queues_not_publicly_accessible"), owasp("A01:2021")),
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
    omission="A queue without policy is open to its own account alone.",
)
def check(queue: Resource) -> Findings:
    """Let nobody outside send, read or delete: whatever a queue holds, somebody acts on it.

    Source: Amazon SQS Developer Guide, "Make sure that queues are not publicly accessible".
    """
    yield from every(granted(queue), _judge)


def _judge(statement: Statement) -> Findings:
    if open_to_everyone(statement, *_SCOPES):
        yield finding("The queue policy statement '{name}' allows everyone.", name=statement.sid)
