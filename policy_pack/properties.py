"""Reads properties as the engine sends or exports them: unknown values, secrets, assets."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from google.protobuf import struct_pb2
from pulumi_policy.deserialize import (
    SPECIAL_ARCHIVE_SIG,
    SPECIAL_ASSET_SIG,
    SPECIAL_SECRET_SIG,
    SPECIAL_SIG_KEY,
)
from pulumi_policy.proxy import (
    UNKNOWN_ARCHIVE_VALUE,
    UNKNOWN_ARRAY_VALUE,
    UNKNOWN_ASSET_VALUE,
    UNKNOWN_BOOLEAN_VALUE,
    UNKNOWN_NUMBER_VALUE,
    UNKNOWN_OBJECT_VALUE,
    UNKNOWN_STRING_VALUE,
)

from policy_pack.rule import UNKNOWN

_UNKNOWNS: Final = frozenset(
    {
        UNKNOWN_ARCHIVE_VALUE,
        UNKNOWN_ARRAY_VALUE,
        UNKNOWN_ASSET_VALUE,
        UNKNOWN_BOOLEAN_VALUE,
        UNKNOWN_NUMBER_VALUE,
        UNKNOWN_OBJECT_VALUE,
        UNKNOWN_STRING_VALUE,
    }
)
# The policy SDK has no name for these two; they are those of sdk/go/common/resource/properties.go.
_OUTPUT_SIG: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_RESOURCE_SIG: Final = "5cf8f73096256a8f31e491e813e4eb8e"


class _Opaque:
    """An asset or an archive: it is set, and no rule reads what is in it."""

    def __repr__(self) -> str:
        return "ASSET"


ASSET: Final = _Opaque()


def from_struct(properties: struct_pb2.Struct, secrets: set[str]) -> dict[str, Any]:
    """Return the properties of a request of the engine. Texts that are secret go into `secrets`."""
    return {key: _read(_from_value, value, secrets) for key, value in properties.fields.items()}


def from_json(properties: Mapping[str, Any], secrets: set[str]) -> dict[str, Any]:
    """Return the properties of an exported state. Texts that are secret go into `secrets`."""
    return {key: _read(_from_json, value, secrets) for key, value in properties.items()}


def _read(read: Callable[[Any, set[str]], Any], value: Any, secrets: set[str]) -> Any:  # noqa: ANN401  properties are JSON
    try:
        return read(value, secrets)
    except RecursionError:
        return UNKNOWN  # nested more deeply than any resource is: not decided is no pass


def _from_value(value: struct_pb2.Value, secrets: set[str]) -> Any:  # noqa: ANN401  properties are JSON
    match value.WhichOneof("kind"):
        case "string_value":
            text = value.string_value
            return UNKNOWN if text in _UNKNOWNS else text
        case "bool_value":
            return value.bool_value
        case "number_value":
            return value.number_value
        case "struct_value":
            fields = value.struct_value.fields
            made = {key: _from_value(nested, secrets) for key, nested in fields.items()}
            return _special(made, secrets) if SPECIAL_SIG_KEY in made else made
        case "list_value":
            return [_from_value(nested, secrets) for nested in value.list_value.values]
        case _:
            return None


def _from_json(value: Any, secrets: set[str]) -> Any:  # noqa: ANN401  properties are JSON
    if isinstance(value, str):
        return UNKNOWN if value in _UNKNOWNS else value
    if isinstance(value, Mapping):
        made = {key: _from_json(nested, secrets) for key, nested in value.items()}
        return _special(made, secrets) if SPECIAL_SIG_KEY in made else made
    if isinstance(value, list):
        return [_from_json(nested, secrets) for nested in value]
    return value


def _special(value: Mapping[str, Any], secrets: set[str]) -> Any:  # noqa: ANN401  properties are JSON
    match value[SPECIAL_SIG_KEY]:
        case sig if sig == SPECIAL_SECRET_SIG:
            return _secret(value, secrets)
        case sig if sig == _OUTPUT_SIG:
            if value.get("secret", False) is not False:
                _remember(value.get("value"), secrets)
            return value.get("value", UNKNOWN)
        case sig if sig == _RESOURCE_SIG:
            # An id that is not known yet is sent as an empty one; a component has none at all.
            id_ = value.get("id", value.get("urn"))
            return UNKNOWN if id_ in ("", None) else id_
        case sig if sig in (SPECIAL_ASSET_SIG, SPECIAL_ARCHIVE_SIG):  # a mark of any kind
            return ASSET
        case _:
            return UNKNOWN  # a kind that is newer than we are: not decided is no pass


def _secret(value: Mapping[str, Any], secrets: set[str]) -> Any:  # noqa: ANN401  properties are JSON
    if "value" in value:
        _remember(value["value"], secrets)
        return value["value"]
    if isinstance(value.get("plaintext"), str):
        try:
            revealed = _from_json(json.loads(value["plaintext"]), secrets)
        except (ValueError, RecursionError):
            return UNKNOWN
        _remember(revealed, secrets)
        return revealed
    return UNKNOWN  # an exported state holds secrets encrypted


def _remember(value: object, secrets: set[str]) -> None:
    if isinstance(value, str):
        secrets.add(value)
        if value.startswith(("{", "[")):  # what it holds is shown without the document's escapes
            with suppress(ValueError, RecursionError):
                _remember(json.loads(value), secrets)
    elif isinstance(value, Mapping):
        # Keys as one text: a key stands in it, and it stands in no label.
        secrets.add("\0".join(["", *value, ""]))
        for nested in value.values():
            _remember(nested, secrets)
    elif isinstance(value, list):
        for nested in value:
            _remember(nested, secrets)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        secrets.add(f"{value:g}")
