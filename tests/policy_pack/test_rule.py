"""The reader that rules see resources through, and how a rule is judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from policy_pack.rule import (
    UNKNOWN,
    Block,
    Resource,
    Rule,
    Severity,
    Stack,
    Undecided,
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
