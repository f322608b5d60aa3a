"""The evaluator that other tests trust, against AWS WAF's documentation.

Each group of tests names its page of the AWS WAF Developer Guide, or the type of the WAFV2 API
Reference. What the evaluator cannot prove stands in its docstring.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.secure_components.waf_traffic import Decision, Request, evaluate

Statement = dict[str, Any]

SET = "arn:aws:wafv2:eu-west-1:123456789012:regional/ipset/offices/1"
IP_SETS = {SET: ["192.0.2.0/24", "2001:db8::/32"]}
INSIDE, OUTSIDE = "192.0.2.9", "203.0.113.9"
ALWAYS: Statement = {"geoMatchStatement": {"countryCodes": ["NL"]}}
NEVER: Statement = {"geoMatchStatement": {"countryCodes": ["XX"]}}
SQLI = "AWSManagedRulesSQLiRuleSet"
COMMON = "AWSManagedRulesCommonRuleSet"
BOTS = "AWSManagedRulesBotControlRuleSet"
NONE = [{"priority": 0, "type": "NONE"}]


def rule(
    name: str, priority: int, action: str, statement: Statement, *labels: str
) -> dict[str, Any]:
    return {
        "name": name,
        "priority": priority,
        "action": {action: {}},
        "statement": statement,
        "ruleLabels": [{"name": label} for label in labels],
    }


def group(name: str, priority: int = 0, override: str = "none", **settings: Any) -> dict[str, Any]:
    statement = {"vendorName": "AWS", "name": name, **settings}
    return {
        "name": f"rule-{priority}",
        "priority": priority,
        "overrideAction": {override: {}},
        "statement": {"managedRuleGroupStatement": statement},
    }


def acl(*rules: Mapping[str, Any], default: str = "allow") -> dict[str, Any]:
    return {"rules": list(rules), "defaultAction": {default: {}}}


def decide(web_acl: Mapping[str, Any], request: Request | None = None) -> Decision:
    return evaluate(web_acl, IP_SETS, [request or Request()])[0]


def matches(statement: Statement, **request: Any) -> bool:
    return decide(acl(rule("it", 0, "block", statement)), Request(**request)).action == "block"


# --- "Setting rule priority", "How AWS WAF handles rule and rule group actions" ---


def test_the_lowest_number_comes_first_whatever_the_order() -> None:
    rules = [
        rule("later", 20, "block", ALWAYS),
        rule("first", 3, "count", ALWAYS),
        rule("ends", 11, "allow", ALWAYS),
    ]
    for order in (rules, rules[::-1]):
        assert decide(acl(*order)) == Decision(
            "allow", "ends", ("first",), frozenset({"awswaf:clientip:geo:country:NL"})
        )


@pytest.mark.parametrize("action", ["allow", "block", "captcha", "challenge"])
def test_terminating_actions_end_the_evaluation(action: str) -> None:
    after = rule("after", 2, "count", ALWAYS)
    decision = decide(acl(rule("ends", 1, action, ALWAYS, "seen"), after))
    assert (decision.action, decision.rule, decision.counted) == (action, "ends", ())
    assert "seen" in decision.labels


@pytest.mark.parametrize("default", ["allow", "block"])
def test_without_a_terminating_match_the_default_decides(default: str) -> None:
    rules = [rule("no", 0, "captcha", NEVER), rule("counts", 1, "count", ALWAYS)]
    decision = decide(acl(*rules, default=default))
    assert (decision.action, decision.rule, decision.counted) == (default, "", ("counts",))
    assert decide(acl(default=default)).action == default


def test_what_is_unset_in_a_state_does_not_count() -> None:
    state = rule("it", 0, "block", {**ALWAYS, "andStatement": None})
    state |= {"overrideAction": None, "ruleLabels": None}
    state["action"]["allow"] = None
    assert decide(acl(state)).action == "block"


# --- "AWS WAF rules that match labels" ---


def label(key: str, scope: str = "LABEL") -> Statement:
    return {"labelMatchStatement": {"scope": scope, "key": key}}


@pytest.mark.parametrize(
    ("key", "scope", "found"),
    [
        ("team:site:office", "LABEL", True),
        ("site:office", "LABEL", True),
        ("office", "LABEL", True),
        ("ffice", "LABEL", False),
        ("team:site", "LABEL", False),
        ("Office", "LABEL", False),
        ("team", "NAMESPACE", True),
        ("team:", "NAMESPACE", True),
        ("team:site:", "NAMESPACE", True),
        ("site", "NAMESPACE", True),
        ("office", "NAMESPACE", False),
        ("team:office", "NAMESPACE", False),
        ("tea", "NAMESPACE", False),
    ],
)
def test_labels_are_found_by_name_and_namespace(key: str, scope: str, found: bool) -> None:
    marks = rule("marks", 0, "count", ALWAYS, "team:site:office")
    decision = decide(acl(marks, rule("reads", 1, "block", label(key, scope))))
    assert (decision.rule == "reads") is found


def test_only_rules_before_have_labelled() -> None:
    marks = rule("marks", 1, "count", ALWAYS, "seen")
    before = rule("before", 0, "block", label("seen"))
    itself = rule("itself", 2, "block", label("own"), "own")
    assert decide(acl(before, marks, itself)).counted == ("marks",)


def test_a_rule_that_does_not_match_labels_nothing() -> None:
    marks = rule("marks", 0, "count", NEVER, "seen")
    assert "seen" not in decide(acl(marks)).labels


@pytest.mark.parametrize(
    ("key", "scope", "found"),
    [
        ("awswaf:managed:aws:bot-control:bot:verified", "LABEL", True),
        # Without prefix it means the web ACL's own labels.
        ("bot:verified", "LABEL", False),
        ("verified", "LABEL", False),
        ("bot", "NAMESPACE", False),
        ("awswaf:managed:aws:bot-control:", "NAMESPACE", True),
        ("awswaf:managed:aws:bot-control:bot", "NAMESPACE", True),
        ("awswaf:managed:aws:atp:", "NAMESPACE", False),
        ("awswaf:managed:aws:bot", "NAMESPACE", False),
    ],
)
def test_labels_of_managed_groups_need_their_prefix(key: str, scope: str, found: bool) -> None:
    bots = group(BOTS, managedRuleGroupConfigs=COMMON_LEVEL)
    verified = "awswaf:managed:aws:bot-control:bot:verified"
    request = Request(managed_labels={BOTS: [verified], SQLI: ["awswaf:managed:aws:atp:x"]})
    decision = decide(acl(bots, rule("reads", 1, "block", label(key, scope))), request)
    assert (decision.rule == "reads") is found


@pytest.mark.parametrize(
    "key",
    [
        "awswaf:clientip:geo:region:US-NY",
        "awswaf:managed:token:absent",
        "awswaf:managed:captcha:accepted",
        "awswaf:123456789012:webacl:site:seen",
    ],
)
def test_labels_that_the_model_never_adds_are_not_taken_for_absent(key: str) -> None:
    with pytest.raises(NotImplementedError, match=key):
        matches(label(key))


# --- "Geographic match rule statement", "Using forwarded IP addresses in AWS WAF" ---


def forwarded(fallback: str = "MATCH", **config: str) -> dict[str, str]:
    return {"headerName": "X-Forwarded-For", "fallbackBehavior": fallback, **config}


def geo(fallback: str) -> Statement:
    return {"geoMatchStatement": {"countryCodes": ["NL"], "forwardedIpConfig": forwarded(fallback)}}


def test_countries_match_and_label_even_without_a_match() -> None:
    assert matches(ALWAYS, country="NL")
    assert not matches(ALWAYS, country="BE")
    looks = rule("looks", 0, "block", NEVER)
    reads = rule("reads", 1, "block", label("awswaf:clientip:geo:country:NL"))
    assert decide(acl(looks, reads)).rule == "reads"


@pytest.mark.parametrize("fallback", ["MATCH", "NO_MATCH"])
def test_countries_behind_a_proxy(fallback: str) -> None:
    for name in ("X-Forwarded-For", "x-forwarded-for"):
        assert matches(geo(fallback), headers={name: f"{OUTSIDE}, 10.0.0.1"})
        assert not matches(geo(fallback), country="BE", headers={name: OUTSIDE})
    malformed = {"X-Forwarded-For": f"unknown, {OUTSIDE}"}
    assert matches(geo(fallback), country="BE", headers=malformed) is (fallback == "MATCH")
    seen = decide(acl(rule("it", 0, "count", geo("MATCH"))), Request(headers=malformed)).labels
    assert seen == frozenset()


def test_without_the_header_the_rule_does_not_apply_at_all() -> None:
    """Neither the action nor the fallback: not even where the statement is negated."""
    for statement in (geo("MATCH"), among("ANY", "MATCH")):
        negated = {"notStatement": {"statement": statement}}
        either = {"orStatement": {"statements": [ALWAYS, statement]}}
        both = {"andStatement": {"statements": [NEVER, statement]}}
        not_both = {"notStatement": {"statement": both}}
        for one in (statement, negated, either, not_both):
            decision = decide(acl(rule("it", 0, "block", one, "seen"), default="allow"))
            assert decision == Decision("allow", "", (), frozenset())


# --- "IP set match rule statement" ---


def among(position: str | None = None, fallback: str = "NO_MATCH") -> Statement:
    config = forwarded(fallback, position=position) if position else None
    return {"ipSetReferenceStatement": {"arn": SET, "ipSetForwardedIpConfig": config}}


@pytest.mark.parametrize(
    ("ip", "inside"),
    [(INSIDE, True), (OUTSIDE, False), ("2001:db8::1", True), ("2001:db9::1", False)],
)
def test_addresses_are_among_those_of_the_set(ip: str, inside: bool) -> None:
    assert matches(among(), ip=ip) is inside
    # The connection's own address is not looked at where a header is.
    assert matches(among("FIRST"), ip=ip, headers={"X-Forwarded-For": OUTSIDE}) is False


@pytest.mark.parametrize(
    ("header", "first", "last", "any_"),
    [
        (f"{INSIDE}, {OUTSIDE}", True, False, True),
        (f"{OUTSIDE},{INSIDE}", False, True, True),
        (f"{OUTSIDE}, {INSIDE}, {OUTSIDE}", False, False, True),
        (OUTSIDE, False, False, False),
        # Of more than ten, the last ten are inspected.
        (", ".join([INSIDE, *[OUTSIDE] * 10]), True, False, False),
        (", ".join([INSIDE, *[OUTSIDE] * 9]), True, False, True),
    ],
)
def test_position_in_the_header(header: str, first: bool, last: bool, any_: bool) -> None:
    headers = {"X-Forwarded-For": header}
    for fallback in ("MATCH", "NO_MATCH"):
        found = [
            matches(among(position, fallback), headers=headers)
            for position in ("FIRST", "LAST", "ANY")
        ]
        assert found == [first, last, any_]


@pytest.mark.parametrize(
    ("header", "position", "falls_back"),
    [
        (f"unknown, {OUTSIDE}", "FIRST", True),
        (f"unknown, {OUTSIDE}", "LAST", False),
        (f"unknown, {OUTSIDE}", "ANY", False),
        (f"{OUTSIDE}, 1.2.3", "LAST", True),
        ("unknown, 1.2.3", "ANY", True),
        # Separated by anything but a comma, addresses are malformed.
        (f"{INSIDE}; {INSIDE}", "FIRST", True),
        (f"{INSIDE} {INSIDE}", "ANY", True),
        ("", "ANY", True),
    ],
)
def test_fallback_is_for_what_is_malformed_in_the_position(
    header: str, position: str, falls_back: bool
) -> None:
    for fallback in ("MATCH", "NO_MATCH"):
        found = matches(among(position, fallback), headers={"X-Forwarded-For": header})
        assert found is (falls_back and fallback == "MATCH")


def test_an_ip_set_that_is_not_given_is_not_taken_for_empty() -> None:
    with pytest.raises(ValueError, match="the addresses of an IP set are not given"):
        evaluate(acl(rule("it", 0, "block", among())), {}, [Request()])


# --- `ByteMatchStatement`, "Using text transformations in AWS WAF" ---


URI: Statement = {"uriPath": {}}


def bytes_(
    constraint: str, search: str, field: Statement = URI, *transformations: str
) -> Statement:
    listed = [{"priority": n, "type": type_} for n, type_ in enumerate(transformations)]
    return {
        "byteMatchStatement": {
            "positionalConstraint": constraint,
            "searchString": search,
            "fieldToMatch": field,
            "textTransformations": listed or NONE,
        }
    }


@pytest.mark.parametrize(
    ("constraint", "search", "path", "found"),
    [
        ("EXACTLY", "/login", "/login", True),
        ("EXACTLY", "/login", "/login/", False),
        ("EXACTLY", "/login", "/Login", False),
        ("STARTS_WITH", "/api/", "/api/v1", True),
        ("STARTS_WITH", "/api/", "/x/api/", False),
        ("ENDS_WITH", ".php", "/a.php", True),
        ("ENDS_WITH", ".php", "/a.php/", False),
        ("CONTAINS", "dmi", "/admin", True),
        ("CONTAINS", "dmi", "/dami", False),
        ("CONTAINS_WORD", "BadBot", "BadBot", True),
        ("CONTAINS_WORD", "BadBot", "/BadBot;x", True),
        ("CONTAINS_WORD", "BadBot", "/-BadBot", True),
        ("CONTAINS_WORD", "BadBot", "/BadBots", False),
        ("CONTAINS_WORD", "BadBot", "/_BadBot", False),
        ("CONTAINS_WORD", "BadBot", "/BadBots-BadBot", True),
    ],
)
def test_positional_constraints(constraint: str, search: str, path: str, found: bool) -> None:
    assert matches(bytes_(constraint, search), path=path) is found


@pytest.mark.parametrize(
    ("field", "request_"),
    [
        ({"uriPath": {}}, {"path": "value"}),
        ({"queryString": {}}, {"query": "value"}),
        ({"method": {}}, {"method": "value"}),
        ({"singleHeader": {"name": "x-key"}}, {"headers": {"X-Key": "value"}}),
        ({"singleQueryArgument": {"name": "KEY"}}, {"query": "a=b&key=value"}),
    ],
)
def test_components(field: Statement, request_: dict[str, Any]) -> None:
    assert matches(bytes_("EXACTLY", "value", field), **request_)
    assert not matches(bytes_("EXACTLY", "other", field), **request_)


def test_a_component_that_is_missing_does_not_match() -> None:
    for field in ({"singleHeader": {"name": "x"}}, {"singleQueryArgument": {"name": "x"}}):
        assert not matches(bytes_("CONTAINS", "", field))
        assert matches({"notStatement": {"statement": bytes_("CONTAINS", "", field)}})


@pytest.mark.parametrize(
    ("types", "path", "seen"),
    [
        (["NONE"], "/%41", "/%41"),
        (["LOWERCASE"], "/LogIn", "/login"),
        (["URL_DECODE"], "/%6cog%49n", "/logIn"),
        (["URL_DECODE"], "/%256c", "/%6c"),
        (["URL_DECODE", "URL_DECODE"], "/%256c", "/l"),
        (["URL_DECODE", "LOWERCASE"], "/%4CA", "/la"),
        (["LOWERCASE", "URL_DECODE"], "/%4CA", "/La"),
        (["NORMALIZE_PATH"], "//a/./b/../c", "/a/c"),
        (["NORMALIZE_PATH"], "/a/b/..", "/a/"),
        (["NORMALIZE_PATH"], "/a//", "/a/"),
        (["NORMALIZE_PATH"], "../a/../b", "../b"),
        (["NORMALIZE_PATH"], "../../a", "../../a"),
        (["URL_DECODE", "NORMALIZE_PATH", "LOWERCASE"], "/x/%2e%2e/%2FLogin", "/login"),
    ],
)
def test_transformations_in_their_order(types: list[str], path: str, seen: str) -> None:
    assert matches(bytes_("EXACTLY", seen, URI, *types), path=path)
    statement = bytes_("EXACTLY", seen, URI, *types)
    statement["byteMatchStatement"]["textTransformations"].reverse()  # the priority orders them
    assert matches(statement, path=path)


# --- `SizeConstraintStatement` and the logical statements ---


@pytest.mark.parametrize(
    ("operator", "sizes"),
    [
        ("EQ", [9]),
        ("NE", [8, 10]),
        ("LE", [8, 9]),
        ("LT", [8]),
        ("GE", [9, 10]),
        ("GT", [10]),
    ],
)
def test_sizes_are_compared_after_transformation(operator: str, sizes: list[int]) -> None:
    statement = {
        "sizeConstraintStatement": {
            "comparisonOperator": operator,
            "size": 9,
            "fieldToMatch": URI,
            "textTransformations": [{"priority": 0, "type": "URL_DECODE"}],
        }
    }
    # Developer Guide: `/logo.jpg` is nine characters long.
    found = [n for n in (8, 9, 10) if matches(statement, path="/%6c" + "o" * (n - 2))]
    assert found == sizes


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("second", [True, False])
def test_logical_statements(first: bool, second: bool) -> None:
    statements = [ALWAYS if one else NEVER for one in (first, second)]
    assert matches({"andStatement": {"statements": statements}}) is (first and second)
    assert matches({"orStatement": {"statements": statements}}) is (first or second)
    assert matches({"notStatement": {"statement": statements[0]}}) is not first


# --- "Using rate-based rule statements in AWS WAF" and the pages below it ---


def rate(limit: int, kind: str = "IP", **settings: Any) -> Statement:
    return {"rateBasedStatement": {"limit": limit, "aggregateKeyType": kind, **settings}}


def keys(*custom: Statement, **settings: Any) -> Statement:
    return rate(1, "CUSTOM_KEYS", customKeys=list(custom), **settings)


def blocked(statement: Statement, requests: list[Request], *before: dict[str, Any]) -> str:
    """Show which of several requests are blocked by a rate-based rule, as `.x`."""
    decisions = evaluate(acl(*before, rule("limit", 9, "block", statement)), IP_SETS, requests)
    return "".join("x" if one.rule == "limit" else "." for one in decisions)


@pytest.mark.parametrize("window", [60, 120, 300, 600, None])
def test_over_the_limit_in_the_window_before(window: int | None) -> None:
    seconds = window or 300
    times = [0, 1, 2, seconds, seconds + 1, seconds + 2]
    settings = {"evaluationWindowSec": window}
    # At the last three, the first requests have left the window one after the other.
    assert blocked(rate(2, **settings), [Request(at=at) for at in times]) == "..xxxx"
    later = [0, 1, 2, seconds + 2, seconds + 3, seconds + 4]
    assert blocked(rate(2, **settings), [Request(at=at) for at in later]) == "..x..x"


def test_the_limit_itself_is_allowed() -> None:
    assert blocked(rate(10), [Request()] * 11) == "." * 10 + "x"


def test_addresses_are_counted_apart() -> None:
    assert blocked(rate(1), [Request(ip=ip) for ip in (INSIDE, OUTSIDE, INSIDE)]) == "..x"


def test_only_what_reaches_the_rule_and_its_scope_is_counted() -> None:
    posts = {"scopeDownStatement": bytes_("EXACTLY", "POST", {"method": {}})}
    requests = [Request(method=method) for method in ("POST", "GET", "GET", "POST", "GET")]
    assert blocked(rate(1, **posts), requests) == "...x."
    ends = rule("ends", 0, "allow", bytes_("EXACTLY", "GET", {"method": {}}))
    assert blocked(rate(1), requests, ends) == "...x."


def test_rules_count_apart() -> None:
    both = acl(rule("one", 0, "count", rate(1)), rule("two", 1, "block", rate(2)))
    decisions = evaluate(both, {}, [Request()] * 3)
    assert [one.counted for one in decisions] == [(), ("one",), ("one",)]
    assert [one.action for one in decisions] == ["allow", "allow", "block"]


def test_constant_counts_all_of_the_scope_together() -> None:
    statement = rate(1, "CONSTANT", scopeDownStatement=ALWAYS)
    requests = [Request(ip=INSIDE), Request(ip=OUTSIDE), Request(ip=OUTSIDE, country="BE")]
    assert blocked(statement, requests) == ".x."
    with pytest.raises(ValueError, match="CONSTANT needs a scope-down statement"):
        blocked(rate(1, "CONSTANT"), requests)


@pytest.mark.parametrize(("fallback", "expected"), [("MATCH", "..x.xx"), ("NO_MATCH", "..x...")])
def test_forwarded_addresses(fallback: str, expected: str) -> None:
    """The first one counts; malformed ones are counted together, or not at all."""
    values = [INSIDE, OUTSIDE, f"{INSIDE}, {OUTSIDE}", "unknown", "other", f"x, {INSIDE}"]
    requests = [Request(headers={"X-Forwarded-For": value}) for value in values]
    statement = rate(1, "FORWARDED_IP", forwardedIpConfig=forwarded(fallback))
    assert blocked(statement, requests) == expected
    assert blocked(statement, [Request()] * 3) == "..."


@pytest.mark.parametrize(
    ("key", "same", "other"),
    [
        ({"ip": {}}, {}, {"ip": OUTSIDE}),
        ({"httpMethod": {}}, {}, {"method": "POST"}),
        ({"uriPath": {"textTransformations": NONE}}, {}, {"path": "/a"}),
        (
            {"uriPath": {"textTransformations": [{"priority": 0, "type": "LOWERCASE"}]}},
            {"path": "/A"},
            {"path": "/b"},
        ),
        ({"queryString": {"textTransformations": NONE}}, {}, {"query": "key=3&k=1"}),
        (
            {"header": {"name": "X-Key", "textTransformations": NONE}},
            {"headers": {"x-key": "one", "cookie": "a=b; session=1"}},
            {"headers": {"x-key": "two"}},
        ),
        (
            {"cookie": {"name": "session", "textTransformations": NONE}},
            {"headers": {"Cookie": "session=1; a=c"}},
            {"headers": {"Cookie": "session=2; a=b"}},
        ),
        (
            {"queryArgument": {"name": "Key", "textTransformations": NONE}},
            {"query": "x=y&key=2"},
            {"query": "key=3"},
        ),
    ],
)
def test_custom_keys(key: Statement, same: dict[str, Any], other: dict[str, Any]) -> None:
    base: dict[str, Any] = {
        "path": "/a" if "path" in same else "/",
        "query": "key=2",
        "headers": {"X-Key": "one", "Cookie": "a=b; session=1"},
    }
    requests = [Request(**base), Request(**{**base, **other}), Request(**{**base, **same})]
    assert blocked(keys(key), requests) == "..x"


def test_custom_keys_together_count_each_combination() -> None:
    statement = keys({"ip": {}}, {"httpMethod": {}})
    requests = [
        Request(ip=ip, method=method)
        for ip, method in (
            # Developer Guide, "Rate-based rule aggregation instances and counts".
            ("10.1.1.1", "POST"),
            ("10.1.1.1", "GET"),
            ("127.0.0.0", "POST"),
            ("10.1.1.1", "GET"),
        )
    ]
    assert blocked(statement, requests) == "...x"


@pytest.mark.parametrize(
    "missing",
    [
        {"header": {"name": "X-Key", "textTransformations": NONE}},
        {"cookie": {"name": "session", "textTransformations": NONE}},
        {"queryArgument": {"name": "key", "textTransformations": NONE}},
        {"labelNamespace": {"namespace": "team:"}},
    ],
)
def test_requests_without_a_key_are_left_out(missing: Statement) -> None:
    assert blocked(keys({"ip": {}}, missing), [Request()] * 3) == "..."


def test_forwarded_address_as_one_of_several_keys() -> None:
    statement = keys({"forwardedIp": {}}, {"httpMethod": {}}, forwardedIpConfig=forwarded())
    values = [INSIDE, OUTSIDE, INSIDE]
    requests = [Request(headers={"X-Forwarded-For": value}) for value in values]
    assert blocked(statement, requests) == "..x"


def test_labels_of_a_namespace_are_counted_apart() -> None:
    marks = [
        rule("posts", 0, "count", bytes_("EXACTLY", "POST", {"method": {}}), "kind:write"),
        rule("gets", 1, "count", bytes_("EXACTLY", "GET", {"method": {}}), "kind:read"),
    ]
    requests = [Request(method=method) for method in ("POST", "GET", "PUT", "PUT", "POST")]
    assert blocked(keys({"labelNamespace": {"namespace": "kind:"}}), requests, *marks) == "....x"


def test_counted_only_above_the_limit() -> None:
    decisions = evaluate(acl(rule("limit", 0, "count", rate(1), "fast")), {}, [Request()] * 2)
    assert [one.counted for one in decisions] == [(), ("limit",)]
    assert [one.labels for one in decisions] == [frozenset(), frozenset({"fast"})]


# --- "Overriding rule group actions in AWS WAF", "Using scope-down statements in AWS WAF" ---


def override(**actions: str) -> list[Statement]:
    return [{"name": name, "actionToUse": {action: {}}} for name, action in actions.items()]


def test_a_group_blocks_what_it_matches_and_nothing_else() -> None:
    web_acl = acl(group(SQLI))
    assert decide(web_acl).action == "allow"
    assert decide(web_acl, Request(hits=[SQLI])) == Decision("block", "rule-0", (), frozenset())
    assert decide(web_acl, Request(hits=[f"{SQLI}/SQLi_BODY"])).action == "block"
    assert decide(web_acl, Request(hits=[COMMON])).action == "allow"


def test_group_override_counts_the_result_and_goes_on() -> None:
    web_acl = acl(group(SQLI, 0, "count"), group(COMMON, 1))
    decision = decide(web_acl, Request(hits=[SQLI, COMMON]))
    assert (decision.action, decision.rule, decision.counted) == ("block", "rule-1", ("rule-0",))
    assert decide(web_acl, Request(hits=[SQLI])).action == "allow"
    assert decide(web_acl).counted == ()


@pytest.mark.parametrize("action", ["allow", "captcha", "challenge", "block"])
def test_rule_action_overrides(action: str) -> None:
    web_acl = acl(group(SQLI, ruleActionOverrides=override(SQLi_BODY=action)))
    assert decide(web_acl, Request(hits=[f"{SQLI}/SQLi_BODY"])).action == action
    # Of the others, and of a rule without a name, the action is AWS's.
    assert decide(web_acl, Request(hits=[f"{SQLI}/SQLi_COOKIE"])).action == "block"
    assert decide(web_acl, Request(hits=[SQLI])).action == "block"


def test_a_rule_that_is_overridden_to_count_leaves_the_others() -> None:
    web_acl = acl(group(SQLI, ruleActionOverrides=override(SQLi_BODY="count")))
    decision = decide(web_acl, Request(hits=[f"{SQLI}/SQLi_BODY"]))
    assert (decision.action, decision.counted) == ("allow", ("rule-0/SQLi_BODY",))
    both = Request(hits=[f"{SQLI}/SQLi_COOKIE", f"{SQLI}/SQLi_BODY"])
    decision = decide(web_acl, both)
    assert (decision.action, decision.counted) == ("block", ("rule-0/SQLi_BODY",))


def test_an_override_does_not_bypass_the_groups_own() -> None:
    web_acl = acl(group(SQLI, 0, "count", ruleActionOverrides=override(SQLi_BODY="allow")))
    decision = decide(web_acl, Request(hits=[f"{SQLI}/SQLi_BODY"]))
    assert (decision.rule, decision.counted) == ("", ("rule-0",))


@pytest.mark.parametrize(
    ("hit", "action"),
    [
        ("AWSManagedRulesAmazonIpReputationList/AWSManagedIPDDoSList", "allow"),
        ("AWSManagedRulesAmazonIpReputationList/AWSManagedReconnaissanceList", "block"),
        ("AWSManagedRulesAnonymousIpList/HostingProviderIPList", "block"),
    ],
)
def test_rules_act_as_aws_lists_them(hit: str, action: str) -> None:
    decision = decide(acl(group(hit.partition("/")[0])), Request(hits=[hit]))
    assert decision.action == action
    assert (decision.counted != ()) is (action == "allow")


def test_scope_down_keeps_a_group_from_what_is_outside() -> None:
    web_acl = acl(group(COMMON, scopeDownStatement=bytes_("STARTS_WITH", "/api")))
    labels = {COMMON: ["awswaf:managed:aws:core-rule-set:x"]}
    outside = decide(web_acl, Request(path="/", hits=[COMMON], managed_labels=labels))
    assert outside == Decision("allow", "", (), frozenset())
    inside = decide(web_acl, Request(path="/api", hits=[COMMON], managed_labels=labels))
    assert inside == Decision("block", "rule-0", (), frozenset(labels[COMMON]))


# --- Configured groups: WAFV2 API Reference, `ManagedRuleGroupConfig` ---


COMMON_LEVEL = [{"awsManagedRulesBotControlRuleSet": {"inspectionLevel": "COMMON"}}]


@pytest.mark.parametrize(
    ("config", "rule_", "action"),
    [
        ({"inspectionLevel": "COMMON"}, "CategorySeo", "block"),
        ({"inspectionLevel": "COMMON"}, "TGT_VolumetricSession", "allow"),
        ({"inspectionLevel": "TARGETED"}, "TGT_VolumetricSession", "captcha"),
        ({"inspectionLevel": "TARGETED"}, "TGT_VolumetricIpTokenAbsent", "challenge"),
        ({"inspectionLevel": "TARGETED"}, "TGT_ML_CoordinatedActivityHigh", "captcha"),
        (
            {"inspectionLevel": "TARGETED", "enableMachineLearning": False},
            "TGT_ML_CoordinatedActivityHigh",
            "allow",
        ),
        (
            {"inspectionLevel": "TARGETED", "enableMachineLearning": False},
            "TGT_VolumetricSession",
            "captcha",
        ),
    ],
)
def test_bot_control_evaluates_its_level(config: Statement, rule_: str, action: str) -> None:
    configs = [{"awsManagedRulesBotControlRuleSet": config}]
    web_acl = acl(group(BOTS, managedRuleGroupConfigs=configs))
    assert decide(web_acl, Request(hits=[f"{BOTS}/{rule_}"])).action == action


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        # API Reference, `AWSManagedRulesATPRuleSet`: the paths of its own example.
        ("POST", "/web/login", "block"),
        ("POST", "/web/login/", "block"),
        ("POST", "/web/loginPage", "block"),
        ("POST", "/web/login/thisPage", "block"),
        ("POST", "/home/web/login", "allow"),
        ("POST", "/website/login", "allow"),
        ("GET", "/web/login", "allow"),
    ],
)
def test_account_takeover_inspects_log_ins_only(method: str, path: str, action: str) -> None:
    name = "AWSManagedRulesATPRuleSet"
    configs = [{"awsManagedRulesAtpRuleSet": {"loginPath": "/web/login"}}]
    web_acl = acl(group(name, managedRuleGroupConfigs=configs))
    assert decide(web_acl, Request(method=method, path=path, hits=[name])).action == action


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("GET", "/join", "challenge"),
        ("POST", "/api/accounts", "challenge"),
        ("POST", "/join", "allow"),
        ("GET", "/other", "allow"),
        ("PUT", "/api/accounts", "allow"),
    ],
)
def test_account_creation_inspects_its_pages_only(method: str, path: str, action: str) -> None:
    name = "AWSManagedRulesACFPRuleSet"
    config = {"registrationPagePath": "/join", "creationPath": "/api/accounts"}
    configs = [{"awsManagedRulesAcfpRuleSet": config}]
    web_acl = acl(group(name, managedRuleGroupConfigs=configs))
    request = Request(method=method, path=path, hits=[f"{name}/AllRequests"])
    assert decide(web_acl, request).action == action


@pytest.mark.parametrize(("usage", "action"), [("ENABLED", "challenge"), ("DISABLED", "allow")])
def test_anti_ddos_challenges_where_it_may(usage: str, action: str) -> None:
    name = "AWSManagedRulesAntiDDoSRuleSet"
    challenge = {"clientSideActionConfig": {"challenge": {"usageOfAction": usage}}}
    configs = [{"awsManagedRulesAntiDdosRuleSet": challenge}]
    web_acl = acl(group(name, managedRuleGroupConfigs=configs))
    for hit in ("ChallengeAllDuringEvent", "ChallengeDDoSRequests"):
        assert decide(web_acl, Request(hits=[f"{name}/{hit}"])).action == action
    assert decide(web_acl, Request(hits=[f"{name}/DDoSRequests"])).action == "block"


# --- Nothing passes for a lack of a match ---


def field(kind: str) -> Statement:
    return bytes_("CONTAINS", "a", {kind: {}})


MISSING_SIZE: Statement = {
    "sizeConstraintStatement": {
        "comparisonOperator": "LT",
        "size": 9,
        "fieldToMatch": {"singleHeader": {"name": "x"}},
        "textTransformations": NONE,
    }
}
UNSUPPORTED: dict[str, Statement] = {
    **{
        kind: {kind: {}}
        for kind in (
            "asnMatchStatement",
            "regexMatchStatement",
            "regexPatternSetReferenceStatement",
            "ruleGroupReferenceStatement",
            "sqliMatchStatement",
            "xssMatchStatement",
            "madeUpStatement",
        )
    },
    "nested rate": {"notStatement": {"statement": rate(1)}},
    "body": field("body"),
    "headers": field("headers"),
    "cookies": field("cookies"),
    "jsonBody": field("jsonBody"),
    "transformation": bytes_("CONTAINS", "a", URI, "HTML_ENTITY_DECODE"),
    "plus": bytes_("CONTAINS", "a", {"queryString": {}}, "URL_DECODE"),
    "argument twice": bytes_("CONTAINS", "a", {"singleQueryArgument": {"name": "k"}}),
    "size of nothing": MISSING_SIZE,
    "aggregation": rate(1, "ASN"),
    "key": keys({"asn": {}}, {"ip": {}}),
    "fingerprint": keys({"ja3Fingerprint": {"fallbackBehavior": "MATCH"}}),
    "argument twice as key": keys({"queryArgument": {"name": "k", "textTransformations": NONE}}),
}


@pytest.mark.parametrize("case", UNSUPPORTED)
def test_what_is_not_modelled_is_refused(case: str) -> None:
    with pytest.raises(NotImplementedError):
        matches(UNSUPPORTED[case], query="k=1+1&k=2")


def test_more_that_is_not_modelled() -> None:
    with pytest.raises(NotImplementedError, match="ruleJson"):
        decide({**acl(), "ruleJson": "[]"})
    with pytest.raises(NotImplementedError, match="not AWS's"):
        decide(acl(group("Theirs", vendorName="Vendor")))
    with pytest.raises(NotImplementedError, match="empty query string"):
        blocked(keys({"queryString": {"textTransformations": NONE}}), [Request()])
    marks = rule("marks", 0, "count", ALWAYS, "team:a", "team:b")
    with pytest.raises(NotImplementedError, match="several labels"):
        blocked(keys({"labelNamespace": {"namespace": "team:"}}), [Request()], marks)
    with pytest.raises(NotImplementedError, match="monetize"):
        decide(acl(rule("it", 0, "monetize", ALWAYS)))
    overridden = acl(group(SQLI, ruleActionOverrides=override(SQLi_BODY="monetize")))
    with pytest.raises(NotImplementedError, match="monetize"):
        decide(overridden, Request(hits=[f"{SQLI}/SQLi_BODY"]))


@pytest.mark.parametrize(
    ("web_acl", "message"),
    [
        (acl(rule("a", 1, "block", ALWAYS), rule("b", 1, "block", ALWAYS)), "the same priority"),
        (acl(rule("a", 1, "block", ALWAYS), rule("a", 2, "block", ALWAYS)), "the same name"),
        (acl(rule("a", 1, "block", {**ALWAYS, **among()})), "one is wanted of"),
        (acl(rule("a", 1, "block", {})), "one is wanted of: nothing"),
        (acl({**rule("a", 1, "block", ALWAYS), "action": {}}), "one is wanted of: nothing"),
        (acl({**rule("a", 1, "block", ALWAYS), "overrideAction": {"none": {}}}), "no rule group"),
        (acl(group(SQLI, override="block")), "no override action"),
        (acl(default="count"), "no default action"),
        (acl(rule("a", 1, "block", rate(1, evaluationWindowSec=90))), "no evaluation window"),
        (acl(rule("a", 1, "block", bytes_("MIDDLE", "a"))), "no positional constraint"),
        (acl(rule("a", 1, "block", bytes_("CONTAINS_WORD", "a-b"))), "a word has letters"),
        (acl(rule("a", 1, "block", label("a", "NAME"))), "no scope of labels"),
    ],
)
def test_what_aws_would_refuse_is_refused(web_acl: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decide(web_acl)


@pytest.mark.parametrize(
    ("requests", "message"),
    [
        ([Request(hits=["AWSManagedRulesSqliRuleSet"])], "no managed rule group of AWS"),
        ([Request(hits=[f"{SQLI}/SQLI_BODY"])], "'SQLI_BODY' is no rule of"),
        ([Request(at=2), Request(at=1)], "comes before the one before"),
    ],
)
def test_requests_that_could_prove_nothing_are_refused(
    requests: list[Request], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate(acl(group(SQLI)), {}, requests)
