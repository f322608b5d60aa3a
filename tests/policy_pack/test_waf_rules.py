"""What the rules about web ACLs do that examples cannot show: days, joins, secrets, settings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast

import pulumi_aws
import pytest

from policy_pack import configuration
from policy_pack.aws import (
    BUCKET_ENCRYPTIONS,
    BUCKET_LIFECYCLES,
    BUCKETS,
    DELIVERY_STREAMS,
    KEYS,
    LOG_GROUPS,
)
from policy_pack.catalog import rules
from policy_pack.endpoints import FIREWALL_POLICIES, WEB_ACLS
from policy_pack.report import state
from policy_pack.rule import UNKNOWN, Resource, Stack, Verdict, fsbp
from policy_pack.testing import JudgeProgram
from policy_pack.waf import (
    LOGGING_CONFIGURATIONS,
    RULE_GROUP_ASSOCIATIONS,
    RULE_GROUPS,
    WEB_ACL_RULES,
)
from secure_components import WebApplicationFirewall, WebApplicationFirewallArgs
from tests.policy_pack.strategies import Sent, diagnostics, serve

RULES: Final = {rule.id: rule for rule in rules()}
ACL, GROUP, PART, ADDED = (
    WEB_ACLS[0],
    RULE_GROUPS[0],
    WEB_ACL_RULES[0],
    RULE_GROUP_ASSOCIATIONS[0],
)
LOGS, POLICY = LOGGING_CONFIGURATIONS[0], FIREWALL_POLICIES[0]
TODAY: Final = date(2027, 1, 1)
TAG: Final = "waf:count-until"
SQLI: Final = "AWSManagedRulesSQLiRuleSet"
RATE: Final = {"limit": 2000, "aggregateKeyType": "IP"}
LISTED: Final = {"ipSetReferenceStatement": {"arn": "arn:list"}}
ANYONE: Final = {"byteMatchStatement": {"searchString": "x"}}


def made(
    type_: str,
    name: str,
    sources: Mapping[str, Sequence[Resource]] | None = None,
    /,
    **properties: Any,
) -> Resource:
    """Make a resource whose properties are made of others, as the engine tells a whole stack."""
    urns = {key: [one.urn for one in made_of] for key, made_of in (sources or {}).items()}
    urn = f"urn:pulumi:dev::project::a:b:Component${type_}::{name}"
    return Resource(type_, name, urn, properties, urns)


def rate(action: str = "block", name: str = "rate", **changes: Any) -> dict[str, Any]:
    statement = {"rateBasedStatement": {**RATE, **changes}}
    return {"name": name, "priority": 0, "statement": statement, "action": {action: {}}}


def managed(name: str, scope: object = None, vendor: str = "AWS") -> dict[str, Any]:
    group = {"vendorName": vendor, "name": name, "scopeDownStatement": scope}
    statement = {"managedRuleGroupStatement": group}
    return {"name": name, "priority": 0, "statement": statement, "overrideAction": {"none": {}}}


def runs(arn: object, override: str = "none") -> dict[str, Any]:
    statement = {"ruleGroupReferenceStatement": {"arn": arn}}
    return {"name": "runs", "priority": 1, "statement": statement, "overrideAction": {override: {}}}


def judge(
    rule: str, judged: Resource, *others: Resource, today: date = TODAY, **settings: Any
) -> Verdict:
    verdict = RULES[rule].judge(judged, Stack([judged, *others], today), settings)
    assert not verdict.failure, verdict
    return verdict


def told(rule: str, judged: Resource, *others: Resource, **more: Any) -> str:
    """Return a rule's verdict of the first resource, in a word."""
    verdict = judge(rule, judged, *others, **more)
    if verdict.findings:
        return "found"
    return "undecided" if verdict.undecided else "passed"


def reasons(rule: str, judged: Resource, *others: Resource, **more: Any) -> list[str]:
    return [one.reason for one in judge(rule, judged, *others, **more).findings]


# --- Days ---


@pytest.mark.parametrize(
    ("today", "verdict"),
    [
        (date(2027, 1, 31), "passed"),
        (date(2027, 2, 1), "found"),
        (date(2026, 11, 2), "passed"),
        (date(2026, 11, 1), "found"),
    ],
    ids=["last day", "day after", "90 days before", "91 days before"],
)
def test_rollout_is_from_90_days_before_its_day_to_that_day(today: date, verdict: str) -> None:
    acl = made(ACL, "acl", rules=[rate("count")], tags={TAG: "2027-01-31"})
    assert told("waf-not-counting", acl, today=today) == verdict
    assert told("waf-rate-limit", acl, today=today) == verdict
    counting = "found" if verdict == "passed" else "passed"
    assert told("waf-counting", acl, today=today) == counting


def test_longest_rollout_is_a_setting() -> None:
    acl = made(ACL, "acl", rules=[rate("count")], tags={TAG: "2027-01-31"})
    assert told("waf-not-counting", acl, days=30) == "passed"
    assert reasons("waf-not-counting", acl, days=29) == [
        "The tag waf:count-until is more than 29 days ahead.",
        "'rate' lets through whatever it finds.",
    ]
    assert told("waf-counting", acl, days=29) == "passed"


