"""Web ACL capacity units (WCU) that rules need, before AWS is asked.

What counts is the structure of a rule: what stands in its leaves, as ARNs and addresses, may be
known later. AWS WAF may count less, as it applies a transformation that several rules share only
once (AWS WAF Developer Guide, "Web ACL capacity units (WCUs) in AWS WAF"); what stands here is the
sum without that, so what fits here fits there.

Source, where none is named: the listings of the rule statements in the AWS WAF Developer Guide,
"Using match rule statements in AWS WAF", "Using rate-based rule statements in AWS WAF" and "Using
rule group rule statements in AWS WAF".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from secure_components.web_application_firewall.managed_rules import MANAGED_RULE_GROUPS

FREE_UNITS: Final = 1500
"""Units that the basic price of a web ACL includes ("Web ACL capacity units (WCUs) in AWS WAF")."""

MAX_UNITS: Final = 5000
"""The most that a web ACL, or a rule group, may need (same page)."""

_NONE: Final[Mapping[str, int]] = MappingProxyType({})


def units(rules: Iterable[Mapping[str, Any]], capacity: Mapping[str, int] = _NONE) -> int:
    """Return the units of all rules of a web ACL or rule group.

    Args:
        rules: As `aws.wafv2.WebAcl` takes them, as dicts.
        capacity: See `rule_units`.

    Raises:
        ValueError: See `rule_units`; names the rule.
    """
    total = 0
    for rule in rules:
        try:
            total += rule_units(rule, capacity)
        except ValueError as error:
            raise ValueError(f"rule '{rule.get('name')}': {error}") from error
    return total


def rule_units(rule: Mapping[str, Any], capacity: Mapping[str, int] = _NONE) -> int:
    """Return the units of one rule.

    Args:
        rule: As `aws.wafv2.WebAcl` takes it, as a dict. Only its `statement` counts.
        capacity: Units of rule groups that AWS's documentation does not list: of managed ones by
            name, and of your own by ARN or, as that is often known later, by the name of the rule
            that refers to them. A group's capacity is fixed when it is made ("Web ACL capacity
            units (WCUs) in AWS WAF").

    Raises:
        ValueError: A statement, a setting that decides what it costs, or a managed rule group is
            unknown, missing, or not known yet. Names where; holds no value.
    """
    kind, where, body = _statement("statement", rule.get("statement"))
    if kind == "managed_rule_group_statement":
        return _managed_group(where, body, capacity) + _scope_down(where, body)
    if kind == "rule_group_reference_statement":
        for known in (body.get("arn"), rule.get("name")):
            if isinstance(known, str) and known in capacity:
                return capacity[known]
        raise ValueError(f"{where} refers to a rule group whose units are not given")
    if kind == "rate_based_statement":
        keys = _list(f"{where}.custom_keys", body.get("custom_keys") or ())
        return _RATE + _RATE_KEY * len(keys) + _scope_down(where, body)
    return _nestable("statement", rule.get("statement"))


def price_per_million(units: int) -> float:
    """Return what a million requests to a web ACL cost, in USD.

    0.60 up to `FREE_UNITS`, and 0.20 more for each further 500 units that are begun (AWS WAF
    Pricing, as seen at second hand, 2026-08). Paid rule groups, larger bodies, CAPTCHA and
    challenges cost beside.

    Raises:
        ValueError: No web ACL can have so many units.
    """
    if not 0 <= units <= MAX_UNITS:
        raise ValueError(f"a web ACL has 0 to {MAX_UNITS:,} units, not {units:,}")
    steps = math.ceil(max(0, units - FREE_UNITS) / _PRICE_STEP)
    return round(_BASIC_PRICE + _STEP_PRICE * steps, 2)


_PRICE_STEP: Final = 500
_BASIC_PRICE: Final = 0.60
_STEP_PRICE: Final = 0.20

_RATE: Final = 2
_RATE_KEY: Final = 30
_TRANSFORMATION: Final = 10
_ALL_QUERY_ARGUMENTS: Final = 10
_ANY_POSITION: Final = 4
_POSITIONAL: Final = {
    "EXACTLY": 2,
    "STARTS_WITH": 2,
    "ENDS_WITH": 2,
    "CONTAINS": 10,
    "CONTAINS_WORD": 10,
}
_SENSITIVITIES: Final = {"LOW": 20, "HIGH": 30}
_POSITIONS: Final = {"FIRST": 0, "LAST": 0, "ANY": _ANY_POSITION}
_FIELDS: Final = frozenset(
    {
        "all_query_arguments",
        "body",
        "cookies",
        "header_orders",
        "headers",
        "ja3_fingerprint",
        "ja4_fingerprint",
        "json_body",
        "method",
        "query_string",
        "single_header",
        "single_query_argument",
        "uri_fragment",
        "uri_path",
    }
)
"""Request components of pulumi-aws 7.51."""

Body = Mapping[str, Any]


# --- Statements ---


def _nestable(where: str, statement: Any) -> int:  # noqa: ANN401  given by users
    kind, where, body = _statement(where, statement)
    if kind in _TOP_ONLY:
        raise ValueError(f"{where} cannot stand within another statement")
    units_of = _KINDS.get(kind)
    if units_of is None:
        raise ValueError(f"{where} is no statement that is known")
    return units_of(where, body)


def _several(where: str, body: Body) -> int:
    statements = _list(f"{where}.statements", body.get("statements"))
    if not statements:
        raise ValueError(f"{where}.statements is empty")
    return sum(
        _nestable(f"{where}.statements[{index}]", one) for index, one in enumerate(statements)
    )


def _negated(where: str, body: Body) -> int:
    return _nestable(f"{where}.statement", body.get("statement"))


def _scope_down(where: str, body: Body) -> int:
    if body.get("scope_down_statement") is None:
        return 0
    return _nestable(f"{where}.scope_down_statement", body["scope_down_statement"])


def _managed_group(where: str, body: Body, capacity: Mapping[str, int]) -> int:
    name, vendor = body.get("name"), body.get("vendor_name")
    if not isinstance(name, str) or not isinstance(vendor, str):
        raise ValueError(f"{where} needs a known name and vendor_name")  # noqa: TRY004  callers catch one
    if name in capacity:
        return capacity[name]
    if vendor != "AWS" or name not in MANAGED_RULE_GROUPS:
        raise ValueError(f"{where} names a managed rule group whose units are not known")
    return MANAGED_RULE_GROUPS[name].units


def _one(where: str, body: Body) -> int:  # noqa: ARG001  as all of them are called
    return 1


def _ip_set(where: str, body: Body) -> int:
    # "IP set match rule statement": 1 WCU for most, 4 more for any position in a header.
    forwarded = body.get("ip_set_forwarded_ip_config")
    if forwarded is None:
        return 1
    where = f"{where}.ip_set_forwarded_ip_config"
    return 1 + _choice(f"{where}.position", _mapping(where, forwarded).get("position"), _POSITIONS)


def _byte_match(where: str, body: Body) -> int:
    constraint = body.get("positional_constraint")
    return _component(
        where, body, _choice(f"{where}.positional_constraint", constraint, _POSITIONAL)
    )


def _sqli(where: str, body: Body) -> int:
    sensitivity = body.get("sensitivity_level")
    level = "LOW" if sensitivity is None else sensitivity
    return _component(where, body, _choice(f"{where}.sensitivity_level", level, _SENSITIVITIES))


def _based(base: int) -> Callable[[str, Body], int]:
    return lambda where, body: _component(where, body, base)


def _component(where: str, body: Body, base: int) -> int:
    """Return a base cost with what the request component and its transformations add.

    All query arguments add 10, a JSON body doubles the base cost; no other component adds anything.
    Each transformation adds 10 ("Using text transformations in AWS WAF"); `NONE`, which leaves the
    component as received, adds nothing [our inference].
    """
    field, _ = _only(f"{where}.field_to_match", body.get("field_to_match"), "request component")
    if field not in _FIELDS:
        raise ValueError(f"{where}.field_to_match.{field} is no request component that is known")
    cost = base * 2 if field == "json_body" else base
    cost += _ALL_QUERY_ARGUMENTS if field == "all_query_arguments" else 0
    where = f"{where}.text_transformations"
    for index, one in enumerate(_list(where, body.get("text_transformations"))):
        type_ = _mapping(f"{where}[{index}]", one).get("type")
        if not isinstance(type_, str):
            raise ValueError(f"{where}[{index}].type is not known")  # noqa: TRY004  callers catch one
        cost += 0 if type_ == "NONE" else _TRANSFORMATION
    return cost


_KINDS: Final[Mapping[str, Callable[[str, Body], int]]] = {
    "and_statement": _several,
    "or_statement": _several,
    "not_statement": _negated,
    "asn_match_statement": _one,
    "geo_match_statement": _one,
    "label_match_statement": _one,
    "ip_set_reference_statement": _ip_set,
    "byte_match_statement": _byte_match,
    "regex_match_statement": _based(3),
    "regex_pattern_set_reference_statement": _based(25),
    "size_constraint_statement": _based(1),
    "sqli_match_statement": _sqli,
    "xss_match_statement": _based(40),
}
_TOP_ONLY: Final = frozenset(
    {"managed_rule_group_statement", "rate_based_statement", "rule_group_reference_statement"}
)


# --- Reading ---


def _statement(where: str, value: Any) -> tuple[str, str, Body]:  # noqa: ANN401  given by users
    """Return the kind of a statement, where its settings stand, and these."""
    kind, body = _only(where, value, "statement")
    return kind, f"{where}.{kind}", _mapping(f"{where}.{kind}", body)


def _only(where: str, value: Any, what: str) -> tuple[str, Any]:  # noqa: ANN401  given by users
    """Return the one key that is set, and what it holds."""
    chosen = [(key, one) for key, one in _mapping(where, value).items() if one is not None]
    if len(chosen) != 1:
        raise ValueError(f"{where} holds {len(chosen)} {what}s; give one")
    return chosen[0]


def _mapping(where: str, value: Any) -> Body:  # noqa: ANN401  given by users
    if not isinstance(value, Mapping):
        raise ValueError(f"{where} is missing, or no dict that is known")  # noqa: TRY004  callers catch one
    return value


def _list(where: str, value: Any) -> Sequence[Any]:  # noqa: ANN401  given by users
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValueError(f"{where} is missing, or no list that is known")  # noqa: TRY004  callers catch one
    return value


def _choice(where: str, value: Any, costs: Mapping[str, int]) -> int:  # noqa: ANN401  given by users
    if not isinstance(value, str) or value not in costs:
        raise ValueError(f"{where} must be known, and one of {', '.join(costs)}")
    return costs[value]
