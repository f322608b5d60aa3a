from __future__ import annotations

from collections.abc import Iterator

from policy_pack.endpoints import LOAD_BALANCERS
from policy_pack.rule import (
    UNKNOWN,
    EnforcementLevel,
    Resource,
    Severity,
    owasp,
    prowler,
    rule,
)


@rule(
    title="Load balancers are protected from deletion",
    types=LOAD_BALANCERS,
    severity=Severity.LOW,
    fix="Set enable_deletion_protection=True.",
    controls=(prowler("elbv2_deletion_protection"), owasp("A05:2021")),
    passes=[
        {"enableDeletionProtection": True},
        {"enableDeletionProtection": True, "name": UNKNOWN},
    ],
    fails=[{}, {"enableDeletionProtection": False}],
    undecided=[{"enableDeletionProtection": UNKNOWN}],
    remedies={LOAD_BALANCERS: {"enableDeletionProtection": True}},
    level=EnforcementLevel.ADVISORY,
)
def check(load_balancer: Resource) -> Iterator[str]:
    """Let a load balancer go only in two steps, of which the first is seen in a review.

    Nothing is lost with it that the program cannot make again, but for its address, so that the
    finding is advice: it must also be possible to take a stack down.
    """
    if load_balancer.get("enableDeletionProtection") is not True:
        yield "The load balancer can be deleted at once."