@pytest.mark.parametrize(
    "day", ["2027-02-30", "2027-1-31", "20270131", "2027-W04-7", "later", "2027-01-31T00:00", 7, []]
)
def test_tag_that_is_no_day_is_found_with_what_counts(day: object) -> None:
    acl = made(ACL, "acl", rules=[rate("count")], tags={TAG: day})
    assert reasons("waf-not-counting", acl) == [
        "'tags.waf:count-until' of 'acl' is not a day, as 2027-01-31, so it cannot be judged.",
        "'rate' lets through whatever it finds.",
    ]
    still = made(ACL, "acl", rules=[rate()], tags={TAG: day})
    assert len(reasons("waf-not-counting", still)) == 1


def program_that_counts() -> None:
    pulumi_aws.wafv2.WebAcl(
        "acl",
        scope="REGIONAL",
        default_action={"allow": {}},
        visibility_config={
            "cloudwatch_metrics_enabled": True,
            "metric_name": "acl",
            "sampled_requests_enabled": True,
        },
        rules=[
            {
                "name": "rate",
                "priority": 0,
                "action": {"count": {}},
                "statement": {"rate_based_statement": {"limit": 100, "aggregate_key_type": "IP"}},
                "visibility_config": {
                    "cloudwatch_metrics_enabled": True,
                    "metric_name": "rate",
                    "sampled_requests_enabled": True,
                },
            }
        ],
        tags={TAG: "2040-01-31"},
    )


@pytest.mark.parametrize(("today", "blocked"), [("2040-01-01", False), ("2040-02-01", True)])
def test_day_is_that_of_the_run_in_each_way_to_run_the_pack(
    judge_program: JudgeProgram,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    today: str,
    blocked: bool,
) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.fromisoformat(today).replace(tzinfo=tz)

    monkeypatch.setattr(configuration, "datetime", Clock)
    alone = [RULES["waf-not-counting"]]

    properties = {"rules": [rate("count")], "tags": {TAG: "2040-01-31"}}
    assert bool(diagnostics(serve(alone), [Sent(ACL, "acl", properties)])) is blocked

    found = {one.rule.id for one in judge_program(program_that_counts).findings}
    assert ("waf-not-counting" in found) is blocked

    urn = f"urn:pulumi:dev::project::{ACL}::acl"
    resource = {"urn": urn, "type": ACL, "custom": True, "id": "x", "outputs": properties}
    file = tmp_path / "state.json"
    deployment = {"resources": [{**resource, "inputs": properties}]}
    file.write_text(json.dumps({"version": 3, "deployment": deployment}))
    assert state.run(alone, str(file), None, {}) == int(blocked)


def test_real_day_is_that_of_utc() -> None:
    assert abs(Stack([]).today - datetime.now(UTC).date()) <= timedelta(days=1)


# --- Whose day it is ---


def test_each_web_acl_has_its_own_day() -> None:
    first = made(ACL, "first", id=UNKNOWN, tags={TAG: "2027-01-31"})
    second = made(ACL, "second", id=UNKNOWN)
    for part, verdict in (
        (made(PART, "p", {"webAclArn": [first]}, webAclArn=UNKNOWN, **rate("count")), "passed"),
        (made(PART, "p", {"webAclArn": [second]}, webAclArn=UNKNOWN, **rate("count")), "found"),
        (made(PART, "p", webAclArn="arn:elsewhere", **rate("count")), "found"),
        (made(PART, "p", webAclArn=UNKNOWN, **rate("count")), "undecided"),
        (
            made(PART, "p", {"webAclArn": [first, second]}, webAclArn=UNKNOWN, **rate("count")),
            "undecided",
        ),
    ):
        assert told("waf-not-counting", part, first, second) == verdict


def test_rule_group_counts_as_long_as_all_that_run_it_may() -> None:
    group = made(GROUP, "group", id=UNKNOWN, rules=[rate("count")])
    tags = {TAG: "2027-01-31"}

    def acl(name: str, *made_of: Resource, **more: Any) -> Resource:
        return made(ACL, name, {"rules": made_of}, rules=[runs(UNKNOWN)], **more)

    soon = acl("soon", group, tags={TAG: "2027-01-15"})
    assert told("waf-not-counting", group) == "found"
    assert told("waf-not-counting", group, acl("a", group, tags=tags)) == "passed"
    assert told("waf-not-counting", group, acl("a", group, tags=tags), acl("b", group)) == "found"
    assert told("waf-not-counting", group, acl("a", tags=tags)) == "undecided"
    assert told("waf-not-counting", group, acl("a"), acl("b", group)) == "found"
    assert reasons("waf-counting", group, acl("a", group, tags=tags), soon) == [
        "'rate' lets through whatever it finds, until 2027-01-15."
    ]
    own = made(GROUP, "own", id=UNKNOWN, rules=[rate("count")], tags=tags)
    assert told("waf-not-counting", own, acl("b", own)) == "passed"


