"""Serve a table of resource types as a Pulumi provider plugin.

This is the engine's side of the local cloud: it speaks the public ``ResourceProvider`` protocol
and knows no cloud. A plugin is started by the engine as a process; it prints the port that it
listens on and stops when the engine does.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn, Protocol, TypeVar

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from local.cloud import schema, table
from local.cloud.annotations import holds
from local.cloud.schema import CheckFailure
from local.cloud.table import (
    DEFAULTS_KEY,
    Api,
    ApiError,
    PartialError,
    Properties,
    Resource,
    State,
)
from local.cloud.values import (
    UNKNOWN,
    Secret,
    has_secret,
    has_unknown,
    marshal,
    plain,
    plain_map,
    secret_like,
    unmarshal,
)

Function = Callable[[Api, Properties], dict[str, object]]


class ConfigError(Exception):
    """A provider configuration that cannot work; the message says why and what to do."""


class Session(Protocol):
    """A configured provider."""

    def api(self, properties: Properties) -> Api:
        """Return what sends the calls of a resource with these properties."""

    def prepare(self, resource: Resource, inputs: Properties) -> dict[str, object]:
        """Return the inputs with what the configuration adds to every resource."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider: its tables, and how it is configured.

    Args:
        name: Its package, such as ``aws``.
        version: The version of the SDK that its tables are read against, such as ``7.51.0``.
        resources: The resource types by token.
        functions: The functions (invokes) by token.
        connect: Makes a session of a configuration; raises ``ConfigError``.
    """

    name: str
    version: str
    resources: Mapping[str, Resource]
    functions: Mapping[str, Function]
    connect: Callable[[Properties], Session]


_Request = TypeVar("_Request")
_Response = TypeVar("_Response")
_Method = Callable[["Servicer", _Request, grpc.ServicerContext], _Response]


def _answering(method: _Method[_Request, _Response]) -> _Method[_Request, _Response]:
    """Turn exceptions into the protocol's statuses: one message, no traceback, no values."""

    @functools.wraps(method)
    def answer(self: Servicer, request: Any, context: grpc.ServicerContext) -> _Response:  # noqa: ANN401
        subject = getattr(request, "type", "") or getattr(request, "tok", "") or self.provider.name
        name = getattr(request, "name", "")
        subject = f'{subject} "{name}"' if name else subject
        try:
            return method(self, request, context)
        except PartialError as error:
            text = _redacted(f"{subject}: {error}", request)
            _fail_partly(context, request, error, text)
        except (ApiError, ConfigError) as error:
            text = _redacted(f"{subject}: {error}", request)
        except _CancelledError:
            context.abort(grpc.StatusCode.CANCELLED, f"{subject}: cancelled before it began")
        except Exception as error:  # noqa: BLE001  the engine would show it as a traceback
            # The words of an unforeseen exception may quote a value, so only its place is told.
            place = error.__traceback__
            while place and place.tb_next:
                place = place.tb_next
            where = (
                f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else ""
            )
            text = (
                f"{subject}: a fault of the local cloud itself, {type(error).__name__} at {where}"
            )
        return context.abort(grpc.StatusCode.UNKNOWN, text)

    return answer


