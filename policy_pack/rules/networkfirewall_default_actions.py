from __future__ import annotations

from policy_pack.aws import NETWORK_FIREWALL_POLICIES
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    every,
    owasp,
    prowler,
    rule,
)


def _policy(whole: object, fragments: object) -> dict[str, object]:
    actions = {"statelessDefaultActions": whole, "statelessFragmentDefaultActions": fragments}
    return {"firewallPolicy": actions}


_INSPECT = ["aws:forward_to_sfe"]


@rule(
    title="Network Firewall lets nothing by that no rule has looked at",
    types=NETWORK_FIREWALL_POLICIES,
    severity=Severity.MEDIUM,
    fix="Set both stateless default actions to ['aws:forward_to_sfe'] or ['aws:drop'].",
    controls=(
        prowler("networkfirewall_policy_default_action_full_packets"),
        prowler("networkfirewall_policy_default_action_fragmented_packets"),
        owasp("A05:2021"),
    ),
    passes=[_policy(_INSPECT, _INSPECT), _policy(["aws:drop", "count"], ["aws:drop"])],
    fails=[
        {},
        _policy(["aws:pass"], _INSPECT),
        _policy(_INSPECT, ["aws:pass"]),
        _policy(UNKNOWN, ["aws:pass"]),
        _policy(None, _INSPECT),
    ],
    undecided=[
        _policy(UNKNOWN, _INSPECT),
        _policy(_INSPECT, [UNKNOWN]),
        {"firewallPolicy": UNKNOWN},
    ],
)
def check(policy: Resource) -> Findings:
    """Drop, or inspect further, the packets that no stateless rule is about, fragments too."""
    yield from every((_judge_whole, _judge_fragments), lambda judge: judge(policy))


def _judge_whole(policy: Resource) -> Findings:
    if _passes(policy, "statelessDefaultActions"):
        yield "Packets that no rule is about pass."


def _judge_fragments(policy: Resource) -> Findings:
    if _passes(policy, "statelessFragmentDefaultActions"):
        yield "Fragments that no rule is about pass."


def _passes(policy: Resource, actions: str) -> bool:
    taken = policy.strings("firewallPolicy", actions)
    return not {"aws:drop", "aws:forward_to_sfe"} & set(taken)
