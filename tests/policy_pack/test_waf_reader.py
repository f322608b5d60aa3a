"""The reader of AWS WAF: one view of rules wherever they are written, and what cannot be told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import botocore.session
import pulumi_aws
import pytest
from botocore.model import ListShape, Shape, StructureShape

from policy_pack import waf
from policy_pack.catalog import rules
from policy_pack.endpoints import (
    AMPLIFY_APPS,
    ASSOCIATIONS,
    FIREWALL_POLICIES,
    LOAD_BALANCERS,
    WEB_ACLS,
)
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Malformed,
    Resource,
    Stack,
    Undecided,
    example_stack,
    ref,
)
from policy_pack.waf import (
    GROUP_REFERENCE,
    HOLDERS,
    IP_SETS,
    MANAGED_GROUP,
    RULE_GROUP_ASSOCIATIONS,
    RULE_GROUPS,
    WEB_ACL_RULES,
    Override,
    RuleSet,
    Statement,
    WafRule,
    camel_case,
    has_web_acl,
    own_rules,
    rules_of,
    walk,
)

RULES: Final = {rule.id: rule for rule in rules()}
ACL, GROUP, PART, ADDED = (
    WEB_ACLS[0],
    RULE_GROUPS[0],
    WEB_ACL_RULES[0],
    RULE_GROUP_ASSOCIATIONS[0],
)
ACL_ARN: Final = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/site/a1b2c3d4"
GEO: Final = {"geoMatchStatement": {"countryCodes": ["NL"]}}
COMMON: Final = {"vendorName": "AWS", "name": "AWSManagedRulesCommonRuleSet"}


def made(
    type_: str,
    label: str = "acl",
    sources: Mapping[str, Sequence[Resource]] | None = None,
    /,
    **properties: Any,
) -> Resource:
    urns = {key: [one.urn for one in made_of] for key, made_of in (sources or {}).items()}
    urn = f"urn:pulumi:dev::project::a:b:Component${type_}::{label}"
    return Resource(type_, label, urn, properties, urns)


def inline(**properties: Any) -> WafRule:
    """Return the rule of a web ACL that has these properties."""
    return own_rules(made(ACL, rules=[properties])).rules[0]


def told(read: Callable[[], Any]) -> Any:
    """Return what is read, or the property that it stopped at."""
    try:
        return read()
    except Undecided as unknown:
        return f"unknown: {unknown.property}"
    except Malformed as malformed:
        return f"malformed: {malformed.property}"


# --- Rules, wherever they are written ---

AS_PULUMI: Final = {
    "name": "own",
    "priority": 3,
    "action": {"block": {}, "count": None},
    "ruleLabels": [{"name": "a:b"}],
    "visibilityConfig": {"cloudwatchMetricsEnabled": True, "metricName": "own"},
    "statement": {
        "andStatement": {
            "statements": [
                {"ipSetReferenceStatement": {"arn": "arn:1"}},
                {
                    "notStatement": {
                        "statement": {
                            "xssMatchStatement": {
                                "fieldToMatch": {"headers": [{"oversizeHandling": "MATCH"}]},
                                "textTransformations": [{"priority": 0, "type": "NONE"}],
                            }
                        }
                    }
                },
            ]
        },
        "orStatement": None,
    },
}
AS_JSON: Final = {
    "Name": "own",
    "Priority": 3,
    "Action": {"Block": {}},
    "RuleLabels": [{"Name": "a:b"}],
    "VisibilityConfig": {"CloudWatchMetricsEnabled": True, "MetricName": "own"},
    "Statement": {
        "AndStatement": {
            "Statements": [
                {"IPSetReferenceStatement": {"ARN": "arn:1"}},
                {
                    "NotStatement": {
                        "Statement": {
                            "XssMatchStatement": {
                                "FieldToMatch": {"Headers": {"OversizeHandling": "MATCH"}},
                                "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
                            }
                        }
                    }
                },
            ]
        }
    },
}
# In a rule group, what a statement negates is a list.
AS_GROUP: Final = json.loads(
    json.dumps(AS_PULUMI).replace('"statement": {"xss', '"statements": {"xss')
)
PLACES: Final = {
    "inline": made(ACL, rules=[AS_PULUMI]),
    "JSON": made(ACL, ruleJson=json.dumps([AS_JSON])),
    "resource": made(PART, "own", **AS_PULUMI),
    "group": made(GROUP, rules=[AS_GROUP]),
    "group's JSON": made(GROUP, rulesJson=json.dumps([AS_JSON])),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_rule_reads_alike_wherever_it_is_written(place: str) -> None:
    [rule] = own_rules(PLACES[place]).rules
    assert (rule.name, rule.priority, rule.action) == ("own", 3, "block")
    assert not rule.counts
    assert not rule.is_group
    assert rule.overrides == []
    assert [label.get("name") for label in rule.labels] == ["a:b"]
    assert rule.raw.get("visibilityConfig", "cloudwatchMetricsEnabled") is True
    kinds = [one.kind for one in walk(rule.statement)]
    assert kinds == ["andStatement", "ipSetReferenceStatement", "notStatement", "xssMatchStatement"]
    *_, last = walk(rule.statement)
    field, settings = last.body.chosen(waf.FIELDS, "fieldToMatch")
    assert (field, settings.get("oversizeHandling")) == ("headers", "MATCH")


def test_group_of_a_resource_of_its_own_reads_as_a_rule() -> None:
    overrides = [{"name": "a", "actionToUse": {"allow": {}}}]
    group = {**COMMON, "ruleActionOverrides": overrides}
    [rule] = own_rules(made(ADDED, "add", ruleName="own", priority=3, managedRuleGroup=group)).rules
    assert (rule.name, rule.priority, rule.action) == ("own", 3, "none")
    assert rule.managed_group() == ("AWS", "AWSManagedRulesCommonRuleSet")
    assert [(one.name, one.action) for one in rule.overrides] == [("a", "allow")]
    assert rule.raw.get("visibilityConfig", "cloudwatchMetricsEnabled") is True
    [rule] = own_rules(made(ADDED, ruleGroupReference={"arn": "arn:1"})).rules
    assert (rule.kind, rule.statement.body.get("arn")) == (GROUP_REFERENCE, "arn:1")
    assert rule.managed_group() is None


@pytest.mark.parametrize(
    ("override", "action"),
    [
        (None, "none"),
        ("", "none"),
        ("none", "none"),
        ("count", "count"),
        ("other", "malformed: overrideAction"),
        (UNKNOWN, "unknown: overrideAction"),
    ],
)
def test_group_of_a_resource_of_its_own_counts_if_it_says_so(override: object, action: str) -> None:
    [rule] = own_rules(made(ADDED, managedRuleGroup=COMMON, overrideAction=override)).rules
    assert told(lambda: rule.action) == action


def test_visibility_of_a_group_of_a_resource_is_its_own_if_it_has_one() -> None:
    for given in ({"cloudwatchMetricsEnabled": False}, UNKNOWN):
        [rule] = own_rules(made(ADDED, visibilityConfig=given)).rules
        assert rule.raw.raw("visibilityConfig") is given


FIRST: Final = {
    "overrideAction": {"type": "NONE"},
    "ruleGroupType": "ManagedRuleGroup",
    "ruleGroupArn": None,
    "managedRuleGroupIdentifier": {
        "vendorName": "AWS",
        "managedRuleGroupName": "AWSManagedRulesBotControlRuleSet",
        "version": "Version_1.0",
        "versionEnabled": True,
        "managedRuleGroupConfigs": [
            {"awsmanagedRulesBotControlRuleSet": {"inspectionLevel": "COMMON"}}
        ],
    },
    "excludeRules": [{"name": "a"}],
    "ruleActionOverrides": [{"name": "b", "actionToUse": {"challenge": {}}}],
}
SECOND: Final = {
    "overrideAction": {"type": "COUNT"},
    "ruleGroupType": "RuleGroup",
    "ruleGroupArn": "arn:1",
    "managedRuleGroupIdentifier": None,
}


def managed(data: object, kind: object = "WAFV2") -> RuleSet:
    text = json.dumps(data) if isinstance(data, dict) else data
    given = {"type": kind, "managedServiceData": text}
    return own_rules(made(FIREWALL_POLICIES[0], "policy", securityServicePolicyData=given))


def test_groups_of_a_firewall_manager_policy_read_as_rules() -> None:
    """The names are those of the examples of `SecurityServicePolicyData`."""
    first, second = managed(
        {"postProcessRuleGroups": [SECOND], "preProcessRuleGroups": [FIRST]}
    ).rules
    assert first.managed_group() == ("AWS", "AWSManagedRulesBotControlRuleSet")
    assert (first.name, first.action) == ("AWSManagedRulesBotControlRuleSet", "none")
    assert first.statement.body.get("version") == "Version_1.0"
    level = first.statement.body.get(
        "managedRuleGroupConfigs", 0, "awsManagedRulesBotControlRuleSet", "inspectionLevel"
    )
    assert level == "COMMON"
    assert [(one.name, one.action) for one in first.overrides] == [
        ("b", "challenge"),
        ("a", "count"),
    ]
    assert (second.kind, second.action) == (GROUP_REFERENCE, "count")
    assert second.statement.body.get("arn") == "arn:1"
    assert first.priority < second.priority


def test_version_of_a_firewall_manager_policy_counts_where_it_is_enabled() -> None:
    identifier = FIRST["managedRuleGroupIdentifier"]
    assert isinstance(identifier, dict)
    for enabled in (None, False, "true"):
        off = {**FIRST, "managedRuleGroupIdentifier": {**identifier, "versionEnabled": enabled}}
        [rule] = managed({"preProcessRuleGroups": [off]}).rules
        assert not rule.statement.body.has("version")


def test_firewall_manager_policy_that_is_unreadable_is_no_pass() -> None:
    assert managed({}, "SHIELD_ADVANCED") == RuleSet()
    for data, kind, wanted in (
        (UNKNOWN, "WAFV2", Undecided),
        ("{", "WAFV2", Malformed),
        ("{}", UNKNOWN, Undecided),
    ):
        [missing] = managed(data, kind).missing
        assert isinstance(missing, wanted)
    whole, part = managed(
        {"type": "WAFV2", "preProcessRuleGroups": [7, {"overrideAction": {"type": "NONE"}}]}
    ).rules
    assert told(lambda: whole.kind).startswith("malformed: ")
    assert told(lambda: part.action) == "none"


# --- What is not known, and what is nothing ---


@pytest.mark.parametrize(
    ("action", "read"),
    [
        ({"block": {}}, "block"),
        ({"block": {"customResponse": UNKNOWN}}, "block"),
        ({"block": UNKNOWN}, "block"),
        ({"block": None, "allow": {}}, "allow"),
        ({"block": {}, "allow": None, "count": "", "captcha": []}, "block"),
        ([{"block": [{}]}], "block"),
        ({"monetize": {}}, "monetize"),
        (UNKNOWN, "unknown: rules.0.action"),
        ({"block": UNKNOWN, "allow": UNKNOWN}, "unknown: rules.0.action.block"),
        ({"block": {}, "allow": UNKNOWN}, "unknown: rules.0.action.allow"),
        ({"block": {}, "allow": {}}, "malformed: rules.0.action"),
        ({"none": {}}, "malformed: rules.0.action"),
        ({}, "malformed: rules.0.action"),
        (None, "malformed: rules.0.action"),
        ("block", "malformed: rules.0.action"),
        ([{"block": {}}, {"allow": {}}], "malformed: rules.0.action"),
    ],
    ids=str,
)
def test_action_is_the_one_that_is_set(action: object, read: str) -> None:
    assert told(lambda: inline(statement=GEO, action=action).action) == read


def test_group_is_overridden_and_a_rule_acts() -> None:
    both: dict[str, Any] = {"action": {"block": {}}, "overrideAction": {"none": {}}}
    assert inline(statement=GEO, **both).action == "block"
    for group in (MANAGED_GROUP, GROUP_REFERENCE):
        assert inline(statement={group: {}}, **both).action == "none"
        alone = inline(statement={group: {}}, action={"block": {}})
        assert told(partial(getattr, alone, "action")) == "malformed: rules.0.overrideAction"
    counting = inline(statement={MANAGED_GROUP: {}}, overrideAction={"count": {}})
    assert counting.counts


@pytest.mark.parametrize(
    ("statement", "read"),
    [
        (GEO, "geoMatchStatement"),
        ({"geoMatchStatement": {}, "xssMatchStatement": None}, "geoMatchStatement"),
        ({"geoMatchStatement": UNKNOWN}, "geoMatchStatement"),
        (UNKNOWN, "unknown: rules.0.statement"),
        (None, "malformed: rules.0.statement"),
        ({}, "malformed: rules.0.statement"),
        ({"newStatement": {}}, "malformed: rules.0.statement"),
        ({"geoMatchStatement": {}, "newStatement": {}}, "malformed: rules.0.statement"),
        ([], "malformed: rules.0.statement"),
        ("geoMatchStatement", "malformed: rules.0.statement"),
    ],
    ids=str,
)
def test_kind_is_that_of_the_one_statement(statement: object, read: str) -> None:
    rule = inline(statement=statement)
    assert told(lambda: rule.kind) == read
    if "MatchStatement" not in read:
        for reading in (lambda: rule.statement.body, lambda: rule.action, lambda: rule.overrides):
            assert told(reading) == read
        assert told(rule.managed_group) == read


@pytest.mark.parametrize(
    ("priority", "read"),
    [
        (0, 0),
        ("3", 3),
        (2.0, 2),
        (None, "malformed: rules.0.priority"),
        ("x", "malformed: rules.0.priority"),
        (UNKNOWN, "unknown: rules.0.priority"),
    ],
)
def test_priority_is_a_number(priority: object, read: object) -> None:
    assert told(lambda: inline(priority=priority).priority) == read


@pytest.mark.parametrize("name", [UNKNOWN, None, "", 7, ["a"]])
def test_name_that_is_none_hides_nothing(name: object) -> None:
    rule = inline(name=name, statement=GEO, action={"block": {}})
    assert (rule.name, rule.action) == ("without a known name", "block")
    assert own_rules(made(ACL, rules=[UNKNOWN])).rules[0].name == "without a known name"


def test_overrides_are_readable_one_by_one() -> None:
    body = {
        **COMMON,
        "ruleActionOverrides": [UNKNOWN, {"name": "a", "actionToUse": {"count": {}}}, {"name": 7}],
        "excludedRules": [{"name": "b"}],
    }
    overrides = inline(statement={MANAGED_GROUP: body}).overrides
    assert [told(partial(name_and_action, one)) for one in overrides] == [
        "unknown: rules.0.statement.managedRuleGroupStatement.ruleActionOverrides.0",
        ("a", "count"),
        ("", "count"),
        ("b", "count"),
    ]
    unknown = inline(statement={MANAGED_GROUP: {**COMMON, "ruleActionOverrides": UNKNOWN}})
    assert told(lambda: unknown.overrides).startswith("unknown: ")


def name_and_action(override: Override) -> tuple[str, str]:
    return override.name, override.action


def kinds(statement: object) -> list[str]:
    def read(one: Statement) -> Any:
        return told(lambda: one.kind.removesuffix("Statement"))

    return [read(one) for one in walk(Statement(Block(statement, "acl")))]


@pytest.mark.parametrize(
    ("statement", "read"),
    [
        (GEO, ["geoMatch"]),
        (
            {"orStatement": {"statements": [GEO, UNKNOWN, {"notStatement": {"statement": GEO}}]}},
            ["or", "geoMatch", "unknown: orStatement.statements.1", "not", "geoMatch"],
        ),
        ({"orStatement": {"statements": UNKNOWN}}, ["or", "unknown: orStatement.statements"]),
        ({"orStatement": {"statements": [7]}}, ["or", "malformed: orStatement.statements.0"]),
        ({"orStatement": UNKNOWN}, ["or", "unknown: orStatement"]),
        ({"orStatement": 7}, ["or", "malformed: orStatement"]),
        ({"notStatement": {"statements": [GEO]}}, ["not", "geoMatch"]),
        ({"rateBasedStatement": {"scopeDownStatement": GEO}}, ["rateBased", "geoMatch"]),
        ({MANAGED_GROUP: {"scopeDownStatement": GEO}}, ["managedRuleGroup", "geoMatch"]),
        ({MANAGED_GROUP: {"scopeDownStatement": UNKNOWN}}, ["managedRuleGroup", "unknown: "]),
        (UNKNOWN, ["unknown: "]),
        ({}, ["malformed: "]),
    ],
    ids=str,
)
def test_walk_leaves_out_nothing_that_it_cannot_read(statement: object, read: list[str]) -> None:
    seen = kinds(statement)
    assert len(seen) == len(read)
    for one, wanted in zip(seen, read, strict=True):
        assert one == wanted or (wanted.endswith(": ") and one.startswith(wanted))


def test_walk_goes_as_deep_as_there_are_statements() -> None:
    statement: Any = GEO
    for _ in range(2000):
        statement = {"notStatement": {"statement": statement}}
    assert len(kinds(statement)) == 2001


def test_scope_down_is_one_or_none() -> None:
    scoped = inline(statement={MANAGED_GROUP: {"scopeDownStatement": GEO}}).statement.scope_down
    assert scoped is not None
    assert scoped.kind == "geoMatchStatement"
    assert inline(statement={MANAGED_GROUP: COMMON}).statement.scope_down is None
    unknown = inline(statement={MANAGED_GROUP: {"scopeDownStatement": UNKNOWN}})
    assert told(lambda: unknown.statement.scope_down).startswith("unknown: ")


# --- Sets of rules ---


@pytest.mark.parametrize(
    ("properties", "missing"),
    [
        ({}, []),
        ({"rules": UNKNOWN}, ["rules"]),
        ({"ruleJson": UNKNOWN}, ["ruleJson"]),
        ({"rules": UNKNOWN, "ruleJson": "{"}, ["rules", "ruleJson"]),
        *(
            ({"ruleJson": text}, ["ruleJson"])
            for text in ("{", "{}", "7", "null", 7, ["a"], "[" * 100_000)
        ),
        ({"ruleJson": None}, []),
        ({"ruleJson": ""}, []),
        ({"ruleJson": "[]"}, []),
        ({"rulesJson": UNKNOWN}, []),
    ],
    ids=lambda one: str(one)[:30],
)
def test_list_that_is_unreadable_is_missed(properties: dict[str, Any], missing: list[str]) -> None:
    read = own_rules(made(ACL, **properties))
    assert not read.rules
    assert [one.property for one in read.missing] == missing
    if missing:
        assert list(read.judge(lambda _: iter(()))) == list(read.missing)
        with pytest.raises((Undecided, Malformed)):
            read.known()
    else:
        assert read.known() == ()


def test_rules_of_json_that_are_none_are_malformed() -> None:
    [rule] = own_rules(made(ACL, ruleJson="[7]")).rules
    assert told(lambda: rule.kind) == "malformed: ruleJson.0"


def test_some_holds_for_a_known_rule_whatever_else_is_missing() -> None:
    unknown = Undecided("acl", "rules")
    malformed = Malformed("acl", "ruleJson", "JSON")
    one = inline(name="a")
    missing: Sequence[Undecided | Malformed]
    for missing in ([], [unknown], [malformed]):
        assert RuleSet([one], missing).some(lambda rule: rule.name == "a")
        assert RuleSet([one], [*missing, malformed]).some(lambda rule: rule.name == "a")
    for missing in ([], [malformed]):
        assert not RuleSet([one], missing).some(lambda rule: rule.name == "b")
    with pytest.raises(Undecided):
        RuleSet([one], [malformed, unknown]).some(lambda rule: rule.name == "b")


def test_one_unknown_rule_hides_no_finding_in_another() -> None:
    acl = made(ACL, rules=[UNKNOWN, AS_PULUMI, 7])
    seen = list(own_rules(acl).judge(lambda rule: iter([rule.kind])))
    assert [type(one) for one in seen] == [Undecided, str, Malformed]


def test_what_holds_no_rules_has_none() -> None:
    assert own_rules(made(IP_SETS[0], rules=[AS_PULUMI])) == RuleSet()
    for type_ in HOLDERS:
        assert own_rules(made(type_, ruleJson="{", rulesJson="{")) != RuleSet()


# --- Joins ---


def names(acl: Resource, *others: Resource) -> list[str]:
    read = rules_of(acl, Stack([acl, *others]))
    return [rule.name for rule in read.rules] + ["?"] * len(read.missing)


def part(arn: object, *made_of: Resource, name: str = "part", type_: str = PART) -> Resource:
    label = {"ruleName" if type_ == ADDED else "name": name}
    return made(type_, name, {"webAclArn": made_of}, webAclArn=arn, statement=GEO, **label)


@pytest.mark.parametrize("type_", [PART, ADDED])
@pytest.mark.parametrize("known", [False, True])
def test_rule_of_its_own_is_joined_to_its_web_acl(type_: str, known: bool) -> None:
    arn: Any = ACL_ARN if known else UNKNOWN
    acl = made(ACL, arn=arn, rules=[{"name": "first"}])
    other = made(ACL, "other", arn=f"{ACL_ARN}x" if known else UNKNOWN)
    own = part(arn, acl, type_=type_)
    assert names(acl, other, own) == ["first", "part"]
    assert names(other, acl, own) == []
    assert has_web_acl(own, Stack([acl, other, own]))


def test_web_acl_that_is_not_known_may_be_any() -> None:
    acl, other = made(ACL, arn=UNKNOWN), made(ACL, "other", arn=UNKNOWN)
    from_nowhere, of_either = part(UNKNOWN), part(UNKNOWN, acl, other)
    for unclear in (from_nowhere, of_either):
        assert names(acl, other, unclear) == names(other, acl, unclear) == ["?"]
    of_another = part(UNKNOWN, made("a:b:C", "component"))
    assert names(acl, other, of_another) == []
    for unclear in (from_nowhere, of_another):
        with pytest.raises(Undecided):
            has_web_acl(unclear, Stack([acl, other, unclear]))
    assert has_web_acl(of_either, Stack([acl, other, of_either]))


def test_rule_of_a_web_acl_elsewhere_is_joined_to_none() -> None:
    acl = made(ACL, arn=ACL_ARN)
    for arn in (f"{ACL_ARN}x", None, "", 7, ["x"]):
        elsewhere = part(arn)
        assert names(acl, elsewhere) == []
        assert not has_web_acl(elsewhere, Stack([acl, elsewhere]))


def test_resource_takes_over_the_inline_rule_of_its_name() -> None:
    acl = made(ACL, arn=ACL_ARN, rules=[{"name": "part"}, {"name": "first"}, {}, UNKNOWN])
    unnamed = "without a known name"
    assert names(acl, part(ACL_ARN)) == ["first", unnamed, unnamed, "part"]
    assert names(acl, part(ACL_ARN, name="")) == ["part", "first", *[unnamed] * 3]
    # A rule group that is added by its own resource is refused there, not taken over.
    assert names(acl, part(ACL_ARN, type_=ADDED)) == ["part", "first", unnamed, unnamed, "part"]


REFERENCE: Final = {GROUP_REFERENCE: {"arn": "arn:group"}}
LATER: Final = {GROUP_REFERENCE: {"arn": UNKNOWN}}


@pytest.mark.parametrize(
    ("holder", "found"),
    [
        (lambda *_: made(ACL, rules=[{"statement": REFERENCE}]), ["own"]),
        (lambda own, _: made(ACL, "acl", {"rules": [own]}, rules=[{"statement": LATER}]), ["own"]),
        (
            lambda own, other: made(
                ACL, "acl", {"rules": [own, other]}, rules=[{"statement": LATER}]
            ),
            ["own", "other"],
        ),
        (lambda own, _: made(PART, "part", {"statement": [own]}, statement=LATER), ["own"]),
        (
            lambda own, _: made(
                ADDED,
                "add",
                {"ruleGroupReference": [own]},
                ruleGroupReference={"arn": UNKNOWN},
            ),
            ["own"],
        ),
        (lambda *_: made(ACL, rules=[{"statement": {GROUP_REFERENCE: {"arn": "arn:x"}}}]), []),
        (lambda *_: made(ACL, rules=[{"statement": {GROUP_REFERENCE: {"arn": ["x"]}}}]), []),
        (lambda *_: made(ACL, rules=[{"statement": LATER}]), "unknown"),
        (
            lambda *_: made(
                ACL, "acl", {"rules": [made(IP_SETS[0], "set")]}, rules=[{"statement": LATER}]
            ),
            "unknown",
        ),
    ],
)
def test_rule_group_is_found_by_arn_or_by_what_the_rules_are_made_of(
    holder: Callable[[Resource, Resource], Resource], found: object
) -> None:
    own = made(GROUP, "own", arn="arn:group")
    other, listed = made(GROUP, "other", arn=UNKNOWN), made(IP_SETS[0], "set", arn="arn:group")
    held = holder(own, other)
    [rule] = own_rules(held).rules
    stack = Stack([held, own, other, listed])
    read = told(
        lambda: [one.name for one in rule.referred(rule.statement.body, RULE_GROUPS, stack)]
    )
    assert read == found or (found == "unknown" and read.startswith("unknown: "))


def test_references_in_examples_may_stand_anywhere() -> None:
    """An example's nested reference leaves a dependency of the property that it is in."""
    nested = {"rules": [{"statement": {GROUP_REFERENCE: {"arn": ref("own")}}}], "scope": "x"}
    for known in (False, True):
        stack = example_stack({"acl": (ACL, nested), "own": (GROUP, {})}, known=known)
        acl, own = stack.resources
        assert acl.dependencies == {"rules": [own.urn]}
        [rule] = own_rules(acl).rules
        assert rule.statement.body.raw("arn") == ("own-id" if known else UNKNOWN)
        assert rule.referred(rule.statement.body, RULE_GROUPS, stack) == [own]


