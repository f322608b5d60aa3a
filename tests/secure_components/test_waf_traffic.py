"""What the rules of `WebApplicationFirewall` do to requests: their order, and what wins over what.

The rules are those that the component registers; `waf_traffic` evaluates them by AWS's
documentation. That AWS's managed rules know an attack is not shown here: a request says itself what
they would find in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, cast

import pulumi
import pytest

from secure_components import WebApplicationFirewall, WebApplicationFirewallArgs
from tests.secure_components.waf_traffic import Decision, Request, evaluate

COMMON = "AWSManagedRulesCommonRuleSet"
INPUTS = "AWSManagedRulesKnownBadInputsRuleSet"
SQLI = "AWSManagedRulesSQLiRuleSet"
REPUTATION = "AWSManagedRulesAmazonIpReputationList"
ANONYMOUS = "AWSManagedRulesAnonymousIpList"

BROWSER: Final = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)", "Accept": "text/html"}
OFFICE, HOME, ABROAD = "192.0.2.10", "198.51.100.7", "203.0.113.80"
CDN = "192.0.2.200"

# Shapes of requests, as access logs of a public site hold them.
PAGE = Request(ip=HOME, path="/", headers=BROWSER)
SEARCH = Request(ip=HOME, path="/search", query="q=O%27Neill", headers=BROWSER)
LOGIN = Request(ip=HOME, method="POST", path="/login", headers=BROWSER)
API = Request(ip=HOME, method="POST", path="/api/items", headers={"User-Agent": "app/1.4"})
HEALTH = Request(ip=HOME, path="/health", headers={"User-Agent": "ELB-HealthChecker/2.0"})
UPLOAD = Request(
    ip=HOME,
    method="POST",
    path="/api/photos",
    headers=BROWSER,
    hits=[f"{COMMON}/SizeRestrictions_BODY"],
)
INJECTION = Request(
    ip=HOME, path="/search", query="q=1%27%20OR%201=1--", hits=[f"{SQLI}/SQLi_QUERYARGUMENTS"]
)
LOG4J = Request(ip=HOME, path="/", hits=[f"{INPUTS}/Log4JRCE_HEADER"])
SCANNER = Request(
    ip=ABROAD, path="/.env", country="XX", hits=[f"{INPUTS}/ExploitablePaths_URIPATH"]
)
BOTNET = Request(ip=ABROAD, path="/", hits=[f"{REPUTATION}/AWSManagedIPReputationList"])
VPN = Request(ip=HOME, path="/", headers=BROWSER, hits=[f"{ANONYMOUS}/AnonymousIPList"])

HONEST = (PAGE, SEARCH, LOGIN, API, HEALTH)
HOSTILE = {
    "injection": (INJECTION, SQLI),
    "Log4j": (LOG4J, INPUTS),
    "scanner": (SCANNER, INPUTS),
    "botnet": (BOTNET, REPUTATION),
    "anonymous": (VPN, ANONYMOUS),
    "large upload": (UPLOAD, COMMON),
}


@pytest.fixture
def traffic(recorder: Any) -> Any:
    """Send requests through the firewall of some arguments, one after the other."""

    def send(*requests: Request, **args: Any) -> list[Decision]:
        @pulumi.runtime.test  # type: ignore[untyped-decorator]
        def program() -> pulumi.Output[str]:
            given = cast("WebApplicationFirewallArgs", args)
            return WebApplicationFirewall("site", given).web_acl_arn

        program()
        ip_sets = {
            f"arn-of-{name}": made.inputs["addresses"]
            for name, made in recorder.resources.items()
            if made.typ == "aws:wafv2/ipSet:IpSet"
        }
        return evaluate(recorder.inputs("site"), ip_sets, requests)

    return send


def times(request: Request, count: int, every: float = 0.1) -> list[Request]:
    return [replace(request, at=index * every) for index in range(count)]


# --- As it comes ---


@pytest.mark.parametrize("request_", HONEST, ids=lambda request: request.path)
def test_honest_requests_pass(traffic: Any, request_: Request) -> None:
    assert traffic(request_) == [Decision("allow", "", (), frozenset())]


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_requests_are_blocked_by_their_group(traffic: Any, case: str) -> None:
    request, group = HOSTILE[case]
    (decision,) = traffic(request)
    assert (decision.action, decision.rule) == ("block", group)


def test_who_asks_too_often_is_blocked_and_nobody_else(traffic: Any) -> None:
    flood = times(PAGE, 2001)
    others = replace(PAGE, ip="198.51.100.8", at=flood[-1].at)
    *allowed, blocked, other = traffic(*flood, others)
    assert {decision.action for decision in allowed} == {"allow"}
    assert (blocked.action, blocked.rule) == ("block", "rate-limit")
    assert other.action == "allow"


def test_who_slows_down_comes_back(traffic: Any) -> None:
    flood = times(PAGE, 2001)
    later = replace(PAGE, at=flood[-1].at + 301)
    assert [decision.action for decision in traffic(*flood, later)[-2:]] == ["block", "allow"]


# --- Count, then block ---


@pytest.mark.parametrize("case", HOSTILE)
def test_count_mode_lets_everything_pass_and_tells_what_it_saw(traffic: Any, case: str) -> None:
    request, group = HOSTILE[case]
    (decision,) = traffic(request, mode="count", count_until="2027-01-31")
    assert decision.action == "allow"
    assert group in decision.counted


def test_one_group_counts_while_the_others_block(traffic: Any) -> None:
    rollout = {COMMON: {"mode": "count"}}
    upload, injection = traffic(
        UPLOAD, INJECTION, managed_rule_groups=rollout, count_until="2027-01-31"
    )
    assert (upload.action, upload.counted) == ("allow", (COMMON,))
    assert (injection.action, injection.rule) == ("block", SQLI)


def test_one_rule_counts_while_its_group_blocks(traffic: Any) -> None:
    rollout = {COMMON: {"overrides": {"SizeRestrictions_BODY": "count"}}}
    script = replace(UPLOAD, hits=[*UPLOAD.hits, f"{COMMON}/CrossSiteScripting_BODY"])
    upload, attack = traffic(UPLOAD, script, managed_rule_groups=rollout, count_until="2027-01-31")
    assert (upload.action, upload.counted) == ("allow", (f"{COMMON}/SizeRestrictions_BODY",))
    assert (attack.action, attack.rule) == ("block", COMMON)


def test_scope_down_leaves_out_what_it_says(traffic: Any) -> None:
    uploads = {
        "not_statement": {
            "statement": {
                "byte_match_statement": {
                    "positional_constraint": "STARTS_WITH",
                    "search_string": "/api/photos",
                    "field_to_match": {"uri_path": {}},
                    "text_transformations": [{"priority": 0, "type": "NONE"}],
                }
            }
        }
    }
    elsewhere = replace(UPLOAD, path="/api/items")
    photos, items = traffic(
        UPLOAD, elsewhere, managed_rule_groups={COMMON: {"scope_down": uploads}}
    )
    assert (photos.action, items.action) == ("allow", "block")


# --- Limits ---


def test_log_ins_are_limited_apart(traffic: Any) -> None:
    limits = {"login": {"limit": 10, "window_in_seconds": 60, "path_prefix": "/login"}}
    attempts = times(LOGIN, 11)
    page = replace(PAGE, at=attempts[-1].at)
    *allowed, blocked, other = traffic(*attempts, page, rate_limits=limits)
    assert {decision.action for decision in allowed} == {"allow"}
    assert (blocked.action, blocked.rule) == ("block", "rate-limit-login")
    assert other.action == "allow"


@pytest.mark.parametrize(
    "path", ["/LOGIN", "/%6Cogin", "/a/../login", "//login", "/login/", "/login;x"]
)
def test_no_spelling_of_a_path_gets_around_its_limit(traffic: Any, path: str) -> None:
    limits = {"login": {"limit": 10, "path_prefix": "/login"}}
    assert traffic(*times(replace(LOGIN, path=path), 11), rate_limits=limits)[-1].action == "block"


def test_a_limit_may_be_for_a_method_and_count_by_more_than_addresses(traffic: Any) -> None:
    limits = {"write": {"limit": 10, "method": "POST", "by": ["ip", "header:x-key"]}}
    first = times(replace(API, headers={"X-Key": "a"}), 11)
    end = first[-1].at
    other_key = replace(API, headers={"X-Key": "b"}, at=end)
    reading = replace(API, method="GET", headers={"X-Key": "a"}, at=end)
    decisions = traffic(*first, other_key, reading, rate_limits=limits)[-3:]
    assert [decision.action for decision in decisions] == ["block", "allow", "allow"]


@pytest.mark.parametrize("action", ["captcha", "challenge"])
def test_a_limit_may_ask_instead_of_block(traffic: Any, action: str) -> None:
    assert traffic(*times(PAGE, 2001), rate_limit={"action": action})[-1].action == action


# --- Addresses and countries ---


def test_listed_addresses_are_blocked_before_anything_else(traffic: Any) -> None:
    (decision,) = traffic(
        PAGE, ip_restrictions={"block": ["198.51.100.0/24"], "allow": ["198.51.100.7/32"]}
    )
    assert (decision.action, decision.rule) == ("block", "block-listed-addresses")


@pytest.mark.parametrize(
    ("ip", "action"),
    [(OFFICE, "allow"), ("2001:db8::9", "allow"), (HOME, "block"), ("2001:db9::9", "block")],
)
def test_only_listed_addresses_come_in(traffic: Any, ip: str, action: str) -> None:
    only = {"only": ["192.0.2.0/24", "2001:db8::/32"]}
    (decision,) = traffic(replace(PAGE, ip=ip), ip_restrictions=only)
    assert decision.action == action


def test_allowed_addresses_are_free_of_limits_countries_and_reputation(traffic: Any) -> None:
    args = {
        "ip_restrictions": {"allow": ["192.0.2.0/24"]},
        "countries": {"only": ["BE"]},
        "anti_ddos": {},
    }
    office = replace(PAGE, ip=OFFICE, hits=[*BOTNET.hits, *VPN.hits])
    decisions = traffic(*times(office, 2001), **args)
    assert {decision.action for decision in decisions} == {"allow"}
    assert traffic(PAGE, **args)[0].rule == "only-countries"


@pytest.mark.parametrize("request_", [INJECTION, LOG4J, UPLOAD])
def test_allowed_addresses_are_looked_at_for_attacks_all_the_same(
    traffic: Any, request_: Request
) -> None:
    allowed = {"allow": ["192.0.2.0/24"]}
    (decision,) = traffic(replace(request_, ip=OFFICE), ip_restrictions=allowed)
    assert decision.action == "block"


@pytest.mark.parametrize(
    ("countries", "country", "rule"),
    [
        ({"block": ["XX"]}, "XX", "blocked-countries"),
        ({"block": ["XX"]}, "NL", ""),
        ({"only": ["NL"]}, "NL", ""),
        ({"only": ["NL"]}, "XX", "only-countries"),
    ],
)
def test_countries_are_kept_out_or_alone_let_in(
    traffic: Any, countries: Mapping[str, Any], country: str, rule: str
) -> None:
    (decision,) = traffic(replace(PAGE, country=country), countries=countries)
    assert decision.rule == rule


# --- Behind a CDN ---


def behind(request: Request, forwarded: str) -> Request:
    return replace(request, ip=CDN, headers={**request.headers, "X-Forwarded-For": forwarded})


def test_clients_behind_a_cdn_are_limited_by_their_own_address(traffic: Any) -> None:
    flood = times(behind(PAGE, HOME), 2001)
    other = replace(behind(PAGE, OFFICE), at=flood[-1].at)
    decisions = traffic(*flood, other, forwarded_ip={})
    assert [decision.action for decision in decisions[-2:]] == ["block", "allow"]


def test_without_forwarded_addresses_a_cdn_would_be_one_client(traffic: Any) -> None:
    flood = times(behind(PAGE, HOME), 2001)
    other = replace(behind(PAGE, OFFICE), at=flood[-1].at)
    assert traffic(*flood, other)[-1].rule == "rate-limit"


@pytest.mark.parametrize("forwarded", ["nonsense", "999.1.1.1"])
def test_an_address_that_cannot_be_read_lets_nobody_in(traffic: Any, forwarded: str) -> None:
    only = {"only": ["192.0.2.0/24"]}
    (decision,) = traffic(behind(PAGE, forwarded), ip_restrictions=only, forwarded_ip={})
    assert (decision.action, decision.rule) == ("block", "only-listed-addresses")


def test_an_address_that_cannot_be_read_frees_nobody(traffic: Any) -> None:
    allowed = {"allow": ["192.0.2.0/24"]}
    flood = times(behind(PAGE, "nonsense"), 2001)
    decisions = traffic(*flood, ip_restrictions=allowed, forwarded_ip={})
    assert decisions[-1].rule == "rate-limit"


def test_a_missing_header_skips_rules_by_address_and_the_rest_still_looks(traffic: Any) -> None:
    """No web ACL closes the way around a CDN: `docs/decisions/0008` says so."""
    args = {"ip_restrictions": {"only": ["192.0.2.0/24"]}, "forwarded_ip": {}}
    page, injection = traffic(PAGE, INJECTION, **args)
    assert (page.action, injection.action) == ("allow", "block")


# --- Rules of one's own ---


def test_own_rules_come_before_or_after_managed_ones(traffic: Any) -> None:
    geo = {"geo_match_statement": {"country_codes": ["NL"]}}
    label = {"name": "mark", "statement": geo, "action": "count", "labels": ["home"]}
    marked = {"label_match_statement": {"scope": "LABEL", "key": "home"}}
    block = {
        "name": "no-home",
        "statement": marked,
        "action": "block",
        "before_managed_rules": False,
    }
    page, injection = traffic(PAGE, INJECTION, rules=[label, block], count_until="2027-01-31")
    assert (page.action, page.rule) == ("block", "no-home")
    assert (injection.action, injection.rule) == ("block", SQLI)
    assert "home" in injection.labels
