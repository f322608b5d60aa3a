"""What the policy pack said of an example, beside what the example declares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from local.workspace import PolicyFinding

Pair = tuple[str, str]
"""A rule's id and a resource's name."""

_WORST_FIRST = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "blue"}


def declared(example: Path) -> set[Pair]:
    """Return what an example's `findings.yaml` declares; nothing where it has none."""
    file = example / "findings.yaml"
    if not file.exists():
        return set()
    text = yaml.safe_load(file.read_text("utf-8"))
    return {(rule, resource) for rule, resources in text.items() for resource in resources}


def found(findings: Iterable[PolicyFinding]) -> set[Pair]:
    """Return what blocks."""
    return {(one.rule, one.resource) for one in findings if one.level == "mandatory"}


def show(console: Console, findings: Sequence[PolicyFinding]) -> None:
    """Print findings, worst first, each with its resource and reason.

    Fix and controls stand with the first finding of a rule.
    """
    if not findings:
        console.print("no finding\n")
    ranks = list(_WORST_FIRST)
    for one in sorted(findings, key=lambda one: (ranks.index(one.severity), one.rule)):
        style = _WORST_FIRST[one.severity]
        reason, _, rest = one.message.partition("\n")
        head = (
            (f"{one.severity:<8}", style),
            " ",
            (one.resource, "bold"),
            f"  {one.rule}: {reason}",
        )
        console.print(Text.assemble(*head))
        console.print(Padding(Text(rest), (0, 0, 1, 9)))
