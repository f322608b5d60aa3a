from __future__ import annotations

from typing import Any

from policy_pack.aws import ROLES
from policy_pack.identities import ATTACHING, ROLE_ATTACHMENTS, every_managed_by_aws
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, Stack, owasp, prowler, rule

_AWS = "arn:aws:iam::aws:policy"


def _attached(policy: object) -> dict[str, Any]:
    return {"attachment": (ROLE_ATTACHMENTS[0], {"role": "app", "policyArn": policy})}


@rule(
    title="AWS's AWSCloudShellFullAccess is attached to no identity",
    types=ATTACHING,
    severity=Severity.MEDIUM,
    fix="Write a policy of CloudShell's actions without cloudshell:GetFileDownloadUrls.",
    controls=(prowler("iam_policy_cloudshell_admin_not_attached"), owasp("A01:2021")),
    passes=[
        _attached(f"{_AWS}/job-function/ViewOnlyAccess"),
        _attached("arn:aws:iam::123456789012:policy/AWSCloudShellFullAccess"),
    ],
    fails=[
        _attached(f"{_AWS}/AWSCloudShellFullAccess"),
        {"role": (ROLES[0], {"managedPolicyArns": [f"{_AWS}/AWSCloudShellFullAccess"]})},
    ],
    undecided=[_attached(UNKNOWN), {"role": (ROLES[0], {"managedPolicyArns": [UNKNOWN]})}],
    omission="What attaches nothing gives nothing.",
)
def check(resource: Resource, stack: Stack) -> Findings:
    """Give nobody a machine with the internet before it and a way to carry files out.

    The policy allows uploads and downloads in a shell where its user is an administrator.

    Source: CIS AWS Foundations, "Ensure access to AWSCloudShellFullAccess is restricted".
    """

    def judge(policy: str) -> Findings:
        if policy == "AWSCloudShellFullAccess":
            yield "AWS's policy AWSCloudShellFullAccess lets files be carried in and out."

    yield from every_managed_by_aws(resource, stack, judge)
