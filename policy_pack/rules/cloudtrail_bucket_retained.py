from __future__ import annotations

import json
from collections.abc import Iterator

from policy_pack.aws import BUCKET_POLICIES, BUCKETS, TRAILS
from policy_pack.buckets import is_of_trail
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, ref, rule

_TRAIL = (TRAILS[0], {"s3BucketName": ref("logs")})
_LETS_IN = {"Service": "cloudtrail.amazonaws.com"}
_WRITES = {"Effect": "Allow", "Principal": _LETS_IN, "Action": "s3:PutObject", "Resource": "*"}
_ARCHIVE = (
    BUCKET_POLICIES[0],
    {"bucket": ref("logs"), "policy": json.dumps({"Statement": _WRITES})},
)


@rule(
    title="The CloudTrail bucket cannot be emptied by destroying the stack",
    types=BUCKETS,
    severity=Severity.HIGH,
    fix="Leave force_destroy out, or use secure_components.AuditTrail.",
    controls=(owasp("A09:2021"),),
    passes=[
        {"logs": (BUCKETS[0], {"forceDestroy": False}), "trail": _TRAIL},
        {"logs": (BUCKETS[0], {}), "trail": _TRAIL},
        {"scratch": (BUCKETS[0], {"forceDestroy": True})},
    ],
    fails=[
        {"logs": (BUCKETS[0], {"forceDestroy": True}), "trail": _TRAIL},
        {"logs": (BUCKETS[0], {"forceDestroy": True}), "policy": _ARCHIVE},
    ],
    undecided=[{"logs": (BUCKETS[0], {"forceDestroy": UNKNOWN}), "trail": _TRAIL}],
    omission="The provider's default is to refuse to delete a bucket that is not empty.",
)
def check(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Keep the record when the stack goes.

    With `force_destroy` one command deletes every log file and all of their versions.
    """
    deletes = bucket.get("forceDestroy", default=False) is not False
    if deletes and is_of_trail(bucket, stack):
        yield "Destroying the stack deletes the whole audit log."
