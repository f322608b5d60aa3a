"""What counts as monitoring of a trail: filters by what they let through, alarms by what rings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from policy_pack.aws import ALARMS, LOG_GROUPS, METRIC_FILTERS, TRAILS
from policy_pack.catalog import rules
from policy_pack.filter_patterns import covers, read, selects
from policy_pack.rule import UNKNOWN, Verdict, example_stack, ref
from policy_pack.trail_monitors import NARROWEST, WANTED

RULE: Final = next(rule for rule in rules() if rule.id == "cloudtrail-monitored")
ROOT: Final = NARROWEST["root-use"]
AT: Final = [*NARROWEST].index("root-use")
METRIC: Final = {"name": "roots", "namespace": "CIS", "value": "1"}
FILTER: Final = {"logGroupName": ref("log"), "pattern": ROOT, "metricTransformation": METRIC}
ALARM: Final = {
    "metricName": "roots",
    "namespace": "CIS",
    "statistic": "Sum",
    "comparisonOperator": "GreaterThanOrEqualToThreshold",
    "threshold": 1,
    "evaluationPeriods": 1,
    "alarmActions": ["arn:aws:sns:eu-west-1:123456789012:alarms"],
}
NO_FILTER: Final = "No metric filter of the trail's log group counts root-use."
NO_ALARM: Final = "No alarm with actions goes off by the metric filter for root-use."

OF_THE_BENCHMARK: Final = (
    '{ ($.errorCode ="*UnauthorizedOperation") || ($.errorCode ="AccessDenied*") && '
    '($.sourceIPAddress!="delivery.logs.amazonaws.com") && ($.eventName!="HeadBucket") }'
)
"""Version 5.0 of it, 4.1, word for word."""

Stack = dict[str, tuple[str, Mapping[str, Any]]]


def stack(
    filter_: Mapping[str, Any] = FILTER,
    alarm: Mapping[str, Any] = ALARM,
    **more: tuple[str, Mapping[str, Any]],
) -> Stack:
    """Return a trail that is monitored as it should, but for the root user's filter and alarm."""
    made: Stack = {
        "audit": (TRAILS[0], {"cloudWatchLogsGroupArn": ref("log")}),
        "log": (LOG_GROUPS[0], {}),
    }
    for at, pattern in enumerate(NARROWEST.values()):
        metric = {**METRIC, "name": f"count-{at}"}
        one = {**FILTER, "pattern": pattern, "metricTransformation": metric}
        made[f"filter-{at}"] = (METRIC_FILTERS[0], filter_ if at == AT else one)
        watching = {**ALARM, "metricName": f"count-{at}"}
        made[f"alarm-{at}"] = (ALARMS[0], alarm if at == AT else watching)
    return {**made, **more}


def verdict(made: Stack, *, known: bool = True, **settings: Any) -> Verdict:
    shown = example_stack(made, known=known)
    return RULE.judge(shown.resources[0], shown, settings)


