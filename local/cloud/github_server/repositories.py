"""Repositories: their settings, topics, and what Dependabot does for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from local.cloud.github_server.call import (
    NOTHING,
    WEB,
    Answer,
    Call,
    Handler,
    account,
    node_id,
    now,
    picked,
)
from local.cloud.github_server.errors import ApiError, Json, archived, not_found, refuse
from local.cloud.github_server.plans import settled_security
from local.cloud.github_server.state import Commit, GitHub, Repository

NEW_REPOSITORY: Final[Json] = {
    "name": "",
    "description": None,
    "homepage": None,
    "visibility": "public",
    "has_issues": True,
    "has_projects": True,
    "has_wiki": True,
    "has_downloads": True,
    "has_discussions": False,
    "is_template": False,
    "allow_merge_commit": True,
    "allow_squash_merge": True,
    "allow_rebase_merge": True,
    "allow_auto_merge": False,
    "allow_update_branch": False,
    "allow_forking": False,
    "delete_branch_on_merge": False,
    "web_commit_signoff_required": False,
    "archived": False,
    "merge_commit_title": "MERGE_MESSAGE",
    "merge_commit_message": "PR_TITLE",
    "squash_merge_commit_title": "COMMIT_OR_PR_TITLE",
    "squash_merge_commit_message": "COMMIT_MESSAGES",
    "default_branch": "main",
}
"""The settings of a new repository, all of which it answers with."""

_LATER: Final = ("archived", "default_branch", "allow_forking", "web_commit_signoff_required")
"""Settings that GitHub takes no notice of when a repository is created."""
_LONGEST: Final = {"name": 100, "description": 350, "homepage": 255}
"""The longest texts, in characters."""
_MERGE_TEXTS: Final = {
    "merge_commit": {("PR_TITLE", "PR_BODY"), ("PR_TITLE", "BLANK"), ("MERGE_MESSAGE", "PR_TITLE")},
    "squash_merge_commit": {
        ("PR_TITLE", "PR_BODY"),
        ("PR_TITLE", "BLANK"),
        ("PR_TITLE", "COMMIT_MESSAGES"),
        ("COMMIT_OR_PR_TITLE", "COMMIT_MESSAGES"),
    },
}
"""The titles and messages that go together."""
_SECURITY: Final = (
    "advanced_security",
    "code_security",
    "dependabot_security_updates",
    "secret_scanning",
    "secret_scanning_push_protection",
    "secret_scanning_non_provider_patterns",
    "secret_scanning_ai_detection",
)
_TOPIC: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")

# --- Answers ---

_URLS: Final = {
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


def show(call: Call, repository: Repository) -> Json:
    """Return how a repository is shown."""
    github = call.github
    full_name = f"{github.owner}/{repository.name}"
    owner = account(call, github.owner)
    counts = ("forks", "stargazers", "watchers", "open_issues", "network", "subscribers")
    shown = {
        **repository.settings,
        **{name: call.url_of(repository) + suffix for name, suffix in _URLS.items()},
        **{f"{name}_count": 0 for name in counts},
        "id": repository.id,
        "node_id": node_id("R", repository.id),
        "full_name": full_name,
        "owner": owner,
        "private": not repository.public,
        "html_url": f"{WEB}/{full_name}",
        "git_url": f"git://github.com/{full_name}.git",
        "ssh_url": f"git@github.com:{full_name}.git",
        "clone_url": f"{WEB}/{full_name}.git",
        "svn_url": f"{WEB}/{full_name}",
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
        "permissions": dict.fromkeys(("admin", "maintain", "push", "triage", "pull"), True),
        "security_and_analysis": {
            **{name: {"status": repository.security.get(name, "disabled")} for name in _SECURITY},
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
    return {**shown, "organization": owner} if github.is_organization else shown


# --- Settings ---


def clean_name(name: str) -> str:
    """Return the name that GitHub gives: what it does not allow becomes a hyphen."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", name)


