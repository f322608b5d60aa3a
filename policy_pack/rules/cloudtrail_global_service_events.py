from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import TRAILS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, rule


@rule(
    title="CloudTrail records global services",
    types=TRAILS,
    severity=Severity.HIGH,
    fix="Leave include_global_service_events out, or use secure_components.AuditTrail.",
    controls=(owasp("A09:2021"),),
    passes=[{"includeGlobalServiceEvents": True}, {}],
    fails=[{"includeGlobalServiceEvents": False}],
    undecided=[{"includeGlobalServiceEvents": UNKNOWN}],
    remedies={TRAILS: {"includeGlobalServiceEvents": True}},
    omission="The provider's default is to record them.",
)
def check(trail: Resource) -> Iterator[str]:
    """Record IAM, STS and CloudFront, which belong to no region.

    Changes of users, roles and policies are events of a global service: a trail without them
    misses every change of permission.
    """
    if trail.get("includeGlobalServiceEvents", default=True) is not True:
        yield "The trail leaves out IAM, STS and other global services."
