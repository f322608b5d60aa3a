from __future__ import annotations

from policy_pack.repositories import ORGANIZATION_SETTINGS
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
    "dependabotAlerts": "Dependabot alerts",
    "dependabotSecurityUpdates": "Dependabot security updates",
    "dependencyGraph": "a dependency graph",
}
_ON = {f"{feature}EnabledForNewRepositories": True for feature in _FEATURES}


@rule(
    title="Dependabot looks at new repositories from their first day",
    types=ORGANIZATION_SETTINGS,
    severity=Severity.HIGH,
    fix=(
        "Set dependabot_alerts_enabled_for_new_repositories=True, and so for security updates and "
        "the dependency graph, or use secure_components.ProtectedOrganization."
    ),
    controls=(
        prowler("repository_dependency_scanning_enabled"),
        owasp("A06:2021"),
    ),
    passes=[_ON],
    fails=[
        {},
        {**_ON, "dependabotAlertsEnabledForNewRepositories": False},
        {**_ON, "dependencyGraphEnabledForNewRepositories": None},
    ],
    undecided=[{**_ON, "dependabotAlertsEnabledForNewRepositories": UNKNOWN}],
    remedies={ORGANIZATION_SETTINGS: _ON},
)
def check(settings: Resource) -> Findings:
    """Hear of vulnerable dependencies of a repository that somebody made by hand, too.

    What exists already is not changed by it. Each is off by default.

    Source: provider documentation; GitHub REST API, "Update an organization".
    """

    def judge(feature: str) -> Findings:
        if settings.get(f"{feature}EnabledForNewRepositories") is not True:
            yield finding("New repositories have no {name}.", name=_FEATURES[feature])

    yield from every(_FEATURES, judge)
