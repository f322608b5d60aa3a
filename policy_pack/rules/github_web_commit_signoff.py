from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import ORGANIZATION_SETTINGS, REPOSITORIES
from policy_pack.rule import UNKNOWN, EnforcementLevel, Resource, Severity, owasp, rule


@rule(
    title="Commits by the web interface are signed off",
    types=(*REPOSITORIES, *ORGANIZATION_SETTINGS),
    severity=Severity.LOW,
    fix=(
        "Set web_commit_signoff_required=True, or use secure_components.ProtectedRepository or "
        "ProtectedOrganization."
    ),
    controls=(owasp("A08:2021"),),
    passes=[{"webCommitSignoffRequired": True}],
    fails=[{"webCommitSignoffRequired": False}, {}],
    undecided=[{"webCommitSignoffRequired": UNKNOWN}],
    remedies={REPOSITORIES: {"webCommitSignoffRequired": True}},
    level=EnforcementLevel.ADVISORY,
)
def check(settings: Resource) -> Iterator[str]:
    """Have who edits in the browser say that they may contribute it, as others do on their machine.

    It is advised: not every project asks for a sign-off.

    Source: provider documentation, `web_commit_signoff_required`, which is off by default.
    """
    if settings.get("webCommitSignoffRequired") is not True:
        yield "Commits by the web interface need no sign-off."
