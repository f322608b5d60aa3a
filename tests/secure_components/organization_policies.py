"""What service and resource control policies deny: their meaning as AWS documents it.

For documents that only deny, beside AWS's own that allow everything. Source: IAM User Guide, "IAM
JSON policy elements: Condition operators" and "Policy evaluation logic"; AWS Organizations User
Guide, "Service control policies" and "Resource control policies". What is not known here raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

MANAGEMENT: Final = "999999999999"
ORGANIZATION: Final = "o-exampleorgid"
SERVICES: Final = frozenset(
    {
        "aoss",
        "cognito-identity",
        "cognito-idp",
        "dynamodb",
        "ecr",
        "kms",
        "logs",
        "s3",
        "secretsmanager",
        "sqs",
        "sts",
    }
)
"""Services with resource control policies."""
_OWNED: Final = re.compile(r"arn:aws:[a-z0-9-]*:[a-z0-9-]*:(\d{12}):.*")


@dataclass(frozen=True)
class Call:
    """One request to AWS.

    Attributes:
        action: As `iam:CreateUser`.
        principal: ARN of the principal; empty for an AWS service and for who is anonymous.
        resource: ARN of what it is about.
        owner: Account that the resource is in.
        context: Condition keys and values beside those that follow from the principal.
    """

    action: str
    principal: str = ""
    resource: str = "*"
    owner: str = "111111111111"
    context: Mapping[str, str] = field(default_factory=dict)

    @property
    def account(self) -> str:
        """The principal's account; empty if it has none."""
        found = _OWNED.fullmatch(self.principal)
        return found[1] if found else ""

    @property
    def keys(self) -> Mapping[str, str]:
        """All condition keys of the request, in lower case."""
        principal = (
            {"aws:PrincipalArn": self.principal, "aws:PrincipalAccount": self.account}
            if self.principal
            else {}
        )
        made = {"aws:SecureTransport": "true", **principal, **self.context}
        return {key.lower(): value for key, value in made.items()}


def denying(scps: Iterable[Any], rcps: Iterable[Any], call: Call) -> set[str]:
    """Return the `Sid` of each statement that denies a request."""
    return {*_by_scp(scps, call), *_by_rcp(rcps, call)}


def _by_scp(documents: Iterable[Any], call: Call) -> Iterable[str]:
    # It binds principals of accounts: no service, nobody outside, no service-linked role.
    member = call.keys.get("aws:principalorgid") == ORGANIZATION and call.account != MANAGEMENT
    if not member or ":role/aws-service-role/" in call.principal:
        return ()
    return _matching(documents, call)


def _by_rcp(documents: Iterable[Any], call: Call) -> Iterable[str]:
    # It binds resources of accounts, in some services.
    if call.owner == MANAGEMENT or call.action.partition(":")[0] not in SERVICES:
        return ()
    return () if ":role/aws-service-role/" in call.principal else _matching(documents, call)


def _matching(documents: Iterable[Any], call: Call) -> Iterable[str]:
    for document in documents:
        for statement in document["Statement"]:
            if _is_denied(statement, call):
                yield statement["Sid"]


def _is_denied(statement: Mapping[str, Any], call: Call) -> bool:
    known = {"Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "Condition"}
    assert not statement.keys() - known, "an element that is not known here"
    if statement.get("Effect") != "Deny" or statement.get("Principal", "*") != "*":
        return False
    action = call.action.lower()
    if "NotAction" in statement:
        covered = not _like_any(action, [one.lower() for one in _list(statement["NotAction"])])
    else:
        covered = _like_any(action, [one.lower() for one in _list(statement.get("Action", []))])
    # A request that names no resource of its own is about all.
    about = _like_any(call.resource, _list(statement.get("Resource", [])))
    return covered and about and _holds(statement.get("Condition", {}), call.keys)


def _holds(condition: Mapping[str, Any], keys: Mapping[str, str]) -> bool:
    return all(
        _test(operator, keys.get(key.lower()), [str(one) for one in _list(wanted)])
        for operator, tests in condition.items()
        for key, wanted in tests.items()
    )


def _test(operator: str, value: str | None, wanted: Sequence[str]) -> bool:
    if operator == "Null":
        return (value is None) == (wanted == ["true"])
    plain = operator.removesuffix("IfExists")
    negated = plain.replace("Not", "")
    compare = _OPERATORS[negated]
    if value is None:
        return operator.endswith("IfExists") or plain != negated
    return any(compare(value, one) for one in wanted) != (plain != negated)


def _like(value: str, pattern: str) -> bool:
    return _compiled(pattern).fullmatch(value) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _like_any(value: str, patterns: Iterable[str]) -> bool:
    return any(_like(value, pattern) for pattern in patterns)


def _arn_like(value: str, pattern: str) -> bool:
    """Compare each of the six parts by itself."""
    parts, patterns = value.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) and all(map(_like, parts, patterns))


_OPERATORS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringLike": _like,
    "ArnLike": _arn_like,
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
    "NumericLessThan": lambda value, wanted: float(value) < float(wanted),
}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
