from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import IMAGE_PERMISSIONS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="Machine images are not shared with everybody",
    types=IMAGE_PERMISSIONS,
    severity=Severity.HIGH,
    fix="Name an account, an organization or an organizational unit instead of the group.",
    controls=(prowler("ec2_ami_public"), owasp("A01:2021")),
    passes=[{"accountId": "123456789012"}, {"organizationArn": UNKNOWN}],
    fails=[{"group": "all"}],
    undecided=[{"group": UNKNOWN}],
    omission="A permission must name whom it is for, and no other group exists.",
)
def check(permission: Resource) -> Iterator[str]:
    """Keep what is on a machine's disk, its keys among it, from everybody."""
    if permission.get("group") is not None:
        yield "The image is shared with every AWS account."
