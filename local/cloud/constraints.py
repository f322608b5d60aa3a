"""What AWS accepts in a request, from the service models that botocore carries.

botocore itself checks only members, required ones and minimums, and the emulated AWS hardly more,
so everything else that a model says is checked here: enums, patterns, bounds, unions.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import botocore.exceptions
import botocore.session
import regex  # type: ignore[import-untyped]  # re has no \p{L} and no Java-like classes
from botocore.utils import parse_to_aware_datetime

if TYPE_CHECKING:
    from botocore.model import ListShape, MapShape, ServiceModel, Shape, StringShape, StructureShape

UNREADABLE_PATTERNS: Final = frozenset(
    {
        ("ds", "RadiusSharedSecret"),  # \p{LD} is a class of Java alone
        ("ds", "TrustPassword"),
        ("rbin", "RuleArn"),  # {11}{0,1011} is a repeat of a repeat
    }
)
"""Shapes, by service, whose pattern no library here reads: their pattern alone is not checked."""

# The models write patterns as Java does.
_FROM_JAVA: Final = (
    (regex.compile(r"\\uD800\\uDC00-\\uDBFF\\uDFFF"), r"\\U00010000-\\U0010FFFF"),
    (regex.compile(r"\\x\{([0-9a-fA-F]{4})\}"), r"\\u\1"),
    (regex.compile(r"\\p\{all\}"), r"\\p{Any}"),
)


class UnknownOperationError(LookupError):
    """A service or operation that botocore has no model of; the message names it."""


def violations(service: str, operation: str, parameters: Mapping[str, object]) -> list[str]:
    """Check a request's parameters against all that the service's model says of them.

    Args:
        service: The service as boto3 names it, such as ``cloudtrail``.
        operation: The operation as AWS names it, such as ``CreateTrail``.
        parameters: What would be given to the boto3 client's method.

    Returns:
        One message a violation, ``path: what is allowed.``; never a value. None if all is allowed.

    Raises:
        UnknownOperationError: There is no such service or operation.
    """
    model = _model(service)
    if operation not in model.operation_names:
        raise UnknownOperationError(f"AWS service {service!r} has no operation {operation!r}.")
    shape = model.operation_model(operation).input_shape
    if shape is None:
        return [f"{name}: is no parameter; {operation} has none." for name in parameters]
    return list(_violations(service, shape, parameters, ""))


@functools.cache
def compile_pattern(pattern: str) -> regex.Pattern[str]:
    r"""Return a model's pattern for ``fullmatch``, for AWS matches the whole value.

    Raises:
        regex.error: The pattern cannot be read; see ``UNREADABLE_PATTERNS``.
    """
    for java, ours in _FROM_JAVA:
        pattern = java.sub(ours, pattern)
    # In Java, \w, \d and \s are ASCII. This library would take \p for ASCII too.
    return regex.compile(pattern, 0 if r"\p" in pattern else regex.ASCII)


@functools.cache
def _model(service: str) -> ServiceModel:
    try:
        return botocore.session.get_session().get_service_model(service)
    except botocore.exceptions.UnknownServiceError:
        raise UnknownOperationError(f"There is no AWS service {service!r} in botocore.") from None


def _violations(service: str, shape: Shape, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401  checked first
    where = path or "parameters"
    if shape.serialization.get("jsonvalue") or getattr(shape, "is_document_type", False):
        return  # any JSON
    if not _is_type(shape, value):
        yield f"{where}: must be {_NAMES_AND_TYPES[shape.type_name][0]}."
        return
    match shape.type_name:
        case "structure":
            yield from _in_structure(service, cast("StructureShape", shape), value, path)
        case "list":
            yield from _in_list(service, cast("ListShape", shape), value, where)
        case "map":
            yield from _in_map(service, cast("MapShape", shape), value, where)
        case "string":
            yield from _in_string(service, cast("StringShape", shape), value, where)
        case "blob" if isinstance(value, str | bytes | bytearray):
            size = len(value.encode() if isinstance(value, str) else value)
            yield from _in_bounds(shape, size, f"{where}: must have", " bytes")
        case "integer" | "long" | "float" | "double":
            yield from _in_bounds(shape, value, f"{where}: must be", "")


def _in_list(service: str, shape: ListShape, value: Sequence[object], where: str) -> Iterator[str]:
    yield from _in_bounds(shape, len(value), f"{where}: must have", " items")
    for index, each in enumerate(value):
        yield from _violations(service, shape.member, each, f"{where}[{index}]")


def _in_map(
    service: str, shape: MapShape, value: Mapping[str, object], where: str
) -> Iterator[str]:
    yield from _in_bounds(shape, len(value), f"{where}: must have", " entries")
    for name, each in value.items():
        yield from _violations(service, shape.key, name, f"{where} (a key)")
        yield from _violations(service, shape.value, each, f"{where}[{name!r}]")


def _in_structure(
    service: str, shape: StructureShape, value: Mapping[str, object], path: str
) -> Iterator[str]:
    prefix = f"{path}." if path else ""
    for name, each in value.items():
        if name in shape.members:
            yield from _violations(service, shape.members[name], each, f"{prefix}{name}")
        else:
            yield f"{prefix}{name}: is not known; known are {', '.join(sorted(shape.members))}."
    for name in shape.required_members:
        # botocore fills in a missing idempotency token.
        if name not in value and not shape.members[name].metadata.get("idempotencyToken"):
            yield f"{prefix}{name}: is required."
    if shape.is_tagged_union and len(value) != 1:
        members = ", ".join(sorted(shape.members))
        yield f"{path or 'parameters'}: must have exactly one of {members}."


def _in_string(service: str, shape: StringShape, value: str, where: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield f"{where}: must be one of {', '.join(shape.enum)}."
    yield from _in_bounds(shape, len(value), f"{where}: must have", " characters")
    pattern = shape.metadata.get("pattern")
    unreadable = (service, shape.name) in UNREADABLE_PATTERNS
    if pattern and not unreadable and not compile_pattern(pattern).fullmatch(value):
        yield f"{where}: must match the pattern {pattern}."


def _in_bounds(shape: Shape, size: float, must: str, unit: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        yield f"{must} at least {low}{unit}."
    if high is not None and size > high:
        yield f"{must} at most {high}{unit}."


_NAMES_AND_TYPES: Final[Mapping[str, tuple[str, tuple[type, ...]]]] = {
    "structure": ("an object", (Mapping,)),
    "list": ("a list", (list, tuple)),
    "map": ("a map", (Mapping,)),
    "string": ("a string", (str,)),
    "character": ("a string", (str,)),
    "blob": ("bytes, a string or a file", (str, bytes, bytearray, io.IOBase)),
    "boolean": ("a boolean", (bool,)),
    "integer": ("a whole number", (int,)),
    "long": ("a whole number", (int,)),
    "float": ("a number", (int, float)),
    "double": ("a number", (int, float)),
    "timestamp": ("a timestamp", (str, int, float, dt.date)),
}


def _is_type(shape: Shape, value: object) -> bool:
    allowed = _NAMES_AND_TYPES[shape.type_name][1]
    if isinstance(value, bool) and bool not in allowed:
        return False  # a bool is an int in Python alone
    return isinstance(value, allowed) and (shape.type_name != "timestamp" or _is_timestamp(value))


def _is_timestamp(value: Any) -> bool:  # noqa: ANN401  botocore takes any kind of timestamp
    try:
        parse_to_aware_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return False
    return True
