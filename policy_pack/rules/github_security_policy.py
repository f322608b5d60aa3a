from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import FILES, REPOSITORIES, some_of, visibility, with_file
from policy_pack.rule import (
    UNKNOWN,
    EnforcementLevel,
    Resource,
    Severity,
    Stack,
    owasp,
    prowler,
    rule,
    scorecard,
)

_PATHS = (".github/security.md", "security.md", "docs/security.md")


@rule(
    title="Public repositories say how to report a vulnerability",
    types=REPOSITORIES,
    severity=Severity.LOW,
    fix="Add a RepositoryFile 'SECURITY.md', or use secure_components.ProtectedRepository.",
    controls=(
        prowler("repository_public_has_securitymd_file"),
        scorecard("Security-Policy"),
        owasp("A04:2021"),
    ),
    passes=[
        with_file("SECURITY.md", "Write to security@example.com."),
        with_file(".github/SECURITY.md", UNKNOWN, visibility="public"),
        {"repository": (REPOSITORIES[0], {"visibility": "private"})},
        {"repository": (REPOSITORIES[0], {"archived": True})},
    ],
    fails=[
        {"repository": (REPOSITORIES[0], {})},
        {"repository": (REPOSITORIES[0], {"visibility": "public"})},
        with_file("README.md", "# Service"),
        with_file("SECURITY.md"),
    ],
    undecided=[
        {"repository": (REPOSITORIES[0], {"visibility": UNKNOWN})},
        with_file("SECURITY.md", "Write to us.", UNKNOWN),
    ],
    level=EnforcementLevel.ADVISORY,
)
def check(repository: Resource, stack: Stack) -> Iterator[str]:
    """Hear of a vulnerability from whoever finds it, and before others do.

    It is advised: a file that was committed by hand, or stands in the owner's `.github` repository,
    is not seen.

    Source: GitHub Docs, "Adding a security policy to your repository".
    """
    if repository.get("archived") is True or visibility(repository) != "public":
        return
    if not some_of(FILES, repository, stack, _is_policy):
        yield "No file of the stack says how to report a vulnerability."


def _is_policy(file: Resource) -> bool:
    return str(file.get("file")).lower() in _PATHS and file.has("content")