def test_rule_group_of_a_policy_has_the_policys_day_at_preview_and_after() -> None:
    arn = "arn:aws:wafv2:eu-west-1:123456789012:regional/rulegroup/own/1"
    tags = {TAG: "2027-01-31"}
    new, old = (made(GROUP, "g", arn=one, rules=[rate("count")]) for one in (UNKNOWN, arn))
    groups = [{"ruleGroupArn": arn, "overrideAction": {"type": "NONE"}}]
    text = json.dumps({"type": "WAFV2", "preProcessRuleGroups": groups})

    def policy(data: object, *made_of: Resource, **more: Any) -> Resource:
        whole = {"type": "WAFV2", "managedServiceData": data}
        sources = {"securityServicePolicyData": made_of}
        return made(POLICY, "p", sources, securityServicePolicyData=whole, **more)

    assert told("waf-not-counting", new, policy(UNKNOWN, new, tags=tags)) == "passed"
    assert told("waf-not-counting", new, policy(UNKNOWN, new)) == "found"
    assert told("waf-not-counting", new, policy(UNKNOWN, made(ACL, "x"), tags=tags)) == "found"
    assert told("waf-not-counting", new, policy(UNKNOWN, tags=tags)) == "undecided"
    assert told("waf-not-counting", old, policy(text, tags=tags)) == "passed"
    assert told("waf-not-counting", old, policy(text)) == "found"
    assert told("waf-rate-limit", policy(text), made(GROUP, "g", arn=arn, rules=[rate()])) == (
        "passed"
    )
    assert told("waf-rate-limit", policy(text, tags=tags), old) == "passed"
    assert told("waf-rate-limit", policy(text), old) == "found"


# --- Labels ---


def labels(label: str, statement: object = None) -> dict[str, Any]:
    matched = {"geoMatchStatement": {"countryCodes": ["XX"]}} if statement is None else statement
    rule = {"name": "labels", "priority": 0, "statement": matched, "action": {"count": {}}}
    return rule | {"ruleLabels": [{"name": "other"}, {"name": label}]}


def match(key: object, scope: str = "LABEL") -> dict[str, Any]:
    return {"labelMatchStatement": {"scope": scope, "key": key}}


def acts(statement: object, priority: object = 1) -> dict[str, Any]:
    acts = {"name": "acts", "priority": priority, "action": {"block": {}}}
    return acts | {"statement": statement}


@pytest.mark.parametrize(
    ("key", "scope", "verdict"),
    [
        ("a:b:c", "LABEL", "passed"),
        ("b:c", "LABEL", "passed"),
        ("c", "LABEL", "passed"),
        ("awswaf:123456789012:webacl:site:a:b:c", "LABEL", "passed"),
        ("a:b", "LABEL", "found"),
        ("xc", "LABEL", "found"),
        (":b:c:", "LABEL", "found"),
        ("", "LABEL", "found"),
        ("awswaf:123456789012:webacl:site:b:d", "LABEL", "found"),
        ("awswaf:managed:aws:core-rule-set:NoUserAgent_Header", "LABEL", "found"),
        ("a:", "NAMESPACE", "passed"),
        ("a:b:", "NAMESPACE", "passed"),
        ("b", "NAMESPACE", "passed"),
        ("awswaf:123456789012:webacl:site:a:", "NAMESPACE", "passed"),
        ("c", "NAMESPACE", "found"),
        ("a:b:c:", "NAMESPACE", "found"),
        ("awswaf:123456789012:webacl:site:z:", "NAMESPACE", "found"),
        (UNKNOWN, "LABEL", "undecided"),
    ],
)
def test_rule_may_count_for_a_label_that_a_later_one_looks_at(
    key: object, scope: str, verdict: str
) -> None:
    looks = match(key, scope)
    for statement in (
        looks,
        {"notStatement": {"statement": looks}},
        {"andStatement": {"statements": [{"geoMatchStatement": {}}, looks]}},
        {
            "managedRuleGroupStatement": {
                "name": "x",
                "vendorName": "y",
                "scopeDownStatement": looks,
            }
        },
    ):
        acl = made(ACL, "acl", rules=[labels("a:b:c"), acts(statement)])
        found = judge("waf-not-counting", acl)
        assert [one.name for one in found.findings if one.name == "labels"] == (
            ["labels"] if verdict == "found" else []
        )
        assert bool(found.undecided) is (verdict == "undecided")


def test_label_counts_where_a_rate_is_counted_by_it() -> None:
    for namespace, verdict in (("a:b", "passed"), ("z", "found")):
        keys = [{"labelNamespace": {"namespace": namespace}}]
        by_label = rate(aggregateKeyType="CUSTOM_KEYS", customKeys=keys, name="by-label")
        acl = made(ACL, "acl", rules=[labels("a:b:c"), by_label | {"priority": 1}])
        assert told("waf-not-counting", acl) == verdict


@pytest.mark.parametrize(
    ("priority", "verdict"), [(1, "passed"), (0, "found"), (-1, "found"), (UNKNOWN, "undecided")]
)
def test_label_is_seen_by_later_rules_alone(priority: object, verdict: str) -> None:
    acl = made(ACL, "acl", rules=[labels("vip"), acts(match("vip"), priority)])
    assert told("waf-not-counting", acl) == verdict


def test_label_of_a_part_is_seen_in_its_web_acl_and_in_no_other() -> None:
    acl = made(ACL, "acl", id="acl-id", rules=[acts(match("vip"))])
    other = made(ACL, "other", id="other-id")
    part = made(PART, "part", webAclArn="acl-id", **labels("vip"))
    stray = made(PART, "stray", webAclArn="other-id", **labels("vip"))
    assert told("waf-not-counting", part, acl, other, stray) == "passed"
    assert told("waf-not-counting", stray, acl, other, part) == "found"


def test_rule_that_counts_itself_for_good_is_no_use_of_a_label() -> None:
    acl = made(ACL, "acl", rules=[labels("vip"), acts(match("vip")) | {"action": {"count": {}}}])
    assert [one.name for one in judge("waf-not-counting", acl).findings] == ["acts"]


