from __future__ import annotations

from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, owasp, prowler, rule


@rule(
    title="IAM users have no access keys",
    types=("aws:iam/accessKey:AccessKey",),
    severity=Severity.HIGH,
    fix=(
        "Use a role: of the instance, the function or the task, through OIDC from elsewhere, or "
        "through IAM Roles Anywhere."
    ),
    controls=(
        prowler("iam_rotate_access_key_90_days"),
        prowler("iam_user_accesskey_unused"),
        prowler("iam_user_no_setup_initial_access_key"),
        prowler("iam_user_two_active_access_key"),
        prowler("iam_user_with_temporary_credentials"),
        owasp("A07:2021"),
    ),
    passes=[{"user": "robot", "status": "Inactive"}],
    fails=[{"user": "robot"}, {"user": UNKNOWN}, {"user": "robot", "status": "Active"}, {}],
    undecided=[{"user": "robot", "status": UNKNOWN}],
)
def check(key: Resource) -> Findings:
    """Keep no credential that works until somebody remembers to end it.

    The secret of a key stands in the stack's state, and the key works for whoever has it, from
    anywhere. Controls ask that keys be few, used, and changed every 90 days: none is better.

    Source: AWS IAM User Guide, "Security best practices in IAM", "Require workloads to use
    temporary credentials with IAM roles".
    """
    if key.get("status") != "Inactive":
        yield "The access key works until it is ended by hand."
