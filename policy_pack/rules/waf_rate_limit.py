from __future__ import annotations

import json
import math
from typing import Any

from policy_pack.endpoints import FIREWALL_POLICIES, WEB_ACLS
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Resource,
    Severity,
    Stack,
    Undecided,
    at_most,
    finding,
    owasp,
    ref,
    rule,
)
from policy_pack.waf import (
    GROUP_REFERENCE,
    IP_SETS,
    RATE,
    RULE_GROUPS,
    WEB_ACL_RULES,
    RuleSet,
    WafRule,
    makes_web_acls,
    own_rules,
    rules_of,
)
from policy_pack.waf_labels import leaves_out_listed
from policy_pack.waf_rollout import TAG, until

_ACL, _GROUP, _PART, _POLICY = (
    WEB_ACLS[0],
    RULE_GROUPS[0],
    WEB_ACL_RULES[0],
    FIREWALL_POLICIES[0],
)
_WINDOW = 300
_ACTS = frozenset({"block", "captcha", "challenge", "none"})
_BY_ADDRESS = frozenset({"ip", "forwardedIp"})
_BY_NOTHING_ELSE = _BY_ADDRESS | {"asn"}


def _rate(**changes: object) -> dict[str, Any]:
    statement = {"limit": 2000, "evaluationWindowSec": 300, "aggregateKeyType": "IP"}
    return {"rateBasedStatement": {**statement, **changes}}


def _rule(action: object = "block", **changes: object) -> dict[str, Any]:
    acts = {action: {}} if isinstance(action, str) else action
    return {"name": "rate", "priority": 1, "statement": _rate(**changes), "action": acts}


def _acl(*rules: object) -> tuple[str, Any]:
    return _ACL, {"rules": list(rules)}


def _until(day: str, *rules: object) -> tuple[str, Any]:
    return _ACL, {"rules": list(rules), "tags": {TAG: day}}


def _group(*rules: object) -> tuple[str, Any]:
    return _GROUP, {"rules": list(rules)}


def _runs(override: object = "none", **changes: object) -> dict[str, Any]:
    reference = {"arn": ref("group")} | changes
    return {
        "name": "one",
        "priority": 0,
        "statement": {"ruleGroupReferenceStatement": reference},
        "overrideAction": {str(override): {}},
    }


def _forwarded(fallback: str, key: str = "FORWARDED_IP", **changes: object) -> dict[str, Any]:
    config = {"headerName": "X-Forwarded-For", "fallbackBehavior": fallback}
    return _rule(aggregateKeyType=key, forwardedIpConfig=config, **changes)


def _keys(*names: str) -> dict[str, Any]:
    return _rule(aggregateKeyType="CUSTOM_KEYS", customKeys=[{name: {}} for name in names])


def _unless(statement: object) -> dict[str, Any]:
    return _rule(scopeDownStatement={"notStatement": {"statement": statement}})


def _json(action: str, limit: int) -> str:
    statement = {"RateBasedStatement": {"Limit": limit, "AggregateKeyType": "IP"}}
    rule = {"Name": "rate", "Priority": 0, "Statement": statement, "Action": {action: {}}}
    return json.dumps([rule])


_HOME = {"labelMatchStatement": {"scope": "LABEL", "key": "home"}}
_LISTED = {"ipSetReferenceStatement": {"arn": ref("list")}}
_LABELS = {
    "name": "home",
    "priority": 0,
    "statement": _LISTED,
    "action": {"count": {}},
    "ruleLabels": [{"name": "home"}],
}
_IP_SET: dict[str, tuple[str, Any]] = {"list": (IP_SETS[0], {})}
_LOGIN = {"byteMatchStatement": {"searchString": "/login"}}
_TO_COUNT = {"ruleActionOverrides": [{"name": "rate", "actionToUse": {"count": {}}}]}


