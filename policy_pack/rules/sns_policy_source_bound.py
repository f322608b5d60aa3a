from __future__ import annotations

import json
from typing import Any

from policy_pack.aws import TOPIC_POLICIES, TOPICS
from policy_pack.iam import SOURCES, Statement, statements
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, every, finding, owasp, rule


def _policy(**changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "Alarms",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": "*",
    }
    return {"policy": json.dumps({"Statement": statement | changes})}


@rule(
    title="SNS topic policies tie AWS services to their source",
    types=(*TOPICS, *TOPIC_POLICIES),
    severity=Severity.MEDIUM,
    fix="Add a condition on aws:SourceArn or aws:SourceAccount to what allows a service.",
    controls=(owasp("A01:2021"),),
    passes=[
        {},
        _policy(Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}}),
        _policy(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:*:123456789012:*"}}),
    ],
    fails=[
        _policy(),
        _policy(Condition={"StringLike": {"aws:SourceArn": "*"}}),
        _policy(Condition={"Bool": {"aws:SecureTransport": "true"}}),
    ],
    undecided=[{"policy": UNKNOWN}],
    omission="A topic without policy allows no service of another account.",
)
def check(resource: Resource) -> Findings:
    """Stop the confused deputy: a service that publishes for anyone who asks it to.

    Source: AWS IAM User Guide, "The confused deputy problem". That it applies to every service in a
    topic policy is our inference.
    """
    yield from every(statements(resource.json("policy")), _judge)


def _judge(statement: Statement) -> Findings:
    if statement.allows and statement.services and not statement.binds(*SOURCES):
        yield finding(
            "The topic policy statement '{name}' allows a service on anyone's behalf.",
            name=statement.sid,
        )
