from __future__ import annotations

from policy_pack.repositories import REPOSITORIES, visibility
from policy_pack.rule import (
    UNKNOWN,
    EnforcementLevel,
    Findings,
    Resource,
    Severity,
    every,
    finding,
    owasp,
    prowler,
    rule,
)

_FEATURES = {
    "secretScanning": "secret scanning",
    "secretScanningPushProtection": "push protection",
}
_ENABLED = {feature: {"status": "enabled"} for feature in _FEATURES}


@rule(
    title="Private repositories are scanned for secrets too",
    types=REPOSITORIES,
    severity=Severity.MEDIUM,
    fix=(
        "With GitHub Secret Protection, set security_and_analysis with secret_scanning and "
        "secret_scanning_push_protection, each with status='enabled', or name it in add_ons of "
        "secure_components.ProtectedRepository."
    ),
    controls=(prowler("repository_secret_scanning_enabled"), owasp("A07:2021")),
    passes=[
        {"visibility": "private", "securityAndAnalysis": _ENABLED},
        {"visibility": "private", "archived": True},
        {"visibility": "public"},
    ],
    fails=[
        {"visibility": "private"},
        {"visibility": "internal"},
        {"private": True, "securityAndAnalysis": {"secretScanning": {"status": "enabled"}}},
    ],
    undecided=[
        {"visibility": UNKNOWN},
        {"visibility": "private", "securityAndAnalysis": UNKNOWN},
    ],
    omission="A repository is public by default, and `github-secret-scanning` judges it.",
    level=EnforcementLevel.ADVISORY,
)
def check(repository: Resource) -> Findings:
    """Know of keys in private code as well: everybody who reads it has them, and so has a leak.

    GitHub answers 422 where the owner has not bought Secret Protection, so that this is advised.

    Source: GitHub Docs, "About secret scanning".
    """

    def judge(feature: str) -> Findings:
        if repository.get("securityAndAnalysis", feature, "status") is not None:
            return  # `github-secret-scanning` judges what is said
        if visibility(repository) != "public" and repository.get("archived") is not True:
            yield finding("The repository has no {name}.", name=_FEATURES[feature])

    yield from every(_FEATURES, judge)
