"""Web ACL capacity units (WCU) that rules of AWS WAF need, as far as the stack shows.

Source, where none is named: the listings of the rule statements in the AWS WAF Developer Guide,
"Using match rule statements in AWS WAF", "Using rate-based rule statements in AWS WAF" and "AWS
Managed Rules rule groups list".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from policy_pack.rule import Block, Malformed, Stack, Undecided
from policy_pack.waf import (
    AND,
    FIELDS,
    GROUP_REFERENCE,
    INSPECTING,
    IP_SET,
    MANAGED_GROUP,
    NOT,
    OR,
    RATE,
    REGEX_PATTERN_SET,
    RULE_GROUPS,
    SIZE,
    RuleSet,
    Statement,
    WafRule,
    walk,
)

MOST: Final = 5000
"""What no web ACL or rule group may be over ("Web ACL capacity units (WCUs) in AWS WAF")."""

MANAGED: Final[Mapping[str, int]] = {
    "AWSManagedRulesACFPRuleSet": 50,
    "AWSManagedRulesATPRuleSet": 50,
    "AWSManagedRulesAdminProtectionRuleSet": 100,
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesAnonymousIpList": 50,
    "AWSManagedRulesAntiDDoSRuleSet": 50,
    "AWSManagedRulesBotControlRuleSet": 50,
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesLinuxRuleSet": 200,
    "AWSManagedRulesPHPRuleSet": 100,
    "AWSManagedRulesSQLiRuleSet": 200,
    "AWSManagedRulesUnixRuleSet": 100,
    "AWSManagedRulesWindowsRuleSet": 200,
    "AWSManagedRulesWordPressRuleSet": 100,
}
"""Units of AWS's managed rule groups."""


@dataclass(frozen=True)
class Units:
    """What rules need.

    It is less than the sum where AWS WAF combines what rules do: it may charge a transformation
    once that two rules apply to one component ("Web ACL capacity units (WCUs) in AWS WAF"). When it
    does so is not told.

    Attributes:
        least: The units with each transformation of a component charged once.
        most: The sum.
        unknown: What needs units that cannot be told, on top of both.
    """

    least: int
    most: int
    unknown: Sequence[Undecided | Malformed] = ()


def units(rules: RuleSet, stack: Stack) -> Units:
    """Return what rules need. What cannot be told of one is told beside what the others need."""
    base, applied, unknown = 0, list[str](), list(rules.missing)
    for rule in rules.rules:
        for statement in walk(rule.statement):
            try:
                cost, transformations = _cost(rule, statement, stack)
            except (Undecided, Malformed) as stopped:
                unknown.append(stopped)
            else:
                base += cost
                applied += transformations
    once, each = _TRANSFORMATION * len(set(applied)), _TRANSFORMATION * len(applied)
    return Units(base + once, base + each, unknown)


_RATE: Final = 2
_RATE_KEY: Final = 30
_TRANSFORMATION: Final = 10
_ALL_QUERY_ARGUMENTS: Final = 10
_ANY_POSITION: Final = 4
_BASES: Final = {
    AND: 0,
    OR: 0,
    NOT: 0,
    "asnMatchStatement": 1,
    "geoMatchStatement": 1,
    "labelMatchStatement": 1,
    "regexMatchStatement": 3,
    REGEX_PATTERN_SET: 25,
    SIZE: 1,
    "xssMatchStatement": 40,
}
_POSITIONAL: Final = {
    "EXACTLY": 2,
    "STARTS_WITH": 2,
    "ENDS_WITH": 2,
    "CONTAINS": 10,
    "CONTAINS_WORD": 10,
}
_SENSITIVITIES: Final = {"LOW": 20, "HIGH": 30}
_POSITIONS: Final = {"FIRST": 0, "LAST": 0, "ANY": _ANY_POSITION}


def _cost(rule: WafRule, statement: Statement, stack: Stack) -> tuple[int, list[str]]:
    """Return the units of a statement without those within it, and the transformations it applies.

    Each transformation adds 10 ("Using text transformations in AWS WAF"); `NONE` adds nothing, and
    one before parsing counts as any other [our inference]. A JSON body doubles the base cost.
    """
    kind, body = statement.kind, statement.body
    base = _BASES[kind] if kind in _BASES else _SETTLING[kind](rule, body, stack)
    if kind not in INSPECTING:
        return base, []
    component, settings = body.chosen(FIELDS, "fieldToMatch")
    chain = f"{component} {settings.raw()}"
    applied = []
    for name in ("preParseTextTransformations", "textTransformations"):
        for one in body.blocks(name):
            type_ = one.get("type")
            if type_ != "NONE":
                chain = f"{chain} {type_}"
                applied.append(chain)
    if component == "jsonBody":
        return base * 2, applied
    return base + (_ALL_QUERY_ARGUMENTS if component == "allQueryArguments" else 0), applied


def _managed_group(rule: WafRule, body: Block, _: Stack) -> int:
    known = MANAGED.get(str(body.get("name"))) if body.get("vendorName") == "AWS" else None
    if known is None:
        raise Undecided(rule.holder.name, "capacity")
    return known


def _own_group(rule: WafRule, body: Block, stack: Stack) -> int:
    """Return the capacity of a rule group: what it was given, not what its rules need."""
    groups = rule.referred(body, RULE_GROUPS, stack)
    capacities = {group.number("capacity", default=math.nan) for group in groups}
    if len(capacities) != 1:
        raise Undecided(rule.holder.name, "capacity")
    return math.ceil(capacities.pop())


def _rate(_: WafRule, body: Block, __: Stack) -> int:
    return _RATE + _RATE_KEY * len(body.blocks("customKeys"))


def _ip_set(rule: WafRule, body: Block, _: Stack) -> int:
    """Return the units of the IP set match: any position in a header needs 4 more."""
    forwarded = body.blocks("ipSetForwardedIpConfig")
    return 1 + sum(_chosen(rule, one, "position", _POSITIONS) for one in forwarded)


def _byte_match(rule: WafRule, body: Block, _: Stack) -> int:
    return _chosen(rule, body, "positionalConstraint", _POSITIONAL)


def _sqli_match(rule: WafRule, body: Block, _: Stack) -> int:
    return _chosen(rule, body, "sensitivityLevel", _SENSITIVITIES, "LOW")


_SETTLING: Final[Mapping[str, Callable[[WafRule, Block, Stack], int]]] = {
    MANAGED_GROUP: _managed_group,
    GROUP_REFERENCE: _own_group,
    RATE: _rate,
    IP_SET: _ip_set,
    "byteMatchStatement": _byte_match,
    "sqliMatchStatement": _sqli_match,
}


def _chosen(
    rule: WafRule, body: Block, name: str, costs: Mapping[str, int], default: str = ""
) -> int:
    cost = costs.get(str(body.get(name, default=default)))
    if cost is None:
        raise Malformed(rule.holder.name, name, f"one of {', '.join(costs)}")
    return cost
