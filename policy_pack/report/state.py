"""The command that judges an exported state, with no engine."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from policy_pack.configuration import Configuration, Context, load
from policy_pack.exported import (
    StateError,
    by_inputs,
    by_outputs,
    records,
    stack_and_project,
    text_of,
)
from policy_pack.judge import Judge
from policy_pack.report.files import write_all
from policy_pack.report.outcome import counts, group_by_rule, message, standing, worst_first
from policy_pack.rule import Rule, Stack, plain

_EXPORT: Final = "pulumi stack export --show-secrets"


def run(rules: Sequence[Rule], state: str, config: Path | None, files: Mapping[str, Path]) -> int:
    """Judge an exported state, write reports, print a summary, and tell whether anything blocks.

    Args:
        rules: The rules.
        state: The file that `pulumi stack export` wrote, or `-` for standard input.
        config: A configuration in the form of `--policy-pack-config`.
        files: Files to write, by format, beside those that are configured.

    Returns:
        0 where nothing blocks, 1 where something does.

    Raises:
        StateError: The state cannot be judged.
        ConfigurationError: The configuration cannot be used.
        OSError: A report cannot be written.
    """
    given = load(config) if config else {}
    name = "standard input" if state == "-" else state
    text = text_of(None if state == "-" else Path(state), name, _EXPORT)
    resources = records(text, name, _EXPORT)
    if not resources:
        # Most often another stack was meant. To pass it would call safe what nobody looked at.
        raise StateError(f"{name}: holds no resource, so nothing can be judged; export another")
    stack, project = stack_and_project(resources[0])
    context = Context(project=project, stack=stack)
    judge = Judge(Configuration(rules, context, given=given))
    wanted = {**judge.configuration.reports, **files}
    write_all(judge, wanted, complete=False)
    # As the engine has it: a resource by what was asked for, the stack by what became of it.
    for one in resources:
        judge.resource(by_inputs(one))
    configuration = judge.configuration
    judge.stack(Stack(by_outputs(resources), configuration.today, configuration.previous))
    write_all(judge, wanted, complete=True)
    met = counts(judge.results)
    sys.stdout.write("\n".join(_summary(judge, met)) + "\n")
    if met["undecided"] and '"ciphertext"' in text:
        sys.stdout.write("The state holds encrypted secrets: `--show-secrets` decides them.\n")
    return 1 if met["blocking"] else 0


def _summary(judge: Judge, met: Mapping[str, int]) -> list[str]:
    lines = []
    for of_one in group_by_rule(worst_first(judge)).values():
        rule = of_one[0].rule
        settings = judge.configuration.settings(rule)
        lines += [
            f"{rule.id} ({rule.severity.value}): {rule.title}",
            *(f"  {standing(one)}: {plain(message(one))}" for one in of_one),
            f"  Fix: {rule.fix_with(settings)}",
            "",
        ]
    notices = list(judge.notices)
    counted = ", ".join(f"{number} {name}" for name, number in met.items())
    return [*lines, *notices, *([""] if notices else []), counted]
