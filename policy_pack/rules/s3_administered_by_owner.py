from __future__ import annotations

from typing import Any, Final

from policy_pack.accounts import Trusted
from policy_pack.aws import BUCKET_POLICIES, BUCKETS, TOPICS
from policy_pack.iam import Actions, Statement, statements
from policy_pack.resource_policies import open_to_everyone
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    every,
    finding,
    fsbp,
    owasp,
    rule,
)

_CLOSED: Final = Actions(
    (
        "s3:DeleteBucketPolicy",
        "s3:PutBucketAcl",
        "s3:PutBucketPolicy",
        "s3:PutEncryptionConfiguration",
        "s3:PutObjectAcl",
    )
)
_OTHER = "arn:aws:iam::999999999999:root"
_TOPIC = (TOPICS[0], {"arn": "arn:aws:sns:eu-west-1:123456789012:alarms"})


def _policy(**changes: object) -> tuple[str, dict[str, Any]]:
    statement = {
        "Sid": "Share",
        "Effect": "Allow",
        "Principal": {"AWS": _OTHER},
        "Action": "s3:PutBucketPolicy",
        "Resource": "*",
    }
    return BUCKET_POLICIES[0], {"policy": {"Statement": [statement | changes]}}


def _stack(**changes: object) -> dict[str, Any]:
    return {"policy": _policy(**changes), "topic": _TOPIC}


_ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "o-example"}}


@rule(
    title="S3 buckets are administered by their own account alone",
    types=(*BUCKETS, *BUCKET_POLICIES),
    severity=Severity.HIGH,
    fix="Name the actions that the other account needs, as s3:GetObject, instead of all or Put*.",
    controls=(fsbp("S3.6"), owasp("A01:2021")),
    passes=[
        _stack(Action=["s3:GetObject", "s3:PutObject", "s3:List*"]),
        _stack(Principal={"AWS": "arn:aws:iam::123456789012:role/deploy"}, Action="s3:*"),
        _stack(Principal={"Service": "delivery.logs.amazonaws.com"}, Action="s3:*"),
        _stack(Effect="Deny"),
        _stack(Principal="*"),
        {"policy": _policy(Action="s3:GetObject"), "topic": (TOPICS[0], {"arn": UNKNOWN})},
    ],
    fails=[
        _stack(),
        _stack(Action="s3:*"),
        _stack(Action=["s3:GetObject", "s3:Put*"]),
        _stack(Action=None, NotAction="s3:DeleteObject"),
        _stack(Principal="*", Condition=_ORGANIZATION),
        _stack(Condition=_ORGANIZATION),
        {"policy": _policy()},
    ],
    undecided=[
        {"policy": _policy(), "topic": (TOPICS[0], {"arn": UNKNOWN})},
        {"policy": (BUCKET_POLICIES[0], {"policy": UNKNOWN}), "topic": _TOPIC},
        _stack(Action=UNKNOWN),
    ],
    omission="What has no policy lets no other account in.",
)
def check(bucket: Resource, stack: Stack) -> Findings:
    """Let an account that may read or write, however trusted, not open the bucket to others.

    A statement that lets in everyone is told by `s3-not-public`. Which account is the bucket's own
    is told in `resource-policy-named-accounts`; no setting trusts another one here.

    Source: AWS Security Hub User Guide, "S3.6", and its five actions.
    """
    own = Trusted(stack, accounts=(), organizations=())

    def judge(statement: Statement) -> Findings:
        if not statement.allows or open_to_everyone(statement) or not statement.covered(_CLOSED):
            return
        if not own.lets_in_only_trusted(statement):
            yield finding(
                "The policy statement '{name}' lets another account change who may use the bucket.",
                name=statement.sid,
            )

    yield from every(statements(bucket.json("policy")), judge)
