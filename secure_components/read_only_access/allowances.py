"""What a read-only role may read after all: named resources of a few kinds, and nothing else.

An allowance is a choice from a table and a name. It grants reading alone, and what it excludes
from the denials is that resource for these actions: it can open no write, and no other resource.
`kms:Decrypt` stays denied: what the account's own KMS key encrypts cannot be read where the
service asks KMS in the caller's name, as S3 does, and SSM for a SecureString.
"""

# No `from __future__ import annotations`: Pulumi's component host reads these as they stand.

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NotRequired, TypedDict, cast

import pulumi

from secure_components.arguments import Who, check_value, fits, refuse
from secure_components.documents import Statement


class AllowanceArgs(TypedDict):
    """Named resources that may be read. Each is an ARN without a wildcard, but as said."""

    log_groups: NotRequired[Sequence[pulumi.Input[str]]]
    """ARNs of log groups, without `:*`: `GetLogEvents`, `FilterLogEvents`. Queries of Logs Insights
    stay denied: AWS holds their results to no log group."""

    object_prefixes: NotRequired[Sequence[pulumi.Input[str]]]
    """ARNs of objects in a bucket, which may end in `/*` below a prefix, as
    `arn:aws:s3:::reports/public/*`: `GetObject`, `GetObjectVersion`."""

    parameters: NotRequired[Sequence[pulumi.Input[str]]]
    """ARNs of parameters of Systems Manager: `GetParameter`, `GetParameters`. A SecureString cannot
    be read: its decryption stays denied."""

    tables: NotRequired[Sequence[pulumi.Input[str]]]
    """ARNs of DynamoDB tables, with their indexes: `BatchGetItem`, `GetItem`, `Query`, `Scan`."""


@dataclass(frozen=True)
class Kind:
    """A kind of resource that may be read.

    Attributes:
        actions: What an allowance grants.
        denials: The patterns of `DATA` that otherwise deny these actions.
        arn: The form of its ARN.
        form: The same, for people.
        beneath: What is added to an ARN for what lies beneath it.
    """

    actions: Sequence[str]
    denials: Sequence[str]
    arn: re.Pattern[str]
    form: str
    beneath: Sequence[str] = ("",)


_PLACE: Final = r"arn:aws[a-z-]*:{}:[a-z0-9-]+:\d{{12}}:"

KINDS: Final[Mapping[str, Kind]] = {
    "log_groups": Kind(
        ("logs:FilterLogEvents", "logs:GetLogEvents"),
        ("logs:FilterLogEvents", "logs:GetLogEvents"),
        re.compile(_PLACE.format("logs") + r"log-group:[\w./#-]{1,512}", re.ASCII),
        "ARNs of log groups, without a wildcard and without ':*'",
        ("", ":*"),
    ),
    "object_prefixes": Kind(
        ("s3:GetObject", "s3:GetObjectVersion"),
        ("s3:GetObject*",),
        re.compile(r"arn:aws[a-z-]*:s3:::[a-z0-9.-]{3,63}/[\w!.'()/=+@:, -]+(?:/\*)?", re.ASCII),
        "ARNs of objects, with a prefix before '/*'",
    ),
    "parameters": Kind(
        ("ssm:GetParameter", "ssm:GetParameters"),
        ("ssm:GetParameter*",),
        re.compile(_PLACE.format("ssm") + r"parameter/[\w./-]+", re.ASCII),
        "ARNs of parameters, without a wildcard",
    ),
    "tables": Kind(
        ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"),
        ("dynamodb:*GetItem", "dynamodb:Query", "dynamodb:Scan"),
        re.compile(_PLACE.format("dynamodb") + r"table/[\w.-]{3,255}", re.ASCII),
        "ARNs of tables, without a wildcard",
        ("", "/index/*"),
    ),
}
"""By the argument of `AllowanceArgs`."""

Allowed = Mapping[str, Sequence[str]]
"""ARNs by kind, resolved."""


def checked_allowances(who: Who, allowances: AllowanceArgs) -> pulumi.Output[Allowed]:
    """Return the ARNs of allowances, checked; those of an `Output` when it resolves.

    Raises:
        ArgumentError: A list is empty, or an ARN is not of its kind.
    """
    checked: dict[str, list[pulumi.Input[str]]] = {}
    for kind, arns in cast("Mapping[str, Sequence[pulumi.Input[str]]]", allowances).items():
        path = f"allowances.{kind}"
        if not arns:
            refuse(*who, path, "is empty; leave it out, or name one")
        one = KINDS[kind]
        checked[kind] = [check_value(*who, path, arn, fits(one.arn), one.form) for arn in arns]
    return cast("pulumi.Output[Allowed]", pulumi.Output.from_input(cast("Any", checked)))


def known_allowances(allowances: AllowanceArgs) -> Allowed:
    """Return the ARNs of allowances that are known already, before anything is registered."""
    given = cast("Mapping[str, Sequence[pulumi.Input[str]]]", allowances).items()
    return {kind: [arn for arn in arns if isinstance(arn, str)] for kind, arns in given}


def resources(kind: str, arns: Sequence[str]) -> list[str]:
    """Return the resources of an allowance, with what lies beneath them."""
    return [f"{arn}{beneath}" for arn in arns for beneath in KINDS[kind].beneath]


def granting(allowed: Allowed) -> list[Statement]:
    """Return the statements that grant what is allowed."""
    return [
        {
            "Sid": f"Read{_title(kind)}",
            "Effect": "Allow",
            "Action": list(KINDS[kind].actions),
            "Resource": resources(kind, arns),
        }
        for kind, arns in allowed.items()
    ]


def denying(allowed: Allowed) -> list[Statement]:
    """Return the statements that deny the same actions for any other resource."""
    return [
        {
            "Sid": f"DenyOther{_title(kind)}",
            "Effect": "Deny",
            "Action": list(KINDS[kind].denials),
            "NotResource": resources(kind, arns),
        }
        for kind, arns in allowed.items()
    ]


def _title(kind: str) -> str:
    return kind.title().replace("_", "")
