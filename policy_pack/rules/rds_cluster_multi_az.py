from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import DATABASE_CLUSTERS, DATABASE_MEMBERS
from policy_pack.rule import (
    UNKNOWN,
    EnforcementLevel,
    Resource,
    Severity,
    Stack,
    owasp,
    prowler,
    ref,
    rule,
)

_CLUSTER: tuple[str, dict[str, object]] = (DATABASE_CLUSTERS[0], {})


def _member(zone: object = None, of: object = None) -> tuple[str, dict[str, object]]:
    of = ref("cluster") if of is None else of
    return DATABASE_MEMBERS[0], {"clusterIdentifier": of, "availabilityZone": zone}


@rule(
    title="Database clusters stand in several zones",
    types=DATABASE_CLUSTERS,
    severity=Severity.LOW,
    level=EnforcementLevel.ADVISORY,
    fix="Add a second rds.ClusterInstance in another zone, or set db_cluster_instance_class.",
    controls=(prowler("rds_cluster_multi_az"), owasp("A04:2021")),
    passes=[
        {"cluster": _CLUSTER, "one": _member(), "two": _member()},
        {"cluster": _CLUSTER, "one": _member("eu-west-1a"), "two": _member("eu-west-1b")},
        {"cluster": (DATABASE_CLUSTERS[0], {"dbClusterInstanceClass": UNKNOWN})},
    ],
    fails=[
        {"cluster": _CLUSTER},
        {"cluster": _CLUSTER, "one": _member()},
        {"cluster": _CLUSTER, "one": _member("eu-west-1a"), "two": _member("eu-west-1a")},
        {"cluster": _CLUSTER, "other": _CLUSTER, "one": _member(), "two": _member(of=ref("other"))},
    ],
    undecided=[
        {"cluster": _CLUSTER, "one": _member(of=UNKNOWN), "two": _member(of=UNKNOWN)},
        {"cluster": _CLUSTER, "one": _member("eu-west-1a"), "two": _member(UNKNOWN)},
    ],
)
def check(cluster: Resource, stack: Stack) -> Iterator[str]:
    """Answer on where one data center is lost.

    A Multi-AZ cluster has its instances in three zones by itself. Aurora keeps its data in three
    zones also with a single instance, and starts another where one is lost: what is lost is time,
    so this is advice.

    Source: Amazon Aurora User Guide, "High availability for Amazon Aurora"; Amazon RDS User Guide,
    "Multi-AZ DB cluster deployments for Amazon RDS".
    """
    if cluster.has("dbClusterInstanceClass"):
        return
    members = stack.referring(DATABASE_MEMBERS, "clusterIdentifier", cluster)
    zones = [member.get("availabilityZone") for member in members]
    if len(members) < 2 or (None not in zones and len(set(map(str, zones))) < 2):  # noqa: PLR2004  several
        yield "The cluster stands in one zone."
