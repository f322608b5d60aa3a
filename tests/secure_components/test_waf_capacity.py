"""Units of rules, held against AWS's documentation.

The ids name the page of the AWS WAF Developer Guide that each case is worked by. That AWS counts so
is shown by `make capacity` alone, which asks it; but it never counts more for rules that share a
transformation, so these sums are the most.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_components.web_application_firewall import capacity
from secure_components.web_application_firewall.managed_rules import MANAGED_RULE_GROUPS

Statement = dict[str, Any]

NONE = [{"priority": 0, "type": "NONE"}]
LOWERCASE = [{"priority": 0, "type": "LOWERCASE"}]
BOTH = [{"priority": 0, "type": "URL_DECODE"}, {"priority": 1, "type": "LOWERCASE"}]
URI: Statement = {"uri_path": {}}
JSON: Statement = {"json_body": {"match_scope": "ALL", "match_pattern": {"all": {}}}}
ARGUMENTS: Statement = {"all_query_arguments": {}}
GEO: Statement = {"geo_match_statement": {"country_codes": ["NL"]}}
COMMON: Statement = {
    "managed_rule_group_statement": {"vendor_name": "AWS", "name": "AWSManagedRulesCommonRuleSet"}
}
LATER: Any = pulumi.Output.from_input("later")


def rule(statement: Any, name: str = "rule") -> Statement:
    return {"name": name, "priority": 0, "action": {"block": {}}, "statement": statement}


def inspect(
    kind: str, field: Statement = URI, transformations: Any = NONE, **settings: Any
) -> Statement:
    body = {"field_to_match": field, "text_transformations": transformations, **settings}
    return {f"{kind}_statement": body}


def byte_match(constraint: str, field: Statement = URI, transformations: Any = NONE) -> Statement:
    return inspect(
        "byte_match", field, transformations, positional_constraint=constraint, search_string="/a"
    )


def ip_set(**config: Any) -> Statement:
    return {"ip_set_reference_statement": {"arn": "arn:1", **config}}


def position(where: str) -> Statement:
    return ip_set(
        ip_set_forwarded_ip_config={
            "header_name": "X-Forwarded-For",
            "fallback_behavior": "MATCH",
            "position": where,
        }
    )


def rate(**settings: Any) -> Statement:
    return {"rate_based_statement": {"limit": 100, "aggregate_key_type": "IP", **settings}}


KEYS = [{"ip": {}}, {"header": {"name": "x", "text_transformations": LOWERCASE}}]

CASES = [
    ("geo-match", GEO, 1),
    ("asn-match", {"asn_match_statement": {"asn_lists": [64496]}}, 1),
    ("label-match", {"label_match_statement": {"scope": "LABEL", "key": "a"}}, 1),
    ("ipset-match", ip_set(), 1),
    ("ipset-match: first", position("FIRST"), 1),
    ("ipset-match: any", position("ANY"), 5),
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
    ("regex-match: JSON", inspect("regex_match", JSON, LOWERCASE, regex_string="a"), 3 * 2 + 10),
    ("regex-pattern-set-match", inspect("regex_pattern_set_reference", arn=LATER), 25),
    ("size-constraint-match", inspect("size_constraint", comparison_operator="GT", size=9), 1),
    (
        "size-constraint-match: arguments",
        inspect("size_constraint", ARGUMENTS, BOTH, comparison_operator="GT", size=9),
        1 + 10 + 20,
    ),
    ("sqli-match: default", inspect("sqli_match"), 20),
    ("sqli-match: low", inspect("sqli_match", sensitivity_level="LOW"), 20),
    ("sqli-match: high", inspect("sqli_match", sensitivity_level="HIGH"), 30),
    (
        "sqli-match: JSON",
        inspect("sqli_match", JSON, LOWERCASE, sensitivity_level="HIGH"),
        30 * 2 + 10,
    ),
    ("xss-match", inspect("xss_match"), 40),
    ("xss-match: body", inspect("xss_match", {"body": {}}, LOWERCASE), 40 + 10),
    ("and", {"and_statement": {"statements": [GEO, byte_match("CONTAINS")]}}, 1 + 10),
    ("or", {"or_statement": {"statements": [GEO, byte_match("EXACTLY")]}}, 1 + 2),
    ("not", {"not_statement": {"statement": byte_match("EXACTLY")}}, 2),
    ("rate-based", rate(), 2),
    ("rate-based: keys", rate(aggregate_key_type="CUSTOM_KEYS", custom_keys=KEYS), 2 + 30 + 30),
    ("rate-based: scope", rate(scope_down_statement=byte_match("EXACTLY", URI, BOTH)), 2 + 22),
    ("rule-group: managed", COMMON, 700),
    (
        "rule-group: managed, scoped",
        {
            "managed_rule_group_statement": {
                **COMMON["managed_rule_group_statement"],
                "scope_down_statement": GEO,
            }
        },
        700 + 1,
    ),
]


@pytest.mark.parametrize(
    ("statement", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_statement_needs_what_its_page_says(statement: Statement, expected: int) -> None:
    assert capacity.rule_units(rule(statement)) == expected
    # What is None is not set.
    unset = dict.fromkeys(("geo_match_statement", "xss_match_statement"))
    assert capacity.rule_units(rule({**unset, **statement})) == expected


def test_example_of_check_capacity() -> None:
    """AWS CLI Command Reference, `check-capacity`: AWS's own answer to these rules is 15."""
    host = byte_match("EXACTLY", {"single_header": {"name": "host"}}, LOWERCASE)
    us_or_in = {"geo_match_statement": {"country_codes": ["US", "IN"]}}
    rules = [
        rule({"and_statement": {"statements": [host, us_or_in]}}, "basic-rule"),
        rule(rate(limit=1000), "rate-rule"),
    ]
    assert capacity.units(rules) == 15


