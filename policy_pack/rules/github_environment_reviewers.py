from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import ENVIRONMENTS
from policy_pack.rule import UNKNOWN, Resource, Severity, cis_github, owasp, rule


@rule(
    title="Someone approves a deployment",
    types=ENVIRONMENTS,
    severity=Severity.HIGH,
    fix="Name users or teams in reviewers, or use secure_components.ProtectedRepository.",
    controls=(cis_github("5.2.3"), owasp("A08:2021")),
    passes=[
        {"reviewers": [{"teams": [1234]}]},
        {"reviewers": [{"users": [5678], "teams": []}]},
        {"reviewers": [{"teams": UNKNOWN}]},
    ],
    fails=[{}, {"reviewers": []}, {"reviewers": [{"teams": [], "users": []}]}, {"reviewers": [{}]}],
    undecided=[{"reviewers": UNKNOWN}],
)
def check(environment: Resource) -> Iterator[str]:
    """Put a person between a workflow and what it deploys to, and the secrets for that.

    A job that names the environment else runs at once, and has its secrets. GitHub offers reviewers
    for public repositories and, for others, with the plan Enterprise alone; exempt an environment
    that is for tests, or that the plan leaves without, with that as the reason.

    Source: GitHub Docs, "Deployments and environments"; provider documentation, `reviewers`.
    """
    reviewers = environment.blocks("reviewers")
    if not any(one.has(who) for one in reviewers for who in ("teams", "users")):
        yield "A job deploys to the environment without an approval."
