"""What the engine can send: its encodings, requests made of rules' examples, and values like them.

Requests go through their wire format, so that nothing is judged that gRPC could not carry.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final, NoReturn

import grpc
from google.protobuf import struct_pb2
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy.deserialize import (
    SPECIAL_ARCHIVE_SIG,
    SPECIAL_ASSET_SIG,
    SPECIAL_SECRET_SIG,
    SPECIAL_SIG_KEY,
)
from pulumi_policy.proxy import (
    UNKNOWN_ARCHIVE_VALUE,
    UNKNOWN_ARRAY_VALUE,
    UNKNOWN_ASSET_VALUE,
    UNKNOWN_BOOLEAN_VALUE,
    UNKNOWN_NUMBER_VALUE,
    UNKNOWN_OBJECT_VALUE,
    UNKNOWN_STRING_VALUE,
)

from policy_pack.analyzer import Analyzer
from policy_pack.catalog import rules
from policy_pack.configuration import PACK
from policy_pack.rule import UNKNOWN, Example, Rule, ref

OUTPUT_SIG: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
RESOURCE_SIG: Final = "5cf8f73096256a8f31e491e813e4eb8e"
UNKNOWNS: Final = (
    UNKNOWN_STRING_VALUE,
    UNKNOWN_ARCHIVE_VALUE,
    UNKNOWN_ARRAY_VALUE,
    UNKNOWN_ASSET_VALUE,
    UNKNOWN_BOOLEAN_VALUE,
    UNKNOWN_NUMBER_VALUE,
    UNKNOWN_OBJECT_VALUE,
)
NEVER_SET: Final[tuple[Any, ...]] = (None, "", [], {})
TYPES: Final = tuple(
    dict.fromkeys(type_ for rule in rules() for type_ in (*rule.types, *rule.remedies))
)


def each_run(examples: int) -> settings:
    """Return settings by which every run tries the same examples."""
    return settings(
        deadline=None,
        derandomize=True,
        max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def secret(value: object) -> dict[str, object]:
    return {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG, "value": value}


def asset(text: str) -> dict[str, object]:
    return {SPECIAL_SIG_KEY: SPECIAL_ASSET_SIG, "text": text}


def archive(path: str) -> dict[str, object]:
    return {SPECIAL_SIG_KEY: SPECIAL_ARCHIVE_SIG, "path": path}


@dataclass(frozen=True)
class Sent:
    """A resource as the engine sends it.

    Attributes:
        type: Its type token.
        name: Its name.
        properties: Its properties; `UNKNOWN` stands for the engine's text for it.
        sources: The URNs that a property's value was made from.
    """

    type: str
    name: str
    properties: Mapping[str, Any]
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def urn(self) -> str:
        return urn(self.type, self.name)

    def with_properties(self, properties: Mapping[str, Any]) -> Sent:
        return replace(self, properties=properties)


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:dev::project::{type_}::{name}"


def sent_example(rule: Rule, example: Example, name: str, *, known: bool) -> list[Sent]:
    """Return an example's resources, for each of the rule's types where it joins none.

    Args:
        rule: The rule.
        example: One of its examples.
        name: Stands before the resources' names.
        known: Whether references are known, as at `up`; else the engine tells only their sources.
    """
    if not rule.whole_stack:
        return [Sent(one, f"{name}-{i}", example) for i, one in enumerate(rule.types)]
    made = []
    for key, (type_, *states) in example.items():
        given = states[-1]
        if given is None:  # it is gone, and the engine tells nothing of what was before
            continue
        properties: dict[str, Any] = {"id": f"{name}-{key}-id" if known else UNKNOWN}
        sources: dict[str, Sequence[str]] = {}
        for property_, value in given.items():
            properties[property_] = _with_references(value, name, known=known)
            made_of = [one for _, one in parts(value) if isinstance(one, ref)]
            made_of += [value] if isinstance(value, ref) else []
            if made_of:
                urns = [urn(example[one.name][0], f"{name}-{one.name}") for one in made_of]
                sources[property_] = urns
        made.append(Sent(type_, f"{name}-{key}", properties, sources))
    return made


def _with_references(value: Any, name: str, *, known: bool) -> Any:
    if isinstance(value, ref):
        return f"{name}-{value.name}-id" if known else UNKNOWN
    if isinstance(value, Mapping):
        return {key: _with_references(one, name, known=known) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_references(one, name, known=known) for one in value]
    return value


def examples_of(rule: Rule) -> list[Example]:
    return [*rule.passes, *rule.fails, *rule.undecided]


def encoded(value: Any) -> Any:
    """Return a value as it stands on the wire."""
    if value is UNKNOWN:
        return UNKNOWN_STRING_VALUE
    if isinstance(value, Mapping):
        return {key: encoded(nested) for key, nested in value.items()}
    if isinstance(value, list | tuple):
        return [encoded(nested) for nested in value]
    return value


def struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(encoded(properties))
    return made


def to_analyze(one: Sent) -> analyzer_pb2.AnalyzeRequest:
    request = analyzer_pb2.AnalyzeRequest(
        type=one.type, name=one.name, urn=one.urn, properties=struct(one.properties)
    )
    return analyzer_pb2.AnalyzeRequest.FromString(request.SerializeToString())


def to_analyze_stack(resources: Iterable[Sent]) -> analyzer_pb2.AnalyzeStackRequest:
    request = analyzer_pb2.AnalyzeStackRequest()
    for one in resources:
        made = request.resources.add(
            type=one.type, name=one.name, urn=one.urn, properties=struct(one.properties)
        )
        for property_, urns in one.sources.items():
            made.propertyDependencies[property_].urns.extend(urns)
    return analyzer_pb2.AnalyzeStackRequest.FromString(request.SerializeToString())


def to_configure(
    levels: Mapping[str, str], properties: Mapping[str, Mapping[str, Any]] | None = None
) -> analyzer_pb2.ConfigureAnalyzerRequest:
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for policy, level in levels.items():
        number = analyzer_pb2.EnforcementLevel.Value(level.upper())
        request.policyConfig[policy].enforcementLevel = number
    for policy, values in (properties or {}).items():
        request.policyConfig[policy].properties.update(values)
    return request


class _Call:
    def abort(self, code: grpc.StatusCode, details: str) -> NoReturn:
        raise AssertionError(f"{code}: {details}")


CALL: Final[Any] = _Call()
"""A call whose refusal fails the test; nothing else of a call is looked at."""


def serve(
    catalog: Sequence[Rule] = rules(),
    levels: Mapping[str, str] | None = None,
    properties: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    preview: bool = True,
) -> Analyzer:
    """Return our analyzer as the engine has configured it."""
    analyzer = Analyzer(catalog)
    analyzer.ConfigureStack(
        analyzer_pb2.AnalyzerStackConfigureRequest(project="project", stack="dev", dry_run=preview),
        CALL,
    )
    analyzer.Configure(to_configure(levels or {}, properties), CALL)
    return analyzer


def diagnostics(servicer: Any, resources: Sequence[Sent]) -> list[analyzer_pb2.AnalyzeDiagnostic]:
    """Send resources as a run does, each by itself and then the stack; return what rules say."""
    answers = [
        *(servicer.Analyze(to_analyze(one), CALL) for one in resources),
        servicer.AnalyzeStack(to_analyze_stack(resources), CALL),
    ]
    return [one for answer in answers for one in answer.diagnostics if one.policyName != PACK]


def level(diagnostic: analyzer_pb2.AnalyzeDiagnostic) -> str:
    return analyzer_pb2.EnforcementLevel.Name(diagnostic.enforcementLevel).lower()


Path = tuple[str | int, ...]


def document(value: object) -> Any:
    """Return what a text holds as JSON object, or None."""
    if isinstance(value, str) and value.startswith("{"):
        with suppress(ValueError):
            return json.loads(value)
    return None


def parts(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every part of a value with its path, those of JSON documents among them."""
    inner = document(value) or value
    if isinstance(inner, Mapping):
        items: Iterable[tuple[str | int, Any]] = () if SPECIAL_SIG_KEY in inner else inner.items()
    else:
        items = enumerate(inner) if isinstance(inner, list | tuple) else ()
    for key, nested in items:
        yield (*path, key), nested
        yield from parts(nested, (*path, key))


