"""The same rules through Pulumi's own policy SDK and through ours, on the same requests.

Where all values are known, both must find the same. Where they differ, it is pinned how.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.policy import _PolicyAnalyzerServicer

from benchmarks.stock import policy
from policy_pack.aws import BUCKETS, KEYS, PUBLIC_ACCESS_BLOCKS
from policy_pack.catalog import rules
from policy_pack.configuration import PACK
from policy_pack.repositories import SECRETS, VARIABLES
from policy_pack.rule import UNKNOWN, Findings, Resource, Rule, Severity, rule
from tests.policy_pack.strategies import (
    CALL,
    NEVER_SET,
    Path,
    Sent,
    archive,
    asset,
    changed,
    diagnostics,
    each_run,
    level,
    parts,
    put,
    secret,
    serve,
    stacks,
    to_analyze,
    to_analyze_stack,
    to_configure,
    urn,
)

LEVELS = ("advisory", "mandatory", "remediate", "disabled")
KEY, BUCKET, BLOCK = KEYS[0], BUCKETS[0], PUBLIC_ACCESS_BLOCKS[0]
Found = tuple[str, str, str, str]
"""Rule, URN, level and reason."""


def serve_stock(policies: Sequence[Policy], levels: Mapping[str, str] | None = None) -> Any:
    """Return the SDK's analyzer as the engine has configured it."""
    servicer: Any = _PolicyAnalyzerServicer(
        PACK, "1.0.0", list(policies), EnforcementLevel.MANDATORY
    )
    servicer.Configure(to_configure(levels or {}), CALL)
    return servicer


STOCK = {one.id: policy(one) for one in rules()}
TITLES = {one.id: one.title for one in rules()}
SEE_MARKS = {"github-no-plaintext-secrets", "github-secret-encrypted"}
"""Rules that ask what is marked as a secret, which stock does not tell: see their own test."""

NOT_ALIKE = {*SEE_MARKS, "waf-capacity"}
"""And one that may lack a value although all of the stack are known: units of groups elsewhere."""


JUDGING = [one for one in rules() if not one.of_change]
"""Rules that judge what the engine sends; those of change find nothing without what was before."""


def stock_for(resources: Sequence[Sent]) -> list[Policy]:
    """Return the policies that judge a stack: stock calls each for every resource, and is slow."""
    types = {one.type for one in resources}
    return [STOCK[one.id] for one in rules() if types & {*one.types}]


def found_by_us(told: Sequence[analyzer_pb2.AnalyzeDiagnostic]) -> list[Found]:
    """A reason is one line; the fix and the controls, which stock has apart, are others."""
    lines = [(one, one.message.split("\n")[0]) for one in told]
    return sorted((one.policyName, one.urn, level(one), reason) for one, reason in lines)


def found_by_stock(told: Sequence[analyzer_pb2.AnalyzeDiagnostic]) -> list[Found]:
    """The SDK puts a policy's description before each reason."""
    return sorted(
        (one.policyName, one.urn, level(one), one.message.removeprefix(f"{one.description}\n"))
        for one in told
    )


def same(ours: Found, stock: Found) -> bool:
    """Compare two findings; where we show no secret, stock shows it."""
    shown = re.escape(ours[3]).replace(re.escape("[secret]"), ".*")
    return ours[:3] == stock[:3] and re.fullmatch(shown, stock[3]) is not None


KNOWN: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([None, True, False, 0, 1, 364.5, 1e300, "", "*", "true", "365", [], {}, [{}]]),
    st.text(max_size=20),
    st.sampled_from([asset("text"), archive("path"), secret({"Effect": "Allow"}), secret(True)]),
    st.lists(st.one_of(st.text(max_size=3), st.integers(), st.none()), max_size=3),
)


@pytest.mark.parametrize("rule", JUDGING, ids=lambda rule: rule.id)
def test_both_find_the_same_where_all_values_are_known(rule: Rule) -> None:
    judged, found = 0, 0

    @each_run(60)
    @given(
        stacks(rule, KNOWN, known=True),
        st.sampled_from(LEVELS[:-1]),
        st.lists(st.sampled_from(LEVELS), min_size=3),
    )
    def compare(resources: list[Sent], own: str, drawn: list[str]) -> None:
        nonlocal judged, found
        levels = {one.id: drawn[index % len(drawn)] for index, one in enumerate(rules())}
        levels[rule.id] = own  # in force; that others are not is compared with it
        ours = found_by_us(diagnostics(serve(levels=levels), resources))
        stock = found_by_stock(diagnostics(serve_stock(stock_for(resources), levels), resources))
        left = [one for one in stock if one[0] not in NOT_ALIKE]
        # What shows no secret may stand for several of stock's, so the others are matched first.
        for one in sorted(ours, key=lambda told: "[secret]" in told[3]):
            if one[0] not in NOT_ALIKE:
                match = next((other for other in left if same(one, other)), None)
                assert match is not None, (one, left)
                left.remove(match)
        assert not left
        judged += sum(one.type in rule.types for one in resources)
        found += len({subject for id_, subject, *_ in ours if id_ == rule.id})

    compare()
    assert 0 < found < judged  # it compared both answers


