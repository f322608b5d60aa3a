"""What a rule author needs: `@rule`, `Resource`, `Stack`, and how examples are written.

A rule is one file in `rules/`; the file's stem is its id. See `CONTRIBUTING.md`, "Add a rule".
"""

from __future__ import annotations

import inspect
import json
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, cast

from pulumi_policy import Severity

from policy_pack.controls import Control, cis, fsbp, owasp, prowler

__all__ = [
    "UNKNOWN",
    "Block",
    "Control",
    "DuplicateRuleError",
    "Finding",
    "Resource",
    "Rule",
    "Severity",
    "Stack",
    "Undecided",
    "Verdict",
    "cis",
    "fsbp",
    "owasp",
    "prowler",
    "ref",
    "rule",
]


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


class Block:
    """Properties of a resource, or of one nested block of it, with an honest reader."""

    def __init__(self, values: Mapping[str, Any], owner: str, path: tuple[str, ...] = ()) -> None:
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
        unknown = _first_unknown(value, tuple(str(step) for step in path))
        if unknown is not None:
            raise Undecided(self._owner, ".".join((*self._path, *unknown)))
        return default if value is None else value

    def blocks(self, *path: str | int) -> list[Block]:
        """Return the nested blocks of a list or of a single block, each with its own reader.

        A value that is not known inside one block leaves the others readable.

        Raises:
            Undecided: The list itself is not known yet.
        """
        value = self._find(path)
        at = (*self._path, *(str(step) for step in path))
        if value is UNKNOWN:
            raise Undecided(self._owner, ".".join(at))
        if value is None:
            return []
        if isinstance(value, Mapping):
            return [Block(value, self._owner, at)]
        if not isinstance(value, list):
            raise TypeError(f"'{'.'.join(at)}' is not a list of blocks")
        found = []
        for index, element in enumerate(value):
            here = (*at, str(index))
            if element is UNKNOWN:
                raise Undecided(self._owner, ".".join(here))
            found.append(Block(element, self._owner, here))
        return found

    def json(self, *path: str | int) -> Mapping[str, Any]:
        """Return a property that holds a JSON document, given as text or as a map.

        Raises:
            Undecided: The document is not known yet.
            ValueError: The text is no JSON object.
        """
        value = self.get(*path, default={})
        document = json.loads(value) if isinstance(value, str) else value
        if not isinstance(document, Mapping):
            raise ValueError(f"'{'.'.join(map(str, path))}' holds no JSON object")  # noqa: TRY004  of the value, not of the type
        return document

    def _find(self, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401  properties are JSON
        value: Any = self._values
        for depth, step in enumerate(path):
            if value is UNKNOWN:
                known = (*self._path, *(str(s) for s in path[:depth]))
                raise Undecided(self._owner, ".".join(known))
            if isinstance(value, Mapping):
                value = value.get(str(step))
            elif isinstance(value, list) and isinstance(step, int):
                value = value[step] if step < len(value) else None
            else:
                return None
        return value


def _first_unknown(value: object, path: tuple[str, ...]) -> tuple[str, ...] | None:
    if value is UNKNOWN:
        return path
    if isinstance(value, Mapping):
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


class Resource(Block):
    """One resource of a stack, as the engine shows it to a policy pack.

    Attributes:
        type: Its type token, as `aws:s3/bucket:Bucket`.
        name: Its name in the program.
        urn: Its URN.
        dependencies: Per property, the URNs of the resources that its value was made from. The
            engine tells them for whole-stack rules alone; they are empty elsewhere.
    """

    def __init__(
        self,
        type: str,  # noqa: A002  the field's word
        name: str,
        urn: str,
        properties: Mapping[str, Any],
        dependencies: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(properties, name)
        self.type = type
        self.name = name
        self.urn = urn
        self.dependencies = dependencies or {}

    _IDENTITIES: Final = ("id", "arn", "name", "bucket", "keyId")
    """Outputs by which one resource refers to another."""

    def refers_to(self, property: str, target: Resource) -> bool:  # noqa: A002  the field's word
        """Tell whether a property's value stands for another resource of the stack.

        A known value is compared with the target's id, ARN and name. A value that is not known yet
        is followed through the stack's property dependencies, which are known at preview.

        Raises:
            Undecided: The value is unknown and comes from no resource of the stack.
        """
        value = self._find((property,))
        if value is UNKNOWN:
            sources = self.dependencies.get(property, ())
            if not sources:
                raise Undecided(self.name, property)
            return target.urn in sources
        identities = (target._find((output,)) for output in self._IDENTITIES)
        return any(value == known for known in identities if isinstance(known, str) and known)


class Stack:
    """All resources of a stack, for rules that join them."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self.resources = resources

    def of_type(self, *types: str) -> list[Resource]:
        """Return the resources of the given type tokens, in the order of their registration."""
        return [resource for resource in self.resources if resource.type in types]

    def referring(self, types: Sequence[str], property: str, target: Resource) -> list[Resource]:  # noqa: A002  the field's word
        """Return the resources of the given types whose `property` stands for `target`.

        Raises:
            Undecided: None is known to do so, but one may: its reference is not known yet.
        """
        found = []
        undecided: Undecided | None = None
        for resource in self.of_type(*types):
            try:
                if resource.refers_to(property, target):
                    found.append(resource)
            except Undecided as unknown:
                undecided = unknown
        if not found and undecided is not None:
            raise undecided
        return found


@dataclass(frozen=True)
class Finding:
    """What a rule found wrong with one resource."""

    rule: Rule
    resource: Resource
    reason: str


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


ResourceCheck = Callable[[Resource], Iterator[str]]
StackCheck = Callable[[Resource, Stack], Iterator[str]]
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
    check: ResourceCheck | StackCheck = field(repr=False)

    @cached_property  # asked for every resource, and a signature is slow to read
    def whole_stack(self) -> bool:
        """Whether the rule joins resources, and so is judged once all are registered."""
        return len(inspect.signature(self.check).parameters) > 1

    def judge(self, resource: Resource, stack: Stack) -> Verdict:
        """Judge one resource of one of the rule's types.

        What was found before an unknown value was read is kept. An exception is the rule's own
        failure, told without the exception's text, which may hold a property's value.
        """
        findings: list[Finding] = []
        try:
            if self.whole_stack:
                reasons = cast("StackCheck", self.check)(resource, stack)
            else:
                reasons = cast("ResourceCheck", self.check)(resource)
            findings.extend(Finding(self, resource, reason) for reason in reasons)
        except Undecided as unknown:
            return Verdict(tuple(findings), undecided=(unknown,))
        except Exception as error:  # noqa: BLE001  whatever a rule raises, the others still run
            where = traceback.extract_tb(error.__traceback__)[-1]
            at = f"{type(error).__name__} in {where.name}, line {where.lineno}"
            failure = f"the rule broke ({at})"
            return Verdict(tuple(findings), failure=failure)
        return Verdict(tuple(findings))


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
) -> Callable[[ResourceCheck | StackCheck], Rule]:
    """Make a rule of a function that yields one sentence per finding.

    The function takes the resource, or the resource and the stack where the rule joins resources.
    Its docstring tells why the rule matters; its module's name is the rule's id.

    Args:
        title: The wanted state, in one short sentence.
        types: Type tokens of the resources that it judges.
        severity: How bad a finding is.
        fix: What to write instead, in one sentence.
        controls: Outside controls that it serves.
        passes: Examples that are right. For a rule of one resource, its properties; for a rule of
            the stack, `{name: (type, properties)}`, the judged resource first, with `ref(name)` for
            a reference.
        fails: Examples that are wrong, the omitted property among them.
        undecided: Examples that cannot be decided while a value is `UNKNOWN`.
        omission: Why leaving everything out is safe, where `fails` holds no empty example.
    """

    def make(check: ResourceCheck | StackCheck) -> Rule:
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
            check=check,
        )

    return make


@dataclass(frozen=True)
class ref:  # noqa: N801  reads as a word in examples
    """In an example: a reference to another resource of the small stack, by its name."""

    name: str


def example_stack(example: Example, *, known: bool) -> Stack:
    """Build the small stack of a whole-stack rule's example.

    Args:
        example: `{name: (type, properties)}`.
        known: Whether references have their values, as at `up`; else they are unknown and leave
            property dependencies alone, as at a first preview.
    """
    resources = []
    for name, (type_, properties) in example.items():
        values: dict[str, Any] = {"id": f"{name}-id"} if known else {"id": UNKNOWN}
        dependencies = {}
        for key, value in properties.items():
            if isinstance(value, ref):
                dependencies[key] = [example_urn(example[value.name][0], value.name)]
                values[key] = f"{value.name}-id" if known else UNKNOWN
            else:
                values[key] = value
        resources.append(Resource(type_, name, example_urn(type_, name), values, dependencies))
    return Stack(resources)


def example_urn(type_: str, name: str) -> str:
    """Return the URN of an example's resource."""
    return f"urn:pulumi:example::example::{type_}::{name}"
