from __future__ import annotations

import json
from typing import Any

from policy_pack.aws import BUCKET_POLICIES, BUCKETS
from policy_pack.iam import SOURCES, Statement, statements
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, every, finding, owasp, rule

_TRAIL = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/audit"


def _policy(**changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "Write",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::logs/*",
    }
    return {"policy": json.dumps({"Statement": [statement | changes]})}


@rule(
    title="S3 bucket policies tie AWS services to their source",
    types=(*BUCKETS, *BUCKET_POLICIES),
    severity=Severity.MEDIUM,
    fix=(
        "Add a condition on aws:SourceArn (or aws:SourceAccount) to every statement that allows a "
        "service, or use secure_components.AuditTrail."
    ),
    controls=(owasp("A01:2021"),),
    passes=[
        {},
        _policy(Condition={"StringEquals": {"aws:SourceArn": _TRAIL}}),
        _policy(Condition={"ArnLike": {"AWS:SourceArn": _TRAIL}}),
        _policy(Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}}),
        _policy(Principal={"AWS": "arn:aws:iam::123456789012:root"}),
    ],
    fails=[
        _policy(),
        _policy(Condition={"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}),
        _policy(Condition={"StringEqualsIfExists": {"aws:SourceArn": _TRAIL}}),
        _policy(Condition={"StringLike": {"aws:SourceArn": "*"}}),
    ],
    undecided=[{"policy": UNKNOWN}],
    omission="A bucket without policy allows no service.",
)
def check(resource: Resource) -> Findings:
    """Stop the confused deputy: a service that writes for anyone who asks it to.

    Without the condition, a trail of another account can write into this bucket through the same
    service (AWS, "Cross-service confused deputy prevention"). That it applies to every service in
    a bucket policy is our inference.
    """
    yield from every(statements(resource.json("policy")), _judge)


def _judge(statement: Statement) -> Findings:
    if statement.allows and statement.services and not statement.binds(*SOURCES):
        yield finding(
            "The policy statement '{name}' allows a service on anyone's behalf.", name=statement.sid
        )
