from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import KUBERNETES_CLUSTERS
from policy_pack.rule import UNKNOWN, Resource, Severity, finding, owasp, prowler, rule

_ALL = ("api", "audit", "authenticator", "controllerManager", "scheduler")


@rule(
    title="EKS control planes keep all their logs",
    types=KUBERNETES_CLUSTERS,
    severity=Severity.MEDIUM,
    fix="Name all five types in enabled_cluster_log_types.",
    controls=(
        prowler("eks_control_plane_logging_all_types_enabled"),
        owasp("A09:2021"),
    ),
    passes=[{"enabledClusterLogTypes": [*_ALL]}],
    fails=[
        {},
        *({"enabledClusterLogTypes": [one for one in _ALL if one != left]} for left in _ALL),
    ],
    undecided=[{"enabledClusterLogTypes": UNKNOWN}, {"enabledClusterLogTypes": ["api", UNKNOWN]}],
)
def check(cluster: Resource) -> Iterator[str]:
    """Keep who did what in the cluster, which CloudTrail does not see.

    Source: EKS User Guide, "Send control plane logs to CloudWatch Logs".
    """
    kept = cluster.strings("enabledClusterLogTypes")
    for kind in _ALL:
        if kind not in kept:
            yield finding("The control plane's log '{name}' is not kept.", name=kind)
