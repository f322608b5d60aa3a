"""Checks of arguments that `AuditTrail` and `LogArchive` share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import pulumi

from secure_components.arguments import Who, check_value, fits, refuse
from secure_components.audit_trail.args import AuditTrailArgs, LogArchiveArgs
from secure_components.patterns import KEY_ARN, ORGANIZATION, PRINCIPAL_ARN

ROLE_ARN: Final = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]+")


def check_key(who: Who, argument: str, key_arn: pulumi.Input[str]) -> pulumi.Input[str]:
    """Return the ARN of a key."""
    return check_value(
        *who,
        argument,
        key_arn,
        fits(KEY_ARN),
        "the ARN of a key, as arn:aws:kms:REGION:ACCOUNT:key/ID; not an alias, which CloudTrail "
        "resolves in the caller's account",
    )


def check_principals(
    who: Who,
    argument: str,
    given: Sequence[pulumi.Input[str]],
    pattern: re.Pattern[str],
    what: str,
) -> list[pulumi.Input[str]]:
    """Return the ARNs; those that are not known yet are checked before they are used."""
    return [
        check_value(
            *who,
            f"{argument}.{index}",
            arn,
            fits(pattern),
            f"the ARN of {what}, as arn:aws:iam::ACCOUNT:role/NAME",
        )
        for index, arn in enumerate(given)
    ]


def check_readers(who: Who, args: AuditTrailArgs | LogArchiveArgs) -> list[pulumi.Input[str]]:
    """Return who may decrypt log files."""
    if "kms_key_arn" in args and "decrypt_principals" in args:
        refuse(*who, "decrypt_principals", "goes with the key that is made, not with yours")
    readers = args.get("decrypt_principals", ())
    return check_principals(who, "decrypt_principals", readers, PRINCIPAL_ARN, "a role or a user")


def check_organization(who: Who, args: AuditTrailArgs | LogArchiveArgs) -> pulumi.Input[str] | None:
    """Return the organization's id, if one is given."""
    if "organization_id" not in args:
        return None
    return check_value(
        *who,
        "organization_id",
        args["organization_id"],
        fits(ORGANIZATION),
        "the id of an organization, as o-a1b2c3d4e5",
    )
