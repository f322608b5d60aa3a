from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import DETECTORS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="GuardDuty is switched on",
    types=DETECTORS,
    severity=Severity.HIGH,
    fix="Leave enable out, or use secure_components.AccountBaseline.",
    controls=(prowler("guardduty_is_enabled"), owasp("A09:2021")),
    passes=[{"enable": True}, {}],
    fails=[{"enable": False}],
    undecided=[{"enable": UNKNOWN}],
    remedies={DETECTORS: {"enable": True}},
    omission="The provider switches a detector on by default.",
)
def check(detector: Resource) -> Iterator[str]:
    """A detector that is suspended sees nothing, and looks like one that does."""
    if detector.get("enable", default=True) is not True:
        yield "The detector exists but is suspended."
