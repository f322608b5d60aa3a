"""What a rule author needs: `@rule`, `Resource`, `Stack`, and how examples are written.

A rule is one file in `rules/`; the file's stem is its id. See `CONTRIBUTING.md`, "Add a rule".
"""

from __future__ import annotations

import inspect
import json
import math
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import chain
from types import CodeType, FunctionType, MappingProxyType
from typing import Any, Final, TypeVar

from pulumi_policy import EnforcementLevel, Severity

from policy_pack.controls import Control, cis, cis_github, fsbp, owasp, prowler, scorecard, serves
from policy_pack.settings import Setting, among, at_least, at_most, including

REPOSITORY: Final = "https://github.com/OWNER/REPOSITORY"
"""Where the project lives. Whoever hosts a fork writes its address here, once."""

__all__ = [
    "IDENTITIES",
    "REPOSITORY",
    "UNKNOWN",
    "WORST_FIRST",
    "Block",
    "Control",
    "DuplicateRuleError",
    "EnforcementLevel",
    "Finding",
    "Findings",
    "Malformed",
    "Resource",
    "Rule",
    "Setting",
    "Severity",
    "Stack",
    "Undecided",
    "Verdict",
    "among",
    "at_least",
    "at_most",
    "cis",
    "cis_github",
    "every",
    "finding",
    "fsbp",
    "including",
    "owasp",
    "plain",
    "prowler",
    "ref",
    "rule",
    "scorecard",
    "some",
    "type_of",
]


WORST_FIRST: Final = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)