def reasons(made: Stack, **options: Any) -> list[str]:
    told = verdict(made, **options)
    assert not told.failure
    assert not told.undecided
    return [finding.reason for finding in told.findings]


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("filter_", "alarm"),
    [
        ({}, {}),
        ({"pattern": ROOT.replace('"', "").replace("  ", " ")}, {}),
        ({"pattern": f"  {ROOT}\n"}, {}),
        ({"pattern": '{ $.userIdentity.type = "Root" }'}, {}),
        ({}, {"comparisonOperator": "GreaterThanThreshold", "threshold": 0}),
        ({}, {"threshold": 10, "evaluationPeriods": 3, "datapointsToAlarm": 1}),
        ({}, {"statistic": "Average", "treatMissingData": "missing", "actionsEnabled": True}),
        ({"metricTransformation": {**METRIC, "value": "10"}}, {"threshold": 100}),
        ({"metricTransformation": {**METRIC, "unit": "Count"}}, {"unit": "Count"}),
        ({"metricTransformation": {**METRIC, "defaultValue": "0"}}, {}),
        ({}, {"alarmActions": [UNKNOWN]}),
    ],
)
def test_what_monitors_passes(
    known: bool, filter_: Mapping[str, Any], alarm: Mapping[str, Any]
) -> None:
    assert reasons(stack({**FILTER, **filter_}, {**ALARM, **alarm}), known=known) == []


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    "filter_",
    [
        {"pattern": f"{ROOT[:-1]} && $.awsRegion = eu-west-1 }}"},
        {"pattern": ROOT.replace("Root", "root")},
        {"pattern": ROOT[:-1]},
        {"pattern": ""},
        {"pattern": "Root"},
        {"pattern": f"{ROOT[:-1]} || $.eventName != HeadBucket }}"},
        {"pattern": '{ $.eventName != "HeadBucket" }'},
        {"pattern": "{ $.eventName = * }"},
        {"pattern": f"{{ {'(' * 400}$.a = b{')' * 400} }}"},
        {"logGroupName": ref("other")},
    ],
)
def test_a_filter_that_lets_less_or_all_through_is_none(
    known: bool, filter_: Mapping[str, Any]
) -> None:
    made = stack({**FILTER, **filter_}, other=(LOG_GROUPS[0], {}))
    assert reasons(made, known=known) == [NO_FILTER]


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("metric", "alarm"),
    [
        ({"name": "unwatched"}, {}),
        ({"value": "0"}, {}),
        ({"value": "$.latency"}, {}),
        ({"dimensions": {"Region": "$.awsRegion"}}, {}),
        ({"defaultValue": "0"}, {"statistic": "Average"}),
        ({}, {"namespace": "Others"}),
        ({}, {"dimensions": {"Region": "eu-west-1"}}),
        ({}, {"unit": "Count"}),
        ({}, {"threshold": 11}),
        ({}, {"threshold": 0}),
        ({}, {"threshold": 10, "comparisonOperator": "GreaterThanThreshold"}),
        ({}, {"threshold": 2, "statistic": "Average"}),
        ({}, {"statistic": "SampleCount"}),
        ({}, {"statistic": None, "extendedStatistic": "p90"}),
        ({}, {"evaluationPeriods": 2}),
        ({}, {"datapointsToAlarm": 2, "evaluationPeriods": 2}),
        ({}, {"treatMissingData": "breaching"}),
        ({}, {"treatMissingData": "ignore"}),
        ({}, {"comparisonOperator": "LessThanThreshold"}),
        ({}, {"alarmActions": []}),
        ({}, {"alarmActions": None}),
        ({}, {"actionsEnabled": False}),
        ({}, {"threshold": "many"}),
    ],
)
def test_an_alarm_that_tells_nobody_is_none(
    known: bool, metric: Mapping[str, Any], alarm: Mapping[str, Any]
) -> None:
    filter_ = {**FILTER, "metricTransformation": {**METRIC, **metric}}
    assert reasons(stack(filter_, {**ALARM, **alarm}), known=known) == [NO_ALARM]


@pytest.mark.parametrize(
    ("filter_", "alarm"),
    [
        ({"pattern": UNKNOWN}, {}),
        ({"logGroupName": UNKNOWN}, {}),
        ({"metricTransformation": UNKNOWN}, {}),
        ({}, {"metricName": UNKNOWN}),
        ({}, {"threshold": UNKNOWN}),
        ({}, {"actionsEnabled": UNKNOWN}),
    ],
)
def test_what_is_not_known_is_undecided(
    filter_: Mapping[str, Any], alarm: Mapping[str, Any]
) -> None:
    told = verdict(stack({**FILTER, **filter_}, {**ALARM, **alarm}))
    assert told.undecided
    assert not told.findings


def test_what_is_known_to_be_wrong_is_found_whatever_is_unknown() -> None:
    alarm = {**ALARM, "threshold": UNKNOWN, "namespace": "Others"}
    assert reasons(stack(alarm=alarm)) == [NO_ALARM]
    maybe = {**FILTER, "logGroupName": UNKNOWN}
    assert reasons(stack(maybe, {**ALARM, "threshold": 99})) == [NO_ALARM]
    assert reasons(stack({**maybe, "pattern": "{ $.a = b }"})) == [NO_FILTER]


def test_several_filters_and_alarms_do_as_well_as_one() -> None:
    more = {
        "narrow": (
            METRIC_FILTERS[0],
            {**FILTER, "pattern": "{ $.userIdentity.type = Root && $.a = b }"},
        ),
        "silent": (ALARMS[0], {**ALARM, "alarmActions": []}),
    }
    assert reasons(stack(**more)) == []


