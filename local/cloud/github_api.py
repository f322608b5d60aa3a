"""Send a table's calls to GitHub, over HTTP.

An operation is one or more requests, split by ``;`` and sent in order; only the last has a body,
whose parameters see the answer before as ``found``. ``GET:enabled`` asks a switch that answers 204
or 404 and tells the property ``enabled``; ``PUT:enabled`` and ``POST:enabled`` turn the switch on,
or with DELETE off, as the property says; ``GET?`` may find nothing. A call's ``result`` is a
function of the answers that brings them into the form that the SDK's types describe, where they are
not in it.
"""

from __future__ import annotations

import functools
import ipaddress
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import quote, urlsplit

import urllib3

from local.cloud.annotations import holds
from local.cloud.provider import ConfigError
from local.cloud.table import ApiError, Call, Properties, Resource, fields, fill

Json = dict[str, Any]

NULL: Final = object()
"""A parameter that is sent as ``null``; one that is ``None`` is not sent."""

_OK: Final = 200
_REDIRECT: Final = 300
_NOT_FOUND: Final = 404
_CONFLICT: Final = 409

# --- Sending calls ---


@dataclass(frozen=True, slots=True)
class Answer:
    """What GitHub answered: the status, the parsed body, and the headers."""

    status: int
    body: Any
    headers: Mapping[str, str]


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
                raise refusal("GET /user", user)
            login = user.body["login"]
            owner = setting("owner", "GITHUB_OWNER")
            owner = owner or setting("organization", "GITHUB_ORGANIZATION") or str(login)
            found = self.send("GET", f"/orgs/{quote(owner)}")
        except ApiError as error:
            raise ConfigError(f"GitHub at {self._base} does not let us in: {error}") from None
        is_organization = found.status == _OK
        self.context = {
            "owner": owner,
            "organization": owner if is_organization else "",
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

    def send(self, method: str, path: str, body: Json | None = None) -> Answer:
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
        return Answer(response.status, parsed, response.headers)


def refusal(operation: str, answer: Answer) -> ApiError:
    """Return the error that an answer means, in GitHub's words."""
    body = answer.body if isinstance(answer.body, Mapping) else {}
    message = str(body.get("message", "no message")).strip()
    errors = body.get("errors") or ()
    for error in [errors] if isinstance(errors, str) else errors:
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

    def get(self, path: str) -> Answer:
        """Ask for a path, whatever is answered.

        Raises:
            ApiError: There was no answer.
        """
        return self._session.send("GET", path)

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
        values = {**self.context, **(properties if known is None else known), "found": {}}
        told: dict[str, object] = {}
        answers: list[Any] = []
        *before, last = (_Step.of(each, values) for each in call.operation.split(";"))
        for step in (*before, last):
            body = _body(call, step, properties, values, resource) if step is last else None
            answer = self._session.send(step.method, step.path, body)
            missing = answer.status == _NOT_FOUND
            if step.asks:
                told[step.asks] = not missing and _is_on(answer)
            elif missing and str(answer.status) in call.absent:
                return None
            elif not (step.may_miss and answer.status in (_NOT_FOUND, _CONFLICT)):
                if answer.status >= _REDIRECT:
                    raise refusal(f"{step.method} {step.path.partition('?')[0]}", answer)
                answers.append(answer.body)
                values["found"] = answer.body
                told["etag"] = answer.headers.get("ETag") or told.get("etag")
        read = call.result if callable(call.result) else merge
        told |= _decode(cast("Json", read(answers)), resource)
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
        may_miss: Whether 404 is an answer like any other, and 409, which says that there can be
            nothing there.
    """

    method: str
    path: str
    uses: Sequence[str]
    asks: str
    turns: bool
    may_miss: bool

    @classmethod
    def of(cls, text: str, values: Properties) -> _Step:
        """Read a request of an operation, such as ``GET:enabled /repos/{owner}/{repository}``.

        Raises:
            ApiError: A field of the path is not known.
        """
        verb, template = text.split()
        method, _, switch = verb.rstrip("?").partition(":")
        turns = bool(switch) and method in ("PUT", "POST")
        if turns and not values.get(switch):
            method = "DELETE"
        uses = fields(template)
        for name in uses:
            if values.get(name) is None:
                raise ApiError(
                    f"{method} {template}",
                    "Incomplete",
                    f"{name} is not known, and the id does not tell it; such a resource cannot be "
                    "imported into the local cloud",
                )
        path = _FIELD.sub(lambda field: quote(str(values[field[1]]), safe="/"), template)
        return cls(method, path, uses, "" if turns else switch, turns, verb.endswith("?"))


_FIELD: Final = re.compile(r"\{(\w+)\}")


def _is_on(answer: Answer) -> bool:
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
    filled = {name: fill(value, known) for name, value in call.parameters.items()}
    parameters = {n: None if v is NULL else v for n, v in filled.items() if v is not None}
    return {**parameters, **encode(sent, resource.names)}


# --- Names ---


@functools.cache
def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def encode(value: Any, names: Mapping[str, Any]) -> Any:  # noqa: ANN401  any property
    """Write properties by their names in the API, at every depth."""
    match value:
        case Mapping():
            return {names.get(n, _snake(n)): encode(v, names) for n, v in value.items()}
        case list():
            return [encode(each, names) for each in value]
        case _:
            return value


def _decode(answer: Mapping[str, Any], resource: Resource) -> dict[str, object]:
    schema = resource.schema
    told: dict[str, object] = {}
    # An id may have a field that is no property, such as a number that GitHub gives.
    for name in {*schema.outputs, *fields(resource.id)}:
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


def merge(answers: Sequence[Any]) -> Json:
    """Return what all answers together tell; of two that tell of the same, the later."""
    return {name: value for answer in answers if answer for name, value in answer.items()}
