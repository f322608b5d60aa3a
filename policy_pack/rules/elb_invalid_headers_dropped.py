from __future__ import annotations

from collections.abc import Iterator

from policy_pack.endpoints import LOAD_BALANCERS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="Application load balancers drop invalid headers",
    types=LOAD_BALANCERS,
    severity=Severity.MEDIUM,
    fix="Set drop_invalid_header_fields=True.",
    controls=(prowler("elbv2_alb_drop_invalid_header_fields_enabled"), owasp("A05:2021")),
    passes=[
        {"dropInvalidHeaderFields": True},
        {"loadBalancerType": "network"},
        {"loadBalancerType": "gateway"},
    ],
    fails=[
        {},
        {"dropInvalidHeaderFields": False},
        {"loadBalancerType": "application"},
    ],
    undecided=[{"dropInvalidHeaderFields": UNKNOWN}, {"loadBalancerType": UNKNOWN}],
    remedies={LOAD_BALANCERS: {"dropInvalidHeaderFields": True}},
)
def check(load_balancer: Resource) -> Iterator[str]:
    """Pass no header on that the service may read otherwise than AWS WAF did.

    So request smuggling begins. Only an application load balancer reads headers.
    """
    if load_balancer.get("loadBalancerType", default="application") != "application":
        return
    if load_balancer.get("dropInvalidHeaderFields") is not True:
        yield "The load balancer passes invalid headers on."
