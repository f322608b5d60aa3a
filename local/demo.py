"""The demonstration: a stack that is blocked, and the same from components, which passes."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from local import findings
from local.cloud import Cloud
from local.engine import Engine
from local.workspace import EXAMPLES, Outcome, example


def run(console: Console, engine: Engine, cloud: Cloud, folder: Path) -> int:
    """Preview both stacks with the policy pack and compare.

    Returns:
        0 only if `before` was blocked for exactly the findings that it declares, and `quickstart`
        passed; else 1.
    """
    before = _preview(console, "before", engine, cloud, folder)
    console.rule("examples/before: blocked", align="left")
    findings.show(console, before.findings)
    quickstart = _preview(console, "quickstart", engine, cloud, folder)
    console.rule("examples/quickstart", align="left")
    findings.show(console, quickstart.findings)

    wanted, got = findings.declared(EXAMPLES / "before"), findings.found(before.findings)
    blocked = before.code != 0 and got == wanted and bool(got)
    passed = quickstart.code == 0 and not quickstart.findings
    table = Table(title_justify="left")
    for column in ("stack", "resources", "findings", "preview"):
        table.add_column(column)
    for name, outcome, right, verdict in (
        ("examples/before", before, blocked, "blocked, as it should be"),
        ("examples/quickstart", quickstart, passed, "passed"),
    ):
        resources = str(len(outcome.operations))
        table.add_row(name, resources, str(len(outcome.findings)), verdict if right else "WRONG")
    console.print(table)
    for name, outcome, right in (("before", before, blocked), ("quickstart", quickstart, passed)):
        if not right:
            _explain(console, name, outcome, wanted if name == "before" else set())
    if not (blocked and passed):
        return 1
    console.print(
        "Next: read examples/quickstart/__main__.py, deploy it to the local cloud with\n"
        "`make up EXAMPLE=quickstart`, and see README.md to use the components and the pack in a\n"
        "stack of your own.",
        highlight=False,
    )
    return 0


def _preview(console: Console, name: str, engine: Engine, cloud: Cloud, folder: Path) -> Outcome:
    with (
        console.status(f"Previewing examples/{name} with the policy pack ..."),
        example(name, folder, engine, cloud) as workspace,
    ):
        if not console.is_terminal:
            console.print(f"Previewing examples/{name} with the policy pack ...")
        return workspace.preview()


def _explain(console: Console, name: str, outcome: Outcome, wanted: set[findings.Pair]) -> None:
    got = findings.found(outcome.findings)
    for title, pairs in (("not found", wanted - got), ("not declared", got - wanted)):
        for rule, resource in sorted(pairs):
            console.print(f"examples/{name}: {title}: {rule} on {resource}", highlight=False)
    for error in outcome.errors:
        console.print(f"examples/{name}: {error}", highlight=False, markup=False)
    if not (outcome.findings or outcome.errors):
        console.print(outcome.output, highlight=False, markup=False)
