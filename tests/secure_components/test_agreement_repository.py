"""GitHub's components and the policy pack, which do not know each other, agree.

Every component as it is made has no finding; each of its security properties, weakened one at a
time, is found.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, cast

import pulumi
import pytest

from secure_components import (
    ProtectedOrganization,
    ProtectedOrganizationArgs,
    ProtectedRepository,
    ProtectedRepositoryArgs,
)
from tests.secure_components.weakening import Properties, found, set_to, without

Stack = tuple[dict[str, str], Properties]
Weaken = Callable[[Properties], None]

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFQ2b3Rlc3Rrb2V5Zm9ydGVzdHM deploy"
REQUESTS: dict[str, Any] = {
    "approvals": 2,
    "required_checks": [{"name": "tests"}],
    "signed_commits": True,
}
REPOSITORY: dict[str, Any] = {
    "plan": "enterprise",
    "add_ons": ["secret_protection", "code_security"],
    "pull_requests": REQUESTS,
    "push_limits": {"file_paths": ["**/.env"]},
    "allowed_actions": ["docker/login-action@*"],
    "environments": {"production": {"reviewer_teams": [7]}},
    "deploy_keys": {"cluster": KEY},
    "webhooks": {
        "chat": {
            "url": "https://hooks.example.org/x",
            "events": ["push"],
            "secret": "planted-hunter2-0123456789",
        }
    },
    "files": {"code_owners": {"*": ["@acme/platform"]}},
}
PUBLIC: dict[str, Any] = {"visibility": "public", "pull_requests": REQUESTS}
ADOPTED: dict[str, Any] = {
    "adopt": True,
    "visibility": "private",
    "pull_requests": {"required_checks": [{"name": "build"}]},
}
ORGANIZATION: dict[str, Any] = {
    "organization_id": "1234567",
    "billing_email": "bills@example.org",
    "plan": "enterprise",
    "pull_requests": REQUESTS,
    "required_workflows": [{"repository_id": 4711, "path": ".github/workflows/security.yml"}],
}
ENVIRONMENT = "service-environment-production"


def registered(recorder: Any, make: Callable[[], pulumi.Output[Any]]) -> Stack:
    """Return types and inputs of all that a program registers, as the engine shows them."""

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def program() -> pulumi.Output[Any]:
        return make()

    recorder.resources.clear()
    program()
    types = {name: args.typ for name, args in recorder.resources.items()}
    return types, {name: plain(args.inputs) for name, args in recorder.resources.items()}


def plain(value: Any) -> Any:
    """Return a value without the marks of secrets, which the engine does not show a pack."""
    if isinstance(value, dict):
        if "1b47061264138c4ac30d75fd1eb44270" in value.values():
            return plain(value["value"])
        return {name: plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


def repository(recorder: Any, args: dict[str, Any]) -> Stack:
    given = cast("ProtectedRepositoryArgs", args)
    return registered(recorder, lambda: ProtectedRepository("service", given).full_name)


def organization(recorder: Any, args: dict[str, Any]) -> Stack:
    given = cast("ProtectedOrganizationArgs", args)
    return registered(recorder, lambda: ProtectedOrganization("acme", given).organization)


def rule(name: str, *path: Any) -> Weaken:
    """Set a nested input of a ruleset's rules."""
    return set_to(name, "rules", *path)


def without_rule(name: str, *path: str) -> Weaken:
    """Leave out a rule of a ruleset, or a part of one."""

    def weaken(properties: Properties) -> None:
        *steps, last = path
        rules = properties[name]["rules"]
        for step in steps:
            rules = rules[step]
        del rules[last]

    return weaken


def both(first: Weaken, second: Weaken) -> Weaken:
    """Weaken twice, where one alone is enough."""

    def weaken(properties: Properties) -> None:
        first(properties)
        second(properties)

    return weaken


