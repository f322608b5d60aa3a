"""EC2: flow logs of networks and subnets."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, cast

from local.cloud import policies
from local.cloud.aws.ec2 import TAGS, tagged
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, Call, Facet, Properties, Resource
from local.cloud.values import is_unknown

_TARGETS: Final = {"subnetId": "Subnet", "vpcId": "VPC"}
_GROUPS: Final = "cloud-watch-logs"
_TRAFFIC: Final = ("ACCEPT", "ALL", "REJECT")


def _target(log: Properties) -> str:
    return next(name for name in _TARGETS if log.get(name))


def _told(answer: Any) -> object:  # noqa: ANN401  as boto3 gives it
    if not answer["FlowLogs"]:
        return None
    log = answer["FlowLogs"][0]
    kind = "SubnetId" if log["ResourceId"].startswith("subnet-") else "VpcId"
    return {**log, kind: log["ResourceId"]}


def _check_flow_log(log: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_flow_log``."""
    if sum(bool(log.get(name)) for name in _TARGETS) != 1:
        yield CheckFailure("vpcId", "must be set, or else subnetId.")
    kind, traffic = log.get("logDestinationType"), log.get("trafficType")
    if not is_unknown(kind) and kind not in (_GROUPS, "s3"):
        yield CheckFailure("logDestinationType", f"must be {_GROUPS} or s3: there are no others.")
    if not is_unknown(traffic) and traffic not in _TRAFFIC:
        yield CheckFailure("trafficType", f"must be one of {', '.join(_TRAFFIC)}.")


def _require_flow_log(api: Api, log: Properties) -> None:
    """Refuse a destination that is not there, or that the flow log may not write to.

    Source: the VPC user guide, "Publish flow logs to CloudWatch Logs" and "Publish flow logs to
    Amazon S3". AWS tells of a role that may not write only later, in the log's status.
    """
    aws = cast("AwsApi", api)
    arn = str(log.get("logDestination") or "")
    if log.get("logDestinationType") == "s3":
        _require_bucket(aws, arn)
        return
    if not log.get("iamRoleArn"):
        raise _invalid(
            "MissingParameter",
            f"DeliverLogsPermissionArn can't be empty if LogDestinationType is {_GROUPS}",
        )
    group = arn.removesuffix(":*").partition(":log-group:")[2]
    found = aws.send("logs", "DescribeLogGroups", {"logGroupNamePrefix": group or "-"})["logGroups"]
    if not any(each["logGroupName"] == group for each in found):
        raise _invalid("InvalidParameterValue", "LogDestination: the log group does not exist")
    role = {"RoleName": str(log["iamRoleArn"]).rpartition("/")[2]}
    known = aws.send("iam", "GetRole", role, absent=("NoSuchEntity",))
    account = aws.context["account"]
    context = {
        "aws:SourceAccount": account,
        "aws:SourceArn": f"arn:aws:ec2:{aws.region}:{account}:vpc-flow-log/fl-0",
    }
    trusted = known and policies.allows(
        json.dumps(known["Role"]["AssumeRolePolicyDocument"]),
        "sts:AssumeRole",
        "*",
        principal=("Service", "vpc-flow-logs.amazonaws.com"),
        context=context,
    )
    if not trusted:
        raise _invalid(
            "InvalidParameterValue",
            "DeliverLogsPermissionArn: the role does not exist, or does not trust "
            "vpc-flow-logs.amazonaws.com",
        )


def _require_bucket(aws: AwsApi, arn: str) -> None:
    bucket = {"Bucket": arn.partition(":::")[2].partition("/")[0] or "-"}
    if aws.send("s3", "HeadBucket", bucket, absent=("404", "NoSuchBucket")) is None:
        raise _invalid("InvalidParameterValue", "LogDestination: the bucket does not exist")


def _invalid(code: str, message: str) -> ApiError:
    return ApiError("CreateFlowLogs", code, message)


_NOT_HERE: Final = "the emulator lacks it, so leave it out"

_FLOW_LOG: Final = Resource(
    token="aws:ec2/flowLog:FlowLog",
    service="ec2",
    id="{id}",
    create=Call(
        "CreateFlowLogs",
        {
            **tagged("vpc-flow-log"),
            "ResourceIds": [lambda log: log[_target(log)]],
            "ResourceType": lambda log: _TARGETS[_target(log)],
        },
        result="{FlowLogId: FlowLogIds[0]}",
    ),
    read=Call(
        "DescribeFlowLogs",
        {"FlowLogIds": ["{id}"]},
        only=(),
        result=_told,
        absent=("InvalidFlowLogId.NotFound",),
    ),
    delete=Call("DeleteFlowLogs", {"FlowLogIds": ["{id}"]}, only=()),
    names={"id": "FlowLogId", "iamRoleArn": "DeliverLogsPermissionArn"},
    defaults={"logDestinationType": _GROUPS, "maxAggregationInterval": 600},
    computed=("logDestination", "logFormat"),
    immutable=(
        *("iamRoleArn", "logDestination", "logDestinationType", "logFormat"),
        *("maxAggregationInterval", "subnetId", "trafficType", "vpcId"),
    ),
    normal={"logDestination": lambda arn: arn.removesuffix(":*")},
    unsupported=dict.fromkeys(
        (
            *("deliverCrossAccountRole", "destinationOptions", "eniId", "regionalNatGatewayId"),
            *("tagFieldSpecifications", "transitGatewayAttachmentId", "transitGatewayId"),
        ),
        _NOT_HERE,
    ),
    derived={"arn": "arn:aws:ec2:{region}:{account}:vpc-flow-log/{id}"},
    # A template of the create call has what the log is of.
    facets=(Facet(tuple(_TARGETS), created=True), TAGS),
    check=_check_flow_log,
    require=_require_flow_log,
)

RESOURCES: Final = (_FLOW_LOG,)