def test_label_of_a_rule_group_needs_its_full_name_after_the_group() -> None:
    within = made(GROUP, "group", id="group-id", rules=[labels("vip"), acts(match("vip"))])
    assert told("waf-not-counting", within) == "passed"
    group = made(GROUP, "group", id="group-id", rules=[labels("vip")])
    full = match("awswaf:123456789012:rulegroup:vips:vip")
    for statement, priority, verdict in (
        (full, 2, "passed"),
        (full, 0, "found"),
        (match("vip"), 2, "found"),
    ):
        earlier = acts(ANYONE, -1) | {"name": "earlier"}
        acl = made(ACL, "acl", rules=[earlier, runs("group-id"), acts(statement, priority)])
        assert told("waf-not-counting", group, acl) == verdict
    stray = made(ACL, "acl", rules=[acts(full, 2)])
    assert told("waf-not-counting", group, stray) == "found"


def test_labels_that_are_not_known_leave_it_open() -> None:
    unnamed = labels("x") | {"ruleLabels": [{"name": UNKNOWN}]}
    acl = made(ACL, "acl", rules=[unnamed, acts(match("vip"))])
    assert told("waf-not-counting", acl) == "undecided"
    more = made(ACL, "acl", rules=[labels("vip")], ruleJson=UNKNOWN)
    assert told("waf-not-counting", more) == "undecided"


# --- Managed rules and rate limits ---


def wanted(*left_out: str) -> list[dict[str, Any]]:
    groups = RULES["waf-managed-rules"].settings["groups"].default
    return [managed(name) for name in groups if name not in left_out]


def test_group_of_another_vendor_is_not_that_of_aws() -> None:
    other = managed(SQLI, vendor="Other")
    acl = made(ACL, "acl", rules=[*wanted(SQLI), other])
    assert reasons("waf-managed-rules", acl) == [f"No rule runs {SQLI}."]


@pytest.mark.parametrize("type_", [PART, ADDED])
def test_group_that_a_part_adds_is_of_its_web_acl_alone(type_: str) -> None:
    first, second = (made(ACL, name, id=UNKNOWN, rules=wanted(SQLI)) for name in ("one", "two"))
    own = managed(SQLI)
    properties = own if type_ == PART else {"managedRuleGroup": {"vendorName": "AWS", "name": SQLI}}
    part = made(type_, "part", {"webAclArn": [first]}, webAclArn=UNKNOWN, **properties)
    assert told("waf-managed-rules", first, second, part) == "passed"
    assert told("waf-managed-rules", second, first, part) == "found"


def test_each_missing_group_is_told_by_itself() -> None:
    findings = judge("waf-managed-rules", made(ACL, "acl")).findings
    assert [one.name for one in findings] == RULES["waf-managed-rules"].settings["groups"].default


def test_value_that_leaves_all_groups_open_is_told_once() -> None:
    verdict = judge("waf-managed-rules", made(ACL, "acl", rules=UNKNOWN))
    assert [one.property for one in verdict.undecided] == ["rules"]


def test_wanted_groups_are_a_setting() -> None:
    acl = made(ACL, "acl", rules=[managed(SQLI)])
    assert told("waf-managed-rules", acl, groups=[SQLI]) == "passed"
    assert reasons("waf-managed-rules", acl, groups=[SQLI, "AWSManagedRulesPHPRuleSet"]) == [
        "No rule runs AWSManagedRulesPHPRuleSet."
    ]


def test_fewer_groups_serve_fewer_controls() -> None:
    rule = RULES["waf-managed-rules"]
    owasp = {one.id for one in rule.served() if one.framework == "OWASP"}
    assert owasp == {"A01:2021", "A03:2021", "A05:2021", "A06:2021", "A08:2021", "A10:2021"}
    fewer = {one.id for one in rule.served({"groups": [SQLI]}) if one.framework == "OWASP"}
    assert fewer == set()


def negated(statement: object) -> dict[str, Any]:
    return {"notStatement": {"statement": statement}}


@pytest.mark.parametrize(
    ("scope", "givers", "verdict"),
    [
        (negated(match("home")), [labels("home", LISTED)], "passed"),
        (negated(match("home")), [labels("home", {"orStatement": {"statements": []}})], "found"),
        (negated(match("home")), [labels("home", LISTED), labels("at:home", ANYONE)], "found"),
        (negated(match("home")), [labels("home", negated(LISTED))], "found"),
        (negated(match("home")), [labels("office", LISTED)], "found"),
        (negated(match("at:", "NAMESPACE")), [labels("at:home", LISTED)], "passed"),
        (match("home"), [labels("home", LISTED)], "found"),
        (negated(negated(LISTED)), [], "found"),
        ({"andStatement": {"statements": [negated(LISTED), ANYONE]}}, [], "found"),
        ({"orStatement": {"statements": [negated(LISTED), ANYONE]}}, [], "found"),
        (negated(match("awswaf:managed:aws:bot-control:bot:verified")), [], "found"),
        (negated(match(UNKNOWN)), [labels("home", LISTED)], "undecided"),
        (negated(match("home")), [labels("home", UNKNOWN)], "undecided"),
        ({"notStatement": UNKNOWN}, [], "undecided"),
        ({"notStatement": {}}, [], "found"),
        ({"orStatement": {"statements": [LISTED]}}, [], "found"),
        (["nonsense"], [], "found"),
    ],
)
def test_only_listed_addresses_may_be_left_out(
    scope: object, givers: list[dict[str, Any]], verdict: str
) -> None:
    narrowed = "AWSManagedRulesAmazonIpReputationList"
    group = made(ACL, "acl", rules=[*givers, *wanted(narrowed), managed(narrowed, scope)])
    assert told("waf-managed-rules", group) == verdict
    limit = made(ACL, "acl", rules=[*givers, rate(scopeDownStatement=scope)])
    assert told("waf-rate-limit", limit) == verdict
    attacks = made(ACL, "acl", rules=[*givers, *wanted(SQLI), managed(SQLI, scope)])
    assert told("waf-managed-rules", attacks) != "passed"


