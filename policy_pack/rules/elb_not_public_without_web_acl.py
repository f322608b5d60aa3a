from __future__ import annotations

from collections.abc import Iterator

from policy_pack.endpoints import CLASSIC_LOAD_BALANCERS, LOAD_BALANCERS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule

_NETWORK = {"loadBalancerType": "network"}


@rule(
    title="Load balancers that cannot carry a web ACL are internal",
    types=(*CLASSIC_LOAD_BALANCERS, *LOAD_BALANCERS),
    severity=Severity.HIGH,
    fix=(
        "Set internal=True, and let an application load balancer or a CloudFront distribution with "
        "a web ACL face the internet."
    ),
    controls=(prowler("elb_internet_facing"), owasp("A05:2021")),
    passes=[{**_NETWORK, "internal": True}],
    fails=[_NETWORK, {**_NETWORK, "internal": False}],
    undecided=[{**_NETWORK, "internal": UNKNOWN}],
    omission=(
        "An application load balancer is the default, and `elb-web-acl` judges it; a classic one "
        "that leaves `internal` out is found."
    ),
)
def check(load_balancer: Resource) -> Iterator[str]:
    """Let no network or classic load balancer bring the internet around AWS WAF to a service.

    Neither can carry a web ACL, and both are internet-facing unless `internal` is set. A gateway
    load balancer has no address of its own to reach. A network load balancer that only passes
    traffic on to an application load balancer with a web ACL, or that serves another protocol than
    HTTP, is exempted, with that as the reason: what it passes on to cannot be seen.

    Source: Elastic Load Balancing API Reference, `CreateLoadBalancer`; AWS WAF Developer Guide,
    "Associating or disassociating a web ACL with an AWS resource".
    """
    classic = load_balancer.type in CLASSIC_LOAD_BALANCERS
    kind = load_balancer.get("loadBalancerType", default="classic" if classic else "application")
    if kind in ("classic", "network") and load_balancer.get("internal") is not True:
        yield "The load balancer faces the internet, and cannot carry a web ACL."
