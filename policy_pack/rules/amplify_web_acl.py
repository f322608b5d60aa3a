from __future__ import annotations

from collections.abc import Iterator

from policy_pack.endpoints import AMPLIFY_APPS, ASSOCIATIONS, protected
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, ref, rule

_ASSOCIATION = (ASSOCIATIONS[0], {"resourceArn": ref("app")})
_OTHERS = (ASSOCIATIONS[0], {"resourceArn": ref("other")})


@rule(
    title="Amplify apps stand behind AWS WAF",
    types=AMPLIFY_APPS,
    severity=Severity.HIGH,
    fix=(
        "Give the app to `protects` of secure_components.WebApplicationFirewall, or to a "
        "wafv2.WebAclAssociation."
    ),
    controls=(owasp("A05:2021"),),
    passes=[
        {"app": (AMPLIFY_APPS[0], {}), "association": _ASSOCIATION},
    ],
    fails=[
        {"app": (AMPLIFY_APPS[0], {})},
        {"app": (AMPLIFY_APPS[0], {}), "other": (AMPLIFY_APPS[0], {}), "association": _OTHERS},
    ],
    undecided=[
        {"app": (AMPLIFY_APPS[0], {}), "association": (ASSOCIATIONS[0], {"resourceArn": UNKNOWN})},
    ],
)
def check(app: Resource, stack: Stack) -> Iterator[str]:
    """Let no request reach a hosted app that no web ACL has looked at; it covers all its branches.

    What it cannot see is an association that another stack makes or the console made: exempt the
    app, with that as the reason.

    Source: AWS Amplify Hosting User Guide, "How Amplify integrates with AWS WAF".
    """
    if not protected(app, stack):
        yield "The app has no web ACL."
