from __future__ import annotations

import json
from typing import Any

from policy_pack.escalations import PASS_ROLE
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

_TO_LAMBDA = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}


def _policy(**changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "PassRoles",
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": "arn:aws:iam::123456789012:role/app/*",
        "Condition": _TO_LAMBDA,
    }
    return _of(json.dumps({"Statement": statement | changes}))


def _of(document: object) -> dict[str, Any]:
    return {"policy": (POLICIES[0], {"policy": document})}


@rule(
    title="IAM policies say which roles may be passed, and to which service",
    types=GRANTING,
    severity=Severity.HIGH,
    fix=(
        "Name the roles, or the path that they have in common, and add a condition StringEquals on "
        "iam:PassedToService."
    ),
    controls=(
        prowler("iam_policy_passrole_to_bedrock_agentcore_restricted"),
        owasp("A01:2021"),
    ),
    passes=[
        _policy(),
        _policy(Action="iam:GetRole", Resource="*", Condition={}),
        _policy(Effect="Deny", Resource="*", Condition={}),
        _policy(Condition={"StringLike": {"IAM:PassedToService": ["ecs*.amazonaws.com"]}}),
    ],
    fails=[
        _policy(Resource="*"),
        _policy(Resource="arn:aws:iam::*:role/*"),
        _policy(Condition={}),
        _policy(Condition={"StringEqualsIfExists": _TO_LAMBDA["StringEquals"]}),
        _policy(Condition={"StringLike": {"iam:PassedToService": "*.amazonaws.com"}}),
        _policy(Action="iam:pass*", Condition={}),
        _policy(Action="iam:*", Resource="*"),
    ],
    undecided=[_of(UNKNOWN), _of({"Statement": UNKNOWN})],
    omission="A policy without document allows nothing.",
)
def check(policy: Resource, stack: Stack) -> Findings:
    """Hand to a service the roles that were made for it, and no administrator's.

    Whoever may pass a role to something that runs code has all that the role has. That the service
    is named as well is AWS's advice; a statement that allows every action is found by
    `iam-policy-named-actions` alone.

    Source: AWS IAM User Guide, "Grant a user permissions to pass a role to an AWS service".
    """
    yield from every_statement(policy, stack, _judge)


def _judge(statement: Statement) -> Findings:
    if not statement.allows or statement.everything or not statement.matches_action(PASS_ROLE):
        return
    if statement.any_resource:
        yield finding("The policy statement '{name}' lets any role be passed.", name=statement.sid)
    services = statement.tied_to("iam:PassedToService")
    if services is None or any(one.startswith(("*", "?")) for one in services):
        yield finding(
            "The policy statement '{name}' lets roles be passed to any service.", name=statement.sid
        )
