"""Networks that are there already: their traffic is recorded, their default group is closed."""

from __future__ import annotations

from typing import Final

import pulumi_aws as aws

from secure_components.account_baseline.parts import Making
from secure_components.documents import (
    Statements,
    account_administers,
    document_of,
    logs_encrypts,
)
from secure_components.place import Place

_FLOW_LOGS: Final = {"Service": "vpc-flow-logs.amazonaws.com"}


def close_default_groups(making: Making) -> None:
    """Take every rule from the default security groups."""
    for label, vpc in making.args.get("vpcs", {}).items():
        aws.ec2.DefaultSecurityGroup(
            f"{making.name}-default-security-group-{label}",
            vpc_id=vpc["vpc_id"],
            ingress=[],
            egress=[],
            region=vpc.get("region", making.home),
            opts=making.opts(),
        )


def make_flow_logs(making: Making) -> None:
    """Record all traffic of all networks, in a log group of each region."""
    vpcs = making.args.get("vpcs", {})
    used = {vpc.get("region", making.home) for vpc in vpcs.values()}
    regions = [region for region in making.regions if region in used]
    if not regions:
        return
    name = f"{making.name}-flow-logs"
    role = aws.iam.Role(
        f"{name}-role",
        description="Lets VPC flow logs write to their log groups",
        assume_role_policy=document_of(_trust, making.here),
        opts=making.opts(),
    )
    delivery = aws.iam.RolePolicy(
        f"{name}-role-policy",
        role=role.name,
        policy=document_of(_delivery, making.here, _group_name(making), regions),
        opts=making.opts(),
    )
    groups = {region: _make_group(making, region) for region in regions}
    for label, vpc in vpcs.items():
        region = vpc.get("region", making.home)
        aws.ec2.FlowLog(
            f"{making.name}-flow-log-{label}",
            vpc_id=vpc["vpc_id"],
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=groups[region].arn,
            iam_role_arn=role.arn,
            region=region,
            opts=making.opts(None, delivery),
        )


def _group_name(making: Making) -> str:
    return f"/aws/vpc-flow-logs/{making.name}"


def _make_group(making: Making, region: str) -> aws.cloudwatch.LogGroup:
    place, group = making.place(region), _group_name(making)
    key = aws.kms.Key(
        f"{making.name}-flow-logs-{region}-key",
        description=f"Encrypts the flow logs of {making.name}",
        enable_key_rotation=True,
        deletion_window_in_days=30,
        policy=document_of(_key_policy, place, group),
        region=region,
        opts=making.opts(),
    )
    aws.kms.Alias(
        f"{making.name}-flow-logs-{region}-key-alias",
        name=f"alias/{making.name.replace('.', '-')}-flow-logs",
        target_key_id=key.key_id,
        region=region,
        opts=making.opts(),
    )
    return aws.cloudwatch.LogGroup(
        f"{making.name}-flow-logs-{region}-log-group",
        name=group,
        kms_key_id=key.arn,
        retention_in_days=making.retention,
        region=region,
        opts=making.opts(),
    )


def _group_arn(place: Place, group: str) -> str:
    return place.arn("logs", f"log-group:{group}")


def _key_policy(place: Place, group: str) -> Statements:
    return [account_administers(place), logs_encrypts(place, _group_arn(place, group))]


def _trust(place: Place) -> Statements:
    """Source: VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs"."""
    logs = f"arn:{place.partition}:ec2:*:{place.account}:vpc-flow-log/*"
    return [
        {
            "Sid": "FlowLogsAssume",
            "Effect": "Allow",
            "Principal": _FLOW_LOGS,
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": place.account},
                "ArnLike": {"aws:SourceArn": logs},
            },
        },
    ]


def _delivery(place: Place, group: str, regions: list[str]) -> Statements:
    """AWS's own example allows all groups; these are enough where the group is there [ours]."""
    at = [Place(place.partition, place.dns_suffix, region, place.account) for region in regions]
    arns = [_group_arn(one, group) for one in at]
    return [
        {
            "Sid": "WriteRecords",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
            "Resource": [each for arn in arns for each in (arn, f"{arn}:*")],
        },
        {
            "Sid": "FindGroup",
            "Effect": "Allow",
            "Action": "logs:DescribeLogGroups",
            "Resource": [one.arn("logs", "log-group:*") for one in at],
        },
    ]
