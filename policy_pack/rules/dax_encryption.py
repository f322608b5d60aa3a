from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import CACHE_CLUSTERS_OF_TABLES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="DynamoDB Accelerator clusters are encrypted",
    types=CACHE_CLUSTERS_OF_TABLES,
    severity=Severity.MEDIUM,
    fix="Set server_side_encryption={'enabled': True}.",
    controls=(prowler("dynamodb_accelerator_cluster_encryption_enabled"), owasp("A02:2021")),
    passes=[{"serverSideEncryption": {"enabled": True}}],
    fails=[{}, {"serverSideEncryption": {}}, {"serverSideEncryption": {"enabled": False}}],
    undecided=[{"serverSideEncryption": {"enabled": UNKNOWN}}, {"serverSideEncryption": UNKNOWN}],
)
def check(cluster: Resource) -> Iterator[str]:
    """Keep what is cached of a table unreadable at rest, as the table is."""
    if cluster.get("serverSideEncryption", "enabled") is not True:
        yield "The cluster is not encrypted."
