from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import KUBERNETES_CLUSTERS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="Kubernetes clusters answer their nodes within the VPC",
    types=KUBERNETES_CLUSTERS,
    severity=Severity.MEDIUM,
    fix='Set vpc_config={"endpoint_private_access": True, ...}.',
    controls=(prowler("eks_cluster_private_nodes_enabled"), owasp("A05:2021")),
    passes=[
        {"vpcConfig": {"endpointPrivateAccess": True}},
        {"vpcConfig": {"endpointPrivateAccess": True, "subnetIds": [UNKNOWN]}},
    ],
    fails=[{}, {"vpcConfig": {"endpointPrivateAccess": False}}, {"vpcConfig": {}}],
    undecided=[{"vpcConfig": {"endpointPrivateAccess": UNKNOWN}}, {"vpcConfig": UNKNOWN}],
)
def check(cluster: Resource) -> Iterator[str]:
    """Let nodes speak with the cluster without leaving the VPC, so that they need no way out.

    Source: Amazon EKS User Guide, "Control network access to cluster API server endpoint".
    """
    if cluster.get("vpcConfig", "endpointPrivateAccess") is not True:
        yield "The nodes reach the cluster by its public endpoint."
