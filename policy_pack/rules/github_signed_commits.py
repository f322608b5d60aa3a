from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import (
    GUARDED,
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
    title="Commits of the default branch are signed",
    types=GUARDED,
    severity=Severity.MEDIUM,
    fix=(
        "Set required_signatures=True in the rules of the ruleset, or use "
        "secure_components.ProtectedRepository with signed_commits=True."
    ),
    controls=(
        prowler("repository_default_branch_requires_signed_commits"),
        owasp("A08:2021"),
    ),
    passes=[
        guarded({"requiredSignatures": True}),
        protected(requireSignedCommits=True),
        protected_v3(requireSignedCommits=True),
    ],
    fails=[
        {"repository": (REPOSITORIES[0], {})},
        guarded(),
        guarded({"requiredSignatures": False}),
        protected(),
        protected_v3(requireSignedCommits=False),
    ],
    undecided=[guarded({"requiredSignatures": UNKNOWN})],
    level=EnforcementLevel.ADVISORY,
)
def check(subject: Resource, stack: Stack) -> Iterator[str]:
    """Know that a commit is by whom it says: a name and an address can be anybody's.

    Every contributor needs a key first, and CIS has it at Level 2: it is advised.
    """
    if not demanded(subject, stack, _demands):
        yield "The default branch takes commits that nobody signed."


def _demands(guard: Resource) -> bool | None:
    said = ("rules", "requiredSignatures") if is_ruleset(guard) else ("requireSignedCommits",)
    return guard.get(*said) is True or None
