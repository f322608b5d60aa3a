from __future__ import annotations

from collections.abc import Iterator

from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="ECS tasks have a network of their own",
    types=("aws:ecs/taskDefinition:TaskDefinition",),
    severity=Severity.HIGH,
    fix='Set network_mode="awsvpc".',
    controls=(prowler("ecs_task_definitions_host_networking_mode_users"), owasp("A05:2021")),
    passes=[{"networkMode": "awsvpc", "containerDefinitions": UNKNOWN}, {"networkMode": "bridge"}],
    fails=[{"networkMode": "host"}, {"networkMode": "host", "containerDefinitions": UNKNOWN}],
    undecided=[{"networkMode": UNKNOWN}],
    omission="ECS then gives each container a network behind the host's.",
)
def check(task: Resource) -> Iterator[str]:
    """Keep a task from its host's traffic, from services on the host, and from its metadata.

    Prowler finds only tasks that also run as root; a user that is not root can reach the same.

    Source: Amazon ECS Developer Guide, "Amazon ECS task networking options for EC2".
    """
    if task.get("networkMode") == "host":
        yield "The task shares its host's network."
