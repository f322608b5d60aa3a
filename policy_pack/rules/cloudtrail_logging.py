from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import TRAILS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="CloudTrail is switched on",
    types=TRAILS,
    severity=Severity.CRITICAL,
    fix="Leave enable_logging out, or use secure_components.AuditTrail.",
    controls=(prowler("cloudtrail_multi_region_enabled"), owasp("A09:2021")),
    passes=[{"enableLogging": True}, {}],
    fails=[{"enableLogging": False}],
    undecided=[{"enableLogging": UNKNOWN}],
    remedies={TRAILS: {"enableLogging": True}},
    omission="The provider starts logging by default.",
)
def check(trail: Resource) -> Iterator[str]:
    """A trail that exists but is stopped records nothing, and looks like one that does.

    Stopping the trail is the first step of many intrusions (MITRE ATT&CK T1562.008).
    """
    if trail.get("enableLogging", default=True) is not True:
        yield "The trail exists but logging is stopped."
