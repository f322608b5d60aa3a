from __future__ import annotations

import json
from typing import Any

from policy_pack.aws import ROLES
from policy_pack.iam import Statement, statements
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, every, finding, owasp, rule

_SET_BY_THE_CALLER = ("aws:tagkeys", "sts:transitivetagkeys", "sts:sourceidentity")


def _trust(**condition: object) -> dict[str, Any]:
    statement = {
        "Sid": "People",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    return {"assumeRolePolicy": json.dumps({"Statement": statement})}


_PRESENT = {"aws:MultiFactorAuthPresent": "true"}
_SUBJECT = {
    "token.actions.githubusercontent.com:sub": "repo:octo-org/octo-repo:ref:refs/heads/main"
}


@rule(
    title="Conditions of trust policies hold where their key is absent",
    types=ROLES,
    severity=Severity.HIGH,
    fix=(
        "Write the operator without IfExists and without ForAllValues, or add a condition Null "
        "'false' on the same key."
    ),
    controls=(owasp("A01:2021"),),
    passes=[
        _trust(Bool=_PRESENT),
        _trust(StringEquals=_SUBJECT),
        _trust(**{"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": "o-a/r-b/ou-c/"}}),
        _trust(BoolIfExists=_PRESENT, Null={"aws:MultiFactorAuthPresent": "false"}),
        _trust(**{"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}),
        _trust(StringEqualsIfExists={"aws:RequestTag/team": "blue"}),
        {
            "assumeRolePolicy": _trust(BoolIfExists=_PRESENT)["assumeRolePolicy"].replace(
                "Allow", "Deny"
            )
        },
    ],
    fails=[
        _trust(BoolIfExists=_PRESENT),
        _trust(NumericLessThanIfExists={"aws:MultiFactorAuthAge": "3600"}),
        _trust(**{"ForAllValues:StringEquals": _SUBJECT}),
        _trust(**{"ForAllValues:StringLike": {"aws:PrincipalArn": "arn:aws:iam::1:role/a"}}),
        _trust(BoolIfExists=_PRESENT, Null={"aws:MultiFactorAuthPresent": "true"}),
        _trust(BoolIfExists=_PRESENT, Null={"aws:MultiFactorAuthPresent": ["true", "false"]}),
    ],
    undecided=[
        {"assumeRolePolicy": UNKNOWN},
        {"assumeRolePolicy": {"Statement": {"Effect": "Allow", "Condition": UNKNOWN}}},
    ],
    omission="IAM refuses a role without a trust policy.",
)
def check(role: Resource) -> Findings:
    """Let no condition look like a lock and be open to whoever leaves the key out.

    An operator with `IfExists` or `ForAllValues` is true where the request has no such key: with
    `BoolIfExists` on MFA, an access key without MFA gets in. What the caller may but need not send,
    as session tags and a source identity, is bounded so rightly.

    Source: AWS IAM User Guide, "IAM JSON policy elements: Condition operators", `...IfExists`; "Set
    operators for multivalued context keys", `ForAllValues`.
    """
    yield from every(statements(role.json("assumeRolePolicy")), _judge)


def _judge(statement: Statement) -> Findings:
    if not statement.allows:
        return
    conditions = list(statement.conditions())
    present = {
        key
        for operator, key, values in conditions
        if operator == "Null" and values and all(value.lower() == "false" for value in values)
    }
    for operator, key, _ in conditions:
        loose = operator.endswith("IfExists") or operator.startswith("ForAllValues:")
        if loose and key not in present and not _is_set_by_the_caller(key):
            yield finding(
                "The trust statement '{name}' has a condition that holds where its key is absent.",
                name=statement.sid,
            )
            return


def _is_set_by_the_caller(key: str) -> bool:
    return key in _SET_BY_THE_CALLER or key.startswith("aws:requesttag/")
