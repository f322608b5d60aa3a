from __future__ import annotations

from policy_pack.endpoints import CLASSIC_LOAD_BALANCERS
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Resource,
    Severity,
    every,
    owasp,
    prowler,
    rule,
)


def _listener(protocol: object) -> dict[str, object]:
    return {"lbPort": 443, "lbProtocol": protocol, "instancePort": 8080, "instanceProtocol": "http"}


@rule(
    title="Classic load balancers listen over TLS alone",
    types=CLASSIC_LOAD_BALANCERS,
    severity=Severity.HIGH,
    fix="Set lb_protocol to 'https' or 'ssl', or use an application load balancer.",
    controls=(prowler("elb_ssl_listeners"), owasp("A02:2021")),
    passes=[
        {"listeners": [_listener("https")]},
        {"listeners": [_listener("HTTPS"), _listener("ssl")]},
    ],
    fails=[
        {"listeners": [_listener("http")]},
        {"listeners": [_listener("https"), _listener("tcp")]},
        {"listeners": [_listener(UNKNOWN), _listener("HTTP")]},
        {"listeners": [{"lbPort": 80}]},
    ],
    undecided=[{"listeners": UNKNOWN}, {"listeners": [_listener(UNKNOWN)]}],
    omission="Without listeners nothing is answered.",
)
def check(load_balancer: Resource) -> Findings:
    """Let nobody on the way read or change requests; a classic load balancer cannot redirect."""
    yield from every(load_balancer.blocks("listeners"), _judge)


def _judge(listener: Block) -> Findings:
    if str(listener.get("lbProtocol")).lower() not in ("https", "ssl"):
        yield "The load balancer listens without TLS."
