"""The pack's count of capacity units, held against AWS's documentation and the component's."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_pack import capacity
from policy_pack.catalog import rules
from policy_pack.endpoints import WEB_ACLS
from policy_pack.rule import UNKNOWN, Malformed, Resource, Stack, Undecided
from policy_pack.waf import RULE_GROUPS, own_rules
from secure_components.web_application_firewall import capacity as component
from secure_components.web_application_firewall.managed_rules import MANAGED_RULE_GROUPS

Statement = dict[str, Any]

NONE = [{"priority": 0, "type": "NONE"}]
LOWERCASE = [{"priority": 0, "type": "LOWERCASE"}]
BOTH = [{"priority": 0, "type": "URL_DECODE"}, {"priority": 1, "type": "LOWERCASE"}]
URI: Statement = {"uri_path": {}}
JSON: Statement = {"json_body": {"match_scope": "ALL", "match_pattern": {"all": {}}}}
ARGUMENTS: Statement = {"all_query_arguments": {}}
GEO: Statement = {"geo_match_statement": {"country_codes": ["NL"]}}


def inspect(
    kind: str, field: Statement = URI, transformations: Any = NONE, **settings: Any
) -> Statement:
    body = {"field_to_match": field, "text_transformations": transformations, **settings}
    return {f"{kind}_statement": body}


def byte_match(constraint: Any, field: Statement = URI, transformations: Any = NONE) -> Statement:
    return inspect("byte_match", field, transformations, positional_constraint=constraint)


def ip_set(position: Any = None) -> Statement:
    config = {"ip_set_forwarded_ip_config": {"position": position}} if position is not None else {}
    return {"ip_set_reference_statement": {"arn": "arn:1", **config}}


def rate(**settings: Any) -> Statement:
    return {"rate_based_statement": {"limit": 100, "aggregate_key_type": "IP", **settings}}


def managed(name: Any, vendor: Any = "AWS", **settings: Any) -> Statement:
    return {"managed_rule_group_statement": {"vendor_name": vendor, "name": name, **settings}}


def several(kind: str, *statements: Any) -> Statement:
    return {f"{kind}_statement": {"statements": list(statements)}}


def camel(value: Any) -> Any:
    """Return what a program writes as the engine shows it."""
    if isinstance(value, dict):
        return {_camel(name): camel(one) for name, one in value.items()}
    return [camel(one) for one in value] if isinstance(value, list) else value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return "".join((first, *(word.capitalize() for word in others)))


def count(*statements: Any, **others: Any) -> capacity.Units:
    """Count what statements need, each in a rule of its own."""
    written = [{"name": "rule", "priority": 0, "statement": camel(one)} for one in statements]
    acl = Resource(WEB_ACLS[0], "acl", "urn:acl", {"rules": written, **others})
    group = Resource(RULE_GROUPS[0], "own", "urn:own", {"arn": "arn:own", "capacity": 120})
    return capacity.units(own_rules(acl), Stack([acl, group]))


CASES: Final = [
    ("geo-match", GEO, 1),
    ("asn-match", {"asn_match_statement": {"asn_lists": [64496]}}, 1),
    ("label-match", {"label_match_statement": {"scope": "LABEL", "key": "a"}}, 1),
    ("ipset-match", ip_set(), 1),
    ("ipset-match: first", ip_set("FIRST"), 1),
    ("ipset-match: last", ip_set("LAST"), 1),
    ("ipset-match: any", ip_set("ANY"), 5),
    ("string-match: exactly", byte_match("EXACTLY"), 2),
    ("string-match: starts", byte_match("STARTS_WITH"), 2),
    ("string-match: ends", byte_match("ENDS_WITH"), 2),
    ("string-match: contains", byte_match("CONTAINS"), 10),
    ("string-match: word", byte_match("CONTAINS_WORD"), 10),
    ("string-match: all arguments", byte_match("EXACTLY", ARGUMENTS), 2 + 10),
    ("string-match: JSON", byte_match("CONTAINS", JSON), 10 * 2),
    ("transformation: one", byte_match("EXACTLY", URI, LOWERCASE), 2 + 10),
    ("transformation: two", byte_match("EXACTLY", URI, BOTH), 2 + 10 + 10),
    # Only the base is doubled.
    ("transformation: JSON", byte_match("EXACTLY", JSON, BOTH), 2 * 2 + 10 + 10),
    ("regex-match", inspect("regex_match", regex_string="^/a"), 3),
    ("regex-match: JSON", inspect("regex_match", JSON, LOWERCASE), 3 * 2 + 10),
    ("regex-pattern-set-match", inspect("regex_pattern_set_reference", arn=UNKNOWN), 25),
    ("size-constraint-match", inspect("size_constraint", comparison_operator="GT", size=9), 1),
    ("size-constraint-match: arguments", inspect("size_constraint", ARGUMENTS, BOTH), 1 + 10 + 20),
    ("sqli-match: default", inspect("sqli_match"), 20),
    ("sqli-match: low", inspect("sqli_match", sensitivity_level="LOW"), 20),
    ("sqli-match: high", inspect("sqli_match", sensitivity_level="HIGH"), 30),
    ("sqli-match: JSON", inspect("sqli_match", JSON, LOWERCASE, sensitivity_level="HIGH"), 70),
    ("xss-match", inspect("xss_match"), 40),
    ("xss-match: body", inspect("xss_match", {"body": {}}, LOWERCASE), 40 + 10),
    ("and", several("and", GEO, byte_match("CONTAINS")), 1 + 10),
    ("or", several("or", GEO, byte_match("EXACTLY")), 1 + 2),
    ("not", {"not_statement": {"statement": byte_match("EXACTLY")}}, 2),
    ("not: in a rule group", {"not_statement": {"statements": [GEO]}}, 1),
    ("rate-based", rate(), 2),
    ("rate-based: keys", rate(custom_keys=[{"ip": {}}, {"header": {"name": "x"}}]), 2 + 30 + 30),
    ("rate-based: scope", rate(scope_down_statement=byte_match("EXACTLY", URI, BOTH)), 2 + 22),
    ("rule-group: managed", managed("AWSManagedRulesCommonRuleSet"), 700),
    (
        "rule-group: managed, scoped",
        managed("AWSManagedRulesCommonRuleSet", scope_down_statement=GEO),
        700 + 1,
    ),
    # ATP example in the Developer Guide, "Simple configuration": its web ACL has 50.
    ("rule-group: ATP", managed("AWSManagedRulesATPRuleSet"), 50),
    ("rule-group: own", {"rule_group_reference_statement": {"arn": "arn:own"}}, 120),
]


@pytest.mark.parametrize(
    ("statement", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_statement_needs_what_its_page_says(statement: Statement, expected: int) -> None:
    """The ids name the page of the AWS WAF Developer Guide that each case is worked by."""
    assert count(statement) == capacity.Units(expected, expected, [])
    unset = dict.fromkeys(("geo_match_statement", "xss_match_statement"))
    assert count({**unset, **statement}).most == expected


def test_example_of_check_capacity() -> None:
    """AWS CLI Command Reference, `check-capacity`: AWS's own answer to these rules is 15."""
    rules = [
        {
            "Name": "basic-rule",
            "Statement": {
                "AndStatement": {
                    "Statements": [
                        {
                            "ByteMatchStatement": {
                                "SearchString": "example.com",
                                "FieldToMatch": {"SingleHeader": {"Name": "host"}},
                                "TextTransformations": [{"Priority": 0, "Type": "LOWERCASE"}],
                                "PositionalConstraint": "EXACTLY",
                            }
                        },
                        {"GeoMatchStatement": {"CountryCodes": ["US", "IN"]}},
                    ]
                }
            },
        },
        {
            "Name": "rate-rule",
            "Statement": {"RateBasedStatement": {"Limit": 1000, "AggregateKeyType": "IP"}},
        },
    ]
    assert count(ruleJson=json.dumps(rules)) == capacity.Units(15, 15, [])


