from __future__ import annotations

import json
from typing import Any

from policy_pack.aws import IDENTITY_POLICIES
from policy_pack.iam import Statement, statements
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    every,
    finding,
    fsbp,
    owasp,
    prowler,
    rule,
)


def _policy(**changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "WriteFiles",
        "Effect": "Allow",
        "Action": ["s3:PutObject", "s3:Get*"],
        "Resource": "arn:aws:s3:::logs/*",
    }
    return {"policy": json.dumps({"Version": "2012-10-17", "Statement": statement | changes})}


@rule(
    title="IAM policies name what they allow",
    types=IDENTITY_POLICIES,
    severity=Severity.HIGH,
    fix="Name the actions, as s3:PutObject, instead of all of a service.",
    controls=(
        prowler("iam_inline_policy_no_administrative_privileges"),
        prowler("iam_policy_no_full_access_to_cloudtrail"),
        prowler("iam_policy_no_full_access_to_kms"),
        fsbp("IAM.21"),
        owasp("A01:2021"),
    ),
    passes=[_policy(), _policy(Effect="Deny", Action="*")],
    fails=[
        _policy(Action="*"),
        _policy(Action=["s3:PutObject", "kms:*"]),
        _policy(Action="S3:*"),
        {
            "policy": json.dumps(
                {"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}}
            )
        },
    ],
    undecided=[{"policy": UNKNOWN}, _policy() | {"policy": {"Statement": UNKNOWN}}],
    omission="A policy without document allows nothing.",
)
def check(policy: Resource) -> Findings:
    """Give what is needed: whoever takes over a caller gets all that the caller may do.

    A service's wildcard grows with the service, and holds what changes access to it. Security Hub
    asks it of customer managed policies (IAM.21); of inline ones it is our inference.

    Source: Security Hub, "IAM.1", "IAM.21"; AWS IAM User Guide, "Security best practices in IAM".
    """
    yield from every(statements(policy.json("policy")), _judge)


def _judge(statement: Statement) -> Findings:
    if statement.allows and statement.whole_service:
        yield finding("The policy statement '{name}' allows all of a service.", name=statement.sid)
