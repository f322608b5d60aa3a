"""`ProtectedOrganization` by its children's inputs and options.

In process, with mocks: that GitHub takes the inputs is shown on the local GitHub (`tests/engine`),
and that they are safe by the policy pack (`test_agreement_repository`), which does not know the
component.
"""

from __future__ import annotations

from typing import Any, cast

import pulumi
import pytest

from secure_components import ArgumentError, ProtectedOrganization, ProtectedOrganizationArgs
from tests.secure_components.programs import run

REQUIRED: dict[str, Any] = {"organization_id": "1234567", "billing_email": "bills@example.org"}
CHECKED: dict[str, Any] = {"pull_requests": {"required_checks": [{"name": "tests"}]}}
WORKFLOW = {"repository_id": 4711, "path": ".github/workflows/security.yml"}
BY_DEFAULT = {
    "acme": "OrganizationSettings",
    "acme-actions": "ActionsOrganizationPermissions",
    "acme-branches": "OrganizationRuleset",
    "acme-tags": "OrganizationRuleset",
    "acme-workflow-permissions": "ActionsOrganizationWorkflowPermissions",
}
ALL = {"includes": ["~ALL"], "excludes": [], "protected": False}


def make(**args: Any) -> ProtectedOrganization:
    given = cast("ProtectedOrganizationArgs", {**REQUIRED, **args})
    made: ProtectedOrganization = run(lambda: ProtectedOrganization("acme", given))
    return made


def test_children_keep_their_names(recorder: Any) -> None:
    make(**CHECKED)
    assert {
        name: args.typ.rpartition(":")[2] for name, args in recorder.resources.items()
    } == BY_DEFAULT


def test_members_may_do_nothing_by_default_and_commits_are_signed_off(recorder: Any) -> None:
    make(**CHECKED)
    assert recorder.inputs("acme") == {
        "billingEmail": "bills@example.org",
        "defaultRepositoryPermission": "none",
        "membersCanCreateRepositories": False,
        "membersCanCreatePublicRepositories": False,
        "membersCanCreatePrivateRepositories": False,
        "membersCanCreatePages": False,
        "membersCanCreatePublicPages": False,
        "membersCanCreatePrivatePages": False,
        "membersCanForkPrivateRepositories": False,
        "webCommitSignoffRequired": True,
        "dependencyGraphEnabledForNewRepositories": True,
        "dependabotAlertsEnabledForNewRepositories": True,
        "dependabotSecurityUpdatesEnabledForNewRepositories": True,
        "secretScanningEnabledForNewRepositories": True,
        "secretScanningPushProtectionEnabledForNewRepositories": True,
    }


def test_settings_are_imported_and_the_profile_is_left_alone(
    registrations: dict[str, Any],
) -> None:
    make(**CHECKED)
    assert registrations["acme"].importId == "1234567"
    assert {"company", "description", "email"} <= set(registrations["acme"].ignoreChanges)
    assert not [one for one in registrations["acme"].ignoreChanges if "members" in one]


def test_destroying_leaves_all_but_limits_of_pushes_in_force(
    registrations: dict[str, Any],
) -> None:
    make(**CHECKED, plan="enterprise", push_limits={"file_paths": ["**/.env"]})
    children = {name for name in registrations if name.startswith("acme")}
    own = {name for name in children if registrations[name].custom}
    assert {name for name in own if not registrations[name].retainOnDelete} == {"acme-pushes"}


def test_rulesets_are_for_all_repositories_and_nobody_bypasses(recorder: Any) -> None:
    make(**CHECKED)
    branches, tags = recorder.inputs("acme-branches"), recorder.inputs("acme-tags")
    for made in (branches, tags):
        assert made["enforcement"] == "active"
        assert made["conditions"]["repositoryName"] == ALL
        assert "bypassActors" not in made
    assert branches["conditions"]["refName"]["includes"] == ["~DEFAULT_BRANCH"]
    assert branches["rules"] == {
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
    }
    assert tags["rules"] == {"deletion": True, "nonFastForward": True, "update": True}