def test_transformation_that_rules_share_may_be_charged_once() -> None:
    alike = byte_match("EXACTLY", URI, BOTH)
    assert count(alike, alike) == capacity.Units(2 + 2 + 20, 2 + 2 + 40, [])
    for other in (
        byte_match("EXACTLY", {"query_string": {}}, BOTH),
        byte_match("EXACTLY", {"single_header": {"name": "a"}}, BOTH),
    ):
        assert count(alike, other).least == 2 + 2 + 40
    # What comes first is shared, what comes after another is not.
    assert count(alike, byte_match("EXACTLY", URI, BOTH[:1])).least == 2 + 2 + 20
    assert count(alike, byte_match("EXACTLY", URI, LOWERCASE)).least == 2 + 2 + 30
    headers = [{"single_header": {"name": name}} for name in "ab"]
    assert count(*(byte_match("EXACTLY", one, LOWERCASE) for one in headers)).least == 24


def test_transformation_before_parsing_counts_as_any_other() -> None:
    parsed = inspect("xss_match", ARGUMENTS, LOWERCASE, pre_parse_text_transformations=BOTH)
    assert count(parsed).most == 40 + 10 + 30


def test_leaves_may_be_known_later() -> None:
    statements = [
        {"ip_set_reference_statement": {"arn": UNKNOWN}},
        {"geo_match_statement": {"country_codes": UNKNOWN}},
        inspect("sqli_match", {"single_header": UNKNOWN}),
        rate(limit=UNKNOWN),
    ]
    assert count(*statements) == capacity.Units(24, 24, [])


