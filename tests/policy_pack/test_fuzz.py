"""Whatever a resource holds, the analyzer answers, soon, and no rule breaks."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy.deserialize import (
    SPECIAL_ARCHIVE_SIG,
    SPECIAL_ASSET_SIG,
    SPECIAL_SECRET_SIG,
    SPECIAL_SIG_KEY,
)

from policy_pack.analyzer import Analyzer
from policy_pack.aws import BUCKET_POLICIES, BUCKETS, KEYS, PUBLIC_ACCESS_BLOCKS
from policy_pack.catalog import rules
from policy_pack.rule import Rule
from tests.policy_pack.strategies import (
    CALL,
    OUTPUT_SIG,
    RESOURCE_SIG,
    TYPES,
    UNKNOWNS,
    VOCABULARY,
    Sent,
    diagnostics,
    each_run,
    encoded,
    serve,
    stacks,
    to_analyze,
)

pytestmark = pytest.mark.timeout(60)  # a test; a case takes milliseconds

SIGS = (SPECIAL_SECRET_SIG, SPECIAL_ASSET_SIG, SPECIAL_ARCHIVE_SIG, OUTPUT_SIG, RESOURCE_SIG)
NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=True, allow_infinity=True))
# What the wire carries: text with any control character, but no half of a surrogate pair ...
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.sampled_from(["*", "?", "[", "\x00", "\x1b[2J", "\r\n", "\u2028", "\u202e", "nan", "1e999"]),
)
# ... which stands in a JSON document well enough, escaped.
ESCAPED = st.text(st.characters(categories=["Cs", "Cc", "L"]), max_size=8)
KEYS_ = st.one_of(st.sampled_from(sorted(VOCABULARY)), TEXTS)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    NUMBERS,
    TEXTS,
    st.sampled_from(UNKNOWNS),
    st.sampled_from([one for values in VOCABULARY.values() for one in values]).map(encoded),
)


def _nested(keys: st.SearchStrategy[str], inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4))


def _special(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw what carries the engine's marks: a secret, an output, an asset, or none known."""
    parts = ("value", "plaintext", "ciphertext", "secret", "dependencies", "id", "urn", "path")
    return st.fixed_dictionaries(
        {SPECIAL_SIG_KEY: st.one_of(st.sampled_from(SIGS), inner)},
        optional=dict.fromkeys((*parts, "text", "assets"), inner),
    )


DOCUMENTS = st.one_of(
    st.recursive(
        st.one_of(SCALARS, ESCAPED),
        lambda inner: _nested(st.one_of(KEYS_, ESCAPED), inner),
        max_leaves=12,
    ).map(json.dumps),
    st.sampled_from(["{", "[]", "null", '"{}"', "{}{}", '{"Statement": NaN}', "\ufeff{}"]),
)
VALUES = st.recursive(
    st.one_of(SCALARS, DOCUMENTS),
    lambda inner: st.one_of(_nested(KEYS_, inner), _special(inner)),
    max_leaves=12,
)
BAGS = st.dictionaries(KEYS_, VALUES, max_size=8)
REMEDIATED = dict.fromkeys((one.id for one in rules() if one.remedies), "remediate")


def answered(resources: list[Sent], analyzer: Analyzer | None = None) -> list[str]:
    """Send resources as a run that remediates does; return the messages. No rule may break."""
    analyzer = analyzer or serve(levels=REMEDIATED)
    for one in resources:
        for mended in analyzer.Remediate(to_analyze(one), CALL).remediations:
            assert mended.diagnostic == ""
            assert mended.properties.fields
    told = [one.message for one in diagnostics(analyzer, resources)]
    assert not [message for message in told if message.startswith("Not judged")]
    assert all(message.isprintable() for text in told for message in text.split("\n"))
    return told


def everywhere(properties: Mapping[str, Any], package: str = "") -> list[Sent]:
    """Return a resource of each type, of one package or of all, that any rule judges or mends."""
    types = (type_ for type_ in TYPES if type_.startswith(package))
    return [Sent(type_, f"r{index}", properties) for index, type_ in enumerate(types)]


