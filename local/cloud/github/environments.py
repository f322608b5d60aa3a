"""Deployment environments, and the branches and tags that may deploy to them."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from local.cloud.github.parts import check_one, check_range, check_text
from local.cloud.github_api import NULL, Json, encode
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, Call, Properties, Resource, State

_KINDS: Final = {"teams": "Team", "users": "User"}
_MOST_REVIEWERS: Final = 6
_LONGEST_WAIT: Final = 43200  # minutes

# --- Environments ---


def _reviewers(known: Properties) -> list[Json]:
    blocks = cast("Sequence[Mapping[str, Any]]", known.get("reviewers") or ())
    return [
        {"type": kind, "id": number}
        for block in blocks
        for name, kind in _KINDS.items()
        for number in block.get(name) or ()
    ]


def _policy(known: Properties) -> object:
    policy = known.get("deploymentBranchPolicy")
    return encode(policy, {}) if policy else NULL


def _read(answers: Sequence[Any]) -> Json:
    match answers:
        case [environment, repository]:
            told = {"can_admins_bypass": environment["can_admins_bypass"], "wait_timer": 0}
            told |= {"prevent_self_review": False, "repository_id": repository["id"]}
            told["deployment_branch_policy"] = environment["deployment_branch_policy"]
            for rule in environment["protection_rules"]:
                names = ("wait_timer", "prevent_self_review")
                told |= {name: rule[name] for name in names if name in rule}
                if rule["type"] == "required_reviewers":
                    told["reviewers"] = [_read_reviewers(rule["reviewers"])]
            return told
        case _:  # the answer to a change, which is read back
            return {}


def _read_reviewers(shown: Sequence[Mapping[str, Any]]) -> Json:
    told = {
        name: [each["reviewer"]["id"] for each in shown if each["type"] == kind]
        for name, kind in _KINDS.items()
    }
    return {name: numbers for name, numbers in told.items() if numbers}


def _check(inputs: Properties) -> Iterator[CheckFailure]:
    yield from check_range(inputs, "waitTimer", 0, _LONGEST_WAIT)
    # In an address and in the id these separate; the official provider escapes them.
    yield from check_text(inputs, {"environment": re.compile(r"[^/:]+")})
    blocks = inputs.get("reviewers")
    if not isinstance(blocks, list):
        return
    if len(blocks) > 1:
        yield CheckFailure("reviewers", "must be one block, of teams and users.")
    known = [block for block in blocks if isinstance(block, Mapping)]
    lists = [block[name] for block in known for name in _KINDS if name in block]
    if sum(len(each) for each in lists if isinstance(each, list)) > _MOST_REVIEWERS:
        yield CheckFailure("reviewers", f"must be at most {_MOST_REVIEWERS} teams and users.")


_PATH: Final = "/repos/{owner}/{repository}/environments/{environment}"
_PUT: Final = Call(
    f"PUT {_PATH}",
    {
        "reviewers": _reviewers,
        "deployment_branch_policy": _policy,
        "wait_timer": lambda known: known.get("waitTimer") or 0,
    },
    only=("canAdminsBypass", "preventSelfReview"),
    result=_read,
)
_PUT_WITHOUT_RULES: Final = Call(
    f"PUT {_PATH}", {"deployment_branch_policy": _policy}, only=(), result=_read
)


class _Environment(Resource):
    """An environment, which is sent without rules where the plan has none and none are asked for.

    So does google/go-github (``repos_environments.go``): who may bypass is then left out, too.
    """

    __slots__ = ()

    def create_with(self, api: Api, inputs: Properties) -> State:
        """Create it."""
        try:
            return super().create_with(api, inputs)
        except ApiError as error:
            return self._without_rules(error, inputs).create_with(api, inputs)

    def update_with(self, api: Api, identity: str, olds: Properties, news: Properties) -> State:
        """Change it."""
        try:
            return super().update_with(api, identity, olds, news)
        except ApiError as error:
            return self._without_rules(error, news).update_with(api, identity, olds, news)

    def _without_rules(self, error: ApiError, inputs: Properties) -> Resource:
        has_rules = _reviewers(inputs) or inputs.get("waitTimer")
        if error.code != "422" or has_rules or self.create is _PUT_WITHOUT_RULES:
            raise error
        return dataclasses.replace(self, create=_PUT_WITHOUT_RULES, update=_PUT_WITHOUT_RULES)


_ENVIRONMENT: Final = _Environment(
    token="github:index/repositoryEnvironment:RepositoryEnvironment",
    id="{repository}:{environment}",
    create=_PUT,
    read=Call(f"GET {_PATH}; GET /repos/{{owner}}/{{repository}}", absent=("404",), result=_read),
    update=_PUT,
    delete=Call(f"DELETE {_PATH}", only=()),
    defaults={"canAdminsBypass": True, "preventSelfReview": False},
    immutable=("environment", "repository"),
    sets=("reviewers.teams", "reviewers.users"),
    check=_check,
)

# --- Branches and tags that may deploy ---

_PATTERNS: Final = {"branchPattern": "branch", "tagPattern": "tag"}


def _pattern(known: Properties) -> object:
    return known.get("branchPattern") or known.get("tagPattern")


def _kind(known: Properties) -> str:
    return "branch" if known.get("branchPattern") else "tag"


def _read_policy(answers: Sequence[Any]) -> Json:
    policy = next(each for each in answers if "type" in each)
    repository = next((each["id"] for each in answers if "full_name" in each), None)
    return {
        "policy_id": policy["id"],
        "repository_id": repository,
        f"{policy['type']}_pattern": policy["name"],
    }


def _swapped(olds: Properties, news: Properties) -> Sequence[str]:
    """Return what cannot be changed in place: the one pattern that becomes the other."""
    changed = [name for name in _PATTERNS if olds.get(name) != news.get(name)]
    return changed if len(changed) > 1 else ()


def _check_policy(inputs: Properties) -> Iterator[CheckFailure]:
    yield from check_one(inputs, tuple(_PATTERNS))
    yield from check_text(inputs, {"environment": re.compile(r"[^/:]+")})


_POLICIES: Final = f"{_PATH}/deployment-branch-policies"

_DEPLOYMENT_POLICY: Final = Resource(
    replaced=_swapped,
    token="github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy",
    id="{repository}:{environment}:{policyId}",
    create=Call(
        f"POST {_POLICIES}", {"name": _pattern, "type": _kind}, only=(), result=_read_policy
    ),
    read=Call(
        f"GET {_POLICIES}/{{policyId}}; GET /repos/{{owner}}/{{repository}}",
        absent=("404",),
        result=_read_policy,
    ),
    update=Call(f"PUT {_POLICIES}/{{policyId}}", {"name": _pattern}, only=(), result=_read_policy),
    delete=Call(f"DELETE {_POLICIES}/{{policyId}}", only=()),
    immutable=("environment", "repository"),
    check=_check_policy,
)

RESOURCES: Final = (_ENVIRONMENT, _DEPLOYMENT_POLICY)
