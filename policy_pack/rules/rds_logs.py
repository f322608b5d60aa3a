from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import DATABASE_INSTANCES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="Databases send their logs to CloudWatch",
    types=DATABASE_INSTANCES,
    severity=Severity.MEDIUM,
    fix="Name the engine's logs in enabled_cloudwatch_logs_exports, as 'postgresql' or 'audit'.",
    controls=(prowler("rds_instance_integration_cloudwatch_logs"), owasp("A09:2021")),
    passes=[
        {"enabledCloudwatchLogsExports": ["postgresql", "upgrade"]},
        {"enabledCloudwatchLogsExports": [UNKNOWN]},
    ],
    fails=[{}, {"enabledCloudwatchLogsExports": []}],
    undecided=[{"enabledCloudwatchLogsExports": UNKNOWN}],
)
def check(database: Resource) -> Iterator[str]:
    """Keep what the database tells where whoever takes it over cannot delete it.

    Which logs there are depends on the engine, so that which are named is not judged.
    """
    if not database.blocks("enabledCloudwatchLogsExports"):
        yield "The database sends no logs to CloudWatch."
