"""Topics, their policies and subscriptions through their lives, on the emulated AWS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from local.cloud import Cloud
from local.cloud.values import UNKNOWN
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
ARN = f"arn:aws:sns:us-east-1:{ACCOUNT}"
ROLE = f"arn:aws:iam::{ACCOUNT}:role"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"


def policy(topic: str, **changed: Any) -> str:
    statement = {
        "Sid": "AlarmsPublish",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": f"{ARN}:{topic}",
    }
    return document({**statement, **changed})


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def topic(aws: Any) -> str:
    """Make a topic and return its ARN."""
    return str(aws.create(TOPIC, {"name": "alarms"}).id)


def test_a_topic_lives(aws: Any) -> None:
    live(
        aws,
        Life(
            TOPIC,
            {
                "name": "alarms",
                "displayName": "Alarms",
                "kmsMasterKeyId": KEY,
                "signatureVersion": 2,
                "tracingConfig": "Active",
                "httpSuccessFeedbackRoleArn": f"{ROLE}/feedback",
                "httpSuccessFeedbackSampleRate": 50,
                "tags": {"a": "1", "b": "2"},
            },
            {
                "name": "alarms",
                "kmsMasterKeyId": "alias/aws/sns",
                "deliveryPolicy": json.dumps({"http": {"disableSubscriptionOverrides": True}}),
                "sqsFailureFeedbackRoleArn": f"{ROLE}/feedback",
                "tags": {"a": "3"},
            },
            {"name": "others"},
            f"{ARN}:alarms",
            {
                "arn": f"{ARN}:alarms",
                "owner": ACCOUNT,
                "kmsMasterKeyId": KEY,
                "signatureVersion": 2,
                "httpSuccessFeedbackSampleRate": 50,
                "tagsAll": {"a": "1", "b": "2"},
            },
        ),
    )


def test_a_fifo_topic_lives(aws: Any) -> None:
    live(
        aws,
        Life(
            TOPIC,
            {"name": "orders.fifo", "fifoTopic": True, "contentBasedDeduplication": True},
            {
                "name": "orders.fifo",
                "fifoTopic": True,
                "fifoThroughputScope": "MessageGroup",
                "archivePolicy": json.dumps({"MessageRetentionPeriod": "30"}),
            },
            {"name": "orders", "contentBasedDeduplication": False},
            f"{ARN}:orders.fifo",
            {"fifoTopic": True, "contentBasedDeduplication": True},
        ),
    )


def test_what_a_topic_had_is_taken_away(aws: Any, cloud: Cloud) -> None:
    made = aws.create(TOPIC, {"name": "alarms", "kmsMasterKeyId": KEY, "displayName": "x"})
    bare = aws.update(made, {"name": "alarms"})
    told = cloud.client("sns").get_topic_attributes(TopicArn=made.id)["Attributes"]
    assert "KmsMasterKeyId" not in told
    assert not {"kmsMasterKeyId", "displayName"} & bare.outputs.keys()


def test_a_policy_written_otherwise_is_the_same_policy(aws: Any, topic: str) -> None:
    made = aws.create(TOPIC_POLICY, {"arn": topic, "policy": policy("alarms")})
    written = json.dumps(json.loads(policy("alarms", Action=["sns:Publish"])), indent=2)
    assert not aws.diff(made, {"arn": topic, "policy": written}).diffs
    # The topic tells a policy that another resource set; that is no change of the topic's own.
    read = aws.imported(TOPIC, topic)
    assert not aws.diff(read, {"name": "alarms"}).diffs


def test_a_topic_policy_lives(aws: Any, topic: str, cloud: Cloud) -> None:
    live(
        aws,
        Life(
            TOPIC_POLICY,
            {"arn": topic, "policy": policy("alarms")},
            {"arn": topic, "policy": policy("alarms", Action=["sns:Publish", "sns:Subscribe"])},
            {"arn": f"{ARN}:others", "policy": policy("others")},
            topic,
            {"owner": ACCOUNT},
            gone=False,  # there is no topic without one
        ),
    )
    told = cloud.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
    assert json.loads(told)["Id"] == "__default_policy_ID"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nonsense", "Policy Error"),
        ("{}", "Policy Error"),
        (document(), "Policy Error"),
        (policy("alarms", Effect="Maybe"), "Policy Error"),
        (document({"Effect": "Allow", "Action": "sns:Publish"}), "Policy Error"),
        (policy("others"), "is not this topic"),
        (policy("alarms", Resource=[f"{ARN}:alarms", f"{ARN}:others"]), "is not this topic"),
        (policy("alarms", Resource="*"), "is not this topic"),
        (policy("alarms", Action="sns:*"), "out of service scope"),
        (policy("alarms", Action=["sns:Publish", "kms:Decrypt"]), "out of service scope"),
        (
            document(*(json.loads(policy("alarms"))["Statement"] * 2)),
            "two statements have the same Sid",
        ),
    ],
)
def test_a_policy_that_sns_refuses_is_refused(aws: Any, topic: str, text: str, why: str) -> None:
    message = refusal(aws.create, TOPIC_POLICY, {"arn": topic, "policy": text})
    assert "SetTopicAttributes failed: InvalidParameter: " in message
    assert why in message
    message = refusal(aws.create, TOPIC, {"name": "alarms", "policy": text})
    assert why in message


def test_a_policy_needs_its_topic(aws: Any) -> None:
    message = refusal(aws.create, TOPIC_POLICY, {"arn": f"{ARN}:x", "policy": policy("x")})
    assert "NotFound: Topic does not exist" in message
    assert aws.imported(TOPIC_POLICY, f"{ARN}:x") is None


@pytest.mark.parametrize(
    ("inputs", "failing"),
    [
        ({"name": "no spaces"}, "name"),
        ({"name": "orders", "fifoTopic": True}, "name"),
        ({"name": "orders.fifo"}, "name"),
        ({"namePrefix": "orders", "fifoTopic": True}, "namePrefix"),
        ({"name": "a", "contentBasedDeduplication": True}, "contentBasedDeduplication"),
        ({"name": "a", "fifoThroughputScope": "Topic"}, "fifoThroughputScope"),
        ({"name": "a", "archivePolicy": "{}"}, "archivePolicy"),
        ({"name": "a", "kmsKeyId": KEY}, "kmsKeyId"),
    ],
)
def test_bad_topics_fail_at_check(aws: Any, inputs: dict[str, Any], failing: str) -> None:
    _, failures = aws.check(TOPIC, inputs)
    assert [name for name, _ in failures] == [failing]


def test_what_is_unknown_passes_check(aws: Any) -> None:
    for inputs in (
        {"name": UNKNOWN, "kmsMasterKeyId": UNKNOWN, "policy": UNKNOWN},
        {"name": "orders", "fifoTopic": UNKNOWN},
    ):
        assert aws.checked(TOPIC, inputs)
    assert aws.checked(
        SUBSCRIPTION,
        {"topic": UNKNOWN, "protocol": UNKNOWN, "endpoint": UNKNOWN, "filterPolicy": UNKNOWN},
    )


def test_a_name_is_made(aws: Any) -> None:
    assert aws.create(TOPIC, {}).outputs["name"].startswith("it-")
    assert aws.create(TOPIC, {"namePrefix": "site-"}).outputs["name"].startswith("site-")


# --- Subscriptions ---


def test_a_subscription_lives(aws: Any, topic: str) -> None:
    queue = {"topic": topic, "protocol": "sqs", "endpoint": f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"}
    live(
        aws,
        Life(
            SUBSCRIPTION,
            {
                **queue,
                "rawMessageDelivery": True,
                "filterPolicy": json.dumps({"kind": ["a", "b"]}),
            },
            {
                **queue,
                "filterPolicy": json.dumps({"order": {"kind": ["a"]}}),
                "filterPolicyScope": "MessageBody",
                "redrivePolicy": json.dumps({"deadLetterTargetArn": f"{queue['endpoint']}-dead"}),
            },
            {**queue, "endpoint": f"{queue['endpoint']}-2"},
            "{arn}",
            {
                "filterPolicyScope": "MessageAttributes",
                "ownerId": ACCOUNT,
                "pendingConfirmation": False,
                "rawMessageDelivery": True,
            },
        ),
    )


def test_a_filter_is_taken_away(aws: Any, topic: str, cloud: Cloud) -> None:
    queue = {"topic": topic, "protocol": "sqs", "endpoint": f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"}
    nested = {
        "filterPolicy": json.dumps({"order": {"kind": ["a"]}}),
        "filterPolicyScope": "MessageBody",
        "redrivePolicy": json.dumps({"deadLetterTargetArn": queue["endpoint"]}),
    }
    made = aws.create(SUBSCRIPTION, {**queue, **nested})
    flat = {"filterPolicy": json.dumps({"kind": ["a"]}), "filterPolicyScope": "MessageAttributes"}
    updated = aws.update(made, {**queue, **flat})
    assert updated.outputs["filterPolicyScope"] == "MessageAttributes"
    bare = aws.update(updated, queue)
    assert not {"filterPolicy", "redrivePolicy"} & bare.outputs.keys()
    assert not aws.diff(bare, queue).diffs
    told = cloud.client("sns").get_subscription_attributes(SubscriptionArn=made.id)["Attributes"]
    assert not {"FilterPolicy", "RedrivePolicy"} & told.keys()


def test_what_a_person_must_confirm_is_pending(aws: Any, topic: str) -> None:
    inputs = {"topic": topic, "protocol": "email", "endpoint": "security@example.com"}
    made = aws.create(SUBSCRIPTION, inputs)
    assert made.outputs["pendingConfirmation"] is True
    assert made.outputs["confirmationWasAuthenticated"] is False
    assert not aws.diff(made, inputs).diffs


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"protocol": "email", "endpoint": "nobody"}, "none of the protocol email"),
        ({"protocol": "https", "endpoint": "http://example.com"}, "none of the protocol https"),
        ({"protocol": "lambda", "endpoint": f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"}, "lambda"),
        (
            {
                "protocol": "firehose",
                "endpoint": f"arn:aws:firehose:us-east-1:{ACCOUNT}:deliverystream/logs",
            },
            "needs a subscriptionRoleArn",
        ),
        (
            {
                "protocol": "email",
                "endpoint": "a@example.com",
                "filterPolicy": json.dumps({"a": {"b": ["c"]}}),
            },
            "does not support nested filter policy",
        ),
    ],
)
def test_a_subscription_that_sns_refuses_is_refused(
    aws: Any, topic: str, inputs: dict[str, Any], why: str
) -> None:
    message = refusal(aws.create, SUBSCRIPTION, {"topic": topic, **inputs})
    assert "Subscribe failed: InvalidParameter: " in message
    assert why in message


def test_a_subscription_needs_its_topic(aws: Any) -> None:
    inputs = {"topic": f"{ARN}:absent", "protocol": "email", "endpoint": "a@example.com"}
    assert "NotFound" in refusal(aws.create, SUBSCRIPTION, inputs)


@pytest.mark.parametrize(
    ("inputs", "failing"),
    [
        ({"protocol": "carrier-pigeon"}, "protocol"),
        ({"filterPolicy": "nonsense"}, "filterPolicy"),
        ({"replayPolicy": "{}"}, "replayPolicy"),
    ],
)
def test_bad_subscriptions_fail_at_check(aws: Any, inputs: dict[str, Any], failing: str) -> None:
    whole = {"topic": f"{ARN}:alarms", "protocol": "email", "endpoint": "a@example.com", **inputs}
    _, failures = aws.check(SUBSCRIPTION, whole)
    assert [name for name, _ in failures] == [failing]