def test_rule_that_is_not_seen_may_give_the_label_to_anyone() -> None:
    limit = rate(scopeDownStatement=negated(match("home")))
    listed = [labels("home", LISTED), limit]
    assert told("waf-rate-limit", made(ACL, "acl", rules=listed)) == "passed"
    assert told("waf-rate-limit", made(ACL, "acl", rules=listed, ruleJson=UNKNOWN)) == "undecided"
    assert told("waf-rate-limit", made(ACL, "acl", rules=listed, ruleJson="no list")) == "found"


def test_limit_is_a_setting() -> None:
    acl = made(ACL, "acl", rules=[rate(limit=100, evaluationWindowSec=60)])
    assert told("waf-rate-limit", acl, requests_in_five_minutes=500) == "passed"
    assert reasons("waf-rate-limit", acl, requests_in_five_minutes=499) == [
        "No rule keeps every address to 499 requests in five minutes."
    ]


def test_which_of_two_rule_groups_runs_is_open_at_a_preview() -> None:
    limits = made(GROUP, "limits", id=UNKNOWN, rules=[rate()])
    others = made(GROUP, "others", id=UNKNOWN, rules=[acts(ANYONE)])
    alike = made(GROUP, "alike", id=UNKNOWN, rules=[rate(limit=100)])

    def acl(*made_of: Resource, override: str = "none") -> Resource:
        return made(ACL, "acl", {"rules": made_of}, rules=[runs(UNKNOWN, override)])

    stack = (limits, others, alike)
    assert told("waf-rate-limit", acl(limits), *stack) == "passed"
    assert told("waf-rate-limit", acl(others), *stack) == "found"
    assert told("waf-rate-limit", acl(limits, others), *stack) == "undecided"
    assert told("waf-rate-limit", acl(limits, alike), *stack) == "passed"
    assert told("waf-rate-limit", acl(limits, alike, override="count"), *stack) == "found"


@pytest.mark.parametrize("value", [None, True, "many", [2000], {"a": 1}])
def test_limit_that_is_no_number_is_none(value: object) -> None:
    assert told("waf-rate-limit", made(ACL, "acl", rules=[rate(limit=value)])) == "found"


# --- Logs ---

GROUP_ARN: Final = "arn:aws:logs:eu-west-1:123456789012:log-group:aws-waf-logs-site"
BUCKET_ARN: Final = "arn:aws:s3:::aws-waf-logs-site"
STREAM_ARN: Final = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/aws-waf-logs-site"
KEEP_BLOCKED: Final = {
    "defaultBehavior": "DROP",
    "filters": [
        {
            "behavior": "KEEP",
            "requirement": "MEETS_ANY",
            "conditions": [{"actionCondition": {"action": "BLOCK"}}],
        }
    ],
}


def test_each_web_acl_needs_a_logging_configuration_of_its_own() -> None:
    for known in (True, False):
        first, second = (
            made(ACL, name, id=UNKNOWN, arn=f"arn:{name}" if known else UNKNOWN)
            for name in ("first", "second")
        )
        arn = "arn:first" if known else UNKNOWN
        logs = made(LOGS, "logs", {"resourceArn": [first]}, resourceArn=arn)
        assert told("waf-logging", first, second, logs) == "passed"
        assert told("waf-logging", second, first, logs) == "found"
    stray = made(LOGS, "logs", resourceArn="arn:of-another-stack")
    assert told("waf-logging", made(ACL, "acl", arn="arn:acl"), stray) == "found"
    unknown = made(LOGS, "logs", resourceArn=UNKNOWN)
    assert told("waf-logging", made(ACL, "acl", arn=UNKNOWN), unknown) == "undecided"


def test_each_of_several_logging_configurations_is_judged() -> None:
    """AWS keeps the one that was put last, and nothing tells which that is."""
    acl = made(ACL, "acl", arn="arn:acl")
    right = made(LOGS, "a", resourceArn="arn:acl", logDestinationConfigs=[GROUP_ARN])
    wrong = made(
        LOGS,
        "b",
        resourceArn="arn:acl",
        logDestinationConfigs=[GROUP_ARN],
        loggingFilter=KEEP_BLOCKED,
    )
    assert told("waf-logging", acl, right, wrong) == "passed"
    assert told("waf-logging", right, acl, wrong) == "passed"
    assert reasons("waf-logging", wrong, acl, right) == [
        "What was asked for a captcha is not logged.",
        "What was challenged is not logged.",
        "What was counted is not logged.",
        "What was counted by an override is not logged.",
    ]


