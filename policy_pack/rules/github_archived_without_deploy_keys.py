from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import DEPLOY_KEYS, REPOSITORIES, some_of
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, ref, rule

_KEY = (DEPLOY_KEYS[0], {"repository": ref("repository")})


@rule(
    title="Archived repositories have no deploy keys",
    types=REPOSITORIES,
    severity=Severity.MEDIUM,
    fix="Remove the RepositoryDeployKey, and then archive the repository.",
    controls=(owasp("A01:2021"),),
    passes=[
        {"repository": (REPOSITORIES[0], {"archived": True})},
        {"repository": (REPOSITORIES[0], {"archived": False}), "key": _KEY},
    ],
    fails=[{"repository": (REPOSITORIES[0], {"archived": True}), "key": _KEY}],
    undecided=[
        {"repository": (REPOSITORIES[0], {"archived": UNKNOWN}), "key": _KEY},
        {
            "repository": (REPOSITORIES[0], {"archived": True}),
            "key": (DEPLOY_KEYS[0], {"repository": UNKNOWN}),
        },
    ],
    omission="A repository is not archived by default.",
)
def check(repository: Resource, stack: Stack) -> Iterator[str]:
    """Leave no door to what nobody looks after any more.

    An archived repository is read-only, and a key still reads all of it.
    """
    if repository.get("archived") is True and some_of(DEPLOY_KEYS, repository, stack):
        yield "The repository is archived, and a deploy key still reads it."