def test_example_of_account_takeover_prevention() -> None:
    """Developer Guide, "ATP example: Simple configuration": its web ACL has a capacity of 50."""
    atp = {
        "managed_rule_group_statement": {
            "vendor_name": "AWS",
            "name": "AWSManagedRulesATPRuleSet",
            "managed_rule_group_configs": [
                {"aws_managed_rules_atp_rule_set": {"login_path": "/web/login"}}
            ],
        }
    }
    assert capacity.units([rule(atp)]) == 50


def test_leaves_may_be_known_later() -> None:
    statements = [
        {"ip_set_reference_statement": {"arn": LATER}},
        {"geo_match_statement": {"country_codes": LATER}},
        inspect("byte_match", positional_constraint="EXACTLY", search_string=LATER),
        inspect("sqli_match", {"single_header": LATER}),
    ]
    assert capacity.units([rule(one) for one in statements]) == 1 + 1 + 2 + 20
    assert capacity.rule_units(rule(rate(limit=LATER))) == 2


@pytest.mark.parametrize(
    ("group", "given", "expected"),
    [
        ({"arn": "arn:of-a-group"}, {"arn:of-a-group": 120}, 120),
        ({"arn": LATER}, {"own": 80}, 80),
        ({"arn": "arn:of-a-group"}, {"arn:of-a-group": 120, "own": 80}, 120),
    ],
    ids=["by ARN", "by the rule's name", "the ARN is the group's own"],
)
def test_rule_groups_need_what_is_given(
    group: Statement, given: Mapping[str, int], expected: int
) -> None:
    reference = rule({"rule_group_reference_statement": group}, "own")
    assert capacity.rule_units(reference, given) == expected
    assert capacity.units([reference, rule(GEO)], given) == expected + 1


