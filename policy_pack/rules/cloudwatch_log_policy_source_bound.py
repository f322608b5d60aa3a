from __future__ import annotations

import json
from typing import Any

from policy_pack.aws import LOG_RESOURCE_POLICIES
from policy_pack.iam import SOURCES, Statement, statements
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
        "Sid": "Deliver",
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": "logs:PutLogEvents",
        "Resource": "*",
    }
    return {"policyDocument": json.dumps({"Statement": statement | changes})}


@rule(
    title="CloudWatch Logs policies tie everyone to a source",
    types=LOG_RESOURCE_POLICIES,
    severity=Severity.MEDIUM,
    fix="Add a condition on aws:SourceAccount or aws:SourceArn to every statement that allows.",
    controls=(prowler("cloudwatch_log_group_not_publicly_accessible"), owasp("A01:2021")),
    passes=[
        _policy(Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}}),
        _policy(Principal={"AWS": "arn:aws:iam::123456789012:root"}),
        _policy(Effect="Deny"),
    ],
    fails=[
        _policy(),
        _policy(Principal="*"),
        _policy(Condition={"ArnLike": {"aws:SourceArn": "*"}}),
    ],
    undecided=[{"policyDocument": UNKNOWN}],
    omission="A policy without document allows nobody.",
)
def check(policy: Resource) -> Findings:
    """Let a service write for this account alone, and the world not at all.

    Source: CloudWatch Logs User Guide, "Permissions required for AWS services to send logs".
    """
    yield from every(statements(policy.json("policyDocument")), _judge)


def _judge(statement: Statement) -> Findings:
    open_ = statement.everyone or statement.services
    if statement.allows and open_ and not statement.binds(*SOURCES):
        yield finding(
            "The log policy statement '{name}' allows a service or everyone, from anywhere.",
            name=statement.sid,
        )
