from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policy_pack.aws import LISTENERS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule

_MODERN: Final = re.compile(r"ELBSecurityPolicy-(TLS13|TLS|FS)-1-[23]-[\w-]+")


@rule(
    title="Load balancers speak TLS 1.2 or later",
    types=LISTENERS,
    severity=Severity.MEDIUM,
    fix="Set ssl_policy='ELBSecurityPolicy-TLS13-1-2-2021-06', or a later one of its kind.",
    controls=(prowler("elbv2_insecure_ssl_ciphers"), owasp("A02:2021")),
    passes=[
        *(
            {"protocol": "HTTPS", "sslPolicy": f"ELBSecurityPolicy-{name}"}
            for name in (
                "TLS13-1-2-2021-06",
                "TLS13-1-3-2021-06",
                "TLS13-1-2-Res-PQ-2025-09",
                "TLS13-1-2-FIPS-2023-04",
                "TLS-1-2-2017-01",
                "FS-1-2-Res-2020-10",
            )
        ),
        {"protocol": "HTTP", "port": 80},
        {"protocol": "TCP"},
        {},
    ],
    fails=[
        {"protocol": "HTTPS"},
        {"protocol": "TLS", "sslPolicy": None},
        {"certificateArn": UNKNOWN, "sslPolicy": "ELBSecurityPolicy-2016-08"},
        *(
            {"protocol": "HTTPS", "sslPolicy": f"ELBSecurityPolicy-{name}"}
            for name in (
                "2016-08",
                "2015-05",
                "TLS13-1-0-2021-06",
                "TLS13-1-1-2021-06",
                "TLS-1-0-2015-04",
                "TLS-1-1-2017-01",
                "FS-2018-06",
                "FS-1-1-2019-08",
            )
        ),
    ],
    undecided=[{"protocol": "HTTPS", "sslPolicy": UNKNOWN}, {"protocol": UNKNOWN}],
    omission="A listener without protocol is HTTP's, or a gateway load balancer's.",
)
def check(listener: Resource) -> Iterator[str]:
    """Refuse protocols that can be broken. Left out, a listener takes TLS 1.0.

    The names of the policies tell the oldest version: `TLS13-1-2` is TLS 1.3 and 1.2.

    Source: User Guide for Application Load Balancers, "Security policies"; the default without a
    console is ELBSecurityPolicy-2016-08.
    """
    encrypted = listener.has("sslPolicy") or listener.get("protocol") in ("HTTPS", "TLS")
    if encrypted and not _MODERN.fullmatch(str(listener.get("sslPolicy"))):
        yield "The listener takes a TLS version before 1.2."