# --- What rules make of what may be any of several ---


def verdict(rule: str, judged: Resource, *others: Resource) -> str:
    """Return a rule's verdict of the first resource, in a word."""
    made_of = RULES[rule].judge(judged, Stack([judged, *others]))
    assert not made_of.failure, made_of
    return "found" if made_of.findings else "undecided" if made_of.undecided else "passed"


def running(*groups: Resource) -> Resource:
    """Return a web ACL that runs one of some rule groups, not known which."""
    return made(ACL, "acl", {"rules": groups}, scope="REGIONAL", rules=[{"statement": LATER}])


@pytest.mark.parametrize(
    ("first", "second", "read"),
    [([AS_GROUP], [AS_GROUP], "passed"), ([], [], "found"), ([AS_GROUP], [], "undecided")],
)
def test_groups_that_may_be_meant_are_all_full_or_all_empty(
    first: list[object], second: list[object], read: str
) -> None:
    groups = made(GROUP, "a", rules=first), made(GROUP, "b", rules=second)
    assert verdict("waf-has-rules", running(*groups), *groups) == read


@pytest.mark.parametrize(
    ("first", "second", "read"),
    [
        ("REGIONAL", "REGIONAL", "passed"),
        ("CLOUDFRONT", "CLOUDFRONT", "found"),
        ("REGIONAL", "CLOUDFRONT", "undecided"),
    ],
)
def test_scopes_of_what_may_be_meant_are_one(first: str, second: str, read: str) -> None:
    groups = made(GROUP, "a", scope=first), made(GROUP, "b", scope=second)
    assert verdict("waf-scope-region", running(*groups), *groups) == read