class _CancelledError(Exception):
    pass


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """The protocol's methods, over a provider's tables.

    Args:
        provider: What to serve.
    """

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._session: Session | None = None
        self._cancelled = threading.Event()

    # --- The plugin itself ---

    @_answering
    def Handshake(  # noqa: N802
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Agree on the protocol's features."""
        del request, context
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, supports_autonaming_configuration=True
        )

    @_answering
    def GetPluginInfo(  # noqa: N802
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """Tell the version."""
        del request, context
        return plugin_pb2.PluginInfo(version=self.provider.version)

    def GetSchema(  # noqa: N802
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        """Refuse: the SDK that the schema was generated into is what this provider reads."""
        del request
        return self._refuse(context, "has no schema of its own: use the official provider for it")

    def Parameterize(  # noqa: N802
        self, request: provider_pb2.ParameterizeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ParameterizeResponse:
        """Refuse."""
        del request
        return self._refuse(context, "takes no parameters")

    def Cancel(  # noqa: N802
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Begin nothing more; a call on its way is finished, for its result must not be lost."""
        del request, context
        self._cancelled.set()
        return empty_pb2.Empty()

    # --- Configuration ---

    @_answering
    def CheckConfig(  # noqa: N802
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Accept the configuration as it is; ``Configure`` judges it."""
        del context
        return provider_pb2.CheckResponse(inputs=request.news)

    @_answering
    def DiffConfig(  # noqa: N802
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Compare configurations: a change never replaces what was made with the old one."""
        del context
        olds, news = unmarshal(request.old_inputs or request.olds), unmarshal(request.news)
        names = sorted(n for n in olds.keys() | news.keys() if olds.get(n) != news.get(n))
        none, some = provider_pb2.DiffResponse.DIFF_NONE, provider_pb2.DiffResponse.DIFF_SOME
        return provider_pb2.DiffResponse(changes=some if names else none, diffs=names)

    @_answering
    def Configure(  # noqa: N802
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Connect."""
        del context
        self._session = self.provider.connect(_configuration(plain_map(unmarshal(request.args))))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
        )

    # --- Resources ---

    @_answering
    def Check(  # noqa: N802
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Refuse what the type does not take, and fill in what the official provider fills in."""
        del context
        news, olds = _without_defaults(unmarshal(request.news)), unmarshal(request.olds)
        resource = self.provider.resources.get(request.type)
        if resource is None:
            return _failures([CheckFailure("", self._missing(request.type))])
        failures = schema.check(resource.schema, news)
        failures += [
            CheckFailure(name, f"is not in the local cloud: {instead}.")
            for name, instead in resource.unsupported.items()
            if not table.is_empty(plain(news.get(name)))
        ]
        if failures:
            return _failures(failures)
        inputs = self._connected.prepare(resource, _documents_as_text(resource, news))
        given = set(inputs)
        inputs = _with_defaults(inputs, resource.defaults)
        if resource.name and not table.is_empty(plain(olds.get(resource.name.property))):
            filled_in = olds.get(DEFAULTS_KEY)
            if isinstance(filled_in, list) and resource.name.property in filled_in:
                inputs.setdefault(resource.name.property, olds[resource.name.property])
        if resource.name and resource.name.prefix_property not in inputs:
            _set_name(resource.name, inputs, request)
        if resource.check:
            failures = list(resource.check(plain_map(inputs)))
        if failures:
            return _failures(failures)
        return provider_pb2.CheckResponse(
            inputs=marshal({**inputs, DEFAULTS_KEY: sorted(inputs.keys() - given)})
        )

    @_answering
    def Diff(  # noqa: N802
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Say what would change, and whether that takes a new resource."""
        del context
        resource = self._resource(request.type)
        olds, news = unmarshal(request.olds), unmarshal(request.news)
        ignored = {path.split(".")[0].split("[")[0] for path in request.ignoreChanges}
        names = [
            name
            for name in sorted(resource.schema.inputs)
            if name not in ignored
            and not table.same(olds.get(name), news.get(name), name, resource)
        ]
        replaces = resource.replaced_by(names, olds, news)
        detailed = {
            path: provider_pb2.PropertyDiff(kind=_kind(kind, replace=name in replaces))
            for name in names
            for path, kind in _changes(olds.get(name), news.get(name), name, name, resource)
        }
        none, some = provider_pb2.DiffResponse.DIFF_NONE, provider_pb2.DiffResponse.DIFF_SOME
        return provider_pb2.DiffResponse(
            changes=some if names else none,
            diffs=names,
            replaces=replaces,
            stables=sorted(_stable(resource)),
            detailedDiff=detailed,
            hasDetailedDiff=True,
            deleteBeforeReplace=bool(replaces) and _keeps_its_key(resource, olds, news),
        )

    @_answering
    def Create(  # noqa: N802
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Create, or foretell at preview what creating gives."""
        del context
        resource, inputs = self._resource(request.type), unmarshal(request.properties)
        api = self._connected.api(plain_map(inputs))
        if request.preview:
            planned = resource.plan(api.context, {}, _without_defaults(inputs))
            foretold = _outputs(resource, {**planned, "id": UNKNOWN}, inputs)
            return provider_pb2.CreateResponse(properties=foretold)
        self._begin()
        state = resource.create_with(api, plain_map(_without_defaults(inputs)))
        return provider_pb2.CreateResponse(
            id=state.id, properties=_outputs(resource, _with_id(state), inputs)
        )

    @_answering
    def Read(  # noqa: N802
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """Read for a refresh or, where nothing is known but the id, for an import."""
        del context
        resource = self._resource(request.type)
        known, inputs = unmarshal(request.properties), unmarshal(request.inputs)
        api = self._connected.api(plain_map(known))
        state = resource.read_with(api, request.id, plain_map(known))
        if state is None:
            return provider_pb2.ReadResponse()
        marked = unmarshal(_outputs(resource, _with_id(state), {**known, **inputs}))
        return provider_pb2.ReadResponse(
            id=state.id,
            properties=marshal(marked),
            inputs=marshal(_read_inputs(resource, inputs, marked)),
        )

    @_answering
    def Update(  # noqa: N802
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """Update, or foretell at preview what updating gives."""
        del context
        resource = self._resource(request.type)
        olds, inputs = unmarshal(request.olds), unmarshal(request.news)
        api = self._connected.api(plain_map(olds))
        if request.preview:
            planned = resource.plan(api.context, plain_map(olds), _without_defaults(inputs))
            return provider_pb2.UpdateResponse(
                properties=_outputs(resource, {**planned, "id": request.id}, {**olds, **inputs})
            )
        self._begin()
        news = plain_map(_without_defaults(inputs))
        for path in request.ignoreChanges:
            name = path.split(".")[0].split("[")[0]
            if name in olds:
                news[name] = plain(olds[name])
        state = resource.update_with(api, request.id, plain_map(olds), news)
        return provider_pb2.UpdateResponse(
            properties=_outputs(
                resource, _with_id(state), {**_only_outputs(resource, olds), **inputs}
            )
        )

    @_answering
    def Delete(  # noqa: N802
        self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Delete."""
        del context
        self._begin()
        known = plain_map(unmarshal(request.properties))
        self._resource(request.type).delete_with(self._connected.api(known), request.id, known)
        return empty_pb2.Empty()

    # --- Functions ---

    @_answering
    def Invoke(  # noqa: N802
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Call a function; unknown arguments give unknown results."""
        del context
        args = unmarshal(request.args)
        function = self.provider.functions.get(request.tok)
        if function is None:
            failures = [CheckFailure("", self._missing(request.tok))]
        else:
            failures = schema.check(schema.function_schema(request.tok), args)
        if failures or function is None:
            return provider_pb2.InvokeResponse(
                failures=[
                    provider_pb2.CheckFailure(property=each.property, reason=each.reason)
                    for each in failures
                ]
            )
        if has_unknown(args):
            answer: dict[str, object] = dict.fromkeys(
                schema.function_schema(request.tok).outputs, UNKNOWN
            )
        else:
            answer = function(self._connected.api(plain_map(args)), plain_map(args))
        if has_secret(args):
            answer = {name: Secret(value) for name, value in answer.items()}
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(marshal(answer))  # a keyword, so no attribute
        return response

    # --- What the methods share ---

    @property
    def _connected(self) -> Session:
        if self._session is None:
            raise ConfigError("the provider is not configured yet: the engine must call Configure")
        return self._session

    def _begin(self) -> None:
        if self._cancelled.is_set():
            raise _CancelledError

    def _resource(self, token: str) -> Resource:
        if token not in self.provider.resources:
            raise ConfigError(self._missing(token))
        return self.provider.resources[token]

    def _missing(self, token: str) -> str:
        known = {**self.provider.resources, **self.provider.functions}
        near = schema.nearest(token, known)
        hint = f" (the nearest that it has is {near})" if near else ""
        return (
            f"{token} is not in the local cloud's table of {self.provider.name} types{hint}: "
            'add it as "Add a resource type" in CONTRIBUTING.md says, or deploy with the official '
            "provider."
        )

    def _refuse(self, context: grpc.ServicerContext, why: str) -> NoReturn:
        name = self.provider.name
        context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the local {name} provider {why}")


def serve(servicer: Servicer) -> None:
    """Serve as a plugin process: print the port, then run until the engine ends it or goes away."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), options=_GRPC_CHANNEL_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    engine = os.getppid()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    # An engine that was killed ends nothing; a process that lost its parent has a new one.
    while not ended.wait(timeout=0.5) and os.getppid() == engine:
        pass
    server.stop(grace=5).wait()


# --- Errors ---


def _fail_partly(
    context: grpc.ServicerContext,
    request: Any,  # noqa: ANN401  a creation or an update
    error: PartialError,
    text: str,
) -> None:
    """Report a resource that exists but is not as asked, so that the engine keeps its state."""
    inputs = request.news if isinstance(request, provider_pb2.UpdateRequest) else request.properties
    known = unmarshal(inputs)
    outputs = {name: secret_like(v, known.get(name)) for name, v in _with_id(error.state).items()}
    detail = provider_pb2.ErrorResourceInitFailed(
        id=error.state.id, properties=marshal(outputs), reasons=[text], inputs=inputs
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=text)
    status.details.add().Pack(detail)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))


_SHORTEST_SECRET: Final = 4
"""Shorter ones would blank out parts of ordinary words; in characters."""


def _redacted(text: str, request: Any) -> str:  # noqa: ANN401
    """Take every secret of the request out of a message."""
    for field in ("properties", "news", "olds", "inputs", "args"):
        if hasattr(request, field):
            for value in _secret_texts(unmarshal(getattr(request, field))):
                text = text.replace(value, "[secret]")
    return text


def _secret_texts(value: object, *, inside: bool = False) -> Iterator[str]:
    match value:
        case Secret():
            yield from _secret_texts(value.value, inside=True)
        case Mapping():
            for each in value.values():
                yield from _secret_texts(each, inside=inside)
        case list():
            for each in value:
                yield from _secret_texts(each, inside=inside)
        case str() if inside and len(value) >= _SHORTEST_SECRET:
            yield value


def _failures(failures: list[CheckFailure]) -> provider_pb2.CheckResponse:
    # The property goes into the reason: of one that is named apart the engine shows the value.
    return provider_pb2.CheckResponse(
        failures=[
            provider_pb2.CheckFailure(
                reason=f"property '{each.property}' {each.reason}" if each.property else each.reason
            )
            for each in failures
        ]
    )


# --- Inputs ---


def _configuration(args: Properties) -> dict[str, object]:
    """Read a configuration, whose values arrive as text, structured ones as JSON text."""
    configuration: dict[str, object] = {}
    for name, value in args.items():
        configuration[name] = value
        if isinstance(value, str) and value[:1] in ("{", "["):
            try:
                configuration[name] = json.loads(value)
            except ValueError as error:
                raise ConfigError(f"configuration {name!r} is no valid JSON") from error
    return configuration


def _without_defaults(value: dict[str, object]) -> dict[str, object]:
    return {
        name: _clean(each)
        for name, each in value.items()
        if name != DEFAULTS_KEY and each is not None
    }


def _clean(value: object) -> object:
    match value:
        case dict():
            return _without_defaults(value)
        case list():
            return [_clean(each) for each in value]
        case Secret():
            return Secret(_clean(value.value))
        case _:
            return value


def _documents_as_text(resource: Resource, inputs: Properties) -> dict[str, object]:
    """Write policy documents that were given as objects as the JSON text that the cloud takes."""
    texts = {}
    for name, value in inputs.items():
        inner = plain(value)
        if isinstance(inner, dict) and holds(resource.schema.inputs[name].type).text:
            text = UNKNOWN if has_unknown(inner) else json.dumps(inner)
            texts[name] = secret_like(text, value)
    return {**inputs, **texts}


def _with_defaults(inputs: Properties, defaults: Properties) -> dict[str, object]:
    filled = dict(inputs)
    for path, default in defaults.items():
        head, _, rest = path.partition(".")
        if not rest:
            filled.setdefault(head, default)
        elif head in filled:
            filled[head] = _default_inside(filled[head], rest, default)
    return filled


def _default_inside(value: object, path: str, default: object) -> object:
    match value:
        case dict():
            return _with_defaults(value, {path: default})
        case list():
            return [_default_inside(each, path, default) for each in value]
        case Secret():
            return Secret(_default_inside(value.value, path, default))
        case _:
            return value


def _set_name(
    name: table.AutoName, inputs: dict[str, object], request: provider_pb2.CheckRequest
) -> None:
    if name.property in inputs:
        return
    asked = request.autonaming if request.HasField("autonaming") else None
    modes = provider_pb2.CheckRequest.AutonamingOptions
    if asked and asked.mode == modes.DISABLE:
        return
    if asked and asked.proposed_name:
        text = name.prefix + asked.proposed_name
        if asked.mode != modes.ENFORCE:
            text = text[: name.limit]
    else:
        seed = request.randomSeed or secrets.token_bytes(16)
        suffix = "-" + hashlib.sha256(seed + request.urn.encode()).hexdigest()[:7]
        text = (name.prefix + request.name)[: name.limit - len(suffix)] + suffix
    inputs[name.property] = text.lower() if name.lower else text


def _read_inputs(resource: Resource, inputs: Properties, outputs: Properties) -> dict[str, object]:
    """Return the inputs that describe what was read.

    After a refresh these are the old ones with what changed behind the engine's back; for an
    import, where none were known, all that a program would have to write to get the resource.
    """
    read: dict[str, object] = {}
    for name in resource.schema.inputs:
        value, was = outputs.get(name), inputs.get(name)
        if name in resource.local and was is not None:
            read[name] = was
        elif inputs and table.same(value, was, name, resource):
            read |= {name: was} if was is not None else {}
        elif value is not None and not (
            table.says_nothing(plain(value), name, resource) and was is None
        ):
            default = resource.defaults.get(name)
            if inputs or default is None or not table.same(value, default, name, resource):
                read[name] = value
    if inputs:
        filled_in = inputs.get(DEFAULTS_KEY)
        read[DEFAULTS_KEY] = [
            name for name in (filled_in if isinstance(filled_in, list) else ()) if name in read
        ]
    else:
        read = _with_defaults(read, resource.defaults)
        read.pop("region", None)
        read[DEFAULTS_KEY] = []
    return read


# --- Outputs ---


def _with_id(state: State) -> Properties:
    """Return the outputs as bridged providers give them, with the id: references are held to it."""
    return {**state.outputs, "id": state.id}


def _outputs(resource: Resource, outputs: Properties, like: Properties) -> Any:  # noqa: ANN401
    """Mark as secret what came in as one, and what the schema says is always one."""
    marked: dict[str, object] = {}
    for name, value in outputs.items():
        if name in resource.schema.secret_outputs:
            marked[name] = value if isinstance(value, Secret) else Secret(value)
        else:
            source = like.get("tags") if name == "tagsAll" else like.get(name)
            marked[name] = secret_like(value, source)
    return marshal(marked)


def _only_outputs(resource: Resource, olds: Properties) -> Properties:
    return {name: value for name, value in olds.items() if name not in resource.schema.inputs}


# --- Diffs ---


def _changes(
    old: object, new: object, path: str, where: str, resource: Resource
) -> Iterator[tuple[str, str]]:
    """Yield where exactly a property changes, and whether it is added, deleted or updated."""
    old, new = plain(old), plain(new)
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted((old.keys() | new.keys()) - {DEFAULTS_KEY}):
            inner = f"{path}.{name}"
            if not table.same(old.get(name), new.get(name), inner, resource):
                step = f"{where}.{name}" if name.isidentifier() else f'{where}["{name}"]'
                yield from _changes(old.get(name), new.get(name), inner, step, resource)
    elif isinstance(old, list) and isinstance(new, list) and path not in resource.sets:
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else None
            after = new[index] if index < len(new) else None
            if not table.same(before, after, path, resource):
                yield from _changes(before, after, path, f"{where}[{index}]", resource)
    elif old is None:
        yield where, "ADD"
    elif new is None:
        yield where, "DELETE"
    else:
        yield where, "UPDATE"


def _kind(kind: str, *, replace: bool) -> provider_pb2.PropertyDiff.Kind.ValueType:
    return provider_pb2.PropertyDiff.Kind.Value(f"{kind}_REPLACE" if replace else kind)


def _stable(resource: Resource) -> frozenset[str]:
    """Return the outputs that no update in place can change: the engine keeps them known."""
    outputs = resource.schema.outputs - resource.schema.inputs.keys() - {"tagsAll"}
    return outputs | {name for name in resource.schema.inputs if resource.is_immutable(name)}


def _keeps_its_key(resource: Resource, olds: Properties, news: Properties) -> bool:
    """Tell whether the new one would get the very name of the old one, so both cannot stand."""
    filled_in = news.get(DEFAULTS_KEY)
    own = filled_in if isinstance(filled_in, list) else []
    return bool(resource.key) and all(
        name not in own
        and news.get(name) is not None
        and plain(olds.get(name)) == plain(news[name])
        for name in resource.key
    )
