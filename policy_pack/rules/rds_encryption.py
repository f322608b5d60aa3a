from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import (
    DATABASE_CLUSTERS,
    DATABASE_INSTANCES,
    DOCUMENT_CLUSTERS,
    GRAPH_CLUSTERS,
)
from policy_pack.rule import UNKNOWN, Resource, Severity, fsbp, owasp, prowler, rule


@rule(
    title="Databases are encrypted",
    types=(*DATABASE_INSTANCES, *DATABASE_CLUSTERS, *DOCUMENT_CLUSTERS, *GRAPH_CLUSTERS),
    severity=Severity.HIGH,
    fix="Set storage_encrypted=True, and kms_key_id for a key of your own.",
    controls=(
        prowler("rds_instance_storage_encrypted"),
        prowler("rds_cluster_storage_encrypted"),
        prowler("documentdb_cluster_storage_encrypted"),
        prowler("neptune_cluster_storage_encrypted"),
        fsbp("Neptune.1"),
        owasp("A02:2021"),
    ),
    passes=[{"storageEncrypted": True}, {"storageEncrypted": True, "kmsKeyId": UNKNOWN}],
    fails=[{}, {"storageEncrypted": False}, {"kmsKeyId": UNKNOWN}],
    undecided=[{"storageEncrypted": UNKNOWN}],
)
def check(database: Resource) -> Iterator[str]:
    """Keep rows, backups and replicas unreadable at rest.

    It can be chosen only when the database is made. RDS, Aurora, DocumentDB and Neptune.
    """
    if database.get("storageEncrypted") is not True:
        yield "The database is not encrypted."
