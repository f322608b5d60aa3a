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
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, prowler, rule, scorecard


@rule(
    title="The default branch takes no force push",
    types=GUARDED,
    severity=Severity.HIGH,
    fix=(
        "Set non_fast_forward=True in the rules of the ruleset, or use "
        "secure_components.ProtectedRepository."
    ),
    controls=(
        prowler("repository_default_branch_disallows_force_push"),
        scorecard("Branch-Protection"),
        owasp("A08:2021"),
    ),
    passes=[
        guarded({"nonFastForward": True}),
        protected(),
        protected(allowsForcePushes=False),
        protected_v3(),
    ],
    fails=[
        {"repository": (REPOSITORIES[0], {})},
        guarded({"deletion": True}),
        guarded({"nonFastForward": False}),
        guarded({"nonFastForward": True}, enforcement="evaluate"),
        protected(allowsForcePushes=True),
    ],
    undecided=[guarded({"nonFastForward": UNKNOWN}), protected(allowsForcePushes=UNKNOWN)],
)
def check(subject: Resource, stack: Stack) -> Iterator[str]:
    """Keep the history that was reviewed.

    A force push replaces commits by others, and leaves no trace of the first ones on the branch. A
    classic protection refuses it unless it says otherwise; a ruleset must say so.

    Source: provider documentation, `non_fast_forward` and `allows_force_pushes`; GitHub REST API,
    "Update branch protection", `allow_force_pushes`.
    """
    if not demanded(subject, stack, _demands):
        yield "The default branch takes force pushes."


def _demands(guard: Resource) -> bool | None:
    if is_ruleset(guard):
        return guard.get("rules", "nonFastForward") is True or None
    return guard.type in PROTECTIONS_V3 or guard.get("allowsForcePushes") is not True
