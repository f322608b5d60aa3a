from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import FLOW_LOGS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule

_WITHOUT_TYPE = ("transitGatewayId", "transitGatewayAttachmentId")


@rule(
    title="Flow logs record all traffic",
    types=FLOW_LOGS,
    severity=Severity.LOW,
    fix='Set traffic_type="ALL".',
    controls=(prowler("vpc_flow_logs_enabled"), owasp("A09:2021")),
    passes=[
        {"vpcId": UNKNOWN, "trafficType": "ALL"},
        {"transitGatewayId": UNKNOWN},
        {"transitGatewayAttachmentId": "tgw-attach-0123456789abcdef0"},
    ],
    fails=[
        {"vpcId": UNKNOWN, "trafficType": "ACCEPT"},
        {"subnetId": "subnet-0123456789abcdef0", "trafficType": "REJECT"},
        {},
    ],
    undecided=[{"vpcId": UNKNOWN, "trafficType": UNKNOWN}],
    remedies={FLOW_LOGS: {"trafficType": "ALL"}},
)
def check(log: Resource) -> Iterator[str]:
    """Record what was let through and what was not: either half alone hides an intrusion's way.

    Transit gateways' logs always have both. The benchmark is content with rejected traffic; what an
    intruder did after getting in stands among the accepted [our inference].
    """
    if any(log.has(target) for target in _WITHOUT_TYPE):
        return
    if log.get("trafficType") != "ALL":
        yield "The flow log leaves a part of the traffic out."
