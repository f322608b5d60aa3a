from __future__ import annotations

from policy_pack.aws import LISTENERS
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


def _redirect(**changes: object) -> dict[str, object]:
    redirect = {"port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301", **changes}
    return {
        "port": 80,
        "protocol": "HTTP",
        "defaultActions": [{"type": "redirect", "redirect": redirect}],
    }


_FORWARD = [{"type": "forward", "targetGroupArn": UNKNOWN}]


@rule(
    title="Load balancers answer over HTTPS alone",
    types=LISTENERS,
    severity=Severity.HIGH,
    fix="Listen with protocol='HTTPS', and let an HTTP listener redirect there.",
    controls=(prowler("elbv2_ssl_listeners"), owasp("A02:2021")),
    passes=[
        {"port": 443, "protocol": "HTTPS", "defaultActions": _FORWARD},
        _redirect(),
        {"port": 443, "protocol": "TLS"},
        {"port": 5432, "protocol": "TCP"},
        {"port": 53, "protocol": "UDP"},
        {"defaultActions": _FORWARD},
    ],
    fails=[
        {"port": 80, "protocol": "HTTP", "defaultActions": _FORWARD},
        {"port": 80, "protocol": "HTTP"},
        {"port": 80},
        {"port": UNKNOWN, "protocol": "HTTP", "defaultActions": _FORWARD},
        _redirect(protocol="HTTP"),
        _redirect(protocol="#{protocol}"),
        _redirect(protocol=None),
        {"port": 80, "protocol": "HTTP", "defaultActions": [{"type": "fixed-response"}]},
    ],
    undecided=[
        {"port": 80, "protocol": UNKNOWN, "defaultActions": _FORWARD},
        {"port": 80, "protocol": "HTTP", "defaultActions": UNKNOWN},
        _redirect(protocol=UNKNOWN),
    ],
    omission="A listener without port and protocol is a gateway load balancer's.",
)
def check(listener: Resource) -> Findings:
    """Let nobody on the way read or change requests.

    A redirection must name HTTPS: left out, it keeps the protocol of the request. Rules of an HTTP
    listener are not looked at: with a default that redirects, they are made on purpose. TCP and UDP
    listeners of a network load balancer pass on what may be encrypted within.

    Source: Elastic Load Balancing API Reference, `CreateListener`, `RedirectActionConfig`.
    """
    plain = listener.get("protocol", default="HTTP" if listener.has("port") else None) == "HTTP"
    if not plain:
        return
    actions = listener.blocks("defaultActions")
    if not actions:
        yield "The listener answers over HTTP."
    yield from every(actions, _judge)


def _judge(action: Block) -> Findings:
    if action.get("type") != "redirect" or action.get("redirect", "protocol") != "HTTPS":
        yield "The listener answers over HTTP."
