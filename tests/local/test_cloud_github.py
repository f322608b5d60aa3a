"""Each GitHub type through its whole life against the emulated GitHub."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import grpc
import pytest

from local.cloud import Cloud, CloudError
from local.cloud.annotations import holds
from local.cloud.github import GITHUB
from local.cloud.github_api import Answer, GitHubApi, GitHubSession
from local.cloud.provider import ConfigError
from local.cloud.schema import alternatives_of
from local.cloud.table import ApiError, PartialError, Resource
from local.cloud.values import UNKNOWN, Secret
from tests.local.github_client import TOKEN, Client, seal, serving
from tests.local.lives import Life, live

REPOSITORY = "github:index/repository:Repository"
RULESET = "github:index/repositoryRuleset:RepositoryRuleset"
ALERTS = "github:index/repositoryVulnerabilityAlerts:RepositoryVulnerabilityAlerts"
FIXES = "github:index/repositoryDependabotSecurityUpdates:RepositoryDependabotSecurityUpdates"
FILE = "github:index/repositoryFile:RepositoryFile"
BRANCH = "github:index/branch:Branch"
BRANCH_DEFAULT = "github:index/branchDefault:BranchDefault"
PROTECTION = "github:index/branchProtectionV3:BranchProtectionV3"
ORGANIZATION_RULESET = "github:index/organizationRuleset:OrganizationRuleset"
ENVIRONMENT_TYPE = "github:index/repositoryEnvironment:RepositoryEnvironment"
POLICY = "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy"
ACTIONS = "github:index/actionsRepositoryPermissions:ActionsRepositoryPermissions"
WORKFLOWS = "github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions"
ORGANIZATION_ACTIONS = "github:index/actionsOrganizationPermissions:ActionsOrganizationPermissions"
ORGANIZATION_WORKFLOWS = (
    "github:index/actionsOrganizationWorkflowPermissions:ActionsOrganizationWorkflowPermissions"
)
ORGANIZATION_SETTINGS = "github:index/organizationSettings:OrganizationSettings"
DEPLOY_KEY = "github:index/repositoryDeployKey:RepositoryDeployKey"
WEBHOOK = "github:index/repositoryWebhook:RepositoryWebhook"
ACTIONS_SECRET = "github:index/actionsSecret:ActionsSecret"
DEPENDABOT_SECRET = "github:index/dependabotSecret:DependabotSecret"


@pytest.fixture
def http(cloud: Cloud) -> Client:
    """Return what changes things behind the provider's back."""
    cloud.reset()
    return Client(cloud.github_endpoint, cloud.environment["GITHUB_TOKEN"])


@pytest.fixture
def github(http: Client, connect: Callable[..., Any]) -> Any:
    """Connect to a GitHub that has what the lives below stand on."""
    for name in ("web", "other"):
        http.make(name, auto_init=True)
    for name in ("dev", "next"):
        sha = http("GET", "/repos/example/web/git/ref/heads/main")[1]["object"]["sha"]
        http("POST", "/repos/example/web/git/refs", {"ref": f"refs/heads/{name}", "sha": sha})
    return connect(GITHUB)


RULES = {
    "deletion": True,
    "nonFastForward": True,
    "requiredSignatures": True,
    "pullRequest": {"requiredApprovingReviewCount": 1, "requireCodeOwnerReview": True},
    "requiredStatusChecks": {
        "requiredChecks": [{"context": "test"}, {"context": "lint", "integrationId": 7}],
        "strictRequiredStatusChecksPolicy": True,
    },
}
CONDITIONS = {"refName": {"includes": ["~DEFAULT_BRANCH"], "excludes": []}}
PROTECTED = {
    "repository": "web",
    "name": "main",
    "target": "branch",
    "enforcement": "active",
    "conditions": CONDITIONS,
    "rules": RULES,
}

ON_ALL = {
    "name": "all",
    "target": "branch",
    "enforcement": "active",
    "conditions": {
        "refName": {"includes": ["~DEFAULT_BRANCH"], "excludes": []},
        "repositoryName": {"includes": ["~ALL"], "excludes": ["sandbox-*"]},
    },
    "rules": RULES,
}
ALLOWED = {
    "githubOwnedAllowed": True,
    "verifiedAllowed": False,
    "patternsAlloweds": ["example/*", "actions/checkout@*"],
}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"
OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJC"
HOOK = {
    "repository": "web",
    "events": ["push", "pull_request"],
    "configuration": {
        "url": "https://hooks.example.com/in",
        "contentType": "json",
        "secret": Secret("hush-hush-hook"),
    },
}
CLASSIC = {
    "repository": "web",
    "branch": "main",
    "enforceAdmins": True,
    "requireConversationResolution": True,
    "requireSignedCommits": True,
    "requiredPullRequestReviews": {
        "dismissStaleReviews": True,
        "requireCodeOwnerReviews": True,
        "requireLastPushApproval": True,
        "requiredApprovingReviewCount": 2,
        "dismissalTeams": ["security"],
        "bypassPullRequestAllowances": {"users": ["robot"]},
    },
    "requiredStatusChecks": {"strict": True, "checks": ["test", "lint:7"]},
    "restrictions": {"teams": ["release"]},
}
ENVIRONMENT = {"repository": "web", "environment": "production"}
GUARDED = {
    **ENVIRONMENT,
    "canAdminsBypass": False,
    "preventSelfReview": True,
    "waitTimer": 5,
    "reviewers": [{"teams": [11], "users": [12, 13]}],
    "deploymentBranchPolicy": {"protectedBranches": True, "customBranchPolicies": False},
}
STAGING = {"repository": "web", "environment": "staging"}
SETTINGS = {
    "name": "Example",
    "billingEmail": "bills@example.com",
    "defaultRepositoryPermission": "none",
    "membersCanCreatePublicRepositories": False,
    "webCommitSignoffRequired": True,
    "dependabotAlertsEnabledForNewRepositories": True,
    "description": "examples",
}
VALUE = {"repository": "web", "secretName": "TOKEN", "value": Secret("hush-hush")}
FILE_OF_WEB = {"repository": "web", "file": "a.txt", "content": "one"}
KEY_OF_WEB = {"repository": "web", "title": "ci", "key": KEY}

