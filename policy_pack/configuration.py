"""What whoever enforces the pack configures: levels, thresholds, exemptions, profiles, reports.

It comes as CrossGuard's per-policy configuration (`--policy-pack-config`, or a policy group of
Pulumi Cloud): a level or a map by policy name. What is for the whole pack stands under the pack's
own name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from pulumi_policy import EnforcementLevel

from policy_pack import exemptions
from policy_pack.exemptions import Exemption, ExemptionError
from policy_pack.exported import StateError, by_outputs, records, stack_and_project, text_of
from policy_pack.rule import Rule, Stack

PACK: Final = "secure-components"
"""The pack's name, and that of its settings in the configuration."""

PRODUCTION, SANDBOX = "production", "sandbox"
FORMATS: Final = ("json", "sarif", "junit")

_GLOB = {"type": "string", "minLength": 1}
PACK_SCHEMA: Final[Mapping[str, Mapping[str, Any]]] = {
    "undecided": {
        "type": "string",
        "enum": ["advisory", "mandatory"],
        "default": "advisory",
        "description": (
            "Whether a value that is not known at preview blocks where the rule does. At `up` it "
            "always does."
        ),
    },
    "longestExemption": {
        "type": "integer",
        "minimum": 1,
        "maximum": 366,
        "default": 90,
        "description": "Days that an exemption may last from today.",
    },
    "profiles": {
        "type": "array",
        "default": [],
        "description": (
            "The profile of stacks that match all that an entry names, as globs; the first entry "
            "that matches counts. `production` blocks, `sandbox` advises. Without: production."
        ),
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": ["profile"],
            "minProperties": 2,
            "properties": {
                "profile": {"type": "string", "enum": [PRODUCTION, SANDBOX]},
                "organization": _GLOB,
                "project": _GLOB,
                "stack": _GLOB,
                "tags": {"type": "object", "minProperties": 1, "additionalProperties": _GLOB},
            },
        },
    },
    "reports": {
        "type": "object",
        "additionalProperties": False,
        "default": {},
        "description": "Files to write, by format, relative to the project's folder.",
        "properties": {one: {"type": "string", "minLength": 1} for one in FORMATS},
    },
    "previous": {
        "type": "string",
        "minLength": 1,
        "description": (
            "The file that `pulumi stack export` wrote before the preview, relative to the "
            "project's folder. Without it the rules of change judge nothing."
        ),
    },
}
"""JSON Schema of each of the pack's own settings."""


class ConfigurationError(Exception):
    """The configuration cannot be used. The message names the entry, the reason and the way out."""


@dataclass(frozen=True)
class Context:
    """The stack that is judged.

    Attributes:
        project: Its project.
        stack: Its name.
        organization: Its organization, where the backend has one.
        tags: Its tags, as `{"environment": "test"}`.
        preview: Whether values may still be unknown that are known once resources are made.
    """

    project: str = ""
    stack: str = ""
    organization: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    preview: bool = False


@dataclass(frozen=True)
class Given:
    """What is configured for one policy.

    Attributes:
        level: Its enforcement level; None leaves the pack's own.
        values: Its settings and exemptions.
    """

    level: EnforcementLevel | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


def schema(rule: Rule) -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each property that a rule's configuration may have."""
    made = {
        name: {**one.schema, "default": one.default, "description": one.description}
        for name, one in rule.settings.items()
    }
    return {**made, "exemptions": dict(exemptions.SCHEMA)}


