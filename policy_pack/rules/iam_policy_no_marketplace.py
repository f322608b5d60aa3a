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
    statement = {"Sid": "Buy", "Effect": "Allow", "Action": "aws-marketplace:Subscribe"}
    return _of(json.dumps({"Statement": statement | {"Resource": "*"} | changes}))


def _of(document: object) -> dict[str, Any]:
    return {"policy": (POLICIES[0], {"policy": document})}


@rule(
    title="IAM policies do not let software be subscribed to",
    types=GRANTING,
    severity=Severity.LOW,
    fix="Leave aws-marketplace:Subscribe to those who buy for the company, in an account for that.",
    controls=(
        prowler("iam_inline_policy_no_wildcard_marketplace_subscribe"),
        prowler("iam_policy_no_wildcard_marketplace_subscribe"),
        owasp("A08:2021"),
    ),
    passes=[
        _policy(Action="aws-marketplace:ViewSubscriptions"),
        _policy(Effect="Deny"),
    ],
    fails=[_policy(), _policy(Action="aws-marketplace:*"), _policy(Action="AWS-Marketplace:Sub*")],
    undecided=[_of(UNKNOWN), _of({"Statement": UNKNOWN})],
    omission="A policy without document allows nothing.",
)
def check(policy: Resource, stack: Stack) -> Findings:
    """Let nobody bring in images and models that nobody has looked at, and a bill with them.

    The action is for every product: IAM knows no resource for it. A statement that allows every
    action is found by `iam-policy-named-actions` alone.

    Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS
    Marketplace"; Prowler, `iam_policy_no_wildcard_marketplace_subscribe`.
    """
    yield from every_statement(policy, stack, _judge)


def _judge(statement: Statement) -> Findings:
    if (
        statement.allows
        and not statement.everything
        and statement.matches_action("aws-marketplace:Subscribe")
    ):
        yield finding(
            "The policy statement '{name}' lets its holder subscribe to any product.",
            name=statement.sid,
        )
