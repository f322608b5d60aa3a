"""How IAM reads actions, resources and conditions, for the evaluators of policies.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators". What an evaluator does not
name of it raises there.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Final

Operators = Mapping[str, Callable[[str, str], bool]]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def like(value: str, pattern: str) -> bool:
    return _compiled(pattern).fullmatch(value) is not None


def like_any(value: str, patterns: Iterable[str]) -> bool:
    return any(like(value, pattern) for pattern in patterns)


def covers_action(statement: Mapping[str, Any], action: str) -> bool:
    """Tell whether a statement is about an action, by `Action` or by `NotAction`."""
    named = [one.lower() for one in listed(statement.get("NotAction", statement.get("Action", [])))]
    return like_any(action.lower(), named) != ("NotAction" in statement)


def holds(condition: Mapping[str, Any], context: Mapping[str, str], operators: Operators) -> bool:
    """Tell whether a condition is met by a request's keys. An operator that is not given raises."""
    keys = {key.lower(): value for key, value in context.items()}
    return all(
        _test(operator, keys.get(key.lower()), [str(one) for one in listed(wanted)], operators)
        for operator, tests in condition.items()
        for key, wanted in tests.items()
    )


def document_in(properties: Mapping[str, Mapping[str, Any]], name: str, key: str) -> Any:
    """Return the document that an input holds; one of no statements where AWS would take none."""
    text = properties.get(name, {}).get(key)
    try:
        found = json.loads(text) if isinstance(text, str) else {}
    except ValueError:
        found = {}
    statements = found.get("Statement")
    whole = isinstance(statements, list) and all(
        isinstance(one, dict) and "Effect" in one for one in statements
    )
    return {"Statement": statements if whole else []}


def _test(operator: str, value: str | None, wanted: list[str], operators: Operators) -> bool:
    plain = operator.removesuffix("IfExists")
    positive = plain.replace("Not", "")
    compare = operators[positive]
    if positive == "Null":
        value = str(value is None).lower()
    if value is None:
        return plain != operator or plain != positive
    return any(compare(value, one) for one in wanted) != (plain != positive)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _arn_like(value: str, pattern: str) -> bool:
    """Compare each of the six parts by itself."""
    parts, patterns = value.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) and all(map(like, parts, patterns))


def _equal(value: str, wanted: str) -> bool:
    return value == wanted


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


OPERATORS: Final[Operators] = {
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
    "DateGreaterThan": lambda value, wanted: _moment(value) > _moment(wanted),
    "DateGreaterThanEquals": lambda value, wanted: _moment(value) >= _moment(wanted),
    "DateLessThan": lambda value, wanted: _moment(value) < _moment(wanted),
    # Of keys with several values, requests here have one.
    "ForAnyValue:StringEquals": _equal,
    "Null": _equal,
    "NumericLessThan": lambda value, wanted: float(value) < float(wanted),
    "StringEquals": _equal,
    "StringLike": like,
}
