"""What Pulumi resources and functions accept, read from the Pulumi SDKs' own signatures.

The official providers carry their schema inside; the Python SDKs were generated from the same
schema, so their signatures say which properties exist, which are required and of what type.
"""

from __future__ import annotations

import ast
import difflib
import enum
import functools
import importlib
import inspect
import pkgutil
import sys
import textwrap
import threading
import types
import typing
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi._types import (  # the SDKs' own reading of themselves
    input_type_py_to_pulumi_names,
    is_input_type,
    is_output_type,
    output_type_types,
    resource_py_to_pulumi_names,
)
from pulumi.runtime import rpc

from local.cloud.values import Secret, is_unknown

_SDKS: Final = {"aws": "pulumi_aws", "github": "pulumi_github"}
_NAMESPACE: Final = {"Output": pulumi.Output, "T": type(None)}  # free names in pulumi.Input


class UnknownTypeError(LookupError):
    """A type token that the installed SDKs do not have; the message names the nearest one."""


@dataclass(frozen=True, slots=True)
class Property:
    """An input of a resource, function or nested object.

    Attributes:
        name: Its name on the wire, such as ``enableLogFileValidation``.
        required: Whether it must be set.
        type: The SDK's annotation, with every name in it resolved.
    """

    name: str
    required: bool
    type: object


@dataclass(frozen=True, slots=True)
class FunctionSchema:
    """What a function (an invoke) takes and gives.

    Attributes:
        token: Its Pulumi token, such as ``aws:index/getCallerIdentity:getCallerIdentity``.
        inputs: Its inputs by name on the wire.
        outputs: The names of what it returns.
    """

    token: str
    inputs: Mapping[str, Property]
    outputs: frozenset[str]


@dataclass(frozen=True, slots=True)
class ResourceSchema:
    """What a resource takes and gives.

    Attributes:
        token: Its Pulumi token, such as ``aws:cloudtrail/trail:Trail``.
        inputs: Its inputs by name on the wire.
        outputs: The names of its outputs, which include every input.
        always: The outputs that have a value whether the program gives one or not.
        secret_outputs: The outputs that are always secret.
    """

    token: str
    inputs: Mapping[str, Property]
    outputs: frozenset[str]
    always: frozenset[str]
    secret_outputs: frozenset[str]


@dataclass(frozen=True, slots=True, order=True)
class CheckFailure:
    """A property that the schema refuses.

    Attributes:
        property: Its path, such as ``rules[0].action``.
        reason: What is wrong and what is allowed; never the value.
    """

    property: str
    reason: str


# The SDKs load a service's module when it is first touched, and that is not safe in two threads.
_loading: Final = threading.RLock()


@functools.cache
def resource_schema(token: str) -> ResourceSchema:
    """Return the schema of a resource type, loading only the SDK module that holds it.

    Raises:
        UnknownTypeError: No installed SDK has the type.
    """
    with _loading:
        _sdk(_split(token)[0], token)
        registered = _registered_resources()
        if token not in registered:
            raise _unknown_type("resource type", token, registered)
        # By attribute, never by importing the submodule: only so does the SDK's lazy loading hold.
        module, name = registered[token]
        cls = getattr(importlib.import_module(module), name)
        args = vars(sys.modules[cls.__module__])
        # The first exists where a nested type has the second name already.
        inputs = object_properties(args.get(f"{name}InitArgs") or args[f"{name}Args"])
        return ResourceSchema(
            token=token,
            inputs=inputs,
            outputs=frozenset(resource_py_to_pulumi_names(cls).values()) | frozenset(inputs),
            always=_always(cls),
            secret_outputs=_secret_outputs(cls),
        )


@functools.cache
def function_schema(token: str) -> FunctionSchema:
    """Return the schema of a function, loading only the SDK module that holds it.

    Raises:
        UnknownTypeError: No installed SDK has the function.
    """
    with _loading:
        package, module, _ = _split(token)
        folder, _, name = module.rpartition("/")
        sdk = _sdk(package, token)
        holder = sdk
        if folder != "index":
            try:
                path = f"{sdk.__name__}.{_PYTHON_NAMES.get(folder, folder)}"
                holder = importlib.import_module(path)
            except ModuleNotFoundError:
                services = [
                    each.name
                    for each in pkgutil.iter_modules(sdk.__path__)
                    if each.ispkg and name in _files(f"{sdk.__path__[0]}/{each.name}")
                ]
                tokens = (f"{package}:{each}/{name}:{name}" for each in services)
                raise _unknown_type("function", token, tokens) from None
        files = _files(holder.__path__[0])
        function = getattr(holder, files.get(name, ""), None)
        if not inspect.isfunction(function) or token not in _constants(function):
            tokens = (f"{package}:{folder}/{each}:{each}" for each in files)
            raise _unknown_type("function", token, tokens)
        hints = _hints(function, vars(sys.modules[function.__module__]))
        return FunctionSchema(
            token=token,
            inputs=_parameters(function, hints, _argument_names(function)),
            outputs=frozenset(output_type_types(hints["return"].__mro__[1])),
        )