def test_managed_groups_that_are_not_listed_need_what_is_given() -> None:
    other = {"vendor_name": "Vendor", "name": "TheirRules", "scope_down_statement": GEO}
    statement = {"managed_rule_group_statement": other}
    assert capacity.rule_units(rule(statement), {"TheirRules": 300}) == 301
    # What AWS says today is nearer the truth than the table.
    assert capacity.rule_units(rule(COMMON), {"AWSManagedRulesCommonRuleSet": 800}) == 800


REFUSED = {
    "nothing": ({}, "statement holds 0 statements; give one"),
    "missing": (None, "statement is missing, or no dict"),
    "two": ({**GEO, **ip_set()}, "statement holds 2 statements; give one"),
    "unknown": ({"geo_match": {}}, "statement.geo_match is no statement"),
    "later": (LATER, "statement is missing, or no dict that is known"),
    "settings later": ({"geo_match_statement": LATER}, "statement.geo_match_statement is missing"),
    "list": ({"geo_match_statement": []}, "statement.geo_match_statement is missing, or no dict"),
    "statements later": (
        {"and_statement": {"statements": LATER}},
        "statement.and_statement.statements is missing, or no list",
    ),
    "no statements": ({"or_statement": {"statements": []}}, "statement.or_statement.statements is"),
    "nested unknown": (
        {"and_statement": {"statements": [GEO, {"not_statement": {"statement": {"x": {}}}}]}},
        "statement.and_statement.statements[1].not_statement.statement.x is no statement",
    ),
    "nested group": (
        {"not_statement": {"statement": COMMON}},
        "statement.not_statement.statement.managed_rule_group_statement cannot stand within",
    ),
    "nested rate": (
        rate(scope_down_statement=rate()),
        "scope_down_statement.rate_based_statement cannot stand within another statement",
    ),
    "keys later": (rate(custom_keys=LATER), "rate_based_statement.custom_keys is missing, or no"),
    "constraint later": (
        byte_match(LATER),
        "byte_match_statement.positional_constraint must be known, and one of EXACTLY, STARTS_WITH",
    ),
    "constraint": (byte_match("MIDDLE"), "positional_constraint must be known, and one of"),
    "sensitivity": (
        inspect("sqli_match", sensitivity_level="MEDIUM"),
        "sensitivity_level must be known, and one of LOW, HIGH",
    ),
    "position": (position("SECOND"), "ip_set_forwarded_ip_config.position must be known"),
    "position later": (
        ip_set(ip_set_forwarded_ip_config=LATER),
        "ip_set_forwarded_ip_config is missing, or no dict that is known",
    ),
    "no component": (inspect("xss_match", {}), "field_to_match holds 0 request components"),
    "component": (inspect("xss_match", {"path": {}}), "field_to_match.path is no request comp"),
    "two components": (inspect("xss_match", {**URI, **JSON}), "holds 2 request components"),
    "component later": (inspect("xss_match", LATER), "field_to_match is missing, or no dict"),
    "transformations later": (
        inspect("xss_match", URI, LATER),
        "xss_match_statement.text_transformations is missing, or no list",
    ),
    "transformations missing": (inspect("xss_match", URI, None), "text_transformations is missing"),
    "transformation later": (
        inspect("xss_match", URI, [{"priority": 0, "type": LATER}]),
        "text_transformations[0].type is not known",
    ),
    "managed group": (
        {"managed_rule_group_statement": {"vendor_name": "AWS", "name": "AWSManagedRulesNew"}},
        "names a managed rule group whose units are not known",
    ),
    "vendor": (
        {
            "managed_rule_group_statement": {
                "vendor_name": "Other",
                "name": "AWSManagedRulesCommonRuleSet",
            }
        },
        "names a managed rule group whose units are not known",
    ),
    "managed group later": (
        {"managed_rule_group_statement": {"vendor_name": "AWS", "name": LATER}},
        "managed_rule_group_statement needs a known name and vendor_name",
    ),
    "rule group": (
        {"rule_group_reference_statement": {"arn": "arn:secret"}},
        "refers to a rule group whose units are not given",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_known_is_refused_and_says_where(case: str) -> None:
    statement, message = REFUSED[case]
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        capacity.rule_units(rule(statement))
    assert "arn:secret" not in str(caught.value)


def test_of_several_rules_the_one_is_named() -> None:
    with pytest.raises(ValueError, match=r"^rule 'second': statement\.geo is no statement"):
        capacity.units([rule(GEO), rule({"geo": {}}, "second")])


def test_every_group_of_the_table_needs_its_units() -> None:
    for name, group in MANAGED_RULE_GROUPS.items():
        statement = {"managed_rule_group_statement": {"vendor_name": "AWS", "name": name}}
        assert capacity.rule_units(rule(statement)) == group.units


@pytest.mark.parametrize(
    ("units", "price"),
    [
        (0, 0.60),
        (capacity.FREE_UNITS, 0.60),
        (1501, 0.80),
        (2000, 0.80),
        (2001, 1.00),
        (capacity.MAX_UNITS, 2.00),
    ],
)
def test_price_rises_with_each_step_that_is_begun(units: int, price: float) -> None:
    assert capacity.price_per_million(units) == price


@pytest.mark.parametrize("units", [-1, capacity.MAX_UNITS + 1])
def test_no_price_for_what_no_web_acl_has(units: int) -> None:
    with pytest.raises(ValueError, match="a web ACL has 0 to 5,000 units"):
        capacity.price_per_million(units)


# --- Properties ---


FIELDS = st.sampled_from([URI, JSON, ARGUMENTS, {"single_header": {"name": "a"}}, {"method": {}}])
TRANSFORMATIONS = st.sampled_from([NONE, LOWERCASE, BOTH])
LEAVES = st.one_of(
    st.sampled_from([GEO, ip_set(), position("ANY"), position("LAST")]),
    st.builds(byte_match, st.sampled_from(["EXACTLY", "CONTAINS"]), FIELDS, TRANSFORMATIONS),
    st.builds(inspect, st.sampled_from(["sqli_match", "xss_match"]), FIELDS, TRANSFORMATIONS),
)
STATEMENTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(
            lambda all_: {"and_statement": {"statements": all_}}
        ),
        st.lists(inner, min_size=1, max_size=3).map(
            lambda all_: {"or_statement": {"statements": all_}}
        ),
        inner.map(lambda one: {"not_statement": {"statement": one}}),
    ),
    max_leaves=8,
)


