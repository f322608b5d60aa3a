from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policy_pack.aws import BUCKET_LIFECYCLES, BUCKETS
from policy_pack.buckets import is_on, lifecycle_rules
from policy_pack.rule import (
    UNKNOWN,
    EnforcementLevel,
    Resource,
    Severity,
    Stack,
    owasp,
    prowler,
    ref,
    rule,
    some,
)


def _lifecycle(*statuses: object) -> tuple[str, dict[str, Any]]:
    rules = [{"status": status, "expiration": {"days": 365}} for status in statuses]
    return BUCKET_LIFECYCLES[0], {"bucket": ref("data"), "rules": rules}


@rule(
    title="S3 buckets have a lifecycle",
    types=BUCKETS,
    severity=Severity.LOW,
    fix=(
        "Add a BucketLifecycleConfiguration with an Enabled rule, as one that lets old versions "
        "and incomplete uploads go."
    ),
    controls=(prowler("s3_bucket_lifecycle_enabled"), owasp("A04:2021")),
    passes=[
        {"data": (BUCKETS[0], {}), "lifecycle": _lifecycle("Enabled")},
        {"data": (BUCKETS[0], {}), "lifecycle": _lifecycle(UNKNOWN, "Enabled")},
        {"data": (BUCKETS[0], {"lifecycleRules": [{"enabled": True}]})},
    ],
    fails=[
        {"data": (BUCKETS[0], {})},
        {"data": (BUCKETS[0], {}), "lifecycle": _lifecycle("Disabled")},
        {"data": (BUCKETS[0], {}), "lifecycle": _lifecycle()},
        {"data": (BUCKETS[0], {"lifecycleRules": [{"enabled": False}]})},
    ],
    undecided=[
        {"data": (BUCKETS[0], {}), "lifecycle": _lifecycle(UNKNOWN)},
        {"data": (BUCKETS[0], {"lifecycleRules": UNKNOWN})},
        {"data": (BUCKETS[0], {}), "lifecycle": (BUCKET_LIFECYCLES[0], {"bucket": UNKNOWN})},
    ],
    level=EnforcementLevel.ADVISORY,
)
def check(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Let go of what nobody needs: old versions cost, and what is gone cannot be stolen.

    What must be kept for ever is kept rightly, so that the finding is advice.
    """
    if not some(lifecycle_rules(bucket, stack), is_on):
        yield "The bucket keeps everything for ever."
