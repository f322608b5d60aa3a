from __future__ import annotations

from typing import Any

from policy_pack.aws import ROLES
from policy_pack.identities import ATTACHING, ROLE_ATTACHMENTS, every_managed_by_aws
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, Stack, owasp, prowler, rule

_AWS = "arn:aws:iam::aws:policy"


def _attached(policy: object) -> dict[str, Any]:
    return {"attachment": (ROLE_ATTACHMENTS[0], {"role": "app", "policyArn": policy})}


@rule(
    title="AWS's ReadOnlyAccess is attached to no identity",
    types=ATTACHING,
    severity=Severity.MEDIUM,
    fix=(
        "Use secure_components.ReadOnlyRole or ReadOnlyPermissionSet, or AWS's ViewOnlyAccess and "
        "SecurityAudit with a deny of what reads data."
    ),
    controls=(prowler("iam_role_cross_account_readonlyaccess_policy"), owasp("A01:2021")),
    passes=[
        _attached(f"{_AWS}/job-function/ViewOnlyAccess"),
        _attached(f"{_AWS}/AmazonSQSReadOnlyAccess"),
        _attached("arn:aws:iam::123456789012:policy/ReadOnlyAccess"),
    ],
    fails=[
        _attached(f"{_AWS}/ReadOnlyAccess"),
        {"role": (ROLES[0], {"managedPolicyArns": [f"{_AWS}/ReadOnlyAccess", UNKNOWN]})},
    ],
    undecided=[_attached(UNKNOWN), {"role": (ROLES[0], {"managedPolicyArns": UNKNOWN})}],
    omission="What attaches nothing gives nothing.",
)
def check(resource: Resource, stack: Stack) -> Findings:
    """Let people see how things are set up without reading what is in them.

    `ReadOnlyAccess` allows reading the data of most services, and credentials: objects of S3, items
    of DynamoDB, messages of SQS, parameters of Systems Manager, the code of functions, and the
    administrator's password of a Windows instance (`ec2:GetPasswordData`). That it does so by its
    name is why it is given to many.

    Source: AWS Managed Policy Reference, "ReadOnlyAccess"; that it is found is our inference.
    """

    def judge(policy: str) -> Findings:
        if policy == "ReadOnlyAccess":
            yield "AWS's policy ReadOnlyAccess also reads data and credentials."

    yield from every_managed_by_aws(resource, stack, judge)
