from __future__ import annotations

from policy_pack.repositories import REPOSITORIES, visibility
from policy_pack.rule import (
    UNKNOWN,
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


def _scanned(status: object, push_protection: object = "enabled") -> dict[str, object]:
    return {
        "secretScanning": {"status": status},
        "secretScanningPushProtection": {"status": push_protection},
    }


@rule(
    title="Secrets are looked for, and refused when they are pushed",
    types=REPOSITORIES,
    severity=Severity.HIGH,
    fix=(
        "Set security_and_analysis with secret_scanning and secret_scanning_push_protection, each "
        "with status='enabled', or use secure_components.ProtectedRepository."
    ),
    controls=(prowler("repository_secret_scanning_enabled"), owasp("A07:2021")),
    passes=[
        {"visibility": "public", "securityAndAnalysis": _scanned("enabled")},
        {"securityAndAnalysis": _scanned("enabled")},
        {"visibility": "private"},
        {"visibility": "public", "archived": True},
    ],
    fails=[
        {},
        {"visibility": "public", "securityAndAnalysis": _scanned("disabled")},
        {"visibility": "public", "securityAndAnalysis": _scanned("enabled", "disabled")},
        {"visibility": "private", "securityAndAnalysis": _scanned("disabled")},
    ],
    undecided=[
        {"securityAndAnalysis": UNKNOWN},
        {"securityAndAnalysis": _scanned(UNKNOWN)},
        {"visibility": UNKNOWN},
    ],
)
def check(repository: Resource) -> Findings:
    """Find a key that was committed before somebody else does, and stop the next one at the push.

    Both cost nothing for a public repository, and are not switched on by the provider. For a
    private one they need GitHub Secret Protection: `github-private-secret-scanning` advises them,
    and here only what is switched off is found.

    Source: GitHub Docs, "About secret scanning" and "About push protection"; provider
    documentation, `security_and_analysis`.
    """

    def judge(feature: str) -> Findings:
        status = repository.get("securityAndAnalysis", feature, "status")
        if status == "enabled" or repository.get("archived") is True:
            return
        if status is not None or visibility(repository) == "public":
            yield finding("The repository has no {name}.", name=_FEATURES[feature])

    yield from every(_FEATURES, judge)