def rulesets(name: str) -> dict[str, Weaken]:
    """Weaken the rulesets of a repository or of an organization: the same inputs in both."""
    branches, tags, review = f"{name}-branches", f"{name}-tags", "pullRequest"
    actor = {"actorType": "RepositoryRole", "actorId": 5, "bypassMode": "always"}
    return {
        "no ruleset for branches": without(branches),
        "branches: evaluate": set_to(branches, "enforcement", "evaluate"),
        "branches: disabled": set_to(branches, "enforcement", "disabled"),
        "branches: bypass": set_to(branches, "bypassActors", [actor]),
        "branches: bypass in pull requests": set_to(
            branches, "bypassActors", [{**actor, "bypassMode": "pull_request"}]
        ),
        "branches: for tags": set_to(branches, "target", "tag"),
        "branches: another one": set_to(
            branches, "conditions", "refName", "includes", ["refs/heads/release"]
        ),
        "branches: not the default": set_to(
            branches, "conditions", "refName", "excludes", ["~DEFAULT_BRANCH"]
        ),
        "branches: deletion": rule(branches, "deletion", False),
        "branches: deletion left out": without_rule(branches, "deletion"),
        "branches: force push": rule(branches, "nonFastForward", False),
        "branches: force push left out": without_rule(branches, "nonFastForward"),
        "branches: merge commits": without_rule(branches, "requiredLinearHistory"),
        "branches: unsigned commits": without_rule(branches, "requiredSignatures"),
        "no pull request": without_rule(branches, review),
        "no approval": rule(branches, review, "requiredApprovingReviewCount", 0),
        "no number of approvals": without_rule(branches, review, "requiredApprovingReviewCount"),
        "stale approvals": rule(branches, review, "dismissStaleReviewsOnPush", False),
        "no code owners": rule(branches, review, "requireCodeOwnerReview", False),
        "approved by the pusher": rule(branches, review, "requireLastPushApproval", False),
        "open conversations": rule(branches, review, "requiredReviewThreadResolution", False),
        "loose checks": rule(
            branches, "requiredStatusChecks", "strictRequiredStatusChecksPolicy", False
        ),
        "no ruleset for tags": without(tags),
        "tags: evaluate": set_to(tags, "enforcement", "evaluate"),
        "tags: bypass": set_to(tags, "bypassActors", [actor]),
        "tags: for branches": set_to(tags, "target", "branch"),
        "tags: some": set_to(tags, "conditions", "refName", "includes", ["refs/tags/nightly"]),
        "tags: deletion": rule(tags, "deletion", False),
        "tags: update": rule(tags, "update", False),
    }


