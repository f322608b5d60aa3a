"""What a JSON filter pattern of CloudWatch Logs lets through, compared with what it should.

Source: CloudWatch Logs User Guide, "Filter pattern syntax for metric filters, subscription filters,
filter log events, and Live Tail".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

LONGEST: Final = 1024
"""Characters that a pattern may have. Source: CloudWatch Logs API Reference, `PutMetricFilter`."""
_DEEPEST: Final = 50


@dataclass(frozen=True)
class Test:
    """One comparison, as `$.eventName = "PutBucketPolicy"`."""

    field: str
    operator: str
    value: str = ""

    @property
    def narrows(self) -> bool:
        """Whether it asks for something, and not only for the absence of something."""
        return self.operator not in {"!=", "NOT EXISTS", "IS NULL"} and self.value.strip("*") != ""


@dataclass(frozen=True)
class All:
    """What holds if each part does."""

    parts: tuple[Pattern, ...]


@dataclass(frozen=True)
class Either:
    """What holds if one of its parts does."""

    parts: tuple[Pattern, ...]


Pattern = Test | All | Either
Case = Sequence[Test]
"""What an event is like: all of these hold."""


def read(text: str) -> Pattern | None:
    """Read a pattern; nothing of one that is no JSON pattern, or more than is taken."""
    whole = text.strip()
    if len(text) > LONGEST or not (whole.startswith("{") and whole.endswith("}")):
        return None
    tokens = _tokens(whole[1:-1])
    try:
        pattern = None if tokens is None else _Reader(tokens).whole()
    except _NoPatternError:
        return None
    return pattern


def cases(pattern: Pattern) -> tuple[Case, ...]:
    """Return the cases in any of which a pattern holds: for patterns of our own, which are few."""
    if isinstance(pattern, Test):
        return ((pattern,),)
    inner = [cases(part) for part in pattern.parts]
    if isinstance(pattern, Either):
        return tuple(case for each in inner for case in each)
    return tuple(tuple(test for case in chosen for test in case) for chosen in product(*inner))


def covers(pattern: Pattern, wanted: Sequence[Case]) -> bool:
    """Tell whether a pattern holds in every wanted case: it may hold in more, and not in fewer."""
    return all(_holds(pattern, case) for case in wanted)


def selects(pattern: Pattern) -> bool:
    """Tell whether a pattern asks for something in each of its cases.

    One that does not, as `$.eventName != "HeadBucket"`, is true of nearly every event.
    """
    if isinstance(pattern, Test):
        return pattern.narrows
    some = any if isinstance(pattern, All) else all
    return some(selects(part) for part in pattern.parts)


def _holds(pattern: Pattern, case: Case) -> bool:
    """Tell whether a pattern surely holds of whatever is like a case."""
    if isinstance(pattern, All):
        return all(_holds(part, case) for part in pattern.parts)
    if isinstance(pattern, Either):
        return any(_holds(part, case) for part in pattern.parts)
    return any(_follows(pattern, known) for known in case if known.field == pattern.field)


def _follows(test: Test, known: Test) -> bool:
    """Tell whether a test holds wherever another of the same property does."""
    if test == known:
        return True
    if known.operator != "=":
        return False
    if test.operator == "=":
        # Wildcards stand for themselves in what is known, so only a wildcard takes them.
        return _fits(known.value, test.value)
    if test.operator == "!=":
        return "*" not in known.value and not _fits(known.value, test.value)
    return test.operator == "EXISTS"


def _fits(text: str, value: str) -> bool:
    start, end = value.startswith("*"), value.endswith("*")
    if start and end:
        return value.strip("*") in text
    if start:
        return text.endswith(value[1:])
    return text.startswith(value[:-1]) if end else text == value


# --- Reading ---

_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<mark>\(|\)|&&|\|\|)
    | \$(?P<field>(?:\.[\w-]+|\.?\['[^']+'\]|\[(?:\d+|\*)\])+)
    | (?P<state>NOT\s+EXISTS\b|EXISTS\b|IS\s+(?:NULL|TRUE|FALSE)\b)
    | (?P<operator>!=|<=|>=|=|<|>)
    | "(?P<quoted>(?:[^"\\]|\\.)*)"
    | (?P<regex>%[^%]+%)
    | (?P<bare>[^\s()"'$&|=<>!%{}]+)
    )""",
    re.VERBOSE,
)
_END: Final = ("", "")
_VALUES: Final = ("bare", "quoted", "regex")


class _NoPatternError(Exception):
    """What is read is no pattern."""


def _tokens(text: str) -> list[tuple[str, str]] | None:
    tokens, at, text = [], 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        kind = str(match.lastgroup)
        tokens.append((kind, match[kind]))
        at = match.end()
    return tokens


class _Reader:
    def __init__(self, tokens: Sequence[tuple[str, str]]) -> None:
        self._tokens: Iterator[tuple[str, str]] = iter(tokens)
        self._depth = 0
        self._here = next(self._tokens, _END)

    def whole(self) -> Pattern:
        pattern = self._either()
        if self._here != _END:
            raise _NoPatternError
        return pattern

    def _take(self) -> tuple[str, str]:
        here, self._here = self._here, next(self._tokens, _END)
        return here

    def _either(self) -> Pattern:
        parts = [self._all()]
        while self._here == ("mark", "||"):
            self._take()
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _all(self) -> Pattern:
        parts = [self._one()]
        while self._here == ("mark", "&&"):
            self._take()
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self) -> Pattern:
        kind, text = self._take()
        if (kind, text) == ("mark", "("):
            self._depth += 1
            inner = self._either() if self._depth <= _DEEPEST else None
            self._depth -= 1
            if inner is None or self._take() != ("mark", ")"):
                raise _NoPatternError
            return inner
        if kind != "field":
            raise _NoPatternError
        how, operator = self._take()
        if how == "state":
            return Test(text, " ".join(operator.split()))
        found, value = self._take()
        if how != "operator" or found not in _VALUES:
            raise _NoPatternError
        return Test(text, operator, re.sub(r"\\(.)", r"\1", value))
