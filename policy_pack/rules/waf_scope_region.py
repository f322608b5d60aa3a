from __future__ import annotations

import re
from typing import Any, Final

from policy_pack.endpoints import (
    AMPLIFY_APPS,
    ASSOCIATIONS,
    DISTRIBUTION_TENANTS,
    DISTRIBUTIONS,
    LOAD_BALANCERS,
    WEB_ACLS,
)
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Resource,
    Severity,
    Stack,
    Undecided,
    every,
    finding,
    owasp,
    ref,
    rule,
    type_of,
)
from policy_pack.waf import (
    GROUP_REFERENCE,
    IP_SET,
    IP_SETS,
    LOGGING_CONFIGURATIONS,
    PARTS,
    REGEX_PATTERN_SET,
    REGEX_PATTERN_SETS,
    RULE_GROUP_ASSOCIATIONS,
    RULE_GROUPS,
    WEB_ACL_RULES,
    Statement,
    WafRule,
    own_rules,
    referred,
    walk,
)

_GLOBAL, _REGIONAL, _HOME = "CLOUDFRONT", "REGIONAL", "us-east-1"
_SCOPES = {"global": _GLOBAL, "regional": _REGIONAL}
_ARN: Final = re.compile(r"arn:[^:]*:wafv2:[^:]*:[^:]*:(global|regional)/.*")
_REFERENCES: Final = {
    IP_SET: IP_SETS,
    REGEX_PATTERN_SET: REGEX_PATTERN_SETS,
    GROUP_REFERENCE: RULE_GROUPS,
}
_SCOPED = (*WEB_ACLS, *RULE_GROUPS, *IP_SETS, *REGEX_PATTERN_SETS)

_ACL, _GROUP = WEB_ACLS[0], RULE_GROUPS[0]
_SET, _PATTERNS = IP_SETS[0], REGEX_PATTERN_SETS[0]
_PART, _ADDED, _LOGS = (
    WEB_ACL_RULES[0],
    RULE_GROUP_ASSOCIATIONS[0],
    LOGGING_CONFIGURATIONS[0],
)
_LINK, _APP, _BALANCER = ASSOCIATIONS[0], AMPLIFY_APPS[0], LOAD_BALANCERS[0]
_APP_ARN = "arn:aws:amplify:eu-west-1:123456789012:apps/d2h"
_SITE, _TENANT = DISTRIBUTIONS[0], DISTRIBUTION_TENANTS[0]
_ELSEWHERE = "arn:aws:wafv2:us-east-1:123456789012:{}/webacl/site/a1b2c3d4"
_LISTED: dict[str, Any] = {"ipSetReferenceStatement": {"arn": ref("set")}}


def _at(type_: str, scope: object = _GLOBAL, **other: object) -> tuple[str, dict[str, Any]]:
    return type_, {"scope": scope, **other}


def _rules(statement: object) -> list[dict[str, Any]]:
    return [{"name": "rule", "statement": {"notStatement": {"statement": statement}}}]


def _linked(acl: object, to: object) -> dict[str, Any]:
    return {"link": (_LINK, {"webAclArn": acl, "resourceArn": to})}


_ONE = {"one": (_PART, {"webAclArn": ref("acl"), "statement": _LISTED})}
_MATCHED: dict[str, Any] = {"regexPatternSetReferenceStatement": {"arn": ref("pats")}}
_GLOBAL_ACL, _REGIONAL_ACL = {"acl": _at(_ACL)}, {"acl": _at(_ACL, _REGIONAL)}
_APPS: dict[str, Any] = {"app": (_APP, {})}
_BALANCERS: dict[str, Any] = {"alb": (_BALANCER, {})}