@given(st.lists(STATEMENTS, max_size=4), STATEMENTS)
def test_another_rule_costs_what_it_costs_alone(before: list[Statement], added: Statement) -> None:
    rules = [rule(one) for one in before]
    more = capacity.units([*rules, rule(added)])
    assert more - capacity.units(rules) == capacity.rule_units(rule(added)) > 0


@given(st.lists(STATEMENTS, min_size=1, max_size=4))
def test_nesting_adds_up(statements: list[Statement]) -> None:
    apart = capacity.units([rule(one) for one in statements])
    for together in ("and_statement", "or_statement"):
        nested = {together: {"statements": statements}}
        assert capacity.rule_units(rule(nested)) == apart
        assert capacity.rule_units(rule({"not_statement": {"statement": nested}})) == apart
        assert capacity.rule_units(rule(rate(scope_down_statement=nested))) == apart + 2


@given(FIELDS, st.lists(st.sampled_from(["LOWERCASE", "URL_DECODE", "NONE"]), max_size=5))
def test_each_transformation_adds_ten_but_none(field: Statement, types: list[str]) -> None:
    def of(chosen: list[str]) -> int:
        listed = [{"priority": index, "type": one} for index, one in enumerate(chosen)]
        return capacity.rule_units(rule(inspect("xss_match", field, listed)))

    assert of(types) - of([]) == 10 * sum(one != "NONE" for one in types)
