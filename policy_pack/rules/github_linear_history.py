from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import (
    GUARDED,
    PROTECTIONS_V3,
    REPOSITORIES,
    demanded,
    guarded,
    is_ruleset,
    protected,
    protected_v3,
)
from policy_pack.rule import (
    UNKNOWN,
    EnforcementLevel,
    Resource,
    Severity,
    Stack,
    owasp,
    prowler,
    rule,
)


@rule(
    title="The default branch has a linear history",
    types=GUARDED,
    severity=Severity.LOW,
    fix=(
        "Set required_linear_history=True in the rules of the ruleset, or use "
        "secure_components.ProtectedRepository without 'merge' among its merge_methods."
    ),
    controls=(
        prowler("repository_default_branch_requires_linear_history"),
        owasp("A08:2021"),
    ),
    passes=[
        guarded({"requiredLinearHistory": True}),
        protected(requiredLinearHistory=True),
    ],
    fails=[
        {"repository": (REPOSITORIES[0], {})},
        guarded(),
        guarded({"requiredLinearHistory": False}),
        protected(),
        protected_v3(),
    ],
    undecided=[guarded({"requiredLinearHistory": UNKNOWN})],
    level=EnforcementLevel.ADVISORY,
)
def check(subject: Resource, stack: Stack) -> Iterator[str]:
    """Make what came in, and when, a list that can be read.

    A matter of taste as much as of security, and Level 2 in CIS: it is advised. A classic
    protection of the REST API (`BranchProtectionV3`) has no such setting.
    """
    if not demanded(subject, stack, _demands):
        yield "The default branch takes merge commits."


def _demands(guard: Resource) -> bool | None:
    if is_ruleset(guard):
        return guard.get("rules", "requiredLinearHistory") is True or None
    if guard.type in PROTECTIONS_V3:
        return None
    return guard.get("requiredLinearHistory") is True or None
