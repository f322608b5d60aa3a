"""What all reports say alike: which results, in which order, counted and put into words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from policy_pack.configuration import Configuration
from policy_pack.controls import Control
from policy_pack.judge import Judge, Result, Status
from policy_pack.rule import WORST_FIRST, Rule

_COUNTED: Final = {
    "findings": Status.FINDING,
    "broken": Status.BROKEN,
    "undecided": Status.UNDECIDED,
    "exempted": Status.EXEMPTED,
    "passed": Status.PASSED,
}
INCOMPLETE: Final = "The run did not reach its end: what is missing here was not judged."


def counts(results: Iterable[Result]) -> dict[str, int]:
    """Count results by status, and those that block. Every number in a report comes from here.

    A rule that passes a resource counts once; one that does not, once for each of its reasons.
    """
    met: Counter[Status] = Counter()
    blocking = 0
    for one in results:
        met[one.status] += 1
        blocking += one.blocks
    return {**{name: met[status] for name, status in _COUNTED.items()}, "blocking": blocking}


def worst_first(judge: Judge) -> list[Result]:
    """Return every result that is no pass, in an order that depends on nothing but them."""
    return sorted(
        (one for one in judge.results if one.status is not Status.PASSED),
        key=lambda one: (
            one.status is Status.EXEMPTED,
            not one.blocks,
            WORST_FIRST.index(one.rule.severity),
            one.rule.id,
            one.subject,
            one.status,
            one.finding,
            one.reason,
        ),
    )


def group_by_rule(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Return results by the id of their rule."""
    grouped: dict[str, list[Result]] = {}
    for one in results:
        grouped.setdefault(one.rule.id, []).append(one)
    return grouped


def served_by(configuration: Configuration, rule: Rule) -> tuple[Control, ...]:
    """Return the controls that a rule serves as it is configured."""
    return () if configuration.disabled(rule) else rule.served(configuration.settings(rule))


def in_force(configuration: Configuration) -> list[Rule]:
    """Return the rules that judge, sorted by id."""
    judging = (rule for rule in configuration.rules if not configuration.disabled(rule))
    return sorted(judging, key=lambda rule: rule.id)


def message(result: Result) -> str:
    """Name the resource too: every result of a stack stands at the same line of the same file."""
    return f"{result.subject.name} ({result.subject.type}): {result.reason}"


def standing(result: Result) -> str:
    """Tell what a result is, in words that also tell whether it blocks."""
    blocks = "blocks" if result.blocks else "advice"
    match result.status:
        case Status.FINDING:
            return blocks
        case Status.EXEMPTED if result.exemption:
            return f"exempted until {result.exemption.expires} by {result.exemption.owner}"
        case status:
            return f"{status.value}, {blocks}"