@pytest.mark.parametrize("rule", JUDGING, ids=lambda rule: rule.id)
def test_what_is_not_known_hides_no_finding(rule: Rule) -> None:
    """Hide values of a stack with findings: each finding stays, or the rule is undecided."""
    levels: Counter[str] = Counter()

    @each_run(20)
    @given(stacks(rule, KNOWN, known=True, most=1), st.data())
    def compare(resources: list[Sent], data: st.DataObject) -> None:
        hidden = [data.draw(hiding(one)) for one in resources]
        before = found_by_us(diagnostics(serve(), resources))
        after = found_by_us(diagnostics(serve(), hidden))
        told = {(id_, subject) for id_, subject, *_ in after}
        for id_, subject, _, reason in before:
            assert (id_, subject) in told, f"{id_} was silent of {subject}: {reason}"
        levels.update(one[2] for one in after)

    compare()
    assert min(levels["mandatory"], levels["advisory"]) > 0


def in_whole(value: Any, path: Path) -> Path:
    """Return the path of the text that a part stands in, if it does: it is known or not as one."""
    for depth, step in enumerate(path):
        if isinstance(value, str):
            return path[:depth]
        value = value[step]
    return path


@st.composite
def hiding(draw: st.DrawFn, one: Sent) -> Sent:
    """Hide some values of a resource that are set: what is not set is known not to be."""
    properties = one.properties
    for _ in range(draw(st.integers(0, 2))):
        paths = [
            in_whole(properties, path)
            for path, value in parts(properties)
            # References to an id would hide as well.
            if value not in (*NEVER_SET, *map(secret, NEVER_SET)) and path != ("id",)
        ]
        if paths:
            properties = changed(properties, draw(st.sampled_from(paths)), put(UNKNOWN))
    # Without sources: one that a changed reference no longer has would be told.
    return Sent(one.type, one.name, properties)


# What differs, held against policies as one would write them with the SDK.


def judge_key(args: ResourceValidationArgs, report: ReportViolation) -> None:
    if args.resource_type == KEY:
        for statement in args.props["policy"]["Statement"]:
            if statement["Principal"] == "*":
                report("The key policy allows everyone.", args.urn)


def judge_blocks(args: StackValidationArgs, report: ReportViolation) -> None:
    buckets = [one for one in args.resources if one.resource_type == BUCKET]
    blocks = [one for one in args.resources if one.resource_type == BLOCK]
    for bucket in buckets:
        if all(one.props["bucket"] != bucket.props["id"] for one in blocks):
            report("The bucket has no public access block.", bucket.urn)


STOCK_KEY = ResourceValidationPolicy("key", "Keys are not public", judge_key)
STOCK_BLOCKS = StackValidationPolicy("blocks", "Buckets block public access", judge_blocks)
OPEN = {"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt"}
LATER = OPEN | {"Sid": "Later", "Principal": UNKNOWN}


def ours_alone(*ids: str) -> Any:
    return serve([one for one in rules() if one.id in ids])


@pytest.mark.parametrize(
    ("statements", "stock", "undecided"),
    [
        ([LATER, OPEN], ["advisory"], "policy.Statement.0.Principal"),
        ([OPEN, LATER], ["mandatory", "advisory"], "policy.Statement.1.Principal"),
    ],
    ids=["unknown first", "unknown last"],
)
def test_stock_stops_at_an_unknown_value_and_names_no_resource(
    statements: list[dict[str, Any]], stock: list[str], undecided: str
) -> None:
    """Stock keeps what it found before the unknown value, and drops what it would find after."""
    key = Sent(KEY, "key", {"policy": {"Statement": statements}})
    theirs = serve_stock([STOCK_KEY]).Analyze(to_analyze(key), CALL).diagnostics
    assert [level(one) for one in theirs] == stock
    assert theirs[-1].urn == ""
    assert "can't run policy 'key'" in theirs[-1].message
    ours = ours_alone("kms-key-not-public").Analyze(to_analyze(key), CALL).diagnostics
    assert found_by_us(ours) == [
        (
            "kms-key-not-public",
            key.urn,
            "advisory",
            f"Undecided: '{undecided}' of 'key' is not known yet.",
        ),
        (
            "kms-key-not-public",
            key.urn,
            "mandatory",
            "The key policy statement 'Open' allows everyone.",
        ),
    ]


