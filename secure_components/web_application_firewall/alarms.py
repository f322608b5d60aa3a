"""Alarms and the dashboard, from the metrics of AWS WAF."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from secure_components.place import Place
from secure_components.web_application_firewall.args import AlarmsArgs
from secure_components.web_application_firewall.rules import ALLOW_LISTED, RuleSet

_PERIOD = 300
_BLOCKED = 1000
_RATE_LIMITED = 100
_COUNTED = 100


def make_alarms(  # noqa: PLR0913  all but the name are named
    name: str,
    alarms: AlarmsArgs,
    made: RuleSet,
    *,
    base: str,
    place: pulumi.Output[Place],
    topic_arn: pulumi.Input[str],
    region: str | None,
    child: pulumi.ResourceOptions,
) -> None:
    """Make an alarm for a surge of blocked requests, each rate limit, and what is only counted."""

    def alarm(suffix: str, description: str, threshold: int, **metric: Any) -> None:  # noqa: ANN401  an alarm's inputs
        aws.cloudwatch.MetricAlarm(
            f"{name}-{suffix}",
            alarm_description=description,
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=threshold,
            evaluation_periods=1,
            treat_missing_data="notBreaching",
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
            region=region,
            opts=child,
            **metric,
        )

    def single(metric: str, rule: str) -> dict[str, Any]:
        return {
            "namespace": "AWS/WAFV2",
            "metric_name": metric,
            "dimensions": _dimensions(base, rule, place, region),
            "statistic": "Sum",
            "period": _PERIOD,
        }

    alarm(
        "alarm-blocked",
        f"The firewall {base} blocks many requests: an attack, or a rule that is wrong.",
        alarms.get("blocked_requests", _BLOCKED),
        **single("BlockedRequests", "ALL"),
    )
    for rule in made.rules:
        limit = rule["statement"].get("rate_based_statement")
        action = next(iter(rule.get("action", {})), "")
        if limit is not None and action in _METRICS:
            alarm(
                f"alarm-{rule['name']}",
                f"The firewall {base} limits clients by the rule {rule['name']}.",
                alarms.get("rate_limited_requests", _RATE_LIMITED),
                **single(_METRICS[action], rule["name"]),
            )
    counted = single("CountedRequests", "ALL")
    if any(rule["name"] == ALLOW_LISTED for rule in made.rules):
        # The allow list counts requests to label them, and would block none.
        counted = _difference(counted, single("CountedRequests", ALLOW_LISTED))
    alarm(
        "alarm-counted",
        f"The firewall {base} lets requests pass that a rule in count mode would have stopped.",
        alarms.get("counted_requests", _COUNTED),
        **counted,
    )


def make_dashboard(  # noqa: PLR0913  all but the name are named
    name: str,
    made: RuleSet,
    *,
    base: str,
    place: pulumi.Output[Place],
    region: str | None,
    child: pulumi.ResourceOptions,
) -> None:
    """Make the dashboard: what is allowed, blocked and counted, and by which rule."""
    rules = [rule["name"] for rule in made.rules]
    aws.cloudwatch.Dashboard(
        f"{name}-dashboard",
        dashboard_name=base,
        dashboard_body=place.apply(lambda at: json.dumps(_dashboard(base, rules, at, region))),
        region=region,
        opts=child,
    )


_METRICS = {
    "block": "BlockedRequests",
    "captcha": "CaptchaRequests",
    "challenge": "ChallengeRequests",
    "count": "CountedRequests",
}
"""By action, the metric of a rule's matches (AWS WAF Developer Guide, "Metrics and dimensions")."""


def _dimensions(
    base: str, rule: str, place: pulumi.Output[Place], region: str | None
) -> dict[str, pulumi.Input[str]]:
    # Metrics of CloudFront have no region.
    here: dict[str, pulumi.Input[str]] = {} if region else {"Region": place.apply(_region)}
    return {"WebACL": base, "Rule": rule, **here}


def _region(place: Place) -> str:
    return place.region


def _difference(all_: dict[str, Any], less: dict[str, Any]) -> dict[str, Any]:
    def query(id_: str, metric: dict[str, Any]) -> dict[str, Any]:
        stat = {"stat" if key == "statistic" else key: value for key, value in metric.items()}
        return {"id": id_, "metric": stat, "return_data": False}

    expression = {
        "id": "counted",
        "expression": "everything - FILL(allow_listed, 0)",
        "label": "Counted requests without the allow list",
        "return_data": True,
    }
    return {"metric_queries": [expression, query("everything", all_), query("allow_listed", less)]}


def _dashboard(base: str, rules: Sequence[str], place: Place, region: str | None) -> dict[str, Any]:
    def metric(name: str, rule: str) -> list[str]:
        here = [] if region else ["Region", place.region]
        return ["AWS/WAFV2", name, "WebACL", base, "Rule", rule, *here]

    def widget(title: str, y: int, metrics: list[list[str]]) -> dict[str, Any]:
        properties = {
            "title": title,
            "metrics": metrics,
            "region": place.region,
            "stat": "Sum",
            "period": _PERIOD,
            "view": "timeSeries",
        }
        return {
            "type": "metric",
            "x": 0,
            "y": y,
            "width": 24,
            "height": 6,
            "properties": properties,
        }

    everything = ("AllowedRequests", "BlockedRequests", "CountedRequests")
    return {
        "widgets": [
            widget("Requests", 0, [metric(name, "ALL") for name in everything]),
            widget("Blocked by rule", 6, [metric("BlockedRequests", rule) for rule in rules]),
            widget("Counted by rule", 12, [metric("CountedRequests", rule) for rule in rules]),
        ]
    }
