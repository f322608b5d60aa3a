from __future__ import annotations

from policy_pack.repositories import ENTERPRISE_SECURITY, ORGANIZATION_SETTINGS
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

_TYPES = (*ORGANIZATION_SETTINGS, *ENTERPRISE_SECURITY)
_FEATURES = {
    "secretScanning": "secret scanning",
    "secretScanningPushProtection": "push protection",
}
_ON = {f"{feature}EnabledForNewRepositories": True for feature in _FEATURES}


@rule(
    title="New repositories are scanned for secrets from their first day",
    types=_TYPES,
    severity=Severity.MEDIUM,
    fix=(
        "With GitHub Secret Protection, set secret_scanning_enabled_for_new_repositories=True and "
        "secret_scanning_push_protection_enabled_for_new_repositories=True, or name it in add_ons "
        "of secure_components.ProtectedOrganization."
    ),
    controls=(prowler("repository_secret_scanning_enabled"), owasp("A07:2021")),
    passes=[_ON],
    fails=[{}, *({**_ON, one: False} for one in _ON)],
    undecided=[{**_ON, "secretScanningEnabledForNewRepositories": UNKNOWN}],
    level=EnforcementLevel.ADVISORY,
)
def check(settings: Resource) -> Findings:
    """Find keys in a repository that somebody made by hand, too.

    What exists already is not changed by it. Both are off by default, and need GitHub Secret
    Protection for private repositories, so that this is advised.

    Source: provider documentation; GitHub REST API, "Update an organization"; GitHub Docs, "About
    secret scanning".
    """

    def judge(feature: str) -> Findings:
        if settings.get(f"{feature}EnabledForNewRepositories") is not True:
            yield finding("New repositories have no {name}.", name=_FEATURES[feature])

    yield from every(_FEATURES, judge)
