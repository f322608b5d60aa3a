"""The encrypted topic that alarms publish to, and what its key must allow for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws

from secure_components.documents import Statements, document_of
from secure_components.place import Place


def make_topic(  # noqa: PLR0913  all but the name are named
    name: str,
    *,
    base: str,
    place: pulumi.Output[Place],
    key_arn: pulumi.Input[str],
    region: str | None,
    child: pulumi.ResourceOptions,
    also: Callable[[Place], Statements] = lambda _: (),
) -> pulumi.Output[str]:
    """Make the encrypted topic that alarms of this account alone may publish to.

    Children are `name-topic` and `name-topic-policy`.

    Args:
        name: Name of the component's resource.
        base: The topic's name in AWS.
        place: Where it is made.
        key_arn: Its key, whose policy must hold `key_statements`.
        region: Its region; the provider's when absent.
        child: Resource options of both.
        also: Returns statements for others than alarms that publish.
    """
    topic = aws.sns.Topic(
        f"{name}-topic", name=base, kms_master_key_id=key_arn, region=region, opts=child
    )
    aws.sns.TopicPolicy(
        f"{name}-topic-policy",
        arn=topic.arn,
        # From names, which are known at a first preview, so that it is judged there.
        policy=document_of(lambda at: [*_topic_policy(at, base), *also(at)], place),
        region=region,
        opts=child,
    )
    return topic.arn


def key_statements(place: Place) -> Statements:
    """Return what a key's policy must hold for alarms to reach an encrypted topic.

    Source: Amazon SNS Developer Guide, "Enable compatibility between event sources from AWS
    services and encrypted topics".
    """
    return [
        {
            "Sid": "AlarmsEncrypt",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": _alarms_of(place),
        },
    ]


def _topic_policy(place: Place, base: str) -> Statements:
    topic_arn = place.arn("sns", base)
    return [
        {
            "Sid": "AlarmsPublish",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": topic_arn,
            "Condition": _alarms_of(place),
        },
        {
            "Sid": "DenyPlainHttp",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": topic_arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]


def _alarms_of(place: Place) -> dict[str, Any]:
    return {
        "StringEquals": {"aws:SourceAccount": place.account},
        "ArnLike": {"aws:SourceArn": place.arn("cloudwatch", "alarm:*")},
    }
