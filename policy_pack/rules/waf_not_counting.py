from __future__ import annotations

import json
from typing import Any

from policy_pack.endpoints import FIREWALL_POLICIES, WEB_ACLS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    at_most,
    every,
    finding,
    owasp,
    ref,
    rule,
)
from policy_pack.waf import HOLDERS, RULE_GROUP_ASSOCIATIONS, RULE_GROUPS, WEB_ACL_RULES
from policy_pack.waf_rollout import LONGEST, TAG, day_of, judge_counting, until

_ACL, _GROUP, _POLICY = WEB_ACLS[0], RULE_GROUPS[0], FIREWALL_POLICIES[0]
_PART, _ASSOCIATION = WEB_ACL_RULES[0], RULE_GROUP_ASSOCIATIONS[0]
_SQLI = {"vendorName": "AWS", "name": "AWSManagedRulesSQLiRuleSet"}
_RATE = {"rateBasedStatement": {"limit": 2000, "aggregateKeyType": "IP"}}
_FROM = {"geoMatchStatement": {"countryCodes": ["XX"]}}


def _one(statement: object, **changes: object) -> dict[str, Any]:
    return {"name": "one", "priority": 0, "statement": statement} | changes


def _own(action: object, **changes: object) -> dict[str, Any]:
    return _one(_RATE, action=action, **changes)


def _managed(override: object, **changes: object) -> dict[str, Any]:
    return _one({"managedRuleGroupStatement": _SQLI | changes}, overrideAction=override)


def _to(action: str) -> dict[str, Any]:
    return {"ruleActionOverrides": [{"name": "two", "actionToUse": {action: {}}}]}


def _runs(group: object, **changes: object) -> dict[str, Any]:
    statement = {"ruleGroupReferenceStatement": {"arn": group} | changes}
    return _one(statement, overrideAction={"none": {}})


def _acl(*rules: object, until: object = None) -> tuple[str, Any]:
    return _ACL, {"rules": list(rules)} | ({"tags": {TAG: until}} if until is not None else {})


def _group(*rules: object, until: object = None) -> tuple[str, Any]:
    return _GROUP, _acl(*rules, until=until)[1]


def _policy(action: object, until: object = None) -> tuple[str, Any]:
    managed = {"vendorName": "AWS", "managedRuleGroupName": "SQLi"}
    group = {"managedRuleGroupIdentifier": managed, "overrideAction": {"type": action}}
    data = json.dumps({"type": "WAFV2", "preProcessRuleGroups": [group]})
    made = {"securityServicePolicyData": {"type": "WAFV2", "managedServiceData": data}}
    return _POLICY, made | ({"tags": {TAG: until}} if until is not None else {})


def _part(action: str) -> tuple[str, Any]:
    return _PART, {"webAclArn": ref("acl"), **_own({action: {}})}


def _association(action: str) -> tuple[str, Any]:
    made = {"webAclArn": ref("acl"), "managedRuleGroup": _SQLI, "overrideAction": action}
    return _ASSOCIATION, made | {"ruleName": "one", "priority": 0}


def _label(name: str) -> dict[str, Any]:
    return {"ruleLabels": [{"name": name}]}


def _looks(key: str) -> dict[str, Any]:
    match = {"labelMatchStatement": {"scope": "LABEL", "key": key}}
    negated = {"notStatement": {"statement": match}}
    return {"name": "two", "priority": 1, "statement": negated, "action": {"block": {}}}


_COUNTS, _BLOCKS = _own({"count": {}}), _own({"block": {}})
_LABELS = _one(_FROM, action={"count": {}}, **_label("home:vip"))
_JSON = [
    {
        "Name": "one",
        "Priority": 0,
        "Statement": {"RateBasedStatement": {"Limit": 2000, "AggregateKeyType": "IP"}},
        "Action": {"Count": {}},
    }
]


