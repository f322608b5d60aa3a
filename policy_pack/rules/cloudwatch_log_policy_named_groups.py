from __future__ import annotations

import json
from typing import Any

from policy_pack.aws import LOG_RESOURCE_POLICIES
from policy_pack.iam import Statement, statements
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, every, finding, owasp, rule


def _policy(**changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "Deliver",
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": "logs:PutLogEvents",
        "Resource": "arn:aws:logs:eu-west-1:123456789012:log-group:aws-waf-logs-site:*",
    }
    return {"policyDocument": json.dumps({"Statement": statement | changes})}


@rule(
    title="CloudWatch Logs policies name log groups",
    types=LOG_RESOURCE_POLICIES,
    severity=Severity.LOW,
    fix="Name the log groups, as arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*.",
    controls=(owasp("A01:2021"),),
    passes=[
        _policy(),
        _policy(Resource="arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/*"),
        _policy(Effect="Deny", Resource="*"),
    ],
    fails=[
        _policy(Resource="*"),
        _policy(Resource=["arn:aws:logs:eu-west-1:123456789012:log-group:*"]),
        _policy(Resource="arn:aws:logs:*:*:*"),
    ],
    undecided=[{"policyDocument": UNKNOWN}],
    omission="A policy without document allows nobody.",
)
def check(policy: Resource) -> Findings:
    """Keep a service out of the log groups that are not its own: forged events mislead.

    Source: CloudWatch Logs User Guide, "Enable logging from AWS services", whose policies name the
    log group, or its prefix.
    """
    yield from every(statements(policy.json("policyDocument")), _judge)


def _judge(statement: Statement) -> Findings:
    if statement.allows and any(map(_is_any_group, statement.resources)):
        yield finding(
            "The log policy statement '{name}' opens every log group.", name=statement.sid
        )


def _is_any_group(resource: str) -> bool:
    group = resource.partition(":log-group:")[2]
    return not group.strip("*:")
