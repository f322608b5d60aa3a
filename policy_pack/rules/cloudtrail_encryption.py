from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import TRAILS
from policy_pack.rule import UNKNOWN, Resource, Severity, prowler, rule


@rule(
    title="CloudTrail encrypts its logs with a customer managed key",
    types=TRAILS,
    severity=Severity.MEDIUM,
    fix="Set kms_key_id to the ARN of a key, or use secure_components.AuditTrail.",
    controls=(prowler("cloudtrail_kms_encryption_enabled"),),
    passes=[
        {"kmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"},
        {"kmsKeyId": UNKNOWN},
    ],
    fails=[{"kmsKeyId": ""}, {}],
)
def check(trail: Resource) -> Iterator[str]:
    """Encrypt the log with a key of one's own, so that reading it takes two permissions.

    With SSE-S3 whoever may read the bucket reads the log; with a key, decryption is granted apart
    and recorded. A key that is made in the same stack is not known at preview, but it is set.
    """
    if not trail.has("kmsKeyId"):
        yield "The logs are not encrypted with a KMS key."
