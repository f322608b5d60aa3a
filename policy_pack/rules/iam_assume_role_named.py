from __future__ import annotations

import json
from typing import Any

from policy_pack.iam import Statement
from policy_pack.identities import GRANTING, POLICIES, every_statement
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    finding,
    owasp,
    prowler,
    rule,
)


def _policy(**changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "BecomeReader",
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Resource": "arn:aws:iam::123456789012:role/reader",
    }
    return _of(json.dumps({"Statement": statement | changes}))


def _of(document: object) -> dict[str, Any]:
    return {"policy": (POLICIES[0], {"policy": document})}


@rule(
    title="IAM policies name the roles that may be assumed",
    types=GRANTING,
    severity=Severity.HIGH,
    fix="Name the roles, or the path that they have in common, as arn:aws:iam::ACCOUNT:role/app/*.",
    controls=(prowler("iam_no_custom_policy_permissive_role_assumption"), owasp("A01:2021")),
    passes=[
        _policy(),
        _policy(Resource="arn:aws:iam::*:role/audit/*"),
        _policy(Effect="Deny", Resource="*"),
        _policy(Action="sts:GetCallerIdentity", Resource="*"),
        _policy(
            Resource="*",
            Condition={"StringEquals": {"aws:ResourceTag/team": "data"}},
        ),
    ],
    fails=[
        _policy(Resource="*"),
        _policy(Resource=["arn:aws:iam::123456789012:role/*"]),
        _policy(Action="STS:Assume*", Resource="*"),
        _policy(Resource="*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
    ],
    undecided=[_of(UNKNOWN), _of({"Statement": UNKNOWN})],
    omission="A policy without document allows nothing.",
)
def check(policy: Resource, stack: Stack) -> Findings:
    """Leave a way only to the roles that are meant: within an account most trust the whole of it.

    A role that trusts its account lets in whoever IAM allows to assume it. A condition on the tags
    of the roles names them as well; any other names the caller, who stays free to choose. A
    statement that allows every action is found by `iam-policy-named-actions` alone.

    Source: AWS IAM User Guide, "Grant a user permissions to switch roles".
    """
    yield from every_statement(policy, stack, _judge)


def _judge(statement: Statement) -> Findings:
    if (
        statement.allows
        and not statement.everything
        and statement.matches_action("sts:AssumeRole")
        and statement.any_resource
        and not statement.binds("*:ResourceTag/*")
    ):
        yield finding("The policy statement '{name}' lets any role be assumed.", name=statement.sid)
