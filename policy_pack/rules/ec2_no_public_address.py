from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import INSTANCES, LAUNCH_CONFIGURATIONS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="EC2 instances have no public address",
    types=(*INSTANCES, *LAUNCH_CONFIGURATIONS),
    severity=Severity.MEDIUM,
    fix="Leave associate_public_ip_address out, and let a load balancer face the internet.",
    controls=(
        prowler("ec2_instance_public_ip"),
        prowler("autoscaling_group_launch_configuration_no_public_ip"),
        owasp("A05:2021"),
    ),
    passes=[{"associatePublicIpAddress": False}, {"imageId": UNKNOWN}],
    fails=[{"associatePublicIpAddress": True}, {"associatePublicIpAddress": "true"}],
    undecided=[{"associatePublicIpAddress": UNKNOWN}],
    omission="The subnet decides then, which `vpc-subnet-no-public-addresses` judges.",
)
def check(instance: Resource) -> Iterator[str]:
    """Let the internet reach what is meant for it, and that through what inspects it."""
    if instance.get("associatePublicIpAddress", default=False) is not False:
        yield "The instance has a public address."
