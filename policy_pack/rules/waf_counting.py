from __future__ import annotations

from typing import Any

from policy_pack.endpoints import FIREWALL_POLICIES, WEB_ACLS
from policy_pack.rule import (
    UNKNOWN,
    EnforcementLevel,
    Findings,
    Resource,
    Severity,
    Stack,
    at_most,
    finding,
    owasp,
    ref,
    rule,
)
from policy_pack.waf import HOLDERS, RULE_GROUPS, WEB_ACL_RULES
from policy_pack.waf_rollout import LONGEST, TAG, judge_counting, until

_ACL, _GROUP, _PART = WEB_ACLS[0], RULE_GROUPS[0], WEB_ACL_RULES[0]
_RATE = {"rateBasedStatement": {"limit": 2000, "aggregateKeyType": "IP"}}


def _one(statement: object, **action: object) -> dict[str, Any]:
    return {"name": "one", "priority": 0, "statement": statement, **action}


def _acl(*rules: object, until: object = "2027-01-31") -> tuple[str, Any]:
    return _ACL, {"rules": list(rules), "tags": {TAG: until}}


_COUNTS, _BLOCKS = (_one(_RATE, action={action: {}}) for action in ("count", "block"))
_GROUP_COUNTS = _one(
    {"managedRuleGroupStatement": {"vendorName": "AWS", "name": "AWSManagedRulesSQLiRuleSet"}},
    overrideAction={"count": {}},
)
_RUNS = _one({"ruleGroupReferenceStatement": {"arn": ref("group")}}, overrideAction={"none": {}})


@rule(
    title="What AWS WAF only counts while it is rolled out is seen",
    types=(*HOLDERS, *FIREWALL_POLICIES),
    severity=Severity.LOW,
    fix="Let it block once its metrics and logs show that it finds nothing else than attacks.",
    controls=(owasp("A05:2021"),),
    passes=[
        {"acl": _acl(_BLOCKS)},
        {"acl": _acl(_COUNTS, until="2026-12-31")},
        {"acl": _acl(_COUNTS, until="2027-04-02")},
        {"acl": (_ACL, {"rules": [_COUNTS]})},
        {"acl": _acl(_RUNS), "group": (_GROUP, {"rules": [_COUNTS]})},
    ],
    fails=[
        {"acl": _acl(_COUNTS)},
        {"acl": _acl(_GROUP_COUNTS, until="2027-01-01")},
        {"part": (_PART, {"webAclArn": ref("acl"), **_COUNTS}), "acl": _acl()},
        {"group": (_GROUP, {"rules": [_COUNTS]}), "acl": _acl(_RUNS)},
    ],
    undecided=[
        {"acl": _acl(_one(_RATE, action=UNKNOWN))},
        {"acl": _acl(_COUNTS, until=UNKNOWN)},
        {"group": (_GROUP, {"rules": [_COUNTS]}), "acl": (_ACL, {"rules": UNKNOWN})},
    ],
    omission="Where nothing is said, nothing counts.",
    settings={
        "days": at_most(
            LONGEST, "Most days that a rollout may last from today.", minimum=1, asks={}
        ),
    },
    level=EnforcementLevel.ADVISORY,
)
def check(holder: Resource, stack: Stack, *, days: int) -> Findings:
    """Say at each preview what does not protect yet, so that a rollout is not forgotten.

    From the day after its last one, `waf-not-counting` blocks. Give both rules the same `days`.
    """

    def tell(name: str) -> Findings:
        day = until(holder, stack, days)
        if day is not None:
            yield finding(
                "'{name}' lets through whatever it finds, until {day}.", name=name, day=day
            )

    yield from judge_counting(holder, stack, tell)
