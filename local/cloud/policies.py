"""Whether a policy lets someone do something, as far as AWS services ask before they accept it.

It fails closed: a statement with an element that is not read here allows nothing, and denies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from typing import Final

_READ: Final = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
_MUST: Final = ("Principal", "Action", "Resource")


def allows(
    document: str,
    action: str,
    resource: str,
    *,
    principal: tuple[str, str] | None = None,
    context: Mapping[str, str] | None = None,
) -> bool:
    """Tell whether a policy allows an action.

    Args:
        document: The policy as JSON text.
        action: Such as ``s3:PutObject``.
        resource: The ARN that it acts on.
        principal: Who, such as ``("Service", "cloudtrail.amazonaws.com")``; ``None`` for a policy
            that is attached to an identity.
        context: The request's condition keys; keys are compared without case.
    """
    try:
        statements = json.loads(document)["Statement"]
    except (ValueError, LookupError, TypeError):
        return False
    allowed = False
    for statement in statements if isinstance(statements, list) else [statements]:
        denies = statement.get("Effect") != "Allow"
        certain = statement.keys() <= _READ
        if not certain and not denies:
            continue
        hit = (
            _is_principal(statement.get("Principal"), principal)
            and _matches_any(statement.get("Action", "*"), action, ignore_case=True)
            and _matches_any(statement.get("Resource", "*"), resource)
            and _holds(statement.get("Condition", {}), context or {}, unread=denies)
        )
        if hit and denies:
            return False
        allowed = allowed or hit
    return allowed


def statements(
    document: object, must: Collection[str] = _MUST, never: Collection[str] = ()
) -> list[Mapping[str, object]]:
    """Return the statements of a policy; of one that is attached to a resource, unless told.

    Args:
        document: The policy as JSON text.
        must: What each statement has, or the ``Not`` of it.
        never: What no statement has, nor the ``Not`` of it.

    Raises:
        ValueError: It is no JSON policy whose statements have what each must have, and no more.
    """
    try:
        found = json.loads(str(document))["Statement"]
        listed = found if isinstance(found, list) else [found]
        complete = all(
            each["Effect"] in ("Allow", "Deny")
            and all(each.keys() & {name, f"Not{name}"} for name in must)
            and not any(each.keys() & {name, f"Not{name}"} for name in never)
            for each in listed
        )
    except (LookupError, TypeError, AttributeError):
        complete = False
    if not complete or not listed:
        raise ValueError("no JSON policy whose statements are complete")
    return listed


def text(document: object) -> str:
    """Return a policy as JSON text without white space, as boto3 gives some of them parsed."""
    return document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))


def size(document: object) -> int:
    """Return what IAM counts of a policy: its characters without white space."""
    return len("".join(text(document).split()))


def _is_principal(asked: object, principal: tuple[str, str] | None) -> bool:
    if principal is None:
        return asked is None
    kind, name = principal
    if asked == "*":
        return True
    return isinstance(asked, Mapping) and any(
        each in ("*", name) for each in _list(asked.get(kind, []))
    )


def _holds(condition: Mapping[str, object], context: Mapping[str, str], *, unread: bool) -> bool:
    values = {name.lower(): value for name, value in context.items()}
    return all(
        _is_met(operator, values.get(key.lower()), wanted, unread=unread)
        for operator, keys in condition.items()
        for key, wanted in (keys if isinstance(keys, Mapping) else {}).items()
    )


def _is_met(operator: str, value: str | None, wanted: object, *, unread: bool) -> bool:
    base = operator.removesuffix("IfExists")
    positive = base.replace("Not", "", 1)
    if value is None and base != operator:
        return True
    texts = [str(each).lower() if isinstance(each, bool) else str(each) for each in _list(wanted)]
    if base == "Null":
        return str(value is None).lower() in texts
    if positive not in _COMPARISONS:
        return unread
    try:
        hit = value is not None and any(_COMPARISONS[positive](each, value) for each in texts)
    except ValueError:  # no number where one is compared
        return unread
    return hit is (positive == base)


def _matches_any(patterns: object, text: str, *, ignore_case: bool = False) -> bool:
    return any(_matches(str(each), text, ignore_case=ignore_case) for each in _list(patterns))


def _matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    readable = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(readable, text, re.IGNORECASE if ignore_case else 0) is not None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


_COMPARISONS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "StringEquals": lambda wanted, value: value == wanted,
    "Bool": lambda wanted, value: value == wanted,
    "StringLike": _matches,
    "ArnEquals": _matches,
    "ArnLike": _matches,
    "NumericEquals": lambda wanted, value: float(value) == float(wanted),
    "NumericLessThan": lambda wanted, value: float(value) < float(wanted),
    "NumericLessThanEquals": lambda wanted, value: float(value) <= float(wanted),
    "NumericGreaterThan": lambda wanted, value: float(value) > float(wanted),
    "NumericGreaterThanEquals": lambda wanted, value: float(value) >= float(wanted),
}
