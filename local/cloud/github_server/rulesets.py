"""Rulesets of repositories and of the organization."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any, Final

from local.cloud.github_server import description
from local.cloud.github_server.call import (
    NOTHING,
    WEB,
    Answer,
    Call,
    Handler,
    node_id,
    now,
    picked,
)
from local.cloud.github_server.enforcement import covers, is_bypass, rulesets_for
from local.cloud.github_server.errors import ApiError, Json, not_found
from local.cloud.github_server.plans import (
    ENTERPRISE_ACTORS,
    ENTERPRISE_RULES,
    require_merge_queue,
    require_organization_rulesets,
    require_protection,
    require_push_rules,
)
from local.cloud.github_server.state import GitHub, Repository

_NAMES: Final = ("name", "target", "enforcement", "bypass_actors", "conditions", "rules")
_EMPTY: Final[Mapping[str, object]] = {
    "target": "branch",
    "bypass_actors": [],
    "conditions": {},
    "rules": [],
}
_LONGEST_NAME: Final = 100
_PUSH_RULES: Final = (
    "file_path_restriction",
    "max_file_path_length",
    "file_extension_restriction",
    "max_file_size",
)
_NOT_OF_ORGANIZATION: Final = ("required_deployments",)
"""What an organization's ruleset cannot have, says GitHub's page of available rules, though the
description takes it."""

# --- Answers ---


def _show(call: Call, number: int, repository: Repository | None) -> Json:
    """Return how a ruleset is shown; without a repository, it is the organization's."""
    github = call.github
    ruleset = _of(github, repository)[number]
    admin = any(is_bypass(each) for each in ruleset["bypass_actors"])
    return {
        "id": number,
        **ruleset,
        **_source(call, repository),
        "node_id": node_id("RRS", number),
        "current_user_can_bypass": "always" if admin else "never",
        "_links": _links(call, number, repository),
    }


def _of(github: GitHub, repository: Repository | None) -> dict[int, Json]:
    return repository.rulesets if repository else github.rulesets


def _source(call: Call, repository: Repository | None) -> Json:
    owner = call.github.owner
    if repository is None:
        return {"source_type": "Organization", "source": owner}
    return {"source_type": "Repository", "source": f"{owner}/{repository.name}"}


def _links(call: Call, number: int, repository: Repository | None) -> Json:
    owner = call.github.owner
    if repository is None:
        link, html = call.url(f"/orgs/{owner}/rulesets/{number}"), f"organizations/{owner}/settings"
    else:
        link = f"{call.url_of(repository)}/rulesets/{number}"
        html = f"{owner}/{repository.name}"
    return {"self": {"href": link}, "html": {"href": f"{WEB}/{html}/rules/{number}"}}


def _summary(shown: Json) -> Json:
    """Return what a list tells of a ruleset: not whom it lets pass, where it holds, and its rules.

    Source: the example of "Get all repository rulesets" in GitHub's reference.
    """
    untold = ("bypass_actors", "conditions", "rules", "current_user_can_bypass")
    return {name: value for name, value in shown.items() if name not in untold}


# --- What may be in a ruleset ---


def _check(call: Call, repository: Repository | None, ruleset: Json, own: int) -> None:
    """Refuse a ruleset that the plan lacks or that contradicts itself or another, with 422."""
    for index, rule in enumerate(ruleset["rules"]):
        _check_rule(ruleset["target"], index, rule)
    if ruleset["target"] == "push":
        require_push_rules(call.github, repository)
    problems = list(_problems(call.github, repository, ruleset, own))
    if problems:
        errors = [{"resource": "Ruleset", "code": "custom", "message": each} for each in problems]
        raise ApiError(422, "Validation Failed", errors=errors)


def _problems(
    github: GitHub, repository: Repository | None, ruleset: Json, own: int
) -> Iterator[str]:
    kinds = [rule["type"] for rule in ruleset["rules"]]
    actors = {each["actor_type"] for each in ruleset["bypass_actors"]}
    if not 0 < len(ruleset["name"]) <= _LONGEST_NAME:
        yield f"Name must have 1 to {_LONGEST_NAME} characters"
    if len({*kinds}) < len(kinds):
        yield "Rules must not be duplicated"
    others = (each for number, each in _of(github, repository).items() if number != own)
    if ruleset["name"] in [each["name"] for each in others]:
        yield "Name must be unique"
    if github.plan != "enterprise":
        if ruleset["enforcement"] == "evaluate":
            yield "Enforcement evaluate needs GitHub Enterprise"
        yield from (f"{kind} needs GitHub Enterprise" for kind in kinds if kind in ENTERPRISE_RULES)
        yield from (
            f"{actor} needs GitHub Enterprise" for actor in ENTERPRISE_ACTORS if actor in actors
        )
    if "OrganizationAdmin" in actors and not github.is_organization:
        yield "OrganizationAdmin needs an organization"
    if repository is None:
        yield from _organization_problems(ruleset, kinds)
    else:
        if "workflows" in kinds:
            yield "workflows is a rule of an organization's ruleset alone"
        queue = require_merge_queue(github, repository) if "merge_queue" in kinds else None
        yield from [queue] if queue else []
    patterns = itertools.chain(*ruleset["conditions"].get("ref_name", {}).values())
    if not all(each.startswith(("refs/", "~DEFAULT_BRANCH", "~ALL")) for each in patterns):
        yield "Invalid target patterns: write refs/heads/ or refs/tags/ before a name"


