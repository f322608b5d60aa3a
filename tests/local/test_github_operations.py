"""Every operation of the emulated GitHub against GitHub's published description."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.cloud.github_server.app import create_app
from local.cloud.github_server.description import description
from local.cloud.github_server.routes import ROUTES
from local.cloud.github_server.state import GitHub
from tests.local.github_client import TOKEN, Client, operation_of, seal, serving

TOOL = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "update_github_schema.py"))

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"
WEB = "/repos/example/web"
RULES = [{"type": "deletion"}, {"type": "non_fast_forward"}]
ON_MAIN = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
RULESET = {"name": "r", "enforcement": "active", "conditions": ON_MAIN, "rules": RULES}
EVERYWHERE = {**ON_MAIN, "repository_name": {"include": ["~ALL"], "exclude": []}}
PROTECTION = {
    "required_status_checks": {"strict": True, "checks": [{"context": "test", "app_id": 7}]},
    "enforce_admins": True,
    "required_pull_request_reviews": {
        "required_approving_review_count": 2,
        "dismissal_restrictions": {"users": ["somebody"], "teams": ["security"], "apps": ["bot"]},
        "bypass_pull_request_allowances": {"users": ["robot"]},
    },
    "restrictions": {"users": [], "teams": ["release"], "apps": []},
}
GUARDED = {
    "wait_timer": 5,
    "prevent_self_review": True,
    "reviewers": [{"type": "Team", "id": 11}, {"type": "User", "id": 12}],
    "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True},
}
SELECTED = {"github_owned_allowed": True, "patterns_allowed": ["example/*"]}


@pytest.fixture
def team() -> Iterator[Client]:
    with serving() as client:
        yield client


def walk(  # noqa: PLR0915  one request after the other
    client: Client,
) -> Iterator[tuple[str, str, Any, int]]:
    """Yield requests that use every operation once at least, each with its status."""
    yield "GET", "/meta", None, 200
    yield "GET", "/user", None, 200
    yield "GET", "/users/example", None, 200
    yield "GET", "/orgs/example", None, 200
    yield "PATCH", "/orgs/example", {"company": "Example"}, 200
    yield "POST", "/orgs/example/repos", {"name": "web", "auto_init": True}, 201
    yield "GET", "/orgs/example/repos", None, 200
    yield "GET", WEB, None, 200
    yield "PATCH", WEB, {"description": "d"}, 200
    yield "PUT", f"{WEB}/topics", {"names": ["a"]}, 200
    yield "GET", f"{WEB}/topics", None, 200
    yield "PUT", f"{WEB}/vulnerability-alerts", None, 204
    yield "GET", f"{WEB}/vulnerability-alerts", None, 204
    yield "PUT", f"{WEB}/automated-security-fixes", None, 204
    yield "GET", f"{WEB}/automated-security-fixes", None, 200
    yield "DELETE", f"{WEB}/automated-security-fixes", None, 204
    yield "DELETE", f"{WEB}/vulnerability-alerts", None, 204
    # Rulesets
    for owner, conditions in ((WEB, ON_MAIN), ("/orgs/example", EVERYWHERE)):
        yield "POST", f"{owner}/rulesets", {**RULESET, "conditions": conditions}, 201
        yield "GET", f"{owner}/rulesets", None, 200
        number = client("GET", f"{owner}/rulesets")[1][0]["id"]
        yield "GET", f"{owner}/rulesets/{number}", None, 200
        yield "PUT", f"{owner}/rulesets/{number}", {"name": "s"}, 200
        yield "GET", f"{WEB}/rules/branches/main", None, 200
        yield "DELETE", f"{owner}/rulesets/{number}", None, 204
    # Branches, files and protection
    yield "GET", f"{WEB}/branches", None, 200
    yield "GET", f"{WEB}/branches/main", None, 200
    yield "GET", f"{WEB}/git/ref/heads/main", None, 200
    sha = client("GET", f"{WEB}/git/ref/heads/main")[1]["object"]["sha"]
    yield "POST", f"{WEB}/git/refs", {"ref": "refs/heads/a/b", "sha": sha}, 201
    yield "POST", f"{WEB}/branches/a/b/rename", {"new_name": "a/c"}, 201
    yield "DELETE", f"{WEB}/git/refs/heads/a/c", None, 204
    yield "GET", f"{WEB}/commits", None, 200
    yield "GET", f"{WEB}/commits/main", None, 200
    yield "PUT", f"{WEB}/contents/dir/a", {"message": "m", "content": ""}, 201
    yield "GET", f"{WEB}/contents/dir/a", None, 200
    blob = client("GET", f"{WEB}/contents/dir/a")[1]["sha"]
    yield "DELETE", f"{WEB}/contents/dir/a", {"message": "m", "sha": blob}, 200
    protection = f"{WEB}/branches/main/protection"
    yield "PUT", protection, PROTECTION, 200
    yield "POST", f"{protection}/required_signatures", None, 200
    yield "GET", f"{protection}/required_signatures", None, 200
    yield "GET", protection, None, 200
    yield "DELETE", f"{protection}/required_signatures", None, 204
    yield "DELETE", f"{protection}/required_pull_request_reviews", None, 204
    yield "DELETE", protection, None, 204
    # Environments
    live = f"{WEB}/environments/live"
    yield "PUT", live, GUARDED, 200
    yield "GET", live, None, 200
    yield "GET", f"{WEB}/environments", None, 200
    policies = f"{live}/deployment-branch-policies"
    yield "POST", policies, {"name": "v*", "type": "tag"}, 200
    yield "POST", policies, {"name": "v*", "type": "tag"}, 303
    yield "GET", policies, None, 200
    number = client("GET", policies)[1]["branch_policies"][0]["id"]
    yield "PUT", f"{policies}/{number}", {"name": "w*"}, 200
    yield "GET", f"{policies}/{number}", None, 200
    yield "DELETE", f"{policies}/{number}", None, 204
    yield "DELETE", live, None, 204
    # Actions
    for owner, enabled in (
        (WEB, {"enabled": True}),
        ("/orgs/example", {"enabled_repositories": "selected"}),
    ):
        actions = f"{owner}/actions/permissions"
        yield "PUT", actions, {**enabled, "allowed_actions": "selected"}, 204
        yield "GET", actions, None, 200
        yield "PUT", f"{actions}/selected-actions", SELECTED, 204
        yield "GET", f"{actions}/selected-actions", None, 200
        yield "PUT", f"{actions}/workflow", {"default_workflow_permissions": "read"}, 204
        yield "GET", f"{actions}/workflow", None, 200
    own = client("GET", WEB)[1]["id"]
    selected = "/orgs/example/actions/permissions/repositories"
    yield "PUT", selected, {"selected_repository_ids": [own]}, 204
    yield "GET", selected, None, 200
    # Keys, webhooks and secrets
    yield "POST", f"{WEB}/keys", {"title": "ci", "key": KEY, "read_only": True}, 201
    yield "GET", f"{WEB}/keys", None, 200
    number = client("GET", f"{WEB}/keys")[1][0]["id"]
    yield "GET", f"{WEB}/keys/{number}", None, 200
    yield "DELETE", f"{WEB}/keys/{number}", None, 204
    yield "POST", f"{WEB}/hooks", {"config": {"url": "https://example.com/in"}}, 201
    yield "GET", f"{WEB}/hooks", None, 200
    number = client("GET", f"{WEB}/hooks")[1][0]["id"]
    yield "PATCH", f"{WEB}/hooks/{number}", {"active": False}, 200
    yield "GET", f"{WEB}/hooks/{number}", None, 200
    yield "DELETE", f"{WEB}/hooks/{number}", None, 204
    for kind in ("actions", "dependabot"):
        secrets = f"{WEB}/{kind}/secrets"
        yield "GET", f"{secrets}/public-key", None, 200
        yield "PUT", f"{secrets}/TOKEN", sealed(client, secrets), 201
        yield "PUT", f"{secrets}/TOKEN", sealed(client, secrets), 204
        yield "GET", secrets, None, 200
        yield "GET", f"{secrets}/TOKEN", None, 200
        yield "DELETE", f"{secrets}/TOKEN", None, 204
    yield "DELETE", WEB, None, 204


def sealed(client: Client, secrets: str) -> dict[str, str]:
    """Return the body of a secret, as a program seals it."""
    return seal(client("GET", f"{secrets}/public-key")[1], "hush-hush")


def test_every_operation_is_of_the_description_and_answers_as_it_says() -> None:
    assert ROUTES.keys() == description()["operations"].keys()
    used = set()
    # The client holds each answer against the description.
    for account in ({}, {"kind": "user", "owner": "alone"}):
        with serving(**account) as client:
            if account:
                steps = iter(
                    [
                        ("POST", "/user/repos", {"name": "web"}, 201),
                        ("GET", "/user/repos", None, 200),
                    ]
                )
            else:
                steps = walk(client)
            for method, path, body, status in steps:
                answered, answer = client(method, path, body)
                assert answered == status, (method, path, answer)
                used.add(operation_of(method, path))
    assert used == ROUTES.keys()


def test_the_application_has_no_address_besides() -> None:
    field = re.compile("<[a-z]+:([a-z_]+)>")
    served = {
        f"{method} {field.sub(lambda name: f'{{{name[1]}}}', rule.rule)}"
        for rule in create_app(GitHub(token=TOKEN)).url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert served - ROUTES.keys() == {
        "GET /_local/requests",
        "POST /_local/reset",
        "PUT /_local/account",
    }


@pytest.mark.parametrize(
    "path",
    ["/repositories/1001", "/repositories/1001/rulesets", "/repositories/1001/contents/README.md"],
)
def test_a_repository_is_found_by_its_number(team: Client, path: str) -> None:
    team.make(auto_init=True)
    assert team("GET", path)[0] == 200
    assert team("GET", path.replace("1001", "1002"))[0] == 404


def writes() -> list[tuple[str, str]]:
    """Return every operation that changes what a repository has, but the repository itself."""
    return [
        (method, path)
        for method, path in (name.split() for name in ROUTES)
        if method != "GET" and path.startswith("/repos/{owner}/{repo}/")
    ]


@pytest.mark.parametrize(("method", "template"), writes())
def test_nothing_changes_in_an_archived_repository(
    team: Client, method: str, template: str
) -> None:
    team.make(auto_init=True)
    numbers = {
        "hook_id": team("POST", f"{WEB}/hooks", {"config": {"url": "https://example.com"}})[1],
        "key_id": team("POST", f"{WEB}/keys", {"key": KEY})[1],
        "ruleset_id": team("POST", f"{WEB}/rulesets", RULESET)[1],
    }
    team("PUT", f"{WEB}/environments/live", GUARDED)
    policies = f"{WEB}/environments/live/deployment-branch-policies"
    numbers["branch_policy_id"] = team("POST", policies, {"name": "main"})[1]
    team("PUT", f"{WEB}/branches/main/protection", PROTECTION)
    for kind in ("actions", "dependabot"):
        secrets = f"{WEB}/{kind}/secrets"
        team("PUT", f"{secrets}/TOKEN", sealed(team, secrets))
    assert team("PATCH", WEB, {"archived": True})[0] == 200

    known = {"owner": "example", "repo": "web", "branch": "main", "environment_name": "live"}
    known |= {"path": "README.md", "ref": "heads/main", "secret_name": "TOKEN"}
    known |= {name: str(shown["id"]) for name, shown in numbers.items()}
    path = template.format(**known)
    body = {"message": "m", "content": "", "sha": "0" * 40} if "contents" in path else None
    status, answer = team(method, path, body)
    assert (status, answer["message"]) == (403, "Repository was archived so is read-only.")


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        ("PUT", f"{WEB}/branches/main/protection", {}, '"required_status_checks", '),
        (
            "PUT",
            f"{WEB}/branches/main/protection",
            {**PROTECTION, "restrictions": "none"},
            "/restrictions: data is not of type",
        ),
        ("PUT", f"{WEB}/environments/live", {"unknown": 1}, "a key that is not permitted"),
        ("PUT", f"{WEB}/environments/live", {"reviewers": [{"type": "App"}]}, "/reviewers/0/type"),
        ("PUT", f"{WEB}/actions/permissions", {"allowed_actions": "all"}, '"enabled" wasn\'t'),
        ("PUT", f"{WEB}/actions/permissions/workflow", {"default_workflow_permissions": "x"}, "of"),
        ("POST", f"{WEB}/keys", {"title": "a"}, '"key" wasn\'t supplied.'),
        ("POST", f"{WEB}/hooks", {"events": "push"}, "/events: data is not of type array"),
        (
            "PUT",
            f"{WEB}/actions/secrets/A",
            {"key_id": "1", "encrypted_value": 1},
            "/encrypted_value",
        ),
        (
            "POST",
            f"{WEB}/rulesets",
            {**RULESET, "rules": [{"type": "deletion", "parameters": {"hush-hush": True}}]},
            "/rules/0: data matches no possible input. See `documentation_url`.",
        ),
        ("PATCH", "/orgs/example", {"default_repository_permission": "own"}, "is not one of"),
    ],
)
def test_a_body_that_the_description_forbids_answers_422(
    team: Client, method: str, path: str, body: Any, message: str
) -> None:
    team.make(auto_init=True)
    status, answer = team(method, path, body)
    assert status == 422
    assert answer["message"].startswith("Invalid request.\n\n")
    assert message in answer["message"]
    assert "hush-hush" not in json.dumps(answer)


def test_lists_come_in_pages(team: Client) -> None:
    for number in range(32):
        team.make(f"r{number:02}")
    assert len(team("GET", "/orgs/example/repos")[1]) == 30
    assert [r["name"] for r in team("GET", "/orgs/example/repos?page=2")[1]] == ["r30", "r31"]
    assert len(team("GET", "/orgs/example/repos?per_page=1000")[1]) == 32


# --- The tool that derives it ---


def test_the_description_says_where_it_is_from() -> None:
    told = description()
    assert told["package"] == f"@octokit/openapi {TOOL['VERSION']}"
    assert told["integrity"].startswith("sha512-")
    assert "Permission is hereby granted, free of charge" in told["licence"]


def test_a_schema_is_translated() -> None:
    schema = {
        "type": "object",
        "description": "left out",
        "properties": {
            "description": {"type": "string", "nullable": True, "example": "left out"},
            "kind": {"type": "string", "enum": ["a"], "nullable": True},
            "other": {"nullable": True, "oneOf": [{"$ref": "#/components/schemas/b"}]},
        },
    }
    assert TOOL["schema_of"](schema) == {
        "type": "object",
        "properties": {
            "description": {"type": ["string", "null"]},
            "kind": {"type": ["string", "null"], "enum": ["a", None]},
            "other": {"anyOf": [{"oneOf": [{"$ref": "#/schemas/b"}]}, {"type": "null"}]},
        },
    }


def test_an_operation_is_taken_with_all_that_it_names() -> None:
    component = {"type": "object", "properties": {"b": {"$ref": "#/components/schemas/b"}}}
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/a"}}}}
    whole = {
        "components": {
            "schemas": {"a": component, "b": {"type": "string"}, "c": {"type": "string"}},
            "parameters": {
                "path": {"name": "path", "in": "path", "schema": {}, "x-multi-segment": True}
            },
            "responses": {"no_content": {}},
        },
        "paths": {
            "/a/{path}": {
                "get": {
                    "operationId": "a/get",
                    "parameters": [
                        {"$ref": "#/components/parameters/path"},
                        {"name": "q", "in": "query", "schema": {"type": "string"}},
                    ],
                    "responses": {
                        "200": answer,
                        "204": {"$ref": "#/components/responses/no_content"},
                        "404": answer,
                    },
                }
            }
        },
    }
    assert TOOL["derive"](whole, ["GET /a/{path}"]) == {
        "operations": {
            "GET /a/{path}": {
                "id": "a/get",
                "path": {"path": "path"},
                "query": ["q"],
                "answers": {"200": {"$ref": "#/schemas/a"}, "204": None},
            }
        },
        "schemas": {
            "a": {"type": "object", "properties": {"b": {"$ref": "#/schemas/b"}}},
            "b": {"type": "string"},
        },
    }
    with pytest.raises(LookupError, match="is no operation of GitHub's description"):
        TOOL["derive"](whole, ["PUT /a/{path}"])
