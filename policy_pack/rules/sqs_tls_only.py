from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from policy_pack.iam import Statement, statements
from policy_pack.resource_policies import QUEUE_POLICIES, QUEUES
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, ref, rule, some

_DENY: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sqs:*",
    "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
_QUEUE: tuple[str, dict[str, Any]] = (QUEUES[0], {})


def _policy(**changes: object) -> tuple[str, dict[str, object]]:
    document = {"Version": "2012-10-17", "Statement": [_DENY | changes]}
    return QUEUE_POLICIES[0], {"queueUrl": ref("orders"), "policy": json.dumps(document)}


@rule(
    title="SQS queues refuse requests without TLS",
    types=QUEUES,
    severity=Severity.MEDIUM,
    fix="Deny sqs:* to everyone where aws:SecureTransport is false, in the queue's policy.",
    controls=(owasp("A02:2021"),),
    passes=[
        {"orders": _QUEUE, "policy": _policy()},
        {"orders": _QUEUE, "policy": _policy(Action=["sqs:SendMessage", "sqs:ReceiveMessage"])},
        {"orders": (QUEUES[0], {"policy": {"Statement": _DENY}})},
    ],
    fails=[
        {"orders": _QUEUE},
        {"orders": _QUEUE, "policy": _policy(Effect="Allow")},
        {"orders": _QUEUE, "policy": _policy(Action="sqs:SendMessage")},
        {"orders": _QUEUE, "policy": _policy(Principal={"AWS": "123456789012"})},
        {"orders": _QUEUE, "policy": _policy(Condition={})},
    ],
    undecided=[
        {
            "orders": _QUEUE,
            "policy": (QUEUE_POLICIES[0], {"queueUrl": ref("orders"), "policy": UNKNOWN}),
        },
    ],
)
def check(queue: Resource, stack: Stack) -> Iterator[str]:
    """Refuse plain HTTP, which SQS still serves: a message that is sent by it can be read.

    Source: Amazon SQS Developer Guide, "Security best practices", "Enforce encryption of data in
    transit".
    """
    apart = stack.referring(QUEUE_POLICIES, "queueUrl", queue)
    # The queue's own policy last: what is made apart is enough, and often known earlier.
    told = [one for made in (*apart, queue) for one in statements(made.json("policy"))]
    for action in ("sqs:SendMessage", "sqs:ReceiveMessage"):
        if not some(told, partial(_denies, action)):
            yield "The queue accepts requests without TLS."
            return


def _denies(action: str, statement: Statement) -> bool:
    return statement.denies_plain_http and statement.matches_action(action)
