"""Filter patterns of CloudWatch Logs: what they say, and whether they say anything.

Source: CloudWatch Logs User Guide, "Filter pattern syntax for metric filters, subscription filters,
filter log events, and Live Tail". JSON patterns are read in full; of the others, only the form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

Step = str | int
"""A property, an element of a list, or `*` for any of its elements."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of a JSON pattern.

    Attributes:
        path: The property.
        operator: `=`, `!=`, `<`, `>`, `<=`, `>=`, `IS`, `EXISTS` or `NOT EXISTS`.
        value: What it is compared with: `NULL`, `TRUE` or `FALSE` after `IS`.
        is_regex: Whether the value is a regular expression.
    """

    path: tuple[Step, ...]
    operator: str
    value: str = ""
    is_regex: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """What holds if each part does."""

    parts: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """What holds if one of its parts does."""

    parts: tuple[Pattern, ...]


Pattern = Comparison | AllOf | AnyOf

_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<mark>\(|\)|&&|\|\|)
    | (?P<selector>\$(?:\.?\['[^']+'\]|\.[\w-]+|\[(?:\d+|\*)\])+)
    | (?P<operator>!=|<=|>=|=|<|>|(?:NOT\s+)?EXISTS\b|IS\b)
    | "(?P<quoted>(?:[^"\\]|\\.)*)"
    | %(?P<regex>[^%]+)%
    | (?P<bare>[^\s()"'$&|=<>!%]+)
    )""",
    re.VERBOSE,
)
_STEP: Final = re.compile(r"\.?\['(?P<quoted>[^']+)'\]|\.(?P<name>[\w-]+)|\[(?P<index>\d+|\*)\]")
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_BARE: Final = re.compile(r"[\w.*:/+-]+")
_STATES: Final = ("NULL", "TRUE", "FALSE")
_TERMS: Final = re.compile(r'([-?]?(\w+|"([^"\\]|\\.)*"|%[^%]+%)(\s+|$))*')
_WILDCARDS_OF_ONE: Final = 1
_WILDCARDS: Final = 3


def check(pattern: str) -> None:
    """Refuse what is no pattern.

    Raises:
        ValueError: It is none; what is wrong.
    """
    text = pattern.strip()
    if text.startswith("{"):
        parse(text)
    elif text.startswith("["):
        if not re.fullmatch(r"\[[^\[\]]*\]", text):
            raise ValueError("a pattern of fields does not end in ']'")
    elif not _TERMS.fullmatch(text):
        raise ValueError("a term with other than letters, digits and _ is not in double quotes")


def parse(pattern: str) -> Pattern:
    """Read a JSON pattern.

    Raises:
        ValueError: It is none; what is wrong.
    """
    text = pattern.strip()
    if not (text.startswith("{") and text.endswith("}")):
        raise ValueError("a JSON pattern does not stand in '{' and '}'")
    reader = _Reader(list(_tokens(text[1:-1])))
    read = reader.either()
    if reader.here[0]:
        raise ValueError("something else than && or || stands after a comparison")
    wildcards = [one.path.count("*") for one in comparisons(read)]
    if any(count > _WILDCARDS_OF_ONE for count in wildcards) or sum(wildcards) > _WILDCARDS:
        raise ValueError("a selector has more than one wildcard, or all together more than three")
    return read


def comparisons(pattern: Pattern) -> Iterator[Comparison]:
    """Yield every comparison of a pattern."""
    if isinstance(pattern, Comparison):
        yield pattern
    else:
        for part in pattern.parts:
            yield from comparisons(part)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError("a character stands where none such can")
        kind = str(match.lastgroup)
        yield kind, match[kind]
        at = match.end()


@dataclass(slots=True)
class _Reader:
    tokens: list[tuple[str, str]]

    @property
    def here(self) -> tuple[str, str]:
        return self.tokens[0] if self.tokens else ("", "the end")

    def take(self) -> tuple[str, str]:
        here = self.here
        self.tokens = self.tokens[1:]
        return here

    def either(self) -> Pattern:
        parts = [self.all()]
        while self.here == ("mark", "||"):
            self.take()
            parts.append(self.all())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def all(self) -> Pattern:
        parts = [self.one()]
        while self.here == ("mark", "&&"):
            self.take()
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def one(self) -> Pattern:
        kind, text = self.take()
        if (kind, text) == ("mark", "("):
            inner = self.either()
            if self.take() != ("mark", ")"):
                raise ValueError("a '(' is not closed")
            return inner
        if kind != "selector":
            raise ValueError("a selector, as $.eventName, is missing")
        path = tuple(_step(match) for match in _STEP.finditer(text))
        kind, operator = self.take()
        if kind != "operator":
            raise ValueError("a selector has no operator after it")
        operator = " ".join(operator.split())
        if operator.endswith("EXISTS"):
            return Comparison(path, operator)
        kind, value = self.take()
        if kind not in {"quoted", "regex", "bare"}:
            raise ValueError(f"'{operator}' has no value after it")
        _check_value(operator, kind, value)
        return Comparison(path, operator, re.sub(r"\\(.)", r"\1", value), kind == "regex")


def _step(match: re.Match[str]) -> Step:
    if match["index"]:
        return int(match["index"]) if match["index"].isdigit() else "*"
    return match["quoted"] or match["name"]


def _check_value(operator: str, kind: str, value: str) -> None:
    if operator == "IS" and not (kind == "bare" and value in _STATES):
        raise ValueError(f"IS takes one of {', '.join(_STATES)}")
    if operator in {"<", ">", "<=", ">="} and not (kind == "bare" and _NUMBER.fullmatch(value)):
        raise ValueError(f"'{operator}' takes a number")
    if kind == "bare" and not _BARE.fullmatch(value):
        raise ValueError("a value with other than letters and digits is not in double quotes")
