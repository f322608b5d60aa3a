from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import LOG_GROUPS
from policy_pack.rule import UNKNOWN, Resource, Severity, prowler, rule


@rule(
    title="CloudWatch log groups encrypt with a customer managed key",
    types=LOG_GROUPS,
    severity=Severity.MEDIUM,
    fix="Set kms_key_id to the ARN of a key whose policy allows CloudWatch Logs.",
    controls=(prowler("cloudwatch_log_group_kms_encryption_enabled"),),
    passes=[
        {"kmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"},
        {"kmsKeyId": UNKNOWN},
    ],
    fails=[{"kmsKeyId": ""}, {}],
)
def check(group: Resource) -> Iterator[str]:
    """Encrypt logs with a key of one's own, so that reading them takes two permissions.

    CloudWatch Logs encrypts in any case; with a key, access can be granted apart, seen in
    CloudTrail, and taken back from everyone at once.
    """
    if not group.has("kmsKeyId"):
        yield "The log group is not encrypted with a KMS key."
