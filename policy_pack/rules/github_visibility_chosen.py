from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import REPOSITORIES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, rule


@rule(
    title="A repository is public by decision only",
    types=REPOSITORIES,
    severity=Severity.HIGH,
    fix="Set visibility='private', or use secure_components.ProtectedRepository.",
    controls=(owasp("A01:2021"),),
    passes=[
        {"visibility": "private"},
        {"visibility": "public"},
        {"private": True},
        {"visibility": UNKNOWN},
    ],
    fails=[{}, {"visibility": ""}],
)
def check(repository: Resource) -> Iterator[str]:
    """Publish nothing because a setting was forgotten.

    The provider makes a repository public unless it is told otherwise. What is said to be public is
    taken as meant, and other rules ask for more of it.

    Source: provider documentation, `private`.
    """
    if not repository.has("visibility") and not repository.has("private"):
        yield "The repository is public, as nothing says otherwise."
