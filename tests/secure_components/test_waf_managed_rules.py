"""AWS's managed rule groups, and the honesty of what is said of the OWASP Top 10.

What AWS's documentation says is written down here a second time where a slip would cost: units,
versions, prices. That the documentation still says so no test can tell.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_components.web_application_firewall.managed_rules import (
    MANAGED_RULE_GROUPS,
    OWASP_2021,
    OWASP_2025,
    coverage,
    render,
)

CATEGORIES = [*OWASP_2021, *OWASP_2025]
# AWS WAF Developer Guide, "AWS Managed Rules rule groups list".
UNITS = {
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesAdminProtectionRuleSet": 100,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesSQLiRuleSet": 200,
    "AWSManagedRulesLinuxRuleSet": 200,
    "AWSManagedRulesUnixRuleSet": 100,
    "AWSManagedRulesWindowsRuleSet": 200,
    "AWSManagedRulesPHPRuleSet": 100,
    "AWSManagedRulesWordPressRuleSet": 100,
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesAnonymousIpList": 50,
    "AWSManagedRulesBotControlRuleSet": 50,
    "AWSManagedRulesATPRuleSet": 50,
    "AWSManagedRulesACFPRuleSet": 50,
    "AWSManagedRulesAntiDDoSRuleSet": 50,
}
NO_GROUP_SERVES = {"A02:2021", "A04:2021", "A04:2025", "A06:2025", "A10:2025"}


def test_groups_have_the_units_that_aws_lists() -> None:
    assert {name: group.units for name, group in MANAGED_RULE_GROUPS.items()} == UNITS
    assert all(group.name == name for name, group in MANAGED_RULE_GROUPS.items())


def test_rules_are_names_and_none_is_twice() -> None:
    for group in MANAGED_RULE_GROUPS.values():
        assert group.rules, group.name
        assert len(set(group.rules)) == len(group.rules), group.name
        assert all(re.fullmatch(r"[A-Za-z0-9_]+", rule) for rule in group.rules), group.name


@pytest.mark.parametrize(
    ("group", "rule"),
    [
        ("AWSManagedRulesCommonRuleSet", "SizeRestrictions_BODY"),
        ("AWSManagedRulesCommonRuleSet", "SizeRestrictions_Cookie_HEADER"),
        ("AWSManagedRulesKnownBadInputsRuleSet", "Log4JRCE_HEADER"),
        ("AWSManagedRulesKnownBadInputsRuleSet", "Host_localhost_HEADER"),
        ("AWSManagedRulesSQLiRuleSet", "SQLi_BODY"),
        ("AWSManagedRulesAnonymousIpList", "HostingProviderIPList"),
        ("AWSManagedRulesBotControlRuleSet", "TGT_ML_CoordinatedActivityHigh"),
        ("AWSManagedRulesACFPRuleSet", "AllRequests"),
        ("AWSManagedRulesWindowsRuleSet", "WindowsShellCommands_COOKIE"),
    ],
)
def test_rules_that_users_override_are_spelled_as_aws_does(group: str, rule: str) -> None:
    assert rule in MANAGED_RULE_GROUPS[group].rules


def test_what_is_paid_limited_or_without_versions() -> None:
    groups = MANAGED_RULE_GROUPS.values()
    paid = {"BotControlRuleSet", "ATPRuleSet", "ACFPRuleSet", "AntiDDoSRuleSet"}
    limited = {"ATPRuleSet", "ACFPRuleSet"}
    unversioned = {"AmazonIpReputationList", "AnonymousIpList"}

    def short(chosen: Collection[str]) -> set[str]:
        return {name.removeprefix("AWSManagedRules") for name in chosen}

    assert short([one.name for one in groups if one.price]) == paid
    assert short([one.name for one in groups if one.not_for == "Cognito user pools"]) == limited
    assert short([one.name for one in groups if not one.versioned]) == unversioned
    platforms = [one.platform for one in groups if one.platform]
    assert platforms == ["linux", "unix", "windows", "php", "wordpress"]


def test_the_table_cannot_be_changed() -> None:
    group = MANAGED_RULE_GROUPS["AWSManagedRulesSQLiRuleSet"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        group.units = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        group.owasp["A02:2021"] = "all"
    with pytest.raises(TypeError):
        MANAGED_RULE_GROUPS["Own"] = group


def test_owasp_has_ten_categories_a_year_in_its_order() -> None:
    assert list(OWASP_2021) == [f"A{n:02}:2021" for n in range(1, 11)]
    assert list(OWASP_2025) == [f"A{n:02}:2025" for n in range(1, 11)]
    assert OWASP_2025["A03:2025"] == "Software Supply Chain Failures"
    assert OWASP_2025["A10:2025"] == "Mishandling of Exceptional Conditions"


def test_groups_serve_known_categories_of_both_years() -> None:
    for group in MANAGED_RULE_GROUPS.values():
        assert set(group.owasp) <= set(CATEGORIES), group.name
        years = {category.partition(":")[2] for category in group.owasp}
        assert years in ({"2021", "2025"}, set()), group.name


# --- Coverage ---


def all_of(category: str) -> str:
    return coverage(MANAGED_RULE_GROUPS, rate_limited=True, logged=True)[category]


def test_what_is_in_use_is_named_with_what_it_does() -> None:
    said = coverage(["AWSManagedRulesSQLiRuleSet"], rate_limited=False, logged=False)
    assert said["A03:2021"] == said["A05:2025"]
    assert said["A03:2021"] == (
        "Served in part by AWSManagedRulesSQLiRuleSet (SQL injection). Not covered by a WAF: input "
        "must be kept apart from commands in the application."
    )


def test_what_is_not_in_use_serves_nothing() -> None:
    said = coverage([], rate_limited=False, logged=False)
    assert list(said) == CATEGORIES
    for category, sentence in said.items():
        start = "Not covered by a WAF: " if category in NO_GROUP_SERVES else "Not served by what is"
        assert sentence.startswith(start), category
    assert "AWSManagedRulesSQLiRuleSet (SQL injection)" in said["A03:2021"]


@pytest.mark.parametrize("category", sorted(NO_GROUP_SERVES))
def test_what_no_waf_serves_is_said_so_with_the_reason(category: str) -> None:
    assert re.fullmatch(r"Not covered by a WAF: .{10,}\.", all_of(category))


@pytest.mark.parametrize("category", sorted(set(CATEGORIES) - NO_GROUP_SERVES))
def test_what_is_served_is_served_in_part(category: str) -> None:
    assert re.fullmatch(r"Served in part by .+\. Not covered by a WAF: .{10,}\.", all_of(category))


@pytest.mark.parametrize(
    ("category", "rate_limited", "logged", "word"),
    [
        ("A07:2021", True, False, "rate limits"),
        ("A07:2025", True, False, "rate limits"),
        ("A09:2021", False, True, "logs of AWS WAF"),
        ("A09:2025", False, True, "logs of AWS WAF"),
    ],
)
def test_limits_and_logs_serve_where_they_are(
    category: str, rate_limited: bool, logged: bool, word: str
) -> None:
    with_it = coverage([], rate_limited=rate_limited, logged=logged)
    assert with_it[category].startswith(f"Served in part by {word}")
    without = coverage([], rate_limited=not rate_limited, logged=not logged)
    assert without[category].startswith("Not served by what is in use")
    served = [one for one, said in with_it.items() if said.startswith("Served")]
    assert [one[:3] for one in served] == [category[:3]] * 2


@given(
    st.lists(st.sampled_from(list(MANAGED_RULE_GROUPS)), unique=True), st.booleans(), st.booleans()
)
def test_no_claim_is_unqualified(groups: list[str], rate_limited: bool, logged: bool) -> None:
    for category, said in coverage(groups, rate_limited=rate_limited, logged=logged).items():
        served = said.partition("Not ")[0]
        assert "cover" not in said.replace("Not covered by a WAF", "")
        for name, group in MANAGED_RULE_GROUPS.items():
            assert (f"{name} (" in served) == (name in groups and category in group.owasp)


def test_unknown_groups_are_refused() -> None:
    with pytest.raises(ValueError, match=r"no managed rule group of AWS: A, B"):
        coverage(["B", "AWSManagedRulesSQLiRuleSet", "A"], rate_limited=True, logged=True)


# --- The page ---


def test_page_shows_everything_and_says_whose_it_is() -> None:
    page = render()
    assert page.startswith("# What the firewall serves of the OWASP Top 10\n")
    assert page.endswith("|\n")
    assert "inference" in page.partition("## ")[0]
    for titles in (OWASP_2021, OWASP_2025):
        for category, title in titles.items():
            assert f"| {category[:3]} | {title} |" in page
    for group in MANAGED_RULE_GROUPS.values():
        row = next(line for line in page.splitlines() if line.startswith(f"| {group.name} |"))
        assert f"| {group.units} |" in row
        assert group.price in row
        for what in group.owasp.values():
            assert f"{group.name} ({what})" in page
    assert page.count("| nothing |") == len(NO_GROUP_SERVES)


def test_tables_of_the_page_are_even() -> None:
    """A row with a column too many or too few breaks the table where it is shown."""
    for block in re.findall(r"(?:^\|.*\n)+", render(), re.MULTILINE):
        assert len({line.count("|") for line in block.splitlines()}) == 1
