from __future__ import annotations

import json
from typing import Any

from policy_pack.aws import KEY_POLICIES, KEYS
from policy_pack.iam import Statement, statements
from policy_pack.resource_policies import OTHER_KEYS
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, every, finding, owasp, rule

_SOURCES = (
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "kms:CallerAccount",
    "kms:EncryptionContext:*",
)
_TRAIL = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/audit"


def _policy(**changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "Encrypt",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "kms:GenerateDataKey*",
        "Resource": "*",
    }
    return {"policy": json.dumps({"Statement": statement | changes})}


@rule(
    title="KMS key policies tie AWS services to their source",
    types=(*KEYS, *KEY_POLICIES, *OTHER_KEYS),
    severity=Severity.MEDIUM,
    fix=(
        "Add a condition on aws:SourceArn, aws:SourceAccount or kms:EncryptionContext:... to every "
        "statement that allows a service."
    ),
    controls=(owasp("A01:2021"),),
    passes=[
        {},
        _policy(Condition={"StringEquals": {"aws:SourceArn": _TRAIL}}),
        _policy(Condition={"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:x"}}),
        _policy(Principal={"AWS": "arn:aws:iam::123456789012:root"}),
    ],
    fails=[
        _policy(),
        _policy(Condition={"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}),
        _policy(Condition={"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": "*"}}),
    ],
    undecided=[{"policy": UNKNOWN}],
    omission="AWS's default key policy allows no service.",
)
def check(key: Resource) -> Findings:
    """Stop the confused deputy: a service that uses the key for anyone who asks it to.

    AWS documents the source or the encryption context as the condition for CloudTrail and
    CloudWatch Logs. That it applies to every service in a key policy is our inference.
    """
    yield from every(statements(key.json("policy")), _judge)


def _judge(statement: Statement) -> Findings:
    if statement.allows and statement.services and not statement.binds(*_SOURCES):
        yield finding(
            "The key policy statement '{name}' allows a service on anyone's behalf.",
            name=statement.sid,
        )