@rule(
    title="Web ACLs limit how many requests an address may send",
    types=(*WEB_ACLS, *FIREWALL_POLICIES),
    severity=Severity.MEDIUM,
    fix=(
        "Add a rule with a rate_based_statement by IP without a scope-down statement that blocks "
        "past {requests_in_five_minutes} requests in 300 seconds, or less in less; or use "
        "secure_components.WebApplicationFirewall."
    ),
    controls=(owasp("A07:2021"),),
    passes=[
        {"acl": _acl(_rule())},
        {"acl": _acl(_rule("captcha", limit=10))},
        {"acl": _acl(_rule("challenge", limit=400, evaluationWindowSec=60))},
        {"acl": _acl(_rule(evaluationWindowSec=None, aggregateKeyType=None))},
        {"acl": _acl(_forwarded("MATCH"))},
        {"acl": _acl(_keys("ip", "asn"))},
        {"acl": _acl(_LABELS, _unless(_HOME)), **_IP_SET},
        {"acl": _acl(_unless(_LISTED)), **_IP_SET},
        {"acl": _acl(_rule(limit=50_000, scopeDownStatement=_LOGIN), _rule())},
        {"acl": _acl(_rule(limit=UNKNOWN), _rule())},
        {"acl": (_ACL, {"ruleJson": _json("Block", 2000)})},
        {"acl": _until("2027-01-31", _rule("count"))},
        {"acl": _until("2027-01-31", _runs(**_TO_COUNT)), "group": _group(_rule("count"))},
        {"acl": _acl(), "part": (_PART, {"webAclArn": ref("acl"), **_rule()})},
        {"acl": _acl(_runs()), "group": _group(_rule())},
        {"policy": (_POLICY, {"securityServicePolicyData": {"type": "SHIELD_ADVANCED"}})},
    ],
    fails=[
        {"acl": (_ACL, {})},
        {"acl": _acl(_rule("count"))},
        {"acl": _acl(_rule("allow"))},
        {"acl": _until("2026-12-31", _rule("count"))},
        {"acl": _acl(_rule(limit=2001))},
        {"acl": _acl(_rule(limit=2001, evaluationWindowSec=None))},
        {"acl": _acl(_rule(limit=401, evaluationWindowSec=60))},
        {"acl": _acl(_rule(aggregateKeyType="CONSTANT"))},
        {"acl": _acl(_forwarded("NO_MATCH"))},
        {"acl": _acl(_keys("ip", "uriPath"))},
        {"acl": _acl(_keys("asn"))},
        {"acl": _acl(_rule(scopeDownStatement=_LOGIN))},
        {"acl": _acl(), "other": _acl(), "part": (_PART, {"webAclArn": ref("other"), **_rule()})},
        {"acl": _acl(_runs("count")), "group": _group(_rule())},
        {"acl": _acl(_runs(**_TO_COUNT)), "group": _group(_rule())},
        {"acl": _acl(_runs()), "group": _group(_rule("count"))},
        {"acl": _acl(_runs(arn="arn:aws:wafv2:elsewhere"))},
        {"acl": (_ACL, {"ruleJson": _json("Count", 2000)})},
    ],
    undecided=[
        {"acl": (_ACL, {"rules": UNKNOWN})},
        {"acl": _acl(_rule(limit=UNKNOWN))},
        {"acl": _acl(_rule(scopeDownStatement=UNKNOWN))},
        {"acl": _acl(_rule(UNKNOWN))},
        {"acl": _acl(_runs(arn=UNKNOWN)), "group": _group(_rule())},
        {"acl": _acl(), "part": (_PART, {"webAclArn": UNKNOWN, **_rule()})},
        {"policy": (_POLICY, {"securityServicePolicyData": UNKNOWN})},
    ],
    settings={
        "requests_in_five_minutes": at_most(
            2000, "Most requests that an address may send in five minutes.", minimum=10, asks={}
        ),
    },
)
def check(maker: Resource, stack: Stack, *, requests_in_five_minutes: int) -> Findings:
    """Make guessing passwords, scraping and flooding slow.

    One limit must be for everybody, by address; further ones may be for anything. It may leave out
    the addresses of IP sets, as in `waf-managed-rules`. Counting by other keys too is no limit of
    an address where the client chooses them, as the path: each value has a count of its own, and a
    request without the key has none. By a forwarded address, what is unreadable must match. The
    limit may stand in a rule group of the stack; one of another stack cannot be seen. It may only
    count while `waf-not-counting` lets it.

    Source: AWS WAFV2 API Reference, `RateBasedStatement`, `ForwardedIPConfig`. AWS names no number:
    the default is our own, and so is what we say of keys that the client chooses.
    """
    if not makes_web_acls(maker):
        return
    rules = rules_of(maker, stack)
    if not rules.some(lambda rule: _limits(rule, rules, stack, requests_in_five_minutes)):
        yield finding(
            "No rule keeps every address to {requests} requests in five minutes.",
            requests=requests_in_five_minutes,
        )


def _limits(rule: WafRule, rules: RuleSet, stack: Stack, most: int) -> bool:
    if rule.kind != GROUP_REFERENCE:
        return _limits_everybody(rule, rules, stack, most)
    if not _acts(rule, stack, rule.action):
        return False
    spoilt = {one.name for one in rule.overrides if not _acts(rule, stack, one.action)}

    def limits(group: Resource) -> bool:
        inner = own_rules(group)
        return inner.some(
            lambda one: (
                str(one.raw.get("name")) not in spoilt
                and _limits_everybody(one, inner, stack, most)
            )
        )

    found = set(map(limits, rule.referred(rule.statement.body, RULE_GROUPS, stack)))
    if len(found) > 1:  # it is one of several rule groups, and not known yet which
        raise Undecided(rule.holder.name, rule.source)
    return True in found


def _acts(rule: WafRule, stack: Stack, action: str) -> bool:
    """Tell whether an action keeps requests away, or will once the rollout ends."""
    return action in _ACTS or (action == "count" and until(rule.holder, stack) is not None)


def _limits_everybody(rule: WafRule, rules: RuleSet, stack: Stack, most: int) -> bool:
    if rule.kind != RATE or not _acts(rule, stack, rule.action):
        return False
    body, scope = rule.statement.body, rule.statement.scope_down
    window = body.number("evaluationWindowSec", default=_WINDOW)
    return (
        body.number("limit", default=math.nan) * _WINDOW <= most * window
        and _counts_by_address(body)
        and (scope is None or leaves_out_listed(scope, rules))
    )


def _counts_by_address(body: Block) -> bool:
    kind = str(body.get("aggregateKeyType", default="IP"))
    keys = {"IP": {"ip"}, "FORWARDED_IP": {"forwardedIp"}}.get(kind, set())
    if kind == "CUSTOM_KEYS":
        custom = body.blocks("customKeys")
        keys = {name for one in custom for name in one.names() if one.get(name) is not None}
    if "forwardedIp" in keys and body.get("forwardedIpConfig", "fallbackBehavior") != "MATCH":
        return False
    return bool(keys & _BY_ADDRESS) and keys <= _BY_NOTHING_ELSE
