from __future__ import annotations

from policy_pack.endpoints import DISTRIBUTIONS
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

_BROKEN = ("SSLv3", "TLSv1", "TLSv1.1")


def _origin(**changes: object) -> dict[str, object]:
    config = {"originProtocolPolicy": "https-only", "originSslProtocols": ["TLSv1.2"], **changes}
    return {"origins": [{"domainName": "app.example.org", "customOriginConfig": config}]}


@rule(
    title="CloudFront reaches its origins over TLS 1.2",
    types=DISTRIBUTIONS,
    severity=Severity.MEDIUM,
    fix="Set origin_protocol_policy='https-only' and origin_ssl_protocols=['TLSv1.2'].",
    controls=(
        prowler("cloudfront_distributions_origin_traffic_encrypted"),
        prowler("cloudfront_distributions_using_deprecated_ssl_protocols"),
        owasp("A02:2021"),
    ),
    passes=[
        _origin(),
        {"origins": [{"domainName": UNKNOWN, "originAccessControlId": UNKNOWN}]},
    ],
    fails=[
        _origin(originProtocolPolicy="http-only"),
        _origin(originProtocolPolicy="match-viewer"),
        _origin(originProtocolPolicy=None),
        _origin(originSslProtocols=["TLSv1", "TLSv1.2"]),
        _origin(originSslProtocols=["TLSv1.1"]),
        _origin(originSslProtocols=["SSLv3"], originProtocolPolicy=UNKNOWN),
        {"origins": [{"customOriginConfigs": [{"originProtocolPolicy": "http-only"}]}]},
        {"origins": [UNKNOWN, {"customOriginConfig": {"originProtocolPolicy": "http-only"}}]},
    ],
    undecided=[
        {"origins": UNKNOWN},
        _origin(originProtocolPolicy=UNKNOWN),
        _origin(originSslProtocols=UNKNOWN),
    ],
    omission="Without a custom origin, CloudFront speaks with S3 by TLS.",
)
def check(site: Resource) -> Findings:
    """Keep what viewers sent over TLS from going on without it.

    `match-viewer` is open wherever a viewer may use HTTP, now or later. An origin in a VPC has its
    settings in a resource of its own, which is not judged.
    """
    yield from every(site.blocks("origins"), _judge)


def _judge(origin: Block) -> Findings:
    for name in ("customOriginConfig", "customOriginConfigs"):
        yield from every(origin.blocks(name), _judge_custom)


def _judge_custom(custom: Block) -> Findings:
    yield from every((_judge_policy, _judge_versions), lambda judge: judge(custom))


def _judge_policy(custom: Block) -> Findings:
    if custom.get("originProtocolPolicy") != "https-only":
        yield "An origin is reached over HTTP."


def _judge_versions(custom: Block) -> Findings:
    if any(one in _BROKEN for one in custom.strings("originSslProtocols")):
        yield "An origin may be reached by a TLS version before 1.2."
