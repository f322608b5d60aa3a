from __future__ import annotations

import json
from typing import Any

from policy_pack.aws import ORGANIZATION_POLICIES
from policy_pack.iam import Statement, statements
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, owasp, rule, some

_CONTROL = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")
_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_DENY = {"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*"}


def _policy(*listed: object, **more: object) -> dict[str, Any]:
    return {"content": json.dumps({"Version": "2012-10-17", "Statement": listed}), **more}


@rule(
    title="Service and resource control policies limit something",
    types=ORGANIZATION_POLICIES,
    severity=Severity.MEDIUM,
    fix="Deny something, or allow less than everything; or drop the policy.",
    controls=(owasp("A05:2021"),),
    passes=[
        _policy(_DENY),
        _policy(_ALL, _DENY, type="SERVICE_CONTROL_POLICY"),
        _policy({**_ALL, "Action": ["s3:*", "ec2:*"]}),
        _policy({**_ALL, "Resource": "arn:aws:s3:::public/*"}),
        _policy({**_ALL, "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}}),
        {"type": "TAG_POLICY", "content": "{}"},
    ],
    fails=[
        _policy(_ALL),
        _policy(_ALL, {**_ALL, "Action": ["s3:*"]}, type="SERVICE_CONTROL_POLICY"),
        _policy({**_ALL, "Action": ["*:*"]}),
        _policy(),
        {"content": "[]"},
        {},
    ],
    undecided=[
        {"content": UNKNOWN},
        {**_policy(_ALL), "type": UNKNOWN},
        {"content": {"Statement": [_ALL, {**_DENY, "Effect": UNKNOWN}]}},
    ],
)
def check(policy: Resource) -> Findings:
    """Leave no policy that stands where a guard is expected, and lets everything through.

    AWS attaches policies of its own that allow everything (`FullAWSAccess`); another one like them
    only takes one of the few places at a target. A policy that allows some actions limits to these.

    Source: AWS Organizations User Guide, "SCP evaluation" and "RCP evaluation".
    """
    if policy.get("type", default=_CONTROL[0]) not in _CONTROL:
        return
    listed = statements(policy.json("content"))
    allows_all = some(listed, _allows_everything)
    if not some(listed, lambda one: not one.allows) and (allows_all or not listed):
        yield "The policy denies nothing, and allows everything."


def _allows_everything(statement: Statement) -> bool:
    everything = set(statement.raw.strings("Action")) & {"*", "*:*"}
    return bool(
        statement.allows
        and everything
        and "*" in statement.resources
        and not statement.raw.has("Condition")
    )