UNCLEAR: Final[dict[str, Any]] = {
    "later": UNKNOWN,
    "statements later": several("and", UNKNOWN),
    "keys later": rate(custom_keys=UNKNOWN),
    "scope later": rate(scope_down_statement=UNKNOWN),
    "constraint later": byte_match(UNKNOWN),
    "sensitivity later": inspect("sqli_match", sensitivity_level=UNKNOWN),
    "position later": ip_set(UNKNOWN),
    "component later": inspect("xss_match", UNKNOWN),
    "transformations later": inspect("xss_match", URI, UNKNOWN),
    "transformation later": inspect("xss_match", URI, [{"type": UNKNOWN}]),
    "group later": managed(UNKNOWN),
    "vendor later": managed("AWSManagedRulesCommonRuleSet", UNKNOWN),
    "group": managed("AWSManagedRulesNew"),
    "vendor": managed("AWSManagedRulesCommonRuleSet", "Other"),
    "rule group later": {"rule_group_reference_statement": {"arn": UNKNOWN}},
    "rule group elsewhere": {"rule_group_reference_statement": {"arn": "arn:other"}},
}
WRONG: Final[dict[str, Any]] = {
    "nothing": {},
    "missing": None,
    "two": {**GEO, **ip_set()},
    "unknown": {"geo_match": {}},
    "list": {"geo_match_statement": []},
    "no statements": several("or", 7),
    "constraint": byte_match("MIDDLE"),
    "no constraint": inspect("byte_match"),
    "sensitivity": inspect("sqli_match", sensitivity_level="MEDIUM"),
    "position": ip_set("SECOND"),
    "no component": inspect("xss_match", {}),
    "component": inspect("xss_match", {"path": {}}),
    "two components": inspect("xss_match", {**URI, **JSON}),
}


@pytest.mark.parametrize("case", [*UNCLEAR, *WRONG])
def test_what_cannot_be_told_is_said_beside_what_can(case: str) -> None:
    statement = {**UNCLEAR, **WRONG}[case]
    needed = count(GEO, statement, byte_match("CONTAINS"))
    [unknown] = needed.unknown
    assert isinstance(unknown, Undecided if case in UNCLEAR else Malformed)
    assert 11 <= needed.least <= needed.most <= 13


def test_missing_rules_need_what_nobody_knows() -> None:
    needed = count(GEO, ruleJson=UNKNOWN)
    assert (needed.least, len(needed.unknown)) == (1, 1)


