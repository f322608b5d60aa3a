"""Every rule, by its own examples. Adding a rule adds its tests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from policy_pack.catalog import rules
from policy_pack.rule import (
    UNKNOWN,
    Example,
    Resource,
    Rule,
    Stack,
    Verdict,
    example_stack,
    example_urn,
    ref,
)


def cases(kind: str) -> list[Any]:
    return [
        pytest.param(rule, example, id=f"{rule.id}-{index}")
        for rule in rules()
        for index, example in enumerate(getattr(rule, kind))
    ]


def verdicts(rule: Rule, example: Example) -> Iterator[Verdict]:
    """Judge an example: as at a first preview, and as at `up` where references are known."""
    if not rule.whole_stack:
        for type_ in rule.types:
            resource = Resource(type_, "example", example_urn(type_, "example"), example)
            yield rule.judge(resource, Stack([resource]))
        return
    for known in (False, True):
        stack = example_stack(example, known=known)
        judged = stack.previous if rule.of_change and stack.previous else stack
        yield rule.judge(judged.resources[0], stack)


@pytest.mark.parametrize(("rule", "example"), cases("passes"))
def test_right_example_passes(rule: Rule, example: Example) -> None:
    for verdict in verdicts(rule, example):
        assert verdict.passed, verdict


@pytest.mark.parametrize(("rule", "example"), cases("fails"))
def test_wrong_example_is_found(rule: Rule, example: Example) -> None:
    for verdict in verdicts(rule, example):
        assert verdict.findings
        assert not verdict.failure


@pytest.mark.parametrize(("rule", "example"), cases("undecided"))
def test_unknown_value_is_neither_passed_nor_found(rule: Rule, example: Example) -> None:
    for verdict in verdicts(rule, example):
        assert verdict.undecided
        assert not verdict.findings
        assert not verdict.failure


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_examples_cover_omission_and_unknown(rule: Rule) -> None:
    omitted = [example for example in rule.fails if _is_omission(rule, example)]
    assert bool(omitted) != bool(rule.omission), (
        "show the omitted property in `fails`, or say in `omission` why leaving it out is safe"
    )
    assert rule.passes
    assert any(
        _holds_unknown(example) for example in (*rule.passes, *rule.fails, *rule.undecided)
    ), "show how the rule reads a value that is not known yet"


@pytest.mark.parametrize(("rule", "example"), cases("fails"))
def test_finding_shows_no_value_but_a_statement_id(rule: Rule, example: Example) -> None:
    values = {value for value in _strings(example) if len(value) > 4}
    for verdict in verdicts(rule, example):
        for finding in verdict.findings:
            # A sentence that stands in the rule has its words from there, as "branch".
            written = finding.reason in rule._written  # noqa: SLF001  what the pack tells by
            shown = {value for value in values if value in finding.reason and not written}
            assert not shown, "a value can be a secret in plain text"
            assert "withheld" not in finding.reason, "show labels and settings through `finding`"


@pytest.mark.parametrize(
    "rule", [rule for rule in rules() if rule.remedies], ids=lambda rule: rule.id
)
def test_remedy_mends_what_fails_and_spoils_nothing_that_passes(rule: Rule) -> None:
    mended = [_judge(rule, _remedied(rule, example)) for example in rule.fails]
    assert any(verdict.passed for verdict in mended)
    for example in rule.passes:
        assert _judge(rule, _remedied(rule, example)).passed


def _judge(rule: Rule, example: Example) -> Verdict:
    return next(verdicts(rule, example))


def _remedied(rule: Rule, example: Example) -> Example:
    if not rule.whole_stack:
        return {**example, **rule.remedies[rule.types[0]]}
    return {
        name: (type_, {**properties, **rule.remedies.get(type_, {})})
        for name, (type_, properties) in example.items()
    }


def _is_omission(rule: Rule, example: Example) -> bool:
    """The judged resource says nothing of itself, or is gone; in a stack it is the first one."""
    return not (next(iter(example.values()))[-1] if rule.whole_stack else example)


def _holds_unknown(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_holds_unknown(nested) for nested in value.values())
    if isinstance(value, list | tuple):
        return any(_holds_unknown(nested) for nested in value)
    return value is UNKNOWN or isinstance(value, ref)


def _strings(value: object) -> Iterator[str]:
    """Yield every text that a resource's properties hold, also inside a JSON document."""
    if isinstance(value, Mapping):
        for key, nested in value.items():
            if key not in {"Sid", "waf:count-until"}:  # a label and a day, which rules may show
                yield from _strings(nested)
    elif isinstance(value, list | tuple):
        for nested in value:
            yield from _strings(nested)
    elif isinstance(value, str):
        try:
            yield from _strings(json.loads(value))
        except json.JSONDecodeError:
            yield value
