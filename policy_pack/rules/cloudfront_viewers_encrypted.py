from __future__ import annotations

from itertools import chain

from policy_pack.endpoints import DISTRIBUTIONS
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Resource,
    Severity,
    every,
    fsbp,
    owasp,
    prowler,
    rule,
)

_OTHERS = ("orderedCacheBehaviors", "cacheBehaviors")


def _policies(default: object, *others: object) -> dict[str, object]:
    return {
        "defaultCacheBehavior": {"viewerProtocolPolicy": default},
        "orderedCacheBehaviors": [{"viewerProtocolPolicy": one} for one in others],
    }


@rule(
    title="CloudFront answers over HTTPS alone",
    types=DISTRIBUTIONS,
    severity=Severity.HIGH,
    fix="Set viewer_protocol_policy='redirect-to-https' or 'https-only' in every cache behavior.",
    controls=(
        prowler("cloudfront_distributions_https_enabled"),
        fsbp("CloudFront.3"),
        owasp("A02:2021"),
    ),
    passes=[_policies("redirect-to-https"), _policies("https-only", "redirect-to-https")],
    fails=[
        {},
        _policies("allow-all"),
        _policies(None),
        _policies("https-only", "allow-all"),
        _policies(UNKNOWN, "allow-all"),
        {
            "defaultCacheBehavior": {"viewerProtocolPolicy": "https-only"},
            "cacheBehaviors": [{"viewerProtocolPolicy": "allow-all"}],
        },
    ],
    undecided=[
        _policies(UNKNOWN),
        _policies("https-only", UNKNOWN),
        {"defaultCacheBehavior": UNKNOWN},
    ],
)
def check(site: Resource) -> Findings:
    """Let nobody on the way read or change what a viewer sends and gets."""
    defaults = site.blocks("defaultCacheBehavior")
    if not defaults:
        yield "The distribution answers over HTTP."
    others = chain.from_iterable(site.blocks(one) for one in _OTHERS)
    yield from every((*defaults, *others), _judge)


def _judge(behavior: Block) -> Findings:
    if behavior.get("viewerProtocolPolicy") not in ("redirect-to-https", "https-only"):
        yield "The distribution answers over HTTP."