def _check_settings(github: GitHub, settings: Json) -> None:
    """Refuse settings that the plan lacks or that contradict each other, with 422."""
    for name, longest in _LONGEST.items():
        if len(settings[name] or "") > longest:
            refuse("Repository", name, "custom", f"{name} is too long (maximum is {longest})")
    if not settings["name"]:
        refuse("Repository", "name", "custom", "name is too short (minimum is 1 character)")
    if settings["visibility"] == "internal" and github.plan != "enterprise":
        message = "Only organizations associated with an enterprise can set visibility to internal"
        refuse("Repository", "visibility", "custom", message)
    if not any(
        settings[f"allow_{each}"] for each in ("merge_commit", "squash_merge", "rebase_merge")
    ):
        message = "Sorry, you need to allow at least one merge strategy. (no_merge_method)"
        refuse("Repository", "merge_commit_allowed", "custom", message)
    for kind, allowed in _MERGE_TEXTS.items():
        chosen = (settings[f"{kind}_title"], settings[f"{kind}_message"])
        if chosen not in allowed:
            message = "Sorry, this title and this message do not go together."
            refuse("Repository", f"{kind}_title", "custom", message)


def _changed_settings(github: GitHub, repository: Repository, body: Json) -> Json:
    """Return a repository's settings after a change, or refuse it."""
    old = repository.settings
    changes = picked(body, NEW_REPOSITORY)
    if "visibility" not in body and body.get("private", not repository.public) == repository.public:
        changes["visibility"] = "private" if repository.public else "public"
    if body.get("visibility") == old["visibility"]:
        raise ApiError(422, f"Visibility is already {old['visibility']}.")
    if "name" in body:
        changes["name"] = clean_name(body["name"])
        if github.find(changes["name"]) not in (None, repository):
            refuse("Repository", "name", "custom", "name already exists on this account")
    settings = {**old, **changes}
    forkable = settings["visibility"] != "public" and github.is_organization
    if settings["allow_forking"] != old["allow_forking"] and not forkable:
        message = "Allow forks can only be changed on org-owned private repositories"
        refuse("Repository", "allow_forking", "custom", message)
    if "default_branch" in body and body["default_branch"] not in repository.branches:
        message = "The branch was not found. Please push that ref first."
        refuse("Repository", "default_branch", "invalid", message)
    _check_settings(github, settings)
    return settings


def _settle_security(github: GitHub, repository: Repository, asked: Mapping[str, Json]) -> None:
    for name, each in asked.items():
        if each.get("status") not in ("enabled", "disabled"):
            message = "status must be enabled or disabled"
            refuse("Repository", f"security_and_analysis/{name}", "invalid", message)
    wanted = settled_security(github, repository, asked)
    fixes = wanted.pop("dependabot_security_updates", None)
    if fixes is not None:
        _settle_fixes(repository, enabled=fixes == "enabled")
    repository.security = wanted


def _settle_fixes(repository: Repository, *, enabled: bool) -> None:
    """Turn security updates on or off; on, they need vulnerability alerts (else 422)."""
    if enabled and not repository.alerts:
        message = "Vulnerability alerts must be enabled to configure automated security fixes."
        raise ApiError(422, message)
    repository.fixes = enabled


# --- Operations ---


def _list(call: Call) -> Answer:
    _of_owner(call)
    return 200, [show(call, each) for each in call.page([*call.github.repositories.values()])]


def _of_owner(call: Call) -> None:
    if "org" in call.path:
        call.organization()
    elif call.github.is_organization:
        not_found()


def _create(call: Call) -> Answer:
    github = call.github
    _of_owner(call)
    body = call.body()
    name = clean_name(body["name"])
    if name and github.find(name):
        error = {
            "resource": "Repository",
            "field": "name",
            "code": "custom",
            "message": "name already exists on this account",
        }
        raise ApiError(422, "Repository creation failed.", errors=[error])
    known = {n: v for n, v in picked(body, NEW_REPOSITORY).items() if n not in _LATER}
    settings = {**NEW_REPOSITORY, **known, "name": name}
    if "visibility" not in body:
        settings["visibility"] = "private" if body.get("private") else "public"
    _check_settings(github, settings)
    repository = Repository(next(github.ids), settings, now(), now())
    if body.get("auto_init"):
        readme = {"README.md": f"# {name}\n".encode()}
        first = Commit("Initial commit", author(call, {}), readme, None)
        repository.branches[settings["default_branch"]] = first
    if github.is_organization:
        _apply_defaults(github, repository)
        repository.workflows |= github.workflows
    github.repositories[repository.id] = repository
    github.renamed.pop(name.lower(), None)
    return 201, show(call, repository)