@each_run(200)
@given(BAGS)
def test_any_bag_of_properties_is_judged(properties: dict[str, Any]) -> None:
    answered(everywhere(properties))


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_anything_in_place_of_what_a_rule_reads_is_judged(rule: Rule) -> None:
    @each_run(50)
    @given(stacks(rule, VALUES, known=False))
    def judge(resources: list[Sent]) -> None:
        answered(resources)

    judge()


IN_TIME = pytest.mark.timeout(len(TYPES))
"""A second for each type that is judged: many times what is needed, on a busy machine too."""

STATEMENT = {"Sid": "S", "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
PLACES = (*STATEMENT, "Condition", "NotPrincipal", "NotAction")


def policies(document: Any) -> list[Sent]:
    """Return resources that hold a policy document, as text where it is none."""
    return everywhere({"policy": document, "id": "x", "bucket": "x"}, "aws:")


@pytest.mark.parametrize("mark", ['{"a":', "["])
@pytest.mark.parametrize("place", PLACES)
def test_document_of_any_depth_is_judged(place: str, mark: str) -> None:
    """The interpreter's own bound is met in the parser or, just before it, behind it."""
    analyzer = serve()
    for depth in (10, 100, 500, *range(850, 1000, 5), 2_000, 100_000):
        nested = mark * depth + "1" + ("}" if mark.startswith("{") else "]") * depth
        statement = json.dumps({**STATEMENT, "Effect": "Allow", place: 0})
        text = statement.replace(f'"{place}": 0', f'"{place}": {nested}')
        answered(policies(f'{{"Statement": [{text}]}}'), analyzer)


@pytest.mark.parametrize("kind", ["list", "map", SPECIAL_SECRET_SIG])
def test_bag_of_any_depth_is_judged(kind: str) -> None:
    """The wire carries what is nested more deeply than the interpreter can follow."""
    analyzer = serve(levels=REMEDIATED)
    for depth in (30, 100, *range(460, 520, 6), 1_000):
        for type_ in (KEYS[0], BUCKETS[0], PUBLIC_ACCESS_BLOCKS[0]):
            request = to_analyze(Sent(type_, "deep", {}))
            for name in ("policy", "acl", "rule", "bucket", "enableKeyRotation", "blockPublicAcls"):
                value = request.properties.fields[name]
                for _ in range(depth):
                    if kind == "list":
                        value = value.list_value.values.add()
                    else:
                        fields = value.struct_value.fields
                        if kind != "map":
                            fields[SPECIAL_SIG_KEY].string_value = kind
                        value = fields["value"]
                value.string_value = "x"
            stack = analyzer_pb2.AnalyzeStackRequest()
            stack.resources.add(type=type_, name="deep", properties=request.properties)
            told = [
                *analyzer.Analyze(request, CALL).diagnostics,
                *analyzer.AnalyzeStack(stack, CALL).diagnostics,
            ]
            assert not [one for one in told if one.message.startswith("Not judged")]
            analyzer.Remediate(request, CALL)


@IN_TIME
@pytest.mark.parametrize(
    "pattern",
    [
        "*a" * 5_000,
        "*" * 20_000,
        "?*" * 10_000,
        "s3:" + "*e*t" * 5_000,
        "[" * 20_000,
        "*[!a-z]" * 3_000,
        # A document is sent for each of a dozen types, three patterns nine times: 100 MB in all.
        "x" * 300_000,
        "*x" * 150_000,
    ],
    ids=lambda pattern: f"{pattern[:8]} x {len(pattern)}",
)
def test_pathological_pattern_is_matched_in_time(pattern: str) -> None:
    places = ("Action", "NotAction", "Principal", "Resource")
    for place in places:
        for effect in ("Allow", "Deny"):
            statement = {**STATEMENT, "Effect": effect, place: [pattern] * 3}
            answered(policies({"Statement": statement}))
    condition = {"StringLike": {"aws:SourceArn": pattern, pattern: "x"}}
    answered(policies({"Statement": {**STATEMENT, "Condition": condition}}))


@IN_TIME
def test_huge_values_are_judged_in_time() -> None:
    deny = {**STATEMENT, "Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    for properties in (
        {"policy": "x" * 1_000_000, "kmsKeyId": "x" * 1_000_000},
        {"policy": {"Statement": [STATEMENT] * 400}},
        {
            "policy": json.dumps(
                {"Statement": [deny | {"Action": [f"s3:{i}*" for i in range(1_000)]}]}
            )
        },
        {"policy": json.dumps({"Statement": {**STATEMENT, "Sid": "S" * 300_000}})},
        {"policy": '{"Statement": {"Sid": ' + "9" * 5_000 + "}}"},
        {"eventSelectors": [{"readWriteType": "All"}] * 20_000},
        {"retentionInDays": "9" * 1_000_000},
    ):
        answered(everywhere(properties, "aws:"))


@IN_TIME
@pytest.mark.parametrize(
    "properties",
    [
        {"name": "x" * 100_000, "repository": "x" * 100_000, "content": "x" * 100_000},
        {"bypassActors": [{"actorType": "Team"}] * 2_000},
        {"conditions": {"refName": {"includes": ["*x" * 20_000] * 10}}, "target": "branch"},
        {"users": [{"permission": "admin"}] * 2_000},
    ],
    ids=lambda properties: next(iter(properties)),
)
def test_huge_values_of_github_are_judged_in_time(properties: dict[str, Any]) -> None:
    answered(everywhere(properties, "github:"))


@IN_TIME
def test_stack_in_which_anything_may_refer_to_anything_is_judged_in_time() -> None:
    unknown = UNKNOWNS[0]
    buckets = [Sent(BUCKETS[0], f"b{index}", {"id": unknown}) for index in range(300)]
    loose = [Sent(BUCKET_POLICIES[0], f"p{index}", {"bucket": unknown}) for index in range(300)]
    assert answered(buckets + loose)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e308, -0.0, 2.0**63])
