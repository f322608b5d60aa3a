"""Evaluates JSON filter patterns, as CloudWatch Logs does with every event of a log group.

Source: CloudWatch Logs User Guide, "Filter pattern syntax for metric filters, subscription filters,
filter log events, and Live Tail". What the guide does not say raises: `!=` of a property that an
event does not have.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from local.cloud.filter_patterns import AllOf, AnyOf, Comparison, Pattern, Step, parse

_MISSING: Final = object()
_ORDERS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_STATES: Final = {"NULL": None, "TRUE": True, "FALSE": False}


def matches(pattern: str, event: Any) -> bool:
    """Tell whether an event matches a JSON pattern.

    Raises:
        ValueError: It is no JSON pattern.
        LookupError: The guide does not say.
    """
    return _holds(parse(pattern), event)


def _holds(pattern: Pattern, event: Any) -> bool:
    if isinstance(pattern, AllOf):
        return all(_holds(part, event) for part in pattern.parts)
    if isinstance(pattern, AnyOf):
        return any(_holds(part, event) for part in pattern.parts)
    found = [_compare(pattern, value) for value in _values(event, pattern.path)]
    return any(found)


def _values(event: Any, path: tuple[Step, ...]) -> list[Any]:
    """Return what a selector selects: one value, or each element of a list where it says `*`."""
    values = [event]
    for step in path:
        after: list[Any] = []
        for value in values:
            if step == "*":
                after += value if isinstance(value, list) else [_MISSING]
            elif isinstance(step, int):
                in_it = isinstance(value, list) and step < len(value)
                after.append(value[step] if in_it else _MISSING)
            else:
                after.append(value.get(step, _MISSING) if isinstance(value, dict) else _MISSING)
        values = after
    return values


def _compare(pattern: Comparison, value: Any) -> bool:
    if pattern.operator in {"EXISTS", "NOT EXISTS"}:
        return (value is _MISSING) is (pattern.operator == "NOT EXISTS")
    if value is _MISSING:
        if pattern.operator == "!=":
            raise LookupError(f"'{pattern.path}' is missing, and the guide says nothing of it")
        return False
    if pattern.operator == "IS":
        return value is _STATES[pattern.value]
    # "If it points to an array or object, the filter will not be applied."
    if isinstance(value, list | dict):
        return False
    if pattern.operator in _ORDERS:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and _ORDERS[pattern.operator](value, float(pattern.value))
    return _equal(pattern, value) is (pattern.operator == "=")


def _equal(pattern: Comparison, value: Any) -> bool:
    if pattern.is_regex:
        return re.search(pattern.value, str(value)) is not None
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(pattern.value) == value
        except ValueError:
            return False
    # A wildcard stands before or after a term, and is a character within it.
    start, end = pattern.value.startswith("*"), pattern.value.endswith("*")
    term = re.escape(pattern.value[start : len(pattern.value) - end if end else None])
    return re.fullmatch(f"{'.*' * start}{term}{'.*' * end}", str(value), re.DOTALL) is not None