@rule(
    title="What is for CloudFront is global, and what is not is regional",
    types=(
        *_SCOPED,
        *PARTS,
        *LOGGING_CONFIGURATIONS,
        *ASSOCIATIONS,
        *DISTRIBUTIONS,
        *DISTRIBUTION_TENANTS,
    ),
    severity=Severity.MEDIUM,
    fix=(
        "For CloudFront and Amplify, set scope='CLOUDFRONT' and region='us-east-1' on the web ACL "
        "and all that it uses; for all else, scope='REGIONAL'; or use "
        "secure_components.WebApplicationFirewall."
    ),
    controls=(owasp("A05:2021"),),
    passes=[
        {"acl": _at(_ACL, region=_HOME)},
        {"acl": _at(_ACL, _REGIONAL, region="eu-west-1")},
        {"acl": _at(_ACL, rules=_rules(_LISTED)), "set": _at(_SET)},
        {"set": _at(_SET)},
        {"one": (_PART, {"webAclArn": ref("acl"), "statement": _LISTED}), "set": _at(_SET)}
        | _GLOBAL_ACL,
        {"logs": (_LOGS, {"resourceArn": ref("acl"), "region": _HOME})} | _GLOBAL_ACL,
        {"logs": (_LOGS, {"resourceArn": ref("acl"), "region": "eu-west-1"})} | _REGIONAL_ACL,
        _linked(ref("acl"), ref("app")) | _GLOBAL_ACL | _APPS,
        _linked(ref("acl"), _APP_ARN) | _GLOBAL_ACL,
        _linked(ref("acl"), ref("alb")) | _REGIONAL_ACL | _BALANCERS,
        {"site": (_SITE, {})},
        {"site": (_SITE, {"webAclId": ref("acl")})} | _GLOBAL_ACL,
        {"tent": (_TENANT, {"customizations": {"webAcl": {"arn": ref("acl")}}})} | _GLOBAL_ACL,
    ],
    fails=[
        {"acl": _at(_ACL, region="eu-west-1")},
        {"set": _at(_SET, region="eu-west-1")},
        {"own": _at(_GROUP, region="eu-west-1")},
        {"pats": _at(_PATTERNS, region="eu-west-1")},
        {"logs": (_LOGS, {"resourceArn": ref("acl"), "region": "eu-west-1"})} | _GLOBAL_ACL,
        {
            "logs": (
                _LOGS,
                {"resourceArn": _ELSEWHERE.format("global"), "region": "eu-west-1"},
            )
        },
        {"acl": _at(_ACL, rules=_rules(_LISTED)), "set": _at(_SET, _REGIONAL)},
        {"acl": _at(_ACL, _REGIONAL, rules=[*_rules(_LISTED), UNKNOWN]), "set": _at(_SET)},
        {
            "acl": _at(
                _ACL, rules=_rules({"regexPatternSetReferenceStatement": {"arn": ref("pats")}})
            ),
            "pats": _at(_PATTERNS, _REGIONAL),
        },
        {
            "acl": _at(_ACL, rules=_rules({"ruleGroupReferenceStatement": {"arn": ref("own")}})),
            "own": _at(_GROUP, _REGIONAL),
        },
        {"own": _at(_GROUP, _REGIONAL, rules=_rules(_LISTED)), "set": _at(_SET)},
        _ONE | {"set": _at(_SET)} | _REGIONAL_ACL,
        {
            "add": (
                _ADDED,
                {
                    "webAclArn": _ELSEWHERE.format("regional"),
                    "ruleGroupReference": {"arn": ref("own")},
                },
            ),
            "own": _at(_GROUP),
        },
        _linked(ref("acl"), ref("alb")) | _GLOBAL_ACL | _BALANCERS,
        _linked(ref("acl"), ref("app")) | _REGIONAL_ACL | _APPS,
        _linked(ref("acl"), _APP_ARN) | _REGIONAL_ACL,
        _linked(_ELSEWHERE.format("global"), ref("alb")) | _BALANCERS,
        _linked("acl", ref("alb")) | _BALANCERS,
        {"site": (_SITE, {"webAclId": ref("acl")})} | _REGIONAL_ACL,
        {"site": (_SITE, {"webAclId": _ELSEWHERE.format("regional")})},
        {"tent": (_TENANT, {"customizations": {"webAcl": {"arn": ref("acl")}}})} | _REGIONAL_ACL,
    ],
    undecided=[
        {"acl": _at(_ACL, UNKNOWN)},
        {"acl": _at(_ACL, region=UNKNOWN)},
        {"acl": _at(_ACL, rules=_rules(_LISTED)), "set": _at(_SET, UNKNOWN)},
        {"acl": _at(_ACL, rules=UNKNOWN)},
        {"acl": _at(_ACL, ruleJson=UNKNOWN)},
        _linked(ref("acl"), UNKNOWN) | _GLOBAL_ACL,
        {"site": (_SITE, {"webAclId": UNKNOWN})},
    ],
    omission="Without `region` it is the provider's, which the resource tells once it is made.",
)
def check(resource: Resource, stack: Stack) -> Findings:
    """Have the firewall where the endpoint is, before AWS refuses to put it there.

    What is for CloudFront and Amplify is global and stands in us-east-1, its logs too; all else is
    regional. A stack that mixes them is refused halfway: the endpoint is there by then, and the
    firewall is not.

    Source: AWS WAFV2 API Reference, `CreateWebACL`, `AssociateWebACL`; AWS WAF Developer Guide,
    "Logging AWS WAF web ACL traffic".
    """
    yield from every((_judge_place, _judge_use), lambda judge: judge(resource, stack))


