"""Metric filters and saved queries of CloudWatch Logs through their lives, on the emulated AWS."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.cloud import Cloud
from local.cloud.filter_patterns import check, parse
from local.cloud.values import UNKNOWN
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
GROUP = "aws:cloudwatch/logGroup:LogGroup"
FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
QUERY = "aws:cloudwatch/queryDefinition:QueryDefinition"

METRIC = {"name": "root-use", "namespace": "AuditTrail/main", "value": "1"}
ROOT = {
    "name": "root-use",
    "logGroupName": "trail",
    "pattern": '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS }',
    "metricTransformation": METRIC,
}
RECENT = {"name": "trail/recent", "logGroupNames": ["trail"], "queryString": "fields @message"}


@pytest.fixture(autouse=True)
def group(aws: Any) -> Any:
    return aws.create(GROUP, {"name": "trail"})


def test_a_metric_filter_lives(aws: Any, cloud: Cloud) -> None:
    aws.create(FILTER, {**ROOT, "name": "root-use-of-another"})  # its name begins alike
    live(
        aws,
        Life(
            FILTER,
            ROOT,
            {
                **ROOT,
                "pattern": "{ $.eventName = * }",
                "metricTransformation": {
                    **METRIC,
                    "value": "$.latency",
                    "unit": "Count",
                    "dimensions": {"Region": "$.awsRegion"},
                },
            },
            {**ROOT, "name": "others"},
            "root-use",
            {"name": "root-use", "metricTransformation": {**METRIC, "unit": "None"}},
            imports="trail:root-use",
        ),
    )
    (left,) = cloud.client("logs").describe_metric_filters(logGroupName="trail")["metricFilters"]
    assert left["filterName"] == "root-use-of-another"


def test_a_filter_is_in_aws_as_it_was_asked_for(aws: Any, cloud: Cloud) -> None:
    made = aws.create(FILTER, {**ROOT, "metricTransformation": {**METRIC, "defaultValue": "0"}})
    logs = cloud.client("logs")
    (filter_,) = logs.describe_metric_filters(logGroupName="trail")["metricFilters"]
    assert filter_["filterPattern"] == ROOT["pattern"]
    assert filter_["metricTransformations"] == [
        {
            "metricName": "root-use",
            "metricNamespace": "AuditTrail/main",
            "metricValue": "1",
            "defaultValue": 0,
            "unit": "None",
        }
    ]
    assert made.outputs["metricTransformation"]["defaultValue"] == "0"
    aws.update(made, {**ROOT, "pattern": "ERROR"})
    (filter_,) = logs.describe_metric_filters(logGroupName="trail")["metricFilters"]
    assert filter_["filterPattern"] == "ERROR"
    assert "defaultValue" not in filter_["metricTransformations"][0]


def test_another_log_group_takes_another_filter(aws: Any) -> None:
    made = aws.create(FILTER, ROOT)
    diff = aws.diff(made, {**ROOT, "logGroupName": "other"})
    assert list(diff.replaces) == ["logGroupName"]


def test_a_filter_without_a_name_gets_one(aws: Any) -> None:
    made = aws.create(FILTER, {name: value for name, value in ROOT.items() if name != "name"})
    assert made.id == made.outputs["name"]


def test_a_deleted_log_group_takes_its_filters_along(aws: Any, cloud: Cloud, group: Any) -> None:
    made = aws.create(FILTER, ROOT)
    aws.delete(group)
    assert aws.read(made) is None
    aws.create(GROUP, {"name": "trail"})
    assert cloud.client("logs").describe_metric_filters(logGroupName="trail")["metricFilters"] == []


def test_what_is_unknown_passes_check(aws: Any) -> None:
    assert aws.checked(FILTER, {**ROOT, "logGroupName": UNKNOWN, "pattern": UNKNOWN})
    assert aws.checked(FILTER, {**ROOT, "metricTransformation": UNKNOWN})


@pytest.mark.parametrize(
    ("inputs", "failing"),
    [
        ({"metricTransformation": {**METRIC, "defaultValue": "none"}}, "metricTransformation"),
        (
            {"metricTransformation": {**METRIC, "defaultValue": "0", "dimensions": {"a": "$.b"}}},
            "metricTransformation",
        ),
        ({"metricTransformation": {"name": "root-use"}}, "metricTransformation"),
        ({"applyOnTransformedLogs": True}, "applyOnTransformedLogs"),
        ({"patern": "{ $.a = b }"}, "patern"),
    ],
)
def test_bad_filters_fail_at_check(aws: Any, inputs: dict[str, Any], failing: str) -> None:
    _, failures = aws.check(FILTER, {**ROOT, **inputs})
    assert failures
    assert all(name.startswith(failing) for name, _ in failures)


@pytest.mark.parametrize(
    ("inputs", "code", "why"),
    [
        ({"logGroupName": "trai"}, "ResourceNotFoundException", "log group does not exist"),
        ({"pattern": "{ $.a = }"}, "InvalidParameterException", "Invalid metric filter pattern"),
        ({"pattern": "some-term"}, "InvalidParameterException", "not in double quotes"),
        (
            {"pattern": "ERROR", "metricTransformation": {**METRIC, "dimensions": {"a": "$.b"}}},
            "InvalidParameterException",
            "does not support dimensions",
        ),
        (
            {
                "metricTransformation": {
                    **METRIC,
                    "dimensions": dict.fromkeys(("a", "b", "c", "d"), "$.a"),
                }
            },
            "InvalidParameterException",
            "at most 3 dimensions",
        ),
        (
            {"metricTransformation": {**METRIC, "value": "one"}},
            "InvalidParameterException",
            "no number and no field",
        ),
        ({"name": "a:b"}, "ValidationException", "filterName"),
        ({"pattern": f'{{ $.a = "{"x" * 1024}" }}'}, "ValidationException", "filterPattern"),
        (
            {"metricTransformation": {**METRIC, "namespace": "a:b"}},
            "ValidationException",
            "metricNamespace",
        ),
        ({"metricTransformation": {**METRIC, "unit": "Events"}}, "ValidationException", "unit"),
    ],
)
def test_a_filter_that_cloudwatch_logs_refuses_is_refused(
    aws: Any, cloud: Cloud, inputs: dict[str, Any], code: str, why: str
) -> None:
    message = refusal(aws.create, FILTER, {**ROOT, **inputs})
    assert f"PutMetricFilter failed: {code}: " in message
    assert why in message
    assert cloud.client("logs").describe_metric_filters()["metricFilters"] == []


@pytest.mark.parametrize("group_name", ["trail", "gone"])
def test_what_is_not_there_is_an_error(cloud: Cloud, group_name: str) -> None:
    logs = cloud.client("logs")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.delete_metric_filter(logGroupName=group_name, filterName="none")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.describe_metric_filters(logGroupName="gone")


# --- Patterns ---


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "ERROR",
        '"Failed to process" -Exiting ?WARN',
        "%AUTHORIZED%",
        "[ip, user, ..., status_code = 4*, bytes > 1000]",
        "{ $.latency >= 500 }",
        "{ $.numbers[0] < 10e-3 }",
        "{ $.objects[*].id = 2 || $.['a.b'] = c }",
        "{ ($.a IS NULL) && (($.b NOT EXISTS) || $.c EXISTS && $.d IS TRUE) }",
        '{ $.a = "with \\"quotes\\" and )" }',
        "{ $.eventName = %^Put.+% }",
    ],
)
def test_patterns_of_the_user_guide_are_taken(pattern: str) -> None:
    check(pattern)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("{ $.a = b", "does not stand in"),
        ("{}", "a selector, as $.eventName, is missing"),
        ("{ eventName = b }", "a selector, as $.eventName, is missing"),
        ("{ $.a }", "no operator after it"),
        ("{ $.a = }", "no value after it"),
        ("{ $.a = b && }", "a selector, as $.eventName, is missing"),
        ("{ ($.a = b }", "not closed"),
        ("{ $.a = b) }", "something else than && or ||"),
        ("{ $.a = b $.c = d }", "something else than && or ||"),
        ("{ $.a = b & $.c = d }", "where none such can"),
        ('{ $.a = "b }', "where none such can"),
        ("{ $.a < many }", "takes a number"),
        ("{ $.a IS EMPTY }", "IS takes one of"),
        ("{ $.a = b@c }", "not in double quotes"),
        ("{ $.a[*].b[*] = 1 }", "more than one wildcard"),
        ("{ $.a[*]=1 || $.b[*]=1 || $.c[*]=1 || $.d[*]=1 }", "more than three"),
        ("[a, b", "does not end in"),
        ("two-terms", "not in double quotes"),
    ],
)
def test_what_is_no_pattern_is_told_why(pattern: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        check(pattern)


def test_and_goes_before_or() -> None:
    grouped = parse("{ $.a = 1 || ($.b = 2 && $.c = 3) }")
    assert parse("{ $.a = 1 || $.b = 2 && $.c = 3 }") == grouped
    assert parse("{ ($.a = 1 || $.b = 2) && $.c = 3 }") != grouped


# --- Saved queries ---


def test_a_saved_query_lives(aws: Any, cloud: Cloud) -> None:
    live(
        aws,
        Life(
            QUERY,
            RECENT,
            {"name": "other", "logGroupNames": [], "queryString": "fields @timestamp"},
            {**RECENT, "region": "eu-west-1"},
            "{queryDefinitionId}",
            {"name": "trail/recent", "logGroupNames": ["trail"]},
            by_name=True,
            imports="{arn}",
        ),
    )
    assert cloud.client("logs").describe_query_definitions()["queryDefinitions"] == []


def test_a_saved_query_is_in_aws_as_it_was_asked_for(aws: Any, cloud: Cloud) -> None:
    made = aws.create(QUERY, RECENT)
    aws.create(QUERY, {**RECENT, "name": "else"})
    logs = cloud.client("logs")
    (kept,) = logs.describe_query_definitions(queryDefinitionNamePrefix="trail/")[
        "queryDefinitions"
    ]
    assert kept["queryDefinitionId"] == made.id
    assert kept["queryString"] == "fields @message"
    assert made.outputs["arn"] == (f"arn:aws:logs:us-east-1:{ACCOUNT}:query-definition:{made.id}")
    cloud.reset()
    assert logs.describe_query_definitions()["queryDefinitions"] == []


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"logGroupNames": ["gone"]}, "ResourceNotFoundException"),
        ({"queryString": "x" * 10_001}, "ValidationException"),
    ],
)
def test_a_query_that_cloudwatch_logs_refuses_is_refused(
    aws: Any, inputs: dict[str, Any], code: str
) -> None:
    message = refusal(aws.create, QUERY, {**RECENT, **inputs})
    assert f"PutQueryDefinition failed: {code}: " in message


def test_a_query_that_is_not_there_is_an_error(cloud: Cloud) -> None:
    logs = cloud.client("logs")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.delete_query_definition(queryDefinitionId="none")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.put_query_definition(queryDefinitionId="none", name="a", queryString="fields @message")