def _apply_defaults(github: GitHub, repository: Repository) -> None:
    """Turn on what the organization wants of new repositories, where its plan offers it there."""
    wanted = github.settings
    updates = wanted["dependabot_security_updates_enabled_for_new_repositories"]
    repository.alerts = wanted["dependabot_alerts_enabled_for_new_repositories"] or updates
    repository.fixes = updates
    names = [
        name
        for name in ("advanced_security", "secret_scanning", "secret_scanning_push_protection")
        if wanted[f"{name}_enabled_for_new_repositories"]
        and not (repository.public and name == "advanced_security")
    ]
    try:
        asked = {name: {"status": "enabled"} for name in names}
        repository.security = settled_security(github, repository, asked)
    except ApiError:
        repository.security = {}


def author(call: Call, body: Json) -> dict[str, str]:
    """Return who a commit is by, if the body does not say."""
    person = body.get("committer") or body.get("author") or {}
    login = call.github.login
    return {"name": login, "email": f"{login}@users.noreply.github.com", "date": now(), **person}


def _read(call: Call) -> Answer:
    return 200, show(call, call.repository())


def _update(call: Call) -> Answer:
    github, repository = call.github, call.repository()
    body = call.body()
    if repository.settings["archived"] and body.get("archived") is not False:
        archived()
    before = repository.settings
    repository.settings = _changed_settings(github, repository, body)
    try:
        _settle_security(github, repository, body.get("security_and_analysis") or {})
    except ApiError:
        repository.settings = before
        raise
    if not repository.public and github.plan != "enterprise":
        repository.security.clear()
    if before["name"].lower() != repository.name.lower():
        github.renamed[before["name"].lower()] = repository.id
        github.renamed.pop(repository.name.lower(), None)
    repository.updated_at = now()
    return 200, show(call, repository)


def _delete(call: Call) -> Answer:
    repository = call.repository()
    del call.github.repositories[repository.id]
    call.github.renamed = {n: i for n, i in call.github.renamed.items() if i != repository.id}
    return NOTHING


def _topics(call: Call) -> Answer:
    return 200, {"names": call.repository().topics}


def _set_topics(call: Call) -> Answer:
    repository = call.writable()
    names = call.body()["names"]
    if not all(_TOPIC.fullmatch(each) for each in names):
        message = "Topics must start with a lowercase letter or number, consist of 50 "
        message += "characters or less, and can include hyphens."
        raise ApiError(422, "Validation Failed", errors=[message])
    repository.topics = sorted(set(names))
    return 200, {"names": repository.topics}


def _has_alerts(call: Call) -> Answer:
    if not call.repository().alerts:
        raise ApiError(404, "Vulnerability alerts are disabled.")
    return NOTHING


def _alerts_on(call: Call) -> Answer:
    call.writable().alerts = True
    return NOTHING


def _alerts_off(call: Call) -> Answer:
    repository = call.writable()
    repository.alerts = repository.fixes = False
    return NOTHING


def _fixes(call: Call) -> Answer:
    return 200, {"enabled": call.repository().fixes, "paused": False}


def _fixes_on(call: Call) -> Answer:
    _settle_fixes(call.writable(), enabled=True)
    return NOTHING


def _fixes_off(call: Call) -> Answer:
    _settle_fixes(call.writable(), enabled=False)
    return NOTHING


_REPOSITORY: Final = "/repos/{owner}/{repo}"

ROUTES: Final[Mapping[str, Handler]] = {
    "GET /orgs/{org}/repos": _list,
    "POST /orgs/{org}/repos": _create,
    "GET /user/repos": _list,
    "POST /user/repos": _create,
    f"GET {_REPOSITORY}": _read,
    f"PATCH {_REPOSITORY}": _update,
    f"DELETE {_REPOSITORY}": _delete,
    f"GET {_REPOSITORY}/topics": _topics,
    f"PUT {_REPOSITORY}/topics": _set_topics,
    f"GET {_REPOSITORY}/vulnerability-alerts": _has_alerts,
    f"PUT {_REPOSITORY}/vulnerability-alerts": _alerts_on,
    f"DELETE {_REPOSITORY}/vulnerability-alerts": _alerts_off,
    f"GET {_REPOSITORY}/automated-security-fixes": _fixes,
    f"PUT {_REPOSITORY}/automated-security-fixes": _fixes_on,
    f"DELETE {_REPOSITORY}/automated-security-fixes": _fixes_off,
}
