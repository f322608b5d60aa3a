from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import ROLES
from policy_pack.rule import (
    UNKNOWN,
    EnforcementLevel,
    Resource,
    Severity,
    owasp,
    prowler,
    rule,
)

_ROLE = "CloudWatch-CrossAccountSharingRole"


@rule(
    title="CloudWatch shows no other account what it holds",
    types=ROLES,
    severity=Severity.LOW,
    level=EnforcementLevel.ADVISORY,
    fix="Take the role out, unless an account of your own watches this one.",
    controls=(prowler("cloudwatch_cross_account_sharing_disabled"), owasp("A01:2021")),
    passes=[{"name": "reader"}, {"namePrefix": UNKNOWN}],
    fails=[{"name": _ROLE}],
    undecided=[{"name": UNKNOWN}],
    omission="A role without a name is given one that CloudWatch does not look for.",
)
def check(role: Resource) -> Iterator[str]:
    """Know who reads metrics, dashboards and logs: an account that watches others is worth much.

    CloudWatch finds the role by its name. An account of your own may have it with good reason, so
    this is advice; whom the role trusts is judged as that of every role.

    Source: Amazon CloudWatch User Guide, "Cross-account cross-Region CloudWatch console".
    """
    if role.get("name") == _ROLE:
        yield "The role lets another account read all of CloudWatch."
