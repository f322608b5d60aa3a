from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import VOLUMES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="EBS volumes and copies of snapshots are encrypted",
    types=VOLUMES,
    severity=Severity.HIGH,
    fix="Set encrypted=True, and kms_key_id for a key of your own.",
    controls=(
        prowler("ec2_ebs_volume_encryption"),
        prowler("ec2_ebs_snapshots_encrypted"),
        owasp("A02:2021"),
    ),
    passes=[{"encrypted": True}, {"encrypted": True, "kmsKeyId": UNKNOWN}],
    fails=[{}, {"encrypted": False}, {"kmsKeyId": UNKNOWN}],
    undecided=[{"encrypted": UNKNOWN}],
)
def check(volume: Resource) -> Iterator[str]:
    """Keep disks unreadable for whoever gets hold of one, or of its snapshot.

    Written out even where the account encrypts by default (`ebs-encryption-by-default`): another
    account, or another region, may not.
    """
    if volume.get("encrypted") is not True:
        yield "What it holds is not encrypted."
