"""Property values as plain Python, the one form that the local cloud works on.

A property is what JSON holds (``dict``, ``list``, ``str``, ``bool``, ``int``, ``float``, ``None``),
a Pulumi asset or archive, the ``UNKNOWN`` sentinel string, or a ``Secret`` around any of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pulumi
from google.protobuf import struct_pb2
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime import rpc

UNKNOWN: Final[str] = rpc.UNKNOWN
"""What stands for a value that is not known before it is deployed."""

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""Key that marks a wire object as something other than an object."""
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  the protocol's public mark
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_RESOURCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"

# The engine writes an unknown by the type it expects, all meaning the same.
_UNKNOWNS: Final = frozenset(
    {
        UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that must not be shown; its ``repr`` hides it.

    Args:
        value: The value itself, never another ``Secret``.
    """

    value: object = field(repr=False)


def unmarshal(struct: struct_pb2.Struct) -> dict[str, object]:
    """Read a protocol struct: whole numbers become ``int``, every kind of unknown ``UNKNOWN``."""
    return {name: _read(value) for name, value in struct.fields.items()}


def marshal(properties: Mapping[str, object]) -> struct_pb2.Struct:
    """Write properties as a protocol struct.

    Raises:
        TypeError: A value is none that Pulumi knows.
    """
    return struct_pb2.Struct(fields={name: _write(value) for name, value in properties.items()})


def is_unknown(value: object) -> bool:
    """Tell whether the value itself, a secret looked through, is unknown."""
    inner = value.value if isinstance(value, Secret) else value
    return isinstance(inner, str) and inner == UNKNOWN


def has_unknown(value: object) -> bool:
    """Tell whether the value or anything inside it is unknown."""
    return any(is_unknown(each) for each in _walk(value))


def has_secret(value: object) -> bool:
    """Tell whether the value or anything inside it is a secret."""
    return any(isinstance(each, Secret) for each in _walk(value))


def plain(value: object) -> object:
    """Return the value with every secret, at any depth, replaced by what it hides."""
    match value:
        case Secret():
            return plain(value.value)
        case Mapping():
            return {name: plain(each) for name, each in value.items()}
        case list():
            return [plain(each) for each in value]
        case _:
            return value


def plain_map(properties: Mapping[str, object]) -> dict[str, object]:
    """Return the properties with every secret replaced by what it hides."""
    return {name: plain(value) for name, value in properties.items()}


def secret_like(value: object, like: object) -> object:
    """Return the value as a secret if ``like`` holds a secret anywhere."""
    return Secret(plain(value)) if has_secret(like) else value


def _walk(value: object) -> list[object]:
    found = [value]
    match value:
        case Secret():
            found += _walk(value.value)
        case Mapping():
            found += [inner for each in value.values() for inner in _walk(each)]
        case list():
            found += [inner for each in value for inner in _walk(each)]
    return found


def _read(value: struct_pb2.Value) -> object:
    match value.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if value.string_value in _UNKNOWNS else value.string_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_read(each) for each in value.list_value.values]
        case "struct_value":
            return _read_struct(value)
        case _:
            return None


def _read_struct(value: struct_pb2.Value) -> object:
    fields = value.struct_value.fields
    if _SIGNATURE not in fields:
        return unmarshal(value.struct_value)
    match fields[_SIGNATURE].string_value:
        case signature if signature == _SECRET:
            return _secret(_read(fields["value"]))
        case signature if signature == _OUTPUT:
            inner = _read(fields["value"]) if "value" in fields else UNKNOWN
            is_secret = "secret" in fields and fields["secret"].bool_value
            return _secret(inner) if is_secret else inner
        case signature if signature == _RESOURCE:
            # Where a string is expected, a reference means the resource's id; a component has none.
            return (
                (_read(fields["id"]) or UNKNOWN) if "id" in fields else fields["urn"].string_value
            )
        case _:
            return PropertyValue.unmarshal(value).value


def _secret(value: object) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)


def _write(value: object) -> struct_pb2.Value:  # noqa: PLR0911  one kind a line
    match value:
        case Secret():
            return struct_pb2.Value(
                struct_value=struct_pb2.Struct(
                    fields={
                        _SIGNATURE: struct_pb2.Value(string_value=_SECRET),
                        "value": _write(value.value),
                    }
                )
            )
        case None:
            return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
        case bool():
            return struct_pb2.Value(bool_value=value)
        case int() | float():
            return struct_pb2.Value(number_value=value)
        case str():
            return struct_pb2.Value(string_value=value)
        case Mapping():
            return struct_pb2.Value(struct_value=marshal(value))
        case list() | tuple():
            return struct_pb2.Value(
                list_value=struct_pb2.ListValue(values=[_write(each) for each in value])
            )
        case pulumi.Asset() | pulumi.Archive():
            return PropertyValue(value).marshal()
        case _:
            raise TypeError(f"a {type(value).__name__} is no property value")
