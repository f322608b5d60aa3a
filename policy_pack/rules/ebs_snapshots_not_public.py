from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import SNAPSHOT_ACCESS_BLOCKS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="EBS snapshots are not shared with everybody",
    types=SNAPSHOT_ACCESS_BLOCKS,
    severity=Severity.HIGH,
    fix='Set state="block-all-sharing", or use secure_components.AccountBaseline.',
    controls=(
        prowler("ec2_ebs_snapshot_account_block_public_access"),
        prowler("ec2_ebs_public_snapshot"),
        owasp("A01:2021"),
    ),
    passes=[{"state": "block-all-sharing"}],
    fails=[{"state": "block-new-sharing"}, {"state": "unblocked"}, {}],
    undecided=[{"state": UNKNOWN}],
    remedies={SNAPSHOT_ACCESS_BLOCKS: {"state": "block-all-sharing"}},
)
def check(block: Resource) -> Iterator[str]:
    """Keep copies of disks from everybody: a public snapshot can be copied by any account.

    `block-new-sharing` leaves those public that are so already (EC2 User Guide, "Configure block
    public access for Amazon EBS snapshots").
    """
    state = block.get("state")
    if state == "block-new-sharing":
        yield "Snapshots that are public already stay so."
    elif state != "block-all-sharing":
        yield "Snapshots can be shared with everybody."
