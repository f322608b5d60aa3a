from __future__ import annotations

from functools import partial
from typing import Any

from policy_pack.aws import ALARMS, LOG_GROUPS, METRIC_FILTERS, TRAILS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    Undecided,
    at_most,
    every,
    finding,
    owasp,
    prowler,
    ref,
    rule,
)
from policy_pack.trail_monitors import NARROWEST, WANTED, alarmed, counted

_CHECKS = (
    "cloudwatch_log_metric_filter_unauthorized_api_calls",
    "cloudwatch_log_metric_filter_sign_in_without_mfa",
    "cloudwatch_log_metric_filter_root_usage",
    "cloudwatch_log_metric_filter_policy_changes",
    "cloudwatch_log_metric_filter_and_alarm_for_cloudtrail_configuration_changes_enabled",
    "cloudwatch_log_metric_filter_authentication_failures",
    "cloudwatch_log_metric_filter_disable_or_scheduled_deletion_of_kms_cmk",
    "cloudwatch_log_metric_filter_for_s3_bucket_policy_changes",
    "cloudwatch_log_metric_filter_and_alarm_for_aws_config_configuration_changes_enabled",
    "cloudwatch_log_metric_filter_security_group_changes",
    "cloudwatch_changes_to_network_acls_alarm_configured",
    "cloudwatch_changes_to_network_gateways_alarm_configured",
    "cloudwatch_changes_to_network_route_tables_alarm_configured",
    "cloudwatch_changes_to_vpcs_alarm_configured",
    "cloudwatch_log_metric_filter_aws_organizations_changes",
)
_One = tuple[str, dict[str, Any]]
_TRAIL: _One = (TRAILS[0], {"cloudWatchLogsGroupArn": ref("log")})
_LOG: _One = (LOG_GROUPS[0], {})


def _filter(pattern: str, metric: str) -> _One:
    transformation = {"name": metric, "namespace": "CIS", "value": "1"}
    made = {"logGroupName": ref("log"), "pattern": pattern, "metricTransformation": transformation}
    return METRIC_FILTERS[0], made


def _alarm(metric: str) -> _One:
    made = {
        "metricName": metric,
        "namespace": "CIS",
        "statistic": "Sum",
        "comparisonOperator": "GreaterThanOrEqualToThreshold",
        "threshold": 1,
        "evaluationPeriods": 1,
        "alarmActions": ["arn:aws:sns:eu-west-1:123456789012:alarms"],
    }
    return ALARMS[0], made


_PEOPLE = (
    '{ ($.eventName = "ConsoleLogin") || ($.userIdentity.type = "Root") '
    '|| ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }'
)
_SERVICES = ("cloudtrail", "config", "ec2", "iam", "kms", "organizations", "s3")
_CALLS = f"{{ {' || '.join(f'($.eventSource = {one}.amazonaws.com)' for one in _SERVICES)} }}"
_MONITORED = {
    "audit": _TRAIL,
    "log": _LOG,
    "people": _filter(_PEOPLE, "by-people"),
    "people-alarm": _alarm("by-people"),
    "calls": _filter(_CALLS, "by-service"),
    "calls-alarm": _alarm("by-service"),
}
"""With two filters, which let more through than the benchmark's fifteen do."""


@rule(
    title="CloudTrail's events raise alarms, as the CIS benchmark wants it",
    types=TRAILS,
    severity=Severity.MEDIUM,
    fix=(
        "Make a LogMetricFilter of the trail's log group with the benchmark's pattern, and a "
        "MetricAlarm with alarm_actions on the Sum of its metric that takes {events} events or "
        "fewer, or use secure_components.AuditTrail."
    ),
    controls=(*(prowler(check) for check in _CHECKS), owasp("A09:2021")),
    passes=[{"audit": (TRAILS[0], {})}, _MONITORED],
    fails=[
        {"audit": _TRAIL, "log": _LOG},
        {"audit": _TRAIL, "log": _LOG, "root": _filter(NARROWEST["root-use"], "roots")},
    ],
    undecided=[{**_MONITORED, "audit": (TRAILS[0], {"cloudWatchLogsGroupArn": UNKNOWN})}],
    omission="a trail without a log group is found by cloudtrail-cloudwatch-logs",
    settings={"events": at_most(10, "Most events that an alarm waits for.", minimum=1, asks={})},
)
def check(trail: Resource, stack: Stack, *, events: int) -> Findings:
    """Tell somebody, within minutes, of what the benchmark wants looked at.

    A filter counts if it lets through at least what the benchmark's pattern does; spaces, quotes
    and the order mean nothing, and what is added with && makes it narrower. One that is true of
    nearly every event does not count. An alarm counts if one event, or as many as the setting
    allows, set it off, and it does something then. Alarms on expressions, and whatever another
    stack holds, cannot be seen here.

    Prowler wants three names more for the organization than the benchmark: `CancelHandshake`,
    `CreateOrganization` and `EnableAllFeatures`. They are not asked for here.
    """
    if trail.has("cloudWatchLogsGroupArn"):
        yield from every(WANTED, partial(_judge, trail, stack, events))


def _judge(trail: Resource, stack: Stack, events: int, name: str) -> Findings:
    if alarmed(name, trail, stack, events):
        return
    try:
        filtered = counted(name, trail, stack)
    except Undecided:  # one may, and no alarm goes off by it if it does
        filtered = True
    if filtered:
        yield finding("No alarm with actions goes off by the metric filter for {name}.", name=name)
    else:
        yield finding("No metric filter of the trail's log group counts {name}.", name=name)
