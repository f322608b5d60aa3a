"""The command that judges an exported state, with no engine."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from policy_pack.configuration import Configuration, Context, load
from policy_pack.judge import Judge
from policy_pack.properties import from_json
from policy_pack.report.files import write_all
from policy_pack.report.outcome import counts, group_by_rule, message, standing, worst_first
from policy_pack.rule import Resource, Rule, Stack, plain


class StateError(Exception):
    """A state cannot be judged. The message names the file, the reason and the way out."""


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
    text = _read(state, name)
    resources = _resources(text, name)
    origin, project, *_ = resources[0]["urn"].split("::")
    context = Context(project=project, stack=origin.removeprefix("urn:pulumi:"))
    judge = Judge(Configuration(rules, context, given=given))
    wanted = {**judge.configuration.reports, **files}
    write_all(judge, wanted, complete=False)
    # As the engine has it: a resource by what was asked for, the stack by what became of it.
    for one in resources:
        judge.resource(_resource(one, one.get("inputs") or {}, set()))
    secrets: set[str] = set()
    judge.stack(
        Stack(
            [
                _resource(one, {"id": one.get("id"), **(one.get("outputs") or {})}, secrets)
                for one in resources
            ],
            judge.configuration.today,
        )
    )
    write_all(judge, wanted, complete=True)
    met = counts(judge.results)
    sys.stdout.write("\n".join(_summary(judge, met)) + "\n")
    if met["undecided"] and '"ciphertext"' in text:
        sys.stdout.write("The state holds encrypted secrets: `--show-secrets` decides them.\n")
    return 1 if met["blocking"] else 0


_EXPORT: Final = "write it with `pulumi stack export --show-secrets`"
_VERSIONS: Final = (3, 4)  # 4 is 3 with features that change nothing that is read here
_OBJECT: Final = {"type": ["object", "null"]}
_STATE: Final[Mapping[str, Any]] = {
    "properties": {
        "deployment": {
            "type": "object",
            "properties": {
                "resources": {
                    "type": ["array", "null"],
                    "items": {
                        "type": "object",
                        "required": ["urn", "type"],
                        "properties": {
                            "urn": {"type": "string", "pattern": "^urn:pulumi:.+::.+::.+::"},
                            "type": {"type": "string"},
                            "inputs": _OBJECT,
                            "outputs": _OBJECT,
                            "propertyDependencies": {
                                **_OBJECT,
                                "additionalProperties": {
                                    "type": ["array", "null"],
                                    "items": {"type": "string"},
                                },
                            },
                        },
                    },
                }
            },
        }
    }
}
"""JSON Schema of what is read of an exported state."""


def _read(state: str, name: str) -> str:
    try:
        text = sys.stdin.read() if state == "-" else Path(state).read_text("utf-8-sig")
    except OSError as error:
        raise StateError(f"{name}: cannot be read ({error.strerror}); {_EXPORT}") from error
    except UnicodeDecodeError as error:
        raise StateError(f"{name}: is no UTF-8 text; {_EXPORT}") from error
    if not text.strip():
        raise StateError(f"{name}: is empty; {_EXPORT}")
    return text


def _resources(text: str, name: str) -> list[dict[str, Any]]:
    """Return the resources of a state that are not about to be deleted."""
    try:
        written = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StateError(f"{name}: is no JSON; {_EXPORT}") from error
    if not (isinstance(written, dict) and "deployment" in written):
        raise StateError(f"{name}: is no exported state; {_EXPORT}")
    if written.get("version") not in _VERSIONS:
        known = " and ".join(map(str, _VERSIONS))
        raise StateError(
            f"{name}: is of a version other than {known}; export it with a current Pulumi, or use "
            "a newer release of the pack"
        )
    from jsonschema import Draft7Validator  # noqa: PLC0415  it costs a tenth of a second

    for wrong in Draft7Validator(_STATE).iter_errors(written):
        at = ".".join(map(str, wrong.path))  # the error's own words show values
        raise StateError(f"{name}: {at} is not as an exported state has it; {_EXPORT}")
    resources = written["deployment"].get("resources") or []
    present = [one for one in resources if not one.get("delete")]
    if not present:
        # Most often another stack was meant. To pass it would call safe what nobody looked at.
        raise StateError(f"{name}: holds no resource, so nothing can be judged; export another")
    return present


def _resource(
    written: Mapping[str, Any], properties: Mapping[str, Any], secrets: set[str]
) -> Resource:
    dependencies = written.get("propertyDependencies") or {}
    return Resource(
        written["type"],
        written["urn"].split("::", 3)[3],  # a name may hold the separator too
        written["urn"],
        lambda: from_json(properties, secrets),
        {key: list(urns or ()) for key, urns in dependencies.items()},
        secrets,
    )


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
