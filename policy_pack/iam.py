"""One reader of IAM policy documents for all rules, as IAM itself reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True)
class Statement:
    """One statement of a policy document.

    Attributes:
        raw: The statement as written.
    """

    raw: Mapping[str, Any]

    @property
    def allows(self) -> bool:
        """Whether the effect is `Allow`."""
        return bool(self.raw.get("Effect") == "Allow")

    @property
    def sid(self) -> str:
        """The statement's id, or a word for its absence. Safe to show: an id is a label."""
        return str(self.raw.get("Sid") or "without Sid")

    def matches_action(self, action: str) -> bool:
        """Tell whether the statement covers an action. Case does not matter; `*` and `?` do."""
        if "NotAction" in self.raw:
            return not _matches(as_list(self.raw["NotAction"]), action)
        return _matches(as_list(self.raw.get("Action")), action)

    @property
    def everyone(self) -> bool:
        """Whether the principal is anybody: `*` in any of its spellings, or a `NotPrincipal`."""
        if "NotPrincipal" in self.raw:
            return True
        principal = self.raw.get("Principal")
        if isinstance(principal, Mapping):
            return "*" in as_list(principal.get("AWS"))
        return principal == "*"

    @property
    def services(self) -> list[str]:
        """The service principals, as `cloudtrail.amazonaws.com`."""
        principal = self.raw.get("Principal")
        return as_list(principal.get("Service")) if isinstance(principal, Mapping) else []

    def conditions(self) -> Iterator[tuple[str, str, list[str]]]:
        """Yield each condition as operator, key in lower case, and values."""
        for operator, tests in (self.raw.get("Condition") or {}).items():
            for key, values in tests.items():
                yield operator, key.lower(), as_list(values)

    def binds(self, *keys: str) -> bool:
        """Tell whether a condition ties the statement to given values of one of the keys.

        A key may end in `*`, as `kms:EncryptionContext:*`.

        Only positive operators tie: `StringNotEquals` and the like leave everyone else in, and an
        operator with `IfExists` or `ForAllValues` is true where the key is absent. A bare `*` ties
        nothing.
        """
        wanted = [key.lower() for key in keys]
        return any(
            operator in _BINDING and values and "*" not in values and _matches(wanted, key)
            for operator, key, values in self.conditions()
        )


_BINDING = frozenset(
    {"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress"}
)


def statements(document: Mapping[str, Any]) -> list[Statement]:
    """Return the statements of a document, which may hold a list or a single one."""
    written = document.get("Statement") or []
    return [Statement(raw) for raw in (written if isinstance(written, list) else [written])]


def as_list(value: Any) -> list[str]:  # noqa: ANN401  a document is JSON
    """Return IAM's string-or-list as a list."""
    if value is None:
        return []
    return [str(element) for element in value] if isinstance(value, list) else [str(value)]


def _matches(patterns: list[str], name: str) -> bool:
    # IAM knows no character classes: a bracket stands for itself.
    literal = (pattern.lower().replace("[", "[[]") for pattern in patterns)
    return any(fnmatchcase(name.lower(), pattern) for pattern in literal)
