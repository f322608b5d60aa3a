"""`ProtectedRepository` by its children's inputs and options.

In process, with mocks: that GitHub takes the inputs is shown on the local GitHub (`tests/engine`),
and that they are safe by the policy pack (`test_agreement_repository`), which does not know the
component.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, cast

import pulumi
import pytest
import yaml

from secure_components import ArgumentError, ProtectedRepository, ProtectedRepositoryArgs
from secure_components.protected_repository import checks, plans
from tests.secure_components.programs import run, value

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFQ2b3Rlc3Rrb2V5Zm9ydGVzdHM deploy"
SECRET_MARK = "1b47061264138c4ac30d75fd1eb44270"
"""What the SDK writes beside a secret value on its way to the engine."""
SECRET = "planted-hunter2-0123456789"
HOOK = {"url": "https://hooks.example.org/x", "events": ["push"], "secret": SECRET}
ENTERPRISE = {"plan": "enterprise"}
PUBLIC = {"visibility": "public"}
REVIEWED = {"reviewer_teams": [7]}
ADOPT: dict[str, Any] = {
    "adopt": True,
    "visibility": "private",
    "pull_requests": {"required_checks": [{"name": "build"}]},
}
BY_DEFAULT = {
    "service": "Repository",
    "service-actions": "ActionsRepositoryPermissions",
    "service-branches": "RepositoryRuleset",
    "service-dependabot": "RepositoryFile",
    "service-security-policy": "RepositoryFile",
    "service-security-updates": "RepositoryDependabotSecurityUpdates",
    "service-tags": "RepositoryRuleset",
    "service-vulnerability-alerts": "RepositoryVulnerabilityAlerts",
    "service-workflow-permissions": "WorkflowRepositoryPermissions",
}
EVERYTHING: dict[str, Any] = {
    **ENTERPRISE,
    "add_ons": ["secret_protection", "code_security"],
    "description": "A service",
    "default_branch": "trunk",
    "protected_branches": ["release/*"],
    "tags": {"patterns": ["v*"], "creator_teams": [11], "creator_apps": [12]},
    "push_limits": {
        "file_paths": ["**/.env"],
        "file_extensions": ["*.pem"],
        "largest_file_megabytes": 10,
    },
    "allowed_actions": ["docker/login-action@*"],
    "environments": {
        "production": {
            **REVIEWED,
            "reviewer_users": [8],
            "branches": ["trunk", "release/*"],
            "tags": ["v*"],
            "wait_minutes": 5,
        }
    },
    "deploy_keys": {"cluster": KEY},
    "webhooks": {"chat": HOOK},
    "files": {"code_owners": {"*": ["@acme/platform"]}},
}


def make(**args: Any) -> ProtectedRepository:
    given = cast("ProtectedRepositoryArgs", args)
    made: ProtectedRepository = run(lambda: ProtectedRepository("service", given))
    return made


# --- As it comes ---


def test_children_keep_their_names(recorder: Any) -> None:
    make()
    assert {
        name: args.typ.rpartition(":")[2] for name, args in recorder.resources.items()
    } == BY_DEFAULT


def test_repository_is_private_and_archived_on_destroy(recorder: Any) -> None:
    make()
    assert recorder.inputs("service") == {
        "name": "service",
        "visibility": "private",
        "autoInit": True,
        "hasIssues": True,
        "allowSquashMerge": True,
        "allowRebaseMerge": False,
        "allowMergeCommit": False,
        "allowUpdateBranch": True,
        "deleteBranchOnMerge": True,
        "webCommitSignoffRequired": True,
        "archiveOnDestroy": True,
    }


def test_default_branch_changes_by_reviewed_pull_requests_and_nobody_bypasses(
    recorder: Any,
) -> None:
    make()
    assert recorder.inputs("service-branches") == {
        "name": "Protected branches",
        "repository": "service",
        "target": "branch",
        "enforcement": "active",
        "conditions": {"refName": {"includes": ["~DEFAULT_BRANCH"], "excludes": []}},
        "rules": {
            "deletion": True,
            "nonFastForward": True,
            "requiredLinearHistory": True,
            "requiredStatusChecks": {
                "strictRequiredStatusChecksPolicy": True,
                "requiredChecks": [{"context": "tests", "integrationId": 15368}],
            },
            "pullRequest": {
                "requiredApprovingReviewCount": 1,
                "dismissStaleReviewsOnPush": True,
                "requireCodeOwnerReview": True,
                "requireLastPushApproval": True,
                "requiredReviewThreadResolution": True,
                "allowedMergeMethods": ["squash"],
            },
        },
    }


def test_tags_are_never_moved_nor_deleted(recorder: Any) -> None:
    make()
    assert recorder.inputs("service-tags") == {
        "name": "Protected tags",
        "repository": "service",
        "target": "tag",
        "enforcement": "active",
        "conditions": {"refName": {"includes": ["~ALL"], "excludes": []}},
        "rules": {"deletion": True, "nonFastForward": True, "update": True},
    }


def test_actions_are_limited_and_their_token_reads(recorder: Any) -> None:
    make()
    assert recorder.inputs("service-actions") == {
        "repository": "service",
        "enabled": True,
        "allowedActions": "selected",
        "allowedActionsConfig": {
            "githubOwnedAllowed": True,
            "verifiedAllowed": False,
            "patternsAlloweds": [],
        },
        "shaPinningRequired": True,
    }
    assert recorder.inputs("service-workflow-permissions") == {
        "repository": "service",
        "defaultWorkflowPermissions": "read",
        "canApprovePullRequestReviews": False,
    }


def test_dependabot_alerts_and_updates(recorder: Any, registrations: dict[str, Any]) -> None:
    make()
    for role in ("vulnerability-alerts", "security-updates"):
        assert recorder.inputs(f"service-{role}") == {"repository": "service", "enabled": True}
    assert waits_for(registrations, "service-security-updates", "service-vulnerability-alerts")


def waits_for(registrations: dict[str, Any], name: str, other: str) -> bool:
    return any(urn.endswith(f"::{other}") for urn in registrations[name].dependencies)


def test_files_are_committed_one_by_one_before_the_branch_is_protected(
    recorder: Any, registrations: dict[str, Any]
) -> None:
    make(files={"code_owners": {"*": ["@acme/platform"], "/docs/": ["@ada", "x@example.org"]}})
    order = ["code-owners", "security-policy", "dependabot", "branches"]
    for before, after in itertools.pairwise(order):
        assert waits_for(registrations, f"service-{after}", f"service-{before}")
    made = recorder.inputs("service-code-owners")
    assert (made["file"], made["overwriteOnCreate"]) == (".github/CODEOWNERS", False)
    assert made["content"].splitlines()[1:] == ["* @acme/platform", "/docs/ @ada x@example.org"]


def test_later_changes_of_files_are_left_to_pull_requests(registrations: dict[str, Any]) -> None:
    make()
    ignored = set(registrations["service-security-policy"].ignoreChanges)
    assert {"content", "commitMessage"} <= ignored


def test_dependabot_configuration_waits_a_week(recorder: Any) -> None:
    make(files={"dependency_ecosystems": ["github-actions", "pip"]})
    made = recorder.inputs("service-dependabot")
    assert made["file"] == ".github/dependabot.yml"
    configuration = yaml.safe_load(made["content"])
    assert configuration["version"] == 2
    assert configuration["updates"] == [
        {
            "package-ecosystem": ecosystem,
            "directory": "/",
            "schedule": {"interval": "weekly"},
            "cooldown": {"default-days": 7},
        }
        for ecosystem in ("github-actions", "pip")
    ]


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({}, "Report a vulnerability"),
        ({"security_contact": "security@example.org"}, "Write to <security@example.org>"),
    ],
)
def test_security_policy_says_where_to_report(
    recorder: Any, files: dict[str, Any], text: str
) -> None:
    make(files=files)
    made = recorder.inputs("service-security-policy")
    assert made["file"] == "SECURITY.md"
    assert text in made["content"]
    assert "never in a public issue" in made["content"]


# --- Options ---


def test_destroying_archives_with_protection_and_without_credentials(
    registrations: dict[str, Any],
) -> None:
    make(**EVERYTHING)
    children = {name for name in registrations if name.startswith("service-")}
    deleted = {name for name in children if not registrations[name].deletedWith}
    assert deleted == {"service-deploy-key-cluster", "service-webhook-chat"}
    kept = {registrations[name].deletedWith for name in children - deleted}
    assert {urn.rpartition("::")[2] for urn in kept} == {"service"}
    assert not any(request.retainOnDelete for request in registrations.values())


def test_what_says_nothing_of_security_is_left_alone(registrations: dict[str, Any]) -> None:
    make(description="A service")
    ignored = set(registrations["service"].ignoreChanges)
    assert {"topics", "hasWiki", "homepageUrl", "vulnerabilityAlerts"} <= ignored
    assert "description" not in ignored
    assert not ignored & {
        "visibility",
        "archiveOnDestroy",
        "deleteBranchOnMerge",
        "securityAndAnalysis",
        "webCommitSignoffRequired",
    }


def test_every_child_has_a_role_that_can_be_adopted(recorder: Any) -> None:
    args = cast("ProtectedRepositoryArgs", EVERYTHING)
    make(**EVERYTHING)
    assert {f"service-{role}" for role in checks.roles(args)} == recorder.resources.keys() - {
        "service"
    }


def test_existing_repository_is_imported_and_gets_no_files(
    recorder: Any, registrations: dict[str, Any]
) -> None:
    make(**ADOPT, repository_name="old", adopt_ids={"branches": "old:7"})
    assert registrations["service"].importId == "old"
    assert registrations["service-branches"].importId == "old:7"
    assert {name for name, one in registrations.items() if one.importId} == {
        "service",
        "service-branches",
    }
    assert "autoInit" not in recorder.inputs("service")
    assert recorder.inputs("service")["archiveOnDestroy"] is True
    assert recorder.resources.keys() == BY_DEFAULT.keys() - {
        "service-dependabot",
        "service-security-policy",
    }


def test_existing_files_are_adopted_by_their_ids(registrations: dict[str, Any]) -> None:
    ids = {"code-owners": "service:.github/CODEOWNERS:", "security-policy": "service:SECURITY.md:"}
    make(**ADOPT, adopt_ids=ids)
    for role, id_ in ids.items():
        assert registrations[f"service-{role}"].importId == id_
        assert "content" in registrations[f"service-{role}"].ignoreChanges
    assert "service-dependabot" not in registrations


def test_existing_default_branch_is_never_renamed(recorder: Any) -> None:
    make(default_branch="trunk")
    assert recorder.inputs("service-default-branch")["rename"] is True
    make(default_branch="trunk", **ADOPT)
    assert recorder.inputs("service-default-branch") == {"repository": "service", "branch": "trunk"}


def test_within_a_protected_organization_its_actions_policy_holds(recorder: Any) -> None:
    made = make(in_protected_organization=True)
    assert recorder.resources.keys() == BY_DEFAULT.keys() - {
        "service-actions",
        "service-dependabot",
        "service-security-policy",
    }
    assert value(made.protection)[plans.ACTIONS.name] == "the organization's to set"


# --- By choice ---


def test_merge_commits_are_refused_unless_they_are_a_method(recorder: Any) -> None:
    make(pull_requests={"merge_methods": ["merge", "squash"]})
    assert "requiredLinearHistory" not in recorder.inputs("service-branches")["rules"]
    assert recorder.inputs("service")["allowMergeCommit"] is True


def test_pull_requests_by_choice(recorder: Any) -> None:
    make(
        plan="enterprise",
        protected_branches=["release/*"],
        pull_requests={
            "approvals": 2,
            "required_checks": [{"name": "tests"}, {"name": "scan", "app_id": 57789}],
            "merge_methods": ["rebase", "squash"],
            "signed_commits": True,
            "merge_queue": True,
        },
    )
    made = recorder.inputs("service-branches")
    assert made["conditions"]["refName"]["includes"] == ["~DEFAULT_BRANCH", "refs/heads/release/*"]
    rules = made["rules"]
    assert rules["pullRequest"]["requiredApprovingReviewCount"] == 2
    assert rules["pullRequest"]["allowedMergeMethods"] == ["rebase", "squash"]
    assert rules["requiredLinearHistory"] is True
    assert rules["requiredSignatures"] is True
    assert rules["mergeQueue"] == {"mergeMethod": "REBASE"}
    assert rules["requiredStatusChecks"] == {
        "strictRequiredStatusChecksPolicy": True,
        "requiredChecks": [
            {"context": "tests", "integrationId": 15368},
            {"context": "scan", "integrationId": 57789},
        ],
    }
    repository = recorder.inputs("service")
    assert (repository["allowRebaseMerge"], repository["allowMergeCommit"]) == (True, False)


def test_who_may_create_a_tag_still_cannot_move_it(recorder: Any) -> None:
    make(tags={"patterns": ["v*"], "creator_teams": [11], "creator_apps": [12]})
    protected, creation = recorder.inputs("service-tags"), recorder.inputs("service-tag-creation")
    for made in (protected, creation):
        assert made["conditions"]["refName"]["includes"] == ["refs/tags/v*"]
    assert "bypassActors" not in protected
    assert creation["rules"] == {"creation": True}
    assert creation["bypassActors"] == [
        {"actorType": "Team", "actorId": 11, "bypassMode": "always"},
        {"actorType": "Integration", "actorId": 12, "bypassMode": "always"},
    ]


def test_pushes_are_limited(recorder: Any) -> None:
    make(push_limits=EVERYTHING["push_limits"])
    made = recorder.inputs("service-pushes")
    assert (made["target"], made["enforcement"]) == ("push", "active")
    assert "conditions" not in made
    assert made["rules"] == {
        "filePathRestriction": {"restrictedFilePaths": ["**/.env"]},
        "fileExtensionRestriction": {"restrictedFileExtensions": ["*.pem"]},
        "maxFileSize": {"maxFileSize": 10},
    }


def test_environment_is_reviewed_and_limited_to_branches(recorder: Any) -> None:
    make(**EVERYTHING)
    assert recorder.inputs("service-environment-production") == {
        "repository": "service",
        "environment": "production",
        "reviewers": [{"teams": [7], "users": [8]}],
        "preventSelfReview": True,
        "canAdminsBypass": False,
        "waitTimer": 5,
        "deploymentBranchPolicy": {"protectedBranches": False, "customBranchPolicies": True},
    }
    prefix = "service-environment-production"
    assert recorder.inputs(f"{prefix}-branch-release/*")["branchPattern"] == "release/*"
    assert recorder.inputs(f"{prefix}-tag-v*") == {
        "repository": "service",
        "environment": "production",
        "tagPattern": "v*",
    }


def test_environment_takes_the_default_branch_alone_when_nothing_is_said(recorder: Any) -> None:
    make(**PUBLIC, environments={"production": REVIEWED})
    policy = recorder.inputs("service-environment-production-branch-main")
    assert policy["branchPattern"] == "main"


def test_environment_that_tags_deploy_to_takes_no_branch(recorder: Any) -> None:
    make(**PUBLIC, environments={"production": {**REVIEWED, "tags": ["v*"]}})
    prefix = "service-environment-production-"
    assert [name for name in recorder.resources if name.startswith(prefix)] == [f"{prefix}tag-v*"]


def test_environment_without_reviewers_where_the_plan_has_none(recorder: Any) -> None:
    made = make(environments={"production": {"branches": ["main"]}})
    environment = recorder.inputs("service-environment-production")
    assert environment.keys() == {"repository", "environment", "deploymentBranchPolicy"}
    assert "the plan enterprise" in value(made.protection)[plans.REVIEWERS.name]


def test_deploy_key_only_reads(recorder: Any) -> None:
    make(deploy_keys={"cluster": KEY})
    assert recorder.inputs("service-deploy-key-cluster") == {
        "repository": "service",
        "title": "cluster",
        "key": KEY,
        "readOnly": True,
    }


def test_webhook_is_signed_goes_over_tls_and_is_a_secret(recorder: Any) -> None:
    make(webhooks={"chat": HOOK})
    configuration = recorder.inputs("service-webhook-chat").pop("configuration")
    assert SECRET_MARK in configuration.values()
    assert configuration["value"] == {
        "url": HOOK["url"],
        "contentType": "json",
        "insecureSsl": False,
        "secret": SECRET,
    }
    assert recorder.inputs("service-webhook-chat") == {
        "repository": "service",
        "active": True,
        "events": ["push"],
    }


# --- Plans ---


@pytest.mark.parametrize(
    ("args", "settings"),
    [
        ({}, None),
        ({"plan": "enterprise"}, None),
        (
            {"add_ons": ["secret_protection"]},
            {"secretScanning", "secretScanningPushProtection"},
        ),
        (
            {**ENTERPRISE, "visibility": "internal", "add_ons": ["code_security"]},
            {"codeSecurity"},
        ),
        (
            {"plan": "free", **PUBLIC},
            {"secretScanning", "secretScanningPushProtection"},
        ),
    ],
)
def test_scanning_is_on_where_it_is_offered_and_left_out_elsewhere(
    recorder: Any, args: dict[str, Any], settings: set[str] | None
) -> None:
    make(**args)
    made = recorder.inputs("service").get("securityAndAnalysis")
    assert made == (settings and {one: {"status": "enabled"} for one in settings})


def test_protection_says_what_is_not_in_force_and_what_to_do(recorder: Any) -> None:
    private = value(make().protection)
    assert private[plans.RULESETS.name] == "in force"
    assert "once GitHub Secret Protection is paid" in private[plans.SECRET_SCANNING.name]
    assert private[plans.PUSH_RULESETS.name] == "offered: push_limits"
    public = value(make(**PUBLIC).protection)
    assert public[plans.SECRET_SCANNING.name] == "in force"
    assert "gh api --method PUT" in public[plans.REPORTING.name]
    every = value(make(**EVERYTHING).protection)
    assert every[plans.PUSH_RULESETS.name] == "in force"
    assert every[plans.CODE_OWNERS.name] == "in force"
    assert recorder.inputs("service")["visibility"] == "private"


def test_guide_shows_the_table_that_decides() -> None:
    guide = Path("docs/repositories.md").read_text("utf-8")
    assert "\n".join(plans.table()) in guide


def offers(plan: str, visibility: str, *add_ons: str) -> set[str]:
    owner = plans.Owner(plan, add_ons, visibility)
    return {one.name for one in plans.FEATURES if not one.lacking(owner)}


def test_larger_plans_offer_all_of_the_smaller_ones() -> None:
    for visibility in plans.VISIBILITIES:
        for add_ons in ((), plans.ADD_ONS):
            free, team, enterprise = (offers(one, visibility, *add_ons) for one in plans.PLANS)
            assert free <= team <= enterprise
    assert plans.RULESETS.name not in offers("free", "private")
    assert plans.RULESETS.name in offers("free", "public") & offers("team", "private")
    assert plans.SECRET_SCANNING.name not in offers("enterprise", "private")


# --- Refused ---

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"visiblity": "private"}, "'visiblity' is unknown; did you mean 'visibility'"),
    ({"plan": "pro"}, "'plan' is not allowed; give free, team, enterprise"),
    (
        {"plan": "free"},
        (
            "'plan' asks for what is not offered on private repositories of the plan free; the way "
            "out is the plan team or visibility public, if everybody may read it"
        ),
    ),
    ({"visibility": "secret"}, "'visibility' is not allowed; give private, internal, public"),
    (
        {"visibility": "internal"},
        (
            "'visibility' asks for what is not offered on internal repositories of the plan team; "
            "the way out is the plan enterprise"
        ),
    ),
    ({"add_ons": ["ghas"]}, "'add_ons.0' is not allowed; give secret_protection, code_security"),
    ({"plan": "free", **PUBLIC, "add_ons": ["code_security"]}, "'add_ons' are sold with the plans"),
    ({"repository_name": "a b"}, "'repository_name' is not allowed; give up to 100"),
    ({"default_branch": "refs/heads/main"}, "'default_branch' is not allowed; give a name without"),
    ({"protected_branches": ["~ALL"]}, "'protected_branches.0' is not allowed"),
    ({"pull_requests": {"approvals": 0}}, "'pull_requests.approvals' is not allowed; give 1 to 10"),
    ({"pull_requests": {"approvals": 11}}, "'pull_requests.approvals' is not allowed"),
    ({"pull_requests": {"merge_methods": []}}, "give 1 to 3 methods"),
    ({"pull_requests": {"merge_methods": ["ff"]}}, "merge_methods.0' is not allowed; give squash"),
    ({"pull_requests": {"required_checks": []}}, "required_checks' is not allowed; give 1 to 100"),
    (
        {"pull_requests": {"merge_methods": ["rebase"], "signed_commits": True}},
        "GitHub does not sign what it rebases",
    ),
    (
        {"pull_requests": {"merge_queue": True}},
        (
            "'pull_requests.merge_queue' asks for what is not offered on private repositories of "
            "the plan team; the way out is the plan enterprise"
        ),
    ),
    (
        {"pull_requests": {"required_checks": [{"name": "x"}, {"name": "x"}]}},
        "'pull_requests.required_checks' names something twice",
    ),
    ({"pull_requests": {"required_checks": [{"name": ""}]}}, "required_checks.0.name' is not"),
    (
        {"pull_requests": {"required_checks": [{"name": "x", "app_id": 0}]}},
        "required_checks.0.app_id' is not allowed",
    ),
    ({"tags": {"patterns": []}}, "'tags.patterns' is not allowed; give 1 to 200 names"),
    ({"tags": {"patterns": ["refs/tags/v*"]}}, "'tags.patterns.0' is not allowed"),
    ({"tags": {"creator_teams": [0]}}, "'tags.creator_teams.0' is not allowed"),
    ({"push_limits": {}}, "'push_limits' limits nothing"),
    ({"push_limits": {"file_paths": []}}, "'push_limits.file_paths' is not allowed"),
    ({"push_limits": {"largest_file_megabytes": 101}}, "give 1 to 100"),
    (
        {**PUBLIC, "push_limits": {"file_paths": ["x"]}},
        (
            "'push_limits' asks for what is not offered on public repositories of the plan team; "
            "the way out is visibility private"
        ),
    ),
    ({"allowed_actions": ["*"]}, "'allowed_actions.0' is not allowed; give an owner and a name"),
    ({"allowed_actions": ["*/*"]}, "'allowed_actions.0' is not allowed"),
    (
        {"allowed_actions": ["a/b@*"], "in_protected_organization": True},
        "'allowed_actions' is for the organization to say",
    ),
    (
        {"environments": {"production": REVIEWED}},
        (
            "'environments.production.reviewer_teams' asks for what is not offered on private "
            "repositories of the plan team; the way out is the plan enterprise"
        ),
    ),
    ({"environments": {"production": {"wait_minutes": 5}}}, "wait_minutes' asks for what is not"),
    (
        {**ENTERPRISE, "environments": {"production": {}}},
        "'environments.production.reviewer_teams' is not allowed; give 1 to 6 reviewers",
    ),
    (
        {**ENTERPRISE, "environments": {"production": {"reviewer_users": [1] * 7}}},
        "give 1 to 6 reviewers",
    ),
    ({"environments": {" ": {}}}, "'environments' is not allowed; give names"),
    (
        {**PUBLIC, "environments": {"p": {**REVIEWED, "branches": ["refs/heads/x"]}}},
        "'environments.p.branches.0' is not allowed",
    ),
    ({"deploy_keys": {"x": "-----BEGIN OPENSSH PRIVATE KEY-----"}}, "'deploy_keys.x' is not"),
    ({"deploy_keys": {"x": "ssh-dss AAAA"}}, "give the public half of an SSH key"),
    (
        {"webhooks": {"x": {**HOOK, "url": "http://example.org"}}},
        "'webhooks.x.url' is not allowed; give an address that begins https://",
    ),
    ({"webhooks": {"x": {**HOOK, "url": "https://u:p@example.org"}}}, "'webhooks.x.url' is not"),
    (
        {"webhooks": {"x": {**HOOK, "secret": "hunter2"}}},
        "'webhooks.x.secret' is not allowed; give at least 20 random characters",
    ),
    ({"webhooks": {"x": {"url": "https://a.example", "events": ["push"]}}}, "secret' is required"),
    ({"webhooks": {"x": {**HOOK, "events": []}}}, "'webhooks.x.events' is empty"),
    ({"files": {"code_owners": {}}}, "'files.code_owners' is empty"),
    ({"files": {"code_owners": {"*": []}}}, "'files.code_owners.*' names no owner"),
    ({"files": {"code_owners": {"*": ["platform"]}}}, "'files.code_owners.*.0' is not allowed"),
    ({"files": {"code_owners": {"a b": ["@x"]}}}, "'files.code_owners' is not allowed"),
    ({"files": {"security_contact": "us"}}, "'files.security_contact' is not allowed"),
    ({"files": {"dependency_ecosystems": ["pip\n"]}}, "dependency_ecosystems.0' is not allowed"),
    (
        {**ADOPT, "files": {}},
        "'files' cannot be committed with adopt; add them by a pull request",
    ),
    (
        {"files": {}, "in_protected_organization": True},
        "'files' cannot be committed with in_protected_organization",
    ),
    ({"adopt": True}, "'visibility' is required with adopt"),
    (
        {"adopt": True, "visibility": "private"},
        "'pull_requests.required_checks' is required with adopt",
    ),
    ({"adopt_ids": {"branches": "x:1"}}, "'adopt_ids' needs adopt"),
    (
        {**ADOPT, "adopt_ids": {"ruleset": "x:1"}},
        "'adopt_ids.ruleset' is no role of a child; known: actions, branches",
    ),
]


@pytest.mark.parametrize(("args", "message"), REFUSED)
def test_bad_arguments_are_refused_before_anything_is_made(
    recorder: Any, args: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError) as caught:
        make(**args)
    assert str(caught.value).startswith("ProtectedRepository 'service': argument ")
    assert message in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "PRIVATE KEY" not in str(caught.value)
    assert recorder.resources == {}


def test_resource_name_that_is_no_repository_name_is_refused(recorder: Any) -> None:
    with pytest.raises(ArgumentError, match="'repository_name' is not allowed"):
        ProtectedRepository("my service")
    assert recorder.resources == {}


@pytest.mark.usefixtures("_settled")
@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"webhooks": {"x": {**HOOK, "secret": pulumi.Output.secret("hunter2")}}}, "x.secret' is"),
        ({"webhooks": {"x": {**HOOK, "url": pulumi.Output.from_input("ftp://x")}}}, "x.url' is"),
        ({"deploy_keys": {"x": pulumi.Output.from_input("hunter2")}}, "'deploy_keys.x' is not"),
    ],
)
def test_an_output_is_checked_when_it_resolves(
    recorder: Any, args: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match="not allowed; give") as caught:  # the SDK wraps ours
        make(**args)
    assert message in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "hooks.example.org" not in str(caught.value)
    assert not {"service-webhook-x", "service-deploy-key-x"} & recorder.resources.keys()
