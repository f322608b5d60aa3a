from __future__ import annotations

import json
from typing import Any

from policy_pack.aws import TOPIC_POLICIES, TOPICS
from policy_pack.iam import Statement, statements
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
    "aws:SourceOwner",
)


def _policy(**changes: object) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}
    return {"policy": json.dumps({"Statement": statement | changes})}


@rule(
    title="SNS topics are not public",
    types=(*TOPICS, *TOPIC_POLICIES),
    severity=Severity.HIGH,
    fix="Name the principals, or tie the statement to aws:SourceAccount or aws:PrincipalOrgID.",
    controls=(prowler("sns_topics_not_publicly_accessible"), owasp("A01:2021")),
    passes=[
        {},
        _policy(Principal={"AWS": "arn:aws:iam::123456789012:root"}),
        _policy(Condition={"StringEquals": {"aws:SourceOwner": "123456789012"}}),
        _policy(Effect="Deny"),
    ],
    fails=[
        _policy(),
        _policy(Principal={"AWS": "*"}),
        _policy(Condition={"StringEquals": {"sns:Protocol": "email"}}),
    ],
    undecided=[{"policy": UNKNOWN}],
    omission="A topic without policy is open to its own account alone.",
)
def check(resource: Resource) -> Findings:
    """Let nobody outside read or send: a topic carries alarms, and starts what listens to it."""
    yield from every(statements(resource.json("policy")), _judge)


def _judge(statement: Statement) -> Findings:
    if statement.allows and statement.everyone and not statement.binds(*_SCOPES):
        yield finding("The topic policy statement '{name}' allows everyone.", name=statement.sid)
