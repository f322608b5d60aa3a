from __future__ import annotations

import json
from collections.abc import Sequence
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
    including,
    owasp,
    prowler,
    ref,
    rule,
)
from policy_pack.waf import (
    IP_SETS,
    RULE_GROUP_ASSOCIATIONS,
    WEB_ACL_RULES,
    RuleSet,
    WafRule,
    makes_web_acls,
    rules_of,
)
from policy_pack.waf_labels import leaves_out_listed

_COMMON = "AWSManagedRulesCommonRuleSet"
_INPUTS = "AWSManagedRulesKnownBadInputsRuleSet"
_SQLI = "AWSManagedRulesSQLiRuleSet"
_ADMIN = "AWSManagedRulesAdminProtectionRuleSet"
_REPUTATION = "AWSManagedRulesAmazonIpReputationList"
_WANTED = (_COMMON, _INPUTS, _SQLI, _ADMIN, _REPUTATION)
_BY_ORIGIN = frozenset(
    {
        _ADMIN,
        _REPUTATION,
        "AWSManagedRulesAnonymousIpList",
        "AWSManagedRulesAntiDDoSRuleSet",
    }
)
"""Groups that a known address may be let past: they judge who asks, not what is asked."""

_INJECTION, _PROWLER = owasp("A03:2021"), prowler("wafv2_webacl_managed_rule_groups_enabled")
_ACCESS, _MISUSE, _COMPONENTS, _INTEGRITY, _REQUESTS = (
    owasp(f"{one}:2021") for one in ("A01", "A05", "A06", "A08", "A10")
)

_ACL, _POLICY = WEB_ACLS[0], FIREWALL_POLICIES[0]
_PART, _ASSOCIATION = WEB_ACL_RULES[0], RULE_GROUP_ASSOCIATIONS[0]
_LISTED = {"ipSetReferenceStatement": {"arn": ref("list")}}
_IP_SET: dict[str, tuple[str, Any]] = {"list": (IP_SETS[0], {})}


def _group(name: object, scope: object = None) -> dict[str, Any]:
    return {"vendorName": "AWS", "name": name, "scopeDownStatement": scope}


def _rule(name: object, scope: object = None) -> dict[str, Any]:
    statement = {"managedRuleGroupStatement": _group(name, scope)}
    return {"name": "one", "statement": statement, "overrideAction": {"none": {}}}


def _part(acl: object, name: str) -> tuple[str, Any]:
    return _PART, {**_rule(name), "name": "own", "webAclArn": acl}


def _acl(*rules: object) -> tuple[str, Any]:
    return _ACL, {"rules": list(rules)}


def _all_but(*left_out: str) -> list[dict[str, Any]]:
    return [_rule(name) for name in _WANTED if name not in left_out]


def _json(*names: str) -> str:
    groups = [{"VendorName": "AWS", "Name": name} for name in names]
    return json.dumps(
        [
            {
                "Name": "one",
                "Priority": index,
                "Statement": {"ManagedRuleGroupStatement": group},
                "OverrideAction": {"None": {}},
            }
            for index, group in enumerate(groups)
        ]
    )


def _policy(*names: str, kind: object = "WAFV2") -> dict[str, tuple[str, Any]]:
    groups = [
        {"managedRuleGroupIdentifier": {"vendorName": "AWS", "managedRuleGroupName": name}}
        for name in names
    ]
    document = json.dumps({"type": "WAFV2", "preProcessRuleGroups": groups})
    data = {"type": kind, "managedServiceData": document}
    return {"policy": (_POLICY, {"securityServicePolicyData": data})}


def _not(statement: object) -> dict[str, Any]:
    return {"notStatement": {"statement": statement}}


def _labels(statement: object, label: str = "home") -> dict[str, Any]:
    rule = {"name": "two", "priority": 0, "statement": statement, "action": {"count": {}}}
    return rule | {"ruleLabels": [{"name": label}]}


_UNLESS_HOME = _not({"labelMatchStatement": {"scope": "LABEL", "key": "home"}})
_FORGED = {
    "ipSetReferenceStatement": {
        "arn": ref("list"),
        "ipSetForwardedIpConfig": {
            "headerName": "X-Forwarded-For",
            "fallbackBehavior": "MATCH",
            "position": "ANY",
        },
    }
}
_HEADER = {"byteMatchStatement": {"searchString": "me"}}