def _organization_problems(ruleset: Json, kinds: list[str]) -> Iterator[str]:
    yield from (
        f"{kind} is no rule of an organization" for kind in _NOT_OF_ORGANIZATION if kind in kinds
    )
    conditions = ruleset["conditions"]
    chosen = [each for each in conditions if each.startswith("repository_")]
    if len(chosen) != 1:
        yield "Conditions must name repositories in one way: by name, id or property"
    if ruleset["target"] != "push" and "ref_name" not in conditions:
        yield "Conditions must have ref_name"


def _check_rule(target: str, index: int, rule: Json) -> None:
    kind = rule["type"]
    schema = description.description()["schemas"][f"repository-rule-{kind.replace('_', '-')}"]
    parameters: Any = schema["properties"]["parameters"]
    # GitHub fills in the one parameter of "update".
    if parameters and parameters.get("required") and kind != "update" and "parameters" not in rule:
        raise _invalid(index, "data matches no possible input. See `documentation_url`")
    own_target = kind.partition("_")[0] if kind.endswith("_name_pattern") else target
    if (kind in _PUSH_RULES) != (target == "push") or own_target != target:
        raise _invalid(index, f"{kind} is not for target {target}")


def _invalid(index: int, why: str) -> ApiError:
    error = {"resource": "Ruleset", "field": f"rules/{index}", "code": "invalid", "message": why}
    message = f"Invalid request.\n\nInvalid property /rules/{index}: {why}."
    return ApiError(422, message, errors=[error])


# --- Operations ---


def _scope(call: Call, *, change: bool) -> Repository | None:
    """Find the repository whose rulesets are meant, and see that the plan has them there."""
    if "org" in call.path:
        require_organization_rulesets(call.organization())
        return None
    repository = call.writable() if change else call.repository()
    require_protection(call.github, repository)
    return repository


def _list(call: Call) -> Answer:
    repository = _scope(call, change=False)
    targets = call.query("targets") or "branch,tag,push"
    shown = [_show(call, each, repository) for each in _of(call.github, repository)]
    if repository and call.query("includes_parents", "true") != "false":
        shown += [_show(call, each, None) for each in _parents(call.github, repository)]
    chosen = [each for each in shown if each["target"] in targets.split(",")]
    return 200, [_summary(each) for each in call.page(chosen)]


def _parents(github: GitHub, repository: Repository) -> list[int]:
    """Return the rulesets of the organization that are for a repository."""
    return [
        number for number, each in github.rulesets.items() if covers(each["conditions"], repository)
    ]


def _create(call: Call) -> Answer:
    repository = _scope(call, change=True)
    ruleset = {**_EMPTY, **picked(call.body(), _NAMES)}
    _check(call, repository, ruleset, 0)
    number = next(call.github.ids)
    made = {**ruleset, "created_at": now(), "updated_at": now()}
    _of(call.github, repository)[number] = made
    return 201, _show(call, number, repository)


def _found(call: Call, repository: Repository | None) -> int:
    number = int(call.path["ruleset_id"])
    return number if number in _of(call.github, repository) else not_found()


def _read(call: Call) -> Answer:
    repository = _scope(call, change=False)
    number = int(call.path["ruleset_id"])
    # Without its source, a ruleset of the organization is found in each of its repositories.
    parents = repository and call.query("includes_parents", "true") != "false"
    if repository and parents and number in _parents(call.github, repository):
        return 200, _show(call, number, None)
    return 200, _show(call, _found(call, repository), repository)


def _update(call: Call) -> Answer:
    repository = _scope(call, change=True)
    number = _found(call, repository)
    rulesets = _of(call.github, repository)
    changed = {**rulesets[number], **picked(call.body(), _NAMES)}
    _check(call, repository, changed, number)
    rulesets[number] = {**changed, "updated_at": now()}
    return 200, _show(call, number, repository)


def _delete(call: Call) -> Answer:
    repository = _scope(call, change=True)
    del _of(call.github, repository)[_found(call, repository)]
    return NOTHING


def _rules_of_branch(call: Call) -> Answer:
    """Tell every active rule that holds for a branch, whether there is such a branch or not."""
    repository = _scope(call, change=False)
    if repository is None:
        not_found()
    branch = str(call.path["branch"])
    rules = [
        {
            **rule,
            **{
                f"ruleset_{name}": value
                for name, value in _source(
                    call, repository if number in repository.rulesets else None
                ).items()
            },
            "ruleset_id": number,
        }
        for number, ruleset in rulesets_for(call.github, repository, branch)
        for rule in ruleset["rules"]
    ]
    return 200, call.page(rules)


_REPOSITORY: Final = "/repos/{owner}/{repo}"

ROUTES: Final[Mapping[str, Handler]] = {
    f"GET {_REPOSITORY}/rules/branches/{{branch}}": _rules_of_branch,
    **{
        f"{method} {owner}/rulesets{rest}": handler
        for owner in (_REPOSITORY, "/orgs/{org}")
        for method, rest, handler in (
            ("GET", "", _list),
            ("POST", "", _create),
            ("GET", "/{ruleset_id}", _read),
            ("PUT", "/{ruleset_id}", _update),
            ("DELETE", "/{ruleset_id}", _delete),
        )
    },
}
