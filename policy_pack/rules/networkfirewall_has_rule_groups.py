from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import NETWORK_FIREWALL_POLICIES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule

_GROUPS = ("statefulRuleGroupReferences", "statelessRuleGroupReferences")
_ARN = "arn:aws:network-firewall:eu-west-1:123456789012:stateful-rulegroup/domains"


@rule(
    title="Network Firewall has rules",
    types=NETWORK_FIREWALL_POLICIES,
    severity=Severity.MEDIUM,
    fix="Name a group in stateful_rule_group_references, such as one that AWS manages.",
    controls=(prowler("networkfirewall_policy_rule_group_associated"), owasp("A05:2021")),
    passes=[
        *({"firewallPolicy": {one: [{"resourceArn": _ARN}]}} for one in _GROUPS),
        {"firewallPolicy": {_GROUPS[0]: [{"resourceArn": UNKNOWN}]}},
        {"firewallPolicy": {_GROUPS[0]: UNKNOWN}},
    ],
    fails=[{}, {"firewallPolicy": {}}, {"firewallPolicy": {one: [] for one in _GROUPS}}],
    undecided=[{"firewallPolicy": UNKNOWN}],
)
def check(policy: Resource) -> Iterator[str]:
    """Let a firewall that is paid for look at something."""
    if not any(policy.has("firewallPolicy", one) for one in _GROUPS):
        yield "The firewall has no rules."
