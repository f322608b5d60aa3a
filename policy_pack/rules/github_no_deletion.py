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
    title="The default branch cannot be deleted",
    types=GUARDED,
    severity=Severity.MEDIUM,
    fix=(
        "Set deletion=True in the rules of the ruleset, or use "
        "secure_components.ProtectedRepository."
    ),
    controls=(
        prowler("repository_default_branch_deletion_disabled"),
        scorecard("Branch-Protection"),
        owasp("A08:2021"),
    ),
    passes=[
        guarded({"deletion": True}),
        protected(),
        protected(allowsDeletions=False),
        protected_v3(),
    ],
    fails=[
        {"repository": (REPOSITORIES[0], {})},
        guarded({"nonFastForward": True}),
        guarded({"deletion": False}),
        guarded({"deletion": True}, enforcement="disabled"),
        protected(allowsDeletions=True),
    ],
    undecided=[guarded({"deletion": UNKNOWN}), protected(allowsDeletions=UNKNOWN)],
)
def check(subject: Resource, stack: Stack) -> Iterator[str]:
    """Let nobody with write access take the branch away, with what guards it.

    A classic protection refuses it unless it says otherwise; a ruleset must say so.

    Source: provider documentation, `deletion` and `allows_deletions`; GitHub REST API, "Update
    branch protection", `allow_deletions`.
    """
    if not demanded(subject, stack, _demands):
        yield "The default branch can be deleted."


def _demands(guard: Resource) -> bool | None:
    if is_ruleset(guard):
        return guard.get("rules", "deletion") is True or None
    return guard.type in PROTECTIONS_V3 or guard.get("allowsDeletions") is not True
