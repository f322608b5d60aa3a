"""The rules, discovered from the folder `rules/`, and their documentation."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType

from policy_pack.rule import (
    UNKNOWN,
    WORST_FIRST,
    DuplicateRuleError,
    EnforcementLevel,
    Rule,
    ref,
)

_STEM = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


class CatalogError(Exception):
    """A rule file cannot be used. The message names the file, the reason and the way out."""


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule of the pack, sorted by id.

    Raises:
        CatalogError: A rule file is broken. The pack must not start with fewer rules than files.
    """
    return discover(Path(__file__).parent / "rules", "policy_pack.rules")


def discover(folder: Path, package: str) -> tuple[Rule, ...]:
    """Load one rule from each Python file of a folder.

    Args:
        folder: The folder. Files whose names begin with an underscore are not rules.
        package: The name of the package that the files are imported into.

    Raises:
        CatalogError: A file cannot be imported, holds no rule or several, or is named unusably;
            two rules share a title; or there is no rule at all.
    """
    found: dict[str, Rule] = {}
    for file in sorted(folder.glob("*.py")):
        if file.stem.startswith("_"):
            continue
        rule = _load(file, package)
        for other in found.values():
            if other.title == rule.title:
                raise CatalogError(
                    f"{file.name}: its title is also that of '{other.id}'; give each rule its own"
                )
        found[rule.id] = rule
    if not found:
        raise CatalogError(f"{folder}: holds no rule; the pack does not start without any")
    return tuple(found[id_] for id_ in sorted(found))


def _load(file: Path, package: str) -> Rule:
    if not _STEM.fullmatch(file.stem):
        raise CatalogError(f"{file.name}: name a rule file in lower_snake_case, as its id")
    try:
        module = _import(file, f"{package}.{file.stem}")
    except SyntaxError as error:
        raise CatalogError(f"{file.name}, line {error.lineno}: {error.msg}; mend it") from error
    except DuplicateRuleError as error:
        raise CatalogError(f"{file.name}: {error}") from error
    except Exception as error:
        raise CatalogError(f"{file.name}: {type(error).__name__}: {error}; mend it") from error
    rule = next((value for value in vars(module).values() if isinstance(value, Rule)), None)
    if rule is None:
        raise CatalogError(f"{file.name}: it holds no rule; write one function with @rule in it")
    if not (rule.rationale and rule.title and rule.fix and rule.types):
        raise CatalogError(f"{file.name}: needs a docstring (why it matters), title, fix and types")
    _check_settings(rule, file)
    return rule


def _check_settings(rule: Rule, file: Path) -> None:
    keywords = {
        name
        for name, parameter in inspect.signature(rule.check).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    }
    if keywords != set(rule.settings):
        raise CatalogError(
            f"{file.name}: its check must take each setting as a keyword, and no other"
        )
    for name, setting in rule.settings.items():
        if not setting.asks.keys() <= set(rule.controls):
            raise CatalogError(
                f"{file.name}: '{name}' is asked by a control that it does not serve"
            )


def _import(file: Path, name: str) -> ModuleType:
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:  # pragma: no cover  a .py file has a loader
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def render() -> str:
    """Return `docs/rules.md`: every rule, worst first, with what it serves."""
    catalog = sorted(rules(), key=lambda rule: (WORST_FIRST.index(rule.severity), rule.id))
    lines = [
        "# Rules",
        "",
        "Generated from `policy_pack/rules/` by `make docs`. CIS, FSBP, GDPR, HIPAA, Forensics and",
        "Trust Boundaries memberships are Prowler's (`policy_pack/controls.json`); OWASP and",
        "OpenSSF Scorecard ones are our inference. A rule serves a control; none alone fulfils it.",
        "",
        "| rule | severity | wanted state |",
        "|---|---|---|",
        *(f"| [{one.id}](#{one.id}) | {one.severity.value} | {one.title} |" for one in catalog),
    ]
    for rule in catalog:
        judged = ", ".join(f"`{type_}`" for type_ in rule.types)
        when = "the whole stack" if rule.whole_stack else "each resource"
        when = f"{when} and the previous one" if rule.of_change else when
        level = "" if rule.level is EnforcementLevel.MANDATORY else f"{rule.level.value}; "
        lines += [
            "",
            f"## {rule.id}",
            "",
            f"**{rule.title}** ({rule.severity.value}; {level}judged with {when})",
            "",
            rule.rationale,
            "",
            f"- Resources: {judged}",
            f"- Fix: {rule.fix_with()}",
            *_settings(rule),
            *_remedies(rule),
            *([f"- Left out: {rule.omission}"] if rule.omission else []),
            f"- Passes, for example: `{_spell(rule.passes[0])}`",
            f"- Fails, for example: {_failing(rule)}",
            *_controls(rule),
        ]
    return "\n".join(lines) + "\n"


def _failing(rule: Rule) -> str:
    """Return an example that fails; of a rule of change all, as there is one for each setting."""
    shown = rule.fails if rule.of_change else rule.fails[:1]
    return ", ".join(f"`{_spell(one)}`" for one in shown)


def _spell(example: object) -> str:
    """Return an example on one line, policy documents unfolded and references by name."""
    if isinstance(example, Mapping):
        return f"{{{', '.join(f'{key}: {_spell(value)}' for key, value in example.items())}}}"
    if isinstance(example, tuple):  # a resource of a small stack: its type, and before and now
        kind, *states = example
        told = ("none" if one is None else _spell(one) for one in states)
        return f"{kind.rpartition(':')[2]} {' -> '.join(told)}"
    if isinstance(example, list):
        return f"[{', '.join(map(_spell, example))}]"
    if isinstance(example, ref):
        return f"<{example.name}>"
    if isinstance(example, str) and example.startswith("{"):
        return _spell(json.loads(example))
    return "UNKNOWN" if example is UNKNOWN else json.dumps(example)


def _settings(rule: Rule) -> list[str]:
    lines = []
    for name, setting in rule.settings.items():
        asked = ", ".join(f"{control} {value}" for control, value in setting.asks.items())
        looser = f" What controls ask, or lose: {asked}." if asked else ""
        lines.append(f"- Setting `{name}` ({setting.default}): {setting.description}{looser}")
    return lines


def _remedies(rule: Rule) -> list[str]:
    made = {json.dumps(inputs) for inputs in rule.remedies.values()}
    return [f"- At level `remediate` sets: `{inputs}`" for inputs in sorted(made)]


def _controls(rule: Rule) -> list[str]:
    by_framework: dict[str, list[str]] = {}
    for control in rule.served():
        level = f" ({control.level})" if control.level else ""
        by_framework.setdefault(control.framework, []).append(f"{control.id}{level}")
    return [f"- {framework}: {', '.join(ids)}" for framework, ids in by_framework.items()]
