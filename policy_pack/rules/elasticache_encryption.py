from __future__ import annotations

from policy_pack.aws import CACHES
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    every,
    owasp,
    prowler,
    rule,
)

_BOTH = {"atRestEncryptionEnabled": True, "transitEncryptionEnabled": True}


@rule(
    title="ElastiCache groups encrypt at rest and in transit",
    types=CACHES,
    severity=Severity.HIGH,
    fix="Set at_rest_encryption_enabled=True and transit_encryption_enabled=True.",
    controls=(
        prowler("elasticache_redis_cluster_rest_encryption_enabled"),
        prowler("elasticache_redis_cluster_in_transit_encryption_enabled"),
        owasp("A02:2021"),
    ),
    passes=[_BOTH, {**_BOTH, "kmsKeyId": UNKNOWN}, {**_BOTH, "atRestEncryptionEnabled": "true"}],
    fails=[
        {},
        {**_BOTH, "atRestEncryptionEnabled": False},
        {**_BOTH, "transitEncryptionEnabled": False},
        {**_BOTH, "transitEncryptionEnabled": None},
        {"atRestEncryptionEnabled": UNKNOWN, "transitEncryptionEnabled": False},
    ],
    undecided=[
        {**_BOTH, "atRestEncryptionEnabled": UNKNOWN},
        {**_BOTH, "transitEncryptionEnabled": UNKNOWN},
    ],
)
def check(group: Resource) -> Findings:
    """Keep what is cached, sessions among it, unreadable on the way and at rest."""
    yield from every((_judge_rest, _judge_transit), lambda judge: judge(group))


def _judge_rest(group: Resource) -> Findings:
    if str(group.get("atRestEncryptionEnabled")).lower() != "true":
        yield "The group is not encrypted at rest."


def _judge_transit(group: Resource) -> Findings:
    if group.get("transitEncryptionEnabled") is not True:
        yield "The group is not encrypted in transit."
