from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policy_pack.aws import (
    BUCKET_LOGGINGS,
    BUCKET_POLICIES,
    BUCKETS,
    LOG_DELIVERY_DESTINATIONS,
    TRAILS,
)
from policy_pack.buckets import is_named_by_trail, logs_access, takes_access_logs
from policy_pack.endpoints import CLASSIC_LOAD_BALANCERS, DISTRIBUTIONS, LOAD_BALANCERS
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, prowler, ref, rule, some

_One = tuple[str, dict[str, Any]]
_DATA: _One = (BUCKETS[0], {})
_LETS_TRAILS_WRITE: _One = (
    BUCKET_POLICIES[0],
    {
        "bucket": ref("data"),
        "policy": {
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": "*",
            },
        },
    },
)


def _logging(target: object, bucket: object = ref("data")) -> _One:
    return BUCKET_LOGGINGS[0], {"bucket": bucket, "targetBucket": target}


def _taken(type_: str, **properties: object) -> dict[str, Any]:
    return {"data": _DATA, "logger": (type_, properties)}


@rule(
    title="S3 buckets keep access logs",
    types=BUCKETS,
    severity=Severity.MEDIUM,
    fix=(
        "Add a BucketLogging whose target_bucket is a bucket for access logs alone, that "
        "logging.s3.amazonaws.com may write to."
    ),
    controls=(prowler("s3_bucket_server_access_logging_enabled"), owasp("A09:2021")),
    passes=[
        {"data": _DATA, "logging": _logging("access-logs-1234567")},
        {"data": _DATA, "logging": _logging(UNKNOWN)},
        {"data": (BUCKETS[0], {"logging": {"targetBucket": "access-logs-1234567"}})},
        {"data": (BUCKETS[1], {"loggings": [{"targetBucket": "access-logs-1234567"}]})},
        {"data": _DATA, "trail": (TRAILS[0], {"s3BucketName": ref("data")})},
        {"data": _DATA, "logging": _logging(ref("data"), "orders-1234567")},
        _taken(BUCKETS[0], logging={"targetBucket": ref("data")}),
        _taken(BUCKETS[1], loggings=[{"targetBucket": ref("data")}]),
        _taken(LOAD_BALANCERS[0], accessLogs={"enabled": True, "bucket": ref("data")}),
        _taken(CLASSIC_LOAD_BALANCERS[0], accessLogs={"bucket": ref("data")}),
        _taken(DISTRIBUTIONS[0], loggingConfig={"bucket": ref("data")}),
        _taken(
            LOG_DELIVERY_DESTINATIONS[0],
            deliveryDestinationConfiguration={"destinationResourceArn": ref("data")},
        ),
    ],
    fails=[
        {"data": _DATA},
        {"data": _DATA, "policy": _LETS_TRAILS_WRITE},
        {"data": _DATA, "logging": (BUCKET_LOGGINGS[0], {"bucket": ref("data")})},
        {"data": (BUCKETS[0], {"logging": {"targetPrefix": "data/"}})},
        {"data": _DATA, "logging": _logging(ref("other"), ref("other")), "other": _DATA},
        _taken(LOAD_BALANCERS[0], accessLogs={"enabled": True, "bucket": "access-logs-1234567"}),
    ],
    undecided=[
        {"data": _DATA, "logging": _logging("access-logs-1234567", UNKNOWN)},
        {"data": (BUCKETS[0], {"logging": UNKNOWN})},
        {"data": _DATA, "trail": (TRAILS[0], {"s3BucketName": UNKNOWN})},
        _taken(LOAD_BALANCERS[0], accessLogs={"enabled": True, "bucket": UNKNOWN}),
    ],
)
def check(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Keep who asked for which object, so that what was stolen is known afterwards.

    A bucket that access logs are written into is let through: of S3, as each of its files would
    cause the next one without end (S3 User Guide, "Enabling Amazon S3 server access logging"), and
    of load balancers and distributions, which is our own choice. The bucket of a trail of the stack
    is judged by `cloudtrail-bucket-access-logs`.
    """
    lets_through = (is_named_by_trail, logs_access, takes_access_logs)
    if not some(lets_through, lambda holds: holds(bucket, stack)):
        yield "The bucket keeps no access log."
