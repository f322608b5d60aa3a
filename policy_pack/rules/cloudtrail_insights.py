from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import TRAILS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="CloudTrail tells of unusual activity",
    types=TRAILS,
    severity=Severity.LOW,
    fix=(
        "Set insight_selectors with the insight types ApiCallRateInsight and ApiErrorRateInsight, "
        "or use secure_components.AuditTrail."
    ),
    controls=(prowler("cloudtrail_insights_exist"), owasp("A09:2021")),
    passes=[
        {"insightSelectors": [{"insightType": "ApiCallRateInsight"}]},
        {"insightSelectors": [{"insightType": UNKNOWN}]},
    ],
    fails=[{}, {"insightSelectors": []}],
    undecided=[{"insightSelectors": UNKNOWN}],
)
def check(trail: Resource) -> Iterator[str]:
    """Let CloudTrail compare the rate of calls and errors with what is usual in the account.

    So it tells of a burst of deletions or refusals that no filter was written for.
    """
    if not trail.blocks("insightSelectors"):
        yield "The trail tells of no unusual activity."