class _Unknown:
    """A value that the engine does not know yet."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("an unknown value was judged as if it were known: read it with Block.get")


UNKNOWN: Final = _Unknown()
"""In an example: a value that is not known at preview, such as the ARN of a new resource."""


class Undecided(Exception):  # noqa: N818  not an error: the rule cannot be decided yet
    """A rule read a value that is not known yet.

    Attributes:
        resource: Name of the resource whose property is unknown.
        property: Path of the property, as `rules.0.sseAlgorithm`.
    """

    def __init__(self, resource: str, property: str) -> None:  # noqa: A002  the field's word
        super().__init__(f"'{property}' of '{resource}' is not known yet")
        self.resource = resource
        self.property = property


class Malformed(Exception):  # noqa: N818  told as a finding
    """A rule read a value of another kind than the resource can have.

    Such a resource is found: a value that cannot be read is no pass.
    """

    def __init__(self, resource: str, property: str, wanted: str) -> None:  # noqa: A002  the field's word
        super().__init__(f"'{property}' of '{resource}' is not {wanted}, so it cannot be judged.")
        self.resource = resource
        self.property = property
        self.wanted = wanted


class Block:
    """Properties of a resource, or of one nested block of it, with an honest reader."""

    def __init__(self, values: Any, owner: str, path: tuple[str, ...] = ()) -> None:  # noqa: ANN401  properties are JSON
        self._values = values
        self._owner = owner
        self._path = path

    def has(self, *path: str | int) -> bool:
        """Tell whether a property is set.

        A property that is set to a value not known yet is set. An absent one, `None`, and an empty
        string, list or map are not: AWS and GitHub treat them alike.

        Raises:
            Undecided: The block that would hold the property is itself unknown.
        """
        value = self._find(path)
        return value is UNKNOWN or value not in (None, "", [], {})

    def get(self, *path: str | int, default: Any = None) -> Any:  # noqa: ANN401  properties are JSON
        """Return a property's value, or `default` where it is absent or `None`.

        Raises:
            Undecided: The value, or a part of it, is not known yet.
        """
        value = self._find(path)
        if value is None:
            return default
        if value is UNKNOWN or isinstance(value, dict | list):
            unknown = _first_unknown(value, tuple(map(str, path)))
            if unknown is not None:
                raise Undecided(self._owner, self._at(*unknown))
        return value

    def raw(self, *path: str | int) -> Any:  # noqa: ANN401  properties are JSON
        """Return a property as it stands, `UNKNOWN` included: to be restated, not to be judged.

        Raises:
            Undecided: The block that would hold the property is itself unknown.
        """
        return self._find(path)

    def names(self) -> list[str]:
        """Return the names of all that it holds.

        Raises:
            Undecided: The block is not known yet.
            Malformed: It is no block.
        """
        value = self._find(())
        if value is UNKNOWN:
            raise Undecided(self._owner, self._at())
        return list(value)

    def number(self, *path: str | int, default: float) -> float:
        """Return a property that holds a number, given as such or as text.

        Raises:
            Undecided: The value is not known yet.
            Malformed: It is no number.
        """
        value = self.get(*path, default=default)
        try:
            number = float("" if isinstance(value, bool) else value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise self._malformed(path, "a number")
        return number

    def strings(self, *path: str | int) -> list[str]:
        """Return a property that holds texts, given as a list or, as IAM has it, as a single one.

        Raises:
            Undecided: The value, or a part of it, is not known yet.
            Malformed: It holds something else than texts, numbers and booleans.
        """
        value = self.get(*path, default=[])
        texts = value if isinstance(value, list) else [value]
        if not all(isinstance(text, str | int | float) for text in texts):
            raise self._malformed(path, "a text or a list of texts")
        return [str(text) for text in texts]

    def blocks(self, *path: str | int) -> list[Block]:
        """Return the nested blocks of a list or of a single block, each with its own reader.

        A block that is not known, or is none, leaves the others readable: reading it raises.

        Raises:
            Undecided: The list itself is not known yet.
        """
        value = self._find(path)
        at = (*self._path, *(str(step) for step in path))
        if value is UNKNOWN:
            raise Undecided(self._owner, self._at(*path))
        if not value:
            return []
        if isinstance(value, list):
            return [Block(one, self._owner, (*at, str(index))) for index, one in enumerate(value)]
        return [Block(value, self._owner, at)]

    def json(self, *path: str | int) -> Block:
        """Return a property that holds a JSON document, given as text or as a map.

        A value that is not known inside a map leaves the rest readable; an absent one is empty.

        Raises:
            Undecided: The document is not known yet.
            Malformed: It is no JSON object.
        """
        value = self._find(path)
        at = (*self._path, *(str(step) for step in path))
        if value is UNKNOWN:
            raise Undecided(self._owner, self._at(*path))
        try:
            document = json.loads(value or "{}") if isinstance(value, str) else value or {}
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise self._malformed(path, "a JSON object")
        return Block(document, self._owner, at)

    def chosen(self, names: Collection[str], *path: str | int) -> tuple[str, Block]:
        """Return the one property of a block that is set, and what it holds.

        So AWS writes a choice: `{"block": {}}`, where an empty block counts, with all others absent
        or `None`.

        Args:
            names: What can be chosen.
            path: Where the choice stands.

        Raises:
            Undecided: What is chosen is not known yet.
            Malformed: Nothing is, or more than one, or none of the names.
        """
        value, at = self._find(path), (*self._path, *map(str, path))
        if value is UNKNOWN:
            raise Undecided(self._owner, self._at(*path))
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        held = value if isinstance(value, dict) else {}
        chosen = [name for name, one in held.items() if one not in (None, "", [])]
        unknown = [name for name in chosen if held[name] is UNKNOWN]
        if len(chosen) > 1 and unknown:
            raise Undecided(self._owner, self._at(*path, unknown[0]))
        if len(chosen) != 1 or chosen[0] not in names:
            raise self._malformed(path, "one of the choices that are known")
        one = held[chosen[0]]
        if isinstance(one, list) and len(one) == 1:
            one = one[0]
        return chosen[0], Block(one, self._owner, (*at, chosen[0]))

    def _at(self, *path: str | int) -> str:
        """Return a path as it is told; keys of a document can hold anything."""
        return ".".join(_printable(str(step)) for step in (*self._path, *path))

    def _malformed(self, path: Iterable[str | int], wanted: str) -> Malformed:
        return Malformed(self._owner, self._at(*path), wanted)

    def _find(self, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401  properties are JSON
        value: Any = self._values
        if value is not UNKNOWN and not isinstance(value, dict):
            raise self._malformed((), "a block of properties")
        for depth, step in enumerate(path):
            if value is UNKNOWN:
                raise Undecided(self._owner, self._at(*path[:depth]))
            if isinstance(value, dict):
                value = value.get(str(step))
            elif isinstance(value, list) and isinstance(step, int):
                value = value[step] if step < len(value) else None
            else:
                return None
        return value


def _first_unknown(value: object, path: tuple[str, ...]) -> tuple[str, ...] | None:
    if value is UNKNOWN:
        return path
    if isinstance(value, dict):
        items: Iterator[tuple[object, object]] = iter(value.items())
    elif isinstance(value, list):
        items = iter(enumerate(value))
    else:
        return None
    for key, nested in items:
        found = _first_unknown(nested, (*path, str(key)))
        if found is not None:
            return found
    return None


IDENTITIES: Final = ("id", "arn", "name", "bucket", "keyId")
"""Outputs by which one resource refers to another."""


class Resource(Block):
    """One resource of a stack, as the engine shows it to a policy pack.

    Attributes:
        type: Its type token, as `aws:s3/bucket:Bucket`.
        name: Its name in the program.
        urn: Its URN.
        dependencies: Per property, the URNs of the resources that its value was made from. The
            engine tells them for whole-stack rules alone; they are empty elsewhere.

    Args:
        properties: The properties, or how to get them at the first look: most resources of a
            stack are never looked at.
        secrets: Texts that were marked secret, filled by whoever gets the properties. A finding
            shows none of them, whatever the rule says.
        aliases: The URN that it had before the run, where it is another one.
    """

    def __init__(  # noqa: PLR0913, PLR0917  what the engine tells of a resource
        self,
        type: str,  # noqa: A002  the field's word
        name: str,
        urn: str,
        properties: Mapping[str, Any] | Callable[[], Mapping[str, Any]],
        dependencies: Mapping[str, Sequence[str]] | None = None,
        secrets: set[str] | None = None,
        aliases: Sequence[str] = (),
    ) -> None:
        super().__init__({}, name)
        self._source: Any = properties
        self.type = type
        self.name = name
        self.urn = urn
        self.dependencies = dependencies or {}
        self.secrets = set() if secrets is None else secrets
        self.aliases = aliases
        self._documents: dict[tuple[str | int, ...], Block] = {}

    def json(self, *path: str | int) -> Block:
        """Return a property that holds a JSON document, read once for all rules. See `Block`."""
        if path not in self._documents:
            self._documents[path] = super().json(*path)
        return self._documents[path]

    def _find(self, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401  properties are JSON
        if self._source is not None:
            self._values = self._source() if callable(self._source) else self._source
            self._source = None
        return super()._find(path)

    def refers_to(self, property: str, target: Resource) -> bool:  # noqa: A002  the field's word
        """Tell whether a property's value stands for another resource of the stack.

        A known value is compared with the target's id, ARN and name. Where either is not known yet,
        the stack's property dependencies tell, which are known at preview.

        Raises:
            Undecided: The value is unknown and comes from no resource of the stack, or from the
                target and another resource of its type, so that it may stand for either.
        """
        value = self._find((property,))
        sources = self.dependencies.get(property, ())
        if isinstance(value, str) and value in target.identities:
            return True
        if target.urn not in sources:
            if value is UNKNOWN and not sources:
                raise Undecided(self.name, property)
            return False
        if value is not UNKNOWN and not target.has_unknown_identity:
            return False
        if sum(type_of(urn) == target.type for urn in sources) > 1:
            raise Undecided(self.name, property)
        return True

    @cached_property
    def identities(self) -> frozenset[str]:
        """The known values by which other resources refer to this one: its id, ARN and names."""
        known = (self._find((output,)) for output in IDENTITIES)
        return frozenset(value for value in known if isinstance(value, str) and value)

    @cached_property
    def has_unknown_identity(self) -> bool:
        """Whether other resources may refer to this one by a value that is not known yet."""
        return any(self._find((output,)) is UNKNOWN for output in IDENTITIES)


_Made = TypeVar("_Made")


class Stack:
    """All resources of a stack, for rules that join them.

    Attributes:
        resources: The resources.
        today: The day by UTC on which they are judged.
        previous: The stack as it was before the run, where it is told.
    """

    def __init__(
        self,
        resources: Sequence[Resource],
        today: date | None = None,
        previous: Stack | None = None,
    ) -> None:
        self.resources = resources
        self.today = today or datetime.now(UTC).date()
        self.previous = previous
        self._by_type: dict[str, list[Resource]] = {}
        for resource in resources:
            self._by_type.setdefault(resource.type, []).append(resource)
        self._references: dict[tuple[str, str], _References] = {}
        self._made: dict[Callable[[Stack], Any], Any] = {}

    def of_type(self, *types: str) -> list[Resource]:
        """Return the resources of the given type tokens, each type in registration order."""
        return [resource for type_ in types for resource in self._by_type.get(type_, ())]

    def now(self, earlier: str) -> Resource | None:
        """Return what became of a resource of the previous stack, by its URN there."""
        return self._now.get(earlier)

    @cached_property
    def _now(self) -> Mapping[str, Resource]:
        renamed = {urn: resource for resource in self.resources for urn in resource.aliases}
        return {**renamed, **{resource.urn: resource for resource in self.resources}}

    def referring(self, types: Sequence[str], property: str, target: Resource) -> list[Resource]:  # noqa: A002  the field's word
        """Return the resources of the given types whose `property` stands for `target`.

        Raises:
            Undecided: None is known to do so, but one may: its reference is not known yet.
        """
        found: list[Resource] = []
        undecided: Undecided | None = None
        for type_ in types:
            if (type_, property) not in self._references:
                made = _References(self._by_type.get(type_, ()), property)
                self._references[type_, property] = made
            for resource in self._references[type_, property].candidates(target):
                try:
                    if resource.refers_to(property, target):
                        found.append(resource)
                except Undecided as unknown:
                    undecided = unknown
        if not found and undecided is not None:
            raise undecided
        return found

    def once(self, make: Callable[[Stack], _Made]) -> _Made:
        """Return what `make` makes of the stack: made once, for all resources and rules.

        For an index of a rule's own, so that a join is no search of the stack.
        """
        if make not in self._made:
            self._made[make] = make(self)
        made: _Made = self._made[make]
        return made


class _References:
    """Who may refer to what through one property, so that a join is no search of the stack."""

    def __init__(self, resources: Sequence[Resource], property: str) -> None:  # noqa: A002  the field's word
        self._by_value: dict[str, list[Resource]] = {}
        self._by_source: dict[str, list[Resource]] = {}
        self._by_nothing: list[Resource] = []
        for resource in resources:
            value = resource._find((property,))  # noqa: SLF001  one module's affair
            sources = resource.dependencies.get(property, ())
            if isinstance(value, str):
                self._by_value.setdefault(value, []).append(resource)
            elif value is UNKNOWN and not sources:
                self._by_nothing.append(resource)
            for source in sources:
                self._by_source.setdefault(source, []).append(resource)

    def candidates(self, target: Resource) -> Iterable[Resource]:
        by_value = (self._by_value.get(identity, ()) for identity in target.identities)
        by_source = self._by_source.get(target.urn, ())
        return dict.fromkeys(chain(*by_value, by_source, self._by_nothing))


_Item = TypeVar("_Item")


def every(items: Iterable[_Item], judge: Callable[[_Item], Findings]) -> Findings:
    """Judge each item by itself: a value that is not known ends the judgement of that item alone.

    For checks that look at several statements, blocks or settings of a resource. What ends several
    judgements is told once.
    """
    told = set()
    for item in items:
        try:
            yield from judge(item)
        except (Undecided, Malformed) as stopped:
            if str(stopped) not in told:
                told.add(str(stopped))
                yield stopped


def some(items: Iterable[_Item], holds: Callable[[_Item], bool]) -> bool:
    """Tell whether something holds for an item. One that is unreadable holds for nothing.

    Raises:
        Undecided: It is known to hold for none, but may for one.
    """
    undecided: Undecided | None = None
    for item in items:
        try:
            if holds(item):
                return True
        except Undecided as unknown:
            undecided = unknown
        except Malformed:
            continue
    if undecided is not None:
        raise undecided
    return False


def type_of(urn: str) -> str:
    """Return the type of a URN, which is `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`."""
    parts = urn.split("::", 3)
    return parts[2].rpartition("$")[2] if len(parts) > 2 else ""  # noqa: PLR2004  its third part


class _Reason(str):
    """A reason with values that the rule marks as safe to show."""

    __slots__ = ("name", "shown", "template")

    name: str
    shown: Mapping[str, str]
    template: str


def finding(template: str, /, name: object = "", **shown: object) -> str:
    """Make a reason that shows values, which the rule thereby marks as safe: labels, settings.

    A reason is otherwise written out in full in the rule: the pack withholds one that is not, as
    it may hold a property's value. A value that is, or stands in, a secret is never shown.

    Args:
        template: The reason, with `{name}` and the other values' names in it.
        name: Names this finding among the rule's findings of one resource, as a statement's Sid
            does, so that it can be exempted alone. Findings are named by labels, not by positions.
        shown: Further values.
    """
    values = {key: _printable(str(value)) for key, value in {"name": name, **shown}.items()}
    reason = _Reason(template.format(**values))
    reason.name, reason.shown, reason.template = values["name"], values, template
    return reason


def _printable(text: str) -> str:
    """Return a value that can neither forge lines nor steer a terminal, at a bearable length."""
    made = plain(text)
    return made if len(made) <= _LONGEST else f"{made[: _LONGEST - 3]}..."


def plain(text: str) -> str:
    """Return a text that can neither forge lines nor steer a terminal."""
    if text.isprintable():  # nearly all are, and many are compared with every secret
        return text
    return "".join(char if char.isprintable() else "?" for char in text)


_LONGEST: Final = 100


@dataclass(frozen=True)
class Finding:
    """What a rule found wrong with one resource."""

    rule: Rule
    resource: Resource
    reason: str
    name: str = ""
    """What names it among the rule's findings of the resource, or empty."""


