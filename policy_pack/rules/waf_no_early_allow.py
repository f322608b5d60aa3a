from __future__ import annotations

import json
import math
from typing import Any

from policy_pack.endpoints import WEB_ACLS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Malformed,
    Resource,
    Severity,
    Stack,
    Undecided,
    finding,
    owasp,
    ref,
    rule,
    some,
)
from policy_pack.waf import (
    GROUP_REFERENCE,
    INSPECTING,
    MANAGED_GROUP,
    PARTS,
    RATE,
    RULE_GROUP_ASSOCIATIONS,
    RULE_GROUPS,
    WEB_ACL_RULES,
    RuleSet,
    WafRule,
    has_web_acl,
    own_rules,
    rules_of,
    walk,
)

_BY_ORIGIN = frozenset(
    {
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesAnonymousIpList",
        "AWSManagedRulesAntiDDoSRuleSet",
    }
)
_ACL, _GROUP, _PART, _ADDED = (
    WEB_ACLS[0],
    RULE_GROUPS[0],
    WEB_ACL_RULES[0],
    RULE_GROUP_ASSOCIATIONS[0],
)
_LISTED = {"ipSetReferenceStatement": {"arn": "arn:aws:wafv2:listed"}}
_GEO = {"geoMatchStatement": {"countryCodes": ["NL"]}}
_SQLI = {"sqliMatchStatement": {"fieldToMatch": {"body": {}}, "textTransformations": []}}
_OWN: dict[str, Any] = {GROUP_REFERENCE: {"arn": ref("own")}}
_NOBODY = {"notStatement": {"statement": _SQLI}}


def _rule(priority: object, action: str, statement: object, name: str = "rule") -> dict[str, Any]:
    kind = "overrideAction" if action == "none" else "action"
    return {"name": name, "priority": priority, kind: {action: {}}, "statement": statement}


def _group(name: object = "AWSManagedRulesCommonRuleSet", vendor: str = "AWS") -> dict[str, Any]:
    return {MANAGED_GROUP: {"vendorName": vendor, "name": name}}


def _of(*rules: object) -> dict[str, Any]:
    return {"rules": list(rules)}


def _rate(scope: object = None) -> dict[str, Any]:
    return {RATE: {"limit": 100, "aggregateKeyType": "IP", "scopeDownStatement": scope}}


def _json(allowed: int) -> str:
    rules = [
        {"Priority": allowed, "Action": {"Allow": {}}, "Statement": {"GeoMatchStatement": {}}},
        {
            "Priority": 5,
            "OverrideAction": {"None": {}},
            "Statement": {
                "ManagedRuleGroupStatement": {
                    "VendorName": "AWS",
                    "Name": "AWSManagedRulesCommonRuleSet",
                }
            },
        },
    ]
    return json.dumps(rules)


_ALLOW, _COMMON = _rule(1, "allow", _LISTED), _rule(5, "none", _group())
_THEIRS = _rule(5, "none", _group("AWSManagedRulesAntiDDoSRuleSet", "Vendor"))
_COUNTED = {**_rule(5, "none", _OWN), "overrideAction": {"count": {}}}