def test_association_that_may_be_of_an_app_is_undecided() -> None:
    app, balancer = made(AMPLIFY_APPS[0], "app"), made(LOAD_BALANCERS[0], "alb")
    acl = made(ACL, arn=ACL_ARN, scope="REGIONAL")
    for made_of, read in (
        ([app, balancer], "undecided"),
        ([], "undecided"),
        ([balancer], "passed"),
        ([app], "found"),
    ):
        sources = {"resourceArn": made_of}
        link = made(ASSOCIATIONS[0], "link", sources, webAclArn=ACL_ARN, resourceArn=UNKNOWN)
        assert verdict("waf-scope-region", link, acl, *made_of) == read


def test_override_in_one_of_two_web_acls_is_undecided() -> None:
    override = {"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}}
    size = {"comparisonOperator": "GT", "fieldToMatch": {"body": {"oversizeHandling": "MATCH"}}}
    limit = {"name": "a", "action": {"block": {}}, "statement": {"sizeConstraintStatement": size}}
    acls = made(ACL, "a", arn=UNKNOWN, rules=[limit]), made(ACL, "b", arn=UNKNOWN)
    for made_of, read in ((acls, "undecided"), (acls[:1], "passed"), (acls[1:], "found")):
        group = {**COMMON, "ruleActionOverrides": [override]}
        added = made(
            ADDED, "add", {"webAclArn": made_of}, webAclArn=UNKNOWN, managedRuleGroup=group
        )
        assert verdict("waf-oversize-handling", added, *acls) == read


# --- Names ---

PROVIDER: Final = Path(pulumi_aws.__file__).parent
TOKENS: Final = (PROVIDER / "__init__.py").read_text("utf-8")
INPUTS: Final = (PROVIDER / "wafv2" / "_inputs.py").read_text("utf-8")
PROPERTIES: Final = {
    *re.findall(r'pulumi\.getter\(name="(\w+)"\)', INPUTS),
    *re.findall(r"@pulumi\.getter\n    def (\w+)\(", INPUTS),
}


def members(shape: Shape, within: str = "", seen: set[str] | None = None) -> set[str]:
    """Return the names of AWS's JSON below a shape, each after the one that it is within."""
    seen = set() if seen is None else seen
    if isinstance(shape, ListShape):
        return members(shape.member, within, seen)
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            if f"{within}.{name}" not in seen:
                seen.add(f"{within}.{name}")
                members(member, name, seen)
    return seen


def test_every_name_of_awss_json_is_read_as_the_provider_names_it() -> None:
    model = botocore.session.get_session().get_service_model("wafv2")
    written = members(model.shape_for("Rule"))
    assert len(written) > 150
    for path in sorted(written):
        within, _, name = path.partition(".")
        restated = waf._restated({name: None}, within)  # noqa: SLF001  what reads it
        assert isinstance(restated, dict)
        assert restated.keys() <= PROPERTIES, path
    cookies: object = {"Cookies": {"MatchPattern": {}}, "JsonBody": {"MatchPattern": {}}}
    assert waf._restated(cookies) == {  # noqa: SLF001  the one name that depends on its place
        "cookies": {"matchPatterns": {}},
        "jsonBody": {"matchPattern": {}},
    }


def test_statements_fields_and_actions_are_those_of_aws() -> None:
    """What AWS adds is malformed until this reader knows it."""
    model = botocore.session.get_session().get_service_model("wafv2")
    for shape, read in (
        ("Statement", waf.STATEMENTS),
        ("FieldToMatch", waf.FIELDS),
        ("RuleAction", waf.ACTIONS),
        ("OverrideAction", waf.OVERRIDES),
    ):
        structure = model.shape_for(shape)
        assert isinstance(structure, StructureShape)
        assert {camel_case(name) for name in structure.members} == read
    inspecting = {
        camel_case(name)
        for name, member in structure_of(model.shape_for("Statement")).items()
        if "FieldToMatch" in structure_of(member)
    }
    assert inspecting == waf.INSPECTING


def structure_of(shape: Shape) -> Mapping[str, Shape]:
    assert isinstance(shape, StructureShape)
    return shape.members


def test_type_tokens_are_those_of_the_provider() -> None:
    types = {
        type_
        for value in vars(waf).values()
        if isinstance(value, tuple)
        for type_ in value
        if str(type_).startswith("aws:")
    }
    assert len(types) >= 8
    for type_ in types:
        assert f'"{type_}":' in TOKENS, type_


@pytest.mark.parametrize(
    ("module", "property_"),
    [
        ("wafv2/web_acl", "ruleJson"),
        ("wafv2/rule_group", "rulesJson"),
        ("wafv2/web_acl_rule", "webAclArn"),
        ("wafv2/web_acl_rule", "overrideAction"),
        ("wafv2/web_acl_rule", "visibilityConfig"),
        ("wafv2/web_acl_rule_group_association", "webAclArn"),
        ("wafv2/web_acl_rule_group_association", "ruleName"),
        ("wafv2/web_acl_rule_group_association", "overrideAction"),
        ("wafv2/web_acl_rule_group_association", "managedRuleGroup"),
        ("wafv2/web_acl_rule_group_association", "ruleGroupReference"),
        ("wafv2/web_acl_rule_group_association", "visibilityConfig"),
        ("wafv2/web_acl_logging_configuration", "resourceArn"),
        ("cloudfront/outputs", "webAcl"),
    ],
)
def test_properties_are_those_of_the_provider(module: str, property_: str) -> None:
    assert f'"{property_}"' in (PROVIDER / f"{module}.py").read_text("utf-8")


@pytest.mark.parametrize(
    ("module", "property_"),
    [
        ("web_acl", "rules"),
        ("web_acl", "scope"),
        ("web_acl", "region"),
        ("web_acl", "capacity"),
        ("rule_group", "rules"),
        ("rule_group", "capacity"),
        ("web_acl_rule", "statement"),
        ("web_acl_rule", "action"),
        ("web_acl_rule", "priority"),
        ("web_acl_rule", "name"),
        ("web_acl_rule_group_association", "priority"),
        ("web_acl_logging_configuration", "region"),
        ("ip_set", "addresses"),
        ("ip_set", "scope"),
        ("regex_pattern_set", "scope"),
    ],
)
def test_properties_of_one_word_are_those_of_the_provider(module: str, property_: str) -> None:
    text = (PROVIDER / "wafv2" / f"{module}.py").read_text("utf-8")
    assert f"    @pulumi.getter\n    def {property_}(self)" in text
