from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policy_pack.endpoints import DISTRIBUTIONS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, rule

_MODERN: Final = re.compile(r"TLSv1\.[23]_\d{4}")


def _certificate(**changes: object) -> dict[str, object]:
    return {"viewerCertificate": {"acmCertificateArn": UNKNOWN, **changes}}


@rule(
    title="CloudFront takes TLS 1.2 or later for a domain of one's own",
    types=DISTRIBUTIONS,
    severity=Severity.MEDIUM,
    fix="Set minimum_protocol_version='TLSv1.2_2021' in viewer_certificate.",
    controls=(owasp("A02:2021"),),
    passes=[
        _certificate(minimumProtocolVersion="TLSv1.2_2021"),
        _certificate(minimumProtocolVersion="TLSv1.3_2025"),
        {"viewerCertificate": {"cloudfrontDefaultCertificate": True}},
    ],
    fails=[
        _certificate(),
        _certificate(minimumProtocolVersion="TLSv1"),
        _certificate(minimumProtocolVersion="TLSv1_2016"),
        _certificate(minimumProtocolVersion="TLSv1.1_2016"),
        _certificate(minimumProtocolVersion="SSLv3"),
        {"viewerCertificate": {"iamCertificateId": "ASCAEXAMPLE"}},
    ],
    undecided=[
        _certificate(minimumProtocolVersion=UNKNOWN),
        {"viewerCertificate": UNKNOWN},
    ],
    omission="Without a certificate of its own, CloudFront's is used, whose version is AWS's.",
)
def check(site: Resource) -> Iterator[str]:
    """Refuse protocols that can be broken: left out, CloudFront takes TLS 1.0.

    With CloudFront's own certificate the version cannot be set (CloudFront API Reference,
    `ViewerCertificate`).
    """
    own = any(
        site.has("viewerCertificate", one) for one in ("acmCertificateArn", "iamCertificateId")
    )
    version = site.get("viewerCertificate", "minimumProtocolVersion", default="")
    if own and not _MODERN.fullmatch(str(version)):
        yield "The distribution takes a TLS version before 1.2."
