from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import ELASTIC_FILE_SYSTEMS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="EFS file systems are encrypted",
    types=ELASTIC_FILE_SYSTEMS,
    severity=Severity.HIGH,
    fix="Set encrypted=True, and kms_key_id for a key of your own.",
    controls=(prowler("efs_encryption_at_rest_enabled"), owasp("A02:2021")),
    passes=[{"encrypted": True}, {"encrypted": True, "kmsKeyId": UNKNOWN}],
    fails=[{}, {"encrypted": False}],
    undecided=[{"encrypted": UNKNOWN}],
)
def check(file_system: Resource) -> Iterator[str]:
    """Keep files unreadable at rest. It can be chosen only when the file system is made."""
    if file_system.get("encrypted") is not True:
        yield "The file system is not encrypted."
