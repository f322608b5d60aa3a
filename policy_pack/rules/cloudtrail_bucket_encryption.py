from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import BUCKET_ENCRYPTIONS, BUCKETS, TRAILS
from policy_pack.buckets import is_of_trail
from policy_pack.rule import UNKNOWN, Block, Resource, Severity, Stack, prowler, ref, rule

_TRAIL = (TRAILS[0], {"s3BucketName": ref("logs")})


def _encryption(algorithm: object) -> tuple[str, dict[str, object]]:
    default = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": algorithm}}
    return BUCKET_ENCRYPTIONS[0], {"bucket": ref("logs"), "rules": [default]}


@rule(
    title="The CloudTrail bucket encrypts with KMS by default",
    types=BUCKETS,
    severity=Severity.MEDIUM,
    fix=(
        "Add a BucketServerSideEncryptionConfiguration with sse_algorithm='aws:kms', or use "
        "secure_components.AuditTrail."
    ),
    controls=(prowler("s3_bucket_kms_encryption"),),
    passes=[
        {"logs": (BUCKETS[0], {}), "trail": _TRAIL, "encryption": _encryption("aws:kms")},
        {"logs": (BUCKETS[0], {}), "trail": _TRAIL, "encryption": _encryption("aws:kms:dsse")},
        {"other": (BUCKETS[0], {})},
    ],
    fails=[
        {"logs": (BUCKETS[0], {}), "trail": _TRAIL, "encryption": _encryption("AES256")},
        {"logs": (BUCKETS[0], {}), "trail": _TRAIL},
    ],
    undecided=[
        {"logs": (BUCKETS[0], {}), "trail": _TRAIL, "encryption": _encryption(UNKNOWN)},
        {"logs": (BUCKETS[0], {}), "trail": (TRAILS[0], {"s3BucketName": UNKNOWN})},
    ],
)
def check(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Encrypt whatever lands in the bucket with a key, also what CloudTrail itself does not.

    The trail's own key covers log files; the bucket's default covers digests and anything else
    that is written there.
    """
    if not is_of_trail(bucket, stack):
        return
    inline: list[Block] = bucket.blocks("serverSideEncryptionConfiguration", "rule")
    apart = stack.referring(BUCKET_ENCRYPTIONS, "bucket", bucket)
    rules = [*inline, *(one for config in apart for one in config.blocks("rules"))]
    algorithms = [one.get("applyServerSideEncryptionByDefault", "sseAlgorithm") for one in rules]
    if not algorithms or not all(str(found).startswith("aws:kms") for found in algorithms):
        yield "The trail's bucket does not encrypt with a KMS key by default."
