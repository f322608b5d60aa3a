from __future__ import annotations

import json
from typing import Any

from policy_pack.aws import ROLES
from policy_pack.iam import Statement, statements
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, every, finding, owasp, rule

_TIES = (
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceAccount",
)


def _trust(**changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "Assume",
        "Effect": "Allow",
        "Principal": {"Service": "firehose.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    return {"assumeRolePolicy": json.dumps({"Statement": statement | changes})}


@rule(
    title="IAM roles trust somebody, not everybody",
    types=ROLES,
    severity=Severity.CRITICAL,
    fix="Name the principals of the trust policy: an AWS service, an account, a role.",
    controls=(owasp("A01:2021"),),
    passes=[
        _trust(),
        _trust(Principal={"AWS": "arn:aws:iam::123456789012:root"}),
        _trust(
            Principal={"AWS": "*"}, Condition={"StringEquals": {"aws:PrincipalOrgID": "o-12345678"}}
        ),
        _trust(Effect="Deny", Principal="*"),
    ],
    fails=[
        _trust(Principal="*"),
        _trust(Principal={"AWS": ["*"]}),
        _trust(Principal="*", Condition={"StringEquals": {"sts:ExternalId": "123456789012"}}),
        _trust(Principal="*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
    ],
    undecided=[{"assumeRolePolicy": UNKNOWN}],
    omission="IAM refuses a role without a trust policy.",
)
def check(role: Resource) -> Findings:
    """Keep the accounts of all other customers of AWS out of a role.

    A condition on an external id is no substitute: it is no secret, and stands in the program.

    Source: AWS IAM User Guide, "AWS JSON policy elements: Principal", "Using a wildcard to specify
    all principals"; "How to use an external ID when granting access".
    """
    yield from every(statements(role.json("assumeRolePolicy")), _judge)


def _judge(statement: Statement) -> Findings:
    if statement.allows and statement.everyone and not statement.binds(*_TIES):
        yield finding("The trust statement '{name}' lets everybody in.", name=statement.sid)
