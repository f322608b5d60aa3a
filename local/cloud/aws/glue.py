"""Glue: the Data Catalog's databases and tables, which Athena asks."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from local.cloud.aws.facets import structure, tags
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, AutoName, Call, Properties, Resource
from local.cloud.values import is_unknown

_NAME_AT_MOST: Final = 255
_ABSENT: Final = ("EntityNotFoundException",)


def _check_name(named: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of both types."""
    name = named.get("name")
    if isinstance(name, str) and not is_unknown(name):
        if not 1 <= len(name) <= _NAME_AT_MOST:
            yield CheckFailure("name", f"must have from 1 to {_NAME_AT_MOST} characters.")
        if re.search("[A-Z]", name):
            yield CheckFailure("name", "must have no upper case letters.")


def _require_own_catalog(api: Api, named: Properties) -> None:
    """Refuse a catalog that is not the account's own: there is no other."""
    if named.get("catalogId") not in (None, api.context["account"]):
        raise ApiError(
            "CreateDatabase or CreateTable",
            "EntityNotFoundException",
            "Catalog not found: the local cloud has the account's own alone",
        )


# --- Databases ---

_DATABASE_INPUT: Final = structure(
    "glue",
    "DatabaseInput",
    ("createTableDefaultPermissions", "description", "locationUri", "name", "parameters"),
    {},
)
_DATABASE: Final = Resource(
    token="aws:glue/catalogDatabase:CatalogDatabase",
    service="glue",
    id="{account}:{name}",
    create=Call(
        "CreateDatabase",
        {"DatabaseInput": _DATABASE_INPUT},
        only=("catalogId", "tags"),
        inside="DatabaseInput",
    ),
    read=Call("GetDatabase", {"Name": "{name}"}, only=(), result="Database", absent=_ABSENT),
    update=Call(
        "UpdateDatabase", {"Name": "{name}", "DatabaseInput": _DATABASE_INPUT}, only=("catalogId",)
    ),
    delete=Call("DeleteDatabase", {"Name": "{name}"}, only=()),
    names={"tags": ("Tags", "TagsToAdd")},
    name=AutoName("name", limit=_NAME_AT_MOST),
    computed=("catalogId", "createTableDefaultPermissions", "locationUri"),
    immutable=("catalogId", "name"),
    sets=("createTableDefaultPermissions.permissions",),
    unsupported={
        "federatedDatabase": "it has no other catalogs, so leave it out",
        "targetDatabase": "it has no other catalogs, so name the database itself",
    },
    derived={"arn": "arn:aws:glue:{region}:{account}:database/{name}"},
    facets=(
        tags(
            Call("TagResource", {"ResourceArn": "{arn}"}),
            Call("UntagResource", {"ResourceArn": "{arn}"}),
            names="TagsToRemove",
            read=Call(
                "GetTags",
                {"ResourceArn": "arn:aws:glue:{region}:{account}:database/{name}"},
                only=(),
            ),
        ),
    ),
    check=_check_name,
    require=_require_own_catalog,
)


# --- Tables ---

_PRIMITIVE: Final = (
    r"(?:boolean|tinyint|smallint|int|bigint|double|float|string|binary|date|timestamp"
    r"|decimal(?:\(\d+(?:,\d+)?\))?|(?:var)?char\(\d+\))"
)
_FIELD: Final = rf"[^:,<>\s]+:{_PRIMITIVE}"
_NESTED: Final = re.compile(
    rf"array<{_PRIMITIVE}>|map<{_PRIMITIVE},{_PRIMITIVE}>|struct<{_FIELD}(?:,{_FIELD})*>"
)
_PROJECTED: Final = {
    "date": ("format", "range"),
    "enum": ("values",),
    "injected": (),
    "integer": ("range",),
}
"""What a partition key's projection must say besides its type, by that type."""


