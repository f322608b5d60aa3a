from __future__ import annotations

from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, owasp, prowler, rule


@rule(
    title="IAM users have no password for the console",
    types=("aws:iam/userLoginProfile:UserLoginProfile",),
    severity=Severity.HIGH,
    fix="Remove it; let people sign in through IAM Identity Center, or assume a role from there.",
    controls=(
        prowler("iam_user_console_access_unused"),
        prowler("iam_user_mfa_enabled_console_access"),
        owasp("A07:2021"),
    ),
    passes=[{}],
    fails=[{"user": "ada"}, {"user": UNKNOWN}],
    omission="IAM makes no password without a user: the provider refuses it.",
)
def check(profile: Resource) -> Findings:
    """Let nobody into the console with a password that lives in a stack's state.

    A user that a program makes has no second factor until somebody sets one up, and stays when the
    person leaves. Controls ask for a second factor, or for removal of what is unused; without a
    password there is nothing to protect.

    Source: AWS IAM User Guide, "Security best practices in IAM", "Require human users to use
    federation with an identity provider".
    """
    if profile.has("user"):
        yield "A user can sign in to the console with a password."