LIVES = (
    Life(
        REPOSITORY,
        {
            "name": "shop",
            "visibility": "private",
            "description": "a shop",
            "autoInit": True,
            "hasIssues": True,
            "topics": ["b", "a"],
            "vulnerabilityAlerts": True,
        },
        {
            "name": "shop",
            "visibility": "public",
            "topics": ["c"],
            "deleteBranchOnMerge": True,
            "allowMergeCommit": False,
            "vulnerabilityAlerts": False,
            "securityAndAnalysis": {
                "secretScanning": {"status": "enabled"},
                "secretScanningPushProtection": {"status": "enabled"},
            },
        },
        None,
        "shop",
        {
            "fullName": "example/shop",
            "htmlUrl": "https://github.com/example/shop",
            "sshCloneUrl": "git@github.com:example/shop.git",
            "defaultBranch": "main",
            "httpCloneUrl": "https://github.com/example/shop.git",
            "allowMergeCommit": True,
            "vulnerabilityAlerts": True,
        },
        late=(
            "allowUpdateBranch",
            "hasDiscussions",
            "hasDownloads",
            "hasProjects",
            "hasWiki",
            "isTemplate",
        ),
    ),
    Life(
        RULESET,
        PROTECTED,
        {
            **PROTECTED,
            "rules": {"update": True, "updateAllowsFetchAndMerge": True},
            "bypassActors": [{"actorType": "OrganizationAdmin", "bypassMode": "always"}],
        },
        {**PROTECTED, "repository": "other"},
        "{rulesetId}",
        by_name=True,
        imports="web:{rulesetId}",
    ),
    Life(
        ORGANIZATION_RULESET,
        ON_ALL,
        {
            **ON_ALL,
            "enforcement": "disabled",
            "conditions": {
                "refName": {"includes": ["~ALL"], "excludes": []},
                "repositoryIds": [1001],
            },
            "rules": {
                "requiredWorkflows": {
                    "requiredWorkflows": [
                        {"path": ".github/workflows/check.yml", "repositoryId": 1002}
                    ]
                }
            },
        },
        None,
        "{rulesetId}",
    ),
    Life(
        ALERTS,
        {"repository": "web"},
        {"repository": "web", "enabled": False},
        {"repository": "other"},
        "web",
        {"enabled": True, "repositoryId": 1001},
        gone=False,
    ),
    Life(
        BRANCH,
        {"repository": "web", "branch": "feature"},
        {"repository": "web", "branch": "feature"},
        {"repository": "web", "branch": "another"},
        "web:feature",
        {"ref": "refs/heads/feature"},
    ),
    Life(
        BRANCH_DEFAULT,
        {"repository": "web", "branch": "dev"},
        {"repository": "web", "branch": "next"},
        {"repository": "other", "branch": "main"},
        "web",
        {"branch": "dev", "repositoryId": 1001},
        gone=False,
    ),
    Life(
        PROTECTION,
        CLASSIC,
        {"repository": "web", "branch": "main", "requiredStatusChecks": {"checks": ["test"]}},
        {**CLASSIC, "branch": "dev"},
        "web:main",
        {"requireSignedCommits": True},
    ),
    Life(
        FILE,
        {"repository": "web", "file": ".github/CODEOWNERS", "content": "* @example/all\n"},
        {"repository": "web", "file": ".github/CODEOWNERS", "content": "* @example/few\n"},
        {"repository": "web", "file": "CODEOWNERS", "content": "* @example/all\n"},
        "web:.github/CODEOWNERS:main",
        {"branch": "main", "ref": "main", "commitMessage": "Add .github/CODEOWNERS"},
    ),
    Life(
        ENVIRONMENT_TYPE,
        GUARDED,
        {**ENVIRONMENT, "canAdminsBypass": True},
        {**GUARDED, "environment": "live"},
        "web:production",
        {"repositoryId": 1001},
    ),
    Life(
        POLICY,
        {**STAGING, "branchPattern": "release/*"},
        {**STAGING, "branchPattern": "main"},
        {**STAGING, "tagPattern": "v*"},
        "web:staging:{policyId}",
        {"repositoryId": 1001},
    ),
    Life(
        ACTIONS,
        {
            "repository": "web",
            "allowedActions": "selected",
            "allowedActionsConfig": ALLOWED,
            "shaPinningRequired": True,
        },
        {"repository": "web", "allowedActions": "local_only", "shaPinningRequired": False},
        {"repository": "other", "allowedActions": "all"},
        "web",
        {"enabled": True, "shaPinningRequired": True},
        gone=False,
    ),
    Life(
        WORKFLOWS,
        {"repository": "web", "defaultWorkflowPermissions": "read"},
        {"repository": "web", "defaultWorkflowPermissions": "write"},
        {"repository": "other", "defaultWorkflowPermissions": "read"},
        "web",
        {"canApprovePullRequestReviews": False},
        gone=False,
    ),
    Life(
        ORGANIZATION_ACTIONS,
        {
            "enabledRepositories": "selected",
            "enabledRepositoriesConfig": {"repositoryIds": [1002, 1001]},
            "allowedActions": "selected",
            "allowedActionsConfig": ALLOWED,
            "shaPinningRequired": True,
        },
        {"enabledRepositories": "all", "allowedActions": "local_only"},
        None,
        "example",
        gone=False,
    ),
    Life(
        ORGANIZATION_WORKFLOWS,
        {"organizationSlug": "example"},
        {"organizationSlug": "example", "canApprovePullRequestReviews": True},
        {"organizationSlug": "another"},
        "example",
        {"defaultWorkflowPermissions": "read", "canApprovePullRequestReviews": False},
        gone=False,
    ),
    Life(
        ORGANIZATION_SETTINGS,
        SETTINGS,
        {**SETTINGS, "description": "", "membersCanCreateRepositories": False},
        None,
        "{id}",
        {"membersCanCreateRepositories": True},
        gone=False,
        late=("membersCanCreateInternalRepositories",),
    ),
    Life(
        DEPLOY_KEY,
        {"repository": "web", "title": "ci", "key": f"{KEY} somebody@example.com"},
        {"repository": "web", "title": "ci", "key": f"{KEY} somebody@example.com"},
        {"repository": "web", "title": "ci", "key": OTHER_KEY},
        "{id}",
        {"readOnly": True, "key": KEY},
    ),
    Life(
        WEBHOOK,
        HOOK,
        {**HOOK, "active": False, "events": ["push"]},
        {**HOOK, "repository": "other"},
        "{id}",
        imports="web/{id}",
        untold=("configuration",),
    ),
    Life(
        ACTIONS_SECRET,
        VALUE,
        {**VALUE, "value": Secret("another")},
        {**VALUE, "secretName": "OTHER"},
        "web:TOKEN",
        {"repositoryId": 1001, "value": Secret("hush-hush")},
    ),
    Life(
        DEPENDABOT_SECRET,
        {"repository": "web", "secretName": "TOKEN", "plaintextValue": "hush-hush"},
        {"repository": "web", "secretName": "TOKEN", "value": "hush-hush"},
        {**VALUE, "repository": "other"},
        "web:TOKEN",
        {"repositoryId": 1001, "plaintextValue": Secret("hush-hush")},
    ),
)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.token.rpartition(":")[2])
def test_a_type_lives_from_creation_to_deletion(github: Any, http: Client, life: Life) -> None:
    policy = {"protected_branches": False, "custom_branch_policies": True}
    staging = {"deployment_branch_policy": policy}
    assert http("PUT", "/repos/example/web/environments/staging", staging)[0] == 200
    live(github, life)


