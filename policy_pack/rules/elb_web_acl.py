from __future__ import annotations

from collections.abc import Iterator

from policy_pack.endpoints import ASSOCIATIONS, FIREWALL_POLICIES, LOAD_BALANCERS, protected
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, fsbp, owasp, prowler, ref, rule

_ASSOCIATION = (ASSOCIATIONS[0], {"resourceArn": ref("balancer")})
_OTHERS = (ASSOCIATIONS[0], {"resourceArn": ref("other")})
_POLICY = {
    "securityServicePolicyData": {"type": "WAFV2"},
    "resourceType": "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "remediationEnabled": True,
}


@rule(
    title="Application load balancers stand behind AWS WAF",
    types=LOAD_BALANCERS,
    severity=Severity.HIGH,
    fix=(
        "Give the load balancer to `protects` of secure_components.WebApplicationFirewall, or to a "
        "wafv2.WebAclAssociation."
    ),
    controls=(
        prowler("elbv2_waf_acl_attached"),
        fsbp("ELB.16"),
        owasp("A05:2021"),
    ),
    passes=[
        {"balancer": (LOAD_BALANCERS[0], {}), "association": _ASSOCIATION},
        {"balancer": (LOAD_BALANCERS[0], {}), "policy": (FIREWALL_POLICIES[0], _POLICY)},
        {"balancer": (LOAD_BALANCERS[0], {"loadBalancerType": "network"})},
        {"balancer": (LOAD_BALANCERS[0], {"loadBalancerType": "gateway"})},
    ],
    fails=[
        {"balancer": (LOAD_BALANCERS[0], {})},
        {
            "balancer": (LOAD_BALANCERS[0], {}),
            "other": (LOAD_BALANCERS[0], {}),
            "association": _OTHERS,
        },
        {"balancer": (LOAD_BALANCERS[0], {"internal": True})},
        {
            "balancer": (LOAD_BALANCERS[0], {}),
            "policy": (FIREWALL_POLICIES[0], {**_POLICY, "remediationEnabled": False}),
        },
    ],
    undecided=[
        {
            "balancer": (LOAD_BALANCERS[0], {}),
            "association": (ASSOCIATIONS[0], {"resourceArn": UNKNOWN}),
        },
        {
            "balancer": (LOAD_BALANCERS[0], {}),
            "policy": (FIREWALL_POLICIES[0], {**_POLICY, "remediationEnabled": UNKNOWN}),
        },
        {"balancer": (LOAD_BALANCERS[0], {"loadBalancerType": UNKNOWN})},
    ],
)
def check(load_balancer: Resource, stack: Stack) -> Iterator[str]:
    """Let no request reach an application load balancer that no web ACL has looked at.

    Internal ones too: whoever is inside can attack as well, and what is internal today is behind a
    public proxy tomorrow. A network or gateway load balancer cannot carry a web ACL:
    `elb-not-public-without-web-acl` judges it.

    What it cannot see is an association that another stack makes, or a Firewall Manager policy of
    the organization: exempt the load balancer, with that as the reason. So do where it stands on an
    Outpost, as it cannot carry a web ACL there.

    Source: Security Hub, "ELB.16"; AWS WAF Developer Guide, "Associating or disassociating a web
    ACL with an AWS resource".
    """
    other = ("network", "gateway")
    if not protected(load_balancer, stack) and load_balancer.get("loadBalancerType") not in other:
        yield "The load balancer has no web ACL."
