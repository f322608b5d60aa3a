from __future__ import annotations

from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, every, owasp, rule
from policy_pack.trust import is_literal

_ISSUER = "https://token.actions.githubusercontent.com"


@rule(
    title="OpenID Connect providers name their audiences",
    types=("aws:iam/openIdConnectProvider:OpenIdConnectProvider",),
    severity=Severity.HIGH,
    fix="Set client_id_lists to the audiences that tokens are for, as 'sts.amazonaws.com'.",
    controls=(owasp("A07:2021"),),
    passes=[
        {"url": _ISSUER, "clientIdLists": ["sts.amazonaws.com"]},
        {"url": _ISSUER, "clientIdLists": ["sts.amazonaws.com", "an-application"]},
    ],
    fails=[
        {"url": _ISSUER, "clientIdLists": []},
        {"url": _ISSUER, "clientIdLists": ["sts.amazonaws.com", "*"]},
        {"url": "http://id.example.com", "clientIdLists": ["sts.amazonaws.com"]},
        {},
    ],
    undecided=[
        {"url": _ISSUER, "clientIdLists": UNKNOWN},
        {"url": UNKNOWN, "clientIdLists": ["sts.amazonaws.com"]},
    ],
)
def check(provider: Resource) -> Findings:
    """Take tokens that were made for AWS, from an issuer whose keys are fetched by TLS.

    Each role's trust policy must test the audience as well: `iam-trust-web-identity-bound`.

    Source: AWS IAM API Reference, `CreateOpenIDConnectProvider`.
    """
    yield from every((_judge_audiences, _judge_issuer), lambda judge: judge(provider))


def _judge_audiences(provider: Resource) -> Findings:
    audiences = provider.strings("clientIdLists")
    if not audiences:
        yield "The OpenID Connect provider names no audience."
    elif not all(map(is_literal, audiences)):
        yield "The OpenID Connect provider takes tokens for any audience."


def _judge_issuer(provider: Resource) -> Findings:
    # A provider may give the URL back without its scheme, as AWS keeps it.
    if str(provider.get("url")).startswith("http://"):
        yield "The OpenID Connect provider's issuer is reached without TLS."
