from __future__ import annotations

from typing import Any

from policy_pack.aws import BUCKET_LIFECYCLES, BUCKETS, TRAILS
from policy_pack.buckets import expirations, is_of_trail, lifecycle_rules
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Resource,
    Severity,
    Stack,
    at_least,
    every,
    finding,
    owasp,
    ref,
    rule,
)

_TRAIL = (TRAILS[0], {"s3BucketName": ref("logs")})


def _expires(status: object = "Enabled", **expiration: object) -> dict[str, Any]:
    rules = [{"status": status, "expiration": expiration}]
    lifecycle = (BUCKET_LIFECYCLES[0], {"bucket": ref("logs"), "rules": rules})
    return {"logs": (BUCKETS[0], {"forceDestroy": False}), "trail": _TRAIL, "lifecycle": lifecycle}


def _inline(**rule: object) -> dict[str, Any]:
    return {"logs": (BUCKETS[0], {"lifecycleRules": [rule]}), "trail": _TRAIL}


@rule(
    title="CloudTrail's log files are kept for a year",
    types=BUCKETS,
    severity=Severity.MEDIUM,
    fix=(
        "Let no lifecycle rule of the trail's bucket expire objects before {days} days, or use "
        "secure_components.AuditTrail."
    ),
    controls=(owasp("A09:2021"),),
    passes=[
        _expires(days=365),
        _expires("Disabled", days=30),
        _expires(days=0, expiredObjectDeleteMarker=True),
        _inline(enabled=True, expiration={"days": 400}),
        {"other": (BUCKETS[0], {"lifecycleRules": [{"enabled": True, "expiration": {"days": 1}}]})},
    ],
    fails=[
        _expires(days=364),
        _expires(date="2027-02-01T00:00:00Z"),
        _inline(enabled=True, expiration={"days": 30}),
        _inline(enabled=True, expirations=[{"days": 30}]),
    ],
    undecided=[
        _expires(days=UNKNOWN),
        _expires(UNKNOWN, days=30),
        {**_expires(days=30), "trail": (TRAILS[0], {"s3BucketName": UNKNOWN})},
    ],
    omission="S3 keeps for ever what no lifecycle rule expires.",
    settings={
        "days": at_least(365, "Least days until a log file expires.", minimum=1, asks={}),
    },
)
def check(bucket: Resource, stack: Stack, *, days: int) -> Findings:
    """Keep the record for as long as intrusions stay unseen.

    Any lifecycle rule that is switched on is taken to be for the log files.
    """
    if is_of_trail(bucket, stack):
        yield from every(lifecycle_rules(bucket, stack), lambda one: _judge(one, days))


def _judge(rule: Block, days: int) -> Findings:
    for expiration in expirations(rule):
        if expiration.has("date"):
            yield "A lifecycle rule expires all log files on a day."
        elif 0 < expiration.number("days", default=0) < days:
            yield finding("A lifecycle rule expires log files in less than {days} days.", days=days)