def test_every_type_of_the_table_has_a_life() -> None:
    assert {life.token for life in LIVES} == GITHUB.resources.keys() - {FIXES}


# --- Every input goes somewhere ---


class Recorder:
    """Answers everything, and keeps what it was asked."""

    context: ClassVar = {"owner": "o", "organization": "o", "repositories": "/orgs/o/repos"}

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, method: str, path: str, body: Any = None) -> Answer:
        self.sent.append((method, path, body))
        ruleset: dict[str, Any] = {"rules": [], "conditions": {}}
        return Answer(200, {"id": 1, "type": "branch", "name": "n", "sha": "s", **ruleset}, {})


def sample(annotation: object, name: str, without: Sequence[str]) -> Any:
    """Return a value of a type, with every property of every block in it, but those left out."""
    if name in ("allowedActions", "enabledRepositories"):
        return "selected"  # what is selected is sent there alone
    shape = holds(annotation)
    match shape.kind:
        case "object":
            inner = shape.members.items()
            return {n: sample(each, n, without) for n, each in inner if n not in without}
        case "list":
            return [sample(shape.item, "", without)]
        case _:
            kinds = alternatives_of(annotation)
            return "text" if shape.text else True if bool in kinds else 1


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in pairs:
            yield from leaves(each, (*path, key))
    else:
        yield path


def with_another(value: Any, path: tuple[Any, ...]) -> Any:
    """Return a copy that has another value at a path."""
    if not path:
        return not value if isinstance(value, bool) else value + value
    key, *rest = path
    changed = value.copy()
    changed[key] = with_another(value[key], tuple(rest))
    return changed


def sent_for(resource: Resource, inputs: dict[str, Any]) -> list[Any]:
    recorder = Recorder()
    with contextlib.suppress(ApiError, PartialError, LookupError, TypeError):
        resource.create_with(GitHubApi(recorder), inputs)
    return recorder.sent