def _judge_place(resource: Resource, stack: Stack) -> Findings:
    if resource.type in _SCOPED:
        scope = resource.get("scope")
    elif resource.type in LOGGING_CONFIGURATIONS:
        scope = _scope_of(resource, "resourceArn", (resource, "resourceArn"), WEB_ACLS, stack)
    else:
        return
    if scope == _GLOBAL and resource.has("region") and resource.get("region") != _HOME:
        yield "It is for CloudFront, and not in us-east-1."


def _judge_use(resource: Resource, stack: Stack) -> Findings:
    if resource.type in ASSOCIATIONS:
        wanted = _GLOBAL if _is_of_app(resource) else _REGIONAL
        if _scope_of_web_acl(resource, stack) != wanted:
            yield "The web ACL is of another scope than the endpoint, or what it names is none."
    elif resource.type in DISTRIBUTIONS and resource.has("webAclId"):
        place = (resource, "webAclId")
        if _scope_of(resource, "webAclId", place, WEB_ACLS, stack) == _REGIONAL:
            yield "The web ACL of the distribution is regional."
    elif resource.type in DISTRIBUTION_TENANTS:
        for web_acl in resource.blocks("customizations", "webAcl"):
            place = (resource, "customizations")
            if _scope_of(web_acl, "arn", place, WEB_ACLS, stack) == _REGIONAL:
                yield "The web ACL of the distribution tenant is regional."
    elif resource.type in (*WEB_ACLS, *RULE_GROUPS):
        scope = resource.get("scope")
        yield from own_rules(resource).judge(lambda rule: _judge_rule(rule, scope, stack))
    elif resource.type in PARTS:
        scope = _scope_of_web_acl(resource, stack)
        yield from own_rules(resource).judge(lambda rule: _judge_rule(rule, scope, stack))


def _judge_rule(rule: WafRule, scope: object, stack: Stack) -> Findings:
    def judge(statement: Statement) -> Findings:
        types = _REFERENCES.get(statement.kind, ())
        place = (rule.holder, rule.source)
        if types and _scope_of(statement.body, "arn", place, types, stack) != scope:
            yield finding(
                "The rule {name} refers to what is of another scope, or is none.", name=rule.name
            )

    yield from every(walk(rule.statement), judge)


def _scope_of_web_acl(resource: Resource, stack: Stack) -> object:
    return _scope_of(resource, "webAclArn", (resource, "webAclArn"), WEB_ACLS, stack)


def _scope_of(
    block: Block, name: str, place: tuple[Resource, str], types: tuple[str, ...], stack: Stack
) -> object:
    """Return the scope of what an ARN stands for, or None if it is no ARN of AWS WAF."""
    found = referred(block, name, place, types, stack)
    scopes = {str(one.get("scope")) for one in found}
    if len(scopes) > 1:
        raise Undecided(place[0].name, place[1])
    arn = _ARN.fullmatch(str(block.get(name))) if not found else None
    return scopes.pop() if scopes else arn and _SCOPES[arn[1]]


def _is_of_app(association: Resource) -> bool:
    """Tell whether an association is of an Amplify app."""
    arn = association.raw("resourceArn")
    if isinstance(arn, str) and arn.startswith("arn:"):
        return arn.split(":")[2] == "amplify"
    made_of = association.dependencies.get("resourceArn", ())
    kinds = {type_of(urn) in AMPLIFY_APPS for urn in made_of}
    if len(kinds) > 1 or (arn is UNKNOWN and not kinds):
        raise Undecided(association.name, "resourceArn")
    return True in kinds