FOUND: dict[str, tuple[Any, dict[str, Any], Weaken]] = {
    # --- Of a private repository ---
    **{
        f"private: {name}": (repository, REPOSITORY, weaken)
        for name, weaken in {
            **rulesets("service"),
            "no checks": without_rule("service-branches", "requiredStatusChecks"),
            "public unless said": without("service", "visibility"),
            "deleted on destroy": set_to("service", "archiveOnDestroy", False),
            "deleted on destroy by omission": without("service", "archiveOnDestroy"),
            "branches kept after merge": set_to("service", "deleteBranchOnMerge", False),
            "no sign-off": set_to("service", "webCommitSignoffRequired", False),
            "no scanning": without("service", "securityAndAnalysis"),
            "no scanning for secrets": set_to(
                "service", "securityAndAnalysis", "secretScanning", "status", "disabled"
            ),
            "no push protection": set_to(
                "service", "securityAndAnalysis", "secretScanningPushProtection", "status", "off"
            ),
            "no alerts": set_to("service-vulnerability-alerts", "enabled", False),
            "no alerts by omission": without("service-vulnerability-alerts"),
            "no updates": set_to("service-security-updates", "enabled", False),
            "no updates by omission": without("service-security-updates"),
            "no dependabot.yml": without("service-dependabot"),
            "no CODEOWNERS": without("service-code-owners"),
            "all actions": set_to("service-actions", "allowedActions", "all"),
            "all actions by omission": without("service-actions", "allowedActions"),
            "any pattern": set_to(
                "service-actions", "allowedActionsConfig", "patternsAlloweds", ["*/*"]
            ),
            "verified creators": set_to(
                "service-actions", "allowedActionsConfig", "verifiedAllowed", True
            ),
            "moving tags of actions": set_to("service-actions", "shaPinningRequired", False),
            "moving tags by omission": without("service-actions", "shaPinningRequired"),
            "no Actions policy": without("service-actions"),
            "token writes": set_to(
                "service-workflow-permissions", "defaultWorkflowPermissions", "write"
            ),
            "token as GitHub likes": without("service-workflow-permissions"),
            "workflows approve": set_to(
                "service-workflow-permissions", "canApprovePullRequestReviews", True
            ),
            "no reviewers": without(ENVIRONMENT, "reviewers"),
            "empty reviewers": set_to(ENVIRONMENT, "reviewers", []),
            "self review": set_to(ENVIRONMENT, "preventSelfReview", False),
            "self review by omission": without(ENVIRONMENT, "preventSelfReview"),
            "administrators go round": set_to(ENVIRONMENT, "canAdminsBypass", True),
            "administrators by omission": without(ENVIRONMENT, "canAdminsBypass"),
            "all branches deploy": without(ENVIRONMENT, "deploymentBranchPolicy"),
            "protected branches deploy": set_to(
                ENVIRONMENT,
                "deploymentBranchPolicy",
                {"protectedBranches": True, "customBranchPolicies": False},
            ),
            "every branch deploys": set_to(f"{ENVIRONMENT}-branch-main", "branchPattern", "*"),
            "writing deploy key": set_to("service-deploy-key-cluster", "readOnly", False),
            "webhook in the clear": set_to(
                "service-webhook-chat", "configuration", "url", "http://hooks.example.org/x"
            ),
            "webhook without TLS check": set_to(
                "service-webhook-chat", "configuration", "insecureSsl", True
            ),
            "unsigned webhook": set_to("service-webhook-chat", "configuration", "secret", ""),
        }.items()
    },
    # --- Of a public one ---
    "public: no SECURITY.md": (repository, PUBLIC, without("service-security-policy")),
    "public: no scanning": (repository, PUBLIC, without("service", "securityAndAnalysis")),
    "public: no push protection": (
        repository,
        PUBLIC,
        set_to("service", "securityAndAnalysis", "secretScanningPushProtection", "status", "x"),
    ),
    # --- Of an organization ---
    **{
        f"organization: {name}": (organization, ORGANIZATION, weaken)
        for name, weaken in {
            **rulesets("acme"),
            "no checks nor workflows": both(
                without_rule("acme-branches", "requiredStatusChecks"),
                without_rule("acme-branches", "requiredWorkflows"),
            ),
            "members write": set_to("acme", "defaultRepositoryPermission", "write"),
            "members create public": set_to("acme", "membersCanCreatePublicRepositories", True),
            "members create public by omission": without(
                "acme", "membersCanCreatePublicRepositories"
            ),
            "members fork": set_to("acme", "membersCanForkPrivateRepositories", True),
            "public pages": set_to("acme", "membersCanCreatePublicPages", True),
            "no sign-off": set_to("acme", "webCommitSignoffRequired", False),
            "no alerts": set_to("acme", "dependabotAlertsEnabledForNewRepositories", False),
            "no updates": set_to(
                "acme", "dependabotSecurityUpdatesEnabledForNewRepositories", False
            ),
            "no scanning": set_to("acme", "secretScanningEnabledForNewRepositories", False),
            "no push protection": set_to(
                "acme", "secretScanningPushProtectionEnabledForNewRepositories", False
            ),
            "all actions": set_to("acme-actions", "allowedActions", "all"),
            "any pattern": set_to(
                "acme-actions", "allowedActionsConfig", "patternsAlloweds", ["*/*"]
            ),
            "verified creators": set_to(
                "acme-actions", "allowedActionsConfig", "verifiedAllowed", True
            ),
            "moving tags of actions": set_to("acme-actions", "shaPinningRequired", False),
            "token writes": set_to(
                "acme-workflow-permissions", "defaultWorkflowPermissions", "write"
            ),
            "workflows approve": set_to(
                "acme-workflow-permissions", "canApprovePullRequestReviews", True
            ),
        }.items()
    },
}
ADVISED = {
    "github-codeowners",
    "github-private-secret-scanning",
    "github-signed-commits",
}
"""What is advised, and needs what a component cannot know or that must be paid for. What else is
found as it comes, `docs/repositories.md` tells."""


@pytest.mark.parametrize(
    ("make", "args", "advised"),
    [
        (repository, {}, ADVISED),
        (repository, REPOSITORY, set()),
        (repository, PUBLIC, {"github-codeowners"}),
        (repository, ADOPTED, {*ADVISED, "github-dependabot-configured"}),
        (
            repository,
            {"in_protected_organization": True},
            {*ADVISED, "github-dependabot-configured", "github-actions-allowed"},
        ),
        (
            repository,
            {"environments": {"production": {}}},
            {
                *ADVISED,
                "github-environment-no-admin-bypass",
                "github-environment-reviewers",
            },
        ),
        (organization, ORGANIZATION, set()),
    ],
    ids=[
        "name only",
        "private",
        "public",
        "adopted",
        "in an organization of another stack",
        "with an environment on the plan team",
        "organization",
    ],
)
def test_component_as_it_is_has_no_finding(
    recorder: Any, make: Callable[[Any, dict[str, Any]], Stack], args: Any, advised: set[str]
) -> None:
    assert found(*make(recorder, args)) == advised


@pytest.mark.parametrize(
    ("make", "args", "weaken"),
    [pytest.param(*case, id=name) for name, case in FOUND.items()],
)
def test_weakened_property_is_found(
    recorder: Any, make: Callable[[Any, dict[str, Any]], Stack], args: Any, weaken: Weaken
) -> None:
    types, properties = make(recorder, args)
    weaker = copy.deepcopy(properties)
    weaken(weaker)
    assert weaker != properties
    assert found(types, weaker) - found(types, properties)
