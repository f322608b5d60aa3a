from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import RUNNER_GROUPS
from policy_pack.rule import UNKNOWN, Resource, Severity, cis_github, owasp, rule


@rule(
    title="Runner groups take no jobs of public repositories",
    types=RUNNER_GROUPS,
    severity=Severity.HIGH,
    fix="Leave allows_public_repositories out, or set it to False.",
    controls=(cis_github("2.1.5"), owasp("A01:2021")),
    passes=[{"allowsPublicRepositories": False}, {}],
    fails=[{"allowsPublicRepositories": True}],
    undecided=[{"allowsPublicRepositories": UNKNOWN}],
    omission="The provider's default is that they take none.",
    remedies={RUNNER_GROUPS: {"allowsPublicRepositories": False}},
)
def check(group: Resource) -> Iterator[str]:
    """Run no stranger's pull request on a machine of your own.

    A self-hosted runner keeps what a job leaves on it, and stands in your network (GitHub Docs,
    "Secure use reference", "Hardening for self-hosted runners").
    """
    if group.get("allowsPublicRepositories", default=False) is not False:
        yield "The group's runners take jobs of public repositories."
