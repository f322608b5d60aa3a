from __future__ import annotations

from typing import Any

from policy_pack.accounts import SETTINGS, Trusted
from policy_pack.aws import ROLES, TOPICS
from policy_pack.iam import Statement, statements
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    every,
    finding,
    owasp,
    rule,
)
from policy_pack.trust import ASSUME, asks_mfa, has_external_id, is_identity_center, lets

_VENDOR = "arn:aws:iam::999999999999:root"
_OWN = (TOPICS[0], {"arn": "arn:aws:sns:eu-west-1:123456789012:alarms"})
_PERMISSION_SET = "arn:aws:iam::999999999999:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_1"


def _role(principal: object, condition: object = None) -> tuple[str, dict[str, Any]]:
    statement = {
        "Sid": "Vendor",
        "Effect": "Allow",
        "Principal": principal,
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    return ROLES[0], {"assumeRolePolicy": {"Statement": statement}}


def _stack(principal: object, condition: object = None) -> dict[str, Any]:
    return {"role": _role(principal, condition), "topic": _OWN}


@rule(
    title="Third parties assume IAM roles with an external id",
    types=ROLES,
    severity=Severity.HIGH,
    fix=(
        "Add the condition StringEquals sts:ExternalId with the id that the third party gave you; "
        "an account of your own belongs into trusted_accounts, or behind aws:PrincipalOrgID."
    ),
    controls=(owasp("A01:2021"),),
    passes=[
        _stack({"AWS": _VENDOR}, {"StringEquals": {"sts:ExternalId": "an-id"}}),
        _stack({"AWS": _VENDOR}, {"StringEquals": {"aws:PrincipalOrgID": "o-example"}}),
        _stack({"AWS": _VENDOR}, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        _stack({"AWS": _PERMISSION_SET}),
        _stack({"AWS": _VENDOR}, {"ArnLike": {"aws:PrincipalArn": _PERMISSION_SET}}),
        _stack({"AWS": ["123456789012", "arn:aws:iam::123456789012:role/ci"]}),
        _stack({"Service": "ec2.amazonaws.com"}),
    ],
    fails=[
        _stack({"AWS": _VENDOR}),
        _stack({"AWS": ["123456789012", "999999999999"]}),
        _stack({"AWS": "arn:aws:iam::999999999999:role/scanner"}),
        _stack({"AWS": _VENDOR}, {"StringLike": {"sts:ExternalId": "an-*"}}),
        _stack({"AWS": _VENDOR}, {"StringEqualsIfExists": {"sts:ExternalId": "an-id"}}),
        _stack({"AWS": _VENDOR}, {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}),
        _stack({"AWS": _VENDOR}, {"StringLike": {"aws:PrincipalOrgID": "o-*"}}),
        {"role": _role({"AWS": _VENDOR})},
    ],
    undecided=[
        {"role": _role({"AWS": _VENDOR}), "topic": (TOPICS[0], {"arn": UNKNOWN})},
        {"role": (ROLES[0], {"assumeRolePolicy": UNKNOWN}), "topic": _OWN},
    ],
    omission="IAM refuses a role without a trust policy.",
    settings=SETTINGS,
)
def check(
    role: Resource,
    stack: Stack,
    *,
    trusted_accounts: list[str],
    trusted_organizations: list[str],
) -> Findings:
    """Let the software of a third party act for you when you ask, and not for its other customers.

    Whoever knows the ARN of your role could have that software use it. A third party is an account
    that is neither the stack's own nor trusted; people of one who show MFA, or whom IAM Identity
    Center signed in, are no software. Own accounts are told by ARNs of the stack's resources, by
    `allowedAccountIds` of its providers, and by its key policies.

    Source: AWS IAM User Guide, "Access to AWS accounts owned by third parties".
    """
    trusted = Trusted(stack, trusted_accounts, trusted_organizations)
    document = statements(role.json("assumeRolePolicy"))
    yield from every(document, lambda statement: _judge(statement, trusted))


def _judge(statement: Statement, trusted: Trusted) -> Findings:
    if not lets(statement, ASSUME) or statement.everyone or not statement.identities:
        return  # whom everyone may be is told in iam-trust-not-everyone
    if all(map(is_identity_center, statement.identities)):
        return
    if has_external_id(statement) or asks_mfa(statement):
        return
    if statement.ties(is_identity_center, "aws:PrincipalArn"):
        return
    if not trusted.lets_in_only_trusted(statement):
        yield finding(
            "The trust statement '{name}' lets a third party in without an external id.",
            name=statement.sid,
        )
