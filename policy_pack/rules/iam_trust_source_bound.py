from __future__ import annotations

import json
import re
from typing import Any, Final

from policy_pack.aws import ROLES
from policy_pack.iam import Statement, statements
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
from policy_pack.trust import ASSUME, is_literal, lets

_SERVICES: Final = {
    "airflow-env.amazonaws.com": "Amazon MWAA User Guide",
    "airflow.amazonaws.com": "Amazon MWAA User Guide",
    "autoscaling.amazonaws.com": "Amazon EC2 Auto Scaling User Guide",
    "batch.amazonaws.com": "AWS Batch User Guide",
    "bedrock.amazonaws.com": "Amazon Bedrock User Guide, 'Create a service role for Agents'",
    "datasync.amazonaws.com": "AWS DataSync User Guide",
    "datazone.amazonaws.com": "Amazon SageMaker Unified Studio Administrator Guide",
    "fis.amazonaws.com": "AWS Resilience Hub User Guide, 'Single-account execution role'",
    "monitoring.rds.amazonaws.com": "Amazon RDS User Guide, 'Setting up Enhanced Monitoring'",
    "personalize.amazonaws.com": "Amazon Personalize Developer Guide",
    "pipes.amazonaws.com": "AWS provider, 'aws.pipes.Pipe'",
    "rolesanywhere.amazonaws.com": "IAM Roles Anywhere User Guide, 'Trust model'",
    "sagemaker.amazonaws.com": "Amazon SageMaker Developer Guide",
    "scheduler.amazonaws.com": "EventBridge Scheduler User Guide",
    "ssm.amazonaws.com": "AWS Systems Manager User Guide",
    "states.amazonaws.com": "AWS Step Functions Developer Guide, 'Creating an IAM role'",
    "transfer.amazonaws.com": "AWS Transfer Family User Guide",
    "vpc-flow-logs.amazonaws.com": "Amazon VPC User Guide, 'Publish flow logs'",
}
"""Services that tell a role whom they act for, by the guide that writes such a trust policy.

Where no page is named, it is "Cross-service confused deputy prevention". A service that is not here
may tell nothing, and its role could not be assumed with the condition: CloudTrail's role for
CloudWatch Logs is of that kind.
"""
_ANYWHERE: Final = "rolesanywhere.amazonaws.com"


def _trust(service: object = "states.amazonaws.com", **changes: object) -> dict[str, Any]:
    statement = {
        "Sid": "Service",
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    return {"assumeRolePolicy": json.dumps({"Statement": statement | changes})}


def _from(**condition: object) -> dict[str, Any]:
    return _trust(Condition=condition)


_ACCOUNT: Final = {"aws:SourceAccount": "123456789012"}
_MACHINES: Final = "arn:aws:states:eu-west-1:123456789012:stateMachine:*"
_ANCHOR: Final = {"aws:SourceArn": "arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/a"}


@rule(
    title="Trust policies tie AWS services to their source",
    types=ROLES,
    severity=Severity.MEDIUM,
    fix=(
        "Add a condition on aws:SourceArn or aws:SourceAccount; for IAM Roles Anywhere on "
        "aws:SourceArn, with the trust anchor's ARN."
    ),
    controls=(
        prowler("iam_role_cross_service_confused_deputy_prevention"),
        prowler("iam_role_service_trust_restricts_source_to_account"),
        owasp("A01:2021"),
    ),
    passes=[
        _from(StringEquals=_ACCOUNT),
        _from(ArnLike={"aws:SourceArn": _MACHINES}),
        _from(StringEquals={"aws:SourceOrgID": "o-example"}),
        _from(**{"ForAnyValue:StringLike": {"aws:SourceOrgPaths": "o-example/r-abcd/*"}}),
        _trust("rolesanywhere.amazonaws.com", Condition={"ArnEquals": _ANCHOR}),
        _trust("cloudtrail.amazonaws.com"),
        _trust("ec2.amazonaws.com"),
        _trust(Effect="Deny"),
    ],
    fails=[
        _trust(),
        _trust(["lambda.amazonaws.com", "scheduler.amazonaws.com"]),
        _trust("states.eu-west-1.amazonaws.com"),
        _trust(Action="sts:*"),
        _from(StringLike={"aws:SourceAccount": "*"}),
        _from(ArnLike={"aws:SourceArn": "arn:aws:states:*:*:stateMachine:*"}),
        _from(ArnEquals={"aws:SourceArn": "arn:aws:s3:::a-bucket"}),
        _from(StringEqualsIfExists=_ACCOUNT),
        _from(StringNotEquals=_ACCOUNT),
        _from(StringEquals={"sts:ExternalId": "123456789012"}),
        _trust(Principal={"Service": "states.amazonaws.com", "AWS": "123456789012"}),
        _trust("rolesanywhere.amazonaws.com", Condition={"StringEquals": _ACCOUNT}),
    ],
    undecided=[{"assumeRolePolicy": UNKNOWN}],
    omission="IAM refuses a role without a trust policy.",
)
def check(role: Resource) -> Findings:
    """Stop the confused deputy: a service that assumes the role for anyone who asks it to.

    Only services are judged of which AWS documents that they tell their source when they assume a
    role; each is named in this rule with its guide. An ARN counts only with an account in it. IAM
    Roles Anywhere takes the certificates of any trust anchor of the account without the anchor's.

    Source: AWS IAM User Guide, "The confused deputy problem", "Cross-service confused deputy
    prevention", and each service's own guide.
    """
    yield from every(statements(role.json("assumeRolePolicy")), _judge)


def _judge(statement: Statement) -> Findings:
    if not lets(statement, ASSUME):
        return
    services = {_REGION.sub(".", service) for service in statement.services} & _SERVICES.keys()
    if _ANYWHERE in services and not statement.ties(_has_account, "aws:SourceArn"):
        yield finding(
            "The trust statement '{name}' takes certificates of any trust anchor.",
            name=statement.sid,
        )
    if services - {_ANYWHERE} and not _is_tied(statement):
        yield finding(
            "The trust statement '{name}' lets a service assume the role on anyone's behalf.",
            name=statement.sid,
        )


def _is_tied(statement: Statement) -> bool:
    return (
        statement.ties(_has_account, "aws:SourceArn")
        or statement.ties(is_literal, "aws:SourceAccount", "aws:SourceOrgID")
        or statement.binds("aws:SourceOrgPaths")
    )


def _has_account(arn: str) -> bool:
    return _WITH_ACCOUNT.match(arn) is not None


_WITH_ACCOUNT: Final = re.compile(r"arn:[^:]*:[^:]*:[^:]*:[0-9]{12}:")
# Some are spelled with their region: `states.eu-west-1.amazonaws.com`.
_REGION: Final = re.compile(r"\.[a-z]{2}(-[a-z]+)+-[0-9]\.")
