from __future__ import annotations

import json
from typing import Any

from policy_pack.endpoints import FIREWALL_POLICIES, WEB_ACLS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    every,
    finding,
    owasp,
    rule,
)
from policy_pack.waf import (
    PARTS,
    RULE_GROUP_ASSOCIATIONS,
    WEB_ACL_RULES,
    Override,
    WafRule,
    own_rules,
)

_ACL, _POLICY = WEB_ACLS[0], FIREWALL_POLICIES[0]
_PART, _ASSOCIATION = WEB_ACL_RULES[0], RULE_GROUP_ASSOCIATIONS[0]
_SQLI = {"vendorName": "AWS", "name": "AWSManagedRulesSQLiRuleSet"}


def _to(action: object) -> dict[str, Any]:
    return {"ruleActionOverrides": [{"name": "two", "actionToUse": action}]}


def _managed(action: object) -> dict[str, Any]:
    statement = {"managedRuleGroupStatement": _SQLI | _to(action)}
    return {"name": "one", "statement": statement, "overrideAction": {"none": {}}}


def _own(action: object) -> dict[str, Any]:
    statement = {"ruleGroupReferenceStatement": {"arn": UNKNOWN} | _to(action)}
    return {"name": "one", "statement": statement, "overrideAction": {"none": {}}}


def _acl(*rules: object) -> dict[str, tuple[str, Any]]:
    return {"acl": (_ACL, {"rules": list(rules)})}


def _policy(action: str) -> dict[str, tuple[str, Any]]:
    managed = {"vendorName": "AWS", "managedRuleGroupName": "SQLi"}
    group = {"managedRuleGroupIdentifier": managed, "overrideAction": {"type": "NONE"}}
    document = {"type": "WAFV2", "preProcessRuleGroups": [group | _to({action: {}})]}
    data = {"type": "WAFV2", "managedServiceData": json.dumps(document)}
    return {"policy": (_POLICY, {"securityServicePolicyData": data})}


def _json(action: str) -> str:
    overrides = [{"Name": "two", "ActionToUse": {action: {}}}]
    group = {"VendorName": "AWS", "Name": "SQLi", "RuleActionOverrides": overrides}
    rule = {"Name": "one", "Statement": {"ManagedRuleGroupStatement": group}}
    return json.dumps([rule | {"OverrideAction": {"None": {}}}])


@rule(
    title="No rule of a rule group is overridden to allow",
    types=(*WEB_ACLS, *PARTS, *FIREWALL_POLICIES),
    severity=Severity.HIGH,
    fix=(
        "Override the rule to count for what it meets by mistake, and narrow by its label what a "
        "later rule blocks; or use secure_components.WebApplicationFirewall."
    ),
    controls=(owasp("A05:2021"),),
    passes=[
        _acl(_managed({"block": {}}), _managed({"count": {}})),
        _acl({"name": "one", "statement": {"geoMatchStatement": {}}, "action": {"allow": {}}}),
        {"acl": (_ACL, {"ruleJson": _json("Challenge")})},
        {"part": (_PART, _managed({"captcha": {}}))},
        {"part": (_ASSOCIATION, {"ruleName": "one", "managedRuleGroup": _SQLI})},
        _policy("count"),
    ],
    fails=[
        _acl(_managed({"allow": {}})),
        _acl(_managed(UNKNOWN), _managed({"allow": {"customRequestHandling": {}}})),
        _acl(_own({"allow": {}})),
        {"acl": (_ACL, {"ruleJson": _json("Allow")})},
        {"part": (_PART, _managed({"allow": {}}))},
        {
            "part": (
                _ASSOCIATION,
                {"ruleName": "one", "managedRuleGroup": _SQLI | _to({"allow": {}})},
            )
        },
        _policy("allow"),
    ],
    undecided=[
        _acl(_managed(UNKNOWN)),
        {"acl": (_ACL, {"rules": UNKNOWN})},
        {"policy": (_POLICY, {"securityServicePolicyData": UNKNOWN})},
    ],
    omission="A rule that is not overridden does what its group says.",
)
def check(holder: Resource, _stack: Stack) -> Findings:
    """Do not let whoever looks like an attack past all that follows.

    A rule of a rule group matches attacks, or those who send them. To allow what it matches ends
    the evaluation: one such pattern in a request, and no later rule sees what else is in it. To let
    pass what it meets by mistake, counting is enough.

    Source: AWS WAFV2 API Reference, `RuleActionOverride`; AWS WAF Developer Guide, "Using rule
    actions in AWS WAF".
    """

    def judge_override(rule: WafRule, override: Override) -> Findings:
        if override.action == "allow":
            yield finding(
                "An override lets '{name}' end the evaluation.", name=f"{rule.name}/{override.name}"
            )

    yield from own_rules(holder).judge(
        lambda rule: every(rule.overrides, lambda one: judge_override(rule, one))
    )