DEPRECATED = "includeAdmins"
"""Inputs that the official provider takes and does nothing with."""


@pytest.mark.parametrize(
    "token",
    sorted(GITHUB.resources.keys() - {ACTIONS_SECRET, DEPENDABOT_SECRET}),  # a seal is ever new
)
@pytest.mark.parametrize(  # of two that exclude each other, one is there at a time
    "without", [("tagPattern", "contexts"), ("branchPattern", "checks")]
)
def test_every_input_goes_somewhere(token: str, without: Sequence[str]) -> None:
    """An input that no request holds would be dropped in silence."""
    resource = GITHUB.resources[token]
    inputs = {
        name: sample(each.type, name, without)
        for name, each in resource.schema.inputs.items()
        if name not in (*resource.unsupported, "etag", *without)
    }
    usual = sent_for(resource, inputs)
    assert len(usual) > 1
    for path in leaves(inputs):
        if (path[0] in resource.local and path[0] != "repository") or DEPRECATED in path:
            continue
        assert sent_for(resource, with_another(inputs, path)) != usual, f"{token}: {path}"


def test_security_updates_are_turned_on_and_off(github: Any, http: Client) -> None:
    address = "/repos/example/web/automated-security-fixes"
    wanted = {"repository": "web", "enabled": True}
    with pytest.raises(grpc.RpcError, match="Vulnerability alerts must be enabled"):
        github.create(FIXES, wanted)
    http("PUT", "/repos/example/web/vulnerability-alerts")
    made = github.create(FIXES, wanted)
    assert (made.id, http("GET", address)[1]["enabled"]) == ("web", True)
    made = github.update(made, {**wanted, "enabled": False})
    assert http("GET", address)[1]["enabled"] is False
    assert list(github.diff(made, {**wanted, "enabled": False}).diffs) == []


def test_a_switch_that_is_made_off_is_turned_off(github: Any, http: Client) -> None:
    address = "/repos/example/web/vulnerability-alerts"
    http("PUT", address)
    made = github.create(ALERTS, {"repository": "web", "enabled": False})
    assert http("GET", address)[0] == 404
    assert list(github.diff(made, {"repository": "web", "enabled": False}).diffs) == []


def test_every_rule_goes_out_and_comes_back(github: Any) -> None:
    rules = {
        **RULES,
        "creation": True,
        "requiredLinearHistory": True,
        "requiredDeployments": {"requiredDeploymentEnvironments": ["production"]},
        "mergeQueue": {"maxEntriesToMerge": 2},
        "requiredCodeScanning": {
            "requiredCodeScanningTools": [
                {
                    "alertsThreshold": "errors",
                    "securityAlertsThreshold": "critical",
                    "tool": "CodeQL",
                }
            ]
        },
        "copilotCodeReview": {"reviewOnPush": True},
    }
    made = github.create(RULESET, {**PROTECTED, "rules": rules})
    assert list(github.diff(made, {**PROTECTED, "rules": rules}).diffs) == []
    weaker = {name: value for name, value in rules.items() if name != "requiredSignatures"}
    assert list(github.diff(made, {**PROTECTED, "rules": weaker}).detailedDiff) == [
        "rules.requiredSignatures"
    ]


def test_a_repository_without_a_name_gets_one_from_the_resource(github: Any) -> None:
    made = github.create(REPOSITORY, {})
    assert made.id.startswith("it-")
    assert made.outputs["visibility"] == "public"
    assert list(github.diff(made, {}).diffs) == []


def test_renaming_a_repository_is_an_update(github: Any, http: Client) -> None:
    made = github.create(REPOSITORY, {"name": "old"})
    diff = github.diff(made, {"name": "new"})
    assert (list(diff.diffs), list(diff.replaces)) == (["name"], [])
    made = github.update(made, {"name": "new"})
    assert made.outputs["fullName"] == "example/new"
    read = github.read(made)
    assert read is not None
    assert read.outputs["name"] == "new"
    github.delete(made)
    assert http("GET", "/repos/example/new")[0] == 404


def test_a_repository_may_be_archived_instead_of_deleted(github: Any, http: Client) -> None:
    made = github.create(REPOSITORY, {"name": "kept", "archiveOnDestroy": True})
    github.delete(made)
    assert http("GET", "/repos/example/kept")[1]["archived"] is True
    github.delete(made)


def test_a_repository_is_archived_last(github: Any, http: Client) -> None:
    wanted = {"name": "done", "archived": True, "topics": ["a"]}
    made = github.create(REPOSITORY, wanted)
    assert http("GET", "/repos/example/done")[1]["archived"] is True
    assert made.outputs["topics"] == ["a"]
    assert list(github.diff(made, wanted).diffs) == []