@dataclass(frozen=True)
class Verdict:
    """What a rule says of one resource. It passes only if all three are empty.

    Attributes:
        findings: What is wrong.
        undecided: The values that were missing, where the rule could not be decided.
        failure: Why the rule itself broke, or empty. Such a rule has judged nothing.
    """

    findings: tuple[Finding, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    failure: str = ""

    @property
    def passed(self) -> bool:
        """Whether the rule was decided and nothing was found."""
        return not (self.findings or self.undecided or self.failure)


class DuplicateRuleError(Exception):
    """A second rule in one file: its id is taken."""

    def __init__(self, id: str) -> None:  # noqa: A002  the field's word
        super().__init__(f"a second rule has the id '{id}'; write one function with @rule per file")


Findings = Iterator[str | Undecided | Malformed]
"""What a check yields: a sentence per finding. `every` also yields what could not be read."""

Check = Callable[..., Findings]
Example = Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """One self-documenting rule. Made with `@rule`."""

    id: str
    title: str
    rationale: str
    types: tuple[str, ...]
    severity: Severity
    fix: str
    controls: tuple[Control, ...]
    passes: Sequence[Example] = field(repr=False)
    fails: Sequence[Example] = field(repr=False)
    undecided: Sequence[Example] = field(repr=False)
    omission: str
    settings: Mapping[str, Setting]
    remedies: Mapping[str, Mapping[str, Any]]
    level: EnforcementLevel
    check: Check = field(repr=False)

    @cached_property  # asked for every resource, and a signature is slow to read
    def whole_stack(self) -> bool:
        """Whether the rule joins resources, and so is judged once all are registered."""
        return self._takes > 1

    @cached_property
    def of_change(self) -> bool:
        """Whether the rule compares the stack with the previous one, whose resources it judges."""
        return self._takes > 2  # noqa: PLR2004  the resource, what became of it, and the stack

    @cached_property
    def _takes(self) -> int:
        parameters = inspect.signature(self.check).parameters.values()
        return sum(one.kind is not one.KEYWORD_ONLY for one in parameters)

    @property
    def url(self) -> str:
        """Where the rule is documented."""
        return f"{_DOCUMENTATION}#{self.id}"

    @cached_property
    def _written(self) -> frozenset[str]:
        """Every text that stands in the rule's module, and so is no property's value."""
        functions = (
            value
            for value in (self.check, *self.check.__globals__.values())
            if isinstance(value, FunctionType) and value.__module__ == self.check.__module__
        )
        return frozenset(text for one in functions for text in _texts(one.__code__))

    @cached_property
    def _defaults(self) -> Mapping[str, Any]:
        return {name: setting.default for name, setting in self.settings.items()}

    def served(self, settings: Mapping[str, Any] | None = None) -> tuple[Control, ...]:
        """Return the controls that the rule serves with these settings.

        A setting that is looser than a control asks drops the control, and all that follow from it.
        """
        held = {**self._defaults, **(settings or {})}
        return serves(
            tuple(
                control
                for control in self.controls
                if all(one.satisfies(control, held[name]) for name, one in self.settings.items())
            )
        )

    def fix_with(self, settings: Mapping[str, Any] | None = None) -> str:
        """Return what to write instead, with the settings in force."""
        return (
            self.fix.format(**{**self._defaults, **(settings or {})}) if self.settings else self.fix
        )

    def judge(
        self, resource: Resource, stack: Stack, settings: Mapping[str, Any] | None = None
    ) -> Verdict:
        """Judge one resource of one of the rule's types; of the previous stack by a rule of change.

        What was found before an unknown value was read is kept. An exception is the rule's own
        failure, told without the exception's text, which may hold a property's value.

        Args:
            resource: The resource.
            stack: The stack that holds it; a rule of one resource does not look at it.
            settings: The rule's settings where they differ from its defaults.
        """
        told: list[Finding | Undecided] = []
        keywords = {**self._defaults, **settings} if settings else self._defaults
        failure = ""
        now = stack.now(resource.urn) if self.of_change else None
        try:
            if self.of_change:
                reasons = self.check(resource, now, stack, **keywords)
            elif self.whole_stack:
                reasons = self.check(resource, stack, **keywords)
            else:
                reasons = self.check(resource, **keywords)
            for reason in reasons:
                told.append(self._tell(reason, resource, now))  # noqa: PERF401  what is told stays
        except (Undecided, Malformed) as stopped:
            told.append(self._tell(stopped, resource, now))
        except Exception as error:  # noqa: BLE001  whatever a rule raises, the others still run
            where = traceback.extract_tb(error.__traceback__)[-1]
            at = f"{type(error).__name__} in {where.name}, line {where.lineno}"
            failure = f"the rule broke ({at})"
        if not (told or failure):
            return _PASSED
        findings = tuple(one for one in told if isinstance(one, Finding))
        undecided = tuple(one for one in told if isinstance(one, Undecided))
        return Verdict(findings, undecided, failure)

    def _tell(
        self, reason: str | Undecided | Malformed, resource: Resource, now: Resource | None
    ) -> Finding | Undecided:
        """Return what a check yields or raises without any value that may not be shown."""
        secrets = resource.secrets if now is None else resource.secrets | now.secrets
        if isinstance(reason, Undecided):
            return Undecided(reason.resource, _discreet_path(reason.property, secrets))
        if isinstance(reason, Malformed):
            path = _discreet_path(reason.property, secrets)
            return Finding(self, resource, str(Malformed(reason.resource, path, reason.wanted)))
        if isinstance(reason, _Reason) and reason.template in self._written:
            secret = {
                key: _SECRET if value and _is_secret(value, secrets) else value
                for key, value in reason.shown.items()
            }
            if secret == reason.shown:
                return Finding(self, resource, str(reason), reason.name)
            return Finding(self, resource, reason.template.format(**secret))
        return Finding(self, resource, str(reason) if reason in self._written else _WITHHELD)


_DOCUMENTATION: Final = f"{REPOSITORY}/blob/main/docs/rules.md"
_PASSED: Final = Verdict()
_SECRET: Final = "[secret]"  # noqa: S105  what stands instead of one
_WITHHELD: Final = (
    "The reason is withheld, as it may hold a property's value; the rule must show values through "
    "`finding`."
)


def _is_secret(shown: str, secrets: Iterable[str]) -> bool:
    shortened = shown.removesuffix("...")
    return any(shortened in one or (one and one in shown) for one in map(plain, secrets))


def _discreet_path(path: str, secrets: Iterable[str]) -> str:
    """Return a path without the keys that stand in a secret; the property itself is no value."""
    property_, *steps = path.split(".")
    return ".".join([property_, *(_SECRET if _is_secret(one, secrets) else one for one in steps)])


def _texts(code: CodeType) -> Iterator[str]:
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, CodeType):
            yield from _texts(constant)