def check(
    schema: ResourceSchema | FunctionSchema, properties: Mapping[str, object]
) -> list[CheckFailure]:
    """Check properties against a schema, at every depth.

    An unknown value passes as any type and a ``None`` counts as not set. Types are taken at their
    word: the official bridged providers turn ``"true"`` and ``"8"`` into a boolean and a number
    with a warning that this will become an error; here it is one.

    Args:
        schema: What is allowed.
        properties: The values by name on the wire.

    Returns:
        The failures, sorted by path; none when the properties fit.
    """
    return sorted(_check_object(schema.inputs, properties, ""))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like the given one, in whatever case; none if none is close."""
    by_folded = {each.replace("_", "").lower(): each for each in known}
    matches = difflib.get_close_matches(name.replace("_", "").lower(), by_folded, n=1)
    return by_folded[matches[0]] if matches else None


# --- Reading the SDKs ---


_PYTHON_NAMES: Final = {"lambda": "lambda_"}  # a service named by a Python keyword


def _split(token: str) -> tuple[str, str, str]:
    parts = token.split(":")
    if len(parts) != 3 or not all(parts):  # noqa: PLR2004  package, module and name
        raise UnknownTypeError(f"{token!r} is no type token: write package:module:name.")
    return parts[0], parts[1], parts[2]


def _sdk(package: str, token: str) -> types.ModuleType:
    if package not in _SDKS:
        raise UnknownTypeError(
            f"No SDK of package {package!r} is known, which {token!r} names: "
            f"the local cloud has {', '.join(sorted(_SDKS))}."
        )
    return importlib.import_module(_SDKS[package])


def _registered_resources() -> dict[str, tuple[str, str]]:
    """Return the module and class of every resource type of the SDKs loaded so far."""
    infos = [
        getattr(module, "mod_info", {})
        for versions in rpc._RESOURCE_MODULES.values()  # noqa: SLF001  the one list of types
        for module in versions
    ]
    return {
        token: (info["fqn"], name)
        for info in infos
        for token, name in info.get("classes", {}).items()
    }


def _unknown_type(kind: str, token: str, known: Iterable[str]) -> UnknownTypeError:
    near = nearest(token, known)
    hint = f": did you mean {near}?" if near else ": look it up in the Pulumi registry's API docs."
    return UnknownTypeError(f"The Pulumi SDK has no {kind} {token}{hint}")


def _hints(function: Callable[..., object], namespace: Mapping[str, object]) -> dict[str, Any]:
    return typing.get_type_hints(function, dict(namespace), dict(_NAMESPACE))


def _parameters(
    function: Callable[..., object], hints: Mapping[str, object], names: Mapping[str, str]
) -> dict[str, Property]:
    parameters = inspect.signature(function).parameters
    return {
        wire: Property(wire, parameters[name].default is inspect.Parameter.empty, hints[name])
        for name, wire in names.items()
    }


@functools.cache
def object_properties(cls: type) -> Mapping[str, Property]:
    """Return the properties of an SDK's input class, by name on the wire."""
    hints = _hints(cls.__init__, vars(sys.modules[cls.__module__]))  # type: ignore[misc]
    return _parameters(cls.__init__, hints, input_type_py_to_pulumi_names(cls))  # type: ignore[misc]


def _syntax(function: Callable[..., object]) -> ast.Module:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


def _argument_names(function: Callable[..., object]) -> dict[str, str]:
    """Read ``__args__['accountId'] = account_id``: the only place that holds a function's names."""
    names = {}
    for node in ast.walk(_syntax(function)):
        match node:
            case ast.Assign(
                targets=[
                    ast.Subscript(value=ast.Name(id="__args__"), slice=ast.Constant(value=wire))
                ],
                value=ast.Name(id=name),
            ):
                names[name] = str(wire)
    return names


def _always(cls: type) -> frozenset[str]:
    found = set()
    for name, sent in resource_py_to_pulumi_names(cls).items():
        member = inspect.getattr_static(cls, name, None)
        if isinstance(member, property) and member.fget:
            of_output = typing.get_args(member.fget.__annotations__.get("return"))
            if of_output and types.NoneType not in typing.get_args(of_output[0]):
                found.add(sent)
    return frozenset(found)


def _secret_outputs(cls: type) -> frozenset[str]:
    """Read ``additional_secret_outputs=[...]``: the only place that says what is always secret."""
    return frozenset(
        name
        for node in ast.walk(_syntax(cls._internal_init))  # type: ignore[attr-defined]
        if isinstance(node, ast.keyword) and node.arg == "additional_secret_outputs"
        for name in ast.literal_eval(node.value)
    )


def _files(folder: str) -> dict[str, str]:
    """Return the modules of an SDK's folder by what Pulumi calls what they hold."""
    return {_camel(each.name): each.name for each in pkgutil.iter_modules([folder])}