def test_actions_are_limited_in_all_repositories(recorder: Any) -> None:
    make(**CHECKED, allowed_actions=["docker/login-action@*"])
    assert recorder.inputs("acme-actions") == {
        "enabledRepositories": "all",
        "allowedActions": "selected",
        "allowedActionsConfig": {
            "githubOwnedAllowed": True,
            "verifiedAllowed": False,
            "patternsAlloweds": ["docker/login-action@*"],
        },
        "shaPinningRequired": True,
    }
    assert recorder.inputs("acme-workflow-permissions") == {
        "organizationSlug": "acme",
        "defaultWorkflowPermissions": "read",
        "canApprovePullRequestReviews": False,
    }


def test_by_choice(recorder: Any) -> None:
    make(
        organization="acme-inc",
        plan="enterprise",
        default_permission="read",
        members_may_create=["private", "internal"],
        repositories=["service-*"],
        pull_requests={"approvals": 2, "required_checks": [{"name": "tests"}]},
        protected_branches=["release/*"],
        tags={"patterns": ["v*"], "creator_teams": [11]},
        push_limits={"file_extensions": ["*.pem"]},
        required_workflows=[WORKFLOW, {**WORKFLOW, "ref": "refs/tags/v1"}],
    )
    settings = recorder.inputs("acme")
    assert settings["defaultRepositoryPermission"] == "read"
    assert settings["membersCanCreateRepositories"] is True
    assert settings["membersCanCreatePublicRepositories"] is False
    assert settings["membersCanCreatePrivateRepositories"] is True
    assert settings["membersCanCreateInternalRepositories"] is True
    branches = recorder.inputs("acme-branches")
    assert branches["conditions"] == {
        "refName": {"includes": ["~DEFAULT_BRANCH", "refs/heads/release/*"], "excludes": []},
        "repositoryName": {"includes": ["service-*"], "excludes": [], "protected": False},
    }
    rules = branches["rules"]
    assert rules["pullRequest"]["requiredApprovingReviewCount"] == 2
    assert rules["requiredStatusChecks"]["strictRequiredStatusChecksPolicy"] is True
    file = ".github/workflows/security.yml"
    assert rules["requiredWorkflows"]["requiredWorkflows"] == [
        {"repositoryId": 4711, "path": file, "ref": "refs/heads/main"},
        {"repositoryId": 4711, "path": file, "ref": "refs/tags/v1"},
    ]
    assert recorder.inputs("acme-tags")["conditions"]["refName"]["includes"] == ["refs/tags/v*"]
    creation = recorder.inputs("acme-tag-creation")
    assert creation["rules"] == {"creation": True}
    assert [one["actorId"] for one in creation["bypassActors"]] == [11]
    pushes = recorder.inputs("acme-pushes")
    assert pushes["conditions"].keys() == {"repositoryName"}
    assert pushes["rules"] == {
        "fileExtensionRestriction": {"restrictedFileExtensions": ["*.pem"]},
    }
    assert recorder.inputs("acme-workflow-permissions")["organizationSlug"] == "acme-inc"


def test_free_plan_gets_settings_and_the_actions_policy(recorder: Any) -> None:
    recorder.organization = recorder.organization.replace("team", "free")
    make(plan="free")
    assert recorder.resources.keys() == BY_DEFAULT.keys() - {"acme-branches", "acme-tags"}


