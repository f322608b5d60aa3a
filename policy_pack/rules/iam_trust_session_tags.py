from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from policy_pack.aws import ROLES
from policy_pack.iam import Statement, statements
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    every,
    finding,
    owasp,
    rule,
    some,
)
from policy_pack.trust import is_account, lets

_CALLERS: Final = ("aws:PrincipalArn", "aws:PrincipalTag/*", "aws:userid")
_BOUNDS: Final[Mapping[str, tuple[str, ...]]] = {
    "sts:TagSession": (*_CALLERS, "aws:RequestTag/*"),
    "sts:SetSourceIdentity": (*_CALLERS, "sts:SourceIdentity"),
}
"""By action, the condition keys that bound who sets what."""
_ROOT = "arn:aws:iam::123456789012:root"


def _trust(*more: dict[str, Any], **changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "Tagged",
        "Effect": "Allow",
        "Principal": {"AWS": _ROOT},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }
    return {"assumeRolePolicy": json.dumps({"Statement": [statement | changes, *more]})}


def _other_tags(**changes: object) -> dict[str, Any]:
    statement = {
        "Effect": "Deny",
        "Principal": {"AWS": _ROOT},
        "Action": "sts:TagSession",
        "Condition": {"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["team"]}},
    }
    return statement | changes


@rule(
    title="Session tags and source identities are bounded",
    types=ROLES,
    severity=Severity.MEDIUM,
    fix=(
        "Name the roles or users that may set them, or add a condition on aws:PrincipalArn, "
        "aws:RequestTag/... or aws:TagKeys."
    ),
    controls=(owasp("A01:2021"),),
    passes=[
        _trust(Action="sts:AssumeRole"),
        _trust(Principal={"AWS": "arn:aws:iam::123456789012:role/broker"}),
        _trust(Principal={"AWS": "arn:aws:iam::123456789012:user/broker"}),
        _trust(Principal={"Service": "pods.eks.amazonaws.com"}),
        _trust(Condition={"StringEquals": {"aws:RequestTag/team": "blue"}}),
        _trust(Condition={"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}),
        _trust(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/broker"}}),
        _trust(_other_tags()),
        _trust(_other_tags(Principal="*")),
        _trust(
            Action="sts:SetSourceIdentity",
            Condition={"StringLike": {"sts:SourceIdentity": "${aws:username}"}},
        ),
    ],
    fails=[
        _trust(),
        _trust(Principal={"AWS": "123456789012"}),
        _trust(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-example"}}),
        _trust(Action="sts:*"),
        _trust(Action="sts:SetSourceIdentity"),
        _trust(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        _trust(Condition={"StringLike": {"aws:RequestTag/team": "*"}}),
        _trust(Condition={"StringLike": {"sts:SourceIdentity": "ann"}}),
        _trust(Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": ["team"]}}),
        _trust(_other_tags(Principal={"AWS": "arn:aws:iam::123456789012:role/a"})),
        _trust(_other_tags(Action="sts:AssumeRole")),
        _trust(_other_tags(Condition={"StringNotEquals": {"aws:TagKeys": ["team"]}})),
        _trust(_other_tags(), Action="sts:*"),
    ],
    undecided=[{"assumeRolePolicy": UNKNOWN}],
    omission="IAM refuses a role without a trust policy.",
)
def check(role: Resource) -> Findings:
    """Let nobody of a whole account write the tags or the identity that others then believe.

    Tags of a session decide in policies that grant by attribute, and the source identity stands in
    the audit trail: who sets them freely has the rights, or the name, that they claim. Services and
    identity providers are left out, as they say themselves what they set.

    Source: AWS IAM User Guide, "Pass session tags in AWS STS"; "Monitor and control actions taken
    with assumed roles". That a whole account is too many is our inference.
    """
    document = statements(role.json("assumeRolePolicy"))
    yield from every(document, lambda statement: _judge(statement, document))


def _judge(statement: Statement, document: list[Statement]) -> Findings:
    loose = [
        action
        for action, keys in _BOUNDS.items()
        if lets(statement, action) and _is_whole(statement) and not statement.binds(*keys)
    ]
    if "sts:TagSession" in loose and (
        _limits_tags(statement) or some(document, lambda other: _denies_tags(other, statement))
    ):
        loose.remove("sts:TagSession")
    if loose:
        yield finding(
            "The trust statement '{name}' lets a whole account set session tags or a source "
            "identity.",
            name=statement.sid,
        )


def _is_whole(statement: Statement) -> bool:
    return statement.everyone or any(map(is_account, statement.identities))


def _limits_tags(statement: Statement) -> bool:
    """Tell whether only some tags may be sent: that none is sent does no harm."""
    return any(
        operator == "ForAllValues:StringEquals" and key == "aws:tagkeys" and values
        for operator, key, values in statement.conditions()
    )


def _denies_tags(other: Statement, statement: Statement) -> bool:
    """Tell whether another statement denies all but some tags to those whom one lets in."""
    told = [(operator, key) for operator, key, _ in other.conditions()]
    return (
        other.denies
        and other.matches_action("sts:TagSession")
        and (other.everyone or {*statement.identities} <= {*other.identities})
        and told == [("ForAnyValue:StringNotEquals", "aws:tagkeys")]
    )