def test_every_value_that_is_missing_is_listed_by_us_and_the_first_alone_by_stock() -> None:
    key = Sent(KEY, "key", {"policy": {"Statement": [LATER, LATER]}, "enableKeyRotation": UNKNOWN})
    (theirs,) = serve_stock([STOCK_KEY]).Analyze(to_analyze(key), CALL).diagnostics
    assert "policy.Statement.0.Principal" in theirs.message
    ours = serve().Analyze(to_analyze(key), CALL).diagnostics
    listed = re.findall(r"Undecided: '(\S+)' of", "\n".join(one.message for one in ours))
    assert sorted(zip((one.policyName for one in ours), listed, strict=True)) == [
        ("kms-key-not-public", "policy.Statement.0.Principal"),
        ("kms-key-not-public", "policy.Statement.1.Principal"),
        ("kms-key-rotation", "enableKeyRotation"),
        ("kms-policy-source-bound", "policy.Statement.0.Principal"),
        ("kms-policy-source-bound", "policy.Statement.1.Principal"),
        ("resource-policy-named-actions", "policy.Statement.0.Principal"),
        ("resource-policy-named-actions", "policy.Statement.1.Principal"),
    ]


def test_what_is_marked_as_a_secret_is_told_to_a_rule_of_ours_alone() -> None:
    """Stock takes the mark off before a policy sees the value."""
    kept = Sent(SECRETS[0], "kept", {"value": secret("hunter2")})
    shown = Sent(VARIABLES[0], "shown", {"value": secret("hunter2")})
    ours = found_by_us(diagnostics(ours_alone(*SEE_MARKS), [kept, shown]))
    assert [one[:2] for one in ours] == [("github-no-plaintext-secrets", shown.urn)]
    policies = [policy(one) for one in rules() if one.id in SEE_MARKS]
    stock = found_by_stock(diagnostics(serve_stock(policies), [kept, shown]))
    assert [one[:2] for one in stock] == [("github-secret-encrypted", kept.urn)]


def blocking(bucket: Any, sources: Sequence[str] = ()) -> Sent:
    settings = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    properties = {"bucket": bucket, **dict.fromkeys(settings, True)}
    return Sent(BLOCK, "block", properties, {"bucket": sources} if sources else {})


A, B = Sent(BUCKET, "a", {"id": "a"}), Sent(BUCKET, "b", {"id": "b"})
NEW = Sent(BUCKET, "new", {"id": UNKNOWN})
MISSING = "The bucket has no public access block."
MAYBE = "Undecided: 'bucket' of 'block' is not known yet."


@pytest.mark.parametrize(
    ("resources", "stock", "ours"),
    [
        pytest.param(
            [A, B, blocking("a")],
            [(B.urn, "mandatory")],
            [(B.urn, "mandatory", MISSING)],
            id="all known: the same",
        ),
        pytest.param(
            [NEW, B, blocking(UNKNOWN, [NEW.urn])],
            [("", "advisory")],
            [(B.urn, "mandatory", MISSING)],
            id="a reference whose source is told: we follow it, stock does not run",
        ),
        pytest.param(
            [A, B, blocking(UNKNOWN)],
            [("", "advisory")],
            [(A.urn, "advisory", MAYBE), (B.urn, "advisory", MAYBE)],
            id="a reference from nowhere: we name each bucket, stock none",
        ),
        pytest.param(
            [A, NEW, B, blocking("elsewhere")],
            [(A.urn, "mandatory"), ("", "advisory")],
            [(one.urn, "mandatory", MISSING) for one in (A, B, NEW)],
            id="an unknown id of one bucket: stock drops the buckets after it",
        ),
    ],
)
def test_stock_stack_policy_ends_at_one_unknown_value_of_any_resource(
    resources: list[Sent],
    stock: list[tuple[str, str]],
    ours: list[tuple[str, str, str]],
) -> None:
    request = to_analyze_stack(resources)
    theirs = serve_stock([STOCK_BLOCKS]).AnalyzeStack(request, CALL).diagnostics
    assert [(one.urn, level(one)) for one in theirs] == stock
    answer = ours_alone("s3-public-access-block").AnalyzeStack(request, CALL).diagnostics
    assert [one[1:] for one in found_by_us(answer)] == ours


def breaks(resource: Resource) -> Findings:
    """Break on whatever it is given."""
    yield from ()
    raise ValueError(resource.get("description"))


def broken() -> Rule:
    return rule(
        title="It breaks",
        types=KEYS,
        severity=Severity.HIGH,
        fix="Mend it.",
        controls=(),
        passes=[],
        fails=[],
    )(breaks)


def test_rule_that_breaks_ends_stock_and_blocks_with_us() -> None:
    """The engine shows what ends a stock policy, text and all, and judges nothing further."""

    def break_(args: ResourceValidationArgs, _report: ReportViolation) -> None:
        raise ValueError(args.props["description"])

    request = to_analyze(Sent(KEY, "key", {"description": "hunter2"}))
    policies = [ResourceValidationPolicy("breaks", "It breaks", break_), *STOCK.values()]
    with pytest.raises(ValueError, match="hunter2"):
        serve_stock(policies).Analyze(request, CALL)
    one = broken()
    answer = serve([one, *rules()]).Analyze(request, CALL).diagnostics
    assert [(told.policyName, level(told), told.urn) for told in answer] == [
        (one.id, "mandatory", urn(KEY, "key")),
        ("kms-key-rotation", "mandatory", urn(KEY, "key")),
    ]
    assert answer[0].message.startswith("Not judged: the rule broke (ValueError in breaks")
    assert "hunter2" not in str(answer)
