from __future__ import annotations

import json
from typing import Any

from policy_pack.aws import ROLES
from policy_pack.iam import Statement
from policy_pack.identities import GRANTING, POLICIES, ROLE_ATTACHMENTS, every_statement
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    finding,
    fsbp,
    owasp,
    prowler,
    ref,
    rule,
)


def _policy(**changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "WriteFiles",
        "Effect": "Allow",
        "Action": ["s3:PutObject", "s3:Get*"],
        "Resource": "arn:aws:s3:::logs/*",
    }
    return _of({"Version": "2012-10-17", "Statement": statement | changes})


def _of(document: object) -> dict[str, Any]:
    text = json.dumps(document) if isinstance(document, dict) else document
    return {"policy": (POLICIES[0], {"policy": text})}


_EVERYTHING = '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
_BOUNDED = {"boundary": (ROLES[0], {"permissionsBoundary": ref("policy")})}
_HELD = {"held": (ROLE_ATTACHMENTS[0], {"role": "app", "policyArn": ref("policy")})}


@rule(
    title="IAM policies name what they allow",
    types=GRANTING,
    severity=Severity.HIGH,
    fix="Name the actions, as s3:PutObject, instead of all of a service.",
    controls=(
        prowler("iam_customer_attached_policy_no_administrative_privileges"),
        prowler("iam_customer_unattached_policy_no_administrative_privileges"),
        prowler("iam_inline_policy_no_administrative_privileges"),
        prowler("iam_inline_policy_no_full_access_to_cloudtrail"),
        prowler("iam_inline_policy_no_full_access_to_kms"),
        prowler("iam_policy_no_full_access_to_cloudtrail"),
        prowler("iam_policy_no_full_access_to_kms"),
        fsbp("IAM.21"),
        owasp("A01:2021"),
    ),
    passes=[
        _policy(),
        _policy(Effect="Deny", Action="*"),
        {"role": (ROLES[0], {})},
        _policy(Action="*") | _BOUNDED,
    ],
    fails=[
        _policy(Action="*"),
        _policy(Action=["s3:PutObject", "kms:*"]),
        _policy(Action="S3:*"),
        _of({"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}}),
        _policy(Action="*") | _BOUNDED | _HELD,
        {
            "role": (
                ROLES[0],
                {
                    "inlinePolicies": [
                        {"name": "all", "policy": _policy(Action="*")["policy"][1]["policy"]}
                    ]
                },
            )
        },
    ],
    undecided=[
        _of(UNKNOWN),
        {"policy": (POLICIES[0], {"policy": {"Statement": UNKNOWN}})},
        {"role": (ROLES[0], {"inlinePolicies": UNKNOWN})},
    ],
    omission="A policy without document allows nothing.",
)
def check(policy: Resource, stack: Stack) -> Findings:
    """Give what is needed: whoever takes over a caller gets all that the caller may do.

    A service's wildcard grows with the service, and holds what changes access to it. Security Hub
    asks it of customer managed policies (IAM.21); of inline ones it is our inference. A policy that
    is but a permissions boundary in the stack gives nothing, and may name all.

    Source: Security Hub, "IAM.1", "IAM.21"; AWS IAM User Guide, "Security best practices in IAM".
    """
    yield from every_statement(policy, stack, _judge)


def _judge(statement: Statement) -> Findings:
    if statement.allows and statement.whole_service:
        yield finding("The policy statement '{name}' allows all of a service.", name=statement.sid)