def _check_table(table: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of the name, and from what Athena can read.

    Glue keeps what Athena cannot read: the first query would fail, not the deployment.
    Source: Athena's user guide, "Data types in Amazon Athena", "Set up partition projection" and
    "Supported types for partition projection".
    """
    yield from _check_name(table)
    storage = table.get("storageDescriptor")
    if isinstance(storage, Mapping) and storage.get("schemaReference"):
        yield CheckFailure(
            "storageDescriptor.schemaReference", "is not in the local cloud: write the columns out."
        )
    columns = _columns(storage, "storageDescriptor.columns")
    keys = _columns(table, "partitionKeys")
    seen: set[object] = set()
    for path, column in (*columns, *keys):
        name, kind = column.get("name"), column.get("type")
        if name in seen:
            yield CheckFailure(
                f"{path}.name", "is another column's: Athena cannot tell them apart."
            )
        seen |= set() if is_unknown(name) else {name}
        if isinstance(kind, str) and not is_unknown(kind) and not _is_type(kind):
            yield CheckFailure(f"{path}.type", "is no type that Athena reads.")
    parameters = table.get("parameters")
    if isinstance(parameters, Mapping) and _word(parameters.get("projection.enabled")) == "true":
        yield from _check_projection(parameters, [column.get("name") for _, column in keys])


def _columns(holder: object, path: str) -> list[tuple[str, Properties]]:
    """Return the columns that are known, each with its path."""
    listed = holder.get(path.rpartition(".")[2]) if isinstance(holder, Mapping) else None
    return [
        (f"{path}[{index}]", each)
        for index, each in enumerate(listed if isinstance(listed, list) else ())
        if isinstance(each, Mapping)
    ]


def _is_type(text: str) -> bool:
    text, found = text.lower(), 1
    while found:  # from the inside out, a nested type becomes a primitive one
        text, found = _NESTED.subn("string", text)
    return re.fullmatch(_PRIMITIVE, text) is not None


def _check_projection(parameters: Properties, keys: list[object]) -> Iterator[CheckFailure]:
    for name in (each for each in keys if not is_unknown(each)):
        path = f"projection.{name}"
        told = parameters.get(f"{path}.type")
        kind = _word(told)
        if kind not in _PROJECTED and not is_unknown(told):
            allowed = ", ".join(_PROJECTED)
            yield CheckFailure(f'parameters["{path}.type"]', f"must be one of {allowed}.")
        for setting in _PROJECTED.get(kind, ()):
            if not parameters.get(f"{path}.{setting}"):
                yield CheckFailure(f'parameters["{path}.{setting}"]', f"is required for {kind}.")


def _word(value: object) -> str:
    return str(value).strip().lower()


_TABLE_INPUT: Final = structure(
    "glue",
    "TableInput",
    (
        *("description", "name", "owner", "parameters", "partitionKeys", "retention"),
        *("storageDescriptor", "tableType", "viewExpandedText", "viewOriginalText"),
    ),
    {},
)
_IN_DATABASE: Final = {"DatabaseName": "{databaseName}"}
_LATER: Final = "the emulator lacks it, so leave it out"

_TABLE: Final = Resource(
    token="aws:glue/catalogTable:CatalogTable",
    service="glue",
    id="{account}:{databaseName}:{name}",
    create=Call(
        "CreateTable",
        {**_IN_DATABASE, "TableInput": _TABLE_INPUT},
        only=("catalogId",),
        inside="TableInput",
    ),
    read=Call(
        "GetTable", {**_IN_DATABASE, "Name": "{name}"}, only=(), result="Table", absent=_ABSENT
    ),
    update=Call("UpdateTable", {**_IN_DATABASE, "TableInput": _TABLE_INPUT}, only=("catalogId",)),
    delete=Call("DeleteTable", {**_IN_DATABASE, "Name": "{name}"}, only=()),
    name=AutoName("name", limit=_NAME_AT_MOST),
    computed=(
        *("catalogId", "parameters", "partitionIndices", "storageDescriptor"),
        *("storageDescriptor.columns", "tableType"),
    ),
    immutable=("catalogId", "databaseName", "name", "partitionIndices"),
    unsupported={
        "openTableFormatInput": _LATER,
        "partitionIndices": "the emulator lacks it, so project the partitions",
        "targetTable": "it has no other catalogs, so name the table itself",
        "viewDefinition": _LATER,
    },
    derived={"arn": "arn:aws:glue:{region}:{account}:table/{databaseName}/{name}"},
    check=_check_table,
    require=_require_own_catalog,
)

RESOURCES: Final = (_DATABASE, _TABLE)
