"""One reader of IAM policy documents for all rules, as IAM itself reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from policy_pack.rule import Block, Undecided


class Actions:
    """Names of actions, which the patterns of many statements are held against.

    Args:
        names: The names, as AWS writes them: `iam:PassRole`.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names: Final[Mapping[str, str]] = {name.lower(): name for name in names}
        self.all: Final = frozenset(self._names.values())
        self._longest: Final = max(map(len, self._names))
        # Policies repeat themselves, and so do those who write them.
        self._like = lru_cache(maxsize=4_096)(self._find)

    def matching(self, patterns: Iterable[str]) -> frozenset[str]:
        """Return the names that any of the patterns matches."""
        # One with more characters than any name matches none, and is not worth to be kept.
        short = (one for one in patterns if len(one) - one.count("*") <= self._longest)
        return frozenset[str]().union(*(self._like(pattern.lower()) for pattern in short))

    def _find(self, pattern: str) -> frozenset[str]:
        if not _WILD.search(pattern):
            return frozenset({self._names[pattern]} if pattern in self._names else ())
        start = _WILD.split(pattern, maxsplit=1)[0]
        return frozenset(
            name
            for lower, name in self._names.items()
            if lower.startswith(start) and _matches([pattern], lower)
        )


_WILD: Final = re.compile(r"[*?]")


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
    def denies(self) -> bool:
        """Whether the effect is `Deny`."""
        return bool(self.raw.get("Effect") == "Deny")

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

    def covered(self, actions: Actions) -> frozenset[str]:
        """Return which of the actions it covers, as `matches_action` would of each."""
        if self.raw.has("NotAction"):
            return actions.all - actions.matching(self.raw.strings("NotAction"))
        return actions.matching(self.raw.strings("Action"))

    @property
    def any_resource(self) -> bool:
        """Whether it is about every resource, every one of a kind, or all but some."""
        return self.raw.has("NotResource") or any(map(is_any_resource, self.resources))

    @property
    def everything(self) -> bool:
        """Whether it is about every action of every service, as an administrator's policy is."""
        return any(
            _is_wild(action) and not action.rpartition(":")[0].strip("*?")
            for action in self.raw.strings("Action")
        )

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
    def identities(self) -> list[str]:
        """The `AWS` principals: accounts, and ARNs of roles, users and sessions."""
        return self.raw.strings("Principal", "AWS")

    @property
    def federated(self) -> list[str]:
        """The identity providers: ARNs of SAML and OpenID Connect providers, and hosts."""
        return self.raw.strings("Principal", "Federated")

    @property
    def whole_service(self) -> bool:
        """Whether it is about every action, be it of one service, or about all but some."""
        return any(map(_is_wild, self.raw.strings("Action"))) or self.raw.has("NotAction")

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
        operator with `IfExists` or `ForAllValues` is true where the key is absent. A value of
        wildcards alone ties nothing.
        """
        return self.ties(lambda value: bool(value.strip("*?")), *keys)

    def ties(self, holds: Callable[[str], bool], *keys: str) -> bool:
        """Tell whether a condition ties it to values of one of the keys that all hold something."""
        wanted = [key.lower() for key in keys]
        return any(
            operator.removeprefix("ForAnyValue:") in _BINDING
            and values
            and all(map(holds, values))
            and _matches(wanted, key)
            for operator, key, values in self.conditions()
        )

    def tied_to(self, key: str) -> list[str] | None:
        """Return the values to which a condition ties the statement, or None where none does.

        See `binds`. Of several conditions on the key, each of which must hold, the first counts.
        """
        for operator, tested, values in self.conditions():
            if tested == key.lower() and operator in _BINDING and _says_something(values):
                return values
        return None

    def all_but(self, *keys: str) -> bool:
        """Tell whether a sole condition leaves out given values of one of the keys, and no others.

        So a `Deny` is written that spares who meets a demand: a negative operator is true also
        where the key is absent. A key may end in `*`.
        """
        wanted = [key.lower() for key in keys]
        conditions = [*self.conditions()]
        return len(conditions) == 1 and any(
            operator in _SPARING and _says_something(values) and _matches(wanted, key)
            for operator, key, values in conditions
        )


def _says_something(values: list[str]) -> bool:
    """Tell whether there are values, none of which is of wildcards alone."""
    return bool(values) and all(value.strip("*?") for value in values)


def _is_wild(action: str) -> bool:
    name = action.rpartition(":")[2]
    return "*" in name and not name.strip("*?")


SOURCES = ("aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths")
"""Condition keys that tie a service to whom it acts for (IAM User Guide, "confused deputy")."""

_NO_TLS = [(operator, "aws:securetransport", ["false"]) for operator in ("Bool", "BoolIfExists")]
_BINDING = frozenset(
    {"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress"}
)
_SPARING: Final = frozenset(
    {
        "StringNotEquals",
        "StringNotEqualsIgnoreCase",
        "StringNotLike",
        "ArnNotEquals",
        "ArnNotLike",
    }
)


def statements(document: Block) -> list[Statement]:
    """Return the statements of a document, which may hold a list or a single one."""
    return [Statement(block) for block in document.blocks("Statement")]


def is_any_resource(resource: str) -> bool:
    """Tell whether an ARN with wildcards stands for every resource of a kind.

    What stands before a slash or a colon is a kind, as `key/*` and `log-group:*`; in S3 it is a
    bucket's name. A star at the end stands for all that may follow, other parts of an ARN included.

    Source: IAM User Guide, "IAM JSON policy elements: Resource"; Service Authorization Reference,
    "Resource types" of each service.
    """
    parts = resource.split(":", 5)
    if len(parts) <= _LAST_PART:
        return resource.endswith("*") and _matches([parts[0]], "arn")
    service, name = parts[2], parts[_LAST_PART]
    if service == "s3":
        bucket, _, key = name.partition("/")
        return "*" in bucket and not (bucket + key).strip("*?")
    # No name in IAM holds a tilde, so that only a wildcard matches one: `role*` does, for example.
    if service == "iam" and any(_matches([name], f"{kind}/~") for kind in _IAM_KINDS):
        return True
    found = _ANY_OF_A_KIND.fullmatch(name)
    return found is not None and "*" in found[1]


_LAST_PART: Final = 5
_IAM_KINDS: Final = ("role", "user", "group", "policy")
_ANY_OF_A_KIND: Final = re.compile(r"(?:[a-z-]+[:/])?([*?:/-]+)")


def matches(pattern: str, name: str) -> bool:
    """Tell whether a pattern of IAM matches a name. Case does not matter; `*` and `?` do."""
    return _matches([pattern], name)


def _matches(patterns: list[str], name: str) -> bool:
    name = name.lower()
    for pattern in patterns:
        # A pattern of more characters matches nothing, and a long one would be slow to translate.
        short = len(pattern) - pattern.count("*") <= len(name)
        # IAM knows no character classes: a bracket stands for itself.
        if short and fnmatchcase(name, _STARS.sub("*", pattern.lower()).replace("[", "[[]")):
            return True
    return False


_STARS: Final = re.compile(r"\*+")