def test_label_condition_keeps_nothing_for_sure() -> None:
    labelled = [
        {"actionCondition": {"action": "BLOCK"}},
        {"labelNameCondition": {"labelName": "awswaf:managed:aws:x"}},
    ]
    for requirement, kept in (("MEETS_ANY", True), ("MEETS_ALL", False), (None, False)):
        one = {"behavior": "KEEP", "requirement": requirement, "conditions": labelled}
        filters = {"defaultBehavior": "DROP", "filters": [one]}
        logs = made(LOGS, "logs", logDestinationConfigs=[GROUP_ARN], loggingFilter=filters)
        lost = "What was blocked is not logged." in reasons("waf-logging", logs)
        assert lost is not kept


def entry(*headers: str) -> dict[str, Any]:
    field = {"fieldType": "SINGLE_HEADER", "fieldKeys": list(headers)}
    return {"action": "SUBSTITUTION", "field": field}


def test_header_is_hidden_by_the_web_acl_that_is_logged_alone() -> None:
    protection = {"dataProtections": [entry("Authorization", "Cookie")]}
    acl = made(ACL, "acl", arn=UNKNOWN, dataProtectionConfig=protection)
    bare = made(ACL, "bare", arn=UNKNOWN)
    for web_acl, verdict in ((acl, "passed"), (bare, "found")):
        logs = made(
            LOGS,
            "logs",
            {"resourceArn": [web_acl]},
            resourceArn=UNKNOWN,
            redactedFields=[{"queryString": {}}],
        )
        assert told("waf-log-redaction", logs, acl, bare) == verdict


@pytest.mark.parametrize("rule", ["waf-log-redaction", "waf-data-protection"])
def test_further_headers_are_a_setting(rule: str) -> None:
    fields = ["authorization", "cookie", "X-Api-Key"]
    whole = ("BODY", "QUERY_STRING")
    protections = [{"action": "HASH", "field": {"fieldType": one}} for one in whole]
    judged = {
        "waf-log-redaction": made(
            LOGS,
            "logs",
            redactedFields=[{"singleHeader": {"name": one}} for one in fields]
            + [{"queryString": {}}],
        ),
        "waf-data-protection": made(
            ACL,
            "acl",
            dataProtectionConfig={"dataProtections": [*protections, entry(*fields)]},
        ),
    }[rule]
    assert told(rule, judged, headers=["Authorization", "x-api-key"]) == "passed"
    (reason,) = reasons(rule, judged, headers=["X-Session"])
    assert "'x-session'" in reason


def test_policy_that_logs_nothing_has_nothing_to_redact() -> None:
    nothing: tuple[dict[str, Any] | None, ...] = (None, {})
    for logging in nothing:
        document = json.dumps({"type": "WAFV2", "loggingConfiguration": logging})
        data = {"type": "WAFV2", "managedServiceData": document}
        policy = made(POLICY, "policy", securityServicePolicyData=data)
        assert told("waf-logging", policy) == "found"
        assert told("waf-log-redaction", policy) == "passed"
        assert told("waf-log-destination", policy) == "passed"


@pytest.mark.parametrize(
    ("arn", "verdict"),
    [
        (GROUP_ARN, "passed"),
        (f"{GROUP_ARN}:*", "passed"),
        (f"{BUCKET_ARN}/prefix", "passed"),
        (STREAM_ARN, "passed"),
        (GROUP_ARN.replace("aws:logs", "aws-cn:logs"), "passed"),
        (GROUP_ARN.replace("aws-waf-logs-", "my-aws-waf-logs-"), "found"),
        (f"{GROUP_ARN}:log-stream:x", "found"),
        ("arn:aws:s3:::site/aws-waf-logs-x", "found"),
        ("aws-waf-logs-site", "found"),
        (["arn"], "found"),
        (7, "found"),
    ],
)
def test_destination_is_read_from_its_arn(arn: object, verdict: str) -> None:
    assert told("waf-log-destination", made(LOGS, "logs", logDestinationConfigs=[arn])) == verdict


def test_destination_that_is_not_known_has_the_name_of_what_it_was_made_of() -> None:
    group = made(LOG_GROUPS[0], "group", arn=UNKNOWN, name="aws-waf-logs-site")
    other = made(LOG_GROUPS[0], "other", arn=UNKNOWN, name="site")
    stream = made(DELIVERY_STREAMS[0], "stream", arn=UNKNOWN, name="site")
    component = made("a:b:C", "component")

    def logs(*made_of: Resource) -> Resource:
        sources = {"logDestinationConfigs": made_of}
        return made(LOGS, "logs", sources, logDestinationConfigs=[UNKNOWN])

    stack = (group, other, stream, component)
    assert told("waf-log-destination", logs(group), *stack) == "passed"
    assert told("waf-log-destination", logs(other), *stack) == "found"
    assert told("waf-log-destination", logs(stream), *stack) == "found"
    for open_ in (logs(), logs(group, other), logs(component)):
        assert told("waf-log-destination", open_, *stack) == "undecided"


def encryption(bucket: Resource) -> Resource:
    default = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": UNKNOWN}
    rules = [{"applyServerSideEncryptionByDefault": default}]
    return made(BUCKET_ENCRYPTIONS[0], "e", {"bucket": [bucket]}, bucket=UNKNOWN, rules=rules)