def rule(  # noqa: PLR0913  a rule is told by naming all of it, once
    *,
    title: str,
    types: Sequence[str],
    severity: Severity,
    fix: str,
    controls: Sequence[Control],
    passes: Sequence[Example],
    fails: Sequence[Example],
    undecided: Sequence[Example] = (),
    omission: str = "",
    settings: Mapping[str, Setting] = MappingProxyType({}),
    remedies: Mapping[Sequence[str], Mapping[str, Any]] = MappingProxyType({}),
    level: EnforcementLevel = EnforcementLevel.MANDATORY,
) -> Callable[[Check], Rule]:
    """Make a rule of a function that yields one sentence per finding.

    The function takes the resource, or the resource and the stack where the rule joins resources,
    and each setting as a keyword. A rule of change takes a resource of the previous stack, what
    became of it (None where it is gone), and the stack. Its docstring tells why the rule matters;
    its module's name is the rule's id.

    Args:
        title: The wanted state, in one short sentence.
        types: Type tokens of the resources that it judges.
        severity: How bad a finding is.
        fix: What to write instead, in one sentence.
        controls: Outside controls that it serves.
        passes: Examples that are right. For a rule of one resource, its properties; for a rule of
            the stack, `{name: (type, properties)}`, the judged resource first, with `ref(name)` for
            a reference. For a rule of change, `{name: (type, before, now)}`, where None is no
            resource.
        fails: Examples that are wrong, the omitted property among them.
        undecided: Examples that cannot be decided while a value is `UNKNOWN`.
        omission: Why leaving everything out is safe, where `fails` holds no empty example.
        settings: Thresholds that whoever enforces the pack may set, by the check's keywords. `fix`
            may name them in braces.
        remedies: Inputs that mend a finding, by the types of the resources that take them. Only
            where they are unambiguous and safe: nothing is lost, replaced or opened by them.
        level: Its enforcement level where nothing is configured. `ADVISORY` is for what is right
            for a while and must be seen; what is wrong is mandatory. `DISABLED` is for what costs
            so much that who wants it must say so.
    """

    def make(check: Check) -> Rule:
        id_ = check.__module__.rpartition(".")[2].replace("_", "-")
        # Told here: a second function of the same name would leave no trace of the first one.
        if any(isinstance(value, Rule) for value in check.__globals__.values()):
            raise DuplicateRuleError(id_)
        return Rule(
            id=id_,
            title=title,
            rationale=inspect.cleandoc(check.__doc__ or ""),
            types=tuple(types),
            severity=severity,
            fix=fix,
            controls=tuple(controls),
            passes=passes,
            fails=fails,
            undecided=undecided,
            omission=omission,
            settings=dict(settings),
            remedies={type_: dict(made) for types, made in remedies.items() for type_ in types},
            level=level,
            check=check,
        )

    return make


