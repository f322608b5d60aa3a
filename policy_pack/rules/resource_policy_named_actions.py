from __future__ import annotations

import json
from typing import Any

from policy_pack.aws import (
    BUCKET_POLICIES,
    BUCKETS,
    KEY_POLICIES,
    KEYS,
    LOG_RESOURCE_POLICIES,
    TOPIC_POLICIES,
    TOPICS,
)
from policy_pack.iam import Statement, statements
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, every, finding, owasp, rule


def _policy(**changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "Deliver",
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::logs/*",
    }
    return {"policy": json.dumps({"Statement": statement | changes})}


@rule(
    title="Resource policies name what they allow to services and to everyone",
    types=(
        *(*BUCKETS, *BUCKET_POLICIES),
        *(*KEYS, *KEY_POLICIES),
        *(*TOPICS, *TOPIC_POLICIES),
        *LOG_RESOURCE_POLICIES,
    ),
    severity=Severity.MEDIUM,
    fix="Name the actions that the service needs, as s3:PutObject, instead of all of them.",
    controls=(owasp("A01:2021"),),
    passes=[
        {},
        _policy(),
        _policy(Action=["kms:GenerateDataKey*", "kms:Decrypt"]),
        _policy(Effect="Deny", Action="*"),
        _policy(Principal={"AWS": "arn:aws:iam::123456789012:root"}, Action="kms:*"),
    ],
    fails=[
        _policy(Action="*"),
        _policy(Action=["s3:PutObject", "S3:*"]),
        _policy(Principal="*", Action="sns:*"),
        {"policyDocument": _policy(Action="logs:*")["policy"]},
        {
            "policy": json.dumps(
                {
                    "Statement": {
                        "Effect": "Allow",
                        "Principal": {"Service": "sns.amazonaws.com"},
                        "NotAction": "s3:DeleteBucket",
                        "Resource": "*",
                    }
                }
            )
        },
    ],
    undecided=[{"policy": UNKNOWN}, {"policyDocument": UNKNOWN}],
    omission="What has no policy allows nobody by one.",
)
def check(resource: Resource) -> Findings:
    """Let a service do what it is there for, and not delete or open what it may write to.

    What the account itself may do is left to IAM, as AWS's default key policy does.

    Source: AWS IAM User Guide, "Security best practices in IAM", "Apply least-privilege
    permissions".
    """
    for document in ("policy", "policyDocument"):
        yield from every(statements(resource.json(document)), _judge)


def _judge(statement: Statement) -> Findings:
    to_others = statement.services or statement.everyone
    if statement.allows and to_others and statement.whole_service:
        yield finding(
            "The policy statement '{name}' allows every action to a service or to everyone.",
            name=statement.sid,
        )
