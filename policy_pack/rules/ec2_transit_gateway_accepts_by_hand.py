from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import TRANSIT_GATEWAYS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="Transit gateways accept no network by themselves",
    types=TRANSIT_GATEWAYS,
    severity=Severity.HIGH,
    fix="Leave auto_accept_shared_attachments out.",
    controls=(prowler("ec2_transitgateway_auto_accept_vpc_attachments"), owasp("A01:2021")),
    passes=[{"autoAcceptSharedAttachments": "disable"}, {"description": UNKNOWN}],
    fails=[{"autoAcceptSharedAttachments": "enable"}],
    undecided=[{"autoAcceptSharedAttachments": UNKNOWN}],
    remedies={TRANSIT_GATEWAYS: {"autoAcceptSharedAttachments": "disable"}},
    omission="AWS accepts none by default.",
)
def check(gateway: Resource) -> Iterator[str]:
    """Let somebody decide which account's network comes in."""
    if gateway.get("autoAcceptSharedAttachments", default="disable") != "disable":
        yield "The gateway accepts the networks of other accounts by itself."
