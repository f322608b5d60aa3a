"""What service and resource control policies deny: their meaning as AWS documents it.

For documents that only deny, beside AWS's own that allow everything. Source: IAM User Guide, "IAM
JSON policy elements: Condition operators" and "Policy evaluation logic"; AWS Organizations User
Guide, "Service control policies" and "Resource control policies". What is not known here raises.
"""

from __future__ import annotations

import re
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
    covered = covers_action(statement, call.action)
    # A request that names no resource of its own is about all.
    about = like_any(call.resource, listed(statement.get("Resource", [])))
    return covered and about and holds(statement.get("Condition", {}), call.keys, _OPERATORS)


_OPERATORS: Final = {
    name: OPERATORS[name]
    for name in ("ArnLike", "Bool", "Null", "NumericLessThan", "StringEquals", "StringLike")
}
