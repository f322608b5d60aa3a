from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from policy_pack.aws import ROLES
from policy_pack.identities import (
    ADMINISTRATORS,
    ATTACHING,
    PERMISSION_SETS,
    ROLE_ATTACHMENTS,
    every_managed_by_aws,
    only_for,
)
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    among,
    finding,
    owasp,
    prowler,
    ref,
    rule,
)

_AWS = "arn:aws:iam::aws:policy"
_CONTROLS = (
    prowler("iam_administrator_access_with_mfa"),
    prowler("iam_aws_attached_policy_no_administrative_privileges"),
    prowler("iam_group_administrator_access_policy"),
    prowler("iam_role_administratoraccess_policy"),
    prowler("iam_user_administrator_access_policy"),
)
_BREAK_GLASS = ("/break-glass/*",)


def _attached(policy: object, **role: object) -> dict[str, Any]:
    return {
        "attachment": (ROLE_ATTACHMENTS[0], {"role": ref("role"), "policyArn": policy}),
        "role": (ROLES[0], {"name": "app", **role}),
    }


@rule(
    title="AWS's policies for administrators are attached to no identity of every day",
    types=ATTACHING,
    severity=Severity.HIGH,
    fix=(
        "Write a policy with what is needed; for emergencies use secure_components.BreakGlassRole, "
        "or a role that one of {break_glass} names."
    ),
    controls=(*_CONTROLS, owasp("A01:2021")),
    passes=[
        _attached(f"{_AWS}/AmazonSQSReadOnlyAccess"),
        _attached(f"{_AWS}/AdministratorAccess", path="/break-glass/"),
        _attached("arn:aws:iam::123456789012:policy/AdministratorAccess"),
        {
            "role": (
                ROLES[0],
                {"path": "/break-glass/", "managedPolicyArns": [f"{_AWS}/AdministratorAccess"]},
            )
        },
    ],
    fails=[
        _attached(f"{_AWS}/AdministratorAccess"),
        _attached(f"{_AWS}/IAMFullAccess", path="/break-glass-not/"),
        _attached("arn:aws-cn:iam::aws:policy/PowerUserAccess"),
        _attached(f"{_AWS}/job-function/SystemAdministrator"),
        {"role": (ROLES[0], {"managedPolicyArns": [f"{_AWS}/AdministratorAccess"]})},
        {"attachment": (ROLE_ATTACHMENTS[0], {"role": "x", "policyArn": f"{_AWS}/IAMFullAccess"})},
        {
            "attachment": (
                "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment",
                {"permissionSetArn": ref("set"), "managedPolicyArn": f"{_AWS}/AdministratorAccess"},
            ),
            "set": (PERMISSION_SETS[0], {"name": "Operators"}),
        },
    ],
    undecided=[
        _attached(UNKNOWN),
        _attached(f"{_AWS}/AdministratorAccess", path=UNKNOWN),
        {
            "attachment": (
                ROLE_ATTACHMENTS[0],
                {"role": UNKNOWN, "policyArn": f"{_AWS}/AdministratorAccess"},
            )
        },
    ],
    omission="What attaches nothing gives nothing.",
    settings={
        "break_glass": among(
            _BREAK_GLASS,
            "Globs of the identities that may have them: a role as /path/name, a permission set as "
            "its name.",
            asks=dict.fromkeys(_CONTROLS, _BREAK_GLASS),
        )
    },
)
def check(resource: Resource, stack: Stack, *, break_glass: Sequence[str]) -> Findings:
    """Keep what may do everything for the day on which nothing else helps.

    The policies that count are those through which an identity may do everything, or give itself
    everything: `AdministratorAccess`, `PowerUserAccess`, `IAMFullAccess` and those like them, and
    the job functions of administrators. Which those are is our inference from their documents.

    Source: CIS AWS Foundations, "Ensure IAM policies that allow full *:* administrative privileges
    are not attached"; AWS Managed Policy Reference; AWS IAM User Guide, "AWS managed policies for
    job functions".
    """

    def judge(policy: str) -> Findings:
        if policy in ADMINISTRATORS and not only_for(resource, stack, break_glass):
            yield finding("AWS's policy {policy} is for administrators.", policy=policy)

    yield from every_managed_by_aws(resource, stack, judge)
