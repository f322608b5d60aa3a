from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import EBS_ENCRYPTIONS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="New EBS volumes are encrypted",
    types=EBS_ENCRYPTIONS,
    severity=Severity.MEDIUM,
    fix="Leave enabled out, or use secure_components.AccountBaseline.",
    controls=(prowler("ec2_ebs_default_encryption"), owasp("A02:2021")),
    passes=[{"enabled": True}, {}],
    fails=[{"enabled": False}],
    undecided=[{"enabled": UNKNOWN}],
    remedies={EBS_ENCRYPTIONS: {"enabled": True}},
    omission="The provider switches it on by default.",
)
def check(setting: Resource) -> Iterator[str]:
    """Encrypt what is written to disks that nobody thought about, in each region of its own.

    Volumes that exist are not changed. Encryption costs nothing with the account's default key.
    """
    if setting.get("enabled", default=True) is not True:
        yield "New volumes are not encrypted unless each asks for it."
