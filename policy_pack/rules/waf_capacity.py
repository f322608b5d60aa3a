from __future__ import annotations

import json
import math
from typing import Any

from policy_pack.capacity import MOST
from policy_pack.capacity import units as units_of
from policy_pack.endpoints import WEB_ACLS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    Undecided,
    at_most,
    finding,
    owasp,
    ref,
    rule,
)
from policy_pack.waf import (
    GROUP_REFERENCE,
    MANAGED_GROUP,
    RULE_GROUP_ASSOCIATIONS,
    RULE_GROUPS,
    WEB_ACL_RULES,
    own_rules,
    rules_of,
)

_ACL, _GROUP, _PART, _ADDED = (
    WEB_ACLS[0],
    RULE_GROUPS[0],
    WEB_ACL_RULES[0],
    RULE_GROUP_ASSOCIATIONS[0],
)
_COMMON = {"vendorName": "AWS", "name": "AWSManagedRulesCommonRuleSet"}
_THEIRS = {"vendorName": "Vendor", "name": "TheirRules"}
_XSS = {
    "xssMatchStatement": {
        "fieldToMatch": {"body": {}},
        "textTransformations": [{"priority": 0, "type": "URL_DECODE"}],
    }
}
_OWN = {GROUP_REFERENCE: {"arn": ref("own")}}


def _rules(*statements: object) -> dict[str, Any]:
    return {"rules": [{"name": "rule", "statement": one} for one in statements]}


# 4,991 or 5,001 units.
_CLOSE = _rules(*[{MANAGED_GROUP: _COMMON}] * 7, _XSS, _XSS, {"geoMatchStatement": {}})


def _json(times: int) -> str:
    statement = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": _COMMON["name"]}}
    return json.dumps([{"Statement": statement}] * times)


@rule(
    title="The rules fit the capacity that is meant for them",
    types=(*WEB_ACLS, *RULE_GROUPS),
    severity=Severity.LOW,
    fix=(
        "Take out rules, or choose cheaper statements, until the web ACL needs no more than "
        "{units} units, and the rule group no more than its capacity; or use "
        "secure_components.WebApplicationFirewall, which counts them."
    ),
    controls=(owasp("A05:2021"),),
    passes=[
        {"acl": (_ACL, {})},
        {"acl": (_ACL, _rules(*[{MANAGED_GROUP: _COMMON}] * 7))},
        {"acl": (_ACL, {"ruleJson": _json(7)})},
        {"acl": (_ACL, _rules(_OWN)), "own": (_GROUP, {"capacity": 5000})},
        # What AWS counted, where the stack cannot tell.
        {"acl": (_ACL, {**_rules({MANAGED_GROUP: _THEIRS}), "capacity": 4000})},
        {"acl": (_ACL, {**_CLOSE, "capacity": 4991})},
        {"own": (_GROUP, {"capacity": 50, **_rules(_XSS)})},
        # A transformation that two rules share may be charged once: 90 or 100.
        {"own": (_GROUP, {"capacity": 90, **_rules(_XSS, _XSS)})},
    ],
    fails=[
        {"acl": (_ACL, _rules(*[{MANAGED_GROUP: _COMMON}] * 8))},
        {"acl": (_ACL, _rules(*[{MANAGED_GROUP: _COMMON}] * 8, UNKNOWN))},
        {"acl": (_ACL, {"ruleJson": _json(8)})},
        {"acl": (_ACL, _rules(_XSS, _OWN)), "own": (_GROUP, {"capacity": 4951})},
        {
            "acl": (_ACL, _rules(*[{MANAGED_GROUP: _COMMON}] * 7)),
            "one": (_PART, {"name": "one", "statement": _XSS, "webAclArn": ref("acl")}),
            "add": (_ADDED, {"managedRuleGroup": _COMMON, "webAclArn": ref("acl")}),
        },
        {"acl": (_ACL, {**_rules({MANAGED_GROUP: _THEIRS}), "capacity": 5001})},
        {"acl": (_ACL, {**_CLOSE, "capacity": 5001})},
        {"acl": (_ACL, _rules({"other": {}}))},
        {"own": (_GROUP, {"capacity": 49, **_rules(_XSS)})},
        {"own": (_GROUP, {"capacity": 89, **_rules(_XSS, _XSS)})},
        {"own": (_GROUP, {})},
    ],
    undecided=[
        {"acl": (_ACL, {"rules": UNKNOWN})},
        {"acl": (_ACL, _rules(UNKNOWN))},
        {"acl": (_ACL, _CLOSE)},
        {"acl": (_ACL, _rules({MANAGED_GROUP: _THEIRS}))},
        {"acl": (_ACL, _rules({GROUP_REFERENCE: {"arn": "arn:aws:wafv2:elsewhere"}}))},
        {"acl": (_ACL, _rules(_OWN)), "own": (_GROUP, {"capacity": UNKNOWN})},
        {"own": (_GROUP, {"capacity": UNKNOWN, **_rules(_XSS)})},
        {"own": (_GROUP, {"capacity": 50, "rules": [UNKNOWN]})},
    ],
    settings={
        "units": at_most(
            MOST,
            "Most web ACL capacity units of a web ACL. Past 1,500 each request costs more.",
            minimum=1,
            asks={},
        )
    },
)
def check(holder: Resource, stack: Stack, *, units: int) -> Findings:
    """Know what the rules need before AWS refuses them, or its bill tells.

    A web ACL that is refused leaves what it should protect as it was. The price of requests rises
    past 1,500 units, so a team may set that. A rule group's capacity is fixed when it is made: what
    does not fit is refused, until the group is replaced.

    Rules are counted as in AWS's documentation. AWS may count less where rules share a
    transformation, so only what is over in any case is found; else what AWS itself counted decides.

    Source: AWS WAF Developer Guide, "Web ACL capacity units (WCUs) in AWS WAF".
    """
    if holder.type in RULE_GROUPS:
        needed = units_of(own_rules(holder), stack)
        if needed.least > holder.number("capacity", default=math.nan):
            yield "The rules need more units than the capacity of the rule group."
        yield from needed.unknown
        return
    needed = units_of(rules_of(holder, stack), stack)
    told: float = needed.least
    if told <= units and (needed.most > units or needed.unknown):
        if not holder.has("capacity"):
            yield from needed.unknown or [Undecided(holder.name, "capacity")]
            return
        told = holder.number("capacity", default=math.nan)
    if told > units:
        yield finding("The rules need more than {units} web ACL capacity units.", units=units)
