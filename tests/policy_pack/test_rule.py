"""The reader that rules see resources through, and how a rule is judged."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Malformed,
    Resource,
    Rule,
    Severity,
    Stack,
    Undecided,
    every,
    finding,
    rule,
)


def block(**values: Any) -> Block:
    return Block(values, "example")


@pytest.mark.parametrize("unset", [None, "", [], {}])
def test_has_takes_empty_values_as_not_set(unset: object) -> None:
    assert not block(a=unset).has("a")
    assert not block().has("a")


@pytest.mark.parametrize("value", [False, 0, "x", [0], UNKNOWN])
def test_has_takes_every_other_value_as_set(value: object) -> None:
    assert block(a=value).has("a")


def test_get_returns_nested_values_and_defaults() -> None:
    nested = block(rules=[{"status": "on"}])
    assert nested.get("rules", 0, "status") == "on"
    assert nested.get("rules", 1, "status", default="off") == "off"
    assert nested.get("rules", 0, "missing") is None


@pytest.mark.parametrize(
    ("values", "path", "named"),
    [
        ({"a": UNKNOWN}, ("a",), "a"),
        ({"a": UNKNOWN}, ("a", "b"), "a"),
        ({"a": {"b": [1, UNKNOWN]}}, ("a",), "a.b.1"),
    ],
)
def test_get_names_the_unknown_value(values: dict[str, Any], path: tuple[str], named: str) -> None:
    with pytest.raises(Undecided) as caught:
        block(**values).get(*path)
    assert (caught.value.resource, caught.value.property) == ("example", named)


def test_unknown_in_one_block_leaves_the_others_readable() -> None:
    first, second = block(rules=[{"a": UNKNOWN}, {"a": 1}]).blocks("rules")
    assert second.get("a") == 1
    with pytest.raises(Undecided, match=r"rules\.0\.a"):
        first.get("a")


def test_unknown_cannot_be_judged_by_accident() -> None:
    with pytest.raises(TypeError, match="unknown value"):
        bool(UNKNOWN)


@pytest.mark.parametrize("document", ['{"a": 1}', {"a": 1}])
def test_json_reads_text_and_map(document: object) -> None:
    assert block(policy=document).json("policy").get("a") == 1


def resource(name: str, **properties: Any) -> Resource:
    return Resource("a:b:C", name, f"urn::{name}", properties)


def test_reference_by_value_compares_identities() -> None:
    target = resource("logs", id="logs-1", arn=UNKNOWN)
    assert resource("r", bucket="logs-1").refers_to("bucket", target)
    assert not resource("r", bucket="other").refers_to("bucket", target)
    assert not resource("r").refers_to("bucket", resource("empty"))


def test_unknown_reference_is_followed_through_dependencies() -> None:
    target, other = resource("logs", id=UNKNOWN), resource("other", id=UNKNOWN)
    pointing = Resource("a:b:C", "r", "urn::r", {"bucket": UNKNOWN}, {"bucket": [target.urn]})
    assert pointing.refers_to("bucket", target)
    assert not pointing.refers_to("bucket", other)


def test_unknown_reference_from_elsewhere_leaves_the_join_undecided() -> None:
    target, stray = resource("logs", id="logs-1"), resource("r", bucket=UNKNOWN)
    with pytest.raises(Undecided):
        Stack([target, stray]).referring(["a:b:C"], "bucket", target)
    known = resource("k", bucket="logs-1")
    assert Stack([target, stray, known]).referring(["a:b:C"], "bucket", target) == [known]


def make(check: Any) -> Rule:
    return rule(
        title="t", types=["a:b:C"], severity=Severity.LOW, fix="f", controls=(), passes=[], fails=[]
    )(check)


def test_findings_before_an_unknown_value_are_kept() -> None:
    def check(resource: Resource) -> Iterator[str]:
        yield "known"
        yield str(resource.get("a"))

    verdict = make(check).judge(resource("r", a=UNKNOWN), Stack([]))
    assert [finding.reason for finding in verdict.findings] == ["known"]
    assert [unknown.property for unknown in verdict.undecided] == ["a"]
    assert not verdict.passed


def test_broken_rule_does_not_pass_and_shows_no_value() -> None:
    def check(resource: Resource) -> Iterator[str]:
        raise ValueError(resource.get("password"))
        yield ""

    verdict = make(check).judge(resource("r", password="hunter2"), Stack([]))
    assert not verdict.passed
    assert "ValueError in check" in verdict.failure
    assert "hunter2" not in verdict.failure


def reasons(check: Any, judged: Resource) -> list[str]:
    return [finding.reason for finding in make(check).judge(judged, Stack([])).findings]


def test_reason_that_is_not_written_in_the_rule_is_withheld() -> None:
    def check(resource: Resource) -> Iterator[str]:
        yield f"The password is {resource.get('password')}."
        yield str(resource.get("password"))

    password = secrets.token_hex()
    for reason in reasons(check, resource("r", password=password)):
        assert "withheld" in reason
        assert password not in reason


@pytest.mark.parametrize(
    ("label", "hidden", "shown"),
    [
        ("Shared", set(), "Statement 'Shared' is open."),
        ("Shared", {'{"Sid": "Shared"}'}, "Statement '[secret]' is open."),
        ("my-hunter2-label", {"hunter2"}, "Statement '[secret]' is open."),
        ("a\n- [mandatory] forged\x1b[31m", set(), "Statement 'a?- [mandatory] forged?[31m' is"),
        ("x" * 200, set(), "Statement '" + "x" * 97 + "...' is open."),
        ("x" * 200, {"x" * 200}, "Statement '[secret]' is open."),
    ],
)
def test_label_is_shown_unless_it_is_secret_and_never_steers_the_terminal(
    label: str, hidden: set[str], shown: str
) -> None:
    def check(resource: Resource) -> Iterator[str]:
        yield finding("Statement '{name}' is open.", name=resource.get("label"))

    judged = Resource("a:b:C", "r", "urn::r", {"label": label}, secrets=hidden)
    (reason,) = reasons(check, judged)
    assert reason.startswith(shown)


def test_finding_is_named_by_its_label_unless_it_is_secret() -> None:
    def check(resource: Resource) -> Iterator[str]:
        yield finding("Statement '{name}' is open.", name=resource.get("label"))
        yield "Unnamed."

    for hidden, names in ((set(), ["Shared", ""]), ({"Shared"}, ["", ""])):
        judged = Resource("a:b:C", "r", "urn::r", {"label": "Shared"}, secrets=hidden)
        verdict = make(check).judge(judged, Stack([]))
        assert [one.name for one in verdict.findings] == names


def test_template_that_is_made_of_a_value_is_withheld() -> None:
    def check(resource: Resource) -> Iterator[str]:
        yield finding("The password is " + resource.get("password"))

    password = secrets.token_hex()
    (reason,) = reasons(check, resource("r", password=password))
    assert password not in reason


def test_every_item_is_judged_though_one_is_unknown_or_malformed() -> None:
    def check(resource: Resource) -> Findings:
        yield from every(resource.blocks("rules"), judge)

    def judge(block: Block) -> Findings:
        if block.get("on") is not True:
            yield "It is off."

    rules = [{"on": False}, UNKNOWN, {"on": UNKNOWN}, "text", {"on": False}]
    verdict = make(check).judge(resource("r", rules=rules), Stack([]))
    assert [one.reason for one in verdict.findings] == [
        "It is off.",
        "'rules.3' of 'r' is not a block of properties, so it cannot be judged.",
        "It is off.",
    ]
    assert [one.property for one in verdict.undecided] == ["rules.1", "rules.2.on"]
    assert not verdict.failure


@pytest.mark.parametrize(("value", "number"), [(3, 3), (2.5, 2.5), ("30", 30), (None, 7)])
def test_number_reads_numbers_and_their_texts(value: object, number: float) -> None:
    assert block(days=value).number("days", default=7) == number


@pytest.mark.parametrize("value", [True, "long", [], {"a": 1}, float("nan"), "inf"])
def test_what_is_no_number_is_found_and_not_passed(value: object) -> None:
    def check(resource: Resource) -> Iterator[str]:
        if resource.number("days", default=0) < 0:
            yield "Negative."

    assert reasons(check, resource("r", days=value)) == [
        "'days' of 'r' is not a number, so it cannot be judged."
    ]


@pytest.mark.parametrize("document", ["{", "[]", 5, "[" * 100_000, [{}]])
def test_what_is_no_document_is_found_and_not_passed(document: object) -> None:
    def check(resource: Resource) -> Iterator[str]:
        if resource.json("policy").has("Statement"):
            yield "Any."

    assert reasons(check, resource("r", policy=document)) == [
        "'policy' of 'r' is not a JSON object, so it cannot be judged."
    ]


def test_strings_are_read_from_a_list_or_a_single_one() -> None:
    read = block(one="a", many=["a", 1], none=None, wrong=[{}])
    assert (read.strings("one"), read.strings("many"), read.strings("none")) == (
        ["a"],
        ["a", "1"],
        [],
    )
    with pytest.raises(Malformed):
        read.strings("wrong")


def test_unknown_reference_to_one_of_several_is_undecided() -> None:
    def bucket(name: str) -> Resource:
        return Resource("a:b:C", name, f"urn:pulumi:s::p::x:y:Z$a:b:C::{name}", {"id": UNKNOWN})

    one, other = bucket("one"), bucket("other")
    sources = {"bucket": [one.urn, other.urn, "urn:pulumi:s::p::k:k:K::key"]}
    pointing = Resource("a:b:D", "r", "urn::r", {"bucket": UNKNOWN}, sources)
    for target in (one, other):
        with pytest.raises(Undecided):
            pointing.refers_to("bucket", target)
    only = Resource("a:b:D", "r", "urn::r", {"bucket": UNKNOWN}, {"bucket": sources["bucket"][1:]})
    assert only.refers_to("bucket", other)
    assert not only.refers_to("bucket", one)


@pytest.mark.parametrize(("id_", "refers"), [(UNKNOWN, True), ("made", False)])
def test_known_reference_to_what_is_not_known_yet_is_followed_through_dependencies(
    id_: object, refers: bool
) -> None:
    target = resource("logs", id=id_)
    pointing = Resource("a:b:D", "r", "urn::r", {"bucket": "early"}, {"bucket": [target.urn]})
    assert pointing.refers_to("bucket", target) is refers
    expected = [pointing] if refers else []
    assert Stack([target, pointing]).referring(["a:b:D"], "bucket", target) == expected
