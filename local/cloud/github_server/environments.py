"""Deployment environments, and the branches and tags that may deploy to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from local.cloud.github_server.call import (
    NOTHING,
    WEB,
    Answer,
    Call,
    Handler,
    account,
    enumerate_,
    node_id,
    now,
    picked,
    team,
)
from local.cloud.github_server.errors import ApiError, Json, not_found
from local.cloud.github_server.plans import has_environment_rules, require_environment_rule
from local.cloud.github_server.state import Repository

_NEW: Final[Mapping[str, object]] = {
    "wait_timer": 0,
    "can_admins_bypass": True,
    "prevent_self_review": False,
    "reviewers": [],
    "deployment_branch_policy": None,
}
_LONGEST_WAIT: Final = 43200  # minutes: 30 days
_MOST_REVIEWERS: Final = 6


def _find(call: Call, repository: Repository) -> Json:
    return repository.environments.get(str(call.path["environment_name"])) or not_found()


def _show(call: Call, repository: Repository, environment: Json) -> Json:
    name = environment["name"]
    number = environment["id"]
    rules: list[Json] = []
    if environment["wait_timer"]:
        rules.append({"type": "wait_timer", "wait_timer": environment["wait_timer"]})
    if environment["reviewers"]:
        rules.append(
            {
                "type": "required_reviewers",
                "prevent_self_review": environment["prevent_self_review"],
                "reviewers": [_show_reviewer(call, each) for each in environment["reviewers"]],
            }
        )
    if environment["deployment_branch_policy"]:
        rules.append({"type": "branch_policy"})
    return {
        "id": number,
        "node_id": node_id("EN", number),
        "name": name,
        "url": f"{call.url_of(repository)}/environments/{name}",
        "html_url": f"{WEB}/{call.github.owner}/{repository.name}/deployments/{name}",
        "created_at": environment["created_at"],
        "updated_at": environment["updated_at"],
        "can_admins_bypass": environment["can_admins_bypass"],
        "protection_rules": [
            {"id": number * 10 + index, "node_id": node_id("GA", number * 10 + index), **rule}
            for index, rule in enumerate(rules)
        ],
        "deployment_branch_policy": environment["deployment_branch_policy"],
    }


def _show_reviewer(call: Call, reviewer: Json) -> Json:
    """Return a reviewer; any number is taken to be somebody's."""
    kind, number = reviewer["type"], reviewer["id"]
    name = f"{kind.lower()}-{number}"
    shown = team(call, name, number) if kind == "Team" else account(call, name, number)
    return {"type": kind, "reviewer": shown}


def _list(call: Call) -> Answer:
    repository = call.repository()
    shown = [_show(call, repository, each) for each in repository.environments.values()]
    return 200, {**enumerate_("environments", shown), "environments": call.page(shown)}


def _read(call: Call) -> Answer:
    repository = call.repository()
    return 200, _show(call, repository, _find(call, repository))


def _put(call: Call) -> Answer:
    """Create or change an environment.

    What is not sent stays, and ``null`` clears; where the plan has no reviewers and timers, even
    an empty one that is sent is refused. Source: google/go-github, ``repos_environments.go``.
    The environment is there even if a rule of it is refused, and administrators may bypass it
    there whatever was asked for: so users report.
    """
    github, repository = call.github, call.writable()
    body = call.body()
    name = str(call.path["environment_name"])
    old = repository.environments.get(name)
    asked = {**(old or _NEW), **picked(body, _NEW)}
    asked["reviewers"] = asked["reviewers"] or []
    _check(asked)
    if old is None:
        old = {**_NEW, "name": name, "id": next(github.ids), "created_at": now(), "policies": {}}
        old["updated_at"] = old["created_at"]
        repository.environments[name] = old
    if "reviewers" in body:
        require_environment_rule(github, repository, "required reviewers")
    if "wait_timer" in body:
        require_environment_rule(github, repository, "wait timer")
    if not has_environment_rules(github, repository):
        asked["can_admins_bypass"] = True
    if not (asked["deployment_branch_policy"] or {}).get("custom_branch_policies"):
        old["policies"].clear()
    repository.environments[name] = {**old, **asked, "updated_at": now()}
    return 200, _show(call, repository, repository.environments[name])


def _check(asked: Json) -> None:
    """Refuse what GitHub's reference of the operation rules out in words."""
    policy = asked["deployment_branch_policy"]
    if policy and policy["protected_branches"] == policy["custom_branch_policies"]:
        message = "protected_branches and custom_branch_policies cannot have the same value."
        raise ApiError(422, message)
    if not 0 <= asked["wait_timer"] <= _LONGEST_WAIT:
        raise ApiError(422, f"wait_timer must be between 0 and {_LONGEST_WAIT}.")
    if len(asked["reviewers"]) > _MOST_REVIEWERS:
        raise ApiError(422, f"An environment has at most {_MOST_REVIEWERS} reviewers.")


def _delete(call: Call) -> Answer:
    repository = call.writable()
    del repository.environments[_find(call, repository)["name"]]
    return NOTHING


# --- Branches and tags that may deploy ---


def _policies(call: Call, *, change: bool) -> dict[int, Json]:
    repository = call.writable() if change else call.repository()
    policies: dict[int, Json] = _find(call, repository)["policies"]
    return policies


def _show_policy(number: int, policy: Json) -> Json:
    return {"id": number, "node_id": node_id("GA", number), **policy}


def _list_policies(call: Call) -> Answer:
    shown = [_show_policy(*each) for each in _policies(call, change=False).items()]
    wrapped = enumerate_("branch_policies", shown)
    return 200, {**wrapped, "branch_policies": call.page(shown)}


def _create_policy(call: Call) -> Answer:
    policies = _policies(call, change=True)
    chosen = _find(call, call.repository())["deployment_branch_policy"] or {}
    if not chosen.get("custom_branch_policies"):
        not_found()
    policy = {"type": "branch", **picked(call.body(), ("name", "type"))}
    if policy in policies.values():
        return 303, None
    number = next(call.github.ids)
    policies[number] = policy
    return 200, _show_policy(number, policy)


def _policy(call: Call, *, change: bool) -> tuple[int, dict[int, Json]]:
    policies = _policies(call, change=change)
    number = int(call.path["branch_policy_id"])
    return (number, policies) if number in policies else not_found()


def _read_policy(call: Call) -> Answer:
    number, policies = _policy(call, change=False)
    return 200, _show_policy(number, policies[number])


def _update_policy(call: Call) -> Answer:
    number, policies = _policy(call, change=True)
    policies[number] |= picked(call.body(), ("name",))
    return 200, _show_policy(number, policies[number])


def _delete_policy(call: Call) -> Answer:
    number, policies = _policy(call, change=True)
    del policies[number]
    return NOTHING


_ENVIRONMENT: Final = "/repos/{owner}/{repo}/environments/{environment_name}"
_POLICIES: Final = f"{_ENVIRONMENT}/deployment-branch-policies"

ROUTES: Final[Mapping[str, Handler]] = {
    "GET /repos/{owner}/{repo}/environments": _list,
    f"GET {_ENVIRONMENT}": _read,
    f"PUT {_ENVIRONMENT}": _put,
    f"DELETE {_ENVIRONMENT}": _delete,
    f"GET {_POLICIES}": _list_policies,
    f"POST {_POLICIES}": _create_policy,
    f"GET {_POLICIES}/{{branch_policy_id}}": _read_policy,
    f"PUT {_POLICIES}/{{branch_policy_id}}": _update_policy,
    f"DELETE {_POLICIES}/{{branch_policy_id}}": _delete_policy,
}
