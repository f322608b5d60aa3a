from __future__ import annotations

import json
from typing import Any

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
from policy_pack.trust import ASSUME, asks_mfa, denies_without_mfa, lets, trusts_people

_ROOT = "arn:aws:iam::123456789012:root"
_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
_PERMISSION_SET = (
    "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_A_*"
)


def _trust(*more: dict[str, Any], **changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "People",
        "Effect": "Allow",
        "Principal": {"AWS": _ROOT},
        "Action": "sts:AssumeRole",
        "Condition": _MFA,
    }
    return {"assumeRolePolicy": json.dumps({"Statement": [statement | changes, *more]})}


def _unless_mfa(operator: str) -> dict[str, Any]:
    return {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "sts:*",
        "Condition": {operator: {"aws:MultiFactorAuthPresent": "false"}},
    }


@rule(
    title="People assume IAM roles with MFA",
    types=ROLES,
    severity=Severity.HIGH,
    fix=(
        "Add the condition Bool aws:MultiFactorAuthPresent 'true', or tie the statement to roles "
        "of IAM Identity Center by aws:PrincipalArn."
    ),
    controls=(owasp("A07:2021"),),
    passes=[
        _trust(),
        _trust(Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}),
        _trust(Condition={"ArnLike": {"aws:PrincipalArn": _PERMISSION_SET}}),
        _trust(Condition={"StringEquals": {"sts:ExternalId": "of a vendor"}}),
        _trust(Principal={"AWS": "arn:aws:iam::123456789012:role/ci"}, Condition={}),
        _trust(Principal={"Service": "ec2.amazonaws.com"}, Condition={}),
        _trust(_unless_mfa("BoolIfExists"), Condition={}),
    ],
    fails=[
        _trust(Condition={}),
        _trust(Principal={"AWS": "123456789012"}, Condition={}),
        _trust(Principal={"AWS": "arn:aws:iam::123456789012:user/ann"}, Condition={}),
        _trust(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-example"}}),
        _trust(Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}),
        _trust(Condition={"Bool": {"aws:MultiFactorAuthPresent": ["true", "false"]}}),
        _trust(Condition={"NumericLessThanIfExists": {"aws:MultiFactorAuthAge": "3600"}}),
        _trust(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:*"}}),
        _trust(_unless_mfa("Bool"), Condition={}),
    ],
    undecided=[
        {"assumeRolePolicy": UNKNOWN},
        {
            "assumeRolePolicy": {
                "Statement": {"Effect": "Allow", "Action": "*", "Principal": UNKNOWN}
            }
        },
    ],
    omission="IAM refuses a role without a trust policy.",
)
def check(role: Resource) -> Findings:
    """Ask more of people than a password or an access key, either of which can be stolen.

    An account that is trusted as a whole lets its users in, so it counts as people; a role does
    not, since its sessions cannot show MFA. Whether people signed in to IAM Identity Center or to a
    SAML or OpenID Connect provider with MFA is that provider's affair, and not judged here.

    Source: AWS IAM User Guide, "Secure API access with MFA"; "AWS global condition context keys",
    `aws:MultiFactorAuthPresent`.
    """
    document = statements(role.json("assumeRolePolicy"))
    yield from every(document, lambda statement: _judge(statement, document))


def _judge(statement: Statement, document: list[Statement]) -> Findings:
    if not lets(statement, ASSUME) or not trusts_people(statement) or asks_mfa(statement):
        return
    if not some(document, denies_without_mfa):
        yield finding(
            "The trust statement '{name}' lets people assume the role without MFA.",
            name=statement.sid,
        )
