"""GitHub's REST API, as far as the resource types of the local cloud need it.

Run ``python -m local.cloud.github_server --port 0``: when it is ready, it prints the port that it
listens on. It serves on 127.0.0.1 only, keeps all state in memory and stops on SIGTERM.
``GITHUB_TOKEN`` holds the one token that it accepts.

Status codes and error bodies are GitHub's own, except that they never quote a value that was sent.
Two paths are no part of GitHub: ``POST /_local/reset`` forgets everything and
``GET /_local/requests`` lists the methods and paths asked for.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import datetime as dt
import hashlib
import hmac
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

from local.cloud.github_requests import (
    DEFAULT_SETTINGS,
    FILE,
    NEW_REPOSITORY,
    NEW_RULESET,
    REPOSITORY,
    RULESET,
    SECURITY,
    SETTINGS,
    TEXT,
    TEXTS,
    TOPIC,
    ApiError,
    Json,
    not_found,
    read_body,
    refuse,
)
from local.cloud.github_state import (
    WRITING,
    Commit,
    GitHub,
    Repository,
    blob_sha,
    changed_settings,
    check_ruleset,
    check_settings,
    clean_name,
    is_bypass,
    require_free_of_rules,
    settle_fixes,
    settle_security,
)

_WEB: Final = "https://github.com"


# --- Answers ---


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _node_id(kind: str, number: int) -> str:
    return f"{kind}_{base64.urlsafe_b64encode(number.to_bytes(8, 'big')).decode().rstrip('=')}"


def _api(path: str) -> str:
    return f"{request.url_root.rstrip('/')}{path}"


def _account(login: str, *, organization: bool) -> Json:
    number = int.from_bytes(hashlib.sha256(login.encode()).digest()[:4], "big")
    url = _api(f"/users/{login}")
    return {
        "login": login,
        "id": number,
        "node_id": _node_id("O" if organization else "U", number),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{number}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{_WEB}/{login}",
        "followers_url": f"{url}/followers",
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{url}/subscriptions",
        "organizations_url": f"{url}/orgs",
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events{{/privacy}}",
        "received_events_url": f"{url}/received_events",
        "type": "Organization" if organization else "User",
        "site_admin": False,
    }


_NOTHING_YET: Final[Json] = {
    "followers": 0,
    "following": 0,
    "public_gists": 0,
    "private_gists": 0,
    "total_private_repos": 0,
    "owned_private_repos": 0,
    "disk_usage": 0,
    "collaborators": 0,
    "created_at": "2020-01-01T00:00:00Z",
    "updated_at": "2020-01-01T00:00:00Z",
}

_REPOSITORY_URLS: Final = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
    "url": "",
}


def _show_repository(github: GitHub, repository: Repository) -> Json:
    full_name = f"{github.owner}/{repository.name}"
    url = _api(f"/repos/{full_name}")
    owner = _account(github.owner, organization=github.kind == "organization")
    counts = ("forks", "stargazers", "watchers", "open_issues", "network", "subscribers")
    shown = {
        **repository.settings,
        **{name: url + suffix for name, suffix in _REPOSITORY_URLS.items()},
        **{f"{name}_count": 0 for name in counts},
        "id": repository.id,
        "node_id": _node_id("R", repository.id),
        "full_name": full_name,
        "owner": owner,
        "private": not repository.public,
        "html_url": f"{_WEB}/{full_name}",
        "git_url": f"git://github.com/{full_name}.git",
        "ssh_url": f"git@github.com:{full_name}.git",
        "clone_url": f"{_WEB}/{full_name}.git",
        "svn_url": f"{_WEB}/{full_name}",
        "mirror_url": None,
        "language": None,
        "license": None,
        "fork": False,
        "forks": 0,
        "watchers": 0,
        "open_issues": 0,
        "size": sum(len(c.files) for c in repository.branches.values()),
        "has_pages": False,
        "disabled": False,
        "topics": repository.topics,
        "permissions": {
            "admin": True,
            "maintain": True,
            "push": True,
            "triage": True,
            "pull": True,
        },
        "security_and_analysis": {
            **{name: {"status": repository.security.get(name, "disabled")} for name in SECURITY},
            "dependabot_security_updates": {
                "status": "enabled" if repository.fixes else "disabled"
            },
        },
        "created_at": repository.created_at,
        "updated_at": repository.updated_at,
        "pushed_at": repository.updated_at,
    }
    if repository.public:
        del shown["security_and_analysis"]["advanced_security"]  # it cannot be changed there
    return {**shown, "organization": owner} if github.kind == "organization" else shown


def _show_commit(base: str, commit: Commit) -> Json:
    parents = [commit.parent] if commit.parent else []
    return {
        "sha": commit.sha,
        "node_id": f"C_{commit.sha}",
        "url": f"{base}/commits/{commit.sha}",
        "html_url": f"{_WEB}/commit/{commit.sha}",
        "comments_url": f"{base}/commits/{commit.sha}/comments",
        "author": None,
        "committer": None,
        "commit": {
            "url": f"{base}/git/commits/{commit.sha}",
            "author": dict(commit.author),
            "committer": dict(commit.author),
            "message": commit.message,
            "tree": {"sha": commit.sha, "url": f"{base}/git/trees/{commit.sha}"},
            "comment_count": 0,
        },
        "parents": [{"sha": each.sha, "url": f"{base}/commits/{each.sha}"} for each in parents],
    }


def _show_file(base: str, path: str, content: bytes, branch: str) -> Json:
    sha = blob_sha(content)
    url = f"{base}/contents/{path}?ref={branch}"
    git, html = f"{base}/git/blobs/{sha}", f"{_WEB}/blob/{branch}/{path}"
    return {
        "type": "file",
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "size": len(content),
        "encoding": "base64",
        "content": base64.encodebytes(content).decode(),
        "url": url,
        "git_url": git,
        "html_url": html,
        "download_url": f"https://raw.githubusercontent.com/{branch}/{path}",
        "_links": {"self": url, "git": git, "html": html},
    }


# --- The server ---


class _App(Flask):
    """Serves one request after the other, so that none sees half of another's change."""

    lock: threading.Lock

    def dispatch_request(self) -> Any:  # noqa: ANN401  as Flask has it
        request.get_data()  # a slow sender must not hold the lock
        with self.lock:
            return super().dispatch_request()


