from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import FILES, REPOSITORIES, some_of, with_file
from policy_pack.rule import (
    UNKNOWN,
    EnforcementLevel,
    Resource,
    Severity,
    Stack,
    owasp,
    rule,
    scorecard,
)

_PATHS = (".github/dependabot.yml", ".github/dependabot.yaml")
_CONTENT = "version: 2\nupdates:\n  - package-ecosystem: pip\n"


@rule(
    title="Dependencies are kept up to date",
    types=REPOSITORIES,
    severity=Severity.LOW,
    fix=(
        "Add a RepositoryFile '.github/dependabot.yml', or use "
        "secure_components.ProtectedRepository."
    ),
    controls=(scorecard("Dependency-Update-Tool"), owasp("A06:2021")),
    passes=[with_file(_PATHS[0], _CONTENT), {"repository": (REPOSITORIES[0], {"archived": True})}],
    fails=[
        {"repository": (REPOSITORIES[0], {})},
        with_file("dependabot.yml", _CONTENT),
        with_file(_PATHS[0], "version: 2\nupdates: []\n"),
    ],
    undecided=[
        with_file(UNKNOWN, _CONTENT),
        with_file(_PATHS[0], UNKNOWN),
        with_file(_PATHS[0], _CONTENT, UNKNOWN),
    ],
    level=EnforcementLevel.ADVISORY,
)
def check(repository: Resource, stack: Stack) -> Iterator[str]:
    """Move to new versions in small steps, so that the one that mends something is near.

    It is advised: a file that was committed by hand, or another tool, is not seen.

    Source: GitHub Docs, "Configuring Dependabot version updates".
    """
    if repository.get("archived") is not True and not some_of(
        FILES, repository, stack, _configures
    ):
        yield "No file of the stack tells Dependabot what to keep up to date."


def _configures(file: Resource) -> bool:
    return file.get("file") in _PATHS and "package-ecosystem" in str(file.get("content"))
