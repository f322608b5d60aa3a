from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import REPOSITORIES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, rule


@rule(
    title="Destroying a stack archives its repositories",
    types=REPOSITORIES,
    severity=Severity.MEDIUM,
    fix="Set archive_on_destroy=True, or use secure_components.ProtectedRepository.",
    controls=(owasp("A08:2021"),),
    passes=[{"archiveOnDestroy": True}],
    fails=[{"archiveOnDestroy": False}, {}],
    undecided=[{"archiveOnDestroy": UNKNOWN}],
    remedies={REPOSITORIES: {"archiveOnDestroy": True}},
)
def check(repository: Resource) -> Iterator[str]:
    """Keep code, issues and history when the stack goes, or a line of the program does.

    The provider else deletes the repository, and all that only GitHub has of it.

    Source: provider documentation, `archive_on_destroy`.
    """
    if repository.get("archiveOnDestroy") is not True:
        yield "Destroying the stack deletes the repository."
