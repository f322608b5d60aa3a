from __future__ import annotations

from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    at_least,
    every,
    finding,
    owasp,
    prowler,
    rule,
)

_LENGTH = prowler("iam_password_policy_minimum_length_14")
_REUSE = prowler("iam_password_policy_reuse_24")
_CLASSES = {
    "requireLowercaseCharacters": "lower-case letters",
    "requireNumbers": "digits",
    "requireSymbols": "symbols",
    "requireUppercaseCharacters": "upper-case letters",
}
_RIGHT = {
    **dict.fromkeys(_CLASSES, True),
    "minimumPasswordLength": 14,
    "passwordReusePrevention": 24,
}


@rule(
    title="Passwords of IAM users are long, mixed and new",
    types=("aws:iam/accountPasswordPolicy:AccountPasswordPolicy",),
    severity=Severity.MEDIUM,
    fix=(
        "Set minimum_password_length={length}, password_reuse_prevention={reuse} and all four "
        "require_ arguments."
    ),
    controls=(
        _LENGTH,
        _REUSE,
        prowler("iam_password_policy_lowercase"),
        prowler("iam_password_policy_number"),
        prowler("iam_password_policy_symbol"),
        prowler("iam_password_policy_uppercase"),
        owasp("A07:2021"),
    ),
    passes=[_RIGHT, {**_RIGHT, "minimumPasswordLength": "20"}],
    fails=[
        {},
        {**_RIGHT, "minimumPasswordLength": 13},
        {**_RIGHT, "passwordReusePrevention": 23},
        *({**_RIGHT, one: False} for one in _CLASSES),
        {"minimumPasswordLength": UNKNOWN, "passwordReusePrevention": 5},
    ],
    undecided=[{**_RIGHT, "minimumPasswordLength": UNKNOWN}, {**_RIGHT, "requireSymbols": UNKNOWN}],
    settings={
        "length": at_least(14, "Least characters of a password.", minimum=6, asks={_LENGTH: 14}),
        "reuse": at_least(
            24, "Passwords of the past that may not be used again.", asks={_REUSE: 24}
        ),
    },
)
def check(policy: Resource, *, length: int, reuse: int) -> Findings:
    """Make the passwords that there are hard to guess. It is for the whole account.

    IAM takes what is left out as the weakest: six characters of any kind, used before or not.

    Source: CIS AWS Foundations, "Ensure IAM password policy requires minimum length of 14 or
    greater", "Ensure IAM password policy prevents password reuse"; AWS IAM User Guide, "Set an
    account password policy for IAM users".
    """

    def judge(key: str) -> Findings:
        if key == "minimumPasswordLength":
            if policy.number(key, default=6) < length:
                yield finding("Passwords may be shorter than {length} characters.", length=length)
        elif key == "passwordReusePrevention":
            if policy.number(key, default=0) < reuse:
                yield finding("Fewer than {reuse} passwords of the past are kept out.", reuse=reuse)
        elif policy.get(key) is not True:
            yield finding("Passwords need no {kind}.", kind=_CLASSES[key])

    yield from every(_RIGHT, judge)
