"""What GitHub Actions may run and do, in a repository and in the organization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from local.cloud.github_server.call import NOTHING, Answer, Call, Handler, enumerate_, picked
from local.cloud.github_server.errors import ApiError, Json, not_found
from local.cloud.github_server.repositories import show
from local.cloud.github_server.state import NEW_SELECTION, NEW_WORKFLOWS, GitHub, Repository


def _scope(call: Call, *, change: bool) -> GitHub | Repository:
    if "org" in call.path:
        return call.organization()
    return call.writable() if change else call.repository()


# --- Permissions ---


def _read(call: Call) -> Answer:
    scope = _scope(call, change=False)
    shown = dict(scope.actions)
    if isinstance(scope, Repository):
        path, off = f"{call.url_of(scope)}/actions/permissions", not shown["enabled"]
    else:
        path = call.url(f"/orgs/{scope.owner}/actions/permissions")
        off = shown["enabled_repositories"] == "none"
        if shown["enabled_repositories"] == "selected":
            shown["selected_repositories_url"] = f"{path}/repositories"
    if off:
        del shown["allowed_actions"]
    elif shown["allowed_actions"] == "selected":
        shown["selected_actions_url"] = f"{path}/selected-actions"
    return 200, shown


def _put(call: Call) -> Answer:
    scope = _scope(call, change=True)
    body = call.body()
    if isinstance(scope, Repository):
        _require_of_organization(call.github, body)
    scope.actions |= picked(body, scope.actions)
    return NOTHING


def _require_of_organization(github: GitHub, body: Json) -> None:
    """Refuse what the organization's policy forbids its repositories.

    Source: the operation's description, "if the repository belongs to an organization that has set
    restrictive permissions at the organization level, then you cannot override them".
    """
    rank = ("all", "selected", "local_only")
    allowed, asked = github.actions["allowed_actions"], body.get("allowed_actions")
    if asked and rank.index(asked) < rank.index(allowed):
        raise ApiError(409, "Conflict", errors="allowed_actions is set by the organization")


def _selected(call: Call) -> Answer:
    scope = _scope(call, change=False)
    if scope.actions["allowed_actions"] != "selected":
        raise ApiError(409, "Conflict", errors="allowed_actions is not selected")
    return 200, scope.selection


def _put_selected(call: Call) -> Answer:
    scope = _scope(call, change=True)
    body = call.body()
    if scope.actions["allowed_actions"] != "selected":
        raise ApiError(409, "Conflict", errors="allowed_actions is not selected")
    scope.selection = {**NEW_SELECTION, **picked(body, NEW_SELECTION)}
    return NOTHING


def _enabled(call: Call) -> list[Json]:
    github = call.organization()
    if github.actions["enabled_repositories"] != "selected":
        raise ApiError(409, "Conflict", errors="enabled_repositories is not selected")
    known = github.repositories
    return [show(call, known[number]) for number in github.enabled if number in known]


def _repositories(call: Call) -> Answer:
    shown = _enabled(call)
    return 200, {**enumerate_("repositories", shown), "repositories": call.page(shown)}


def _put_repositories(call: Call) -> Answer:
    _enabled(call)
    numbers = call.body()["selected_repository_ids"]
    if not call.github.repositories.keys() >= set(numbers):
        not_found()
    call.github.enabled = numbers
    return NOTHING


# --- The token of a workflow ---


def _workflows(call: Call) -> Answer:
    return 200, _scope(call, change=False).workflows


def _put_workflows(call: Call) -> Answer:
    scope = _scope(call, change=True)
    body = picked(call.body(), NEW_WORKFLOWS)
    if isinstance(scope, Repository) and call.github.is_organization:
        _require_workflows_of_organization(call.github, body)
    scope.workflows |= body
    return NOTHING


def _require_workflows_of_organization(github: GitHub, body: Json) -> None:
    """Refuse more than the organization lets a workflow do.

    Source: the operation's description, 409 "when changing a setting is prevented by the owning
    organization or enterprise".
    """
    approve = "can_approve_pull_request_reviews"
    if body.get(approve) and not github.workflows[approve]:
        raise ApiError(409, "Conflict", errors=f"{approve} is set by the organization")
    permissions = "default_workflow_permissions"
    if body.get(permissions) == "write" and github.workflows[permissions] == "read":
        raise ApiError(409, "Conflict", errors=f"{permissions} is set by the organization")


ROUTES: Final[Mapping[str, Handler]] = {
    **{
        f"{method} {owner}/actions/permissions{rest}": handler
        for owner in ("/repos/{owner}/{repo}", "/orgs/{org}")
        for method, rest, handler in (
            ("GET", "", _read),
            ("PUT", "", _put),
            ("GET", "/selected-actions", _selected),
            ("PUT", "/selected-actions", _put_selected),
            ("GET", "/workflow", _workflows),
            ("PUT", "/workflow", _put_workflows),
        )
    },
    "GET /orgs/{org}/actions/permissions/repositories": _repositories,
    "PUT /orgs/{org}/actions/permissions/repositories": _put_repositories,
}
