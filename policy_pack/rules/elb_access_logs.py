from __future__ import annotations

from collections.abc import Iterator

from policy_pack.endpoints import CLASSIC_LOAD_BALANCERS, LOAD_BALANCERS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


def _logs(**changes: object) -> dict[str, object]:
    return {"accessLogs": {"bucket": "logs-1234567", "enabled": True, **changes}}


@rule(
    title="Load balancers keep access logs",
    types=(*LOAD_BALANCERS, *CLASSIC_LOAD_BALANCERS),
    severity=Severity.MEDIUM,
    fix="Set access_logs with enabled=True and a bucket that Elastic Load Balancing may write to.",
    controls=(prowler("elbv2_logging_enabled"), prowler("elb_logging_enabled"), owasp("A09:2021")),
    passes=[_logs(), _logs(bucket=UNKNOWN), {"loadBalancerType": "gateway"}],
    fails=[{}, {"accessLogs": {}}, _logs(enabled=False), {"loadBalancerType": "network"}],
    undecided=[_logs(enabled=UNKNOWN), {"accessLogs": UNKNOWN}, {"loadBalancerType": UNKNOWN}],
)
def check(load_balancer: Resource) -> Iterator[str]:
    """Keep who asked for what, so that an attack can be followed afterwards.

    A network load balancer logs its TLS listeners alone: exempt one that has none, with that as the
    reason. A gateway load balancer keeps no access logs.

    Source: the User Guides for Application and Network Load Balancers, "Access logs".
    """
    if load_balancer.get("loadBalancerType") == "gateway":
        return
    classic = load_balancer.type in CLASSIC_LOAD_BALANCERS
    given = classic and load_balancer.has("accessLogs")  # where it is, they are on by default
    if load_balancer.get("accessLogs", "enabled", default=given) is not True:
        yield "The load balancer keeps no access log."