def _constants(function: Callable[..., object]) -> set[object]:
    nodes = ast.walk(_syntax(function))
    return {node.value for node in nodes if isinstance(node, ast.Constant)}


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(each.capitalize() for each in rest)


@functools.cache
def alternatives_of(annotation: object) -> tuple[Any, ...]:
    """Return what a value may be on the wire, without the forms that exist in Python only."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        members = typing.get_args(annotation)
        return tuple(dict.fromkeys(each for member in members for each in alternatives_of(member)))
    only_in_python = (
        annotation in (type(None), pulumi.Output)
        or typing.get_origin(annotation) in (Awaitable, pulumi.Output)
        or typing.is_typeddict(annotation)
        or (isinstance(annotation, type) and is_output_type(annotation))
    )
    return () if only_in_python else (annotation,)


# --- Checking ---

_KINDS: Final[Mapping[type, str]] = {
    str: "a string",
    bool: "a boolean",
    int: "a whole number",
    float: "a number",
    pulumi.Asset: "an asset",
    pulumi.Archive: "an archive",
}


def _check_object(
    expected: Mapping[str, Property], value: Mapping[str, object], path: str
) -> list[CheckFailure]:
    failures = []
    for name, each in value.items():
        where = f"{path}.{name}" if path else name
        if name in expected:
            failures += _check_value(expected[name].type, each, where)
        else:
            near = nearest(name, expected)
            hint = f"did you mean {near}?" if near else f"known are {', '.join(sorted(expected))}."
            failures.append(CheckFailure(where, f"is no known property: {hint}"))
    failures += [
        CheckFailure(f"{path}.{name}" if path else name, "is required and not set.")
        for name, each in expected.items()
        if each.required and value.get(name) is None
    ]
    return failures


def _check_value(annotation: object, value: object, path: str) -> list[CheckFailure]:
    if isinstance(value, Secret):
        return _check_value(annotation, value.value, path)
    if value is None or is_unknown(value):
        return []
    alternatives = alternatives_of(annotation)
    fitting = [each for each in alternatives if _is_kind(each, value)]
    if not fitting:
        allowed = " or ".join(dict.fromkeys(_describe(each) for each in alternatives))
        return [CheckFailure(path, f"must be {allowed}, not {_describe_value(value)}.")]
    # Of several object types that could be meant, the one that explains most of the value.
    return min((_check_inside(each, value, path) for each in fitting), key=len)


def _check_inside(annotation: Any, value: object, path: str) -> list[CheckFailure]:  # noqa: ANN401
    arguments = typing.get_args(annotation)
    if isinstance(value, Mapping) and arguments:
        return [
            failure
            for name, each in value.items()
            for failure in _check_value(arguments[1], each, f'{path}["{name}"]')
        ]
    if isinstance(value, Mapping) and isinstance(annotation, type) and is_input_type(annotation):
        return _check_object(object_properties(annotation), value, path)
    if isinstance(value, list) and arguments:
        return [
            failure
            for index, each in enumerate(value)
            for failure in _check_value(arguments[0], each, f"{path}[{index}]")
        ]
    if _is_enum(annotation) and value not in [each.value for each in annotation]:
        allowed = ", ".join(str(each.value) for each in annotation)
        return [CheckFailure(path, f"must be one of {allowed}.")]
    return []


def _is_kind(annotation: Any, value: object) -> bool:  # noqa: ANN401, PLR0911  one kind a line
    origin = typing.get_origin(annotation) or annotation
    if origin is Any:
        return True
    if origin in (Mapping, dict) or (isinstance(origin, type) and is_input_type(origin)):
        return isinstance(value, Mapping)
    if origin in (Sequence, list):
        return isinstance(value, list)
    if _is_enum(origin):
        return any(_is_kind(type(each.value), value) for each in origin)
    if origin in (int, float):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        # Every number is a float on the wire.
        return number and (origin is float or float(typing.cast("float", value)).is_integer())
    if isinstance(origin, type) and issubclass(origin, pulumi.Resource):
        return isinstance(value, str)  # its id
    return isinstance(value, origin)


def _is_enum(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, enum.Enum)


def _describe(annotation: Any) -> str:  # noqa: ANN401
    origin = typing.get_origin(annotation) or annotation
    if origin in (Sequence, list):
        return "a list"
    if _is_enum(origin):
        return " or ".join(dict.fromkeys(_KINDS[type(each.value)] for each in origin))
    if isinstance(origin, type) and issubclass(origin, pulumi.Resource):
        return "a string"
    return _KINDS.get(origin, "an object")


def _describe_value(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    return next(
        (kind for cls, kind in _KINDS.items() if type(value) is cls), _describe_other(value)
    )


def _describe_other(value: object) -> str:
    match value:
        case pulumi.Asset():
            return "an asset"
        case pulumi.Archive():
            return "an archive"
        case _:
            return "an object"
