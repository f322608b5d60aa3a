from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from policy_pack.aws import BUCKET_POLICIES, BUCKETS
from policy_pack.iam import Statement, statements
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, prowler, ref, rule

_DENY: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def _policy(**changes: object) -> tuple[str, dict[str, object]]:
    document = {"Version": "2012-10-17", "Statement": [_DENY | changes]}
    return BUCKET_POLICIES[0], {"bucket": ref("data"), "policy": json.dumps(document)}


@rule(
    title="S3 buckets refuse requests without TLS",
    types=BUCKETS,
    severity=Severity.MEDIUM,
    fix=(
        "Deny s3:* to everyone where aws:SecureTransport is false, for the bucket and its objects, "
        "in the bucket policy."
    ),
    controls=(prowler("s3_bucket_secure_transport_policy"), owasp("A02:2021")),
    passes=[
        {"data": (BUCKETS[0], {}), "policy": _policy()},
        {"data": (BUCKETS[0], {}), "policy": _policy(Principal={"AWS": "*"}, Action=["s3:*"])},
        {"data": (BUCKETS[0], {"policy": {"Statement": _DENY}})},
    ],
    fails=[
        {"data": (BUCKETS[0], {})},
        {"data": (BUCKETS[0], {}), "policy": _policy(Effect="Allow")},
        {"data": (BUCKETS[0], {}), "policy": _policy(Action="s3:GetObject")},
        {"data": (BUCKETS[0], {}), "policy": _policy(Resource="arn:aws:s3:::data")},
        {"data": (BUCKETS[0], {}), "policy": _policy(Principal={"AWS": "123456789012"})},
        {"data": (BUCKETS[0], {}), "policy": _policy(Condition={})},
        {
            "data": (BUCKETS[0], {}),
            "policy": _policy(Condition={"Bool": {"aws:SecureTransport": "true"}}),
        },
        {
            "data": (BUCKETS[0], {}),
            "policy": _policy(
                Condition=_DENY["Condition"] | {"StringEquals": {"aws:SourceAccount": "1"}}
            ),
        },
    ],
    undecided=[
        {
            "data": (BUCKETS[0], {}),
            "policy": (BUCKET_POLICIES[0], {"bucket": ref("data"), "policy": UNKNOWN}),
        },
    ],
)
def check(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Refuse plain HTTP, which S3 still serves: what is sent by it can be read on the way.

    The statement must hold for everyone, every action, the bucket and its objects, and under no
    further condition, or it leaves a way round.
    """
    apart = stack.referring(BUCKET_POLICIES, "bucket", bucket)
    # The bucket's own policy last: what is made apart is enough, and often known earlier.
    denials = (one for made in (*apart, bucket) for one in statements(made.json("policy")))
    if not any(_denies_all_of_it(statement) for statement in denials):
        yield "The bucket accepts requests without TLS."


def _denies_all_of_it(statement: Statement) -> bool:
    actions = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket")
    return (
        statement.denies_plain_http
        and all(statement.matches_action(action) for action in actions)
        and any(resource == "*" or resource.endswith("/*") for resource in statement.resources)
    )
