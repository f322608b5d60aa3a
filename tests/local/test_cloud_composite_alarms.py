"""Composite alarms through their lives, on the emulated AWS, and the language of their rules."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.cloud import Cloud
from local.cloud.alarm_rules import alarms
from local.cloud.values import UNKNOWN
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
ARN = f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:alarms"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"

ANY = {"alarmName": "any", "alarmRule": f'ALARM("root use") OR ALARM({ARN}logins)'}


@pytest.fixture(autouse=True)
def children(aws: Any) -> dict[str, Any]:
    return {
        name: aws.create(
            ALARM,
            {
                "name": name,
                "namespace": "trail",
                "metricName": name,
                "comparisonOperator": "GreaterThanThreshold",
                "statistic": "Sum",
                "period": 300,
                "evaluationPeriods": 1,
                "threshold": 0,
            },
        )
        for name in ("root use", "logins", "deploying")
    }


def test_a_composite_alarm_lives(aws: Any) -> None:
    live(
        aws,
        Life(
            COMPOSITE,
            {
                **ANY,
                "alarmActions": [TOPIC, f"{TOPIC}-2"],
                "okActions": [TOPIC],
                "alarmDescription": "something is wrong",
                "tags": {"a": "1", "b": "2"},
            },
            {
                **ANY,
                "alarmRule": 'ALARM("root use") AND NOT OK(logins)',
                "insufficientDataActions": [TOPIC],
                "actionsSuppressor": {"alarm": "deploying", "waitPeriod": 60, "extensionPeriod": 0},
                "tags": {"a": "3"},
            },
            {**ANY, "actionsEnabled": False},
            "any",
            {
                "arn": f"{ARN}any",
                "actionsEnabled": True,
                "alarmRule": ANY["alarmRule"],
                "tagsAll": {"a": "1", "b": "2"},
            },
            by_name=True,
        ),
    )


def test_a_composite_alarm_is_in_aws_as_it_was_asked_for(aws: Any, cloud: Cloud) -> None:
    cloudwatch = cloud.client("cloudwatch")

    def told() -> Any:
        answer = cloudwatch.describe_alarms(AlarmNames=["any"], AlarmTypes=["CompositeAlarm"])
        assert answer["MetricAlarms"] == []
        (alarm,) = answer["CompositeAlarms"]
        return alarm

    suppressor = {"alarm": f"{ARN}deploying", "waitPeriod": 60, "extensionPeriod": 30}
    asked = {**ANY, "alarmActions": [TOPIC], "actionsSuppressor": suppressor}
    made = aws.create(COMPOSITE, asked)
    assert told()["AlarmRule"] == ANY["alarmRule"]
    assert told()["AlarmActions"] == [TOPIC]
    assert told()["ActionsEnabled"] is True
    assert told()["StateValue"] == "INSUFFICIENT_DATA"
    assert told()["ActionsSuppressor"] == f"{ARN}deploying"
    assert told()["ActionsSuppressorWaitPeriod"] == 60
    assert told()["ActionsSuppressorExtensionPeriod"] == 30
    assert made.outputs["actionsSuppressor"] == suppressor
    cloudwatch.set_alarm_state(AlarmName="any", StateValue="ALARM", StateReason="a test")
    aws.update(made, {**ANY, "alarmRule": "FALSE"})
    assert told()["AlarmRule"] == "FALSE"
    assert told()["AlarmActions"] == []
    assert told()["StateValue"] == "ALARM"
    assert "ActionsSuppressor" not in told()


def test_alarms_are_told_by_type(aws: Any, cloud: Cloud) -> None:
    aws.create(COMPOSITE, ANY)
    ask = cloud.client("cloudwatch").describe_alarms

    def names(answer: Any) -> tuple[int, int]:
        return len(answer["MetricAlarms"]), len(answer["CompositeAlarms"])

    assert names(ask()) == names(ask(AlarmTypes=["MetricAlarm"])) == (3, 0)
    assert names(ask(AlarmTypes=["CompositeAlarm"])) == (0, 1)
    assert names(ask(AlarmTypes=["CompositeAlarm", "MetricAlarm"])) == (3, 1)


def test_an_alarm_made_again_has_no_tags_of_its_forerunner(aws: Any) -> None:
    aws.delete(aws.create(COMPOSITE, {**ANY, "tags": {"a": "1"}}))
    assert aws.create(COMPOSITE, ANY).outputs["tagsAll"] == {}


def test_an_alarm_that_is_put_again_keeps_its_tags(aws: Any, cloud: Cloud) -> None:
    made = aws.create(COMPOSITE, {**ANY, "tags": {"a": "1"}})
    again = {"AlarmName": "any", "AlarmRule": "TRUE", "Tags": [{"Key": "a", "Value": "2"}]}
    cloud.client("cloudwatch").put_composite_alarm(**again)
    assert aws.read(made).outputs["tags"] == {"a": "1"}


def test_an_alarm_that_another_depends_on_stays(aws: Any, children: Any) -> None:
    first = aws.create(COMPOSITE, ANY)
    second = aws.create(COMPOSITE, {"alarmName": "all", "alarmRule": "ALARM(any)"})
    for made in (children["root use"], children["logins"], first):
        message = refusal(aws.delete, made)
        assert "DeleteAlarms failed: ValidationError: Cannot delete" in message
        assert "composite alarm(s) depending on it" in message
    aws.delete(children["deploying"])
    for made in (second, first, children["root use"]):
        aws.delete(made)
        assert aws.read(made) is None


def test_alarms_in_a_circle_stay_until_it_is_broken(aws: Any) -> None:
    first = aws.create(COMPOSITE, ANY)
    aws.create(COMPOSITE, {"alarmName": "all", "alarmRule": "ALARM(any)"})
    first = aws.update(first, {**ANY, "alarmRule": "ALARM(all)"})
    assert "depending on it" in refusal(aws.delete, first)
    aws.update(first, {**ANY, "alarmRule": "FALSE"})
    aws.delete(aws.imported(COMPOSITE, "all"))


def test_one_call_deletes_one_composite_alarm(aws: Any, cloud: Cloud) -> None:
    for name in ("one", "two"):
        aws.create(COMPOSITE, {**ANY, "alarmName": name})
    delete = cloud.client("cloudwatch").delete_alarms
    with pytest.raises(ClientError, match="at most one composite alarm"):
        delete(AlarmNames=["one", "two"])
    delete(AlarmNames=["two"])
    delete(AlarmNames=["one", "logins", "root use"])
    assert aws.imported(COMPOSITE, "one") is None


def test_what_is_unknown_passes_check(aws: Any) -> None:
    unknown = {"alarmActions": [UNKNOWN], "actionsSuppressor": UNKNOWN}
    assert aws.checked(COMPOSITE, {"alarmName": UNKNOWN, "alarmRule": UNKNOWN, **unknown})


@pytest.mark.parametrize(
    ("inputs", "failing"),
    [
        ({"alarmRule": "ALARM(a"}, "alarmRule"),
        ({"alarmActions": ["mail"]}, "alarmActions[0]"),
        ({"okActions": [f"{TOPIC}-{number}" for number in range(6)]}, "okActions"),
        (
            {"actionsSuppressor": {"alarm": "deploying", "waitPeriod": 60}},
            "actionsSuppressor.extensionPeriod",
        ),
        ({"alarmRul": "TRUE"}, "alarmRul"),
    ],
)
def test_bad_alarms_fail_at_check(aws: Any, inputs: dict[str, Any], failing: str) -> None:
    _, failures = aws.check(COMPOSITE, {**ANY, **inputs})
    assert [name for name, _ in failures] == [failing]


@pytest.mark.parametrize(
    ("inputs", "code", "why"),
    [
        (
            {"alarmRule": 'ALARM(logins) OR (OK("gone") AND ALARM(lost))'},
            "ValidationError",
            "as alarms [gone, lost] in the alarm rule do not exist",
        ),
        ({"alarmRule": "ALARM(any)"}, "ValidationError", "as alarms [any]"),
        (
            {"alarmRule": f"ALARM({ARN.replace('us-east', 'eu-west')}logins)"},
            "ValidationError",
            "do not exist",
        ),
        (
            {"actionsSuppressor": {"alarm": "gone", "waitPeriod": 1, "extensionPeriod": 1}},
            "ValidationError",
            "as alarms [gone]",
        ),
        ({"alarmName": "logins"}, "ValidationError", "of another type"),
        (
            {"alarmActions": [TOPIC.replace("us-east", "eu-west")]},
            "ValidationError",
            "in another region",
        ),
        ({"alarmDescription": "x" * 1025}, "ValidationException", "AlarmDescription"),
    ],
)
def test_an_alarm_that_cloudwatch_refuses_is_refused(
    aws: Any, cloud: Cloud, inputs: dict[str, Any], code: str, why: str
) -> None:
    message = refusal(aws.create, COMPOSITE, {**ANY, **inputs})
    assert f"PutCompositeAlarm failed: {code}: " in message
    assert why in message
    told = cloud.client("cloudwatch").describe_alarms(AlarmTypes=["CompositeAlarm"])
    assert told["CompositeAlarms"] == []


def test_a_rule_that_cannot_be_read_is_refused_by_the_service_too(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match=r"ValidationError.*AlarmRule must join"):
        cloud.client("cloudwatch").put_composite_alarm(AlarmName="any", AlarmRule="AND")


# --- Rules ---


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ("TRUE", []),
        ("false", []),
        ("ALARM(a)", ["a"]),
        ('OK( "a (b)" )', ["a (b)"]),
        (r'INSUFFICIENT_DATA("a \"b\" \\")', ['a "b" \\']),
        ("NOT (ALARM(a))", ["a"]),
        ("ALARM(a) AND NOT ALARM(b)", ["a", "b"]),
        ("(ALARM(a) OR ALARM(b)) AND OK(c)", ["a", "b", "c"]),
        ("ALARM(a)\n OR  NOT NOT (OK(a) AND (TRUE OR ALARM(AND)))", ["a", "AND"]),
        ("ALARM(a)AND(ALARM(b))", ["a", "b"]),
        (f"ALARM({ARN}a)", [f"{ARN}a"]),
        (" OR ".join(f"ALARM(a{number})" for number in range(100)), [f"a{n}" for n in range(100)]),
        (" AND ".join(["TRUE"] * 500), []),
    ],
)
def test_rules_of_the_api_reference_are_read(rule: str, named: list[str]) -> None:
    assert alarms(rule) == named


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("", "must join"),
        (" TRUE", "white space"),
        ("TRUE\n", "white space"),
        ("alarm", "cannot be read at character 1"),
        ("alarm(a)", "cannot be read at character 1"),
        ("TRUE and FALSE", "cannot be read at character 6"),
        ("ALARM()", "cannot be read"),
        ('ALARM("")', "cannot be read"),
        ("ALARM(a b)", "cannot be read"),
        ('ALARM("a)', "cannot be read"),
        ("ALARM(a", "cannot be read"),
        ("FIRING(a)", "cannot be read"),
        ("TRUEFALSE", "cannot be read"),
        ("ALARM(a) ALARM(b)", "must join"),
        ("ALARM(a) AND", "must join"),
        ("AND ALARM(a)", "must join"),
        ("ALARM(a) AND OR ALARM(b)", "must join"),
        ("ALARM(a) NOT ALARM(b)", "must join"),
        ("NOT", "must join"),
        ("(ALARM(a)", "must join"),
        ("ALARM(a))", "must join"),
        ("()", "must join"),
        (" OR ".join(f"ALARM(a{number})" for number in range(101)), "at most 100 alarms"),
        (" AND ".join(["TRUE"] * 501), "at most 500"),
        ("(" * 250 + "TRUE" + ")" * 250, "at most 500"),
    ],
)
def test_what_is_no_rule_is_told_why(rule: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        alarms(rule)
