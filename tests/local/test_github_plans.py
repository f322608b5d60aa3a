"""What GitHub answers where a plan, an owner or a visibility lacks a feature.

The words are GitHub's, as users report them; those with "needs" in them are ours.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from tests.local.github_client import Client, serving

WEB = "/repos/example/web"
UPGRADE = "Upgrade to GitHub Pro or make this repository public to enable this feature."
RULESET = {"name": "r", "enforcement": "active"}
PROTECTION = dict.fromkeys(
    (
        "required_status_checks",
        "enforce_admins",
        "required_pull_request_reviews",
        "restrictions",
    )
)
REVIEWERS = {"reviewers": [{"type": "User", "id": 1}]}
NO_RULES: Sequence[dict[str, Any]] = ({"reviewers": None}, {"reviewers": []}, {"wait_timer": 0})
REFUSED_RULE = "Please ensure the billing plan supports the {} protection rule."
QUEUE = {
    "type": "merge_queue",
    "parameters": {
        "check_response_timeout_minutes": 60,
        "grouping_strategy": "ALLGREEN",
        "max_entries_to_build": 5,
        "max_entries_to_merge": 5,
        "merge_method": "MERGE",
        "min_entries_to_merge": 1,
        "min_entries_to_merge_wait_minutes": 5,
    },
}
SIZE = {"type": "max_file_size", "parameters": {"max_file_size": 5}}
PUSH = {**RULESET, "target": "push", "rules": [SIZE]}
OF_ALL = {
    **RULESET,
    "conditions": {
        "ref_name": {"include": ["~ALL"], "exclude": []},
        "repository_name": {"include": ["~ALL"], "exclude": []},
    },
}
WORKFLOWS = {
    "type": "workflows",
    "parameters": {"workflows": [{"path": "a.yml", "repository_id": 1}]},
}


def secure(name: str) -> dict[str, Any]:
    return {"security_and_analysis": {name: {"status": "enabled"}}}


@pytest.fixture
def serve() -> Iterator[Callable[..., Client]]:
    """Serve an account that has a repository ``web`` with a branch."""
    with serving() as client:

        def make(plan: str, visibility: str, kind: str = "organization") -> Client:
            assert client("PUT", "/_local/account", {"plan": plan, "kind": kind})[0] == 204
            owner = "/orgs/example" if kind == "organization" else "/user"
            wanted = {"name": "web", "private": visibility == "private", "auto_init": True}
            assert client("POST", f"{owner}/repos", wanted)[0] == 201
            return client

        yield make


@pytest.mark.parametrize(
    ("plan", "visibility", "method", "path", "body", "status", "message"),
    [
        ("free", "private", "GET", f"{WEB}/rulesets", None, 403, UPGRADE),
        ("free", "private", "POST", f"{WEB}/rulesets", RULESET, 403, UPGRADE),
        ("free", "private", "GET", f"{WEB}/rules/branches/main", None, 403, UPGRADE),
        ("free", "public", "POST", f"{WEB}/rulesets", RULESET, 201, ""),
        ("team", "private", "POST", f"{WEB}/rulesets", RULESET, 201, ""),
        ("free", "private", "GET", f"{WEB}/branches/main/protection", None, 403, UPGRADE),
        ("free", "private", "PUT", f"{WEB}/branches/main/protection", PROTECTION, 403, UPGRADE),
        ("free", "public", "PUT", f"{WEB}/branches/main/protection", PROTECTION, 200, ""),
        ("team", "private", "PUT", f"{WEB}/branches/main/protection", PROTECTION, 200, ""),
        (
            "free",
            "public",
            "POST",
            "/orgs/example/rulesets",
            OF_ALL,
            403,
            "Upgrade to GitHub Team to enable this feature.",
        ),
        ("team", "public", "POST", "/orgs/example/rulesets", OF_ALL, 201, ""),
        ("team", "private", "POST", f"{WEB}/rulesets", PUSH, 201, ""),
        ("team", "public", "POST", f"{WEB}/rulesets", PUSH, 422, "target push needs"),
        ("free", "public", "POST", f"{WEB}/rulesets", PUSH, 422, "target push needs"),
        (
            "team",
            "private",
            "POST",
            f"{WEB}/rulesets",
            {**RULESET, "rules": [QUEUE]},
            422,
            "merge_queue needs GitHub Enterprise, or a public repository",
        ),
        ("free", "public", "POST", f"{WEB}/rulesets", {**RULESET, "rules": [QUEUE]}, 201, ""),
        (
            "team",
            "public",
            "POST",
            f"{WEB}/rulesets",
            {**RULESET, "enforcement": "evaluate"},
            422,
            "Enforcement evaluate needs GitHub Enterprise",
        ),
        (
            "enterprise",
            "private",
            "POST",
            f"{WEB}/rulesets",
            {**RULESET, "enforcement": "evaluate"},
            201,
            "",
        ),
        (
            "team",
            "public",
            "POST",
            f"{WEB}/rulesets",
            {**RULESET, "bypass_actors": [{"actor_type": "EnterpriseOwner"}]},
            422,
            "EnterpriseOwner needs GitHub Enterprise",
        ),
        (
            "team",
            "public",
            "POST",
            f"{WEB}/rulesets",
            {**RULESET, "rules": [WORKFLOWS]},
            422,
            "workflows is a rule of an organization's ruleset alone",
        ),
        (
            "team",
            "public",
            "POST",
            "/orgs/example/rulesets",
            {**OF_ALL, "rules": [WORKFLOWS]},
            201,
            "",
        ),
        (
            "team",
            "public",
            "POST",
            "/orgs/example/rulesets",
            {**OF_ALL, "rules": [QUEUE]},
            422,
            "data matches no possible input",
        ),
        (
            "team",
            "public",
            "POST",
            "/orgs/example/rulesets",
            RULESET,
            422,
            "Conditions must name repositories in one way",
        ),
        *(
            (
                plan,
                "private",
                "PUT",
                f"{WEB}/environments/live",
                body,
                422,
                REFUSED_RULE.format(rule),
            )
            for plan in ("free", "team")
            for body, rule in ((REVIEWERS, "required reviewers"), ({"wait_timer": 1}, "wait timer"))
        ),
        *(
            ("team", "private", "PUT", f"{WEB}/environments/live", body, 422, "Please ensure")
            for body in NO_RULES
        ),
        ("enterprise", "private", "PUT", f"{WEB}/environments/live", REVIEWERS, 200, ""),
        ("free", "public", "PUT", f"{WEB}/environments/live", REVIEWERS, 200, ""),
        (
            "team",
            "private",
            "PATCH",
            WEB,
            secure("secret_scanning"),
            422,
            "Secret scanning is not available for this repository.",
        ),
        (
            "team",
            "private",
            "PATCH",
            WEB,
            secure("advanced_security"),
            422,
            "Advanced security has not been purchased.",
        ),
        ("free", "public", "PATCH", WEB, secure("secret_scanning"), 200, ""),
        ("enterprise", "private", "PATCH", WEB, secure("advanced_security"), 200, ""),
        ("team", "private", "PATCH", WEB, {"visibility": "internal"}, 422, "with an enterprise"),
        ("enterprise", "private", "PATCH", WEB, {"visibility": "internal"}, 200, ""),
        (
            "team",
            "private",
            "PATCH",
            "/orgs/example",
            {"members_can_create_internal_repositories": True},
            422,
            "members_can_create_internal_repositories needs GitHub Enterprise",
        ),
    ],
)
def test_a_plan_has_what_it_has(
    serve: Callable[..., Client],
    plan: str,
    visibility: str,
    method: str,
    path: str,
    body: Any,
    status: int,
    message: str,
) -> None:
    client = serve(plan, visibility)
    answered, answer = client(method, path, body)
    assert (answered, message in json.dumps(answer)) == (status, True), answer


@pytest.mark.parametrize("plan", ["free", "team"])
def test_a_refused_rule_leaves_an_open_environment_behind(
    serve: Callable[..., Client], plan: str
) -> None:
    client = serve(plan, "private")
    asked = {**REVIEWERS, "can_admins_bypass": False}
    assert client("PUT", f"{WEB}/environments/live", asked)[0] == 422
    status, left = client("GET", f"{WEB}/environments/live")
    assert (status, left["protection_rules"], left["can_admins_bypass"]) == (200, [], True)


@pytest.mark.parametrize(("plan", "kept"), [("team", True), ("enterprise", False)])
def test_without_rules_administrators_bypass_whatever_was_asked_for(
    serve: Callable[..., Client], plan: str, kept: bool
) -> None:
    client = serve(plan, "private")
    status, made = client("PUT", f"{WEB}/environments/live", {"can_admins_bypass": False})
    assert (status, made["can_admins_bypass"]) == (200, kept)


@pytest.mark.parametrize(
    "change",
    [
        {"restrictions": {"users": [], "teams": []}},
        {"required_pull_request_reviews": {"dismissal_restrictions": {}}},
        {"required_pull_request_reviews": {"bypass_pull_request_allowances": {"users": ["a"]}}},
    ],
    ids=str,
)
def test_a_user_restricts_a_branch_to_nobody(
    serve: Callable[..., Client], change: dict[str, Any]
) -> None:
    client = serve("team", "public", "user")
    path = f"{WEB}/branches/main/protection"
    assert client("PUT", path, PROTECTION)[0] == 200
    status, answer = client("PUT", path, {**PROTECTION, **change})
    assert status == 422
    assert answer["errors"] == [
        "Only organization repositories can have users and team restrictions"
    ]


def test_a_user_has_no_organization(serve: Callable[..., Client]) -> None:
    client = serve("team", "public", "user")
    for path in ("/orgs/example", "/orgs/example/rulesets", "/orgs/example/actions/permissions"):
        assert client("GET", path)[0] == 404
    assert client("POST", f"{WEB}/rulesets", {**PUSH, "name": "p"})[0] == 422
    admin = {"bypass_actors": [{"actor_type": "OrganizationAdmin"}]}
    assert client("POST", f"{WEB}/rulesets", {**RULESET, **admin})[0] == 422
    assert client("POST", f"{WEB}/rulesets", RULESET)[0] == 201


@pytest.mark.parametrize(
    "body", [{"plan": "pro"}, {"kind": "team"}, {"name": "x"}, {"two_factor": "yes"}]
)
def test_the_account_has_no_other_plan_or_kind(
    serve: Callable[..., Client], body: dict[str, str]
) -> None:
    client = serve("free", "private")
    assert client("PUT", "/_local/account", body)[0] == 422
    assert client("GET", f"{WEB}/rulesets")[0] == 403


def test_a_reset_restores_the_account(serve: Callable[..., Client]) -> None:
    client = serve("free", "private", "user")
    assert client("POST", "/_local/reset")[0] == 204
    assert client("GET", "/orgs/example")[1]["plan"]["name"] == "team"


# --- The organization and its repositories ---


def test_a_ruleset_of_the_organization_holds_in_the_repositories_that_it_names(
    serve: Callable[..., Client],
) -> None:
    client = serve("team", "private")
    client.make("sandbox-1", auto_init=True)
    names = {"include": ["*"], "exclude": ["sandbox-*"]}
    conditions = {
        "ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []},
        "repository_name": names,
    }
    review = {
        "type": "pull_request",
        "parameters": {
            "dismiss_stale_reviews_on_push": True,
            "require_code_owner_review": False,
            "require_last_push_approval": True,
            "required_approving_review_count": 1,
            "required_review_thread_resolution": True,
        },
    }
    ruleset = {"name": "all", "enforcement": "active", "conditions": conditions, "rules": [review]}
    status, made = client("POST", "/orgs/example/rulesets", ruleset)
    assert (status, made["source_type"]) == (201, "Organization")

    status, answer = client.put_file("a", "text")
    assert (status, "through a pull request" in answer["message"]) == (409, True)
    (held,) = client("GET", f"{WEB}/rules/branches/main")[1]
    assert (held["type"], held["ruleset_id"]) == ("pull_request", made["id"])
    assert held["ruleset_source"] == "example"
    (listed,) = client("GET", f"{WEB}/rulesets")[1]
    assert (listed["id"], "rules" in listed) == (made["id"], False)
    assert client("GET", f"{WEB}/rulesets?includes_parents=false")[1] == []
    assert client("GET", f"{WEB}/rulesets/{made['id']}")[1]["rules"] == [review]
    assert client("GET", f"{WEB}/rulesets/{made['id']}?includes_parents=false")[0] == 404
    assert client("DELETE", f"{WEB}/rulesets/{made['id']}")[0] == 404

    sandbox = "/repos/example/sandbox-1"
    assert client("GET", f"{sandbox}/rules/branches/main")[1] == []
    assert client("GET", f"{WEB}/rules/branches/other")[1] == []
    body = {"message": "m", "content": ""}
    assert client("PUT", f"{sandbox}/contents/a", body)[0] == 201


@pytest.mark.parametrize(
    ("conditions", "held"),
    [
        ({"repository_id": {"repository_ids": [1001]}}, True),
        ({"repository_id": {"repository_ids": [9]}}, False),
        ({"repository_name": {"include": ["web"], "exclude": ["web"]}}, False),
        (
            {
                "repository_property": {
                    "include": [{"name": "tier", "property_values": ["1"]}],
                    "exclude": [],
                }
            },
            False,
        ),
    ],
    ids=str,
)
def test_a_ruleset_of_the_organization_finds_its_repositories(
    serve: Callable[..., Client], conditions: dict[str, Any], held: bool
) -> None:
    client = serve("team", "private")
    refs = {"ref_name": {"include": ["~ALL"], "exclude": []}}
    ruleset = {
        **RULESET,
        "conditions": {**refs, **conditions},
        "rules": [{"type": "required_signatures"}],
    }
    assert client("POST", "/orgs/example/rulesets", ruleset)[0] == 201
    assert len(client("GET", f"{WEB}/rules/branches/main")[1]) == held


def test_an_organization_sets_up_its_new_repositories(serve: Callable[..., Client]) -> None:
    client = serve("team", "private")
    wanted = {
        "dependabot_security_updates_enabled_for_new_repositories": True,
        "secret_scanning_enabled_for_new_repositories": True,
        "secret_scanning_push_protection_enabled_for_new_repositories": True,
    }
    assert client("PATCH", "/orgs/example", wanted)[0] == 200
    for name, private in (("open", False), ("closed", True)):
        security = client.make(name, private=private)["security_and_analysis"]
        assert client("GET", f"/repos/example/{name}/vulnerability-alerts")[0] == 204
        assert security["dependabot_security_updates"]["status"] == "enabled"
        scanned = "disabled" if private else "enabled"  # a team has it in public ones alone
        assert security["secret_scanning_push_protection"]["status"] == scanned


@pytest.mark.parametrize(
    ("policy", "asked", "path", "status"),
    [
        ({"allowed_actions": "selected"}, {"enabled": True, "allowed_actions": "all"}, "", 409),
        (
            {"allowed_actions": "selected"},
            {"enabled": True, "allowed_actions": "local_only"},
            "",
            204,
        ),
        (
            {"default_workflow_permissions": "read"},
            {"default_workflow_permissions": "write"},
            "/workflow",
            409,
        ),
        (
            {"can_approve_pull_request_reviews": False},
            {"can_approve_pull_request_reviews": True},
            "/workflow",
            409,
        ),
        (
            {"default_workflow_permissions": "write"},
            {"default_workflow_permissions": "write"},
            "/workflow",
            204,
        ),
    ],
)
def test_a_repository_cannot_do_more_than_its_organization_lets_it(
    serve: Callable[..., Client],
    policy: dict[str, Any],
    asked: dict[str, Any],
    path: str,
    status: int,
) -> None:
    client = serve("team", "private")
    policy = policy if path else {"enabled_repositories": "all", **policy}
    assert client("PUT", f"/orgs/example/actions/permissions{path}", policy)[0] == 204
    assert client("PUT", f"{WEB}/actions/permissions{path}", asked)[0] == status


def test_a_new_repository_lets_workflows_do_what_its_owner_does(
    serve: Callable[..., Client],
) -> None:
    client = serve("team", "private")
    path = "/actions/permissions/workflow"
    careless = {
        "default_workflow_permissions": "write",
        "can_approve_pull_request_reviews": True,
    }
    careful = {
        "default_workflow_permissions": "read",
        "can_approve_pull_request_reviews": False,
    }
    assert client("GET", WEB + path)[1] == careless
    assert client("PUT", f"/orgs/example{path}", careful)[0] == 204
    client.make("later")
    assert client("GET", f"/repos/example/later{path}")[1] == careful
    with serving(kind="user") as user:
        assert user("POST", "/user/repos", {"name": "web"})[0] == 201
        assert user("GET", WEB + path)[1] == careful
