from __future__ import annotations

from policy_pack.rule import (
    UNKNOWN,
    EnforcementLevel,
    Findings,
    Resource,
    Severity,
    at_most,
    finding,
    prowler,
    rule,
)

_EXPIRES = prowler("iam_password_policy_expires_passwords_within_90_days_or_less")


@rule(
    title="Passwords of IAM users expire",
    types=("aws:iam/accountPasswordPolicy:AccountPasswordPolicy",),
    severity=Severity.LOW,
    fix="Set max_password_age={days}.",
    controls=(_EXPIRES,),
    passes=[{"maxPasswordAge": 90}, {"maxPasswordAge": 1}],
    fails=[{"maxPasswordAge": 91}, {"maxPasswordAge": 0}, {}],
    undecided=[{"maxPasswordAge": UNKNOWN}],
    settings={
        "days": at_most(90, "Most days that a password is valid.", minimum=1, asks={_EXPIRES: 90})
    },
    level=EnforcementLevel.ADVISORY,
)
def check(policy: Resource, *, days: int) -> Findings:
    """End passwords that somebody else may have learned.

    It is advised, as opinions differ: it serves Security Hub's IAM.7 and IAM.10, CIS does not ask
    it, and NIST advises against it (SP 800-63B), as people then choose worse ones.

    Source: Prowler, `iam_password_policy_expires_passwords_within_90_days_or_less`.
    """
    age = policy.number("maxPasswordAge", default=0)
    if not 0 < age <= days:
        yield finding("Passwords are valid for more than {days} days.", days=days)
