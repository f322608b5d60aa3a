from __future__ import annotations

import json
from typing import Any

from policy_pack.iam import Statement
from policy_pack.resource_policies import FILE_SYSTEMS, granted, open_to_everyone
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
        "Action": "elasticfilesystem:ClientMount",
        "Resource": "*",
    }
    return {"policy": json.dumps({"Statement": statement | changes})}


@rule(
    title="EFS file systems are not public",
    types=FILE_SYSTEMS,
    severity=Severity.HIGH,
    fix=(
        "Name the principals, or add the condition Bool elasticfilesystem:AccessedViaMountTarget "
        "'true'."
    ),
    controls=(prowler("efs_not_publicly_accessible"), owasp("A01:2021")),
    passes=[
        {},
        _policy(Principal={"AWS": "arn:aws:iam::123456789012:root"}),
        _policy(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-example"}}),
        _policy(Effect="Deny"),
        _policy(Condition={"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}),
    ],
    fails=[
        _policy(),
        _policy(Principal={"AWS": ["*"]}),
        _policy(Principal=None, NotPrincipal={"AWS": "123456789012"}),
        _policy(Condition={"StringLike": {"aws:PrincipalOrgID": "*"}}),
        _policy(Condition={"Bool": {"aws:SecureTransport": "true"}}),
        _policy(Condition={"Bool": {"elasticfilesystem:AccessedViaMountTarget": "false"}}),
        _policy(Condition={"BoolIfExists": {"elasticfilesystem:AccessedViaMountTarget": "true"}}),
    ],
    undecided=[{"policy": UNKNOWN}],
    omission="EFS refuses a policy resource without policy.",
)
def check(file_system: Resource) -> Findings:
    """Let in who comes through a mount target of the VPC, or is named.

    Source: Amazon EFS User Guide, "Blocking public access to file systems", "The meaning of
    public".
    """
    yield from every(granted(file_system), _judge)


def _judge(statement: Statement) -> Findings:
    if open_to_everyone(statement) and not _through_mount_target(statement):
        yield finding(
            "The file system policy statement '{name}' allows everyone.", name=statement.sid
        )


def _through_mount_target(statement: Statement) -> bool:
    return any(
        operator == "Bool"
        and key == "elasticfilesystem:accessedviamounttarget"
        and values == ["true"]
        for operator, key, values in statement.conditions()
    )