@pytest.mark.parametrize("known", [True, False])
def test_an_alarm_can_name_the_metric_by_its_filter(known: bool) -> None:
    named = f"filter-{AT}"
    filter_ = {**FILTER, "metricTransformation": {**METRIC, "name": f"{named}-id"}}
    assert reasons(stack(filter_, {**ALARM, "metricName": ref(named)}), known=known) == []
    other = {**ALARM, "metricName": ref(f"filter-{AT - 1}")}
    assert reasons(stack(filter_, other), known=known) == [NO_ALARM]


def test_the_log_group_is_known_by_its_arn_too() -> None:
    arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/cloudtrail/main"
    made = stack()
    for name, (type_, properties) in made.items():
        if type_ == METRIC_FILTERS[0]:
            made[name] = (type_, {**properties, "logGroupName": "/aws/cloudtrail/main"})
    for group in (f"{arn}:*", arn):
        made["audit"] = (TRAILS[0], {"cloudWatchLogsGroupArn": group})
        assert reasons(made) == []
    made["audit"] = (TRAILS[0], {"cloudWatchLogsGroupArn": f"{arn}-other:*"})
    assert len(reasons(made)) == len(NARROWEST)


def test_a_log_group_without_a_known_name_may_be_the_trails() -> None:
    arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/cloudtrail/main:*"
    made = {**stack(), "audit": (TRAILS[0], {"cloudWatchLogsGroupArn": arn})}
    told = verdict(made, known=False)
    assert told.undecided
    assert not told.findings
    named = {**made, "log": (LOG_GROUPS[0], {"name": "/aws/cloudtrail/main"})}
    assert reasons(named, known=False) == []
    other = {**made, "log": (LOG_GROUPS[0], {"name": "another"})}
    assert len(reasons(other, known=False)) == len(NARROWEST)


def test_a_trail_without_a_log_group_is_anothers_finding() -> None:
    made = {**stack(), "audit": (TRAILS[0], {"name": "main"})}
    assert reasons(made) == []


def test_the_threshold_is_a_setting() -> None:
    assert reasons(stack(alarm={**ALARM, "threshold": 11}), events=11) == []
    assert reasons(stack(alarm={**ALARM, "threshold": 2}), events=1) == [NO_ALARM]


def test_each_monitor_that_is_missing_is_named() -> None:
    told = verdict({name: one for name, one in stack().items() if name in {"audit", "log"}})
    assert [finding.name for finding in told.findings] == [*NARROWEST]


# --- Patterns ---


@pytest.mark.parametrize("name", NARROWEST)
def test_each_pattern_lets_its_own_through_alone(name: str) -> None:
    pattern = read(NARROWEST[name])
    assert pattern is not None
    assert selects(pattern)
    assert [other for other, wanted in WANTED.items() if covers(pattern, wanted)] == [name]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        # As Security Hub has it, and as the benchmark does.
        ('{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}', True),
        (
            OF_THE_BENCHMARK,
            True,
        ),
        ("{ $.errorCode = *Unauthorized* || $.errorCode = Access* }", True),
        ("{ $.errorCode = * }", True),
        ("{ $.errorCode = AccessDenied* }", False),
        ("{ $.errorCode = *UnauthorizedOperation || $.errorCode = AccessDenied }", False),
        ("{ $.errorCode = *UnauthorizedOperation && $.errorCode = AccessDenied* }", False),
        ("{ $.errorCode = Client.* || $.errorCode = AccessDenied* }", False),
        ("{ $.errorcode = * }", False),
        (f"{OF_THE_BENCHMARK[:-1]} && $.errorCode != AccessDeniedException }}", False),
    ],
)
def test_denied_calls_are_let_through_by(pattern: str, expected: bool) -> None:
    made = read(pattern)
    assert made is not None
    assert covers(made, WANTED["unauthorized-api-calls"]) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "a",
        "{",
        "{}",
        "{ $.a }",
        "{ $.a = }",
        "{ a = b }",
        "{ $.a = b && }",
        "{ ($.a = b }",
        "[a]",
    ],
)
def test_what_is_no_json_pattern_is_not_read(pattern: str) -> None:
    assert read(pattern) is None


def test_one_that_is_longer_than_cloudwatch_logs_takes_is_not_read() -> None:
    fits = f"{{ $.a = {'b' * (1024 - len('{ $.a =  }'))} }}"
    assert read(fits) is not None
    assert read(f"{fits} ") is None
