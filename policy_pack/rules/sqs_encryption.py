from __future__ import annotations

from collections.abc import Iterator

from policy_pack.resource_policies import QUEUES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="SQS queues are encrypted",
    types=QUEUES,
    severity=Severity.MEDIUM,
    fix="Set sqs_managed_sse_enabled=True, or kms_master_key_id to a key of your own.",
    controls=(prowler("sqs_queues_server_side_encryption_enabled"), owasp("A02:2021")),
    passes=[
        {"sqsManagedSseEnabled": True},
        {"kmsMasterKeyId": UNKNOWN},
        {},
        {"sqsManagedSseEnabled": False, "kmsMasterKeyId": "alias/queues"},
    ],
    fails=[
        {"sqsManagedSseEnabled": False},
        {"sqsManagedSseEnabled": False, "kmsMasterKeyId": ""},
    ],
    undecided=[{"sqsManagedSseEnabled": UNKNOWN}],
    remedies={QUEUES: {"sqsManagedSseEnabled": True}},
    omission="SQS encrypts a new queue with its own key by default.",
)
def check(queue: Resource) -> Iterator[str]:
    """Keep messages unreadable at rest.

    SQS encrypts by itself what is not told otherwise (SQS Developer Guide, "Encryption at rest");
    with a key of your own, access can be granted apart, and taken back at once.
    """
    managed = queue.has("kmsMasterKeyId") or queue.get("sqsManagedSseEnabled", default=True)
    if managed is not True:
        yield "The queue is not encrypted."
