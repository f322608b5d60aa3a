from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policy_pack.aws import BUCKET_LOGGINGS, BUCKETS, TRAILS
from policy_pack.buckets import logs_access, of_trail
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, prowler, ref, rule

_TRAIL = {"trail": (TRAILS[0], {"s3BucketName": ref("logs")}), "logs": (BUCKETS[0], {})}


def _logging(bucket: object) -> tuple[str, dict[str, Any]]:
    return BUCKET_LOGGINGS[0], {"bucket": bucket, "targetBucket": "access-logs-1234567"}


@rule(
    title="The CloudTrail bucket keeps access logs",
    types=TRAILS,
    severity=Severity.MEDIUM,
    fix=(
        "Add a BucketLogging of the trail's bucket whose target_bucket is another one, or use "
        "secure_components.AuditTrail."
    ),
    controls=(
        prowler("cloudtrail_logs_s3_bucket_access_logging_enabled"),
        owasp("A09:2021"),
    ),
    passes=[
        {**_TRAIL, "logging": _logging(ref("logs"))},
        {
            **_TRAIL,
            "logs": (BUCKETS[0], {"logging": {"targetBucket": UNKNOWN}}),
        },
        {"trail": (TRAILS[0], {"s3BucketName": "logs-1234567"})},
    ],
    fails=[_TRAIL, {**_TRAIL, "logging": _logging("orders-1234567")}],
    undecided=[
        {**_TRAIL, "logging": _logging(UNKNOWN)},
        {**_TRAIL, "trail": (TRAILS[0], {"s3BucketName": UNKNOWN})},
    ],
    omission="a trail has a bucket; one that another stack made is judged there",
)
def check(trail: Resource, stack: Stack) -> Iterator[str]:
    """Keep who read or touched the record itself, which tells an intruder what is known of him.

    It is the trail that is judged, as other buckets are by `s3-access-logs`. A bucket of another
    stack cannot be seen here.
    """
    if not all(logs_access(bucket, stack) for bucket in of_trail(trail, stack)):
        yield "The trail's bucket keeps no access log."
