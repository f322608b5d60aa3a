from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from policy_pack.endpoints import WEB_ACLS
from policy_pack.rule import (
    UNKNOWN,
    Resource,
    Severity,
    Stack,
    Undecided,
    fsbp,
    owasp,
    prowler,
    ref,
    rule,
)
from policy_pack.waf import (
    GROUP_REFERENCE,
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
_GEO: dict[str, Any] = {"statement": {"geoMatchStatement": {"countryCodes": ["NL"]}}}
_REFERENCE = {"statement": {GROUP_REFERENCE: {"arn": ref("own")}}}
_ELSEWHERE = {"statement": {GROUP_REFERENCE: {"arn": "arn:aws:wafv2:elsewhere"}}}
_JSON = json.dumps([{"Statement": {"GeoMatchStatement": {"CountryCodes": ["NL"]}}}])
_FULL: tuple[str, Any] = (_GROUP, {"rules": [_GEO]})
_EMPTY: tuple[str, Any] = (_GROUP, {})


@rule(
    title="Web ACLs and rule groups have rules",
    types=(*WEB_ACLS, *RULE_GROUPS),
    severity=Severity.HIGH,
    fix=(
        "Give it rules, of which a managed rule group is the least; or use "
        "secure_components.WebApplicationFirewall."
    ),
    controls=(prowler("wafv2_webacl_with_rules"), fsbp("WAF.10"), owasp("A05:2021")),
    passes=[
        {"acl": (_ACL, {"rules": [_GEO]})},
        {"acl": (_ACL, {"ruleJson": _JSON})},
        {"acl": (_ACL, {}), "one": (_PART, {**_GEO, "webAclArn": ref("acl")})},
        {"acl": (_ACL, {"rules": [_REFERENCE]}), "own": _FULL},
        {"acl": (_ACL, {"rules": [_ELSEWHERE]})},
        {"own": (_GROUP, {"rules": [_GEO]})},
        {"own": (_GROUP, {"rulesJson": _JSON})},
    ],
    fails=[
        {"acl": (_ACL, {})},
        {"acl": (_ACL, {"rules": []})},
        {"acl": (_ACL, {"ruleJson": "[]"})},
        {"acl": (_ACL, {"ruleJson": "{"})},
        {"acl": (_ACL, {"rules": [_REFERENCE]}), "own": _EMPTY},
        {
            "acl": (_ACL, {}),
            "own": _EMPTY,
            "add": (
                _ADDED,
                {"webAclArn": ref("acl"), "ruleGroupReference": {"arn": ref("own")}},
            ),
        },
        {"own": _EMPTY},
    ],
    undecided=[
        {"acl": (_ACL, {"rules": UNKNOWN})},
        {"acl": (_ACL, {"ruleJson": UNKNOWN})},
        {"acl": (_ACL, {}), "one": (_PART, {**_GEO, "webAclArn": UNKNOWN})},
        {"acl": (_ACL, {"rules": [UNKNOWN]})},
    ],
)
def check(holder: Resource, stack: Stack) -> Iterator[str]:
    """Do not stand before an application with a firewall that looks at nothing.

    A web ACL without rules does the same to every request. One that only runs a rule group without
    rules is no better, and the group can be emptied without a look at the web ACL.

    Source: Security Hub, "Security Hub controls for AWS WAF".
    """
    rules = rules_of(holder, stack) if holder.type in WEB_ACLS else own_rules(holder)
    if not rules.some(lambda one: _looks(one, stack)):
        yield "No rule looks at a request: there are none, or only rule groups without any."


def _looks(rule: WafRule, stack: Stack) -> bool:
    if rule.kind != GROUP_REFERENCE:
        return True
    body = rule.statement.body
    groups = rule.referred(body, RULE_GROUPS, stack)
    full = [own_rules(group).some(lambda _: True) for group in groups]
    if any(full) and not all(full):  # it may be any of them
        raise Undecided(rule.holder.name, rule.source)
    return all(full)
