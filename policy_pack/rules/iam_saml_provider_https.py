from __future__ import annotations

import re
from typing import Any

from policy_pack.rule import UNKNOWN, Findings, Malformed, Resource, Severity, owasp, rule

_KEY = '<md:KeyDescriptor use="signing"><ds:X509Certificate>MII</ds:X509Certificate>'


def _provider(
    location: str = "https://id.example.com/sso", key: str = _KEY, before: str = ""
) -> dict[str, Any]:
    service = f'<md:SingleSignOnService Binding="urn:post" Location="{location}"/>'
    text = f"<md:EntityDescriptor>{before}<md:IDPSSODescriptor>{key}{service}"
    return {"samlMetadataDocument": text}


@rule(
    title="SAML providers sign what they say, and are asked by TLS",
    types=("aws:iam/samlProvider:SamlProvider",),
    severity=Severity.HIGH,
    fix="Take the metadata document anew from the identity provider, by its HTTPS address.",
    controls=(owasp("A02:2021"),),
    passes=[
        _provider(),
        _provider(key="<KeyDescriptor><X509Certificate>MII</X509Certificate>"),
        _provider(before="<!-- http://id.example.com -->"),
    ],
    fails=[
        {},
        _provider("http://id.example.com/sso"),
        _provider(key=""),
        _provider(key='<md:KeyDescriptor use="encryption"><ds:X509Certificate>MII'),
        {"samlMetadataDocument": "<md:EntityDescriptor/>"},
    ],
    undecided=[{"samlMetadataDocument": UNKNOWN}],
)
def check(provider: Resource) -> Findings:
    """Let nobody sign in by an assertion that anybody could have written or changed.

    Its metadata must hold a certificate that signs, and HTTPS addresses alone. That plain HTTP is
    wrong here is our inference: the browser carries the assertion by way of that address.

    Source: AWS IAM User Guide, "Create a SAML identity provider in IAM"; OASIS, "Metadata for the
    OASIS Security Assertion Markup Language (SAML) V2.0", 2.4.1.1 and 2.4.3.
    """
    text = provider.get("samlMetadataDocument", default="")
    if not isinstance(text, str):
        raise Malformed(provider.name, "samlMetadataDocument", "a text")
    places = _SERVICE.findall(text)
    if not places:
        yield "The metadata document names no address to sign in at."
    elif not all(place.startswith("https://") for place in places):
        yield "The metadata document names an address without TLS."
    uses = _KEYS.findall(text)
    if not any(use in ("", "signing") for use in uses):
        yield "The metadata document has no certificate that signs."


_SERVICE = re.compile(r"<(?:\w+:)?SingleSignOnService\b[^<>]*?\sLocation\s*=\s*[\"']([^\"'<>]*)")
_KEYS = re.compile(
    r"<(?:\w+:)?KeyDescriptor(?:\s+use\s*=\s*[\"'](\w*)[\"'])?\s*>[^<]*"
    r"(?:<(?!/?(?:\w+:)?KeyDescriptor)[^<]*)*?<(?:\w+:)?X509Certificate"
)