@pytest.mark.parametrize(
    ("token", "news", "method", "path", "body", "changed"),
    [
        (
            REPOSITORY,
            {"name": "shop"},
            "PATCH",
            "/repos/example/shop",
            {"has_wiki": True},
            "hasWiki",
        ),
        (
            REPOSITORY,
            {"name": "shop", "vulnerabilityAlerts": True},
            "DELETE",
            "/repos/example/shop/vulnerability-alerts",
            None,
            "vulnerabilityAlerts",
        ),
        (
            REPOSITORY,
            {"name": "shop", "visibility": "private"},
            "PATCH",
            "/repos/example/shop",
            {"visibility": "public"},
            "visibility",
        ),
        (
            RULESET,
            PROTECTED,
            "PUT",
            "/repos/example/web/rulesets/1003",
            {"enforcement": "disabled"},
            "enforcement",
        ),
        (RULESET, PROTECTED, "PUT", "/repos/example/web/rulesets/1003", {"rules": []}, "rules"),
        (
            RULESET,
            PROTECTED,
            "PUT",
            "/repos/example/web/rulesets/1003",
            {"bypass_actors": [{"actor_type": "OrganizationAdmin", "bypass_mode": "always"}]},
            "bypassActors",
        ),
        (
            ORGANIZATION_RULESET,
            ON_ALL,
            "PUT",
            "/orgs/example/rulesets/1003",
            {"enforcement": "disabled"},
            "enforcement",
        ),
        (
            PROTECTION,
            CLASSIC,
            "DELETE",
            "/repos/example/web/branches/main/protection/required_signatures",
            None,
            "requireSignedCommits",
        ),
        (
            PROTECTION,
            CLASSIC,
            "DELETE",
            "/repos/example/web/branches/main/protection/required_pull_request_reviews",
            None,
            "requiredPullRequestReviews",
        ),
        (
            ENVIRONMENT_TYPE,
            GUARDED,
            "PUT",
            "/repos/example/web/environments/production",
            {
                "can_admins_bypass": False,
                "wait_timer": 5,
                "deployment_branch_policy": {
                    "protected_branches": True,
                    "custom_branch_policies": False,
                },
                "prevent_self_review": True,
                "reviewers": [{"type": "User", "id": 99}],
            },
            "reviewers",
        ),
        (
            ACTIONS,
            {"repository": "web", "allowedActions": "local_only", "shaPinningRequired": True},
            "PUT",
            "/repos/example/web/actions/permissions",
            {"enabled": True, "sha_pinning_required": False},
            "shaPinningRequired",
        ),
        (
            WORKFLOWS,
            {"repository": "web", "defaultWorkflowPermissions": "read"},
            "PUT",
            "/repos/example/web/actions/permissions/workflow",
            {"can_approve_pull_request_reviews": True},
            "canApprovePullRequestReviews",
        ),
        (
            ORGANIZATION_SETTINGS,
            SETTINGS,
            "PATCH",
            "/orgs/example",
            {"members_can_create_public_repositories": True},
            "membersCanCreatePublicRepositories",
        ),
        (
            WEBHOOK,
            HOOK,
            "PATCH",
            "/repos/example/web/hooks/1003",
            {"config": {"url": "http://example.com", "content_type": "json"}},
            "configuration",
        ),
    ],
)
def test_drift_is_seen_and_undone(
    github: Any,
    http: Client,
    token: str,
    news: dict[str, Any],
    method: str,
    path: str,
    body: Any,
    changed: str,
) -> None:
    made = github.create(token, news)
    assert http(method, path, body)[0] in (200, 204)
    read = github.read(made)
    assert read is not None
    assert list(github.diff(read, news).diffs) == [changed]
    again = github.read(github.update(read, news))
    assert list(github.diff(again, news).diffs) == []


def test_a_file_is_overwritten_only_when_the_program_says_so(github: Any, http: Client) -> None:
    wanted = {"repository": "web", "file": "README.md", "content": "mine"}
    with pytest.raises(grpc.RpcError, match="sha"):
        github.create(FILE, wanted)
    made = github.create(FILE, {**wanted, "overwriteOnCreate": True})
    answer = http("GET", "/repos/example/web/contents/README.md")[1]
    assert base64.b64decode(answer["content"]) == b"mine"
    assert list(github.diff(made, {**wanted, "overwriteOnCreate": True}).diffs) == []


# --- Secrets ---


def test_a_secret_is_sealed_and_shown_to_nobody(github: Any, http: Client) -> None:
    for token in (ACTIONS_SECRET, DEPENDABOT_SECRET):
        made = github.create(token, {**VALUE, "value": "hush-hush"})
        assert made.outputs["value"] == Secret("hush-hush")
        assert http("GET", f"/repos/example/web/{KINDS[token]}/secrets/TOKEN")[1].keys() == {
            "name",
            "created_at",
            "updated_at",
        }
    assert "hush-hush" not in str(http("GET", "/_local/requests")[1])


def test_a_sealed_value_is_sent_as_it_is(github: Any, http: Client) -> None:
    address = "/repos/example/web/actions/secrets"
    sealed = seal(http("GET", f"{address}/public-key")[1], "hush-hush")
    wanted = {
        "repository": "web",
        "secretName": "TOKEN",
        "valueEncrypted": sealed["encrypted_value"],
        "keyId": sealed["key_id"],
    }
    made = github.create(ACTIONS_SECRET, wanted)
    assert list(github.diff(made, wanted).diffs) == []
    stale = {**wanted, "secretName": "OTHER", "keyId": "1"}
    with pytest.raises(grpc.RpcError, match="improperly encrypted secret") as caught:
        github.create(ACTIONS_SECRET, stale)
    assert sealed["encrypted_value"] not in caught.value.details()


