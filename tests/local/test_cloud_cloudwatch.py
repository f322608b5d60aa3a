"""Alarms and dashboards through their lives, on the emulated AWS."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.cloud import Cloud
from local.cloud.values import UNKNOWN
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:alarms"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"

LIMIT = {
    "name": "blocked",
    "comparisonOperator": "GreaterThanOrEqualToThreshold",
    "evaluationPeriods": 1,
    "threshold": 1000,
}
SINGLE = {
    "namespace": "AWS/WAFV2",
    "metricName": "BlockedRequests",
    "dimensions": {"WebACL": "site", "Rule": "ALL", "Region": "us-east-1"},
    "statistic": "Sum",
    "period": 300,
}
METRIC = {
    "namespace": "AWS/WAFV2",
    "metricName": "CountedRequests",
    "dimensions": {"WebACL": "site", "Rule": "ALL"},
    "stat": "Sum",
    "period": 300,
}
QUERIES = [
    {"id": "counted", "expression": "all - FILL(few, 0)", "label": "Counted", "returnData": True},
    {"id": "all", "metric": METRIC},
    {"id": "few", "metric": {**METRIC, "unit": "Count"}, "accountId": ACCOUNT},
]


def test_an_alarm_of_one_metric_lives(aws: Any) -> None:
    live(
        aws,
        Life(
            ALARM,
            {
                **LIMIT,
                **SINGLE,
                "alarmActions": [TOPIC, f"{TOPIC}-2"],
                "okActions": [TOPIC],
                "alarmDescription": "many are blocked",
                "treatMissingData": "notBreaching",
                "tags": {"a": "1", "b": "2"},
            },
            {
                **LIMIT,
                **SINGLE,
                "statistic": "Average",
                "dimensions": {"WebACL": "other"},
                "threshold": 1.5,
                "evaluationPeriods": 3,
                "datapointsToAlarm": 2,
                "actionsEnabled": False,
                "insufficientDataActions": ["arn:aws:automate:us-east-1:ec2:stop"],
                "tags": {"a": "3"},
            },
            {**LIMIT, **SINGLE, "name": "others"},
            "blocked",
            {
                "arn": f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:blocked",
                "actionsEnabled": True,
                "dimensions": SINGLE["dimensions"],
                "treatMissingData": "notBreaching",
                "tagsAll": {"a": "1", "b": "2"},
            },
        ),
    )


def test_an_alarm_of_an_expression_lives(aws: Any, cloud: Cloud) -> None:
    live(
        aws,
        Life(
            ALARM,
            {**LIMIT, "metricQueries": QUERIES},
            {**LIMIT, "metricQueries": [{**QUERIES[0], "expression": "all / few"}, *QUERIES[1:]]},
            {**LIMIT, "metricQueries": QUERIES, "region": "eu-west-1"},
            "blocked",
            {"treatMissingData": "missing", "actionsEnabled": True},
            by_name=True,
        ),
    )
    made = aws.create(ALARM, {**LIMIT, "metricQueries": QUERIES})
    assert not aws.diff(made, {**LIMIT, "metricQueries": QUERIES[::-1]}).diffs, "it is a set"
    alarm = cloud.client("cloudwatch").describe_alarms()["MetricAlarms"][0]
    metrics = {each["Id"]: each for each in alarm["Metrics"]}
    assert metrics["few"]["AccountId"] == ACCOUNT
    assert metrics["few"]["MetricStat"]["Unit"] == "Count"
    assert metrics["all"]["MetricStat"]["Metric"]["Dimensions"] == [
        {"Name": "Rule", "Value": "ALL"},
        {"Name": "WebACL", "Value": "site"},
    ]


def test_an_alarm_can_turn_from_a_metric_to_an_expression(aws: Any) -> None:
    made = aws.create(ALARM, {**LIMIT, **SINGLE})
    updated = aws.update(made, {**LIMIT, "metricQueries": QUERIES})
    assert not {"metricName", "namespace", "statistic", "period"} & {
        name for name, value in updated.outputs.items() if value
    }
    assert not aws.diff(updated, {**LIMIT, "metricQueries": QUERIES}).diffs


def test_an_alarm_made_again_has_no_tags_of_its_forerunner(aws: Any) -> None:
    aws.delete(aws.create(ALARM, {**LIMIT, **SINGLE, "tags": {"a": "1"}}))
    assert aws.create(ALARM, {**LIMIT, **SINGLE}).outputs["tagsAll"] == {}


def test_a_new_alarm_has_no_data_and_a_changed_one_keeps_its_state(aws: Any, cloud: Cloud) -> None:
    made = aws.create(ALARM, {**LIMIT, **SINGLE})
    alarms = cloud.client("cloudwatch")
    assert alarms.describe_alarms()["MetricAlarms"][0]["StateValue"] == "INSUFFICIENT_DATA"
    alarms.set_alarm_state(AlarmName="blocked", StateValue="ALARM", StateReason="a test")
    aws.update(made, {**LIMIT, **SINGLE, "threshold": 5})
    assert alarms.describe_alarms()["MetricAlarms"][0]["StateValue"] == "ALARM"


def test_a_threshold_of_zero_is_one(aws: Any) -> None:
    made = aws.create(ALARM, {**LIMIT, **SINGLE, "threshold": 0})
    assert made.outputs["threshold"] == 0
    assert aws.diff(made, {**LIMIT, **SINGLE, "threshold": 1}).diffs == ["threshold"]


def test_what_is_unknown_passes_check(aws: Any) -> None:
    assert aws.checked(ALARM, {**LIMIT, **SINGLE, "alarmActions": [UNKNOWN]})
    assert aws.checked(ALARM, {**LIMIT, "metricQueries": UNKNOWN})
    assert aws.checked(DASHBOARD, {"dashboardName": UNKNOWN, "dashboardBody": UNKNOWN})


@pytest.mark.parametrize(
    ("inputs", "failing"),
    [
        ({**LIMIT, **SINGLE, "alarmActions": ["alarms"]}, ["alarmActions[0]"]),
        ({**LIMIT, **SINGLE, "okActions": [TOPIC] * 6}, ["okActions"]),
        ({**LIMIT, **SINGLE, "treatMissingData": "ignored"}, ["treatMissingData"]),
        ({**LIMIT, **SINGLE, "extendedStatistic": "p90"}, ["statistic"]),
        ({**LIMIT, **SINGLE, "thresholdMetricId": "e1"}, ["threshold"]),
        ({**LIMIT, "metricQueries": QUERIES, "period": 60}, ["period"]),
        (
            {**LIMIT, "metricQueries": [{"id": "a", "expression": "b", "metric": METRIC}]},
            ["metricQueries[0]"],
        ),
        ({"threshold": 1, **SINGLE}, ["comparisonOperator", "evaluationPeriods"]),
        ({**LIMIT, **SINGLE, "evaluationInterval": 60}, ["evaluationInterval"]),
        ({**LIMIT, **SINGLE, "alarmAction": [TOPIC]}, ["alarmAction"]),
    ],
)
def test_bad_alarms_fail_at_check(aws: Any, inputs: dict[str, Any], failing: list[str]) -> None:
    _, failures = aws.check(ALARM, inputs)
    assert [name for name, _ in failures] == failing


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"alarmActions": [TOPIC.replace("us-east-1", "eu-west-1")]}, "Only us-east-1 is"),
        ({"metricName": None}, "metricName must not be null"),
        ({"statistic": None}, "one of statistic and extendedStatistic"),
        ({"threshold": None}, "one of threshold and thresholdMetricId"),
        ({"period": 45}, "a multiple of 60"),
        ({"evaluationPeriods": 289}, "at most 86400 seconds"),
        ({"period": 86400, "evaluationPeriods": 8}, "at most 604800 seconds"),
        ({"comparisonOperator": "More"}, "ComparisonOperator"),
        ({"statistic": "Total"}, "Statistic"),
        ({"namespace": ":x"}, "Namespace"),
    ],
)
def test_an_alarm_that_cloudwatch_refuses_is_refused(
    aws: Any, cloud: Cloud, inputs: dict[str, Any], why: str
) -> None:
    changed = {**LIMIT, **SINGLE, **inputs}
    message = refusal(
        aws.create, ALARM, {name: value for name, value in changed.items() if value is not None}
    )
    assert "Validation" in message
    assert why in message
    assert cloud.client("cloudwatch").describe_alarms()["MetricAlarms"] == []


@pytest.mark.parametrize(
    ("queries", "why"),
    [
        ([QUERIES[1]], "Exactly one element of the metrics list should return data"),
        ([{**each, "returnData": True} for each in QUERIES], "Exactly one element"),
        ([QUERIES[0], {**QUERIES[1], "id": "Capital"}], "must begin with a lower case letter"),
        ([QUERIES[0], QUERIES[1], QUERIES[1]], "have the same id"),
        ([QUERIES[0], {"id": "nothing"}], "must have an expression or a metric"),
        ([QUERIES[0], {"id": "odd", "metric": {**METRIC, "period": 7}}], "a multiple of 60"),
    ],
)
def test_queries_that_cloudwatch_refuses_are_refused(
    aws: Any, queries: list[dict[str, Any]], why: str
) -> None:
    message = refusal(aws.create, ALARM, {**LIMIT, "metricQueries": queries})
    assert "PutMetricAlarm failed: ValidationError: " in message
    assert why in message


def test_a_band_takes_two_results(aws: Any) -> None:
    band = {
        "name": "odd",
        "comparisonOperator": "GreaterThanUpperThreshold",
        "evaluationPeriods": 2,
        "thresholdMetricId": "band",
    }
    queries = [
        {"id": "band", "expression": "ANOMALY_DETECTION_BAND(all)", "returnData": True},
        {"id": "all", "metric": METRIC, "returnData": True},
    ]
    assert aws.create(ALARM, {**band, "metricQueries": queries}).id == "odd"
    message = refusal(aws.create, ALARM, {**band, "metricQueries": queries[:1]})
    assert "Exactly two elements" in message
    message = refusal(
        aws.create, ALARM, {**band, "thresholdMetricId": "x", "metricQueries": queries}
    )
    assert "the id of no metric query" in message


# --- Dashboards ---

TEXT = {"type": "text", "x": 0, "y": 0, "width": 3, "height": 3, "properties": {"markdown": "Hi"}}
GRAPH = {
    "type": "metric",
    "properties": {
        "metrics": [["AWS/WAFV2", "BlockedRequests", "Rule", "ALL", {"stat": "Sum"}], [".", "."]],
        "region": "us-east-1",
    },
}


def body(*widgets: Any, **more: Any) -> str:
    return json.dumps({"widgets": list(widgets), **more})


def test_a_dashboard_lives(aws: Any) -> None:
    live(
        aws,
        Life(
            DASHBOARD,
            {"dashboardName": "site", "dashboardBody": body(TEXT, GRAPH)},
            {"dashboardName": "site", "dashboardBody": body(GRAPH, TEXT)},
            {"dashboardName": "other", "dashboardBody": body(TEXT)},
            "site",
            {"dashboardArn": f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/site"},
        ),
    )


def test_a_body_written_otherwise_is_the_same_body(aws: Any) -> None:
    made = aws.create(
        DASHBOARD, {"dashboardName": "site", "dashboardBody": body(TEXT, start="P1D")}
    )
    otherwise = json.dumps({"start": "P1D", "widgets": [dict(reversed(TEXT.items()))]}, indent=2)
    assert otherwise != made.outputs["dashboardBody"]
    assert not aws.diff(made, {"dashboardName": "site", "dashboardBody": otherwise}).diffs
    longer = body(TEXT, start="P2D")
    assert aws.diff(made, {"dashboardName": "site", "dashboardBody": longer}).diffs


@pytest.mark.parametrize(
    ("inputs", "failing"),
    [
        ({"dashboardName": "site", "dashboardBody": "nonsense"}, "dashboardBody"),
        ({"dashboardName": "the site", "dashboardBody": body()}, "dashboardName"),
        ({"dashboardName": "site"}, "dashboardBody"),
    ],
)
def test_bad_dashboards_fail_at_check(aws: Any, inputs: dict[str, Any], failing: str) -> None:
    _, failures = aws.check(DASHBOARD, inputs)
    assert [name for name, _ in failures] == [failing]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[]", "'widgets', a list"),
        ("{}", "'widgets', a list"),
        (body("text"), "/widgets/0: Should be object"),
        (body({"properties": {}}), "'type'"),
        (body({"type": "text"}), "'properties'"),
        (body(TEXT, {**TEXT, "properties": {}}), "/widgets/1/properties: Should have required"),
        (body({**TEXT, "width": 25}), "/widgets/0/width: Should be an integer from 1 to 24"),
        (body({**TEXT, "x": "left"}), "/widgets/0/x"),
        (body({"type": "metric", "properties": {"metrics": []}}), "a region and a data source"),
        (body({"type": "metric", "properties": {"region": "us-east-1"}}), "an alarm annotation"),
        (
            body({"type": "metric", "properties": {"region": "r", "metrics": ["a"]}}),
            "an array of arrays of strings",
        ),
    ],
)
def test_a_body_that_cloudwatch_refuses_is_refused(aws: Any, text: str, why: str) -> None:
    message = refusal(aws.create, DASHBOARD, {"dashboardName": "site", "dashboardBody": text})
    assert "PutDashboard failed: InvalidParameterInput: The dashboard body is invalid" in message
    assert why in message
    assert aws.imported(DASHBOARD, "site") is None


def test_a_widget_of_an_alarm_needs_no_metrics(aws: Any) -> None:
    alarm = f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:blocked"
    widget = {"type": "metric", "properties": {"annotations": {"alarms": [alarm]}}}
    assert aws.create(DASHBOARD, {"dashboardName": "site", "dashboardBody": body(widget)})
