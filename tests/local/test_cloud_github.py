"""The emulated GitHub over HTTP, and each GitHub type through its whole life against it."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
import urllib3
from werkzeug.serving import make_server

from local.cloud import Cloud
from local.cloud.github import GITHUB, GitHubSession
from local.cloud.github_server import create_app
from local.cloud.github_state import GitHub
from local.cloud.provider import ConfigError
from local.cloud.table import same
from local.cloud.values import UNKNOWN, Secret

TOKEN = "a-token-of-tests"
REPOSITORY = "github:index/repository:Repository"
RULESET = "github:index/repositoryRuleset:RepositoryRuleset"
ALERTS = "github:index/repositoryVulnerabilityAlerts:RepositoryVulnerabilityAlerts"
FIXES = "github:index/repositoryDependabotSecurityUpdates:RepositoryDependabotSecurityUpdates"
FILE = "github:index/repositoryFile:RepositoryFile"
BRANCH = "github:index/branch:Branch"
BRANCH_DEFAULT = "github:index/branchDefault:BranchDefault"

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


@dataclass
class Client:
    """Speaks to a server as a program would."""

    url: str
    token: str | None = TOKEN
    pool: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)

    def __call__(
        self, method: str, path: str, body: object = None, *, raw: bytes | None = None, **more: Any
    ) -> tuple[int, Any]:
        """Return the status and the parsed body."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        content = json.dumps(body).encode() if body is not None else raw
        answer = self.pool.request(
            method,
            self.url + path,
            body=content,
            headers=headers,
            retries=False,
            timeout=10,
            **more,
        )
        return answer.status, json.loads(answer.data) if answer.data else None

    def make(self, name: str = "web", **settings: Any) -> dict[str, Any]:
        """Create a repository of the organization."""
        status, body = self("POST", "/orgs/example/repos", {"name": name, **settings})
        assert status == 201, body
        return body

    def put_file(self, path: str, text: str, **more: Any) -> tuple[int, Any]:
        """Write a file of the repository ``web``."""
        content = base64.b64encode(text.encode()).decode()
        body = {"message": "m", "content": content, **more}
        return self("PUT", f"/repos/example/web/contents/{path}", body)


