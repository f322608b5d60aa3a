from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from policy_pack.endpoints import WEB_ACLS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    Undecided,
    every,
    finding,
    owasp,
    ref,
    rule,
    some,
)
from policy_pack.waf import (
    FIELDS,
    GROUP_REFERENCE,
    HOLDERS,
    INSPECTING,
    MANAGED_GROUP,
    NOT,
    RULE_GROUP_ASSOCIATIONS,
    RULE_GROUPS,
    SIZE,
    WEB_ACL_RULES,
    Override,
    RuleSet,
    Statement,
    WafRule,
    own_rules,
    referred,
    rules_of,
)

_COMMON, _BODY_LIMIT = "AWSManagedRulesCommonRuleSet", "SizeRestrictions_BODY"
_BODIES = frozenset({"body", "jsonBody"})
_CUT_OFF = _BODIES | {"cookies", "headerOrders", "headers"}
_EITHER = frozenset({"MATCH", "NO_MATCH"})
_NEGATED = {"MATCH": "NO_MATCH", "NO_MATCH": "MATCH"}
_WANTED: Final = {
    "allow": frozenset({"NO_MATCH"}),
    # What it is counted for, or which label it gives, is not known here: it must be chosen.
    "count": _EITHER,
}

_ACL, _GROUP = WEB_ACLS[0], RULE_GROUPS[0]
_PART, _ADDED = WEB_ACL_RULES[0], RULE_GROUP_ASSOCIATIONS[0]
_OWN: dict[str, Any] = {GROUP_REFERENCE: {"arn": ref("own")}}


def _inspects(field: str, handling: object, kind: str = "xssMatchStatement") -> dict[str, Any]:
    settings = {"oversizeHandling": handling}
    held: Any = [settings] if field.startswith("header") else settings
    return {kind: {"fieldToMatch": {field: held}, "textTransformations": []}}


def _longer(than: object = "GT", handling: object = "MATCH", field: str = "body") -> dict[str, Any]:
    statement = _inspects(field, handling, SIZE)
    statement[SIZE] |= {"comparisonOperator": than, "size": 8192}
    return statement


def _rule(action: str, statement: object) -> dict[str, Any]:
    kind = "overrideAction" if action == "none" else "action"
    return {"name": "rule", kind: {action: {}}, "statement": statement}


def _not(statement: object) -> dict[str, Any]:
    return {"notStatement": {"statement": statement}}


def _all(*statements: object) -> dict[str, Any]:
    return {"andStatement": {"statements": list(statements)}}


def _group(*actions: object, **other: object) -> dict[str, Any]:
    overrides = [{"name": _BODY_LIMIT, "actionToUse": {one: {}}} for one in actions]
    return {"vendorName": "AWS", "name": _COMMON, "ruleActionOverrides": overrides, **other}


def _managed(*actions: object, **other: object) -> dict[str, Any]:
    return _rule("none", {MANAGED_GROUP: _group(*actions, **other)})


def _acl(*rules: object) -> dict[str, Any]:
    return {"acl": (_ACL, {"rules": list(rules)})}


def _json(handling: str) -> str:
    statement = {
        "XssMatchStatement": {
            "FieldToMatch": {"Headers": {"OversizeHandling": handling}},
            "TextTransformations": [],
        }
    }
    return json.dumps([{"Name": "rule", "Action": {"Block": {}}, "Statement": statement}])


_GEO = {"geoMatchStatement": {"countryCodes": ["NL"]}}


