from __future__ import annotations

import json
from typing import Any

from policy_pack.iam import Actions, Statement
from policy_pack.identities import GRANTING, POLICIES, every_statement
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    finding,
    fsbp,
    owasp,
    prowler,
    rule,
)

_OPENS = Actions(
    (
        "bedrock-agentcore:GetWorkloadAccessToken",
        "bedrock-agentcore:GetWorkloadAccessTokenForJWT",
        "bedrock-agentcore:GetWorkloadAccessTokenForUserId",
        "dynamodb:BatchGetItem",
        "dynamodb:BatchWriteItem",
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:UpdateItem",
        "firehose:PutRecord",
        "firehose:PutRecordBatch",
        "kinesis:GetRecords",
        "kinesis:PutRecord",
        "kinesis:PutRecords",
        "kms:Decrypt",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
        "lambda:InvokeFunction",
        "logs:CreateLogStream",
        "logs:FilterLogEvents",
        "logs:GetLogEvents",
        "logs:PutLogEvents",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:PutObject",
        "secretsmanager:GetSecretValue",
        "sns:Publish",
        "sqs:DeleteMessage",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
        "ssm:GetParameter",
        "ssm:GetParameters",
        "ssm:GetParametersByPath",
    )
)
"""Actions that read, write or delete data, and can be limited to a resource.

Source: Service Authorization Reference, "Actions, resources, and condition keys" of each service.
"""


def _policy(**changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "WriteEvents",
        "Effect": "Allow",
        "Action": "logs:PutLogEvents",
        "Resource": "arn:aws:logs:eu-west-1:123456789012:log-group:events:log-stream:*",
    }
    return _of({"Version": "2012-10-17", "Statement": statement | changes})


def _of(document: object) -> dict[str, Any]:
    text = json.dumps(document) if isinstance(document, dict) else document
    return {"policy": (POLICIES[0], {"policy": text})}


@rule(
    title="IAM policies name the resources whose data they open",
    types=GRANTING,
    severity=Severity.MEDIUM,
    fix="Name the resources: the ARNs of the buckets, keys, tables, topics or log groups.",
    controls=(
        prowler("iam_policy_no_agentcore_workload_access_token_wildcard"),
        fsbp("KMS.1"),
        fsbp("KMS.2"),
        owasp("A01:2021"),
    ),
    passes=[
        _policy(),
        _policy(Action="s3:PutObject", Resource="arn:aws:s3:::logs/*"),
        _policy(Action="logs:DescribeLogGroups", Resource="*"),
        _policy(Effect="Deny", Action="*", Resource="*"),
        _policy(Action="kms:Decrypt", Resource="arn:aws:kms:eu-west-1:123456789012:key/1"),
    ],
    fails=[
        _policy(Resource="*"),
        _policy(Action="*", Resource="*"),
        _policy(Action="kms:Decrypt", Resource=["arn:aws:kms:*:123456789012:key/*"]),
        _policy(Action=["s3:Get*"], Resource="arn:aws:s3:::*"),
        _policy(Action="sns:Publish", Resource="arn:aws:sns:eu-west-1:123456789012:*"),
        _policy(Resource="arn:aws:logs:eu-west-1:123456789012:log-group:*:*"),
        _of({"Statement": {"Effect": "Allow", "Action": "kms:Decrypt", "NotResource": "x"}}),
    ],
    undecided=[_of(UNKNOWN), {"policy": (POLICIES[0], {"policy": {"Statement": UNKNOWN}})}],
    omission="A policy without document allows nothing.",
)
def check(policy: Resource, stack: Stack) -> Findings:
    """Let whoever is taken over open one bucket, key or table, and not all of the account's.

    Only actions that read, write or delete data are judged, and only where they are allowed on
    every resource, or on every one of a kind; a condition is no substitute, as most name the
    caller. Security Hub asks it for decryption with KMS (KMS.1, KMS.2); the other actions are our
    inference.

    Source: Security Hub, "KMS.1", "KMS.2"; AWS IAM User Guide, "Security best practices in IAM".
    """
    yield from every_statement(policy, stack, _judge)


def _judge(statement: Statement) -> Findings:
    if statement.allows and statement.any_resource and statement.covered(_OPENS):
        yield finding(
            "The policy statement '{name}' opens the data of every resource of a kind.",
            name=statement.sid,
        )