def load(file: Path) -> dict[str, Given]:
    """Read a configuration file, in the form that `--policy-pack-config` takes.

    Raises:
        ConfigurationError: The file cannot be read, or is not of that form.
    """
    try:
        text = file.read_text("utf-8")
        written = json.loads(text) if text.strip() else {}
    except OSError as error:
        raise ConfigurationError(f"{file}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigurationError(f"{file}: is no JSON: {error}") from error
    if not isinstance(written, Mapping):
        raise ConfigurationError(f"{file}: is no JSON object of policies")
    return parse(written, str(file))


def parse(written: Mapping[str, object], name: str) -> dict[str, Given]:
    """Read what stands in a configuration, whose name begins each message.

    Raises:
        ConfigurationError: It is not of the form that `--policy-pack-config` takes.
    """
    return {policy: _given(f"{name}: {policy}", entry) for policy, entry in written.items()}


def _given(at: str, entry: object) -> Given:
    values = {"enforcementLevel": entry} if isinstance(entry, str) else entry
    if not isinstance(values, Mapping):
        raise ConfigurationError(f"{at}: write an enforcement level, or an object")
    rest = {key: value for key, value in values.items() if key != "enforcementLevel"}
    if "enforcementLevel" not in values:
        return Given(None, rest)
    try:
        return Given(EnforcementLevel(values["enforcementLevel"]), rest)
    except ValueError:
        known = ", ".join(level.value for level in EnforcementLevel)
        raise ConfigurationError(f"{at}.enforcementLevel: is none of {known}") from None


@dataclass(frozen=True)
class Configuration:
    """The configuration in force for one stack.

    Attributes:
        rules: The rules of the pack.
        context: The stack.
        today: The day by UTC, which exemptions are held against.
        given: What is configured, by policy name.
    """

    rules: Sequence[Rule]
    context: Context = Context()
    today: date = field(default_factory=lambda: datetime.now(UTC).date())
    given: Mapping[str, Given] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what cannot be used.

        Raises:
            ConfigurationError: A policy or a property is unknown, of a wrong type or out of
                bounds, an exemption cannot be granted, or the previous state not be read.
        """
        schemas = {rule.id: schema(rule) for rule in self.rules} | {PACK: dict(PACK_SCHEMA)}
        for policy, given in self.given.items():
            if policy == "all":
                schemas["all"] = {}
            elif policy not in schemas:
                raise ConfigurationError(
                    f"{policy}: there is no such rule{_nearest(policy, schemas)}"
                )
            _validate(policy, given.values, schemas[policy])
        # Read now, so that what cannot be used is told before anything is judged.
        _ = self.exemptions, self.previous

    @cached_property
    def profile(self) -> str:
        """The stack's profile: `production` or `sandbox`."""
        for entry in self._pack("profiles"):
            if self._matches(entry):
                return str(entry["profile"])
        return PRODUCTION

    @cached_property
    def exemptions(self) -> tuple[Exemption, ...]:
        """All exemptions, also those that have expired."""
        found = []
        for policy, given in self.given.items():
            for index, entry in enumerate(given.values.get("exemptions", ())):
                try:
                    one = exemptions.read(
                        policy, entry, today=self.today, longest=self._pack("longestExemption")
                    )
                except ExemptionError as error:
                    raise ConfigurationError(f"{policy}.exemptions[{index}].{error}") from None
                found.append(one)
        return tuple(found)

    @property
    def reports(self) -> Mapping[str, Path]:
        """The files to write, by format."""
        return {form: Path(file) for form, file in self._pack("reports").items()}

    @cached_property
    def previous(self) -> Stack | None:
        """The stack as it was before the run, where it is told."""
        file = self._pack("previous")
        if file is None:
            return None
        name = f"{PACK}.previous: {file}"
        export = f"pulumi stack export --file {file}"
        try:
            made = records(text_of(Path(file), name, export), name, export)
        except StateError as error:
            raise ConfigurationError(str(error)) from error
        own = self.context.stack, self.context.project
        if any(stack_and_project(one) != own for one in made):
            raise ConfigurationError(
                f"{name}: is of another stack than {' of '.join(own)}; write it with `{export}` "
                "where the stack is selected"
            )
        # What was only read is not the stack's own: that it is read no more takes nothing away.
        managed = [one for one in made if not one.get("external")]
        return Stack(by_outputs(managed), self.today)

    def level(self, rule: Rule) -> EnforcementLevel:
        """Return a rule's level: as it is configured, else its own."""
        for policy in (rule.id, "all"):
            if policy in self.given and self.given[policy].level:
                return self.given[policy].level or rule.level
        return rule.level

    def disabled(self, rule: Rule) -> bool:
        """Tell whether a rule does not judge at all."""
        return self.level(rule) is EnforcementLevel.DISABLED

    def blocks(self, rule: Rule) -> bool:
        """Tell whether a finding of a rule blocks in this stack."""
        wanted = self.level(rule) in {EnforcementLevel.MANDATORY, EnforcementLevel.REMEDIATE}
        return wanted and self.profile == PRODUCTION

    def undecided_blocks(self, rule: Rule) -> bool:
        """Tell whether a value that is not known blocks: at `up` nothing judges it again."""
        strict = not self.context.preview or self._pack("undecided") == "mandatory"
        return strict and self.blocks(rule)

    def settings(self, rule: Rule) -> Mapping[str, Any]:
        """Return the rule's settings in force."""
        given = self.given.get(rule.id, Given()).values
        return {name: given.get(name, one.default) for name, one in rule.settings.items()}

    def _pack(self, name: str) -> Any:  # noqa: ANN401  as the schema says
        given = self.given.get(PACK, Given()).values
        return given.get(name, PACK_SCHEMA[name].get("default"))

    def _matches(self, entry: Mapping[str, Any]) -> bool:
        names = ("organization", "project", "stack")
        tags: Mapping[str, str] = entry.get("tags", {})
        return all(
            fnmatchcase(getattr(self.context, name), entry[name]) for name in names if name in entry
        ) and all(
            key in self.context.tags and fnmatchcase(self.context.tags[key], glob)
            for key, glob in tags.items()
        )


def _validate(policy: str, values: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    for name in values:
        if name not in schemas:
            known = f"; there are: {', '.join(schemas)}" if schemas else ""
            raise ConfigurationError(f"{policy}.{name}: there is no such setting{known}")
    given = {
        name: value
        for name, value in values.items()
        if "default" not in schemas[name] or value != schemas[name]["default"]
    }
    if not given:
        return  # the engine fills in every default; most packs run with nothing else
    from jsonschema import Draft7Validator  # noqa: PLC0415  it costs a tenth of a second

    validator = Draft7Validator({"properties": dict(schemas)})
    for error in validator.iter_errors(given):
        path = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in error.path)
        raise ConfigurationError(f"{policy}{path}: {error.message}")


def _nearest(policy: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(policy, known, n=1)
    return f"; did you mean '{near[0]}'?" if near else "; docs/rules.md lists them"
