from __future__ import annotations

import json
from typing import Any

from policy_pack.iam import SOURCES, Statement
from policy_pack.resource_policies import (
    BUS_POLICIES,
    CATALOGS,
    FUNCTION_POLICIES,
    OTHERS_WITH_SERVICES,
    QUEUE_POLICIES,
    QUEUES,
    REGISTRIES,
    SECRETS,
    SENDERS,
    granted,
)
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, every, finding, owasp, rule


def _policy(**changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "Service",
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
    }
    return {"policy": json.dumps({"Statement": statement | changes})}


@rule(
    title="Resource policies tie AWS services to their source",
    types=(
        *(*QUEUES, *QUEUE_POLICIES, *SECRETS, *REGISTRIES, *BUS_POLICIES, *CATALOGS, *SENDERS),
        *FUNCTION_POLICIES,
        *OTHERS_WITH_SERVICES,
    ),
    severity=Severity.MEDIUM,
    fix="Add a condition on aws:SourceArn or aws:SourceAccount to what allows a service.",
    controls=(owasp("A01:2021"),),
    passes=[
        {},
        _policy(Condition={"ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:1:alarms"}}),
        _policy(Principal={"AWS": "123456789012"}),
    ],
    fails=[
        _policy(),
        _policy(Condition={"StringLike": {"aws:SourceArn": "*"}}),
    ],
    undecided=[{"policy": UNKNOWN}],
    omission="What has no policy allows no service of another account.",
)
def check(resource: Resource) -> Findings:
    """Stop the confused deputy: a service that sends or reads for anyone who asks it to.

    Buckets, keys, topics and log groups have rules of their own, and permissions of functions too.
    That it applies to every service in such a policy is our inference.

    Source: AWS IAM User Guide, "The confused deputy problem"; Amazon SQS Developer Guide, "Basic
    examples of Amazon SQS policies".
    """
    yield from every(granted(resource), _judge)


def _judge(statement: Statement) -> Findings:
    if statement.allows and statement.services and not statement.binds(*SOURCES):
        yield finding(
            "The policy statement '{name}' allows a service on anyone's behalf.", name=statement.sid
        )
