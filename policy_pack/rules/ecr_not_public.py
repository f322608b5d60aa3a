from __future__ import annotations

import json
from typing import Any

from policy_pack.iam import Statement
from policy_pack.resource_policies import REGISTRIES, granted, open_to_everyone
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


def _policy(**changes: object) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "ecr:BatchGetImage",
        "Resource": "*",
    }
    return {"policy": json.dumps({"Statement": statement | changes})}


@rule(
    title="Private ECR repositories are not public",
    types=REGISTRIES,
    severity=Severity.HIGH,
    fix=(
        "Name the accounts that pull, or tie the statement to aws:PrincipalOrgID; publish images "
        "in Amazon ECR Public."
    ),
    controls=(prowler("ecr_repositories_not_publicly_accessible"), owasp("A01:2021")),
    passes=[
        {},
        _policy(Principal={"AWS": "arn:aws:iam::123456789012:root"}),
        _policy(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-example"}}),
        _policy(Effect="Deny"),
    ],
    fails=[
        _policy(),
        _policy(Principal={"AWS": ["*"]}),
        _policy(Principal=None, NotPrincipal={"AWS": "123456789012"}),
        _policy(Condition={"StringLike": {"aws:PrincipalOrgID": "*"}}),
        _policy(Condition={"Bool": {"aws:SecureTransport": "true"}}),
    ],
    undecided=[{"policy": UNKNOWN}],
    omission="A repository without policy is open to its own account alone.",
)
def check(repository: Resource) -> Findings:
    """Let nobody outside pull, and still less push: an image holds code, and often more.

    Source: Amazon ECR User Guide, "Private repository policies"; "Private registry permissions".
    """
    yield from every(granted(repository), _judge)


def _judge(statement: Statement) -> Findings:
    if open_to_everyone(statement):
        yield finding("The registry policy statement '{name}' allows everyone.", name=statement.sid)