def changed(value: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """Return a value with one part changed; what becomes `DROPPED` is left out."""
    if not path:
        return change(value)
    inner = document(value)
    if inner is not None:
        return json.dumps(changed(inner, path, change), default=lambda _: UNKNOWN_STRING_VALUE)
    items = dict(value) if isinstance(value, Mapping) else list(value)
    items[path[0]] = changed(items[path[0]], path[1:], change)
    if items[path[0]] is DROPPED:
        del items[path[0]]
    return items


def put(part: Any) -> Callable[[Any], Any]:
    """Return a change that puts a given part in place of any."""
    return lambda _: part


DROPPED: Final = object()


def holds_unknown(example: Any) -> bool:
    return any(value is UNKNOWN for _, value in parts(example))


def _vocabulary() -> dict[str, list[Any]]:
    words: dict[str, list[Any]] = {}
    for rule in rules():
        for example in examples_of(rule):
            for one in sent_example(rule, example, "word", known=True):
                for path, value in parts(one.properties):
                    if value is not UNKNOWN and not holds_unknown(value):
                        named = [step for step in path if isinstance(step, str)]
                        words.setdefault(named[-1], []).append(value)
    return words


VOCABULARY: Final = _vocabulary()
"""Known values that examples hold, by the name that they stand under."""


@st.composite
def near(draw: st.DrawFn, value: Any, others: st.SearchStrategy[Any], most: int = 3) -> Any:
    """Draw a value like one of an example: up to `most` of its parts are missing or other.

    Args:
        draw: How to draw.
        value: The value.
        others: What may stand in place of any part.
        most: How many parts may differ.
    """
    for _ in range(draw(st.integers(0, most))):
        found = list(parts(value))
        if not found:
            break
        path, part = draw(st.sampled_from(found))
        named = [step for step in path if isinstance(step, str)]
        other = draw(
            st.one_of(
                st.sampled_from(VOCABULARY.get(named[-1], [part])),
                st.sampled_from([DROPPED, secret(part), document(part) or part]),
                others,
            )
        )
        value = changed(value, path, put(other))
    return value


@st.composite
def stacks(
    draw: st.DrawFn, rule: Rule, others: st.SearchStrategy[Any], *, known: bool, most: int = 3
) -> list[Sent]:
    """Draw a stack of resources like those of examples: right and wrong by a rule, and others.

    Args:
        draw: How to draw.
        rule: The rule.
        others: What may stand in place of any part of a resource.
        known: Whether the engine knows all values, but for those that `others` brings.
        most: How many parts of a resource may differ from the example's.
    """
    made = []
    another = draw(st.sampled_from(rules()))
    for name, owner, examples in (
        ("right", rule, rule.passes),
        ("wrong", rule, rule.fails),
        ("other", another, examples_of(another)),
    ):
        usable = [one for one in examples if not (known and holds_unknown(one))]
        resources = sent_example(owner, draw(st.sampled_from(usable)), name, known=known)
        made += [one.with_properties(draw(near(one.properties, others, most))) for one in resources]
    return made
