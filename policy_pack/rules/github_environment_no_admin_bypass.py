from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import ENVIRONMENTS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, rule


@rule(
    title="Administrators cannot force a deployment",
    types=ENVIRONMENTS,
    severity=Severity.MEDIUM,
    fix="Set can_admins_bypass=False, or use secure_components.ProtectedRepository.",
    controls=(owasp("A01:2021"),),
    passes=[{"canAdminsBypass": False}],
    fails=[{"canAdminsBypass": True}, {}],
    undecided=[{"canAdminsBypass": UNKNOWN}],
    remedies={ENVIRONMENTS: {"canAdminsBypass": False}},
)
def check(environment: Resource) -> Iterator[str]:
    """Hold administrators to the reviewers and branches of an environment.

    GitHub offers that for public repositories and, for others, with the plan Enterprise alone;
    exempt an environment that the plan leaves without, with that as the reason.

    Source: GitHub Docs, "Deployments and environments"; provider documentation,
    `can_admins_bypass`, which is on by default.
    """
    if environment.get("canAdminsBypass", default=True) is not False:
        yield "Administrators may deploy past the environment's rules."
