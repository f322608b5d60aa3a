from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import TRAILS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="CloudTrail validates its log files",
    types=TRAILS,
    severity=Severity.MEDIUM,
    fix="Set enable_log_file_validation=True, or use secure_components.AuditTrail.",
    controls=(prowler("cloudtrail_log_file_validation_enabled"), owasp("A08:2021")),
    passes=[{"enableLogFileValidation": True}],
    fails=[{"enableLogFileValidation": False}, {}],
    undecided=[{"enableLogFileValidation": UNKNOWN}],
    remedies={TRAILS: {"enableLogFileValidation": True}},
)
def check(trail: Resource) -> Iterator[str]:
    """Sign each hour's log files, so that a change or a deletion after delivery can be proven.

    Without the signed digests an investigation cannot tell whether the log is whole.
    """
    if trail.get("enableLogFileValidation") is not True:
        yield "Log files are not signed, so tampering leaves no trace."
