from __future__ import annotations

import json
from typing import Any

from policy_pack.iam import Statement
from policy_pack.resource_policies import OTHERS, granted, open_to_everyone
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    every,
    finding,
    owasp,
    rule,
)

_SCOPES = ("aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce")
_PLACES = ("policy", "policyDocument", "accessPolicy", "resourcePolicy")


def _policy(**changes: object) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": "*"}
    return dict.fromkeys(_PLACES, json.dumps({"Statement": statement | changes}))


@rule(
    title="Resource policies let somebody in, not everybody",
    types=OTHERS,
    severity=Severity.HIGH,
    fix="Name the principals, or tie the statement to an account, an organization or a network.",
    controls=(owasp("A01:2021"),),
    passes=[
        {},
        _policy(Principal={"AWS": "arn:aws:iam::123456789012:root"}),
        _policy(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-example"}}),
    ],
    fails=[_policy(), _policy(Condition={"StringLike": {"aws:PrincipalOrgID": "*"}})],
    undecided=[dict.fromkeys(_PLACES, UNKNOWN)],
    omission="What has no policy is open to its own account alone.",
)
def check(resource: Resource) -> Findings:
    """Let nobody outside in by the policy of a resource that no rule of its own is about.

    Source: AWS IAM User Guide, "AWS JSON policy elements: Principal", "Using a wildcard to specify
    all principals".
    """
    yield from every(granted(resource), _judge)


def _judge(statement: Statement) -> Findings:
    if open_to_everyone(statement, *_SCOPES):
        yield finding("The policy statement '{name}' allows everyone.", name=statement.sid)
