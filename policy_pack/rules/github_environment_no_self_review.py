from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import ENVIRONMENTS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, rule

_REVIEWED = {"reviewers": [{"teams": [1234]}]}


@rule(
    title="Nobody approves their own deployment",
    types=ENVIRONMENTS,
    severity=Severity.MEDIUM,
    fix="Set prevent_self_review=True, or use secure_components.ProtectedRepository.",
    controls=(owasp("A08:2021"),),
    passes=[{**_REVIEWED, "preventSelfReview": True}, {}],
    fails=[{**_REVIEWED, "preventSelfReview": False}, _REVIEWED],
    undecided=[{**_REVIEWED, "preventSelfReview": UNKNOWN}],
    omission="An environment without reviewers is found by `github-environment-reviewers`.",
)
def check(environment: Resource) -> Iterator[str]:
    """Keep the reviewer of a deployment another person than the one who started it.

    Source: GitHub Docs, "Deployments and environments"; provider documentation,
    `prevent_self_review`, which is off by default.
    """
    if environment.has("reviewers") and environment.get("preventSelfReview") is not True:
        yield "Who starts a deployment may approve it."
