"""The emulated GitHub over HTTP: what it answers, and to whom."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.local.github_client import TOKEN, Client, seal, serving

REVIEW = {
    "type": "pull_request",
    "parameters": {
        "dismiss_stale_reviews_on_push": True,
        "require_code_owner_review": True,
        "require_last_push_approval": False,
        "required_approving_review_count": 1,
        "required_review_thread_resolution": True,
    },
}
ON_DEFAULT = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}


@pytest.fixture
def team() -> Iterator[Client]:
    with serving() as client:
        yield client


@pytest.fixture
def free() -> Iterator[Client]:
    with serving(plan="free") as client:
        yield client


@pytest.fixture
def enterprise() -> Iterator[Client]:
    with serving(plan="enterprise") as client:
        yield client


# --- The server ---


@pytest.mark.parametrize("token", [None, "wrong"])
def test_without_the_token_nothing_is_told(team: Client, token: str | None) -> None:
    team.make()
    stranger = Client(team.url, token)
    status, body = stranger("GET", "/repos/example/web")
    assert status == 401
    assert body["message"] == ("Bad credentials" if token else "Requires authentication")
    assert stranger("POST", "/orgs/example/repos", {"name": "x"})[0] == 401
    assert stranger("GET", "/meta")[0] == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/repos/example/none"),
        ("GET", "/repos/another/web"),
        ("GET", "/orgs/another"),
        ("GET", "/users/nobody"),
        ("POST", "/orgs/another/repos"),
        ("POST", "/user/repos"),
        ("GET", "/repos/example/web/rulesets/1"),
        ("GET", "/repos/example/web/contents/none"),
        ("GET", "/repos/example/web/branches/none"),
        ("GET", "/repos/example/web/git/ref/heads/none"),
        ("GET", "/repos/example/web/vulnerability-alerts"),
        ("GET", "/nothing/here"),
        ("DELETE", "/user"),
    ],
)
def test_what_is_not_there_answers_404(team: Client, method: str, path: str) -> None:
    team.make(auto_init=True)
    body = {"name": "x"} if method == "POST" else None
    status, answer = team(method, path, body)
    assert status == 404
    assert answer["documentation_url"]


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"text"'])
def test_a_body_that_is_no_object_answers_400(team: Client, raw: bytes) -> None:
    assert team("POST", "/orgs/example/repos", raw=raw)[0] == 400


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x", "visibility": "secret"}, "visibility"),
        ({"name": "x", "visibility": "internal"}, "visibility"),
        ({"name": "x", "has_issues": "yes"}, "has_issues"),
        ({"name": "x", "merge_commit_title": "PR_TITLE"}, "merge_commit_title"),
        (
            {
                "name": "x",
                **dict.fromkeys(
                    ("allow_merge_commit", "allow_squash_merge", "allow_rebase_merge"), False
                ),
            },
            "merge_commit_allowed",
        ),
        ({"name": "web"}, "name"),
        ({"name": "WEB"}, "name"),
    ],
)
def test_an_invalid_repository_answers_422_in_githubs_form(
    team: Client, body: dict[str, Any], name: str
) -> None:
    team.make()
    status, answer = team("POST", "/orgs/example/repos", body)
    assert status == 422
    assert answer["errors"][0]["field"] == name
    assert answer["errors"][0]["code"]
    assert len(team("GET", "/orgs/example/repos")[1]) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"visibility": "public"},
        {"default_branch": "none"},
        {"allow_forking": True},
        {"name": "taken"},
        {"security_and_analysis": {"advanced_security": {"status": "enabled"}}},
        {"security_and_analysis": {"secret_scanning_push_protection": {"status": "enabled"}}},
        {"security_and_analysis": {"secret_scanning": {"status": "on"}}},
        {"security_and_analysis": {"dependabot_security_updates": {"status": "enabled"}}},
    ],
)
def test_a_refused_change_changes_nothing(team: Client, body: dict[str, Any]) -> None:
    team.make("taken")
    before = team.make()
    assert team("PATCH", "/repos/example/web", {"description": "new", **body})[0] == 422
    assert team("GET", "/repos/example/web")[1]["description"] == before["description"]


def test_a_refusal_never_quotes_what_was_sent(team: Client) -> None:
    _, answer = team("POST", "/orgs/example/repos", {"name": "x", "description": ["hush-hush"]})
    assert "hush-hush" not in json.dumps(answer)


@pytest.mark.parametrize(
    ("account", "visibility", "feature", "message"),
    [
        ("team", "private", "secret_scanning", "Secret scanning is not available"),
        ("team", "private", "advanced_security", "Advanced security has not been purchased"),
        ("team", "public", "advanced_security", "always available for public repos"),
        ("team", "public", "secret_scanning", None),
        ("enterprise", "private", "secret_scanning", "where Advanced Security is enabled"),
        ("enterprise", "private", "advanced_security", None),
    ],
)
def test_a_plan_has_the_security_features_that_it_has(
    request: pytest.FixtureRequest, account: str, visibility: str, feature: str, message: str | None
) -> None:
    client = request.getfixturevalue(account)
    client.make(visibility=visibility)
    body = {"security_and_analysis": {feature: {"status": "enabled"}}}
    status, answer = client("PATCH", "/repos/example/web", body)
    if message is None:
        assert status == 200
        assert answer["security_and_analysis"][feature] == {"status": "enabled"}
    else:
        assert (status, message in answer["message"]) == (422, True)


@pytest.mark.parametrize(("visibility", "allowed"), [("private", False), ("public", True)])
def test_a_free_plan_has_rulesets_on_public_repositories_only(
    free: Client, visibility: str, allowed: bool
) -> None:
    free.make(visibility=visibility)
    status, answer = free(
        "POST", "/repos/example/web/rulesets", {"name": "r", "enforcement": "active"}
    )
    assert status == (201 if allowed else 403)
    assert allowed or "Upgrade to GitHub Pro" in answer["message"]


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "taken"},
        {"enforcement": "strict"},
        {"enforcement": "evaluate"},
        {"target": "branches"},
        {"bypass_actors": None},
        {"bypass_actors": [{"actor_type": "Everyone"}]},
        {"conditions": {"ref_name": {"include": ["main"], "exclude": []}}},
        {"rules": [{"type": "no_such_rule"}]},
        {"rules": [{"type": "deletion", "parameters": {"x": 1}}]},
        {"rules": [{"type": "deletion"}, {"type": "deletion"}]},
        {"rules": [{"type": "pull_request"}]},
        {
            "rules": [
                {
                    **REVIEW,
                    "parameters": {**REVIEW["parameters"], "required_approving_review_count": 11},
                }
            ]
        },
        {"rules": [{**REVIEW, "parameters": {**REVIEW["parameters"], "unknown": True}}]},
        {"rules": [{"type": "max_file_size", "parameters": {"max_file_size": 5}}]},
        {
            "rules": [
                {
                    "type": "commit_message_pattern",
                    "parameters": {"operator": "contains", "pattern": "x"},
                }
            ]
        },
        {
            "target": "tag",
            "rules": [
                {
                    "type": "branch_name_pattern",
                    "parameters": {"operator": "contains", "pattern": "x"},
                }
            ],
        },
    ],
    ids=str,
)
def test_an_invalid_ruleset_answers_422(team: Client, change: dict[str, Any]) -> None:
    team.make()
    good = {"name": "r", "enforcement": "active", "target": "branch", "rules": [REVIEW]}
    path = "/repos/example/web/rulesets"
    assert team("POST", path, {**good, "name": "taken"})[0] == 201
    assert team("POST", path, {**good, **change})[0] == 422
    status, made = team("POST", path, good)
    assert status == 201
    assert team("PUT", f"{path}/{made['id']}", change)[0] == 422
    assert team("GET", f"{path}/{made['id']}")[1]["rules"] == [REVIEW]


@pytest.mark.parametrize(
    ("bypass", "enforcement", "status"),
    [
        ([], "active", 409),
        ([], "disabled", 201),
        ([{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}], "active", 201),
        (
            [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "pull_request"}],
            "active",
            409,
        ),
        ([{"actor_id": 4, "actor_type": "RepositoryRole", "bypass_mode": "always"}], "active", 409),
    ],
)
def test_an_active_ruleset_is_enforced_on_a_file_that_is_written(
    team: Client, bypass: list[Any], enforcement: str, status: int
) -> None:
    team.make(auto_init=True)
    ruleset = {
        "name": "r",
        "enforcement": enforcement,
        "conditions": ON_DEFAULT,
        "rules": [REVIEW],
        "bypass_actors": bypass,
    }
    assert team("POST", "/repos/example/web/rulesets", ruleset)[0] == 201
    assert team.put_file("a", "text")[0] == status


@pytest.mark.parametrize(
    ("pattern", "branch", "held"),
    [
        ("~ALL", "a/b", True),
        ("~DEFAULT_BRANCH", "dev", False),
        ("refs/heads/dev", "dev", True),
        ("refs/heads/rel*", "release", True),
        ("refs/heads/rel*", "release/1", False),
        ("refs/heads/**/*", "release/1/2", True),
        ("refs/heads/v?", "v10", False),
        ("refs/heads/v.", "v1", False),
    ],
)
def test_a_ruleset_holds_for_the_branches_that_its_patterns_match(
    team: Client, pattern: str, branch: str, held: bool
) -> None:
    team.make(auto_init=True)
    names = {"ref_name": {"include": [pattern], "exclude": ["refs/heads/free"]}}
    ruleset = {
        "name": "r",
        "enforcement": "active",
        "conditions": names,
        "rules": [{"type": "creation"}],
    }
    assert team("POST", "/repos/example/web/rulesets", ruleset)[0] == 201
    sha = team("GET", "/repos/example/web/git/ref/heads/main")[1]["object"]["sha"]
    for name, refused in ((branch, held), ("free", False)):
        made = team(
            "POST", "/repos/example/web/git/refs", {"ref": f"refs/heads/{name}", "sha": sha}
        )
        assert made[0] == (422 if refused else 201)


def test_a_file_changes_only_for_whoever_knows_its_present_sha(team: Client) -> None:
    team.make()
    path = "dir/a.txt"
    status, made = team.put_file(path, "one")
    assert status == 201
    sha = made["content"]["sha"]
    assert team.put_file(path, "two")[0] == 422
    assert team.put_file(path, "two", sha="0" * 40)[0] == 409
    assert team.put_file(path, "two", sha=sha)[0] == 200
    assert team.put_file(path, "three", sha=sha)[0] == 409
    assert team.put_file(path, "x", branch="none")[0] == 404
    assert (
        team("PUT", f"/repos/example/web/contents/{path}", {"message": "m", "content": "%"})[0]
        == 422
    )


def test_a_branch_is_made_once_from_a_commit_and_the_default_one_stays(team: Client) -> None:
    head = "/repos/example/web/git/refs"
    team.make()
    assert team("POST", head, {"ref": "refs/heads/dev", "sha": "0" * 40})[0] == 409
    team.put_file("a", "text")
    sha = team("GET", "/repos/example/web/git/ref/heads/main")[1]["object"]["sha"]
    assert team("POST", head, {"ref": "refs/heads/dev", "sha": "0" * 40})[0] == 422
    assert team("POST", head, {"ref": "dev", "sha": sha})[0] == 422
    assert team("POST", head, {"ref": "refs/heads/dev", "sha": sha})[0] == 201
    assert team("POST", head, {"ref": "refs/heads/dev", "sha": sha})[0] == 422
    assert team("DELETE", f"{head}/heads/main")[0] == 422
    assert team("POST", "/repos/example/web/branches/main/rename", {"new_name": "trunk"})[0] == 201
    assert team("GET", "/repos/example/web")[1]["default_branch"] == "trunk"
    assert team("DELETE", f"{head}/heads/dev")[0] == 204


def test_an_archived_repository_is_read_only_until_it_is_no_longer_archived(team: Client) -> None:
    team.make(auto_init=True)
    web = "/repos/example/web"
    assert team("PATCH", web, {"archived": True})[0] == 200
    for method, path, body in (
        ("PATCH", "", {"description": "d"}),
        ("PUT", "/topics", {"names": []}),
        ("PUT", "/vulnerability-alerts", None),
        ("POST", "/rulesets", {"name": "r", "enforcement": "active"}),
        ("PUT", "/contents/a", {"message": "m", "content": ""}),
    ):
        status, answer = team(method, web + path, body)
        assert (status, answer["message"]) == (403, "Repository was archived so is read-only.")
    assert team("GET", web)[0] == 200
    assert team("PATCH", web, {"archived": False})[0] == 200
    assert team("PATCH", web, {"description": "d"})[0] == 200
    assert team("DELETE", web)[0] == 204
    assert team("GET", web)[0] == 404


def test_a_renamed_repository_is_found_by_its_old_name_until_that_is_taken(team: Client) -> None:
    made = team.make()
    assert team("PATCH", "/repos/example/web", {"name": "site"})[1]["full_name"] == "example/site"
    status, moved = team("GET", "/repos/example/web/rulesets")
    assert (status, moved["url"]) == (301, f"{team.url}/repositories/{made['id']}/rulesets")
    assert team("PATCH", "/repos/example/web", {"description": "d"})[0] == 307
    assert team("PATCH", f"/repositories/{made['id']}", {"description": "d"})[1]["name"] == "site"
    team.make("web")
    assert team("GET", "/repos/example/web")[1]["id"] != made["id"]


def test_security_fixes_need_alerts(team: Client) -> None:
    team.make()
    web = "/repos/example/web"
    assert team("PUT", f"{web}/automated-security-fixes")[0] == 422
    assert team("PUT", f"{web}/vulnerability-alerts")[0] == 204
    assert team("PUT", f"{web}/automated-security-fixes")[0] == 204
    assert team("GET", f"{web}/automated-security-fixes")[1]["enabled"] is True
    assert team("DELETE", f"{web}/vulnerability-alerts")[0] == 204
    assert team("GET", f"{web}/automated-security-fixes")[1]["enabled"] is False


def test_a_users_repositories_are_the_tokens_own() -> None:
    with serving(kind="user", owner="alone") as client:
        assert client("GET", "/user")[1]["login"] == "alone"
        assert client("GET", "/orgs/alone")[0] == 404
        assert client("POST", "/user/repos", {"name": "web"})[1]["owner"]["type"] == "User"


def test_the_rate_limit_answers_403() -> None:
    with serving(limit=1) as client:
        assert client("GET", "/user")[0] == 200
        status, answer = client("GET", "/user")
        assert (status, "rate limit exceeded" in answer["message"]) == (403, True)


def test_the_log_has_methods_and_paths_alone_and_a_reset_forgets_all(team: Client) -> None:
    team.make(description="hush-hush")
    team("GET", "/repos/example/web?secret=hush-hush")
    requests = team("GET", "/_local/requests")[1]
    assert requests == ["POST /orgs/example/repos", "GET /repos/example/web"]
    assert team("POST", "/_local/reset")[0] == 204
    assert team("GET", "/_local/requests")[1] == []
    assert team("GET", "/repos/example/web")[0] == 404


# --- Classic protection ---

PROTECTION = {
    "required_status_checks": None,
    "enforce_admins": True,
    "required_pull_request_reviews": {"required_approving_review_count": 1},
    "restrictions": None,
}
MAIN = "/repos/example/web/branches/main/protection"


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({}, 409, "Changes must be made through a pull request."),
        ({"enforce_admins": False}, 201, ""),
        ({"required_pull_request_reviews": None}, 201, ""),
        (
            {
                "required_pull_request_reviews": None,
                "required_status_checks": {"strict": True, "contexts": ["test"]},
            },
            409,
            "Required status checks are expected.",
        ),
        ({"required_pull_request_reviews": None, "lock_branch": True}, 409, "Cannot update"),
    ],
)
def test_a_protection_is_enforced_on_a_file_that_is_written(
    team: Client, change: dict[str, Any], status: int, reason: str
) -> None:
    team.make(auto_init=True)
    assert team("PUT", MAIN, {**PROTECTION, **change})[0] == 200
    written, answer = team.put_file("a", "text")
    assert (written, reason in json.dumps(answer)) == (status, True)
    if reason:
        assert answer["message"].startswith("Could not create file: ")


def test_a_protected_branch_is_not_deleted_and_keeps_its_protection_when_renamed(
    team: Client,
) -> None:
    team.make(auto_init=True)
    web = "/repos/example/web"
    sha = team("GET", f"{web}/git/ref/heads/main")[1]["object"]["sha"]
    team("POST", f"{web}/git/refs", {"ref": "refs/heads/dev", "sha": sha})
    protection = f"{web}/branches/dev/protection"
    assert team("GET", protection)[1]["message"] == "Branch not protected"
    assert team("PUT", f"{web}/branches/none/protection", PROTECTION)[1]["message"] == (
        "Branch not found"
    )
    assert team("PUT", protection, PROTECTION)[0] == 200
    assert team("GET", f"{web}/branches/dev")[1]["protected"] is True
    assert team("DELETE", f"{web}/git/refs/heads/dev")[0] == 422
    assert team("POST", f"{web}/branches/dev/rename", {"new_name": "next"})[0] == 201
    assert team("GET", f"{web}/branches/next/protection")[0] == 200
    assert team("PUT", f"{web}/branches/next/protection", {**PROTECTION, "allow_deletions": True})
    assert team("DELETE", f"{web}/git/refs/heads/next")[0] == 204


@pytest.mark.parametrize("count", [-1, 7])
def test_a_protection_asks_for_up_to_six_approvals(team: Client, count: int) -> None:
    team.make(auto_init=True)
    reviews = {"required_approving_review_count": count}
    change = {**PROTECTION, "required_pull_request_reviews": reviews}
    status, answer = team("PUT", MAIN, change)
    assert (status, answer["errors"][0]["field"]) == (422, "required_approving_review_count")


# --- Environments and Actions ---


@pytest.mark.parametrize(
    "body",
    [
        {"deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": True}},
        {
            "deployment_branch_policy": {
                "protected_branches": False,
                "custom_branch_policies": False,
            }
        },
        {"wait_timer": 43201},
        {"reviewers": [{"type": "User", "id": number} for number in range(7)]},
    ],
)
def test_an_environment_that_cannot_be_answers_422(team: Client, body: dict[str, Any]) -> None:
    team.make()
    assert team("PUT", "/repos/example/web/environments/live", body)[0] == 422
    assert team("GET", "/repos/example/web/environments/live")[0] == 404


def test_branches_are_named_only_where_an_environment_chooses_them(team: Client) -> None:
    team.make()
    live = "/repos/example/web/environments/live"
    policies = f"{live}/deployment-branch-policies"
    assert team("PUT", live, {})[0] == 200
    assert team("POST", policies, {"name": "main"})[0] == 404
    chosen = {"protected_branches": False, "custom_branch_policies": True}
    assert team("PUT", live, {"deployment_branch_policy": chosen})[0] == 200
    number = team("POST", policies, {"name": "main"})[1]["id"]
    assert team("GET", f"{policies}/{number}")[1]["type"] == "branch"
    assert team("PUT", live, {"wait_timer": 1})[1]["deployment_branch_policy"] == chosen
    assert team("PUT", live, {"deployment_branch_policy": None})[0] == 200
    assert team("GET", f"{policies}/{number}")[0] == 404
    assert team("GET", live)[1]["protection_rules"][0]["wait_timer"] == 1


@pytest.mark.parametrize("owner", ["/repos/example/web", "/orgs/example"])
def test_actions_are_selected_only_where_not_all_are_allowed(team: Client, owner: str) -> None:
    team.make()
    selected = f"{owner}/actions/permissions/selected-actions"
    assert team("GET", selected)[0] == 409
    assert team("PUT", selected, {"github_owned_allowed": True})[0] == 409


def test_an_organization_selects_its_own_repositories(team: Client) -> None:
    own = team.make()["id"]
    path = "/orgs/example/actions/permissions"
    assert team("GET", f"{path}/repositories")[0] == 409
    assert team("PUT", path, {"enabled_repositories": "selected"})[0] == 204
    body = {"selected_repository_ids": [own, own + 1]}
    assert team("PUT", f"{path}/repositories", body)[0] == 404
    body = {"selected_repository_ids": [own]}
    assert team("PUT", f"{path}/repositories", body)[0] == 204
    assert team("GET", f"{path}/repositories")[1]["total_count"] == 1
    assert team("PUT", path, {"enabled_repositories": "none"})[0] == 204
    assert "allowed_actions" not in team("GET", path)[1]


# --- Keys, webhooks and secrets ---

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"


@pytest.mark.parametrize(
    "key",
    ["", "ssh-ed25519", "ssh-ed25519 hush-hush", KEY.replace("ssh-ed25519", "ssh-rsa"), KEY[:20]],
)
def test_a_key_that_is_none_answers_422(team: Client, key: str) -> None:
    team.make()
    status, answer = team("POST", "/repos/example/web/keys", {"title": "t", "key": key})
    assert (status, answer["errors"][0]["resource"]) == (422, "PublicKey")
    assert answer["errors"][0]["message"].startswith("key is invalid. You must supply a key in")
    assert "hush-hush" not in json.dumps(answer)


def test_a_key_is_in_one_repository_alone(team: Client) -> None:
    for name in ("web", "other"):
        team.make(name)
    made = team("POST", "/repos/example/web/keys", {"key": f"{KEY} a comment"})[1]
    assert (made["key"], made["read_only"]) == (KEY, False)
    status, answer = team("POST", "/repos/example/other/keys", {"key": KEY})
    assert (status, answer["errors"][0]["message"]) == (422, "key is already in use")
    assert team("DELETE", f"/repos/example/web/keys/{made['id']}")[0] == 204
    assert team("POST", "/repos/example/other/keys", {"key": KEY})[0] == 201


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"config": {}},
        {"config": {"url": "ftp://example.com"}},
        {"config": {"url": "https://"}},
        {"config": {"url": "https://example.com", "content_type": "xml"}},
        {"config": {"url": "https://example.com", "insecure_ssl": "maybe"}},
        {"name": "other", "config": {"url": "https://example.com"}},
        {"config": {"url": "https://taken.example.com"}},
    ],
    ids=str,
)
def test_a_webhook_that_leads_nowhere_answers_422(team: Client, body: dict[str, Any]) -> None:
    team.make()
    taken = {"config": {"url": "https://taken.example.com"}}
    assert team("POST", "/repos/example/web/hooks", taken)[0] == 201
    status, answer = team("POST", "/repos/example/web/hooks", body)
    assert (status, answer["errors"][0]["resource"]) == (422, "Hook")


def test_a_webhooks_secret_is_marked_and_goes_when_it_is_not_sent_again(team: Client) -> None:
    team.make()
    config = {"url": "https://example.com/in", "secret": "hush-hush", "insecure_ssl": 1}
    status, made = team("POST", "/repos/example/web/hooks", {"config": config})
    assert (status, made["config"]["secret"], made["config"]["insecure_ssl"]) == (
        201,
        "********",
        "1",
    )
    path = f"/repos/example/web/hooks/{made['id']}"
    assert "hush-hush" not in json.dumps(team("GET", "/repos/example/web/hooks")[1])
    assert team("PATCH", path, {"active": False})[1]["config"]["secret"] == "********"
    changed = team("PATCH", path, {"config": {"url": "https://example.com/in"}})[1]
    assert "secret" not in changed["config"]


@pytest.mark.parametrize("kind", ["actions", "dependabot"])
def test_a_secret_is_taken_only_as_sealed_for_its_repository(team: Client, kind: str) -> None:
    for name in ("web", "other"):
        team.make(name)
    path = f"/repos/example/web/{kind}/secrets"
    key = team("GET", f"{path}/public-key")[1]
    right = seal(key, "hush-hush")
    of_other = seal(team("GET", f"/repos/example/other/{kind}/secrets/public-key")[1], "hush-hush")
    for body in (
        {**right, "key_id": of_other["key_id"]},
        of_other,
        {**right, "encrypted_value": of_other["encrypted_value"]},
        {**right, "encrypted_value": "aHVzaC1odXNo"},
        {**right, "encrypted_value": "hush hush"},
    ):
        status, answer = team("PUT", f"{path}/TOKEN", body)
        assert status == 422
        assert "hush" not in json.dumps(answer)
    assert team("GET", path)[1] == {"total_count": 0, "secrets": []}
    assert team("PUT", f"{path}/GITHUB_TOKEN", right)[0] == 422
    assert team("PUT", f"{path}/1A", right)[0] == 422
    assert team("PUT", f"{path}/token", right)[0] == 201
    assert team("GET", path)[1]["secrets"][0]["name"] == "TOKEN"


# --- The server's process ---


def start(*arguments: str, token: str = TOKEN) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "local.cloud.github_server", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "GITHUB_TOKEN": token},
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_tells_its_port_serves_and_stops(number: signal.Signals) -> None:
    with start("--port", "0", "--owner", "mine") as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        try:
            status, body = Client(f"http://127.0.0.1:{port}")("GET", "/orgs/mine")
        finally:
            process.send_signal(number)
        assert process.wait(timeout=10) == (0 if number == signal.SIGTERM else 130)
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert (status, body["login"]) == (200, "mine")


def test_a_taken_port_is_one_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with start("--port", port) as process:
            out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (1, "")
    assert err == (
        f"The local GitHub did not start: port {port} cannot be used: Address already in use. "
        "Choose another with --port.\n"
    )


def test_no_token_is_one_clear_error() -> None:
    with start(token="") as process:
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("The local GitHub did not start: GITHUB_TOKEN is not set")
