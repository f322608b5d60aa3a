from __future__ import annotations

import re
from collections.abc import Iterator

from policy_pack.repositories import FILES, REPOSITORIES, some_of, with_file
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

_PATHS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_OWNER = re.compile(r"^[^#\s]\S*[ \t]+[^#\s]*@\S", re.MULTILINE)


@rule(
    title="Code has owners",
    types=REPOSITORIES,
    severity=Severity.MEDIUM,
    fix=(
        "Add a RepositoryFile '.github/CODEOWNERS', or use secure_components.ProtectedRepository."
    ),
    controls=(prowler("repository_has_codeowners_file"), owasp("A08:2021")),
    passes=[
        with_file(_PATHS[0], "* @octo-org/maintainers\n"),
        with_file("CODEOWNERS", "# Owners\n/docs/ docs@example.com\n"),
        {"repository": (REPOSITORIES[0], {"archived": True})},
    ],
    fails=[
        {"repository": (REPOSITORIES[0], {})},
        with_file(_PATHS[0], "# @octocat owns nothing yet\n"),
        with_file("src/CODEOWNERS", "* @octo-org/maintainers\n"),
    ],
    undecided=[with_file(_PATHS[0], UNKNOWN), with_file(_PATHS[0], "* @octocat\n", UNKNOWN)],
    level=EnforcementLevel.ADVISORY,
)
def check(repository: Resource, stack: Stack) -> Iterator[str]:
    """Say who answers for what, so that GitHub can ask them.

    A demand for their approval asks nobody while there is no such file. It is advised: a file that
    was committed by hand is not seen.

    Source: GitHub Docs, "About code owners".
    """
    if repository.get("archived") is not True and not some_of(
        FILES, repository, stack, _names_owners
    ):
        yield "No file of the stack names the repository's code owners."


def _names_owners(file: Resource) -> bool:
    if file.get("file") not in _PATHS:
        return False
    return _OWNER.search(str(file.get("content", default=""))) is not None
