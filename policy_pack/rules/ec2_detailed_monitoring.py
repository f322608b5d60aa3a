from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import INSTANCES
from policy_pack.rule import (
    UNKNOWN,
    EnforcementLevel,
    Resource,
    Severity,
    owasp,
    prowler,
    rule,
)


@rule(
    title="EC2 instances tell their metrics by the minute",
    types=INSTANCES,
    severity=Severity.LOW,
    level=EnforcementLevel.ADVISORY,
    fix="Set monitoring=True.",
    controls=(prowler("ec2_instance_detailed_monitoring_enabled"), owasp("A09:2021")),
    passes=[{"monitoring": True}, {"launchTemplate": {"id": UNKNOWN}}],
    fails=[{}, {"monitoring": False}],
    undecided=[{"monitoring": UNKNOWN}],
)
def check(instance: Resource) -> Iterator[str]:
    """See what an intruder's program costs within minutes. It is paid for, so this is advice.

    An instance of a launch template follows the template, where it says nothing itself.

    Source: Amazon EC2 User Guide, "Manage detailed monitoring for your EC2 instances".
    """
    if instance.get("monitoring") is not True and not instance.has("launchTemplate"):
        yield "The instance tells its metrics every five minutes alone."
