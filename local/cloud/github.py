"""The GitHub provider: the table of its types, and the client that sends their calls over HTTP.

To add a type, write down its calls. An operation is one or more requests, split by ``;`` and sent
in order; only the last has a body, whose parameters see the answer before as ``found``.
``GET:enabled`` asks a switch that answers 204 or 404 and tells the property ``enabled``;
``PUT:enabled`` turns the switch on or off, as the property says; ``GET?`` may find nothing.
Run as a module, it is the plugin.
"""

from __future__ import annotations

import base64
import functools
import importlib.metadata
import ipaddress
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

import urllib3

from local.cloud.annotations import holds
from local.cloud.provider import ConfigError, Provider, Servicer, serve
from local.cloud.schema import CheckFailure
from local.cloud.table import (
    Api,
    ApiError,
    AutoName,
    Call,
    Facet,
    Properties,
    Resource,
    State,
    fill,
    is_empty,
)
from local.cloud.values import is_unknown

Json = dict[str, Any]

_OK: Final = 200
_BAD_REQUEST: Final = 400
_NOT_FOUND: Final = 404

# --- Sending calls ---


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: Any
    etag: str


class GitHubSession:
    """The GitHub provider, configured.

    Args:
        config: The provider's configuration; ``baseUrl``, ``token``, ``owner`` and
            ``organization`` are read from it, or else ``GITHUB_BASE_URL``, ``GITHUB_TOKEN``,
            ``GITHUB_OWNER`` and ``GITHUB_ORGANIZATION`` from the environment. Without an owner,
            the token's own account is meant.

    Raises:
        ConfigError: The address is not on this machine or does not answer, or there is no token
            that it takes.
    """

    def __init__(self, config: Properties) -> None:
        def setting(name: str, variable: str) -> str:
            return str(config.get(name) or os.environ.get(variable, ""))

        self._base = setting("baseUrl", "GITHUB_BASE_URL").rstrip("/")
        if not _is_here(self._base):
            raise ConfigError(
                "GITHUB_BASE_URL names no address of this machine, and the stand-in provider "
                "never talks to the real GitHub: start it through the local cloud, or use the "
                "official provider"
            )
        self._token = setting("token", "GITHUB_TOKEN")
        if not self._token:
            raise ConfigError("no token: set github:token in the stack's configuration as a secret")
        self._http = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=5, read=30),
            retries=urllib3.Retry(total=3, connect=0, read=0, status=0, redirect=3),
        )
        try:
            user = self.send("GET", "/user")
            if user.status != _OK:
                raise _refusal("GET /user", user)
            login = user.body["login"]
            owner = setting("owner", "GITHUB_OWNER")
            owner = owner or setting("organization", "GITHUB_ORGANIZATION") or str(login)
            found = self.send("GET", f"/orgs/{quote(owner)}")
        except ApiError as error:
            raise ConfigError(f"GitHub at {self._base} does not let us in: {error}") from None
        is_organization = found.status == _OK
        self.context = {
            "owner": owner,
            "repositories": f"/orgs/{owner}/repos" if is_organization else "/user/repos",
        }

    def api(self, properties: Properties) -> GitHubApi:
        """Return what sends calls: the same for every resource."""
        del properties
        return GitHubApi(self)

    def prepare(self, resource: Resource, inputs: Properties) -> dict[str, object]:
        """Return the inputs: the configuration adds nothing to them."""
        del resource
        return dict(inputs)

    def send(self, method: str, path: str, body: Json | None = None) -> _Answer:
        """Send one request.

        Raises:
            ApiError: There was no answer.
        """
        operation = f"{method} {path.partition('?')[0]}"
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        content = None if body is None else json.dumps(body).encode()
        try:
            response = self._http.request(method, self._base + path, body=content, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise ApiError(operation, type(error).__name__, "GitHub did not answer") from None
        try:
            parsed = json.loads(response.data) if response.data else None
        except ValueError:
            raise ApiError(operation, str(response.status), "the answer is no JSON") from None
        return _Answer(response.status, parsed, response.headers.get("ETag", ""))


def _refusal(operation: str, answer: _Answer) -> ApiError:
    body = answer.body if isinstance(answer.body, Mapping) else {}
    message = str(body.get("message", "no message")).strip()
    for error in body.get("errors") or ():
        if isinstance(error, Mapping):
            where = f"{error['field']}: " if "field" in error else ""
            message += f"; {where}{error.get('message', error.get('code', 'invalid'))}"
        else:
            message += f"; {error}"
    return ApiError(operation, str(answer.status), message)


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class GitHubApi:
    """Sends a table's calls.

    Args:
        session: Where they go.
    """

    def __init__(self, session: GitHubSession) -> None:
        self._session = session

    @property
    def context(self) -> Mapping[str, str]:
        """The owner, and where the owner's repositories are created."""
        return self._session.context

    def request(
        self,
        call: Call,
        properties: Properties,
        resource: Resource,
        known: Properties | None = None,
    ) -> dict[str, object] | None:
        """Send a call.

        Raises:
            ApiError: GitHub refused it or did not answer.
        """
        fields = {**self.context, **(properties if known is None else known), "found": {}}
        told: dict[str, object] = {}
        answers: list[Any] = []
        *before, last = (_Step.of(each, fields) for each in call.operation.split(";"))
        for step in (*before, last):
            body = _body(call, step, properties, fields, resource) if step is last else None
            answer = self._session.send(step.method, step.path, body)
            missing = answer.status == _NOT_FOUND
            if step.asks:
                told[step.asks] = not missing and _is_on(answer)
            elif missing and str(answer.status) in call.absent:
                return None
            elif not (missing and step.may_miss):
                if answer.status >= _BAD_REQUEST:
                    raise _refusal(f"{step.method} {step.path.partition('?')[0]}", answer)
                answers.append(answer.body)
                fields["found"] = answer.body
                told["etag"] = answer.etag or told.get("etag")
        told |= _decode(_READERS.get(resource.token, _merge)(answers), resource)
        # What was written stands for itself until it is read back.
        unsure = resource.schema.inputs.keys() if last.method != "GET" else ()
        return {n: v for n, v in told.items() if v is not None and n not in unsure}


@dataclass(frozen=True, slots=True)
class _Step:
    """One request of an operation.

    Args:
        method: The HTTP method.
        path: The path, its fields filled in.
        uses: The properties that stand in the path.
        asks: The property that the answer's status tells; empty: the answer has a body.
        turns: Whether the request turns a switch, and so has no body.
        may_miss: Whether 404 is an answer like any other.
    """

    method: str
    path: str
    uses: Sequence[str]
    asks: str
    turns: bool
    may_miss: bool

    @classmethod
    def of(cls, text: str, fields: Properties) -> _Step:
        """Read a request of an operation, such as ``GET:enabled /repos/{owner}/{repository}``.

        Raises:
            ApiError: A field of the path is not known.
        """
        verb, template = text.split()
        method, _, switch = verb.rstrip("?").partition(":")
        turns = bool(switch) and method == "PUT"
        if turns and not fields.get(switch):
            method = "DELETE"
        uses = _FIELD.findall(template)
        for name in uses:
            if fields.get(name) is None:
                raise ApiError(
                    f"{method} {template}",
                    "Incomplete",
                    f"{name} is not known, and the id does not tell it; such a resource cannot be "
                    "imported into the local cloud",
                )
        path = _FIELD.sub(lambda field: quote(str(fields[field[1]]), safe="/"), template)
        return cls(method, path, uses, "" if turns else switch, turns, verb.endswith("?"))


_FIELD: Final = re.compile(r"\{(\w+)\}")


def _is_on(answer: _Answer) -> bool:
    """Read a switch: 204 alone says that it is on, other answers say it in the body."""
    return bool(answer.body["enabled"]) if answer.body else True


def _body(
    call: Call, step: _Step, properties: Properties, known: Properties, resource: Resource
) -> Json | None:
    """Return what a request sends: the table's parameters, under the program's properties."""
    if step.method == "GET" or step.turns:
        return None
    names = resource.schema.inputs.keys() - {*resource.local, *step.uses}
    names &= names if call.only is None else {*call.only}
    sent = {n: v for n, v in properties.items() if n in names and v is not None}
    parameters = {name: fill(value, known) for name, value in call.parameters.items()}
    parameters = {name: value for name, value in parameters.items() if value is not None}
    return {**parameters, **_encode(sent, resource.names)}


@functools.cache
def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _encode(value: Any, names: Mapping[str, Any]) -> Any:  # noqa: ANN401  any property
    """Write properties by their names in the API, at every depth."""
    match value:
        case Mapping():
            return {names.get(n, _snake(n)): _encode(v, names) for n, v in value.items()}
        case list():
            return [_encode(each, names) for each in value]
        case _:
            return value


def _decode(answer: Mapping[str, Any], resource: Resource) -> dict[str, object]:
    schema = resource.schema
    told: dict[str, object] = {}
    for name in (*schema.outputs, *(["id"] if resource.id == "{id}" else [])):
        value = answer.get(str(resource.names.get(name, _snake(name))))
        if value is not None:
            annotation = schema.inputs[name].type if name in schema.inputs else None
            told[name] = _decode_value(value, annotation, resource.names)
    return told


def _decode_value(value: Any, annotation: object, names: Mapping[str, Any]) -> Any:  # noqa: ANN401
    shape = holds(annotation) if annotation is not None else None
    if shape and shape.kind == "object":
        keys = {name: names.get(name, _snake(name)) for name in shape.members}
        return {
            name: _decode_value(value[key], shape.members[name], names)
            for name, key in keys.items()
            if value.get(key) is not None
        }
    if shape and shape.kind == "list":
        return [_decode_value(each, shape.item, names) for each in value]
    return value


def _merge(answers: Sequence[Any]) -> Json:
    return {name: value for answer in answers if answer for name, value in answer.items()}


# --- Checks of the official provider's own ---


def _check_text(
    inputs: Properties, allowed: Mapping[str, Sequence[str] | re.Pattern[str]]
) -> Iterator[CheckFailure]:
    """Check the strings at dotted paths against the values, or the pattern, that are allowed."""
    for path, choice in allowed.items():
        for where, value in _at(inputs, path.split("."), ""):
            if is_unknown(value) or not isinstance(value, str):
                continue
            if isinstance(choice, re.Pattern) and not choice.fullmatch(value):
                yield CheckFailure(where, f"must match the pattern {choice.pattern}.")
            if not isinstance(choice, re.Pattern) and value not in choice:
                yield CheckFailure(where, f"must be one of {', '.join(choice)}.")


def _at(value: object, path: Sequence[str], where: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _at(each, path, f"{where}[{index}]")
    elif not path:
        yield where, value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _at(value[path[0]], path[1:], f"{where}.{path[0]}" if where else path[0])


# --- Repositories ---

_SECURITY: Final = (
    "advancedSecurity",
    "codeSecurity",
    "secretScanning",
    "secretScanningAiDetection",
    "secretScanningNonProviderPatterns",
    "secretScanningPushProtection",
)
_UNSET_FLAGS: Final = dict.fromkeys(
    (
        "has_issues",
        "has_projects",
        "has_wiki",
        "has_downloads",
        "has_discussions",
        "is_template",
        "allow_update_branch",
    ),
    False,
)
"""Flags that the official provider sends as false when the program does not set them."""


def _check_repository(inputs: Properties) -> Iterator[CheckFailure]:
    if "private" in inputs and "visibility" in inputs:
        yield CheckFailure("private", "conflicts with visibility: set visibility alone.")
    statuses = {f"securityAndAnalysis.{each}.status": ("enabled", "disabled") for each in _SECURITY}
    yield from _check_text(
        inputs,
        {
            "name": re.compile(r"[-a-zA-Z0-9_.]{1,100}"),
            "visibility": ("public", "private", "internal"),
            "topics": re.compile(r"[a-z0-9][a-z0-9-]{0,49}"),
            **statuses,
        },
    )


def _read_repository(answers: Sequence[Any]) -> Json:
    answer = _merge(answers)
    if "id" not in answer:
        return {}
    shown = {name: value for name, value in answer.items() if name not in ("private", "fork")}
    return {**shown, "repo_id": answer["id"], "id": answer["name"]}


def _archive(archived: bool) -> Call:  # noqa: FBT001  the one thing that it says
    return Call("PATCH /repos/{owner}/{id}", {"archived": archived}, only=())


class _Repository(Resource):
    """A repository, which may be archived instead of deleted."""

    __slots__ = ()

    def delete_with(self, api: Api, identity: str, known: Properties) -> None:
        """Delete it or, if its program says so, archive it."""
        if not known.get("archiveOnDestroy"):
            super().delete_with(api, identity, known)
            return
        found = self.read_with(api, identity, known)
        if found and not found.outputs.get("archived"):
            api.request(_archive(archived=True), {}, self, {"id": identity})


_ALERTS: Final = "/repos/{owner}/{id}/vulnerability-alerts"

_REPOSITORY: Final = _Repository(
    token="github:index/repository:Repository",  # noqa: S106  a type's token
    # Not over the name: a repository that is renamed keeps its id in Pulumi, and GitHub redirects.
    id="{id}",
    create=Call(
        "POST {repositories}", {**_UNSET_FLAGS, "auto_init": lambda known: known.get("autoInit")}
    ),
    read=Call("GET /repos/{owner}/{id}", absent=("404",)),
    update=Call("PATCH /repos/{owner}/{id}", _UNSET_FLAGS),
    delete=Call("DELETE /repos/{owner}/{id}"),
    names={
        "homepageUrl": "homepage",
        "sshCloneUrl": "ssh_url",
        "gitCloneUrl": "git_url",
        "httpCloneUrl": "clone_url",
        "primaryLanguage": "language",
    },
    name=AutoName("name", 100),
    defaults={
        "allowMergeCommit": True,
        "allowSquashMerge": True,
        "allowRebaseMerge": True,
        "allowAutoMerge": False,
        "deleteBranchOnMerge": False,
        "webCommitSignoffRequired": False,
        "archived": False,
        "mergeCommitTitle": "MERGE_MESSAGE",
        "mergeCommitMessage": "PR_TITLE",
        "squashMergeCommitTitle": "COMMIT_OR_PR_TITLE",
        "squashMergeCommitMessage": "COMMIT_MESSAGES",
    },
    computed=(
        "allowForking",
        "defaultBranch",
        "etag",
        "fork",
        "private",
        "securityAndAnalysis",
        *(f"securityAndAnalysis.{each}" for each in _SECURITY),
        "sourceOwner",
        "sourceRepo",
        "topics",
        "visibility",
        "vulnerabilityAlerts",
    ),
    sets=("topics",),
    clear=("description", "homepageUrl"),
    local=("archiveOnDestroy", "autoInit", "ignoreVulnerabilityAlertsDuringRead"),
    unsupported={
        "fork": "create a repository of its own",
        "gitignoreTemplate": "add the file with github.RepositoryFile",
        "licenseTemplate": "add the file with github.RepositoryFile",
        "pages": "leave them out, or deploy with the official provider",
        "private": "set visibility",
        "sourceOwner": "create a repository of its own",
        "sourceRepo": "create a repository of its own",
        "template": "create a repository of its own",
    },
    facets=(
        Facet(
            ("visibility",),
            put=Call("PATCH /repos/{owner}/{id}"),
            created=True,
        ),
        # A new repository has its default branch, main, once something is pushed.
        Facet(
            ("defaultBranch",),
            choose=lambda old, new: (
                [Call("PATCH /repos/{owner}/{id}")] if old or new["defaultBranch"] != "main" else []
            ),
        ),
        Facet(("allowForking",), choose=lambda *_: [Call("PATCH /repos/{owner}/{id}")]),
        Facet(
            ("topics",),
            choose=lambda _, new: [
                Call("PUT /repos/{owner}/{id}/topics", {"names": new.get("topics") or []}, only=())
            ],
        ),
        Facet(
            ("vulnerabilityAlerts",),
            choose=lambda *_: [Call(f"PUT:vulnerabilityAlerts {_ALERTS}")],
            read=Call(f"GET:vulnerabilityAlerts {_ALERTS}"),
        ),
        Facet(("securityAndAnalysis",), put=Call("PATCH /repos/{owner}/{id}")),
        Facet(("archived",), choose=lambda _, new: [_archive(bool(new.get("archived")))]),
    ),
    check=_check_repository,
)


def _switch(token: str, path: str, defaults: Properties) -> Resource:
    """Declare a setting of a repository that is on or off and has an address of its own."""
    repository = "GET /repos/{owner}/{repository}"
    address = f"/repos/{{owner}}/{{repository}}/{path}"
    turn = f"PUT:enabled {address}"
    return Resource(
        token=token,
        id="{repository}",
        create=Call(f"{repository}; {turn}"),
        read=Call(f"{repository}; GET:enabled {address}", absent=("404",)),
        update=Call(turn),
        delete=Call(f"DELETE {address}", only=()),
        names={"repositoryId": "id"},
        defaults=defaults,
        immutable=("repository",),
    )


_SWITCHES: Final = (
    _switch(
        "github:index/repositoryVulnerabilityAlerts:RepositoryVulnerabilityAlerts",
        "vulnerability-alerts",
        {"enabled": True},
    ),
    _switch(
        "github:index/repositoryDependabotSecurityUpdates:RepositoryDependabotSecurityUpdates",
        "automated-security-fixes",
        {},
    ),
)

# --- Rulesets ---

_RULESET_NAMES: Final = {
    "rulesetId": "id",
    "includes": "include",
    "excludes": "exclude",
    "requiredChecks": "required_status_checks",
    "requiredCodeScanning": "code_scanning",
    "requiredCodeScanningTools": "code_scanning_tools",
}


def _rules(properties: Properties) -> list[Json]:
    """Return the API's list of rules for Pulumi's object of them."""
    rules = _encode(properties["rules"], _RULESET_NAMES)
    fetch = bool(rules.pop("update_allows_fetch_and_merge", False))
    listed = []
    for kind, parameters in rules.items():
        if parameters and not isinstance(parameters, Mapping):
            update = {"parameters": {"update_allows_fetch_and_merge": fetch}}
            listed.append({"type": kind, **(update if kind == "update" else {})})
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


def _read_ruleset(answers: Sequence[Any]) -> Json:
    answer = _merge(answers)
    if "rules" not in answer:
        return {}
    rules: Json = dict.fromkeys((*_FLAG_RULES, "update_allows_fetch_and_merge"), False)
    for rule in answer["rules"]:
        parameters = rule.get("parameters", {})
        rules[rule["type"]] = True if rule["type"] in _FLAG_RULES else parameters
        if rule["type"] == "update":
            rules |= parameters
    return {**answer, "rules": rules}


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


def _check_ruleset(inputs: Properties) -> Iterator[CheckFailure]:
    operators = ("starts_with", "ends_with", "contains", "regex")
    yield from _check_text(
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
            ),
            "bypassActors.bypassMode": ("always", "pull_request", "exempt"),
            "rules.pullRequest.allowedMergeMethods": ("merge", "squash", "rebase"),
            **{f"rules.{each}.operator": operators for each in _PATTERN_RULES},
        },
    )
    if inputs.get("target") in ("branch", "tag") and is_empty(inputs.get("conditions")):
        yield CheckFailure("conditions", "is required for the targets branch and tag.")


