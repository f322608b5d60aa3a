from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import KUBERNETES_CLUSTERS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="EKS encrypts Kubernetes secrets with a key",
    types=KUBERNETES_CLUSTERS,
    severity=Severity.MEDIUM,
    fix="Set encryption_config with resources=['secrets'] and a key of your own.",
    controls=(prowler("eks_cluster_kms_cmk_encryption_in_secrets_enabled"), owasp("A02:2021")),
    passes=[
        {"encryptionConfig": {"resources": ["secrets"], "provider": {"keyArn": "arn:aws:kms:x"}}},
        {"encryptionConfig": {"resources": ["secrets"], "provider": {"keyArn": UNKNOWN}}},
    ],
    fails=[
        {},
        {"encryptionConfig": {"resources": [], "provider": {"keyArn": "arn:aws:kms:x"}}},
        {"encryptionConfig": {"resources": ["secrets"]}},
    ],
    undecided=[
        {"encryptionConfig": UNKNOWN},
        {"encryptionConfig": {"resources": UNKNOWN, "provider": {"keyArn": "arn:aws:kms:x"}}},
    ],
)
def check(cluster: Resource) -> Iterator[str]:
    """Let who reads secrets be seen at the key, and be stopped there at once."""
    resources = cluster.strings("encryptionConfig", "resources")
    if "secrets" not in resources or not cluster.has("encryptionConfig", "provider", "keyArn"):
        yield "Secrets are not encrypted with a key of your own."