@dataclass(frozen=True)
class ref:  # noqa: N801  reads as a word in examples
    """In an example: a reference to another resource of the small stack, by its name."""

    name: str


EXAMPLE_DAY: Final = date(2027, 1, 1)
"""The day on which examples are judged."""


def example_stack(example: Example, *, known: bool) -> Stack:
    """Build the small stack of a whole-stack rule's example.

    Args:
        example: `{name: (type, properties)}`, or `{name: (type, before, now)}`.
        known: Whether references have their values, as at `up`; else they are unknown and leave
            property dependencies alone, as at a first preview. Those of what was before have.
    """
    changes = any(len(one) > 2 for one in example.values())  # noqa: PLR2004  type, before and now
    previous = Stack(_example_resources(example, 0, known=True), EXAMPLE_DAY) if changes else None
    return Stack(_example_resources(example, -1, known=known), EXAMPLE_DAY, previous)


def _example_resources(example: Example, at: int, *, known: bool) -> list[Resource]:
    """Return the resources of an example with the properties that stand at a place of each."""
    resources = []
    for name, (type_, *states) in example.items():
        properties = states[at]
        if properties is None:
            continue
        values: dict[str, Any] = {"id": f"{name}-id"} if known else {"id": UNKNOWN}
        dependencies = {}
        for key, value in properties.items():
            sources: list[str] = []
            values[key] = _resolved(value, example, sources, known=known)
            if sources:
                dependencies[key] = sources
        resources.append(Resource(type_, name, example_urn(type_, name), values, dependencies))
    return resources


def _resolved(value: Any, example: Example, sources: list[str], *, known: bool) -> Any:  # noqa: ANN401  properties are JSON
    """Return a value with its references resolved, and add what they refer to to the sources."""
    if isinstance(value, ref):
        sources.append(example_urn(example[value.name][0], value.name))
        return f"{value.name}-id" if known else UNKNOWN
    if isinstance(value, Mapping):
        return {key: _resolved(one, example, sources, known=known) for key, one in value.items()}
    if isinstance(value, list):
        return [_resolved(one, example, sources, known=known) for one in value]
    return value


def example_urn(type_: str, name: str) -> str:
    """Return the URN of an example's resource."""
    return f"urn:pulumi:example::example::{type_}::{name}"
