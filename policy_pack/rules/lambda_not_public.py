from __future__ import annotations

import json
from typing import Any

from policy_pack.iam import Statement
from policy_pack.resource_policies import (
    FUNCTION_PERMISSIONS,
    FUNCTION_POLICIES,
    LAYER_PERMISSIONS,
    granted,
    open_to_everyone,
)
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    every,
    finding,
    owasp,
    prowler,
    rule,
)


def _function(principal: str = "*", organization: str = "") -> dict[str, Any]:
    """Return what all ways to let somebody in hold: a policy, and permissions."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "lambda:InvokeFunction",
        "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:f",
    }
    if organization:
        statement["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": organization}}
    return {
        "policy": json.dumps({"Statement": statement}),
        "principal": principal,
        "principalOrgId": organization,
        "organizationId": organization,
    }


@rule(
    title="Lambda functions and layers are not public",
    types=(*FUNCTION_POLICIES, *FUNCTION_PERMISSIONS, *LAYER_PERMISSIONS),
    severity=Severity.CRITICAL,
    fix="Name the principal, or set principal_org_id (of a layer organization_id).",
    controls=(prowler("awslambda_function_not_publicly_accessible"), owasp("A01:2021")),
    passes=[
        _function("arn:aws:iam::123456789012:root"),
        _function(organization="o-example"),
        {"principal": "s3.amazonaws.com"},
        {},
    ],
    fails=[_function(), _function(organization="*")],
    undecided=[{"policy": UNKNOWN, "principal": UNKNOWN}],
    omission="Lambda refuses a permission for nobody.",
)
def check(function: Resource) -> Findings:
    """Let nobody outside run a function with the rights of its role, or read a layer's code.

    A function URL asks for such a permission; whether the URL itself asks for a signature is told
    in `lambda-url-not-public`.

    Source: AWS Lambda Developer Guide, "Viewing resource-based IAM policies in Lambda"; Security
    Hub, "Lambda.1".
    """
    yield from every(granted(function), _judge)


def _judge(statement: Statement) -> Findings:
    if open_to_everyone(statement):
        yield finding("The Lambda permission '{name}' allows everyone.", name=statement.sid)
