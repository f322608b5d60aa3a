from __future__ import annotations

from collections.abc import Iterator

from policy_pack.endpoints import APP_RUNNER_SERVICES, ASSOCIATIONS, protected
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, ref, rule

_ASSOCIATION = (ASSOCIATIONS[0], {"resourceArn": ref("service")})
_OTHERS = (ASSOCIATIONS[0], {"resourceArn": ref("other")})


@rule(
    title="App Runner services stand behind AWS WAF",
    types=APP_RUNNER_SERVICES,
    severity=Severity.HIGH,
    fix=(
        "Give the service to `protects` of secure_components.WebApplicationFirewall, or to a "
        "wafv2.WebAclAssociation."
    ),
    controls=(owasp("A05:2021"),),
    passes=[
        {"service": (APP_RUNNER_SERVICES[0], {}), "association": _ASSOCIATION},
    ],
    fails=[
        {"service": (APP_RUNNER_SERVICES[0], {})},
        {
            "service": (APP_RUNNER_SERVICES[0], {}),
            "other": (APP_RUNNER_SERVICES[0], {}),
            "association": _OTHERS,
        },
    ],
    undecided=[
        {
            "service": (APP_RUNNER_SERVICES[0], {}),
            "association": (ASSOCIATIONS[0], {"resourceArn": UNKNOWN}),
        },
    ],
)
def check(service: Resource, stack: Stack) -> Iterator[str]:
    """Let no request reach an App Runner service that no web ACL has looked at.

    Private services too. What it cannot see is an association that another stack makes: exempt the
    service, with that as the reason.

    Source: AWS App Runner Developer Guide, "Associating an AWS WAF web ACL with your service".
    """
    if not protected(service, stack):
        yield "The service has no web ACL."
