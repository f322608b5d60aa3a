from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import FLOW_LOGS, VPCS
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, prowler, ref, rule

_NETWORK = (VPCS[0], {"cidrBlock": "10.0.0.0/16"})


@rule(
    title="VPCs have a flow log",
    types=VPCS,
    severity=Severity.MEDIUM,
    fix="Add an ec2.FlowLog, or name the network in `vpcs` of secure_components.AccountBaseline.",
    controls=(prowler("vpc_flow_logs_enabled"), owasp("A09:2021")),
    passes=[{"network": _NETWORK, "log": (FLOW_LOGS[0], {"vpcId": ref("network")})}],
    fails=[
        {"network": _NETWORK},
        {"network": (VPCS[1], {})},
        {"network": _NETWORK, "log": (FLOW_LOGS[0], {"subnetId": "subnet-0123456789abcdef0"})},
        {
            "network": _NETWORK,
            "other": _NETWORK,
            "log": (FLOW_LOGS[0], {"vpcId": ref("other")}),
        },
    ],
    undecided=[{"network": _NETWORK, "log": (FLOW_LOGS[0], {"vpcId": UNKNOWN})}],
)
def check(network: Resource, stack: Stack) -> Iterator[str]:
    """Keep who talked to whom, so that an intrusion's way can be followed afterwards.

    What it cannot see is a flow log that another stack makes: exempt the network, with that as the
    reason.
    """
    if not stack.referring(FLOW_LOGS, "vpcId", network):
        yield "The network has no flow log."
