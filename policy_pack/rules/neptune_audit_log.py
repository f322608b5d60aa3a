from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import GRAPH_CLUSTERS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="Neptune clusters keep an audit log",
    types=GRAPH_CLUSTERS,
    severity=Severity.MEDIUM,
    fix=(
        "Name 'audit' in enable_cloudwatch_logs_exports, and set neptune_enable_audit_log to 1 in "
        "the cluster's parameter group."
    ),
    controls=(prowler("neptune_cluster_integration_cloudwatch_logs"), owasp("A09:2021")),
    passes=[
        {"enableCloudwatchLogsExports": ["audit"]},
        {"enableCloudwatchLogsExports": ["audit"], "clusterIdentifier": UNKNOWN},
    ],
    fails=[
        {},
        {"enableCloudwatchLogsExports": []},
        {"enableCloudwatchLogsExports": ["slowquery"]},
    ],
    undecided=[
        {"enableCloudwatchLogsExports": UNKNOWN},
        {"enableCloudwatchLogsExports": [UNKNOWN]},
    ],
)
def check(cluster: Resource) -> Iterator[str]:
    """Keep who asked what of the graph, where whoever takes the cluster over cannot delete it.

    Whether the parameter group switches the log on is not judged.
    """
    if "audit" not in cluster.strings("enableCloudwatchLogsExports"):
        yield "The cluster sends no audit log to CloudWatch."
