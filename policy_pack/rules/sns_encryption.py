from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import TOPICS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="SNS topics are encrypted with a key",
    types=TOPICS,
    severity=Severity.MEDIUM,
    fix="Set kms_master_key_id to a key of your own, whose policy lets the publishers use it.",
    controls=(prowler("sns_topics_kms_encryption_at_rest_enabled"), owasp("A02:2021")),
    passes=[
        {"kmsMasterKeyId": "arn:aws:kms:eu-west-1:123456789012:key/1"},
        {"kmsMasterKeyId": UNKNOWN},
    ],
    fails=[{}, {"kmsMasterKeyId": ""}],
)
def check(topic: Resource) -> Iterator[str]:
    """Keep messages unreadable at rest for whoever may not use the key.

    AWS's own key (`alias/aws/sns`) counts as encrypted here, as in Prowler; no service can publish
    to such a topic, so that alarms would be lost.
    """
    if not topic.has("kmsMasterKeyId"):
        yield "The topic is not encrypted with a key."
