from __future__ import annotations

from collections.abc import Iterator

from policy_pack.endpoints import APPSYNC_APIS, ASSOCIATIONS, protected
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, ref, rule

_ASSOCIATION = (ASSOCIATIONS[0], {"resourceArn": ref("api")})
_OTHERS = (ASSOCIATIONS[0], {"resourceArn": ref("other")})


@rule(
    title="AppSync APIs stand behind AWS WAF",
    types=APPSYNC_APIS,
    severity=Severity.HIGH,
    fix=(
        "Give the API to `protects` of secure_components.WebApplicationFirewall, or to a "
        "wafv2.WebAclAssociation."
    ),
    controls=(owasp("A05:2021"),),
    passes=[
        {"api": (APPSYNC_APIS[0], {}), "association": _ASSOCIATION},
    ],
    fails=[
        {"api": (APPSYNC_APIS[0], {})},
        {"api": (APPSYNC_APIS[0], {}), "other": (APPSYNC_APIS[0], {}), "association": _OTHERS},
    ],
    undecided=[
        {"api": (APPSYNC_APIS[0], {}), "association": (ASSOCIATIONS[0], {"resourceArn": UNKNOWN})},
    ],
)
def check(api: Resource, stack: Stack) -> Iterator[str]:
    """Let no query reach a GraphQL or event API of AppSync that no web ACL has looked at.

    Private APIs too. What it cannot see is an association that another stack makes: exempt the API,
    with that as the reason.

    Source: AWS AppSync Developer Guide, "Using AWS WAF to protect your AWS AppSync APIs".
    """
    if not protected(api, stack):
        yield "The API has no web ACL."
