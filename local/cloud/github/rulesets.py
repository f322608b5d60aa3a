"""Rulesets of repositories and of organizations."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from local.cloud.github.parts import OfRepository, check_text, require_organization
from local.cloud.github_api import Json, encode, merge
from local.cloud.schema import CheckFailure
from local.cloud.table import AutoName, Call, Properties, Resource, is_empty
from local.cloud.values import is_unknown

_NAMES: Final = {
    "rulesetId": "id",
    "includes": "include",
    "excludes": "exclude",
    "requiredChecks": "required_status_checks",
    "requiredCodeScanning": "code_scanning",
    "requiredCodeScanningTools": "code_scanning_tools",
    "requiredWorkflows": "workflows",
}
_FLAG_RULES: Final = (
    "creation",
    "deletion",
    "update",
    "required_linear_history",
    "required_signatures",
    "non_fast_forward",
)
_PATTERN_RULES: Final = (
    "branchNamePattern",
    "commitAuthorEmailPattern",
    "commitMessagePattern",
    "committerEmailPattern",
    "tagNamePattern",
)

# --- Bodies ---


def _rules(properties: Properties) -> list[Json]:
    """Return the API's list of rules for Pulumi's object of them."""
    rules = encode(properties["rules"], _NAMES)
    fetch = rules.pop("update_allows_fetch_and_merge", None)
    listed = []
    for kind, parameters in rules.items():
        if parameters and not isinstance(parameters, Mapping):
            update = {"parameters": {"update_allows_fetch_and_merge": bool(fetch)}}
            of_repository = kind == "update" and fetch is not None
            listed.append({"type": kind, **(update if of_repository else {})})
        elif isinstance(parameters, Mapping):
            listed.append({"type": kind, "parameters": _without_zero(parameters)})
    return listed


def _without_zero(value: Any) -> Any:  # noqa: ANN401
    """Leave out the number 0 where the API takes only a true id: Pulumi's default says "none"."""
    match value:
        case Mapping():
            ids = ("integration_id", "actor_id")
            return {n: _without_zero(v) for n, v in value.items() if not (n in ids and v == 0)}
        case list():
            return [_without_zero(each) for each in value]
        case _:
            return value


def _conditions(known: Properties) -> Json | None:
    """Return the API's conditions, in which a list of repositories stands in a block."""
    conditions: Json | None = encode(known.get("conditions"), _NAMES)
    if conditions and "repository_ids" in conditions:
        conditions["repository_id"] = {"repository_ids": conditions.pop("repository_ids")}
    return conditions


_BODY: Final[Mapping[str, Callable[[Properties], Any]]] = {
    "rules": _rules,
    "conditions": _conditions,
    "bypass_actors": lambda known: _without_zero(encode(known.get("bypassActors", []), {})),
}
_TEXTS: Final = ("name", "target", "enforcement")


def _read(answers: Sequence[Any]) -> Json:
    answer = merge(answers)
    if "rules" not in answer:
        return {}
    rules: Json = dict.fromkeys((*_FLAG_RULES, "update_allows_fetch_and_merge"), False)
    for rule in answer["rules"]:
        parameters = rule.get("parameters", {})
        rules[rule["type"]] = True if rule["type"] in _FLAG_RULES else parameters
        if rule["type"] == "update":
            rules |= parameters
    conditions = {**answer["conditions"], **answer["conditions"].get("repository_id", {})}
    return {**answer, "rules": rules, "conditions": conditions}


# --- Checks ---


def _check(inputs: Properties) -> Iterator[CheckFailure]:
    operators = ("starts_with", "ends_with", "contains", "regex")
    yield from check_text(
        inputs,
        {
            "name": re.compile(r"(?s).{1,100}"),
            "target": ("branch", "tag", "push"),
            "enforcement": ("disabled", "active", "evaluate"),
            "bypassActors.actorType": (
                "RepositoryRole",
                "Team",
                "Integration",
                "OrganizationAdmin",
                "DeployKey",
                "EnterpriseOwner",
                *(("User",) if "repository" in inputs else ()),
            ),
            "bypassActors.bypassMode": ("always", "pull_request", "exempt"),
            "rules.pullRequest.allowedMergeMethods": ("merge", "squash", "rebase"),
            **{f"rules.{each}.operator": operators for each in _PATTERN_RULES},
        },
    )
    if inputs.get("target") in ("branch", "tag") and is_empty(inputs.get("conditions")):
        yield CheckFailure("conditions", "is required for the targets branch and tag.")


