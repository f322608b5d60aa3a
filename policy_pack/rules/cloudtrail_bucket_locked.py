from __future__ import annotations

from typing import Any

from policy_pack.aws import BUCKET_LOCKS, BUCKETS, TRAILS
from policy_pack.buckets import is_of_trail
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
_LOGS = (BUCKETS[0], {"objectLockEnabled": True})
_YEAR = {"mode": "GOVERNANCE", "days": 365}


def _lock(**retention: object) -> tuple[str, dict[str, Any]]:
    return BUCKET_LOCKS[0], {"bucket": ref("logs"), "rule": {"defaultRetention": retention}}


def _inline(lock: object) -> dict[str, Any]:
    return {"logs": (BUCKETS[0], {"objectLockConfiguration": lock}), "trail": _TRAIL}


@rule(
    title="CloudTrail's log files cannot be deleted before their time",
    types=BUCKETS,
    severity=Severity.MEDIUM,
    fix=(
        "Make the trail's bucket with object_lock_enabled=True, and a "
        "BucketObjectLockConfiguration with a default_retention of {days} days; or use "
        "secure_components.AuditTrail."
    ),
    controls=(owasp("A09:2021"),),
    passes=[
        {"logs": _LOGS, "trail": _TRAIL, "lock": _lock(**_YEAR)},
        {"logs": _LOGS, "trail": _TRAIL, "lock": _lock(mode="COMPLIANCE", days=3650)},
        {"logs": _LOGS, "trail": _TRAIL, "lock": _lock(mode="COMPLIANCE", years=1)},
        _inline({"objectLockEnabled": "Enabled", "rule": {"defaultRetention": _YEAR}}),
        _inline({"objectLockEnabled": "Enabled", "rules": [{"defaultRetentions": [_YEAR]}]}),
        {"other": (BUCKETS[0], {})},
    ],
    fails=[
        {"logs": (BUCKETS[0], {}), "trail": _TRAIL},
        {"logs": _LOGS, "trail": _TRAIL},
        {"logs": _LOGS, "trail": _TRAIL, "lock": (BUCKET_LOCKS[0], {"bucket": ref("logs")})},
        {"logs": _LOGS, "trail": _TRAIL, "lock": _lock(mode="GOVERNANCE", days=89)},
        {"logs": _LOGS, "trail": _TRAIL, "lock": _lock(mode="GOVERNANCE")},
        {"logs": _LOGS, "trail": _TRAIL, "lock": _lock(days=365)},
        _inline({"objectLockEnabled": "Enabled"}),
    ],
    undecided=[
        {"logs": _LOGS, "trail": _TRAIL, "lock": _lock(mode="GOVERNANCE", days=UNKNOWN)},
        {"logs": _LOGS, "trail": _TRAIL, "lock": _lock(mode=UNKNOWN, days=365)},
        {"logs": _LOGS, "trail": _TRAIL, "lock": (BUCKET_LOCKS[0], {"bucket": UNKNOWN})},
        _inline(UNKNOWN),
        {"logs": _LOGS, "trail": (TRAILS[0], {"s3BucketName": UNKNOWN})},
    ],
    settings={
        "days": at_least(90, "Least days that a file is locked by default.", minimum=1, asks={}),
    },
)
def check(bucket: Resource, stack: Stack, *, days: int) -> Findings:
    """Keep the record from an intruder who may delete in the bucket.

    A digest tells that a file is missing; the lock keeps it. In GOVERNANCE mode whoever may
    `s3:BypassGovernanceRetention` lifts it, in COMPLIANCE mode nobody does: either will do. Ninety
    days are our own choice: long enough to notice.

    Source: Amazon S3 API Reference, `DefaultRetention`.
    """
    if not is_of_trail(bucket, stack):
        return
    inline = bucket.blocks("objectLockConfiguration")
    apart = stack.referring(BUCKET_LOCKS, "bucket", bucket)
    retentions = [
        retention
        for lock in (*inline, *apart)
        for rule in (*lock.blocks("rule"), *lock.blocks("rules"))
        for retention in (*rule.blocks("defaultRetention"), *rule.blocks("defaultRetentions"))
    ]
    if not retentions:
        yield "The trail's bucket does not lock what is written into it."
    yield from every(retentions, lambda one: _judge(one, days))


def _judge(retention: Block, days: int) -> Findings:
    if retention.get("mode") not in ("GOVERNANCE", "COMPLIANCE"):
        yield "The default retention of the trail's bucket has no mode."
    locked = max(
        retention.number("days", default=0), retention.number("years", default=0) * _DAYS_OF_YEAR
    )
    if locked < days:
        yield finding("The trail's bucket locks files for less than {days} days.", days=days)


_DAYS_OF_YEAR = 365
