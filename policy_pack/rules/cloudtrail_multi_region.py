from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import TRAILS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="CloudTrail records every region",
    types=TRAILS,
    severity=Severity.HIGH,
    fix="Set is_multi_region_trail=True, or use secure_components.AuditTrail.",
    controls=(prowler("cloudtrail_multi_region_enabled"), owasp("A09:2021")),
    passes=[{"isMultiRegionTrail": True}],
    fails=[{"isMultiRegionTrail": False}, {}],
    undecided=[{"isMultiRegionTrail": UNKNOWN}],
)
def check(trail: Resource) -> Iterator[str]:
    """Record every region, not only the one in use.

    A trail of one region is blind where nobody looks: whoever holds stolen credentials starts
    resources in a region that the team never uses.
    """
    if trail.get("isMultiRegionTrail") is not True:
        yield "The trail records one region only."