_RULESET_BODY: Final[Mapping[str, Callable[[Properties], Any]]] = {
    "rules": _rules,
    "conditions": lambda known: _encode(known.get("conditions"), _RULESET_NAMES),
    "bypass_actors": lambda known: _without_zero(_encode(known.get("bypassActors", []), {})),
}
_RULESET_TEXTS: Final = ("name", "target", "enforcement")

_RULESET: Final = Resource(
    token="github:index/repositoryRuleset:RepositoryRuleset",  # noqa: S106
    id="{rulesetId}",
    create=Call("POST /repos/{owner}/{repository}/rulesets", _RULESET_BODY, only=_RULESET_TEXTS),
    read=Call("GET /repos/{owner}/{repository}/rulesets/{rulesetId}", absent=("404",)),
    update=Call(
        "PUT /repos/{owner}/{repository}/rulesets/{rulesetId}", _RULESET_BODY, only=_RULESET_TEXTS
    ),
    delete=Call("DELETE /repos/{owner}/{repository}/rulesets/{rulesetId}", only=()),
    names=_RULESET_NAMES,
    name=AutoName("name", 100),
    defaults={
        "rules.updateAllowsFetchAndMerge": False,
        "rules.pullRequest.dismissStaleReviewsOnPush": False,
        "rules.pullRequest.requireCodeOwnerReview": False,
        "rules.pullRequest.requireLastPushApproval": False,
        "rules.pullRequest.requiredApprovingReviewCount": 0,
        "rules.pullRequest.requiredReviewThreadResolution": False,
        "rules.requiredStatusChecks.doNotEnforceOnCreate": False,
        "rules.requiredStatusChecks.strictRequiredStatusChecksPolicy": False,
        "rules.mergeQueue.checkResponseTimeoutMinutes": 60,
        "rules.mergeQueue.groupingStrategy": "ALLGREEN",
        "rules.mergeQueue.maxEntriesToBuild": 5,
        "rules.mergeQueue.maxEntriesToMerge": 5,
        "rules.mergeQueue.mergeMethod": "MERGE",
        "rules.mergeQueue.minEntriesToMerge": 1,
        "rules.mergeQueue.minEntriesToMergeWaitMinutes": 5,
    },
    computed=("rules.pullRequest.allowedMergeMethods",),
    immutable=("repository",),
    local=("repository",),
    sets=(
        "bypassActors",
        "rules.pullRequest.allowedMergeMethods",
        "rules.requiredStatusChecks.requiredChecks",
        "rules.requiredCodeScanning.requiredCodeScanningTools",
        "rules.fileExtensionRestriction.restrictedFileExtensions",
    ),
    check=_check_ruleset,
)

