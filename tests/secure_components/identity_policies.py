"""What identity policies and a permissions boundary allow: their meaning as AWS documents it.

For requests within one account, without policies of resources and sessions. Source: IAM User Guide,
"Policy evaluation logic", "IAM JSON policy elements: Condition operators". What is not known here
raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.secure_components.policy_elements import (
    OPERATORS,
    covers_action,
    holds,
    like_any,
    listed,
)

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
    covered = covers_action(statement, request.action)
    # Of a statement without resources, which IAM refuses, nobody shall think that it says anything.
    about = like_any(request.resource, listed(statement.get("Resource", [])))
    if "NotResource" in statement:
        about = not like_any(request.resource, listed(statement["NotResource"]))
    if "Principal" in statement:
        about = True
    return covered and about and holds(statement.get("Condition", {}), request.context, _OPERATORS)


_OPERATORS: Final = {name: OPERATORS[name] for name in OPERATORS if name != "Null"}