def test_bucket_is_judged_if_logs_reach_it() -> None:
    """At a first preview, where nothing but what was made of what is known."""
    bucket = made(BUCKETS[0], "bucket", id=UNKNOWN, arn=UNKNOWN)
    other = made(BUCKETS[0], "other", id=UNKNOWN, arn=UNKNOWN)
    group = made(LOG_GROUPS[0], "group", id=UNKNOWN, arn=UNKNOWN)
    role = made("aws:iam/role:Role", "role", arn=UNKNOWN)
    stream = made(
        DELIVERY_STREAMS[0],
        "stream",
        {"extendedS3Configuration": [role, bucket]},
        arn=UNKNOWN,
        extendedS3Configuration={"bucketArn": UNKNOWN, "roleArn": UNKNOWN},
    )

    def logs(*made_of: Resource) -> Resource:
        sources = {"logDestinationConfigs": made_of}
        return made(LOGS, "logs", sources, logDestinationConfigs=[UNKNOWN])

    for source in (bucket, stream):
        stack = (logs(source), stream, group)
        assert told("waf-log-bucket", bucket, other, *stack) == "found"
        assert told("waf-log-bucket", bucket, other, *stack, encryption(bucket)) == "passed"
        assert told("waf-log-bucket", other, bucket, *stack) == "passed"
    assert told("waf-log-bucket", bucket, logs(group), group, stream) == "passed"
    assert told("waf-log-bucket", bucket, logs(), stream) == "undecided"
    for source, verdict in ((bucket, "found"), (stream, "found"), (role, "passed")):
        data = {"type": "WAFV2", "managedServiceData": UNKNOWN}
        made_of = {"securityServicePolicyData": [source]}
        policy = made(POLICY, "policy", made_of, securityServicePolicyData=data)
        assert told("waf-log-bucket", bucket, policy, stream, role) == verdict
    assert told("waf-log-bucket", bucket, other, logs(bucket, other)) == "undecided"


@pytest.mark.parametrize(
    ("arn", "reached"),
    [
        (BUCKET_ARN, True),
        (f"{BUCKET_ARN}/prefix", True),
        (f"{BUCKET_ARN}-2", False),
        (GROUP_ARN, False),
        (STREAM_ARN, True),
        (STREAM_ARN.replace("site", "other"), False),
        (None, False),
    ],
)
def test_bucket_is_known_by_name(arn: object, reached: bool) -> None:
    bucket = made(BUCKETS[0], "bucket", bucket="aws-waf-logs-site")
    for kind in ("extendedS3Configuration", "splunkConfiguration"):
        inner = {"bucketArn": BUCKET_ARN}
        delivery = inner if kind.startswith("extended") else {"s3Configuration": inner}
        stream = made(DELIVERY_STREAMS[0], "stream", name="aws-waf-logs-site", **{kind: delivery})
        logs = made(LOGS, "logs", logDestinationConfigs=[arn])
        assert (told("waf-log-bucket", bucket, logs, stream) == "found") is reached
    policy = made(
        POLICY,
        "policy",
        securityServicePolicyData={
            "type": "WAFV2",
            "managedServiceData": json.dumps(
                {"loggingConfiguration": {"logDestinationConfigs": [arn]}}
            ),
        },
    )
    assert (told("waf-log-bucket", bucket, policy, stream) == "found") is reached


def test_days_of_a_bucket_are_a_setting() -> None:
    bucket = made(BUCKETS[0], "b", bucket="aws-waf-logs-site", arn=BUCKET_ARN)
    rules = [{"status": "Enabled", "expiration": {"days": 90}}]
    lifecycle = made(BUCKET_LIFECYCLES[0], "l", bucket="aws-waf-logs-site", rules=rules)
    logs = made(LOGS, "logs", logDestinationConfigs=[BUCKET_ARN])
    default = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "key"}
    encrypted = made(
        BUCKET_ENCRYPTIONS[0],
        "e",
        bucket="aws-waf-logs-site",
        rules=[{"applyServerSideEncryptionByDefault": default}],
    )
    assert told("waf-log-bucket", bucket, lifecycle, logs, encrypted, days=90) == "passed"
    assert reasons("waf-log-bucket", bucket, lifecycle, logs, encrypted, days=91) == [
        "A lifecycle rule expires objects in less than 91 days."
    ]


# --- What is told ---


@pytest.mark.parametrize(
    ("rule", "rules_", "shown"),
    [
        ("waf-not-counting", [rate("count", name="hunter2")], "lets through"),
        ("waf-managed-rules", [managed(SQLI, ANYONE) | {"name": "hunter2"}], "leaves requests out"),
    ],
)
def test_secret_name_is_not_shown(rule: str, rules_: list[Any], shown: str) -> None:
    acl = made(ACL, "acl", rules=rules_)
    acl.secrets.add("hunter2")
    told_of = " ".join(reasons(rule, acl))
    assert shown in told_of
    assert "hunter2" not in told_of
    assert "[secret]" in told_of


def test_override_is_named_by_both_rules() -> None:
    group = managed(SQLI) | {"name": "sqli"}
    inner = group["statement"]["managedRuleGroupStatement"]
    inner["ruleActionOverrides"] = [
        {"name": "SQLi_BODY", "actionToUse": {"count": {}}},
        {"name": "SQLi_COOKIE", "actionToUse": {"allow": {}}},
        UNKNOWN,
    ]
    acl = made(ACL, "acl", rules=[group])
    for rule, name in (
        ("waf-not-counting", "sqli/SQLi_BODY"),
        ("waf-no-allow-override", "sqli/SQLi_COOKIE"),
    ):
        verdict = judge(rule, acl)
        assert [one.name for one in verdict.findings] == [name]
        assert verdict.undecided


