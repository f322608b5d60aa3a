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

_NOT_S3 = ("customOriginConfig", "customOriginConfigs", "vpcOriginConfig", "vpcOriginConfigs")


def _origins(*origins: object) -> dict[str, object]:
    return {"origins": [*origins]}


_OPEN = {"domainName": "pages.s3.eu-west-1.amazonaws.com"}
_CLOSED = {**_OPEN, "originAccessControlId": "E327GJI25M56DG"}


@rule(
    title="CloudFront reads buckets by origin access control",
    types=DISTRIBUTIONS,
    severity=Severity.MEDIUM,
    fix=(
        "Add a cloudfront.OriginAccessControl, name it in the origin's origin_access_control_id, "
        "and let the bucket's policy allow this distribution alone."
    ),
    controls=(prowler("cloudfront_distributions_s3_origin_access_control"), owasp("A01:2021")),
    passes=[
        _origins(_CLOSED),
        _origins({"domainName": UNKNOWN, "originAccessControlId": UNKNOWN}),
        *(_origins({"domainName": "app.example.org", one: UNKNOWN}) for one in _NOT_S3),
    ],
    fails=[
        _origins(_OPEN),
        _origins({**_OPEN, "originAccessControlId": ""}),
        _origins({**_OPEN, "s3OriginConfig": {"originAccessIdentity": UNKNOWN}}),
        _origins(_CLOSED, _OPEN),
        _origins(UNKNOWN, _OPEN),
    ],
    undecided=[{"origins": UNKNOWN}, _origins(UNKNOWN), _origins(_CLOSED, UNKNOWN)],
    omission="A distribution must have an origin.",
)
def check(site: Resource) -> Findings:
    """Let the bucket tell this distribution from all others, so that it can be closed to them.

    An origin without settings of its own kind is a bucket: so the provider reads it. An origin
    access identity, which came before, cannot sign for newer regions and for keys of KMS.

    Source: Amazon CloudFront Developer Guide, "Restrict access to an Amazon S3 origin"; the
    provider's `expandOrigin`.
    """
    yield from every(site.blocks("origins"), _judge)


def _judge(origin: Block) -> Findings:
    if not any(map(origin.has, _NOT_S3)) and not origin.has("originAccessControlId"):
        yield "An origin in S3 is asked without origin access control."
