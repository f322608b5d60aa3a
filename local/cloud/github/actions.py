"""What GitHub Actions may run and do, in a repository and in an organization."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from local.cloud.github.parts import check_text, require_organization
from local.cloud.github_api import Json, merge
from local.cloud.schema import CheckFailure
from local.cloud.table import Call, Facet, Properties, Resource
from local.cloud.values import is_unknown

_ALLOWED: Final = ("all", "local_only", "selected")
_NAMES: Final = {
    "patternsAlloweds": "patterns_allowed",
    "enabledRepositoriesConfig": "repositories",
}
_SETS: Final = ("allowedActionsConfig.patternsAlloweds", "enabledRepositoriesConfig.repositoryIds")


def _read(answers: Sequence[Any]) -> Json:
    """Put what is selected, which has addresses of its own, into the blocks that hold it."""
    told = merge([each for each in answers if "github_owned_allowed" not in (each or {})])
    for each in answers:
        if each and "github_owned_allowed" in each:
            told["allowed_actions_config"] = each
    if isinstance(told.get("repositories"), list):
        told["repositories"] = {"repository_ids": [each["id"] for each in told["repositories"]]}
    return told


def _selected_actions(path: str) -> Facet:
    """Return the facet of the actions that are allowed where not all are."""

    def choose(_: Properties, new: Properties) -> list[Call]:
        config = cast("Mapping[str, Any] | None", new.get("allowedActionsConfig"))
        if new.get("allowedActions") != "selected" or not config:
            return []
        body = {
            "github_owned_allowed": config["githubOwnedAllowed"],
            "verified_allowed": config.get("verifiedAllowed", False),
            "patterns_allowed": config.get("patternsAlloweds") or [],
        }
        return [Call(f"PUT {path}/selected-actions", body, only=())]

    return Facet(("allowedActionsConfig",), choose=choose)


def _check(inputs: Properties) -> Iterator[CheckFailure]:
    yield from check_text(
        inputs,
        {
            "allowedActions": _ALLOWED,
            "enabledRepositories": ("all", "none", "selected"),
            "defaultWorkflowPermissions": ("read", "write"),
        },
    )


def _check_organization(inputs: Properties) -> Iterator[CheckFailure]:
    yield from _check(inputs)
    for name in ("allowedActions", "enabledRepositories"):
        chosen = inputs.get(name)
        if chosen == "selected" and not is_unknown(chosen) and not inputs.get(f"{name}Config"):
            yield CheckFailure(f"{name}Config", f"is required where {name} is selected.")


# --- A repository ---

_PATH: Final = "/repos/{owner}/{repository}/actions/permissions"


def _allowed(known: Properties) -> object:
    return known.get("allowedActions") if known.get("enabled") else None


_PUT: Final = Call(
    f"PUT {_PATH}", {"allowed_actions": _allowed}, only=("enabled", "shaPinningRequired")
)

_REPOSITORY: Final = Resource(
    token="github:index/actionsRepositoryPermissions:ActionsRepositoryPermissions",
    id="{repository}",
    create=_PUT,
    read=Call(f"GET {_PATH}; GET? {_PATH}/selected-actions", absent=("404",), result=_read),
    update=_PUT,
    delete=Call(f"PUT {_PATH}", {"enabled": True, "allowed_actions": "all"}, only=()),
    names=_NAMES,
    defaults={"enabled": True},
    computed=("shaPinningRequired",),
    immutable=("repository",),
    sets=_SETS,
    facets=(_selected_actions(_PATH),),
    check=_check,
)

_WORKFLOWS: Final = Resource(
    token="github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions",
    id="{repository}",
    create=Call(f"PUT {_PATH}/workflow"),
    read=Call(f"GET {_PATH}/workflow", absent=("404",)),
    update=Call(f"PUT {_PATH}/workflow"),
    delete=Call(
        f"PUT {_PATH}/workflow",
        {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False},
        only=(),
    ),
    defaults={"canApprovePullRequestReviews": False},
    immutable=("repository",),
    check=_check,
)

# --- An organization ---

_OF_ALL: Final = "/orgs/{owner}/actions/permissions"


def _enabled_repositories(_: Properties, new: Properties) -> list[Call]:
    config = cast("Mapping[str, Any] | None", new.get("enabledRepositoriesConfig"))
    if new.get("enabledRepositories") != "selected" or not config:
        return []
    body = {"selected_repository_ids": config["repositoryIds"]}
    return [Call(f"PUT {_OF_ALL}/repositories", body, only=())]


_PUT_OF_ALL: Final = Call(
    f"PUT {_OF_ALL}", only=("enabledRepositories", "allowedActions", "shaPinningRequired")
)

_ORGANIZATION: Final = Resource(
    token="github:index/actionsOrganizationPermissions:ActionsOrganizationPermissions",
    id="{owner}",
    create=_PUT_OF_ALL,
    read=Call(
        f"GET {_OF_ALL}; GET? {_OF_ALL}/selected-actions;GET? {_OF_ALL}/repositories?per_page=100",
        absent=("404",),
        result=_read,
    ),
    update=_PUT_OF_ALL,
    delete=Call(
        f"PUT {_OF_ALL}", {"enabled_repositories": "all", "allowed_actions": "all"}, only=()
    ),
    names=_NAMES,
    computed=("shaPinningRequired",),
    sets=_SETS,
    facets=(
        _selected_actions(_OF_ALL),
        Facet(("enabledRepositoriesConfig",), choose=_enabled_repositories),
    ),
    check=_check_organization,
    require=require_organization,
)

_OF_SLUG: Final = "/orgs/{organizationSlug}/actions/permissions/workflow"

_ORGANIZATION_WORKFLOWS: Final = Resource(
    token=(
        "github:index/actionsOrganizationWorkflowPermissions:ActionsOrganizationWorkflowPermissions"
    ),
    id="{organizationSlug}",
    create=Call(f"PUT {_OF_SLUG}"),
    read=Call(f"GET {_OF_SLUG}", absent=("404",)),
    update=Call(f"PUT {_OF_SLUG}"),
    delete=Call(
        f"PUT {_OF_SLUG}",
        {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False},
        only=(),
    ),
    defaults={"canApprovePullRequestReviews": False, "defaultWorkflowPermissions": "read"},
    immutable=("organizationSlug",),
    check=_check,
)

RESOURCES: Final = (_REPOSITORY, _WORKFLOWS, _ORGANIZATION, _ORGANIZATION_WORKFLOWS)