def test_logging_serves_what_security_hub_asks() -> None:
    assert fsbp("WAF.11") in RULES["waf-logging"].served()


# --- Names ---

PROVIDER: Final = Path(pulumi_aws.__file__).parent


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("wafv2/web_acl", "dataProtectionConfig tags"),
        ("wafv2/rule_group", "tags"),
        ("wafv2/web_acl_logging_configuration", "resourceArn loggingFilter redactedFields"),
        ("wafv2/web_acl_logging_configuration", "logDestinationConfigs"),
        (
            "wafv2/outputs",
            "dataProtections fieldType fieldKeys excludeRuleMatchDetails excludeRateBasedDetails",
        ),
        ("wafv2/outputs", "queryString singleHeader defaultBehavior actionCondition actionToUse"),
        ("wafv2/outputs", "aggregateKeyType customKeys evaluationWindowSec forwardedIpConfig"),
        ("wafv2/outputs", "fallbackBehavior ipSetForwardedIpConfig labelNamespace"),
        ("wafv2/web_acl_rule", "ruleLabels webAclArn"),
        ("kinesis/firehose_delivery_stream", "extendedS3Configuration splunkConfiguration"),
        ("kinesis/outputs", "bucketArn s3Configuration"),
        ("s3/bucket", "forceDestroy lifecycleRules"),
        ("s3/outputs", "applyServerSideEncryptionByDefault kmsMasterKeyId sseAlgorithm"),
    ],
)
def test_properties_are_those_of_the_provider(module: str, names: str) -> None:
    text = (PROVIDER / f"{module}.py").read_text("utf-8")
    for name in names.split():
        assert f'"{name}"' in text, name


def test_address_is_limited_by_no_key_that_the_client_chooses() -> None:
    keys = vars(pulumi_aws.wafv2.outputs.WebAclRuleStatementRateBasedStatementCustomKey)
    names = {name for name, value in keys.items() if isinstance(value, property)}
    camel = {"".join([first, *map(str.title, rest)]) for first, *rest in map(_words, names)}
    assert len(camel) == 12
    by = {"aggregateKeyType": "CUSTOM_KEYS", "forwardedIpConfig": {"fallbackBehavior": "MATCH"}}
    limits = set()
    for key in camel:
        custom = [{"ip": {}}, {**dict.fromkeys(camel), key: {}}]
        acl = made(ACL, "acl", rules=[rate(**by, customKeys=custom)])
        limits |= {key} if told("waf-rate-limit", acl) == "passed" else set()
    assert limits == {"ip", "forwardedIp", "asn"}


def _words(name: str) -> list[str]:
    return name.split("_")


def test_types_are_those_of_the_provider() -> None:
    tokens = (PROVIDER / "__init__.py").read_text("utf-8")
    for type_ in (*BUCKET_LIFECYCLES, *DELIVERY_STREAMS):
        assert f'"{type_}":' in tokens


# --- The component ---

_SOON: Final = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
_CENTRAL: Final = {"destination_arn": "arn:aws:s3:::aws-waf-logs-central"}
_ARNS: Final = {
    ACL: "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/site/1",
    GROUP: "arn:aws:wafv2:eu-west-1:123456789012:regional/rulegroup/site/1",
    LOG_GROUPS[0]: GROUP_ARN,
    DELIVERY_STREAMS[0]: STREAM_ARN,
    BUCKETS[0]: BUCKET_ARN,
    KEYS[0]: "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555",
}


def outputs(type_: str) -> Callable[[str], Mapping[str, Any]]:
    """Return what makes a type's outputs; the bucket of access logs is another one."""
    return lambda name: {"arn": f"{_ARNS[type_]}{'-access' * name.endswith('-access-logs')}"}


@pytest.mark.parametrize(
    "args",
    [
        {},
        {"mode": "count", "count_until": _SOON},
        {"ip_restrictions": {"allow": ["203.0.113.0/24", "2001:db8::/32"]}},
        {"ip_restrictions": {"allow": ["203.0.113.0/24"]}, "forwarded_ip": {}},
        {"scope": "cloudfront"},
        {"logging": {"destination": "s3"}},
        {"logging": {"destination": "firehose"}},
        {"logging": {"keep": "all", "redact_headers": ["X-Api-Key"]}},
        {"rate_limit": {"limit": 400, "window_in_seconds": 60}},
        {"scope": "organization", "logging": _CENTRAL},
        {"scope": "organization", "logging": _CENTRAL, "mode": "count", "count_until": _SOON},
    ],
    ids=str,
)
def test_component_passes_and_says_what_counts(
    judge_program: JudgeProgram, args: dict[str, Any]
) -> None:
    typed = cast("WebApplicationFirewallArgs", args)
    for preview in (True, False):
        verdict = judge_program(
            lambda: WebApplicationFirewall("site", typed),
            outputs={} if preview else {type_: outputs(type_) for type_ in _ARNS},
            preview=preview,
        )
        found = {one.rule.id for one in verdict.findings}
        assert found == ({"waf-counting"} if "mode" in args else set()), verdict
        assert not verdict.broken
        assert not verdict.blocking
        ours = [one for one in verdict.undecided if one.rule.id.startswith("waf-")]
        assert preview or not ours, verdict