@rule(
    title="Web ACLs have AWS's managed rules against the OWASP Top 10",
    types=(*WEB_ACLS, *FIREWALL_POLICIES),
    severity=Severity.HIGH,
    fix=(
        "Give the web ACL a rule with a managed_rule_group_statement of the group, with vendor "
        "AWS and without a scope-down statement; or use secure_components.WebApplicationFirewall."
    ),
    controls=(
        _PROWLER,
        _ACCESS,
        _INJECTION,
        _MISUSE,
        _COMPONENTS,
        _INTEGRITY,
        _REQUESTS,
    ),
    passes=[
        {"acl": _acl(*_all_but())},
        {"acl": (_ACL, {"ruleJson": _json(*_WANTED)})},
        {
            "acl": _acl(*_all_but(_SQLI)),
            "part": _part(ref("acl"), _SQLI),
        },
        {
            "acl": _acl(*_all_but(_SQLI)),
            "part": (_ASSOCIATION, {"webAclArn": ref("acl"), "managedRuleGroup": _group(_SQLI)}),
        },
        {"acl": _acl(*_all_but(_ADMIN), _rule(_ADMIN, _not(_LISTED))), **_IP_SET},
        {
            "acl": _acl(_labels(_LISTED), *_all_but(_REPUTATION), _rule(_REPUTATION, _UNLESS_HOME)),
            **_IP_SET,
        },
        {
            "acl": _acl(
                *_all_but(_ADMIN),
                _rule(_ADMIN, _not({"orStatement": {"statements": [_LISTED, _LISTED]}})),
            ),
            **_IP_SET,
        },
        {"acl": _acl(*_all_but(), _rule(_SQLI, _LISTED)), **_IP_SET},
        {"acl": _acl(*_all_but(), UNKNOWN)},
        _policy(*_WANTED),
        _policy(kind="SHIELD_ADVANCED"),
    ],
    fails=[
        {"acl": (_ACL, {})},
        *({"acl": _acl(*_all_but(one))} for one in _WANTED),
        {"acl": _acl(*_all_but(_SQLI), _rule(_SQLI, _HEADER))},
        {"acl": _acl(*_all_but(_SQLI), _rule(_SQLI, _not(_LISTED))), **_IP_SET},
        {"acl": _acl(*_all_but(_ADMIN), _rule(_ADMIN, _not(_HEADER)))},
        {"acl": _acl(*_all_but(_ADMIN), _rule(_ADMIN, _not(_FORGED))), **_IP_SET},
        {"acl": _acl(*_all_but(_ADMIN), _rule(_ADMIN, _LISTED)), **_IP_SET},
        {"acl": _acl(_labels(_HEADER), *_all_but(_ADMIN), _rule(_ADMIN, _UNLESS_HOME))},
        {"acl": _acl(*_all_but(_ADMIN), _rule(_ADMIN, _UNLESS_HOME))},
        {"acl": (_ACL, {"ruleJson": _json(_COMMON)})},
        _policy(_COMMON),
    ],
    undecided=[
        {"acl": (_ACL, {"rules": UNKNOWN})},
        {"acl": (_ACL, {"ruleJson": UNKNOWN})},
        {"acl": _acl(*_all_but(_SQLI), _rule(UNKNOWN))},
        {"acl": _acl(*_all_but(_ADMIN), _rule(_ADMIN, UNKNOWN))},
        {
            "acl": _acl(*_all_but(_SQLI)),
            "part": _part(UNKNOWN, _SQLI),
        },
        {"policy": (_POLICY, {"securityServicePolicyData": UNKNOWN})},
    ],
    settings={
        "groups": including(
            _WANTED,
            "Managed rule groups of AWS that each web ACL must have.",
            asks={
                _PROWLER: [_COMMON],
                _ACCESS: [_COMMON, _ADMIN],
                _INJECTION: [_COMMON, _SQLI],
                _MISUSE: [_COMMON, _INPUTS],
                _COMPONENTS: [_INPUTS],
                _INTEGRITY: [_INPUTS],
                _REQUESTS: [_COMMON],
            },
        ),
    },
)
def check(maker: Resource, stack: Stack, *, groups: Sequence[str]) -> Findings:
    """Meet known attacks before the application does.

    AWS's baseline groups, that against SQL injection, and the addresses that AWS has seen attack.
    What an application runs on (`AWSManagedRulesPHPRuleSet`, for example) is for the setting. None
    of them fulfils a category of the OWASP Top 10; what serves which is our inference.

    A group must see every request. Only those that judge who asks (administration pages,
    reputation) may leave out the addresses of IP sets, named in the scope-down statement or by a
    label that nothing else gives. A list by a forwarded address is none if one that is unreadable
    is on it.

    A rule group cannot hold managed ones. Not seen are the groups that a policy of Firewall Manager
    in another stack runs before a web ACL's own; whether a group blocks is for `waf-not-counting`.

    Source: AWS WAF Developer Guide, "AWS Managed Rules rule groups list"; AWS WAFV2 API Reference,
    `ManagedRuleGroupStatement`.
    """
    if makes_web_acls(maker):
        rules = rules_of(maker, stack)
        yield from every(groups, lambda group: _judge(group, rules))


def _judge(group: str, rules: RuleSet) -> Findings:
    narrowed = []

    def runs(rule: WafRule) -> bool:
        if rule.managed_group() != ("AWS", group):
            return False
        narrowed.append(rule)
        return _sees_everything(rule, group, rules)

    if rules.some(runs):
        return
    if narrowed:
        yield finding("The rule '{name}' leaves requests out.", name=narrowed[0].name)
    else:
        yield finding("No rule runs {name}.", name=group)


def _sees_everything(rule: WafRule, group: str, rules: RuleSet) -> bool:
    scope = rule.statement.scope_down
    return scope is None or (group in _BY_ORIGIN and leaves_out_listed(scope, rules))