def test_groups_that_may_be_meant_need_one_number() -> None:
    for second, told in ((120, True), (121, False), (UNKNOWN, False), (None, False)):
        groups = [
            Resource(RULE_GROUPS[0], name, f"urn:pulumi:s::p::{RULE_GROUPS[0]}::{name}", given)
            for name, given in (("a", {"capacity": 120}), ("b", {"capacity": second}))
        ]
        statement = {"ruleGroupReferenceStatement": {"arn": UNKNOWN}}
        acl = Resource(
            WEB_ACLS[0],
            "acl",
            "urn:acl",
            {"rules": [{"statement": statement}]},
            {"rules": [group.urn for group in groups]},
        )
        needed = capacity.units(own_rules(acl), Stack([acl, *groups]))
        assert bool(needed.unknown) != told
        assert needed.most == (120 if told else 0)


# --- The two calculators ---


def test_both_know_the_same_managed_rule_groups() -> None:
    units = {name: group.units for name, group in MANAGED_RULE_GROUPS.items()}
    assert units == capacity.MANAGED
    assert capacity.MOST == component.MAX_UNITS


FIELDS = st.sampled_from([URI, JSON, ARGUMENTS, {"single_header": {"name": "a"}}, {"method": {}}])
TRANSFORMATIONS = st.sampled_from([NONE, LOWERCASE, BOTH])
CONSTRAINTS = st.sampled_from(["EXACTLY", "STARTS_WITH", "ENDS_WITH", "CONTAINS", "CONTAINS_WORD"])
KINDS = [
    "regex_match",
    "regex_pattern_set_reference",
    "size_constraint",
    "sqli_match",
    "xss_match",
]
LEAVES = st.one_of(
    st.sampled_from([GEO, *map(ip_set, (None, "FIRST", "LAST", "ANY"))]),
    st.sampled_from([{"asn_match_statement": {}}, {"label_match_statement": {"key": "a"}}]),
    st.builds(byte_match, CONSTRAINTS, FIELDS, TRANSFORMATIONS),
    st.builds(inspect, st.sampled_from(KINDS), FIELDS, TRANSFORMATIONS),
    st.builds(
        lambda level, field: inspect("sqli_match", field, sensitivity_level=level),
        st.sampled_from(["LOW", "HIGH", None]),
        FIELDS,
    ),
)
STATEMENTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(
            lambda kind, all_: several(kind, *all_),
            st.sampled_from(["and", "or"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
        inner.map(lambda one: {"not_statement": {"statement": one}}),
    ),
    max_leaves=8,
)
SCOPES = st.none() | STATEMENTS
RULES = st.one_of(
    STATEMENTS,
    st.builds(
        lambda keys, scope: rate(custom_keys=[{"ip": {}}] * keys, scope_down_statement=scope),
        st.integers(0, 5),
        SCOPES,
    ),
    st.builds(
        lambda name, scope: managed(name, scope_down_statement=scope),
        st.sampled_from(sorted(MANAGED_RULE_GROUPS)),
        SCOPES,
    ),
)


@given(st.lists(RULES, max_size=4))
def test_pack_and_component_count_alike(statements: list[Statement]) -> None:
    needed = count(*statements)
    asked = [{"name": "rule", "statement": one} for one in statements]
    assert needed.most == component.units(asked)
    assert not needed.unknown
    assert needed.least <= needed.most


@given(st.lists(RULES, min_size=1, max_size=4))
def test_least_is_what_no_rule_less_needs(statements: list[Statement]) -> None:
    """Sharing saves transformations alone, and only those that another rule has too."""
    needed = count(*statements)
    assert needed.least >= max(count(one).least for one in statements)
    assert (needed.most - needed.least) % 10 == 0
    assert count(*statements, *statements).least - needed.least <= needed.least


# --- The rule's setting ---


@pytest.mark.parametrize(("units", "found"), [(700, False), (699, True), (5000, False), (1, True)])
def test_budget_of_a_team_is_held(units: int, found: bool) -> None:
    [rule] = [rule for rule in rules() if rule.id == "waf-capacity"]
    statement = camel(managed("AWSManagedRulesCommonRuleSet"))
    acl = Resource(WEB_ACLS[0], "acl", "urn:acl", {"rules": [{"statement": statement}]})
    verdict = rule.judge(acl, Stack([acl]), {"units": units})
    assert bool(verdict.findings) is found
    assert not verdict.undecided
    assert f"{units}" in rule.fix_with({"units": units})
