"""One reader of IAM policy documents for all rules, as IAM itself reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from policy_pack.rule import Block, Undecided


@dataclass(frozen=True)
class Statement:
    """One statement of a policy document. Reading a part that is not known yet is undecided.

    Attributes:
        raw: The statement as written.
    """

    raw: Block

    @property
    def allows(self) -> bool:
        """Whether the effect is `Allow`."""
        return bool(self.raw.get("Effect") == "Allow")

    @property
    def sid(self) -> str:
        """The statement's id, or a word for its absence. Safe to show: an id is a label.

        A label decides nothing: whatever stands there, the finding that it names is told.
        """
        try:
            sid = self.raw.get("Sid")
        except Undecided:
            return "whose Sid is not known yet"
        return sid if isinstance(sid, str) and sid else "without Sid"

    @property
    def resources(self) -> list[str]:
        """The ARNs and patterns that it is about."""
        return self.raw.strings("Resource")

    def matches_action(self, action: str) -> bool:
        """Tell whether the statement covers an action. Case does not matter; `*` and `?` do."""
        if self.raw.has("NotAction"):
            return not _matches(self.raw.strings("NotAction"), action)
        return _matches(self.raw.strings("Action"), action)

    @property
    def everyone(self) -> bool:
        """Whether the principal is anybody: `*` in any of its spellings, or a `NotPrincipal`."""
        if self.raw.has("NotPrincipal"):
            return True
        # As text it is `*`; else a map by kind. Reading a key of a text finds nothing.
        return self.raw.get("Principal") == "*" or "*" in self.raw.strings("Principal", "AWS")

    @property
    def services(self) -> list[str]:
        """The service principals, as `cloudtrail.amazonaws.com`."""
        return self.raw.strings("Principal", "Service")

    @property
    def whole_service(self) -> bool:
        """Whether it is about every action, be it of one service, or about all but some."""
        wild = any(action == "*" or action.endswith(":*") for action in self.raw.strings("Action"))
        return wild or self.raw.has("NotAction")

    @property
    def denies_plain_http(self) -> bool:
        """Whether it denies everyone what comes without TLS, and under no further condition."""
        conditions = [
            (operator, key, [value.lower() for value in values])
            for operator, key, values in self.conditions()
        ]
        return (
            not self.allows and self.everyone and len(conditions) == 1 and conditions[0] in _NO_TLS
        )

    def conditions(self) -> Iterator[tuple[str, str, list[str]]]:
        """Yield each condition as operator, key in lower case, and values."""
        for block in self.raw.blocks("Condition"):
            for operator in block.names():
                for tests in block.blocks(operator):
                    for key in tests.names():
                        yield operator, key.lower(), tests.strings(key)

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


SOURCES = ("aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths")
"""Condition keys that tie a service to whom it acts for (IAM User Guide, "confused deputy")."""

_NO_TLS = [(operator, "aws:securetransport", ["false"]) for operator in ("Bool", "BoolIfExists")]
_BINDING = frozenset(
    {"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress"}
)


def statements(document: Block) -> list[Statement]:
    """Return the statements of a document, which may hold a list or a single one."""
    return [Statement(block) for block in document.blocks("Statement")]


def _matches(patterns: list[str], name: str) -> bool:
    name = name.lower()
    for pattern in patterns:
        # A pattern of more characters matches nothing, and a long one would be slow to translate.
        short = len(pattern) - pattern.count("*") <= len(name)
        # IAM knows no character classes: a bracket stands for itself.
        if short and fnmatchcase(name, pattern.lower().replace("[", "[[]")):
            return True
    return False