@rule(
    title="AWS WAF does more than count",
    types=(*HOLDERS, *FIREWALL_POLICIES),
    severity=Severity.HIGH,
    fix=(
        "Let the rule block, or the group's own actions be; while you roll out, give the web ACL "
        "the tag waf:count-until with a day at most {days} days ahead, or give count_until to "
        "secure_components.WebApplicationFirewall."
    ),
    controls=(owasp("A05:2021"),),
    passes=[
        {"acl": _acl(_BLOCKS, _managed({"none": {}}))},
        {"acl": _acl(_managed({"none": {}}, **_to("challenge")))},
        {"acl": _acl(_COUNTS, _managed({"count": {}}), until="2027-01-31")},
        {"acl": _acl(_managed({"none": {}}, **_to("count")), until="2027-01-01")},
        {"acl": _acl(_COUNTS, until="2027-04-01")},
        {"acl": _acl(_BLOCKS, until="2026-12-31")},
        {"acl": (_ACL, {"ruleJson": json.dumps(_JSON), "tags": {TAG: "2027-01-31"}})},
        {"part": _part("count"), "acl": _acl(until="2027-01-31")},
        {"part": _association("count"), "acl": _acl(until="2027-01-31")},
        {"part": _association("none"), "acl": _acl()},
        {"group": _group(_COUNTS), "acl": _acl(_runs(ref("group")), until="2027-01-31")},
        {"group": _group(_COUNTS, until="2027-01-31")},
        {"acl": _acl(_runs(ref("group"))), "group": _group(_COUNTS)},
        {"policy": _policy("NONE")},
        {"policy": _policy("COUNT", until="2027-01-31")},
        {"acl": _acl(_LABELS, _looks("home:vip"))},
        {
            "group": _group(_LABELS),
            "acl": _acl(_runs(ref("group")), _looks("awswaf:123456789012:rulegroup:x:home:vip")),
        },
    ],
    fails=[
        {"acl": _acl(_COUNTS)},
        {"acl": _acl(_managed({"count": {}}))},
        {"acl": _acl(_managed({"none": {}}, **_to("count")))},
        {"acl": _acl(_managed({"none": {}}, excludedRules=[{"name": "two"}]))},
        {"acl": _acl(_runs(ref("group"), **_to("count"))), "group": _group(_BLOCKS)},
        {"acl": (_ACL, {"ruleJson": json.dumps(_JSON)})},
        {"part": _part("count"), "acl": _acl()},
        {"part": _part("count"), "acl": _acl(), "other": _acl(until="2027-01-31")},
        {"part": _association("count"), "acl": _acl()},
        {"group": _group(_COUNTS)},
        {"group": (_GROUP, {"rulesJson": json.dumps(_JSON)})},
        {"group": _group(_COUNTS), "acl": _acl(_runs(ref("group")))},
        {
            "group": _group(_COUNTS),
            "acl": _acl(_runs(ref("group")), until="2027-01-31"),
            "other": _acl(_runs(ref("group"))),
        },
        {"policy": _policy("COUNT")},
        {"acl": _acl(_COUNTS, until="2026-12-31")},
        {"acl": _acl(_BLOCKS, until="2027-04-02")},
        {"acl": _acl(_BLOCKS, until="soon")},
        {"acl": _acl(_BLOCKS, until="20270131")},
        {"acl": _acl(_LABELS)},
        {"acl": _acl(_LABELS, _looks("home:guest"))},
    ],
    undecided=[
        {"acl": _acl(_own(UNKNOWN))},
        {"acl": _acl(_managed(UNKNOWN))},
        {"acl": (_ACL, {"rules": UNKNOWN})},
        {"acl": (_ACL, {"ruleJson": UNKNOWN})},
        {"acl": _acl(_COUNTS, until=UNKNOWN)},
        {"group": _group(_COUNTS), "acl": (_ACL, {"rules": UNKNOWN})},
        {"part": (_PART, {"webAclArn": UNKNOWN, **_COUNTS}), "acl": _acl(until="2027-01-31")},
        {"acl": _acl(_LABELS, _one(UNKNOWN, priority=1, action={"block": {}}))},
        {"policy": (_POLICY, {"securityServicePolicyData": UNKNOWN})},
    ],
    omission="A rule that says nothing is refused by AWS, and none counts nothing.",
    settings={
        "days": at_most(
            LONGEST, "Most days that a rollout may last from today.", minimum=1, asks={}
        ),
    },
)
def check(holder: Resource, stack: Stack, *, days: int) -> Findings:
    """End every rollout: a firewall that only counts lets each attack pass, and looks like one.

    Nothing counts beyond its day: no rule, no rule group, and no rule of a group by an override.
    The day is that of the web ACL or policy; a rule group may have one of its own, else it counts
    as long as all that run it here may. What another stack's tag says cannot be seen. A rule that
    counts to give a label, at which a later one looks, acts through that one.

    What is meant to count for good is exempted by its name, with a reason and an owner.

    Source: AWS WAF Developer Guide, "Testing and tuning your AWS WAF protections"; the bound is
    our own.
    """
    judges = (_judge_day, _judge_rules)
    yield from every(judges, lambda judge: judge(holder, stack, days))


def _judge_day(holder: Resource, stack: Stack, days: int) -> Findings:
    day = day_of(holder)
    if day is not None and (day - stack.today).days > days:
        yield finding("The tag waf:count-until is more than {days} days ahead.", days=days)


def _judge_rules(holder: Resource, stack: Stack, days: int) -> Findings:
    def tell(name: str) -> Findings:
        if until(holder, stack, days) is None:
            yield finding("'{name}' lets through whatever it finds.", name=name)

    yield from judge_counting(holder, stack, tell)