@rule(
    title="No rule lets requests past the rules that look for attacks",
    types=(*WEB_ACLS, *PARTS, *RULE_GROUPS),
    severity=Severity.HIGH,
    fix=(
        "Let the rule count and give a label, and exempt the label from what judges by origin or "
        "rate; or give it the last priority; or use ip_restrictions of "
        "secure_components.WebApplicationFirewall."
    ),
    controls=(owasp("A05:2021"), owasp("A03:2021")),
    passes=[
        {"acl": (_ACL, _of(_COMMON))},
        {"acl": (_ACL, _of(_rule(9, "allow", _LISTED), _COMMON))},
        {"acl": (_ACL, {"ruleJson": _json(9)})},
        {"acl": (_ACL, _of(_rule(1, "count", _LISTED), _COMMON))},
        # What judges by origin or rate alone may be passed by.
        {
            "acl": (
                _ACL,
                _of(
                    _ALLOW,
                    _rule(2, "none", _group("AWSManagedRulesAmazonIpReputationList")),
                    _rule(3, "block", _GEO),
                    _rule(4, "block", _rate(_SQLI)),
                    _rule(5, "count", _SQLI),
                ),
            )
        },
        {"acl": (_ACL, _of(_COUNTED, _rule(6, "none", _group()))), "own": (_GROUP, _of(_ALLOW))},
        {"own": (_GROUP, _of(_ALLOW, _rule(0, "block", _SQLI)))},
        {
            "one": (_PART, {**_ALLOW, "webAclArn": ref("acl")}),
            "acl": (_ACL, {}),
        },
        {"one": (_PART, {**_COMMON, "webAclArn": "arn:aws:wafv2:elsewhere"})},
    ],
    fails=[
        {"acl": (_ACL, _of(_ALLOW, _COMMON))},
        {"acl": (_ACL, _of(_COMMON, _ALLOW, UNKNOWN))},
        {"acl": (_ACL, {"ruleJson": _json(1)})},
        {"acl": (_ACL, _of(_ALLOW, _THEIRS))},
        {"acl": (_ACL, _of(_ALLOW, _rule(5, "none", _group(["AWS"]))))},
        {"acl": (_ACL, _of(_ALLOW, _rule(2, "block", _SQLI), _rule(0, "block", _SQLI)))},
        {"acl": (_ACL, _of(_ALLOW, _rule(2, "captcha", _NOBODY)))},
        {
            "acl": (_ACL, _of(_COMMON)),
            "one": (_PART, {**_ALLOW, "name": "one", "webAclArn": ref("acl")}),
        },
        {
            "acl": (_ACL, _of(_ALLOW)),
            "add": (
                _ADDED,
                {
                    "webAclArn": ref("acl"),
                    "priority": 2,
                    "managedRuleGroup": _group()[MANAGED_GROUP],
                },
            ),
        },
        # The group allows, or what it holds is passed by.
        {"acl": (_ACL, _of(_rule(1, "none", _OWN), _COMMON)), "own": (_GROUP, _of(_ALLOW))},
        {
            "acl": (_ACL, _of(_ALLOW, _rule(2, "none", _OWN))),
            "own": (_GROUP, _of(_rule(0, "block", _SQLI))),
        },
        {"acl": (_ACL, _of(_ALLOW, _rule(2, "none", {GROUP_REFERENCE: {"arn": "arn:other"}})))},
        {"own": (_GROUP, _of(_ALLOW, _rule(2, "block", _SQLI)))},
        {"one": (_PART, {**_ALLOW, "webAclArn": "arn:aws:wafv2:elsewhere"})},
    ],
    undecided=[
        {"acl": (_ACL, {"rules": UNKNOWN})},
        {"acl": (_ACL, _of(_ALLOW, _rule(UNKNOWN, "none", _group())))},
        {"acl": (_ACL, _of(_ALLOW, UNKNOWN))},
        {"acl": (_ACL, _of({**_ALLOW, "action": UNKNOWN}, _COMMON))},
        {"one": (_PART, {**_ALLOW, "webAclArn": UNKNOWN})},
    ],
    omission="A web ACL without rules allows nothing early; `waf-has-rules` finds it.",
)
def check(holder: Resource, stack: Stack) -> Findings:
    """Do not let a request that matches one thing off all others.

    An allow action ends the evaluation: whoever is on the list, sends from a listed network, or
    forges what the rule looks for, passes by every later rule. What looks for attacks are managed
    rule groups but those of addresses and of DDoS, rule groups that are not in the stack, and rules
    that inspect a request and stop it [our inference]. What judges by origin or rate may be passed
    by. See the project's decision 8, "How the firewall is built".

    Source: AWS WAF Developer Guide, "Using rule actions in AWS WAF".
    """
    if holder.type in WEB_ACLS:
        yield from _judge(rules_of(holder, stack), stack)
    elif holder.type in RULE_GROUPS:
        yield from _judge(own_rules(holder), stack)
    else:
        yield from own_rules(holder).judge(lambda rule: _judge_alone(rule, stack))


def _judge(rules: RuleSet, stack: Stack) -> Findings:
    last, unclear = _last(rules, stack)

    def judge(rule: WafRule) -> Findings:
        if not _allows(rule, stack):
            return
        if rule.priority < last:
            yield finding(
                "The rule {name} allows requests before rules that look for attacks.",
                name=rule.name,
            )
        elif unclear is not None:
            yield unclear

    yield from rules.judge(judge)


def _last(rules: RuleSet, stack: Stack) -> tuple[float, Undecided | None]:
    """Return the last priority of what looks for attacks, and why there may be a later one."""
    last = -math.inf
    unclear: Undecided | None = None
    for one in rules.rules:
        try:
            if _looks(one, stack):
                last = max(last, one.priority)
        except Undecided as unknown:
            unclear = unknown
        except Malformed:
            continue
    return last, unclear


def _judge_alone(rule: WafRule, stack: Stack) -> Findings:
    if _allows(rule, stack) and not has_web_acl(rule.holder, stack):
        yield finding(
            "The rule {name} allows requests, and its web ACL is not in the stack to tell what "
            "comes after it.",
            name=rule.name,
        )


def _allows(rule: WafRule, stack: Stack) -> bool:
    if rule.kind != GROUP_REFERENCE:
        return rule.action == "allow"
    return not rule.counts and some(
        rule.referred(rule.statement.body, RULE_GROUPS, stack),
        lambda group: own_rules(group).some(lambda inner: inner.action == "allow"),
    )


def _looks(rule: WafRule, stack: Stack) -> bool:
    body = rule.statement.body
    if rule.kind == MANAGED_GROUP:
        return body.get("vendorName") != "AWS" or str(body.get("name")) not in _BY_ORIGIN
    if rule.kind == GROUP_REFERENCE:
        groups = rule.referred(body, RULE_GROUPS, stack)
        return not groups or some(
            groups, lambda group: own_rules(group).some(lambda inner: _looks(inner, stack))
        )
    if rule.kind == RATE or rule.action in {"allow", "count"}:
        return False
    return some(walk(rule.statement), lambda inner: inner.kind in INSPECTING)