@contextlib.contextmanager
def serving(**account: Any) -> Iterator[Client]:
    github = GitHub(token=TOKEN, **account)
    server = make_server("127.0.0.1", 0, create_app(github), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield Client(f"http://127.0.0.1:{server.port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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


# What GitHub's published OpenAPI description requires of each answer, copied by hand.
REQUIRED = {
    "full-repository": (
        "archive_url assignees_url blobs_url branches_url collaborators_url comments_url"
        " commits_url compare_url contents_url contributors_url deployments_url description"
        " downloads_url events_url fork forks_url full_name git_commits_url git_refs_url"
        " git_tags_url hooks_url html_url id node_id issue_comment_url issue_events_url issues_url"
        " keys_url labels_url languages_url merges_url milestones_url name notifications_url owner"
        " private pulls_url releases_url stargazers_url statuses_url subscribers_url"
        " subscription_url tags_url teams_url trees_url url clone_url default_branch forks"
        " forks_count git_url has_issues has_projects has_wiki has_pages has_discussions homepage"
        " language archived disabled mirror_url open_issues open_issues_count license pushed_at"
        " size ssh_url stargazers_count svn_url watchers watchers_count created_at updated_at"
        " network_count subscribers_count"
    ),
    "repository-ruleset": "id name source enforcement",
    "git-ref": "ref node_id url object",
    "branch-with-protection": "name commit _links protection protected protection_url",
    "file-commit": "content commit",
    "content-file": (
        "_links git_url html_url download_url name path sha size type url content encoding"
    ),
    "commit": "url sha node_id html_url comments_url commit author committer parents",
    "check-automated-security-fixes": "enabled paused",
    "private-user": (
        "avatar_url events_url followers_url following_url gists_url gravatar_id html_url id"
        " node_id login organizations_url received_events_url repos_url site_admin starred_url"
        " subscriptions_url type url bio blog company email followers following hireable location"
        " name public_gists public_repos created_at updated_at collaborators disk_usage"
        " owned_private_repos private_gists total_private_repos two_factor_authentication"
    ),
    "organization-full": (
        "login url id node_id repos_url events_url hooks_url issues_url members_url"
        " public_members_url avatar_url description html_url has_organization_projects"
        " has_repository_projects public_repos public_gists followers following type created_at"
        " updated_at archived_at"
    ),
    "validation-error": "message documentation_url errors",
}


@pytest.mark.parametrize(
    ("shape", "method", "path", "body"),
    [
        ("full-repository", "GET", "/repos/example/web", None),
        ("full-repository", "POST", "/orgs/example/repos", {"name": "other"}),
        ("full-repository", "PATCH", "/repos/example/web", {"description": "d"}),
        (
            "repository-ruleset",
            "POST",
            "/repos/example/web/rulesets",
            {"name": "r", "enforcement": "active"},
        ),
        ("git-ref", "GET", "/repos/example/web/git/ref/heads/main", None),
        ("branch-with-protection", "GET", "/repos/example/web/branches/main", None),
        ("content-file", "GET", "/repos/example/web/contents/README.md", None),
        ("commit", "GET", "/repos/example/web/commits/main", None),
        ("file-commit", "PUT", "/repos/example/web/contents/a", {"message": "m", "content": ""}),
        (
            "check-automated-security-fixes",
            "GET",
            "/repos/example/web/automated-security-fixes",
            None,
        ),
        ("private-user", "GET", "/user", None),
        ("organization-full", "GET", "/orgs/example", None),
        ("validation-error", "POST", "/orgs/example/repos", {"name": "web"}),
    ],
)
def test_an_answer_has_all_that_the_published_description_requires(
    team: Client, shape: str, method: str, path: str, body: Any
) -> None:
    team.make(auto_init=True)
    _, answer = team(method, path, body)
    assert set(REQUIRED[shape].split()) - answer.keys() == set()


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
        ({}, "body"),
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
        assert made[0] == (409 if refused else 201)


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
        status, body = Client(f"http://127.0.0.1:{port}")("GET", "/orgs/mine")
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


# --- The provider ---


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


@dataclass(frozen=True)
class Life:
    """A type's life: what it is made with and changed to, and what makes a new one of it."""

    token: str
    made: dict[str, Any]
    changed: dict[str, Any]
    id: str
    address: str
    outputs: dict[str, Any] = field(default_factory=dict)
    replaced: dict[str, Any] | None = None
    gone: bool = True


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
        "shop",
        "/repos/example/shop",
        {
            "fullName": "example/shop",
            "htmlUrl": "https://github.com/example/shop",
            "sshCloneUrl": "git@github.com:example/shop.git",
            "defaultBranch": "main",
            "httpCloneUrl": "https://github.com/example/shop.git",
            "allowMergeCommit": True,
            "vulnerabilityAlerts": True,
        },
    ),
    Life(
        RULESET,
        PROTECTED,
        {
            **PROTECTED,
            "rules": {"update": True, "updateAllowsFetchAndMerge": True},
            "bypassActors": [{"actorType": "OrganizationAdmin", "bypassMode": "always"}],
        },
        "1003",
        "/repos/example/web/rulesets/1003",
        {"rulesetId": 1003},
        {**PROTECTED, "repository": "other"},
    ),
    Life(
        ALERTS,
        {"repository": "web"},
        {"repository": "web", "enabled": False},
        "web",
        "/repos/example/web/vulnerability-alerts",
        {"enabled": True, "repositoryId": 1001},
        {"repository": "other"},
    ),
    Life(
        BRANCH,
        {"repository": "web", "branch": "feature"},
        {"repository": "web", "branch": "feature"},
        "web:feature",
        "/repos/example/web/git/ref/heads/feature",
        {"ref": "refs/heads/feature"},
        {"repository": "web", "branch": "another"},
    ),
    Life(
        BRANCH_DEFAULT,
        {"repository": "web", "branch": "dev"},
        {"repository": "web", "branch": "next"},
        "web",
        "/repos/example/web",
        {"branch": "dev", "repositoryId": 1001},
        {"repository": "other", "branch": "main"},
        gone=False,
    ),
    Life(
        FILE,
        {"repository": "web", "file": ".github/CODEOWNERS", "content": "* @example/all\n"},
        {"repository": "web", "file": ".github/CODEOWNERS", "content": "* @example/few\n"},
        "web:.github/CODEOWNERS:main",
        "/repos/example/web/contents/.github/CODEOWNERS",
        {"branch": "main", "ref": "main", "commitMessage": "Add .github/CODEOWNERS"},
        {"repository": "web", "file": "CODEOWNERS", "content": "* @example/all\n"},
    ),
)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.token.rpartition(":")[2])
def test_a_type_lives_from_creation_to_deletion(github: Any, http: Client, life: Life) -> None:
    planned = github.plan(life.token, life.made)
    made = github.create(life.token, life.made)
    assert made.id == life.id
    assert {name: made.outputs.get(name) for name in life.outputs} == life.outputs
    for name, value in planned.items():
        told = made.outputs.get(name)
        right = value == UNKNOWN or same(told, value, name, GITHUB.resources[life.token])
        assert right, f"the preview was wrong about {name}"
    assert list(github.diff(made, life.made).diffs) == []
    assert http("GET", life.address)[0] in (200, 204)

    read = github.read(made)
    assert read is not None
    assert (read.outputs, read.inputs) == (made.outputs, made.inputs)

    if life.changed != life.made:
        diff = github.diff(made, life.changed)
        assert list(diff.diffs)
        assert list(diff.replaces) == []
        made = github.update(made, life.changed)
        assert list(github.diff(made, life.changed).diffs) == []
        read = github.read(made)
        assert read is not None
        assert read.outputs == made.outputs
    if life.replaced:
        assert list(github.diff(made, life.replaced).replaces)

    github.delete(made)
    if life.gone:
        assert http("GET", life.address)[0] == 404
        if life.token != ALERTS:
            assert github.read(made) is None
            github.delete(made)


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
