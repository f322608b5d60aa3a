from __future__ import annotations

import json
from typing import Any

from policy_pack.endpoints import FIREWALL_POLICIES
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, every, owasp, rule, some


def _policy(*groups: object, kind: object = "WAFV2") -> dict[str, Any]:
    data = {"type": kind, "preProcessRuleGroups": [{"overrideAction": one} for one in groups]}
    return {
        "securityServicePolicyData": {"type": kind, "managedServiceData": json.dumps(data)},
        "remediationEnabled": True,
    }


_RIGHT = _policy({"type": "NONE"})


@rule(
    title="Firewall Manager enforces its AWS WAF policies",
    types=FIREWALL_POLICIES,
    severity=Severity.HIGH,
    fix=(
        "Set remediation_enabled=True, and give managed_service_data a rule group under "
        "preProcessRuleGroups whose overrideAction is NONE."
    ),
    controls=(owasp("A05:2021"),),
    passes=[
        _RIGHT,
        _policy({"type": "COUNT"}, {"type": "NONE"}),
        {"securityServicePolicyData": {"type": "SHIELD_ADVANCED"}},
    ],
    fails=[
        {},
        {**_RIGHT, "remediationEnabled": False},
        _policy(),
        _policy({"type": "COUNT"}),
        _policy(None),
        {**_RIGHT, "securityServicePolicyData": {"type": "WAFV2"}},
    ],
    undecided=[
        {**_RIGHT, "remediationEnabled": UNKNOWN},
        {**_RIGHT, "securityServicePolicyData": {"type": "WAFV2", "managedServiceData": UNKNOWN}},
        {**_RIGHT, "securityServicePolicyData": UNKNOWN},
    ],
)
def check(policy: Resource) -> Findings:
    """Let the organization's firewall be more than a report: without remediation it only tells.

    The first rule groups run before those that an account adds; accounts cannot remove them.
    `overrideCustomerWebACLAssociation` is not asked for: it would take the web ACL that a stack
    gave its endpoint away, for good or ill, and what has none gets the policy's in either case.
    Which accounts, tags and resource sets the policy leaves out is not judged here.

    Source: AWS WAF Developer Guide, "Using AWS WAF policies with Firewall Manager"; AWS Knowledge
    Center on web ACL associations of Firewall Manager policies; Firewall Manager API Reference,
    `SecurityServicePolicyData`.
    """
    if policy.get("securityServicePolicyData", "type", default="WAFV2") == "WAFV2":
        yield from every((_judge_remediation, _judge_groups), lambda judge: judge(policy))


def _judge_remediation(policy: Resource) -> Findings:
    if policy.get("remediationEnabled") is not True:
        yield "The policy finds endpoints without a web ACL, and leaves them so."


def _judge_groups(policy: Resource) -> Findings:
    data = policy.json("securityServicePolicyData", "managedServiceData")
    groups = data.blocks("preProcessRuleGroups")
    if not some(groups, lambda group: group.get("overrideAction", "type") == "NONE"):
        yield "No rule group that runs first is known to do more than count."
