from __future__ import annotations

import json
from typing import Any

from policy_pack.iam import Statement
from policy_pack.resource_policies import (
    BUS_PERMISSIONS,
    BUS_POLICIES,
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


def _bus(principal: str = "*", organization: str = "") -> dict[str, Any]:
    """Return what both ways to let somebody in hold: a policy, and a permission."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "events:PutEvents",
        "Resource": "arn:aws:events:eu-west-1:123456789012:event-bus/default",
    }
    permission: dict[str, Any] = {"principal": principal}
    if organization:
        statement["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": organization}}
        permission["condition"] = {
            "key": "aws:PrincipalOrgID",
            "type": "StringEquals",
            "value": organization,
        }
    return {"policy": json.dumps({"Statement": statement}), **permission}


@rule(
    title="Event buses are not public",
    types=(*BUS_POLICIES, *BUS_PERMISSIONS),
    severity=Severity.HIGH,
    fix="Name the accounts that send, or tie the statement to aws:PrincipalOrgID.",
    controls=(prowler("eventbridge_bus_exposed"), owasp("A01:2021")),
    passes=[_bus("123456789012"), _bus(organization="o-example"), {}],
    fails=[_bus(), _bus(organization="*")],
    undecided=[{"policy": UNKNOWN, "principal": UNKNOWN}],
    omission="EventBridge refuses a policy without statements, and a permission for nobody.",
)
def check(bus: Resource) -> Findings:
    """Let nobody outside send events: rules start functions and pipelines of them.

    Source: Amazon EventBridge User Guide, "Permissions for event buses in Amazon EventBridge".
    """
    yield from every(granted(bus), _judge)


def _judge(statement: Statement) -> Findings:
    if open_to_everyone(statement):
        yield finding("The event bus statement '{name}' allows everyone.", name=statement.sid)
