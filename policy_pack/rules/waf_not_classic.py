from __future__ import annotations

from collections.abc import Iterator

from policy_pack.endpoints import (
    DISTRIBUTIONS,
    FIREWALL_POLICIES,
    WEB_ACLS,
    is_classic,
    names_web_acl,
)
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, ref, rule

_KINDS = (
    "webAcl:WebAcl",
    "byteMatchSet:ByteMatchSet",
    "geoMatchSet:GeoMatchSet",
    "ipSet:IpSet",
    "rateBasedRule:RateBasedRule",
    "regexMatchSet:RegexMatchSet",
    "regexPatternSet:RegexPatternSet",
    "rule:Rule",
    "ruleGroup:RuleGroup",
    "sizeConstraintSet:SizeConstraintSet",
    "sqlInjectionMatchSet:SqlInjectionMatchSet",
    "xssMatchSet:XssMatchSet",
)
_CLASSIC = (
    *(f"aws:{service}/{kind}" for service in ("waf", "wafregional") for kind in _KINDS),
    "aws:wafregional/webAclAssociation:WebAclAssociation",
)
_SITE, _POLICY = DISTRIBUTIONS[0], FIREWALL_POLICIES[0]


def _of_type(type_: object) -> dict[str, object]:
    return {"securityServicePolicyData": {"type": type_}}


@rule(
    title="Nothing depends on AWS WAF Classic",
    types=(*_CLASSIC, *DISTRIBUTIONS, *FIREWALL_POLICIES),
    severity=Severity.HIGH,
    fix="Use the resources of wafv2, or secure_components.WebApplicationFirewall.",
    controls=(owasp("A06:2021"),),
    passes=[
        {"site": (_SITE, {"webAclId": ref("firewall")}), "firewall": (WEB_ACLS[0], {})},
        {"site": (_SITE, {})},
        {"policy": (_POLICY, _of_type("WAFV2"))},
    ],
    fails=[
        *({"classic": (type_, {})} for type_ in _CLASSIC),
        {"site": (_SITE, {"webAclId": "a1b2c3d4-5678-90ab-cdef-EXAMPLE11111"})},
        {"policy": (_POLICY, _of_type("WAF"))},
    ],
    undecided=[
        {"site": (_SITE, {"webAclId": UNKNOWN})},
        {"policy": (_POLICY, _of_type(UNKNOWN))},
    ],
)
def check(resource: Resource, stack: Stack) -> Iterator[str]:
    """Do not stand behind a firewall that AWS takes out of service, region by region.

    It has none of AWS's managed rule groups, and a web ACL of it counts for no other rule.

    Source: AWS WAF Developer Guide, "AWS WAF Classic"; CloudFront API Reference,
    `DistributionConfig`; Firewall Manager API Reference, `SecurityServicePolicyData`.
    """
    if is_classic(resource.type):
        yield "The resource is one of AWS WAF Classic."
    elif resource.type in FIREWALL_POLICIES:
        if resource.get("securityServicePolicyData", "type") == "WAF":
            yield "The policy is for AWS WAF Classic."
    elif resource.has("webAclId") and not names_web_acl(resource, stack):
        yield "The distribution names its web ACL by no ARN of AWS WAF."