@rule(
    title="What is too long to be inspected passes by no rule of AWS WAF",
    types=HOLDERS,
    severity=Severity.HIGH,
    fix=(
        "Set oversize_handling='MATCH' where a rule stops what it matches, and 'NO_MATCH' where it "
        "allows it, the other way around within a not_statement; leave SizeRestrictions_BODY as it "
        "is, or block long bodies by a rule with a size_constraint_statement; or use "
        "secure_components.WebApplicationFirewall."
    ),
    controls=(owasp("A03:2021"), owasp("A05:2021")),
    passes=[
        *(_acl(_rule("block", _inspects(field, "MATCH"))) for field in sorted(_CUT_OFF)),
        _acl(_rule("block", _inspects("uriPath", None)), _rule("block", _GEO)),
        _acl(_rule("block", _not(_inspects("body", "NO_MATCH")))),
        _acl(_rule("block", _not(_not(_inspects("body", "MATCH"))))),
        _acl(_rule("allow", _inspects("body", "NO_MATCH"))),
        _acl(_rule("allow", _all(_GEO, _not(_inspects("body", "MATCH"))))),
        _acl(_rule("count", _inspects("body", "NO_MATCH"))),
        {"acl": (_ACL, {"ruleJson": _json("MATCH")})},
        {"own": (_GROUP, {"rules": [_rule("captcha", _inspects("body", "MATCH"))]})},
        {"one": (_PART, _rule("block", _inspects("body", "MATCH")))},
        # The common rule set blocks long bodies, or an own rule does.
        _acl(_managed()),
        _acl(_managed("challenge")),
        _acl(_managed("count", vendorName="Vendor")),
        _acl(_managed("count"), _rule("block", _all(_GEO, _longer()))),
        _acl(_managed("count"), _rule("none", _OWN))
        | {"own": (_GROUP, {"rules": [_rule("block", _longer("GE"))]})},
        {
            "add": (_ADDED, {"webAclArn": ref("acl"), "managedRuleGroup": _group("count")}),
            "acl": (_ACL, {"rules": [_rule("block", _longer())]}),
        },
    ],
    fails=[
        *(_acl(_rule("block", _inspects(field, "CONTINUE"))) for field in sorted(_CUT_OFF)),
        _acl(_rule("block", _inspects("body", None))),
        _acl(_rule("block", _inspects("body", "NO_MATCH"))),
        _acl(_rule("block", _inspects("body", ["MATCH"]))),
        _acl(_rule("captcha", _all(_GEO, UNKNOWN, _inspects("headers", "NO_MATCH")))),
        _acl(_rule("block", _not(_inspects("body", "MATCH")))),
        _acl(_rule("allow", _inspects("body", "MATCH"))),
        _acl(_rule("count", _inspects("body", "CONTINUE"))),
        _acl(
            _rule(
                "block",
                {"rateBasedStatement": {"scopeDownStatement": _inspects("body", "CONTINUE")}},
            )
        ),
        _acl(_managed(scopeDownStatement=_inspects("body", "NO_MATCH"))),
        {"acl": (_ACL, {"ruleJson": _json("CONTINUE")})},
        {"own": (_GROUP, {"rules": [_rule("block", _inspects("body", "CONTINUE"))]})},
        {"one": (_PART, _rule("block", _inspects("body", "CONTINUE")))},
        # Nothing blocks long bodies any more.
        _acl(_managed("count")),
        _acl(_managed("allow")),
        _acl(_managed(excludedRules=[{"name": _BODY_LIMIT}])),
        _acl(_managed("count"), _rule("count", _longer())),
        _acl(_managed("count"), _rule("block", _longer("LT"))),
        _acl(_managed("count"), _rule("block", _longer(["GT"]))),
        _acl(_managed("count"), _rule("none", {GROUP_REFERENCE: {"arn": "arn:elsewhere"}})),
        _acl(_managed("count"), _rule("block", _longer(field="cookies"))),
        _acl(_managed("count"), _rule("block", _not(_longer(handling="NO_MATCH")))),
        _acl(_managed("count"), {**_rule("none", _OWN), "overrideAction": {"count": {}}})
        | {"own": (_GROUP, {"rules": [_rule("block", _longer())]})},
        {
            "add": (_ADDED, {"webAclArn": ref("acl"), "managedRuleGroup": _group("count")}),
            "acl": (_ACL, {"rules": []}),
        },
        {
            "add": (
                _ADDED,
                {"webAclArn": "arn:aws:wafv2:elsewhere", "managedRuleGroup": _group("count")},
            )
        },
    ],
    undecided=[
        {"acl": (_ACL, {"rules": UNKNOWN})},
        {"acl": (_ACL, {"ruleJson": UNKNOWN})},
        _acl(_rule("block", _inspects("body", UNKNOWN))),
        _acl({**_rule("block", _inspects("body", "MATCH")), "action": UNKNOWN}),
        _acl(_rule("block", _all(_GEO, UNKNOWN))),
        _acl(_managed("count"), UNKNOWN),
        _acl(_rule("none", {MANAGED_GROUP: _group() | {"ruleActionOverrides": UNKNOWN}})),
    ],
    omission="A web ACL without rules inspects nothing; `waf-has-rules` finds it.",
)
def check(holder: Resource, stack: Stack) -> Findings:
    """Do not let an attack hide behind padding.

    AWS WAF sees the first 8 KB of a body, or up to 64 KB, and of headers and cookies 8 KB or 200 of
    them; the endpoint gets all. With `CONTINUE`, which is the default outside the console, the rest
    passes by uninspected. The common rule set blocks long bodies for all rules, so where its
    `SizeRestrictions_BODY` only counts, a rule of your own must [our inference].

    That a whole group only counts is found by `waf-not-counting`.

    Source: AWS WAF Developer Guide, "Oversize web request components in AWS WAF", "Baseline rule
    groups".
    """
    yield from own_rules(holder).judge(_judge_handling)
    if holder.type in RULE_GROUPS:
        return
    yield from own_rules(holder).judge(lambda rule: _judge_override(rule, holder, stack))


