"""What identity policies and a permissions boundary allow: their meaning as AWS documents it.

For requests within one account, without policies of resources and sessions. Source: IAM User Guide,
"Policy evaluation logic", "IAM JSON policy elements: Condition operators". What is not known here
raises.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

ADMINISTRATOR: Final = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_KNOWN: Final = {
    *("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "Condition")
}


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        action: As `iam:CreateRole`.
        resource: ARN of what it is about; a star where it names none.
        context: Condition keys and values.
    """

    action: str
    resource: str = "*"
    context: Mapping[str, str] = field(default_factory=dict)


def allowed(request: Request, policies: Iterable[Any], boundary: Any = ADMINISTRATOR) -> bool:
    """Tell whether policies allow a request within a boundary, and nothing denies it."""
    documents = list(policies)
    if any(denied(request, one) for one in (*documents, boundary)):
        return False
    return any(_says("Allow", request, one) for one in documents) and _says(
        "Allow", request, boundary
    )


def denied(request: Request, document: Any) -> bool:
    """Tell whether a document denies a request, whatever else allows it."""
    return _says("Deny", request, document)


def _says(effect: str, request: Request, document: Any) -> bool:
    return any(
        statement["Effect"] == effect and matches(statement, request)
        for statement in document["Statement"]
    )


def matches(statement: Mapping[str, Any], request: Request) -> bool:
    """Tell whether a statement is about a request."""
    assert not statement.keys() - _KNOWN, "an element that is not known here"
    action = request.action.lower()
    named = [one.lower() for one in _list(statement.get("NotAction", statement.get("Action", [])))]
    covered = _like_any(action, named) != ("NotAction" in statement)
    # Of a statement without resources, which IAM refuses, nobody shall think that it says anything.
    about = _like_any(request.resource, _list(statement.get("Resource", [])))
    if "NotResource" in statement:
        about = not _like_any(request.resource, _list(statement["NotResource"]))
    if "Principal" in statement:
        about = True
    return covered and about and _holds(statement.get("Condition", {}), request.context)


def _holds(condition: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    keys = {key.lower(): value for key, value in context.items()}
    return all(
        _test(operator, keys.get(key.lower()), [str(one) for one in _list(wanted)])
        for operator, tests in condition.items()
        for key, wanted in tests.items()
    )


def _test(operator: str, value: str | None, wanted: list[str]) -> bool:
    positive = operator.replace("Not", "")
    compare = _OPERATORS[positive]
    if value is None:
        return operator != positive
    return any(compare(value, one) for one in wanted) != (operator != positive)


def _like(value: str, pattern: str) -> bool:
    return _compiled(pattern).fullmatch(value) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    spelled = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(spelled, re.DOTALL)


def _like_any(value: str, patterns: Iterable[str]) -> bool:
    return any(_like(value, pattern) for pattern in patterns)


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


_OPERATORS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
    "DateGreaterThan": lambda value, wanted: _moment(value) > _moment(wanted),
    "DateGreaterThanEquals": lambda value, wanted: _moment(value) >= _moment(wanted),
    "DateLessThan": lambda value, wanted: _moment(value) < _moment(wanted),
    # Of keys with several values, requests here have one.
    "ForAnyValue:StringEquals": lambda value, wanted: value == wanted,
    "NumericLessThan": lambda value, wanted: float(value) < float(wanted),
    "StringEquals": lambda value, wanted: value == wanted,
    "StringLike": _like,
}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