# --- Branches and files ---

_BRANCH: Final = Resource(
    token="github:index/branch:Branch",  # noqa: S106
    id="{repository}:{branch}",
    create=Call(
        "GET /repos/{owner}/{repository}/commits/{sourceBranch};"
        "POST /repos/{owner}/{repository}/git/refs",
        {
            "ref": "refs/heads/{branch}",
            "sha": lambda known: known.get("sourceSha") or known["found"]["sha"],
        },
        only=(),
    ),
    read=Call("GET /repos/{owner}/{repository}/git/ref/heads/{branch}", absent=("404",)),
    delete=Call("DELETE /repos/{owner}/{repository}/git/refs/heads/{branch}", only=()),
    defaults={"sourceBranch": "main"},
    computed=("etag", "sourceSha"),
    immutable=("repository", "branch", "sourceBranch", "sourceSha"),
    local=("sourceBranch", "sourceSha"),
)

_SET_DEFAULT_BRANCH: Final = Call(
    "PATCH /repos/{owner}/{repository}", {"default_branch": "{branch}"}, only=()
)

_BRANCH_DEFAULT: Final = Resource(
    token="github:index/branchDefault:BranchDefault",  # noqa: S106
    id="{repository}",
    create=_SET_DEFAULT_BRANCH,
    read=Call("GET /repos/{owner}/{repository}", absent=("404",)),
    update=_SET_DEFAULT_BRANCH,
    names={"branch": "default_branch", "repositoryId": "id"},
    defaults={"rename": False, "waitForRename": False},
    computed=("etag",),
    immutable=("repository",),
    local=("rename", "waitForRename"),
    unsupported={"rename": "make the branch with github.Branch"},
)

