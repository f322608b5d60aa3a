"""Reads the workflows of GitHub Actions that a stack commits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from policy_pack.rule import Block, Malformed, Resource

_PATH: Final = re.compile(r"\.github/workflows/[^/]+\.ya?ml")
_LONGEST: Final = 200_000
"""Characters of a workflow that is read, and values in one whose aliases are written out."""


def workflow(file: Resource) -> Block | None:
    """Return the workflow that a file holds; None if it is none.

    Every scalar is read as a text, so that `on` is a word and no boolean.

    Raises:
        Undecided: Its content is not known yet.
        Malformed: It is no YAML mapping, or too large, so that nobody can tell what it does.
    """
    if not _PATH.fullmatch(str(file.get("file"))):
        return None
    text = str(file.get("content"))
    try:
        document = _parsed(text) if len(text) <= _LONGEST else None
    except (yaml.YAMLError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise Malformed(file.name, "content", "a workflow")
    return Block(document, file.name, ("content",))


def jobs(made: Block) -> Iterator[tuple[str, Block]]:
    """Yield each job of a workflow with its id."""
    for block in made.blocks("jobs"):
        for name in block.names():
            for job in block.blocks(name):
                yield name, job


def triggers(made: Block) -> frozenset[str]:
    """Return the events that start a workflow."""
    on = made.get("on")
    return frozenset(on if isinstance(on, dict) else made.strings("on"))


def expressions(text: str) -> Iterator[str]:
    """Yield what stands in each `${{ }}` of a text."""
    for part in text.split("${{")[1:]:
        yield part.partition("}}")[0]


def _parsed(text: str) -> Any:  # noqa: ANN401  YAML can hold anything
    document = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  it makes texts, lists and mappings alone
    return document if _size(document, {}) <= _LONGEST else None


def _size(value: object, known: dict[int, int]) -> int:
    """Count the values in one, of which aliases can make more than can be looked at."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        inner = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_size(one, known) for one in inner)
    return known[id(value)]
