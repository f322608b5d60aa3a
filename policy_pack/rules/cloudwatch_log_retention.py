from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import LOG_GROUPS
from policy_pack.rule import (
    UNKNOWN,
    Resource,
    Severity,
    at_least,
    finding,
    fsbp,
    owasp,
    prowler,
    rule,
)

_PROWLER = prowler("cloudwatch_log_group_retention_policy_specific_days_enabled")
_FSBP = fsbp("CloudWatch.16")


@rule(
    title="CloudWatch log groups keep logs for a year, and not for ever",
    types=LOG_GROUPS,
    severity=Severity.MEDIUM,
    fix="Set retention_in_days to {days} or more.",
    controls=(_PROWLER, _FSBP, owasp("A09:2021")),
    passes=[{"retentionInDays": 365}, {"retentionInDays": 3653}],
    fails=[{"retentionInDays": 364}, {"retentionInDays": 30}, {"retentionInDays": 0}, {}],
    undecided=[{"retentionInDays": UNKNOWN}],
    settings={
        "days": at_least(
            365,
            "Least retention in days.",
            minimum=1,
            asks={_PROWLER: 365, _FSBP: 365},
        ),
    },
)
def check(group: Resource, *, days: int) -> Iterator[str]:
    """Keep enough to investigate, and let the rest go.

    Intrusions are found months later, so less than a year is too short (FSBP CloudWatch.16). No
    retention at all keeps everything for ever: Prowler accepts that; we do not, as personal data
    must not be kept longer than needed (GDPR article 5(1)(e), our inference) and it is paid for.
    """
    kept = group.number("retentionInDays", default=0)
    if kept == 0:
        yield "The log group keeps its logs for ever."
    elif kept < days:
        yield finding("The log group keeps its logs for less than {days} days.", days=days)
