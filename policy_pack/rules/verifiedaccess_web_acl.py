from __future__ import annotations

from collections.abc import Iterator

from policy_pack.endpoints import ASSOCIATIONS, VERIFIED_ACCESS_INSTANCES, protected
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, ref, rule

_ASSOCIATION = (ASSOCIATIONS[0], {"resourceArn": ref("instance")})
_OTHERS = (ASSOCIATIONS[0], {"resourceArn": ref("other")})


@rule(
    title="Verified Access instances stand behind AWS WAF",
    types=VERIFIED_ACCESS_INSTANCES,
    severity=Severity.HIGH,
    fix=(
        "Give the instance to `protects` of secure_components.WebApplicationFirewall, or to a "
        "wafv2.WebAclAssociation."
    ),
    controls=(owasp("A05:2021"),),
    passes=[
        {"instance": (VERIFIED_ACCESS_INSTANCES[0], {}), "association": _ASSOCIATION},
    ],
    fails=[
        {"instance": (VERIFIED_ACCESS_INSTANCES[0], {})},
        {
            "instance": (VERIFIED_ACCESS_INSTANCES[0], {}),
            "other": (VERIFIED_ACCESS_INSTANCES[0], {}),
            "association": _OTHERS,
        },
    ],
    undecided=[
        {
            "instance": (VERIFIED_ACCESS_INSTANCES[0], {}),
            "association": (ASSOCIATIONS[0], {"resourceArn": UNKNOWN}),
        },
    ],
)
def check(instance: Resource, stack: Stack) -> Iterator[str]:
    """Look at each request to the applications behind a Verified Access instance.

    Verified Access asks who calls; a web ACL asks what the request holds. What it cannot see is an
    association that another stack makes: exempt the instance, with that as the reason.

    Source: AWS Verified Access User Guide, "Integrate Verified Access with AWS WAF".
    """
    if not protected(instance, stack):
        yield "The instance has no web ACL."
