from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import BUCKET_VERSIONINGS, BUCKETS
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, prowler, ref, rule


def _versioning(status: object) -> tuple[str, dict[str, object]]:
    configuration = {"versioningConfiguration": {"status": status}}
    return BUCKET_VERSIONINGS[0], {"bucket": ref("data"), **configuration}


@rule(
    title="S3 buckets keep versions",
    types=BUCKETS,
    severity=Severity.MEDIUM,
    fix="Add a BucketVersioning with status='Enabled', and a lifecycle for old versions.",
    controls=(prowler("s3_bucket_object_versioning"),),
    passes=[
        {"data": (BUCKETS[0], {}), "versioning": _versioning("Enabled")},
        {"data": (BUCKETS[0], {"versioning": {"enabled": True}})},
    ],
    fails=[
        {"data": (BUCKETS[0], {})},
        {"data": (BUCKETS[0], {}), "versioning": _versioning("Suspended")},
        {"data": (BUCKETS[0], {"versioning": {"enabled": False}})},
    ],
    undecided=[{"data": (BUCKETS[0], {}), "versioning": _versioning(UNKNOWN)}],
)
def check(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Keep what was overwritten or deleted, by mistake or by an intruder.

    Object lock, replication and most ways of recovery need versions first.
    """
    apart = stack.referring(BUCKET_VERSIONINGS, "bucket", bucket)
    statuses = [config.get("versioningConfiguration", "status") for config in apart]
    if "Enabled" not in statuses and bucket.get("versioning", "enabled") is not True:
        yield "The bucket keeps no versions."
