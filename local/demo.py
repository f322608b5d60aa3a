"""The demonstration: a stack that is blocked, and the same from components, which passes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from local import findings
from local.cloud import Cloud
from local.engine import Engine
from local.progress import step
from local.workspace import EXAMPLES, Outcome, example

_NEXT = """\
Next: read examples/quickstart/__main__.py, deploy it to the local cloud with
`make up EXAMPLE=quickstart`, and see README.md to use the components and the pack in a
stack of your own."""


@dataclass(frozen=True)
class _Preview:
    """One stack's preview, beside what must come of it."""

    name: str
    must_block: bool
    declared: set[findings.Pair]
    outcome: Outcome

    @property
    def missing(self) -> set[findings.Pair]:
        return self.declared - findings.found(self.outcome.findings)

    @property
    def unexpected(self) -> set[findings.Pair]:
        return findings.found(self.outcome.findings) - self.declared

    @property
    def is_right(self) -> bool:
        """Blocked for exactly what is declared; or passed, with nothing left undecided."""
        blocked = self.outcome.code != 0
        has_findings = bool(self.outcome.findings)
        as_declared = not (self.missing or self.unexpected)
        return as_declared and blocked is has_findings is self.must_block

    @property
    def verdict(self) -> str:
        if not self.is_right:
            return "WRONG"
        return "blocked, as it should be" if self.must_block else "passed"


def run(console: Console, engine: Engine, cloud: Cloud, folder: Path) -> int:
    """Preview both stacks with the policy pack and compare.

    Returns:
        0 only if `before` was blocked for exactly the findings that it declares, and `quickstart`
        passed; else 1.
    """
    previews = []
    for name, must_block in (("before", True), ("quickstart", False)):
        outcome = _preview(console, name, engine, cloud, folder)
        console.rule(f"examples/{name}", align="left")
        findings.show(console, outcome.findings)
        declared = findings.declared(EXAMPLES / name)
        previews.append(_Preview(name, must_block, declared, outcome))

    table = Table("stack", "resources", "findings", "preview")
    for one in previews:
        counts = (str(sum(one.outcome.changes.values())), str(len(one.outcome.findings)))
        table.add_row(f"examples/{one.name}", *counts, one.verdict)
    console.print(table)
    wrong = [one for one in previews if not one.is_right]
    for one in wrong:
        _explain(console, one)
    if not wrong:
        console.print(_NEXT, highlight=False)
    return 1 if wrong else 0


def _preview(console: Console, name: str, engine: Engine, cloud: Cloud, folder: Path) -> Outcome:
    doing = f"Previewing examples/{name} with the policy pack ..."
    with step(console, doing), example(name, folder, engine, cloud) as workspace:
        return workspace.preview()


def _explain(console: Console, preview: _Preview) -> None:
    told = [f"not found: {rule} on {resource}" for rule, resource in sorted(preview.missing)]
    told += [f"not declared: {rule} on {name}" for rule, name in sorted(preview.unexpected)]
    told += preview.outcome.errors
    for line in told or [preview.outcome.output]:
        console.print(f"examples/{preview.name}: {line}", highlight=False, markup=False)