def test_number_that_is_none_is_judged(value: float) -> None:
    answered(everywhere(dict.fromkeys(VOCABULARY, value)))


def test_request_without_anything_is_answered() -> None:
    analyzer = serve(levels=REMEDIATED)
    for type_ in TYPES:
        request = analyzer_pb2.AnalyzeRequest(type=type_)
        assert not analyzer.Remediate(analyzer_pb2.AnalyzeRequest(), CALL).remediations
        analyzer.Remediate(request, CALL)
        analyzer.Analyze(request, CALL)
    assert KEYS[0] in TYPES


@pytest.mark.parametrize(
    "properties",
    [
        pytest.param(
            {"policy": r'{"Statement": {"Effect": "Allow", "Principal": {"AWS": {"\ud800": 1}}}}'},
            id="half of a surrogate pair in a document",
        ),
        pytest.param(
            {
                "policy": r'{"Statement": {"Effect": "Allow", "Principal": "*", "Condition": '
                r'{"StringEquals": {"a\ud800\nError: forged": {}}}}}'
            },
            id="half of a surrogate pair in a path that is told",
        ),
        pytest.param({"acl": {SPECIAL_SIG_KEY: ["no mark"]}}, id="mark of another kind"),
        pytest.param(
            {"acl": {SPECIAL_SIG_KEY: RESOURCE_SIG, "urn": "u", "id": UNKNOWNS[0]}},
            id="reference to a resource that is not made yet",
        ),
        pytest.param(
            {"acl": {SPECIAL_SIG_KEY: OUTPUT_SIG, "value": "x", "secret": UNKNOWNS[0]}},
            id="output that may be secret",
        ),
        pytest.param(
            {"acl": {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG, "plaintext": "{"}},
            id="secret that cannot be read",
        ),
    ],
)
def test_what_broke_an_analyzer_once_is_judged(properties: dict[str, Any]) -> None:
    answered(everywhere(properties))


def test_statement_is_found_whatever_its_sid_is() -> None:
    for sid in (UNKNOWNS[0], ["a"], {"a": "b"}, 1, None, True):
        told = answered(policies({"Statement": {**STATEMENT, "Sid": sid}}))
        assert [one for one in told if "allows everyone" in one], sid


def test_reference_to_a_resource_without_an_id_yet_is_undecided() -> None:
    """The engine sends an id that is not known yet as an empty one."""
    reference = {SPECIAL_SIG_KEY: RESOURCE_SIG, "urn": "urn:x", "id": ""}
    told = answered([Sent(BUCKETS[0], "b", {"acl": reference})])
    assert [one for one in told if one.startswith("Undecided: 'acl' of 'b'")]