def test_a_secret_that_somebody_else_changed_is_written_again(
    connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    dates = iter(f"2026-01-01T00:00:{number:02}Z" for number in range(60))
    monkeypatch.setattr("local.cloud.github_server.secrets.now", lambda: next(dates))
    with serving() as client:
        client.make()
        monkeypatch.setenv("GITHUB_BASE_URL", client.url)
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        github = connect(GITHUB)
        made = github.create(ACTIONS_SECRET, VALUE)
        assert list(github.diff(github.read(made), VALUE).diffs) == []

        address = "/repos/example/web/actions/secrets"
        key = client("GET", f"{address}/public-key")[1]
        assert client("PUT", f"{address}/TOKEN", seal(key, "other"))[0] == 204
        drifted = github.read(made)
        assert drifted.outputs["remoteUpdatedAt"] > drifted.outputs["updatedAt"]
        assert list(github.diff(drifted, VALUE).diffs) == ["value"]
        again = github.update(drifted, VALUE)
        assert list(github.diff(github.read(again), VALUE).diffs) == []


KINDS = {ACTIONS_SECRET: "actions", DEPENDABOT_SECRET: "dependabot"}


def test_a_webhooks_secret_is_kept_and_shown_to_nobody(github: Any, http: Client) -> None:
    made = github.create(WEBHOOK, HOOK)
    assert http("GET", f"/repos/example/web/hooks/{made.id}")[1]["config"]["secret"] == "********"
    assert made.outputs["configuration"].value["secret"] == "hush-hush-hook"
    read = github.read(made)
    assert read.outputs["configuration"] == made.outputs["configuration"]
    taken = {**HOOK, "events": ["nothing"], "repository": "none"}
    with pytest.raises(grpc.RpcError, match="404") as caught:
        github.create(WEBHOOK, taken)
    assert "hush-hush-hook" not in caught.value.details()
    imported = github.imported(WEBHOOK, f"web/{made.id}")
    assert imported.outputs["configuration"]["secret"] == "********"


# --- Archived repositories, plans and owners ---


@pytest.mark.parametrize(
    ("token", "news"),
    [(RULESET, PROTECTED), (WEBHOOK, HOOK), (FILE, FILE_OF_WEB), (DEPLOY_KEY, KEY_OF_WEB)],
)
def test_what_an_archived_repository_has_counts_as_deleted(
    github: Any, http: Client, token: str, news: dict[str, Any]
) -> None:
    made = github.create(token, news)
    assert http("PATCH", "/repos/example/web", {"archived": True})[0] == 200
    github.delete(made)
    assert github.read(made) is not None


def test_the_official_provider_fails_at_other_parts_of_an_archived_repository(
    github: Any, http: Client
) -> None:
    made = github.create(ENVIRONMENT_TYPE, GUARDED)
    assert http("PATCH", "/repos/example/web", {"archived": True})[0] == 200
    with pytest.raises(grpc.RpcError, match="archived"):
        github.delete(made)


@pytest.mark.parametrize(
    ("plan", "token", "news", "message"),
    [
        ("free", RULESET, PROTECTED, "403: Upgrade to GitHub Pro or make this repository public"),
        ("free", PROTECTION, CLASSIC, "403: Upgrade to GitHub Pro or make this repository public"),
        ("free", ORGANIZATION_RULESET, ON_ALL, "403: Upgrade to GitHub Team to enable this"),
        ("team", ENVIRONMENT_TYPE, GUARDED, "422: Failed to create the environment protection"),
        (
            "team",
            REPOSITORY,
            {
                "name": "shop",
                "visibility": "private",
                "securityAndAnalysis": {"secretScanning": {"status": "enabled"}},
            },
            "422: Secret scanning is not available for this repository",
        ),
    ],
)
def test_what_a_plan_lacks_is_told_in_githubs_words(
    github: Any,
    http: Client,
    cloud: Cloud,
    plan: str,
    token: str,
    news: dict[str, Any],
    message: str,
) -> None:
    assert http("PATCH", "/repos/example/web", {"visibility": "private"})[0] == 200
    cloud.set_github_account(plan=plan)
    with pytest.raises((grpc.RpcError, github.PartlyMade)) as caught:
        github.create(token, news)
    told = caught.value.details() if isinstance(caught.value, grpc.RpcError) else str(caught.value)
    assert message in told


@pytest.mark.parametrize(
    ("token", "news"),
    [
        (PROTECTION, CLASSIC),
        (ORGANIZATION_RULESET, ON_ALL),
        (ORGANIZATION_SETTINGS, SETTINGS),
        (ORGANIZATION_ACTIONS, {"enabledRepositories": "all"}),
    ],
)
def test_what_is_of_organizations_is_refused_to_a_user(
    cloud: Cloud, connect: Callable[..., Any], token: str, news: dict[str, Any]
) -> None:
    cloud.reset()
    cloud.set_github_account(kind="user")
    github = connect(GITHUB)
    with pytest.raises(grpc.RpcError, match="only be used in the context of an organization"):
        github.create(token, news)


def test_without_rules_an_environment_is_made_and_shows_what_was_not_taken(
    github: Any, http: Client
) -> None:
    assert http("PATCH", "/repos/example/web", {"visibility": "private"})[0] == 200
    limits = {"protectedBranches": True, "customBranchPolicies": False}
    plain = {**ENVIRONMENT, "deploymentBranchPolicy": limits}
    made = github.create(ENVIRONMENT_TYPE, plain)
    assert made.outputs["deploymentBranchPolicy"] == limits
    assert list(github.diff(made, plain).diffs) == []
    made = github.update(made, ENVIRONMENT)
    assert list(github.diff(made, ENVIRONMENT).diffs) == []
    strict = {**ENVIRONMENT, "canAdminsBypass": False}
    assert list(github.diff(github.update(made, strict), strict).diffs) == ["canAdminsBypass"]


def test_what_github_ignores_at_creation_is_set_by_an_update(github: Any, http: Client) -> None:
    wanted = {"name": "shop", "webCommitSignoffRequired": True}
    made = github.create(REPOSITORY, wanted)
    assert http("GET", "/repos/example/shop")[1]["web_commit_signoff_required"] is True
    assert list(github.diff(made, wanted).diffs) == []


def test_an_organization_is_told_in_a_summary(github: Any, http: Client) -> None:
    told, _ = github.invoke(
        "github:index/getOrganization:getOrganization", {"name": "example", "summaryOnly": True}
    )
    assert (told["login"], told["plan"]) == ("example", "team")
    assert told["id"] == str(http("GET", "/orgs/example")[1]["id"])
    for args, message in (({"name": "example"}, "set summaryOnly"), ({"name": "none"}, "404")):
        asked = {**args, **({"summaryOnly": True} if message == "404" else {})}
        with pytest.raises(grpc.RpcError, match=message):
            github.invoke("github:index/getOrganization:getOrganization", asked)


def test_any_address_can_be_asked(github: Any, cloud: Cloud) -> None:
    token = "github:index/getRestApi:getRestApi"
    told, _ = github.invoke(token, {"endpoint": "orgs/example"})
    assert (told["code"], told["status"]) == (200, "200 OK")
    assert json.loads(told["body"])["two_factor_requirement_enabled"] is True
    assert told["id"] in json.loads(told["headers"])["X-GitHub-Request-Id"]
    cloud.set_github_account(two_factor=False)
    told, _ = github.invoke(token, {"endpoint": "/orgs/example"})
    assert json.loads(told["body"])["two_factor_requirement_enabled"] is False
    told, _ = github.invoke(token, {"endpoint": "repos/example/none"})
    assert (told["code"], json.loads(told["body"])["message"]) == (404, "Not Found")
    asked = {"endpoint": "repos/example/web/actions/permissions/selected-actions"}
    with pytest.raises(grpc.RpcError, match="409: Conflict"):
        github.invoke(token, asked)


def test_the_account_has_no_plan_that_is_unknown(cloud: Cloud) -> None:
    with pytest.raises(CloudError, match="plan is one of"):
        cloud.set_github_account(plan="gold")


def test_a_policy_that_is_there_already_is_refused(github: Any, http: Client) -> None:
    policy = {"protected_branches": False, "custom_branch_policies": True}
    address = "/repos/example/web/environments/staging"
    assert http("PUT", address, {"deployment_branch_policy": policy})[0] == 200
    wanted = {**STAGING, "branchPattern": "main"}
    github.create(POLICY, wanted)
    with pytest.raises(grpc.RpcError, match="303"):
        github.create(POLICY, wanted)


def test_a_preview_leaves_open_what_is_not_known(github: Any) -> None:
    for life in LIVES:
        unknown = {**life.made, **({"repository": UNKNOWN} if "repository" in life.made else {})}
        planned = github.plan(life.token, unknown)
        assert planned.get("repository", UNKNOWN) == UNKNOWN


@pytest.mark.parametrize(
    ("token", "news", "path"),
    [
        (REPOSITORY, {"nme": "x"}, "nme"),
        (REPOSITORY, {"name": "a b"}, "name"),
        (REPOSITORY, {"visibility": "secret"}, "visibility"),
        (REPOSITORY, {"visibility": "public", "private": False}, "private"),
        (REPOSITORY, {"topics": ["ok", "Not OK"]}, "topics[1]"),
        (REPOSITORY, {"hasIssues": "true"}, "hasIssues"),
        (REPOSITORY, {"template": {"owner": "x", "repository": "y"}}, "template"),
        (
            REPOSITORY,
            {"securityAndAnalysis": {"secretScanning": {"status": "on"}}},
            "securityAndAnalysis.secretScanning.status",
        ),
        (RULESET, {k: v for k, v in PROTECTED.items() if k != "rules"}, "rules"),
        (RULESET, {k: v for k, v in PROTECTED.items() if k != "conditions"}, "conditions"),
        (RULESET, {**PROTECTED, "enforcement": "strict"}, "enforcement"),
        (RULESET, {**PROTECTED, "rules": {"pullRequests": {}}}, "rules.pullRequests"),
        (
            FILE,
            {"repository": "web", "file": "a", "content": "b", "commitAuthor": "c"},
            "commitEmail",
        ),
        (ORGANIZATION_RULESET, {**ON_ALL, "conditions": CONDITIONS}, "conditions"),
        (
            ORGANIZATION_RULESET,
            {**ON_ALL, "conditions": {"repositoryIds": [1]}},
            "conditions.refName",
        ),
        (
            ORGANIZATION_RULESET,
            {**ON_ALL, "bypassActors": [{"actorType": "User", "bypassMode": "always"}]},
            "bypassActors[0].actorType",
        ),
        (
            PROTECTION,
            {**CLASSIC, "requiredPullRequestReviews": {"requiredApprovingReviewCount": 7}},
            "requiredPullRequestReviews.requiredApprovingReviewCount",
        ),
        (
            PROTECTION,
            {**CLASSIC, "requiredStatusChecks": {"checks": ["a"], "contexts": ["b"]}},
            "requiredStatusChecks.checks",
        ),
        (ENVIRONMENT_TYPE, {**ENVIRONMENT, "waitTimer": 50000}, "waitTimer"),
        (ENVIRONMENT_TYPE, {**ENVIRONMENT, "environment": "a/b"}, "environment"),
        (
            ENVIRONMENT_TYPE,
            {**ENVIRONMENT, "reviewers": [{"teams": [1, 2, 3, 4], "users": [5, 6, 7]}]},
            "reviewers",
        ),
        (POLICY, STAGING, "branchPattern"),
        (POLICY, {**STAGING, "branchPattern": "a", "tagPattern": "b"}, "tagPattern"),
        (ACTIONS, {"repository": "web", "allowedActions": "some"}, "allowedActions"),
        (
            ORGANIZATION_ACTIONS,
            {"enabledRepositories": "all", "allowedActions": "selected"},
            "allowedActionsConfig",
        ),
        (ORGANIZATION_ACTIONS, {"enabledRepositories": "selected"}, "enabledRepositoriesConfig"),
        (
            WORKFLOWS,
            {"repository": "web", "defaultWorkflowPermissions": "none"},
            "defaultWorkflowPermissions",
        ),
        (
            ORGANIZATION_SETTINGS,
            {**SETTINGS, "defaultRepositoryPermission": "own"},
            "defaultRepositoryPermission",
        ),
        (ACTIONS_SECRET, {"repository": "web", "secretName": "TOKEN"}, "value"),
        (ACTIONS_SECRET, {**VALUE, "plaintextValue": "x"}, "plaintextValue"),
        (ACTIONS_SECRET, {**VALUE, "secretName": "GITHUB_TOKEN"}, "secretName"),
        (ACTIONS_SECRET, {**VALUE, "keyId": "1"}, "keyId"),
        (
            DEPENDABOT_SECRET,
            {"repository": "web", "secretName": "TOKEN", "valueEncrypted": "eA=="},
            "keyId",
        ),
    ],
)
def test_check_refuses_what_the_official_provider_refuses(
    github: Any, token: str, news: dict[str, Any], path: str
) -> None:
    _, failures = github.check(token, news)
    assert [name for name, _ in failures] == [path]


def test_a_refusal_of_github_names_the_request_and_the_reason(github: Any) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        github.create(REPOSITORY, {"name": "web"})
    message = caught.value.details()
    assert "POST /orgs/example/repos" in message
    assert "422" in message
    assert "name already exists on this account" in message


def test_a_secret_stays_one(github: Any) -> None:
    wanted = {"repository": "web", "file": "a", "content": Secret("hush-hush")}
    made = github.create(FILE, wanted)
    assert made.outputs["content"] == Secret("hush-hush")
    assert list(github.diff(made, wanted).diffs) == []
    read = github.read(made)
    assert read is not None
    assert read.outputs["content"] == Secret("hush-hush")


def test_a_ruleset_cannot_be_imported_by_its_number_alone(github: Any) -> None:
    with pytest.raises(grpc.RpcError, match="repository is not known"):
        github.imported(RULESET, "5")


def test_a_repository_is_imported_by_its_name(github: Any) -> None:
    found = github.imported(REPOSITORY, "web")
    assert found is not None
    assert found.inputs["name"] == "web"
    assert list(github.diff(found, found.inputs).diffs) == []
    assert github.imported(REPOSITORY, "none") is None


@pytest.mark.parametrize(
    ("config", "environment", "message"),
    [
        ({}, {"GITHUB_BASE_URL": "https://api.github.com"}, "never talks to the real GitHub"),
        ({"baseUrl": "https://example.com"}, {}, "never talks to the real GitHub"),
        ({}, {"GITHUB_BASE_URL": ""}, "never talks to the real GitHub"),
        ({}, {"GITHUB_TOKEN": ""}, "no token"),
        ({"token": "wrong-token"}, {}, "Bad credentials"),
        ({"baseUrl": "http://127.0.0.1:9"}, {}, "did not answer"),
    ],
)
def test_a_configuration_that_cannot_work_is_one_clear_error(
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    config: Mapping[str, Any],
    environment: Mapping[str, str],
    message: str,
) -> None:
    for name, value in {**cloud.environment, **environment}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=message) as caught:
        GitHubSession(config)
    assert "wrong-token" not in str(caught.value)
    assert cloud.environment["GITHUB_TOKEN"] not in str(caught.value)
