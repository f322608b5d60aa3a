from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import STREAMS
from policy_pack.rule import UNKNOWN, Resource, Severity, fsbp, owasp, prowler, rule


@rule(
    title="Kinesis streams are encrypted",
    types=STREAMS,
    severity=Severity.MEDIUM,
    fix="Set encryption_type='KMS', and kms_key_id to a key of your own.",
    controls=(
        prowler("kinesis_stream_encrypted_at_rest"),
        fsbp("Kinesis.1"),
        owasp("A02:2021"),
    ),
    passes=[{"encryptionType": "KMS"}, {"encryptionType": "KMS", "kmsKeyId": UNKNOWN}],
    fails=[{}, {"encryptionType": "NONE"}, {"kmsKeyId": "alias/aws/kinesis"}],
    undecided=[{"encryptionType": UNKNOWN}],
)
def check(stream: Resource) -> Iterator[str]:
    """Keep records unreadable at rest for whoever may not use the key."""
    if stream.get("encryptionType") != "KMS":
        yield "The stream is not encrypted."
