from __future__ import annotations

import json
from functools import partial
from typing import Any, Final

from policy_pack.endpoints import WEB_ACLS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    every,
    finding,
    owasp,
    rule,
)
from policy_pack.waf import HOLDERS, NOT, RULE_GROUPS, WEB_ACL_RULES, Statement, WafRule, own_rules

_MATCH, _NO_MATCH = "MATCH", "NO_MATCH"
_NEGATED: Final = {_MATCH: _NO_MATCH, _NO_MATCH: _MATCH}
_CONFIGS: Final = ("forwardedIpConfig", "ipSetForwardedIpConfig")
_HEADER = "X-Forwarded-For"


def _from(fallback: object) -> dict[str, Any]:
    config = {"headerName": _HEADER, "fallbackBehavior": fallback}
    return {"geoMatchStatement": {"countryCodes": ["NL"], "forwardedIpConfig": config}}


def _among(fallback: object) -> dict[str, Any]:
    config = {"headerName": _HEADER, "fallbackBehavior": fallback, "position": "FIRST"}
    return {"ipSetReferenceStatement": {"arn": "arn", "ipSetForwardedIpConfig": config}}


def _rate(fallback: object, scope: object = None) -> dict[str, Any]:
    config = {"headerName": _HEADER, "fallbackBehavior": fallback}
    limit = {"limit": 100, "aggregateKeyType": "FORWARDED_IP", "forwardedIpConfig": config}
    return {
        "rateBasedStatement": limit if scope is None else {**limit, "scopeDownStatement": scope}
    }


def _not(statement: object) -> dict[str, Any]:
    return {"notStatement": {"statement": statement}}


def _rule(action: str, statement: object, **more: object) -> dict[str, Any]:
    return {"name": "rule", "action": {action: {}}, "statement": statement, **more}


def _acl(*rules: object) -> dict[str, Any]:
    return {"acl": (WEB_ACLS[0], {"rules": list(rules)})}


_LABELS = [{"name": "office"}]
_JSON = [
    {
        "Name": "rule",
        "Action": {"Block": {}},
        "Statement": {
            "GeoMatchStatement": {
                "CountryCodes": ["NL"],
                "ForwardedIPConfig": {"HeaderName": _HEADER, "FallbackBehavior": "NO_MATCH"},
            }
        },
    }
]


@rule(
    title="An address that cannot be read lets nobody past AWS WAF",
    types=HOLDERS,
    severity=Severity.HIGH,
    fix=(
        "Set fallback_behavior='MATCH' where a rule stops what it matches, and 'NO_MATCH' where it "
        "allows or labels it, the other way around within a not_statement; or use "
        "secure_components.WebApplicationFirewall with forwarded_ip."
    ),
    controls=(owasp("A01:2021"),),
    passes=[
        _acl(_rule("block", _from("MATCH"))),
        _acl(_rule("block", _among("MATCH"))),
        _acl(_rule("block", _not(_among("NO_MATCH")))),
        _acl(_rule("allow", _among("NO_MATCH"))),
        _acl(_rule("block", _rate("MATCH", _not(_from("NO_MATCH"))))),
        _acl(_rule("count", _among("NO_MATCH"), ruleLabels=_LABELS)),
        _acl(_rule("count", _among("MATCH"))),
        _acl(_rule("block", {"geoMatchStatement": {"countryCodes": ["NL"]}})),
    ],
    fails=[
        _acl(_rule("block", _from("NO_MATCH"))),
        _acl(_rule("block", _from(None))),
        _acl(_rule("captcha", _not(_among("MATCH")))),
        _acl(_rule("block", _rate("NO_MATCH"))),
        _acl(_rule("block", _rate("MATCH", _from("NO_MATCH")))),
        _acl(_rule("allow", _among("MATCH"))),
        _acl(_rule("count", _among("MATCH"), ruleLabels=_LABELS)),
        _acl(UNKNOWN, _rule("block", _from("NO_MATCH"))),
        {"acl": (WEB_ACLS[0], {"ruleJson": json.dumps(_JSON)})},
        {"own": (RULE_GROUPS[0], {"rules": [_rule("block", _from("NO_MATCH"))]})},
        {"one": (WEB_ACL_RULES[0], _rule("block", _from("NO_MATCH")))},
    ],
    undecided=[
        {"acl": (WEB_ACLS[0], {"rules": UNKNOWN})},
        _acl(_rule("block", _from(UNKNOWN))),
        _acl({**_rule("block", _from("MATCH")), "action": UNKNOWN}),
    ],
    omission="A rule that reads no header has no fallback; nor has a web ACL without rules.",
)
def check(holder: Resource, _: Stack) -> Findings:
    """Do not let a client pass by sending nonsense as its address.

    Behind a proxy a rule reads the client's address from a header. What is no address is treated as
    the fallback says: as matching, or as not. A label says what is known of a client, so an address
    that cannot be read earns none [our inference]. A header that is missing is no nonsense: AWS WAF
    skips the rule, and only closing the way around the proxy helps.

    Source: AWS WAF Developer Guide, "Using forwarded IP addresses in AWS WAF"; AWS WAFV2 API
    Reference, `ForwardedIPConfig`.
    """
    yield from own_rules(holder).judge(_judge)


def _judge(rule: WafRule) -> Findings:
    if rule.is_group or rule.action not in {"allow", "count"}:
        wanted = _MATCH
    elif rule.action == "count" and not rule.labels:
        return
    else:
        wanted = _NO_MATCH
    yield from _judge_statement(rule.statement, rule, wanted)


def _judge_statement(statement: Statement, rule: WafRule, wanted: str) -> Findings:
    kind, body = statement.kind, statement.body
    for config in _CONFIGS:
        if body.has(config) and body.get(config, "fallbackBehavior") != wanted:
            yield finding("The rule {name} lets pass whose address it cannot read.", name=rule.name)
    if kind == NOT:
        wanted = _NEGATED[wanted]
    yield from every(statement.nested, partial(_judge_statement, rule=rule, wanted=wanted))
