from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from policy_pack.aws import TOPIC_POLICIES, TOPICS
from policy_pack.iam import statements
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, ref, rule

_DENY: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sns:Publish",
    "Resource": "arn:aws:sns:eu-west-1:123456789012:alarms",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
_TOPIC: tuple[str, dict[str, Any]] = (TOPICS[0], {})


def _policy(**changes: object) -> tuple[str, dict[str, object]]:
    document = {"Version": "2012-10-17", "Statement": [_DENY | changes]}
    return TOPIC_POLICIES[0], {"arn": ref("alarms"), "policy": json.dumps(document)}


@rule(
    title="SNS topics refuse messages without TLS",
    types=TOPICS,
    severity=Severity.MEDIUM,
    fix="Deny sns:Publish to everyone where aws:SecureTransport is false, in the topic's policy.",
    controls=(owasp("A02:2021"),),
    passes=[
        {"alarms": _TOPIC, "policy": _policy()},
        {"alarms": _TOPIC, "policy": _policy(Principal={"AWS": "*"}, Action=["sns:*"])},
        {"alarms": (TOPICS[0], {"policy": {"Statement": _DENY}})},
    ],
    fails=[
        {"alarms": _TOPIC},
        {"alarms": _TOPIC, "policy": _policy(Effect="Allow")},
        {"alarms": _TOPIC, "policy": _policy(Action="sns:Subscribe")},
        {"alarms": _TOPIC, "policy": _policy(Principal={"AWS": "123456789012"})},
        {"alarms": _TOPIC, "policy": _policy(Condition={})},
        {
            "alarms": _TOPIC,
            "policy": _policy(Condition={"Bool": {"aws:SecureTransport": "true"}}),
        },
    ],
    undecided=[
        {
            "alarms": _TOPIC,
            "policy": (TOPIC_POLICIES[0], {"arn": ref("alarms"), "policy": UNKNOWN}),
        },
    ],
)
def check(topic: Resource, stack: Stack) -> Iterator[str]:
    """Refuse plain HTTP, which SNS still serves: a message that is sent by it can be read.

    Source: Amazon SNS Developer Guide, "Security best practices", "Enforce encryption of data in
    transit".
    """
    apart = stack.referring(TOPIC_POLICIES, "arn", topic)
    # The topic's own policy last: what is made apart is enough, and often known earlier.
    denials = (one for made in (*apart, topic) for one in statements(made.json("policy")))
    if not any(one.denies_plain_http and one.matches_action("sns:Publish") for one in denials):
        yield "The topic accepts messages without TLS."
