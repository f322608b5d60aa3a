"""Reads a state that `pulumi stack export` wrote."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from policy_pack.properties import from_json
from policy_pack.rule import Resource

Record = Mapping[str, Any]
"""A resource as it stands in a state."""


class StateError(Exception):
    """A state cannot be read. The message names the file, the reason and the way out."""


def text_of(file: Path | None, name: str, export: str) -> str:
    """Return a file's text.

    Args:
        file: The file; None is standard input.
        name: Begins the message.
        export: The command that writes such a file: it ends the message.

    Raises:
        StateError: It cannot be read.
    """
    try:
        return file.read_text("utf-8-sig") if file else sys.stdin.read()
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
        raise StateError(f"{name}: {reason}; write it with `{export}`") from error
    except UnicodeDecodeError as error:
        raise StateError(f"{name}: is no UTF-8 text; write it with `{export}`") from error


def records(text: str, name: str, export: str) -> list[Record]:
    """Return the resources of a state that are not about to be deleted. See `text_of`.

    Raises:
        StateError: The text is no exported state.
    """
    again = f"write it with `{export}`"
    if not text.strip():
        raise StateError(f"{name}: is empty; {again}")
    try:
        written = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StateError(f"{name}: is no JSON; {again}") from error
    if not (isinstance(written, dict) and "deployment" in written):
        raise StateError(f"{name}: is no exported state; {again}")
    if written.get("version") not in _VERSIONS:
        known = " and ".join(map(str, _VERSIONS))
        raise StateError(
            f"{name}: is of a version other than {known}; export it with a current Pulumi, or use "
            "a newer release of the pack"
        )
    from jsonschema import Draft7Validator  # noqa: PLC0415  it costs a tenth of a second

    for wrong in Draft7Validator(_STATE).iter_errors(written):
        at = ".".join(map(str, wrong.path))  # the error's own words show values
        raise StateError(f"{name}: {at} is not as an exported state has it; {again}")
    resources = written["deployment"].get("resources") or []
    return [one for one in resources if not one.get("delete")]


def stack_and_project(record: Record) -> tuple[str, str]:
    """Return the names of the stack and the project that a resource belongs to."""
    origin, project, *_ = record["urn"].split("::")
    return origin.removeprefix("urn:pulumi:"), project


def by_inputs(record: Record) -> Resource:
    """Return a resource with what was asked for."""
    return _resource(record, record.get("inputs") or {}, set())


def by_outputs(made: Sequence[Record]) -> list[Resource]:
    """Return resources with what became of them, all with the same secrets."""
    secrets: set[str] = set()
    return [
        _resource(one, {"id": one.get("id"), **(one.get("outputs") or {})}, secrets) for one in made
    ]


def _resource(record: Record, properties: Mapping[str, Any], secrets: set[str]) -> Resource:
    dependencies = record.get("propertyDependencies") or {}
    return Resource(
        record["type"],
        record["urn"].split("::", 3)[3],  # a name may hold the separator too
        record["urn"],
        lambda: from_json(properties, secrets),
        {key: list(urns or ()) for key, urns in dependencies.items()},
        secrets,
    )


_VERSIONS: Final = (3, 4)  # 4 is 3 with features that change nothing that is read here
_OBJECT: Final = {"type": ["object", "null"]}
_STATE: Final[Mapping[str, Any]] = {
    "properties": {
        "deployment": {
            "type": "object",
            "properties": {
                "resources": {
                    "type": ["array", "null"],
                    "items": {
                        "type": "object",
                        "required": ["urn", "type"],
                        "properties": {
                            "urn": {"type": "string", "pattern": "^urn:pulumi:.+::.+::.+::"},
                            "type": {"type": "string"},
                            "inputs": _OBJECT,
                            "outputs": _OBJECT,
                            "propertyDependencies": {
                                **_OBJECT,
                                "additionalProperties": {
                                    "type": ["array", "null"],
                                    "items": {"type": "string"},
                                },
                            },
                        },
                    },
                }
            },
        }
    }
}
"""JSON Schema of what is read of an exported state."""
