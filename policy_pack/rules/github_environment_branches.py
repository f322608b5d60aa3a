from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import (
    DEPLOYMENT_POLICIES,
    ENVIRONMENTS,
    PROTECTIONS,
    PROTECTIONS_V3,
    REPOSITORIES,
    beside,
    in_stack,
)
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, cis_github, owasp, ref, rule

_CUSTOM = {"deploymentBranchPolicy": {"customBranchPolicies": True, "protectedBranches": False}}
_PROTECTED = {"deploymentBranchPolicy": {"customBranchPolicies": False, "protectedBranches": True}}
_OWN = {"repository": ref("repository")}
_PATTERNS = ("branchPattern", "tagPattern", "name")


@rule(
    title="Only chosen branches and tags are deployed",
    types=(*ENVIRONMENTS, *DEPLOYMENT_POLICIES),
    severity=Severity.HIGH,
    fix=(
        "Set deployment_branch_policy with custom_branch_policies=True, and name the branches with "
        "RepositoryEnvironmentDeploymentPolicy, or use secure_components.ProtectedRepository."
    ),
    controls=(cis_github("5.2.3"), owasp("A08:2021")),
    passes=[
        {"environment": (ENVIRONMENTS[0], _CUSTOM)},
        {"environment": (ENVIRONMENTS[0], {"repository": "elsewhere", **_PROTECTED})},
        {
            "environment": (ENVIRONMENTS[0], {**_OWN, **_PROTECTED}),
            "repository": (REPOSITORIES[0], {}),
            "protection": (PROTECTIONS_V3[0], {**_OWN, "branch": "main"}),
        },
        {"policy": (DEPLOYMENT_POLICIES[0], {"branchPattern": "main"})},
        {"policy": (DEPLOYMENT_POLICIES[0], {"tagPattern": "v*"})},
        {"policy": (DEPLOYMENT_POLICIES[1], {"name": "release/*"})},
    ],
    fails=[
        {"environment": (ENVIRONMENTS[0], {})},
        {"environment": (ENVIRONMENTS[0], {"deploymentBranchPolicy": {}})},
        {
            "environment": (ENVIRONMENTS[0], {**_OWN, **_PROTECTED}),
            "repository": (REPOSITORIES[0], {}),
        },
        {"policy": (DEPLOYMENT_POLICIES[0], {"branchPattern": "*"})},
        {"policy": (DEPLOYMENT_POLICIES[0], {"branchPattern": "**/*"})},
        {"policy": (DEPLOYMENT_POLICIES[0], {"branchPattern": "refs/pull/*/merge"})},
        {"policy": (DEPLOYMENT_POLICIES[0], {"tagPattern": "*"})},
        {"policy": (DEPLOYMENT_POLICIES[1], {"name": "*"})},
    ],
    undecided=[
        {"environment": (ENVIRONMENTS[0], {"deploymentBranchPolicy": UNKNOWN})},
        {"environment": (ENVIRONMENTS[0], {"repository": UNKNOWN, **_PROTECTED})},
        {"policy": (DEPLOYMENT_POLICIES[0], {"branchPattern": UNKNOWN})},
        {
            "environment": (ENVIRONMENTS[0], {**_OWN, **_PROTECTED}),
            "repository": (REPOSITORIES[0], {}),
            "protection": (PROTECTIONS[0], {"repositoryId": UNKNOWN, "pattern": "main"}),
        },
    ],
)
def check(subject: Resource, stack: Stack) -> Iterator[str]:
    """Deploy what was reviewed: a branch of anybody else deploys with the environment's secrets.

    "Protected branches" are those of classic protections alone, and where a repository has none,
    every branch deploys; rulesets do not count there. A policy for all names, or for pull requests,
    limits nothing.

    Source: GitHub Docs, "Deployments and environments", "Deployment branches and tags".
    """
    if subject.type in DEPLOYMENT_POLICIES:
        if any(_is_for_all(str(subject.get(one, default=""))) for one in _PATTERNS):
            yield "The policy lets every name, or every pull request, deploy."
        return
    limits = "deploymentBranchPolicy"
    if subject.get(limits, "customBranchPolicies") is True:
        return
    if subject.get(limits, "protectedBranches") is not True:
        yield "Every branch deploys to the environment."
    elif in_stack(subject, stack) and not beside(
        (*PROTECTIONS, *PROTECTIONS_V3), subject, stack, lambda _: True
    ):
        yield "Every branch deploys, as no classic protection of the repository says which may."


def _is_for_all(pattern: str) -> bool:
    return pattern.startswith("refs/pull/") or (pattern != "" and not pattern.strip("*/"))
