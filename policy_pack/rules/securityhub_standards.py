from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import HUB_STANDARDS, HUBS
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, prowler, rule, some

_NONE = {"enableDefaultStandards": False}
_FSBP = {
    "standardsArn": (
        "arn:aws:securityhub:eu-west-1::standards/aws-foundational-security-best-practices/v/1.0.0"
    )
}


@rule(
    title="Security Hub checks a standard",
    types=HUBS,
    severity=Severity.MEDIUM,
    fix="Add a securityhub.StandardsSubscription, or use secure_components.AccountBaseline.",
    controls=(prowler("securityhub_enabled"), owasp("A05:2021")),
    passes=[
        {"hub": (HUBS[0], {})},
        {"hub": (HUBS[0], _NONE), "standard": (HUB_STANDARDS[0], _FSBP)},
        {
            "hub": (HUBS[0], {**_NONE, "region": "eu-west-1"}),
            "standard": (HUB_STANDARDS[0], {**_FSBP, "region": "eu-west-1"}),
        },
    ],
    fails=[
        {"hub": (HUBS[0], _NONE)},
        {
            "hub": (HUBS[0], {**_NONE, "region": "eu-west-1"}),
            "standard": (HUB_STANDARDS[0], {**_FSBP, "region": "us-east-1"}),
        },
    ],
    undecided=[
        {"hub": (HUBS[0], {"enableDefaultStandards": UNKNOWN})},
        {
            "hub": (HUBS[0], {**_NONE, "region": "eu-west-1"}),
            "standard": (HUB_STANDARDS[0], {**_FSBP, "region": UNKNOWN}),
        },
    ],
    omission="Security Hub starts with standards of its own choice by default.",
)
def check(hub: Resource, stack: Stack) -> Iterator[str]:
    """Let Security Hub look for itself: without a standard it only shows what others find.

    A subscription belongs to the hub of its region. What it cannot see is a standard that another
    stack, or the organization, switches on: exempt the hub, with that as the reason.
    """
    if hub.get("enableDefaultStandards", default=True) is True:
        return
    region = hub.get("region")
    if not some(stack.of_type(*HUB_STANDARDS), lambda one: one.get("region") == region):
        yield "Security Hub is switched on, and checks nothing."