@pytest.mark.usefixtures("_settled")
@pytest.mark.parametrize(
    ("organization", "message"),
    [
        ('{"two_factor_requirement_enabled": false}', "does not require two-factor"),
        ('{"two_factor_requirement_enabled": null}', "does not require two-factor"),
        ('{"two_factor_requirement_enabled": "true"}', "does not require two-factor"),
        ('{"message": "Not Found"}', "or the token may not see it"),
        ("[]", "does not require two-factor"),
        ("<html>", "does not require two-factor"),
        (
            '{"two_factor_requirement_enabled": true, "plan": {"name": "free"}}',
            "'plan' is team, and GitHub says that it is free",
        ),
    ],
)
def test_what_github_says_is_refused_before_any_child_is_made(
    recorder: Any, organization: str, message: str
) -> None:
    recorder.organization = organization
    with pytest.raises(ValueError, match=message):
        make(**CHECKED)
    assert [one.typ for one in recorder.resources.values() if one.custom] == []


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"plann": "team"}, "'plann' is unknown; did you mean 'plan'"),
    ({"plan": "business"}, "'plan' is not allowed; give free, team, enterprise"),
    ({"organization": "-acme"}, "'organization' is not allowed; give the name"),
    ({"organization_id": "acme"}, "'organization_id' is not allowed; give its number"),
    ({"billing_email": "bills"}, "'billing_email' is not allowed; give an e-mail address"),
    ({"default_permission": "write"}, "'default_permission' is not allowed; give none, read"),
    ({"members_may_create": ["public"]}, "'members_may_create.0' is not allowed; give private"),
    (
        {"members_may_create": ["private"]},
        (
            "'members_may_create' asks for what is not offered on private repositories of the plan "
            "team; the way out is the plan enterprise: Members who may create"
        ),
    ),
    ({"repositories": []}, "'repositories' is empty"),
    ({"repositories": ["~ALL"]}, "'repositories.0' is not allowed"),
    ({"protected_branches": ["refs/heads/x"]}, "'protected_branches.0' is not allowed"),
    ({"pull_requests": {"approvals": 0}}, "'pull_requests.approvals' is not allowed"),
    ({"pull_requests": {"merge_queue": True}}, "'pull_requests.merge_queue' is for a single repo"),
    ({"tags": {"patterns": []}}, "'tags.patterns' is not allowed"),
    ({"allowed_actions": ["*/*"]}, "'allowed_actions.0' is not allowed"),
    (
        {"push_limits": {"file_paths": ["x"]}},
        "'push_limits' asks for what is not offered on private repositories of the plan team; the",
    ),
    ({"plan": "enterprise", "push_limits": {}}, "'push_limits' limits nothing"),
    ({"required_workflows": [WORKFLOW]}, "'required_workflows.0' asks for what is not offered"),
    (
        {"plan": "enterprise", "required_workflows": [{**WORKFLOW, "path": "x.yml"}]},
        "'required_workflows.0.path' is not allowed",
    ),
    (
        {"plan": "enterprise", "required_workflows": [{**WORKFLOW, "ref": "main"}]},
        "'required_workflows.0.ref' is not allowed; give refs/heads/NAME",
    ),
    ({"plan": "free", "tags": {}}, "'tags' asks for what is not offered"),
    ({"plan": "free", "repositories": ["x"]}, "'repositories' asks for what is not offered"),
    ({}, "'pull_requests.required_checks' is required: only you know"),
    ({"pull_requests": {"required_checks": []}}, "required_checks' is not allowed; give 1 to 100"),
]


@pytest.mark.parametrize(("args", "message"), REFUSED)
def test_bad_arguments_are_refused_before_anything_is_made(
    recorder: Any, args: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError) as caught:
        make(**args)
    assert str(caught.value).startswith("ProtectedOrganization 'acme': argument ")
    assert message in str(caught.value)
    assert recorder.resources == {}


@pytest.mark.parametrize("missing", REQUIRED)
def test_what_is_required_is_named(recorder: Any, missing: str) -> None:
    args = {name: value for name, value in REQUIRED.items() if name != missing}
    with pytest.raises(ArgumentError, match=f"'{missing}' is required and missing"):
        ProtectedOrganization("acme", cast("ProtectedOrganizationArgs", args))
    assert recorder.resources == {}


def test_required_workflows_are_checks_enough(recorder: Any) -> None:
    make(plan="enterprise", required_workflows=[WORKFLOW])
    rules = recorder.inputs("acme-branches")["rules"]
    assert "requiredStatusChecks" not in rules
    assert len(rules["requiredWorkflows"]["requiredWorkflows"]) == 1


@pytest.mark.usefixtures("_settled")
def test_an_output_is_checked_when_it_resolves(recorder: Any) -> None:
    with pytest.raises(ValueError, match="'billing_email' is not allowed; give an e-mail"):
        make(**CHECKED, billing_email=pulumi.Output.from_input("nobody"))
    assert [one.typ for one in recorder.resources.values() if one.custom] == []
