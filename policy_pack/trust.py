"""What a role's trust policy says of those who may assume the role."""

from __future__ import annotations

import math
import re
from typing import Final

from policy_pack.iam import Statement

ASSUME: Final = "sts:AssumeRole"
WITH_SAML: Final = "sts:AssumeRoleWithSAML"
WITH_WEB_IDENTITY: Final = "sts:AssumeRoleWithWebIdentity"

_PERSON: Final = re.compile(r"[0-9]{12}|arn:[^:]*:iam::[^:]*:(root|user/.+)")
_ROLE: Final = re.compile(r"arn:[^:]*:iam::[^:]*:role/.+")
_IDENTITY_CENTER: Final = re.compile(
    r"arn:[^:]*:iam::[^:]*:role/aws-reserved/sso\.amazonaws\.com/.+"
)
_WILD: Final = frozenset("*?")


def lets(statement: Statement, action: str) -> bool:
    """Tell whether a statement allows an action."""
    return statement.allows and statement.matches_action(action)


def is_literal(value: str) -> bool:
    """Tell whether a value holds something, and no wildcard."""
    return bool(value) and not _WILD & set(value)


def is_account(principal: str) -> bool:
    """Tell whether a principal is all of an account: its id, or the ARN of its root."""
    return _PERSON.fullmatch(principal) is not None and ":user/" not in principal


def is_identity_center(arn: str) -> bool:
    """Tell whether an ARN is of roles that IAM Identity Center makes for people.

    Source: IAM Identity Center User Guide, "Referencing permission sets in resource policies".
    """
    return _IDENTITY_CENTER.fullmatch(arn) is not None


def trusts_people(statement: Statement) -> bool:
    """Tell whether a statement that allows lets in people who can show an MFA device to AWS.

    People are users, the root user, and all who are in an account that is trusted as a whole. Not:

    - a role, named or tied to by `aws:PrincipalArn`. It is assumed by a machine, or by people whom
      IAM Identity Center signed in, and neither session carries the keys of MFA;
    - whoever must bring an external id, which is for the software of third parties.

    That people and machines are told apart so is our inference. Source: AWS IAM User Guide, "AWS
    global condition context keys", `aws:MultiFactorAuthPresent`, `aws:PrincipalArn`; "Access to AWS
    accounts owned by third parties".
    """
    if not statement.everyone and not any(map(_is_person, statement.identities)):
        return False
    return not statement.ties(_is_role, "aws:PrincipalArn") and not has_external_id(statement)


def has_external_id(statement: Statement) -> bool:
    """Tell whether whoever is let in must bring one of some external ids."""
    return statement.ties(is_literal, "sts:ExternalId")


def mfa_age(statement: Statement) -> float:
    """Return the most seconds that may have passed since MFA; infinite where nothing bounds them.

    Only `NumericLessThan...` bounds: with `IfExists` it lets those in who showed no MFA device.
    """
    bounds = [
        max(map(_seconds, values))
        for operator, key, values in statement.conditions()
        if operator in _BELOW and key == "aws:multifactorauthage" and values
    ]
    return min(bounds, default=math.inf)


def asks_mfa(statement: Statement) -> bool:
    """Tell whether a statement that allows lets nobody in without MFA.

    `Bool` does not hold where the key is absent, as with access keys; `BoolIfExists` does. The age
    is there only after MFA.

    Source: AWS IAM User Guide, "AWS global condition context keys", `aws:MultiFactorAuthPresent`,
    `aws:MultiFactorAuthAge`.
    """
    present = any(
        operator == "Bool" and key == _PRESENT and _lower(values) == ["true"]
        for operator, key, values in statement.conditions()
    )
    return present or mfa_age(statement) < math.inf


def denies_without_mfa(statement: Statement) -> bool:
    """Tell whether it denies everyone to assume the role without MFA, on no other condition."""
    conditions = [
        (operator, key, _lower(values)) for operator, key, values in statement.conditions()
    ]
    return (
        statement.denies
        and statement.everyone
        and statement.matches_action(ASSUME)
        and conditions == [("BoolIfExists", _PRESENT, ["false"])]
    )


_PRESENT: Final = "aws:multifactorauthpresent"
_BELOW: Final = ("NumericLessThan", "NumericLessThanEquals")


def _is_person(principal: str) -> bool:
    return _PERSON.fullmatch(principal) is not None


def _is_role(arn: str) -> bool:
    return _ROLE.fullmatch(arn) is not None


def _lower(values: list[str]) -> list[str]:
    return [value.lower() for value in values]


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        return math.inf
    return seconds if seconds >= 0 else math.inf  # not a number is neither
