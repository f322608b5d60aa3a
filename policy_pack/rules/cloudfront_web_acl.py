from __future__ import annotations

from collections.abc import Iterator

from policy_pack.endpoints import (
    DISTRIBUTION_TENANTS,
    DISTRIBUTIONS,
    FIREWALL_POLICIES,
    WEB_ACLS,
    protected,
)
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, fsbp, owasp, prowler, ref, rule

_SITE, _TENANT = DISTRIBUTIONS[0], DISTRIBUTION_TENANTS[0]
_ARN = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/firewall/a1b2c3d4"
_REGIONAL = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/firewall/a1b2c3d4"
_POLICY = {
    "securityServicePolicyData": {"type": "WAFV2"},
    "resourceType": "AWS::CloudFront::Distribution",
    "remediationEnabled": True,
}


def _of_tenant(action: object) -> dict[str, object]:
    return {"customizations": {"webAcl": {"action": action}}}


@rule(
    title="CloudFront distributions stand behind AWS WAF",
    types=(*DISTRIBUTIONS, *DISTRIBUTION_TENANTS),
    severity=Severity.HIGH,
    fix=(
        "Set web_acl_id to the web_acl_arn of a secure_components.WebApplicationFirewall with "
        "scope='cloudfront'."
    ),
    controls=(
        prowler("cloudfront_distributions_using_waf"),
        fsbp("CloudFront.6"),
        owasp("A05:2021"),
    ),
    passes=[
        {"site": (_SITE, {"webAclId": ref("firewall")}), "firewall": (WEB_ACLS[0], {})},
        {"site": (_SITE, {"webAclId": _ARN})},
        {"site": (_SITE, {}), "policy": (FIREWALL_POLICIES[0], _POLICY)},
        {"tenant": (_TENANT, {})},
        {"tenant": (_TENANT, _of_tenant("override"))},
    ],
    fails=[
        {"site": (_SITE, {})},
        {"site": (_SITE, {"webAclId": ""}), "firewall": (WEB_ACLS[0], {})},
        {"site": (_SITE, {"webAclId": "a1b2c3d4-5678-90ab-cdef-EXAMPLE11111"})},
        {"site": (_SITE, {"webAclId": _REGIONAL})},
        {"tenant": (_TENANT, _of_tenant("disable"))},
    ],
    undecided=[
        {"site": (_SITE, {"webAclId": UNKNOWN}), "firewall": (WEB_ACLS[0], {})},
        {"tenant": (_TENANT, _of_tenant(UNKNOWN))},
    ],
)
def check(distribution: Resource, stack: Stack) -> Iterator[str]:
    """Look at requests at the edge, before they reach a cache or an origin.

    A distribution takes its web ACL by `webAclId`; an association is for other endpoints. The id of
    a web ACL of AWS WAF Classic does not count. A tenant of a distribution inherits its web ACL,
    unless it overrides or disables it.

    What it cannot see is a Firewall Manager policy of the organization: exempt the distribution,
    with that as the reason.

    Source: Security Hub, "CloudFront.6"; CloudFront API Reference, `DistributionConfig` and
    `WebAclCustomization`.
    """
    if distribution.type in DISTRIBUTION_TENANTS:
        own = ("customizations", "webAcl")
        if distribution.has(*own) and distribution.get(*own, "action") != "override":
            yield "The tenant switches the distribution's web ACL off."
    elif not protected(distribution, stack):
        yield "The distribution has no web ACL of AWS WAF."
