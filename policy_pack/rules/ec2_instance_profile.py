from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import INSTANCES, LAUNCH_CONFIGURATIONS, LAUNCH_TEMPLATES
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
    title="EC2 instances have a role",
    types=(*INSTANCES, *LAUNCH_TEMPLATES, *LAUNCH_CONFIGURATIONS),
    severity=Severity.LOW,
    level=EnforcementLevel.ADVISORY,
    fix="Set iam_instance_profile to the profile of a role that may do what the program needs.",
    controls=(prowler("ec2_instance_profile_attached"), owasp("A07:2021")),
    passes=[
        {"iamInstanceProfile": "web"},
        {"iamInstanceProfile": UNKNOWN},
        {"iamInstanceProfile": {"arn": UNKNOWN}},
        {"launchTemplate": {"id": UNKNOWN}},
    ],
    fails=[{}, {"iamInstanceProfile": ""}],
)
def check(instance: Resource) -> Iterator[str]:
    """Give programs credentials that change by themselves, so that no key lies on the disk.

    An instance of a launch template is judged by its template. One that never speaks with AWS needs
    no role, so this is advice.

    Source: IAM User Guide, "Use an IAM role to grant permissions to applications running on Amazon
    EC2 instances".
    """
    if not instance.has("iamInstanceProfile") and not instance.has("launchTemplate"):
        yield "The instance has no role, so that what runs on it must keep credentials."
