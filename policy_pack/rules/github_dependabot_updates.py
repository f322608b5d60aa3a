from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import REPOSITORIES, UPDATES, some_of
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, ref, rule, scorecard


@rule(
    title="Dependabot proposes updates that mend vulnerabilities",
    types=(*REPOSITORIES, *UPDATES),
    severity=Severity.MEDIUM,
    fix=(
        "Add a RepositoryDependabotSecurityUpdates with enabled=True, or use "
        "secure_components.ProtectedRepository."
    ),
    controls=(scorecard("Dependency-Update-Tool"), owasp("A06:2021")),
    passes=[
        {
            "repository": (REPOSITORIES[0], {}),
            "updates": (UPDATES[0], {"repository": ref("repository"), "enabled": True}),
        },
        {"updates": (UPDATES[0], {"enabled": True})},
        {"repository": (REPOSITORIES[0], {"archived": True})},
    ],
    fails=[
        {"repository": (REPOSITORIES[0], {})},
        {"updates": (UPDATES[0], {"enabled": False})},
    ],
    undecided=[
        {"updates": (UPDATES[0], {"enabled": UNKNOWN})},
        {
            "repository": (REPOSITORIES[0], {}),
            "updates": (UPDATES[0], {"repository": UNKNOWN, "enabled": True}),
        },
    ],
)
def check(subject: Resource, stack: Stack) -> Iterator[str]:
    """Have the mended version proposed on the day that it is there.

    They are off unless they are switched on, for the repository or by the organization, which
    cannot be seen here: exempt the repository then, with that as the reason.

    Source: provider documentation, `RepositoryDependabotSecurityUpdates`.
    """
    if subject.type in UPDATES:
        if subject.get("enabled") is not True:
            yield "Dependabot security updates are switched off."
    elif subject.get("archived") is not True and not some_of(UPDATES, subject, stack):
        yield "The repository has no Dependabot security updates."
