from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import ORGANIZATION_SETTINGS, REPOSITORIES, visibility
from policy_pack.rule import UNKNOWN, Resource, Severity, cis_github, owasp, rule

_ALLOW = ("allowForking", "membersCanForkPrivateRepositories")


@rule(
    title="Private repositories are not forked",
    types=(*REPOSITORIES, *ORGANIZATION_SETTINGS),
    severity=Severity.MEDIUM,
    fix="Leave allow_forking and members_can_fork_private_repositories out.",
    controls=(cis_github("1.2.5"), owasp("A01:2021")),
    passes=[dict.fromkeys(_ALLOW, False), {}],
    fails=[{"visibility": "private", **dict.fromkeys(_ALLOW, True)}],
    undecided=[{"visibility": "private", **dict.fromkeys(_ALLOW, UNKNOWN)}],
    omission="The provider's default is that members of an organization fork none.",
)
def check(settings: Resource) -> Iterator[str]:
    """Keep private code where it is protected: a fork has none of its rules.

    Source: provider documentation, `allow_forking` and `members_can_fork_private_repositories`;
    GitHub Docs, "Managing the forking policy for your organization".
    """
    if any(settings.get(one, default=False) is not False for one in _ALLOW):
        of_many = settings.type in ORGANIZATION_SETTINGS
        if of_many or visibility(settings) != "public":
            yield "Private code may be forked."
