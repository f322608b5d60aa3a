from __future__ import annotations

import json
from typing import Any

from policy_pack.aws import BUCKET_ACLS, BUCKET_POLICIES, BUCKETS
from policy_pack.iam import Statement, statements
from policy_pack.resource_policies import ACCESS_POINTS
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

_PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read")
_SCOPES = (
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIp",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "s3:DataAccessPointAccount",
)


def _policy(**changes: object) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
    return {"policy": json.dumps({"Statement": [statement | changes]})}


@rule(
    title="S3 buckets are not public",
    types=(*BUCKETS, *BUCKET_POLICIES, *BUCKET_ACLS, *ACCESS_POINTS),
    severity=Severity.CRITICAL,
    fix=(
        "Name the principals, or tie the statement to an account, organization or network; serve "
        "public files through CloudFront with origin access control."
    ),
    controls=(
        prowler("s3_bucket_public_access"),
        prowler("s3_bucket_policy_public_write_access"),
        prowler("cloudtrail_logs_s3_bucket_is_not_publicly_accessible"),
        owasp("A01:2021"),
    ),
    passes=[
        {},
        {"acl": "private"},
        _policy(Principal={"AWS": "arn:aws:iam::123456789012:root"}),
        _policy(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-example"}}),
        _policy(Effect="Deny"),
    ],
    fails=[
        _policy(),
        _policy(Action="s3:PutObject"),
        _policy(Principal={"AWS": ["*"]}),
        _policy(Principal=None, NotPrincipal={"AWS": "123456789012"}),
        _policy(Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-example"}}),
        _policy(Condition={"StringLike": {"aws:PrincipalOrgID": "*"}}),
        *({"acl": acl} for acl in _PUBLIC_ACLS),
    ],
    undecided=[{"policy": UNKNOWN}, {"acl": UNKNOWN}],
    omission="A bucket without policy and ACL is private.",
)
def check(resource: Resource) -> Findings:
    """Let no policy and no ACL open a bucket to the world.

    The public access block would refuse such a policy; this rule also finds it where the block is
    missing or in another stack, and names the statement.
    """
    yield from every((_judge_acl, _judge_policy), lambda judge: judge(resource))


def _judge_acl(resource: Resource) -> Findings:
    if resource.get("acl") in _PUBLIC_ACLS:
        yield "A canned ACL opens the bucket to the world or to every AWS account."


def _judge_policy(resource: Resource) -> Findings:
    yield from every(statements(resource.json("policy")), _judge_statement)


def _judge_statement(statement: Statement) -> Findings:
    if statement.allows and statement.everyone and not statement.binds(*_SCOPES):
        yield finding("The policy statement '{name}' allows everyone.", name=statement.sid)
