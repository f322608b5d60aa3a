"""EventBridge's rules and targets through their lives, on the emulated AWS."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.cloud import Cloud
from local.cloud.values import UNKNOWN
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:alarms"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead"
PATTERN = {
    "source": ["aws.sts"],
    "detail-type": ["AWS API Call via CloudTrail"],
    "detail": {"eventName": ["AssumeRole"]},
}


@pytest.fixture
def rule(aws: Any) -> str:
    """Make a rule and return its name."""
    return str(aws.create(RULE, {"name": "used", "eventPattern": json.dumps(PATTERN)}).id)


def test_a_rule_lives(aws: Any) -> None:
    arn = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/used"
    live(
        aws,
        Life(
            RULE,
            {
                "name": "used",
                "description": "Someone broke the glass",
                "eventPattern": json.dumps(PATTERN),
                "state": "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
                "tags": {"a": "1", "b": "2"},
            },
            {
                "name": "used",
                "eventPattern": json.dumps({"source": ["aws.iam"]}),
                "state": "DISABLED",
                "forceDestroy": True,
                "tags": {"a": "3"},
            },
            {"name": "others", "eventPattern": json.dumps(PATTERN)},
            "used",
            {"arn": arn, "eventBusName": "default", "tagsAll": {"a": "1", "b": "2"}},
        ),
    )


def test_a_rule_is_told_to_others(aws: Any, cloud: Cloud, rule: str) -> None:
    told = cloud.client("events").describe_rule(Name=rule)
    assert json.loads(told["EventPattern"]) == PATTERN
    assert told["State"] == "ENABLED"
    made = aws.imported(RULE, rule)
    spaced = {"name": rule, "eventPattern": json.dumps(PATTERN, indent=2)}
    assert not aws.diff(made, spaced).diffs
    scheduled = aws.create(RULE, {"namePrefix": "each-", "scheduleExpression": "rate(5 minutes)"})
    assert scheduled.id.startswith("each-")


def test_a_pattern_without_lists_is_refused(aws: Any) -> None:
    asked = {"eventPattern": json.dumps({"source": "aws.sts"})}
    assert "InvalidEventPatternException" in refusal(aws.create, RULE, asked)


@pytest.mark.parametrize(
    ("inputs", "failing"),
    [
        ({}, "eventPattern"),
        ({"eventPattern": "nonsense"}, "eventPattern"),
        ({"eventPattern": "{}", "name": "no spaces"}, "name"),
        ({"eventPattern": "{}", "eventBusName": "other"}, "eventBusName"),
        ({"eventPattern": "{}", "isEnabled": True}, "isEnabled"),
    ],
)
def test_bad_rules_fail_at_check(aws: Any, inputs: dict[str, Any], failing: str) -> None:
    _, failures = aws.check(RULE, inputs)
    assert [name for name, _ in failures] == [failing]


# --- Targets ---


def test_a_target_lives(aws: Any, rule: str, cloud: Cloud) -> None:
    made = {
        "rule": rule,
        "targetId": "tell",
        "arn": TOPIC,
        "inputTransformer": {
            "inputPaths": {"who": "$.detail.userIdentity.arn"},
            "inputTemplate": '"<who> broke the glass"',
        },
        "retryPolicy": {"maximumEventAgeInSeconds": 3600, "maximumRetryAttempts": 10},
        "deadLetterConfig": {"arn": QUEUE},
    }
    live(
        aws,
        Life(
            TARGET,
            made,
            {"rule": rule, "targetId": "tell", "arn": f"{TOPIC}-2", "inputPath": "$.detail"},
            {"rule": rule, "targetId": "other", "arn": TOPIC},
            f"{rule}-tell",
            {"arn": TOPIC, "eventBusName": "default"},
            imports=f"{rule}/tell",
        ),
    )
    aws.create(TARGET, made)
    (told,) = cloud.client("events").list_targets_by_rule(Rule=rule)["Targets"]
    assert told == {
        "Id": "tell",
        "Arn": TOPIC,
        "InputTransformer": {
            "InputPathsMap": {"who": "$.detail.userIdentity.arn"},
            "InputTemplate": '"<who> broke the glass"',
        },
        "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 10},
        "DeadLetterConfig": {"Arn": QUEUE},
    }


def test_what_a_target_had_is_taken_away(aws: Any, rule: str, cloud: Cloud) -> None:
    bare = {"rule": rule, "targetId": "tell", "arn": f"{QUEUE}.fifo"}
    bare["sqsTarget"] = {"messageGroupId": "a"}  # type: ignore[assignment]
    made = aws.create(TARGET, {**bare, "input": "{}", "deadLetterConfig": {"arn": QUEUE}})
    updated = aws.update(made, bare)
    assert not aws.diff(updated, bare).diffs
    (told,) = cloud.client("events").list_targets_by_rule(Rule=rule)["Targets"]
    assert told.keys() == {"Id", "Arn", "SqsParameters"}


def test_a_target_has_an_id(aws: Any, rule: str) -> None:
    made = aws.create(TARGET, {"rule": rule, "arn": TOPIC})
    assert made.id == f"{rule}-{made.outputs['targetId']}"
    assert not aws.diff(made, {"rule": rule, "arn": TOPIC}).diffs


def test_a_rule_has_five_targets_at_most(aws: Any, rule: str) -> None:
    for number in range(5):
        last = aws.create(TARGET, {"rule": rule, "targetId": f"t{number}", "arn": TOPIC})
    message = refusal(aws.create, TARGET, {"rule": rule, "targetId": "t5", "arn": TOPIC})
    assert "PutTargets failed: LimitExceededException" in message
    aws.update(last, {"rule": rule, "targetId": "t4", "arn": f"{TOPIC}-2"})


def test_a_target_needs_its_rule_and_an_arn(aws: Any, rule: str) -> None:
    absent = {"rule": "absent", "arn": TOPIC}
    assert "ResourceNotFoundException" in refusal(aws.create, TARGET, absent)
    assert "Exception" in refusal(aws.create, TARGET, {"rule": rule, "arn": "alarms"})
    assert aws.imported(TARGET, "absent/tell") is None


def test_a_rule_with_targets_stays(aws: Any, rule: str) -> None:
    made = aws.create(TARGET, {"rule": rule, "arn": TOPIC})
    held = aws.imported(RULE, rule)
    assert "can't be deleted since it has targets" in refusal(aws.delete, held)
    aws.delete(made)
    aws.delete(held)
    assert aws.read(held) is None


@pytest.mark.parametrize(
    ("inputs", "failing"),
    [
        ({"input": "nonsense"}, "input"),
        ({"input": "{}", "inputPath": "$"}, "inputPath"),
        ({"eventBusName": "other"}, "eventBusName"),
        ({"kinesisTarget": {"partitionKeyPath": "$"}}, "kinesisTarget"),
    ],
)
def test_bad_targets_fail_at_check(aws: Any, inputs: dict[str, Any], failing: str) -> None:
    _, failures = aws.check(TARGET, {"rule": "used", "arn": TOPIC, **inputs})
    assert [name for name, _ in failures] == [failing]


def test_what_is_unknown_passes_check(aws: Any) -> None:
    assert aws.checked(RULE, {"name": UNKNOWN, "eventPattern": UNKNOWN, "eventBusName": UNKNOWN})
    assert aws.checked(TARGET, {"rule": UNKNOWN, "arn": UNKNOWN, "input": UNKNOWN})
