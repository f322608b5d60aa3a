from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import WAREHOUSES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="Redshift clusters are encrypted",
    types=WAREHOUSES,
    severity=Severity.HIGH,
    fix="Leave encrypted out, and set kms_key_id for a key of your own.",
    controls=(prowler("redshift_cluster_encrypted_at_rest"), owasp("A02:2021")),
    passes=[{"encrypted": True}, {"encrypted": "true"}, {"kmsKeyId": UNKNOWN}],
    fails=[{"encrypted": False}, {"encrypted": "false"}],
    undecided=[{"encrypted": UNKNOWN}],
    omission="The provider encrypts by default.",
)
def check(warehouse: Resource) -> Iterator[str]:
    """Keep rows and snapshots unreadable at rest."""
    if str(warehouse.get("encrypted", default=True)).lower() != "true":
        yield "The cluster is not encrypted."
