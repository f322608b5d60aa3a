from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import TRAILS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="CloudTrail delivers to CloudWatch Logs",
    types=TRAILS,
    severity=Severity.MEDIUM,
    fix=(
        "Set cloud_watch_logs_group_arn and cloud_watch_logs_role_arn, or use "
        "secure_components.AuditTrail."
    ),
    controls=(prowler("cloudtrail_cloudwatch_logging_enabled"), owasp("A09:2021")),
    passes=[
        {"cloudWatchLogsGroupArn": UNKNOWN, "cloudWatchLogsRoleArn": UNKNOWN},
        {
            "cloudWatchLogsGroupArn": "arn:aws:logs:eu-west-1:123456789012:log-group:trail:*",
            "cloudWatchLogsRoleArn": "arn:aws:iam::123456789012:role/trail",
        },
    ],
    fails=[{"cloudWatchLogsGroupArn": UNKNOWN}, {"cloudWatchLogsRoleArn": UNKNOWN}, {}],
)
def check(trail: Resource) -> Iterator[str]:
    """Deliver events within minutes to where alarms and queries can read them.

    Files in a bucket answer questions afterwards; metric filters and alarms need the log group.
    """
    if not (trail.has("cloudWatchLogsGroupArn") and trail.has("cloudWatchLogsRoleArn")):
        yield "Events reach no log group, so no alarm can be raised on them."
