from __future__ import annotations

import json
from typing import Any

from policy_pack.endpoints import WEB_ACLS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    finding,
    owasp,
    ref,
    rule,
)
from policy_pack.waf import (
    RULE_GROUP_ASSOCIATIONS,
    RULE_GROUPS,
    WEB_ACL_RULES,
    WafRule,
    own_rules,
    rules_of,
)

_ACL, _GROUP, _PART, _ADDED = (
    WEB_ACLS[0],
    RULE_GROUPS[0],
    WEB_ACL_RULES[0],
    RULE_GROUP_ASSOCIATIONS[0],
)


def _rules(*priorities: object) -> dict[str, Any]:
    made = [{"name": f"r{index}", "priority": one} for index, one in enumerate(priorities)]
    return {"rules": made}


def _json(*priorities: int) -> str:
    return json.dumps([{"Name": f"r{one}", "Priority": one} for one in priorities])


def _part(priority: object, name: str = "own") -> tuple[str, dict[str, Any]]:
    return _PART, {"name": name, "priority": priority, "webAclArn": ref("acl")}


@rule(
    title="Rules of a web ACL or rule group have priorities of their own",
    types=(*WEB_ACLS, *RULE_GROUPS),
    severity=Severity.MEDIUM,
    fix=(
        "Give each rule another priority, those that are resources of their own too; or use "
        "secure_components.WebApplicationFirewall, which numbers them."
    ),
    controls=(owasp("A05:2021"),),
    passes=[
        {"acl": (_ACL, _rules(0, 1, 10))},
        {"acl": (_ACL, {"ruleJson": _json(0, 1)})},
        {"acl": (_ACL, _rules(0, 1)), "one": _part(2)},
        # It takes over the rule of its name.
        {"acl": (_ACL, _rules(0, 1)), "one": _part(1, "r1")},
        {"group": (_GROUP, _rules(0, 1)), "acl": (_ACL, _rules(1))},
    ],
    fails=[
        {"acl": (_ACL, _rules(0, 1, 0))},
        {"acl": (_ACL, _rules(0, 0, UNKNOWN))},
        {"acl": (_ACL, _rules(0, None))},
        {"acl": (_ACL, {"ruleJson": _json(1, 1)})},
        {"acl": (_ACL, _rules(0, 1)), "one": _part(1)},
        {"acl": (_ACL, _rules(0)), "one": _part(1), "two": _part(1, "also")},
        {
            "acl": (_ACL, _rules(0, 1)),
            "add": (_ADDED, {"ruleName": "own", "priority": 1, "webAclArn": ref("acl")}),
        },
        {"group": (_GROUP, _rules(0, 0))},
        {"group": (_GROUP, {"rulesJson": _json(1, 1)})},
    ],
    undecided=[
        {"acl": (_ACL, _rules(0, UNKNOWN))},
        {"acl": (_ACL, {"rules": UNKNOWN})},
        {"acl": (_ACL, _rules(0)), "one": (_PART, {"priority": 0, "webAclArn": UNKNOWN})},
    ],
    omission="Without rules there is no order.",
)
def check(holder: Resource, stack: Stack) -> Findings:
    """Be sure which rule judges a request first, before AWS refuses the web ACL.

    Rules that are resources are added one by one: of two with one priority the second is refused
    when the first is already in force, and the web ACL stays half made.

    Source: AWS WAF Developer Guide, "Setting rule priority".
    """
    rules = rules_of(holder, stack) if holder.type in WEB_ACLS else own_rules(holder)
    taken: set[float] = set()

    def judge(rule: WafRule) -> Findings:
        if rule.priority in taken:
            yield finding("The rule {name} has the priority of one before it.", name=rule.name)
        taken.add(rule.priority)

    yield from rules.judge(judge)