def _check_of_organization(inputs: Properties) -> Iterator[CheckFailure]:
    yield from _check(inputs)
    conditions = inputs.get("conditions")
    if not isinstance(conditions, Mapping):
        return
    ways = [name for name in conditions if name.startswith("repository")]
    if len(ways) != 1:
        allowed = "repositoryName, repositoryIds or repositoryProperty"
        yield CheckFailure("conditions", f"must name repositories in one way: {allowed}.")
    target = inputs.get("target")
    if target in ("branch", "tag") and not is_unknown(target) and "refName" not in conditions:
        yield CheckFailure("conditions.refName", "is required for the targets branch and tag.")


# --- Types ---

_DEFAULTS: Final = {
    "rules.pullRequest.dismissStaleReviewsOnPush": False,
    "rules.pullRequest.requireCodeOwnerReview": False,
    "rules.pullRequest.requireLastPushApproval": False,
    "rules.pullRequest.requiredApprovingReviewCount": 0,
    "rules.pullRequest.requiredReviewThreadResolution": False,
    "rules.requiredStatusChecks.doNotEnforceOnCreate": False,
    "rules.requiredStatusChecks.strictRequiredStatusChecksPolicy": False,
}
_SETS: Final = (
    "bypassActors",
    "rules.pullRequest.allowedMergeMethods",
    "rules.requiredStatusChecks.requiredChecks",
    "rules.requiredCodeScanning.requiredCodeScanningTools",
    "rules.fileExtensionRestriction.restrictedFileExtensions",
)
_COMPUTED: Final = (
    "rules.pullRequest.allowedMergeMethods",
    "rules.pullRequest.requiredReviewers",
)

_PATH: Final = "/repos/{owner}/{repository}/rulesets"

_RULESET: Final = OfRepository(
    token="github:index/repositoryRuleset:RepositoryRuleset",
    id="{rulesetId}",
    imports="{repository}:{rulesetId}",
    create=Call(f"POST {_PATH}", _BODY, only=_TEXTS, result=_read),
    read=Call(f"GET {_PATH}/{{rulesetId}}", absent=("404",), result=_read),
    update=Call(f"PUT {_PATH}/{{rulesetId}}", _BODY, only=_TEXTS, result=_read),
    delete=Call(f"DELETE {_PATH}/{{rulesetId}}", only=()),
    names=_NAMES,
    name=AutoName("name", 100),
    defaults={
        **_DEFAULTS,
        "rules.updateAllowsFetchAndMerge": False,
        "rules.mergeQueue.checkResponseTimeoutMinutes": 60,
        "rules.mergeQueue.groupingStrategy": "ALLGREEN",
        "rules.mergeQueue.maxEntriesToBuild": 5,
        "rules.mergeQueue.maxEntriesToMerge": 5,
        "rules.mergeQueue.mergeMethod": "MERGE",
        "rules.mergeQueue.minEntriesToMerge": 1,
        "rules.mergeQueue.minEntriesToMergeWaitMinutes": 5,
    },
    computed=_COMPUTED,
    immutable=("repository",),
    local=("repository",),
    sets=_SETS,
    check=_check,
)

_OF_ALL: Final = "/orgs/{owner}/rulesets"

_ORGANIZATION_RULESET: Final = Resource(
    token="github:index/organizationRuleset:OrganizationRuleset",
    id="{rulesetId}",
    create=Call(f"POST {_OF_ALL}", _BODY, only=_TEXTS, result=_read),
    read=Call(f"GET {_OF_ALL}/{{rulesetId}}", absent=("404",), result=_read),
    update=Call(f"PUT {_OF_ALL}/{{rulesetId}}", _BODY, only=_TEXTS, result=_read),
    delete=Call(f"DELETE {_OF_ALL}/{{rulesetId}}", only=()),
    names=_NAMES,
    name=AutoName("name", 100),
    defaults={**_DEFAULTS, "conditions.repositoryName.protected": False},
    computed=_COMPUTED,
    sets=(*_SETS, "rules.requiredWorkflows.requiredWorkflows", "conditions.repositoryIds"),
    check=_check_of_organization,
    require=require_organization,
)

RESOURCES: Final = (_RULESET, _ORGANIZATION_RULESET)
