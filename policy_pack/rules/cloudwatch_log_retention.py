from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import LOG_GROUPS
from policy_pack.rule import UNKNOWN, Resource, Severity, fsbp, owasp, prowler, rule

_DAYS = 365
"""The least that AWS FSBP CloudWatch.16 takes."""


@rule(
    title="CloudWatch log groups keep logs for a year, and not for ever",
    types=LOG_GROUPS,
    severity=Severity.MEDIUM,
    fix=f"Set retention_in_days to {_DAYS} or more.",
    controls=(
        prowler("cloudwatch_log_group_retention_policy_specific_days_enabled"),
        fsbp("CloudWatch.16"),
        owasp("A09:2021"),
    ),
    passes=[{"retentionInDays": 365}, {"retentionInDays": 3653}],
    fails=[{"retentionInDays": 364}, {"retentionInDays": 30}, {"retentionInDays": 0}, {}],
    undecided=[{"retentionInDays": UNKNOWN}],
)
def check(group: Resource) -> Iterator[str]:
    """Keep enough to investigate, and let the rest go.

    Intrusions are found months later, so less than a year is too short (FSBP CloudWatch.16). No
    retention at all keeps everything for ever: Prowler accepts that; we do not, as personal data
    must not be kept longer than needed (GDPR article 5(1)(e), our inference) and it is paid for.
    """
    days = group.get("retentionInDays", default=0)
    if days == 0:
        yield "The log group keeps its logs for ever."
    elif days < _DAYS:
        yield f"The log group keeps its logs for less than {_DAYS} days."