# --- How a statement handles what is cut off ---


def _judge_handling(rule: WafRule) -> Findings:
    if rule.is_group:
        wanted = frozenset({"MATCH"})  # the group shall see what is too long
    else:
        wanted = _WANTED.get(rule.action, frozenset({"MATCH"}))
    yield from _judge_statement(rule.statement, rule, wanted)


def _judge_statement(statement: Statement, rule: WafRule, wanted: frozenset[str]) -> Findings:
    kind, body = statement.kind, statement.body
    if kind in INSPECTING:
        field, settings = body.chosen(FIELDS, "fieldToMatch")
        if (
            field in _CUT_OFF
            and str(settings.get("oversizeHandling", default="CONTINUE")) not in wanted
        ):
            yield finding(
                "The rule {name} lets pass what is longer than it inspects.", name=rule.name
            )
    if kind == NOT:
        wanted = frozenset(map(_NEGATED.__getitem__, wanted))
    judge = partial(_judge_statement, rule=rule, wanted=wanted)
    yield from every(statement.nested, judge)


# --- Whether long bodies are blocked ---


def _judge_override(rule: WafRule, holder: Resource, stack: Stack) -> Findings:
    if rule.managed_group() == ("AWS", _COMMON):
        yield from every(rule.overrides, lambda override: _judge_one(override, rule, holder, stack))


def _judge_one(override: Override, rule: WafRule, holder: Resource, stack: Stack) -> Findings:
    if override.name != _BODY_LIMIT or override.action not in {"allow", "count"}:
        return
    if not _among(holder, stack).some(lambda other: _limits(other, stack)):
        yield finding(
            "The rule {name} no longer blocks long bodies, and no other does.", name=rule.name
        )


def _among(holder: Resource, stack: Stack) -> RuleSet:
    """Return the rules among which a rule of a holder runs."""
    if holder.type in WEB_ACLS:
        return rules_of(holder, stack)
    found = referred(holder, "webAclArn", (holder, "webAclArn"), WEB_ACLS, stack)
    if len(found) > 1:
        raise Undecided(holder.name, "webAclArn")
    return rules_of(found[0], stack) if found else own_rules(holder)


def _limits(rule: WafRule, stack: Stack) -> bool:
    """Tell whether a rule, or one of its group, stops requests with a long body."""
    if rule.action in {"allow", "count"}:
        return False
    if rule.kind == GROUP_REFERENCE:
        groups = rule.referred(rule.statement.body, RULE_GROUPS, stack)
        return bool(groups) and all(
            own_rules(group).some(lambda inner: _limits(inner, stack)) for group in groups
        )
    return some(_asserted(rule.statement), _is_limit)


def _asserted(statement: Statement) -> Iterator[Statement]:
    """Yield a statement and what is within it, but for what it negates."""
    yield statement
    if statement.kind != NOT:
        for inner in statement.nested:
            yield from _asserted(inner)


def _is_limit(statement: Statement) -> bool:
    if statement.kind != SIZE:
        return False
    body = statement.body
    field, _ = body.chosen(FIELDS, "fieldToMatch")
    return field in _BODIES and str(body.get("comparisonOperator")) in {"GT", "GE"}
