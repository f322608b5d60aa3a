"""Flow logs of networks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.cloud import Cloud
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
LOG = "aws:ec2/flowLog:FlowLog"
GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/vpc-flow-logs/all"


def trust(service: str = "vpc-flow-logs.amazonaws.com") -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def log(aws: Any, cloud: Cloud) -> dict[str, Any]:
    """Make a network, a log group and a role, and return a flow log's inputs."""
    del aws
    vpc = cloud.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    cloud.client("logs").create_log_group(logGroupName="/aws/vpc-flow-logs/all")
    role = cloud.client("iam").create_role(RoleName="flow", AssumeRolePolicyDocument=trust())
    return {
        "vpcId": vpc,
        "trafficType": "ALL",
        "logDestination": GROUP,
        "iamRoleArn": role["Role"]["Arn"],
    }


def test_a_flow_log_lives(aws: Any, log: dict[str, Any]) -> None:
    live(
        aws,
        Life(
            LOG,
            {**log, "tags": {"a": "1"}},
            {**log, "tags": {"b": "2"}},
            {**log, "trafficType": "REJECT"},
            "{id}",
            {"logDestination": GROUP, "maxAggregationInterval": 600, "vpcId": log["vpcId"]},
        ),
    )


def test_a_flow_log_delivers(aws: Any, cloud: Cloud, log: dict[str, Any]) -> None:
    made = aws.create(LOG, {**log, "logDestination": f"{GROUP}:*"})
    (told,) = cloud.client("ec2").describe_flow_logs(FlowLogIds=[made.id])["FlowLogs"]
    assert told["DeliverLogsStatus"] == "SUCCESS"
    assert (told["ResourceId"], told["TrafficType"]) == (log["vpcId"], "ALL")
    assert not aws.diff(made, log).diffs


def test_a_flow_log_of_a_subnet_reaches_a_bucket(
    aws: Any, cloud: Cloud, log: dict[str, Any]
) -> None:
    where = {"VpcId": log["vpcId"], "CidrBlock": "10.0.0.0/24"}
    subnet = cloud.client("ec2").create_subnet(**where)["Subnet"]["SubnetId"]
    inputs = {
        "subnetId": subnet,
        "trafficType": "ALL",
        "logDestinationType": "s3",
        "logDestination": "arn:aws:s3:::flow-logs-of-all",
    }
    assert "the bucket does not exist" in refusal(aws.create, LOG, inputs)
    cloud.client("s3").create_bucket(Bucket="flow-logs-of-all")
    made = aws.create(LOG, inputs)
    assert made.outputs["subnetId"] == subnet
    assert aws.imported(LOG, made.id).outputs["subnetId"] == subnet


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"iamRoleArn": None}, "MissingParameter: DeliverLogsPermissionArn can't be empty"),
        ({"iamRoleArn": f"arn:aws:iam::{ACCOUNT}:role/x"}, "the role does not exist"),
        ({"logDestination": f"{GROUP}-2"}, "the log group does not exist"),
    ],
)
def test_what_cannot_be_delivered_is_refused(
    aws: Any, log: dict[str, Any], more: dict[str, Any], message: str
) -> None:
    assert message in refusal(aws.create, LOG, {**log, **more})


def test_a_role_must_trust_flow_logs(aws: Any, cloud: Cloud, log: dict[str, Any]) -> None:
    document = trust("ec2.amazonaws.com")
    cloud.client("iam").update_assume_role_policy(RoleName="flow", PolicyDocument=document)
    assert "does not trust vpc-flow-logs" in refusal(aws.create, LOG, log)


@pytest.mark.parametrize(
    ("inputs", "path"),
    [
        ({"trafficType": "ALL"}, "vpcId"),
        ({"vpcId": "vpc-1", "subnetId": "subnet-1", "trafficType": "ALL"}, "vpcId"),
        ({"vpcId": "vpc-1", "trafficType": "SOME"}, "trafficType"),
        ({"vpcId": "vpc-1", "logDestinationType": "kinesis-data-firehose"}, "logDestinationType"),
        ({"transitGatewayId": "tgw-1"}, "transitGatewayId"),
    ],
)
def test_check_refuses(aws: Any, inputs: dict[str, Any], path: str) -> None:
    _, failures = aws.check(LOG, inputs)
    assert failures[0][0] == path
