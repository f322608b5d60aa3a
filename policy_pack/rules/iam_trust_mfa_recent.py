from __future__ import annotations

import json
from typing import Any

from policy_pack.aws import ROLES
from policy_pack.iam import Statement, statements
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    at_most,
    every,
    finding,
    owasp,
    rule,
)
from policy_pack.trust import ASSUME, lets, mfa_age, trusts_people


def _trust(seconds: object = "3600", **changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "People",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "Bool": {"aws:MultiFactorAuthPresent": "true"},
            "NumericLessThanEquals": {"aws:MultiFactorAuthAge": seconds},
        },
    }
    return {"assumeRolePolicy": json.dumps({"Statement": statement | changes})}


@rule(
    title="People assume IAM roles soon after MFA",
    types=ROLES,
    severity=Severity.MEDIUM,
    fix="Add the condition NumericLessThan aws:MultiFactorAuthAge, with at most {seconds} seconds.",
    controls=(owasp("A07:2021"),),
    passes=[
        _trust(),
        _trust(900),
        _trust(Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": ["60", "3600"]}}),
        _trust(Principal={"AWS": "arn:aws:iam::123456789012:role/ci"}, Condition={}),
        _trust(Effect="Deny", Condition={}),
    ],
    fails=[
        _trust(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        _trust("3601"),
        _trust(["60", "86400"]),
        _trust("soon"),
        _trust(Condition={"NumericLessThanIfExists": {"aws:MultiFactorAuthAge": "60"}}),
        _trust(Condition={"NumericGreaterThan": {"aws:MultiFactorAuthAge": "60"}}),
    ],
    undecided=[{"assumeRolePolicy": UNKNOWN}],
    omission="IAM refuses a role without a trust policy.",
    settings={
        "seconds": at_most(
            3600, "Most seconds between MFA and the assuming of a role.", minimum=1, asks={}
        ),
    },
)
def check(role: Resource, *, seconds: int) -> Findings:
    """Let a session that was left open, or whose credentials leaked, end where it stands.

    Who are people is told in `iam-trust-mfa`. How long is too long is ours to say; the hour is
    AWS's example.

    Source: AWS IAM User Guide, "Secure API access with MFA", "MFA protection for cross-account
    delegation"; "AWS global condition context keys", `aws:MultiFactorAuthAge`.
    """
    document = statements(role.json("assumeRolePolicy"))
    yield from every(document, lambda statement: _judge(statement, seconds))


def _judge(statement: Statement, seconds: int) -> Findings:
    late = lets(statement, ASSUME) and trusts_people(statement) and mfa_age(statement) > seconds
    if late:
        yield finding(
            "The trust statement '{name}' lets people assume the role more than {seconds} seconds "
            "after MFA.",
            name=statement.sid,
            seconds=seconds,
        )