_DEFAULT_BRANCH: Final = Call("GET /repos/{owner}/{repository}")
_CONTENTS: Final = "/repos/{owner}/{repository}/contents/{file}"
_CURRENT: Final = f"GET? {_CONTENTS}?ref={{branch}}"


class _File(Resource):
    """A file, which goes to the repository's default branch when its program names none."""

    __slots__ = ()

    def create_with(self, api: Api, inputs: Properties) -> State:
        """Create it."""
        branch = inputs.get("branch")
        if not branch:
            told = api.request(_DEFAULT_BRANCH, inputs, _BRANCH_DEFAULT) or {}
            branch = told["branch"]
        return super().create_with(api, {**inputs, "branch": branch})


def _commit(verb: str) -> dict[str, object]:
    """Return what every commit says of itself."""

    def person(known: Properties) -> object:
        if not known.get("commitAuthor"):
            return None
        return {"name": known["commitAuthor"], "email": known["commitEmail"]}

    return {
        "message": lambda known: known.get("commitMessage") or f"{verb} {known['file']}",
        "branch": "{branch}",
        "author": person,
        "committer": person,
    }


def _sha(known: Properties) -> object:
    """Return the name of the content that the last answer found, if it found any."""
    found = known["found"]
    return found.get("sha") if isinstance(found, Mapping) else None


