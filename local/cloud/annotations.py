"""What an SDK annotation holds, as far as turning an answer into properties needs to know."""

from __future__ import annotations

import functools
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi._types import is_input_type

from local.cloud.schema import alternatives_of, object_properties


@dataclass(frozen=True, slots=True)
class Holds:
    """What an annotation holds.

    Args:
        kind: ``object``, ``list``, ``map`` or ``scalar``.
        members: Of an object, its properties' annotations by name on the wire.
        item: Of a list or map, its items' annotation.
        text: Whether plain text will do, whatever else would.
    """

    kind: str
    members: Mapping[str, object]
    item: object
    text: bool


@functools.cache
def holds(annotation: object) -> Holds:
    """Read an annotation; of several alternatives, text wins, as that is what a cloud returns."""
    alternatives = alternatives_of(annotation)
    text = str in alternatives
    chosen = str if text or not alternatives else alternatives[0]
    origin = typing.get_origin(chosen) or chosen
    arguments = typing.get_args(chosen)
    if origin in (Sequence, list):
        return Holds("list", {}, arguments[0], text)
    if origin in (Mapping, dict):
        return Holds("map", {}, arguments[1] if arguments else object, text)
    if isinstance(origin, type) and is_input_type(origin):
        members = {name: each.type for name, each in object_properties(origin).items()}
        return Holds("object", members, None, text)
    return Holds("scalar", {}, None, text)