def create_app(github: GitHub) -> Flask:  # noqa: C901, PLR0915  one route after the other
    """Make the web application that answers for an account."""
    app = _App(__name__)
    app.lock = threading.Lock()
    app.json.sort_keys = False  # type: ignore[attr-defined]
    route = app.route

    @app.before_request
    def admit() -> None:
        if request.path.startswith("/_local/"):
            return
        github.requests.append(f"{request.method} {request.path}")
        if request.path == "/meta":
            return
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if not token or scheme.lower() not in ("bearer", "token"):
            raise ApiError(401, "Requires authentication")
        if not hmac.compare_digest(token.strip().encode(), github.token.encode()):
            raise ApiError(401, "Bad credentials")
        github.used += 1
        if github.limit is not None and github.used > github.limit:
            raise ApiError(403, f"API rate limit exceeded for {github.login}.")

    @app.after_request
    def finish(response: Response) -> Response:
        if github.limit is not None:
            response.headers["X-RateLimit-Limit"] = str(github.limit)
            response.headers["X-RateLimit-Remaining"] = str(max(0, github.limit - github.used))
        response.headers["X-GitHub-Media-Type"] = "github.v3; format=json"
        if request.method == "GET" and response.status_code == 200:  # noqa: PLR2004
            response.add_etag(weak=True)
            response.make_conditional(request)
        return response

    @app.errorhandler(ApiError)
    def answer_error(error: ApiError) -> tuple[Response, int]:
        return jsonify(error.body), error.status

    @app.errorhandler(HTTPException)
    def answer_no_route(error: HTTPException) -> tuple[Response, int]:
        # GitHub has no 405: a method that a path lacks is not found either.
        status, name = (error.code or 500), error.name
        status, name = (404, "Not Found") if status == 405 else (status, name)  # noqa: PLR2004
        return jsonify(ApiError(status, name).body), status

    def find(owner: str, name: str) -> Repository:
        """Find a repository; one that has a new name answers with a redirect to it."""
        if owner.lower() != github.owner.lower():
            not_found()
        repository = github.find(name)
        if repository is None and name.lower() in github.renamed:
            rest = request.path.split("/", 4)[4:]
            url = _api("/".join((f"/repositories/{github.renamed[name.lower()]}", *rest)))
            query = f"?{request.query_string.decode()}" if request.query_string else ""
            raise _Moved(url + query)
        return repository or not_found()

    @app.errorhandler(_Moved)
    def move(moved: _Moved) -> tuple[Response, int]:
        status = 301 if request.method == "GET" else 307
        answer = jsonify({"message": "Moved Permanently", "url": moved.url})
        answer.headers["Location"] = moved.url
        return answer, status

    def find_writable(owner: str, name: str) -> Repository:
        repository = find(owner, name)
        if repository.settings["archived"]:
            raise ApiError(403, "Repository was archived so is read-only.")
        return repository

    def base_url(repository: Repository) -> str:
        return _api(f"/repos/{github.owner}/{repository.name}")

    # Both addresses of a repository lead to the same functions.
    def of_repository(path: str, *methods: str) -> Callable[[Callable[..., Any]], Any]:
        def add(function: Callable[..., Any]) -> Callable[..., Any]:
            def by_id(number: int, **rest: Any) -> Any:  # noqa: ANN401
                repository = github.repositories.get(number) or not_found()
                return function(github.owner, repository.name, **rest)

            endpoint = f"{function.__name__}_{'_'.join(methods)}"
            rule = f"/repos/<owner>/<name>{path}"
            app.add_url_rule(rule, endpoint, function, methods=methods)
            rule = f"/repositories/<int:number>{path}"
            app.add_url_rule(rule, f"{endpoint}_by_id", by_id, methods=methods)
            return function

        return add

    @route("/_local/reset", methods=["POST"])
    def reset() -> tuple[str, int]:
        github.reset()
        return "", 204

    @route("/_local/requests")
    def requests() -> Response:
        return jsonify(github.requests)

    @route("/meta")
    def meta() -> Response:
        return jsonify({"verifiable_password_authentication": False})

    @route("/user")
    def user() -> Response:
        return jsonify(show_user(github.login))

    @route("/users/<login>")
    def users(login: str) -> Response:
        if login not in (github.owner, github.login):
            not_found()
        return jsonify(show_user(login))

    def show_user(login: str) -> Json:
        organization = github.kind == "organization" and login == github.owner
        unsaid = ("name", "company", "location", "email", "hireable", "bio", "twitter_username")
        return {
            **_account(login, organization=organization),
            **_NOTHING_YET,
            **dict.fromkeys(unsaid),
            "blog": "",
            "user_view_type": "private",
            "two_factor_authentication": True,
            "public_repos": sum(r.public for r in github.repositories.values()),
        }

    @route("/orgs/<login>")
    def organization(login: str) -> Response:
        if github.kind != "organization" or login.lower() != github.owner.lower():
            not_found()
        url = _api(f"/orgs/{github.owner}")
        return jsonify(
            {
                **_account(github.owner, organization=True),
                **_NOTHING_YET,
                "url": url,
                "description": None,
                "events_url": f"{url}/events",
                "hooks_url": f"{url}/hooks",
                "issues_url": f"{url}/issues",
                "members_url": f"{url}/members{{/member}}",
                "public_members_url": f"{url}/public_members{{/member}}",
                "repos_url": f"{url}/repos",
                "has_organization_projects": True,
                "has_repository_projects": True,
                "public_repos": sum(r.public for r in github.repositories.values()),
                "archived_at": None,
                "web_commit_signoff_required": False,
                "plan": {"name": github.plan, "space": 0, "private_repos": 999999},
            }
        )

    # Repositories

    @route("/orgs/<owner>/repos", methods=["GET", "POST"])
    @route("/user/repos", methods=["GET", "POST"], defaults={"owner": None})
    def repositories(owner: str | None) -> Any:  # noqa: ANN401
        if (owner is None) != (github.kind == "user") or owner not in (None, github.owner):
            not_found()
        if request.method == "GET":
            shown = [_show_repository(github, r) for r in github.repositories.values()]
            return jsonify(shown)
        body = read_body(NEW_REPOSITORY)
        name = clean_name(body["name"])
        if github.find(name):
            error = {
                "resource": "Repository",
                "field": "name",
                "code": "custom",
                "message": "name already exists on this account",
            }
            raise ApiError(422, "Repository creation failed.", errors=[error])
        known = {n: v for n, v in body.items() if n in SETTINGS and n not in _LATER}
        settings = {**DEFAULT_SETTINGS, **known, "name": name}
        if "visibility" not in body:
            settings["visibility"] = "private" if body.get("private") else "public"
        check_settings(github, settings)
        repository = Repository(next(github.ids), settings, _now(), _now())
        if body.get("auto_init"):
            readme = {"README.md": f"# {name}\n".encode()}
            first = Commit("Initial commit", author({}), readme, None)
            repository.branches[settings["default_branch"]] = first
        github.repositories[repository.id] = repository
        github.renamed.pop(name.lower(), None)
        return jsonify(_show_repository(github, repository)), 201

    @of_repository("", "GET")
    def read_repository(owner: str, name: str) -> Response:
        return jsonify(_show_repository(github, find(owner, name)))

    @of_repository("", "PATCH")
    def update_repository(owner: str, name: str) -> Response:
        repository = find(owner, name)
        body = read_body(REPOSITORY)
        if repository.settings["archived"] and body.get("archived") is not False:
            raise ApiError(403, "Repository was archived so is read-only.")
        settings = changed_settings(github, repository, body)
        before = repository.settings
        repository.settings = settings
        try:
            settle_security(github, repository, body.get("security_and_analysis") or {})
        except ApiError:
            repository.settings = before
            raise
        if not repository.public and github.plan != "enterprise":
            repository.security.clear()
        if before["name"].lower() != repository.name.lower():
            github.renamed[before["name"].lower()] = repository.id
            github.renamed.pop(repository.name.lower(), None)
        repository.updated_at = _now()
        return jsonify(_show_repository(github, repository))

    @of_repository("", "DELETE")
    def delete_repository(owner: str, name: str) -> tuple[str, int]:
        repository = find(owner, name)
        del github.repositories[repository.id]
        github.renamed = {n: i for n, i in github.renamed.items() if i != repository.id}
        return "", 204

    @of_repository("/topics", "GET", "PUT")
    def topics(owner: str, name: str) -> Response:
        repository = find(owner, name)
        if request.method == "PUT":
            find_writable(owner, name)
            schema = {"type": "object", "required": ["names"], "properties": {"names": TEXTS}}
            names = read_body(schema)["names"]
            if not all(TOPIC.fullmatch(each) for each in names):
                message = "Topics must start with a lowercase letter or number, consist of 50 "
                message += "characters or less, and can include hyphens."
                raise ApiError(422, "Validation Failed", errors=[message])
            repository.topics = sorted(set(names))
        return jsonify({"names": repository.topics})

    @of_repository("/vulnerability-alerts", "GET", "PUT", "DELETE")
    def vulnerability_alerts(owner: str, name: str) -> tuple[str, int]:
        if request.method == "GET":
            if not find(owner, name).alerts:
                raise ApiError(404, "Vulnerability alerts are disabled.")
            return "", 204
        repository = find_writable(owner, name)
        repository.alerts = request.method == "PUT"
        repository.fixes = repository.fixes and repository.alerts
        return "", 204

    @of_repository("/automated-security-fixes", "GET", "PUT", "DELETE")
    def automated_security_fixes(owner: str, name: str) -> Any:  # noqa: ANN401
        if request.method == "GET":
            return jsonify({"enabled": find(owner, name).fixes, "paused": False})
        settle_fixes(find_writable(owner, name), enabled=request.method == "PUT")
        return "", 204

    # Rulesets

    def check_rulesets_allowed(repository: Repository) -> None:
        if github.plan == "free" and not repository.public:
            message = "Upgrade to GitHub Pro or make this repository public to enable this feature."
            raise ApiError(403, message)

    def show_ruleset(repository: Repository, number: int) -> Json:
        source = f"{github.owner}/{repository.name}"
        link = f"{base_url(repository)}/rulesets/{number}"
        return {
            "id": number,
            **repository.rulesets[number],
            "source_type": "Repository",
            "source": source,
            "node_id": _node_id("RRS", number),
            "current_user_can_bypass": (
                "always"
                if any(is_bypass(each) for each in repository.rulesets[number]["bypass_actors"])
                else "never"
            ),
            "_links": {
                "self": {"href": link},
                "html": {"href": f"{_WEB}/{source}/rules/{number}"},
            },
        }

    @of_repository("/rulesets", "GET", "POST")
    def rulesets(owner: str, name: str) -> Any:  # noqa: ANN401
        if request.method == "GET":
            repository = find(owner, name)
            check_rulesets_allowed(repository)
            return jsonify([show_ruleset(repository, each) for each in repository.rulesets])
        repository = find_writable(owner, name)
        check_rulesets_allowed(repository)
        empty = {"target": "branch", "bypass_actors": [], "conditions": {}, "rules": []}
        ruleset = {**empty, **known_of(read_body(NEW_RULESET))}
        check_ruleset(github, repository, ruleset, 0)
        number = next(github.ids)
        repository.rulesets[number] = {**ruleset, "created_at": _now(), "updated_at": _now()}
        return jsonify(show_ruleset(repository, number)), 201

    def known_of(body: Json) -> Json:
        return {name: value for name, value in body.items() if name in RULESET["properties"]}

    @of_repository("/rulesets/<int:ruleset>", "GET", "PUT", "DELETE")
    def one_ruleset(owner: str, name: str, ruleset: int) -> Any:  # noqa: ANN401
        repository = find(owner, name)
        check_rulesets_allowed(repository)
        if ruleset not in repository.rulesets:
            not_found()
        if request.method != "GET":
            find_writable(owner, name)
        if request.method == "DELETE":
            del repository.rulesets[ruleset]
            return "", 204
        if request.method == "PUT":
            changed = {**repository.rulesets[ruleset], **known_of(read_body(RULESET))}
            check_ruleset(github, repository, changed, ruleset)
            repository.rulesets[ruleset] = {**changed, "updated_at": _now()}
        return jsonify(show_ruleset(repository, ruleset))

    # Branches, commits and files

    def author(body: Json) -> dict[str, str]:
        person = body.get("committer") or body.get("author") or {}
        default = {"name": github.login, "email": f"{github.login}@users.noreply.github.com"}
        return {**default, "date": _now(), **person}

    def find_branch(repository: Repository, branch: str) -> Commit:
        commit = repository.branches.get(branch)
        if commit is None:
            raise ApiError(404, "Branch not found")
        return commit

    def find_commit(repository: Repository, ref: str) -> Commit:
        known = (c for head in repository.branches.values() for c in head.history())
        by_sha = next((commit for commit in known if commit.sha == ref), None)
        name = ref.removeprefix("refs/").removeprefix("heads/")
        return by_sha or repository.branches.get(name) or not_found()

    @of_repository("/branches", "GET")
    def branches(owner: str, name: str) -> Response:
        repository = find(owner, name)
        return jsonify([show_branch(repository, each) for each in repository.branches])

    @of_repository("/branches/<path:branch>", "GET")
    def one_branch(owner: str, name: str, branch: str) -> Response:
        repository = find(owner, name)
        find_branch(repository, branch)
        return jsonify(show_branch(repository, branch))

    def show_branch(repository: Repository, branch: str) -> Json:
        url = f"{base_url(repository)}/branches/{branch}"
        html = f"{_WEB}/{github.owner}/{repository.name}/tree/{branch}"
        return {
            "name": branch,
            "commit": _show_commit(base_url(repository), repository.branches[branch]),
            "_links": {"self": url, "html": html},
            "protected": False,
            "protection": {"enabled": False},
            "protection_url": f"{url}/protection",
        }

    @of_repository("/branches/<path:branch>/rename", "POST")
    def rename_branch(owner: str, name: str, branch: str) -> Any:  # noqa: ANN401
        repository = find_writable(owner, name)
        find_branch(repository, branch)
        schema = {"type": "object", "required": ["new_name"], "properties": {"new_name": TEXT}}
        new = read_body(schema)["new_name"]
        if new in repository.branches:
            refuse("Branch", "new_name", "already_exists", "a branch of that name exists")
        repository.branches[new] = repository.branches.pop(branch)
        if repository.settings["default_branch"] == branch:
            repository.settings["default_branch"] = new
        return jsonify(show_branch(repository, new)), 201

    def show_ref(repository: Repository, branch: str) -> Json:
        base, sha = base_url(repository), repository.branches[branch].sha
        return {
            "ref": f"refs/heads/{branch}",
            "node_id": f"REF_{sha}",
            "url": f"{base}/git/refs/heads/{branch}",
            "object": {"type": "commit", "sha": sha, "url": f"{base}/git/commits/{sha}"},
        }

    @of_repository("/git/ref/heads/<path:branch>", "GET")
    def read_ref(owner: str, name: str, branch: str) -> Response:
        repository = find(owner, name)
        if branch not in repository.branches:
            not_found()
        return jsonify(show_ref(repository, branch))

    @of_repository("/git/refs", "POST")
    def create_ref(owner: str, name: str) -> Any:  # noqa: ANN401
        repository = find_writable(owner, name)
        schema = {
            "type": "object",
            "required": ["ref", "sha"],
            "properties": {"ref": {**TEXT, "pattern": "^refs/heads/."}, "sha": TEXT},
        }
        body = read_body(schema)
        branch = body["ref"].removeprefix("refs/heads/")
        if not repository.branches:
            raise ApiError(409, "Git Repository is empty.")
        if branch in repository.branches:
            raise ApiError(422, "Reference already exists")
        try:
            commit = find_commit(repository, body["sha"])
        except ApiError:
            raise ApiError(422, "Object does not exist") from None
        rule = {"creation": "Cannot create ref due to creations being restricted."}
        require_free_of_rules(github, repository, branch, rule)
        repository.branches[branch] = commit
        return jsonify(show_ref(repository, branch)), 201

    @of_repository("/git/refs/heads/<path:branch>", "DELETE")
    def delete_ref(owner: str, name: str, branch: str) -> tuple[str, int]:
        repository = find_writable(owner, name)
        if branch not in repository.branches:
            raise ApiError(422, "Reference does not exist")
        if branch == repository.settings["default_branch"]:
            raise ApiError(422, "Cannot delete the default branch")
        rule = {"deletion": "Cannot delete this protected ref."}
        require_free_of_rules(github, repository, branch, rule)
        del repository.branches[branch]
        return "", 204

    @of_repository("/commits", "GET")
    def commits(owner: str, name: str) -> Response:
        repository = find(owner, name)
        if not repository.branches:
            raise ApiError(409, "Git Repository is empty.")
        ref = request.args.get("sha", repository.settings["default_branch"])
        path = request.args.get("path")
        found = [
            commit
            for commit in find_commit(repository, ref).history()
            if path is None or commit.changed(path)
        ]
        limit = request.args.get("per_page", 30, type=int)
        base = base_url(repository)
        return jsonify([_show_commit(base, commit) for commit in found[:limit]])

    @of_repository("/commits/<path:ref>", "GET")
    def one_commit(owner: str, name: str, ref: str) -> Response:
        repository = find(owner, name)
        return jsonify(_show_commit(base_url(repository), find_commit(repository, ref)))

    @of_repository("/contents/<path:path>", "GET")
    def read_file(owner: str, name: str, path: str) -> Response:
        repository = find(owner, name)
        ref = request.args.get("ref") or repository.settings["default_branch"]
        content = find_commit(repository, ref).files.get(path)
        if content is None:
            not_found()
        return jsonify(_show_file(base_url(repository), path, content, ref))

    @of_repository("/contents/<path:path>", "PUT", "DELETE")
    def write_file(owner: str, name: str, path: str) -> Any:  # noqa: ANN401
        repository = find_writable(owner, name)
        body = read_body(FILE)
        branch = body.get("branch") or repository.settings["default_branch"]
        head = repository.branches.get(branch)
        if head is None and (repository.branches or request.method == "DELETE"):
            raise ApiError(404, "Branch not found")
        old = head.files.get(path) if head else None
        if request.method == "DELETE" and old is None:
            not_found()
        if old is not None and "sha" not in body:
            raise ApiError(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
        if "sha" in body and (old is None or body["sha"] != blob_sha(old)):
            raise ApiError(409, f"{path} does not match the sha")
        if head is not None:  # GitHub lets the first commit pass
            require_free_of_rules(github, repository, branch, WRITING)
        files = dict(head.files) if head else {}
        if request.method == "DELETE":
            del files[path]
        else:
            files[path] = read_content(body)
        commit = Commit(body["message"], author(body), files, head)
        repository.branches[branch] = commit
        base = base_url(repository)
        shown = _show_file(base, path, files[path], branch) if path in files else None
        if shown:
            del shown["content"], shown["encoding"]
        answer = {
            "content": shown,
            "commit": {**_show_commit(base, commit), **_show_commit(base, commit)["commit"]},
        }
        return jsonify(answer), 200 if request.method == "DELETE" or old is not None else 201

    def read_content(body: Json) -> bytes:
        try:
            return base64.b64decode(body["content"], validate=True)
        except KeyError:
            raise ApiError(422, 'Invalid request.\n\n"content" wasn\'t supplied.') from None
        except binascii.Error:
            raise ApiError(422, "content is not valid Base64") from None

    return app


class _Moved(Exception):  # noqa: N818  no error, but a way out of any depth
    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


_LATER: Final = ("archived", "default_branch", "allow_forking", "web_commit_signoff_required")
"""Settings that GitHub takes no notice of when a repository is created."""


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        """Log nothing: ``/_local/requests`` tells."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m local.cloud.github_server",
        description="An emulation of GitHub's REST API on 127.0.0.1.",
        epilog="GITHUB_TOKEN holds the token that clients must send.",
    )
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument("--owner", default="example", help="the account's login")
    parser.add_argument("--plan", choices=("free", "team", "enterprise"), default="team")
    parser.add_argument("--kind", choices=("organization", "user"), default="organization")
    parser.add_argument("--rate-limit", type=int, help="requests allowed until a reset")
    options = parser.parse_args(arguments)
    token = os.environ.get("GITHUB_TOKEN", "")
    if not token:
        return _fail("GITHUB_TOKEN is not set: set it to the token that clients will send.")
    github = GitHub(options.owner, options.plan, options.kind, token, options.rate_limit)
    try:
        listener = socket.create_server(("127.0.0.1", options.port))
    except (OSError, OverflowError) as error:
        code = error.errno if isinstance(error, OSError) else None
        why = os.strerror(code) if code else "ports end at 65535"
        return _fail(f"port {options.port} cannot be used: {why}. Choose another with --port.")
    with listener:
        server = make_server(
            "127.0.0.1",
            options.port,
            create_app(github),
            threaded=True,
            request_handler=_Quiet,
            fd=listener.fileno(),
        )
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        server.serve_forever()
    return 0


def _fail(why: str) -> int:
    sys.stderr.write(f"The local GitHub did not start: {why}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
