"""Thresholds of rules that whoever enforces the pack may set, and what controls ask of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from policy_pack.controls import Control

Asks = Mapping[Control, Any]
"""By control, the loosest value with which the rule still serves it."""


@dataclass(frozen=True)
class Setting:
    """One threshold of a rule. Made with `at_least`, `at_most`, `among` or `including`.

    Attributes:
        default: The value where nothing is configured.
        description: What it is, with its unit.
        schema: Its JSON Schema, without default and description.
        asks: By control, the loosest value with which the rule still serves it.
    """

    default: Any
    description: str
    schema: Mapping[str, Any]
    asks: Asks
    holds: Callable[[Any, Any], bool] = field(repr=False)

    def satisfies(self, control: Control, value: Any) -> bool:  # noqa: ANN401  as the schema says
        """Tell whether a value is as strict as a control asks, if it asks anything."""
        return control not in self.asks or self.holds(value, self.asks[control])


def at_least(default: int, description: str, *, asks: Asks, minimum: int = 0) -> Setting:
    """Make a threshold whose lower values are looser, as days of retention."""
    schema = {"type": "integer", "minimum": minimum}
    return Setting(default, description, schema, asks, lambda value, asked: value >= asked)


def at_most(default: int, description: str, *, asks: Asks, minimum: int = 0) -> Setting:
    """Make a threshold whose higher values are looser, as requests that a rate limit lets pass."""
    schema = {"type": "integer", "minimum": minimum}
    return Setting(default, description, schema, asks, lambda value, asked: value <= asked)


def among(default: Sequence[str], description: str, *, asks: Asks) -> Setting:
    """Make a list of permitted values, as regions. A longer list is looser.

    It may be empty where it is by default, so that nothing is permitted.
    """
    schema = {**_NAMES, "minItems": min(len(default), 1)}
    return Setting(
        list(default), description, schema, asks, lambda value, asked: set(value) <= set(asked)
    )


def including(default: Sequence[str], description: str, *, asks: Asks) -> Setting:
    """Make a list of wanted values, as rule groups. A shorter list is looser."""
    return Setting(
        list(default), description, _NAMES, asks, lambda value, asked: set(value) >= set(asked)
    )


_NAMES: Final = {
    "type": "array",
    "items": {"type": "string", "minLength": 1},
    "minItems": 1,
    "uniqueItems": True,
}