def _content(known: Properties) -> str:
    return base64.b64encode(str(known["content"]).encode()).decode()


def _read_file(answers: Sequence[Any]) -> Json:
    match answers:
        case [found, [latest, *_], repository]:
            return {
                "content": base64.b64decode(found["content"]).decode(errors="replace"),
                "sha": found["sha"],
                "ref": parse_qs(urlsplit(found["url"]).query)["ref"][0],
                "commit_sha": latest["sha"],
                "commit_message": latest["commit"]["message"],
                "repository_id": repository["id"],
            }
        case _:  # the answers to a commit, which is read back
            return {}


def _check_file(inputs: Properties) -> Iterator[CheckFailure]:
    for name, other in (("commitAuthor", "commitEmail"), ("commitEmail", "commitAuthor")):
        if name in inputs and other not in inputs:
            yield CheckFailure(other, f"is required where {name} is set.")


_REPOSITORY_FILE: Final = _File(
    token="github:index/repositoryFile:RepositoryFile",  # noqa: S106
    id="{repository}:{file}:{branch}",
    create=Call(
        f"{_CURRENT}; PUT {_CONTENTS}",
        {
            **_commit("Add"),
            "content": _content,
            "sha": lambda known: _sha(known) if known.get("overwriteOnCreate") else None,
        },
        only=(),
    ),
    read=Call(
        f"GET {_CONTENTS}?ref={{branch}};"
        "GET /repos/{owner}/{repository}/commits?path={file}&sha={branch}&per_page=1;"
        "GET /repos/{owner}/{repository}",
        absent=("404",),
    ),
    update=Call(
        f"{_CURRENT}; PUT {_CONTENTS}",
        {**_commit("Update"), "content": _content, "sha": _sha},
        only=(),
    ),
    delete=Call(
        f"{_CURRENT}; DELETE {_CONTENTS}",
        {**_commit("Delete"), "sha": _sha},
        only=(),
    ),
    defaults={"overwriteOnCreate": False},
    computed=("branch", "commitMessage"),
    immutable=("repository", "file", "branch"),
    local=("commitAuthor", "commitEmail", "overwriteOnCreate"),
    unsupported={
        "autocreateBranch": "make the branch with github.Branch",
        "autocreateBranchSourceBranch": "make the branch with github.Branch",
        "autocreateBranchSourceSha": "make the branch with github.Branch",
    },
    check=_check_file,
)

_READERS: Final[Mapping[str, Callable[[Sequence[Any]], Json]]] = {
    _REPOSITORY.token: _read_repository,
    _RULESET.token: _read_ruleset,
    _REPOSITORY_FILE.token: _read_file,
}
"""What brings the answers into a form that the SDK's types describe, where they are not in it."""

GITHUB: Final = Provider(
    name="github",
    version=importlib.metadata.version("pulumi_github"),
    resources={
        each.token: each
        for each in (
            _REPOSITORY,
            *_SWITCHES,
            _RULESET,
            _BRANCH,
            _BRANCH_DEFAULT,
            _REPOSITORY_FILE,
        )
    },
    functions={},
    connect=GitHubSession,
)
"""The GitHub provider."""

if __name__ == "__main__":
    serve(Servicer(GITHUB))
