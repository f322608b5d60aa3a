"""Functions: what a program asks the cloud without making anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, cast

import boto3
import botocore.session

from local.cloud.aws_api import AwsApi
from local.cloud.table import Api, ApiError, Properties


def _caller_identity(api: Api, args: Properties) -> dict[str, object]:
    del args
    found = cast("AwsApi", api).send("sts", "GetCallerIdentity", {})
    account = found["Account"]
    return {"accountId": account, "arn": found["Arn"], "id": account, "userId": found["UserId"]}


def _partition(api: Api, args: Properties) -> dict[str, object]:
    del args
    data = _partition_data(api.context["region"])
    suffix = str(data["dnsSuffix"])
    return {
        "dnsSuffix": suffix,
        "id": data["partition"],
        "partition": data["partition"],
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }


def _region(api: Api, args: Properties) -> dict[str, object]:
    if args.get("endpoint"):
        raise ApiError("getRegion", "Unsupported", "the local cloud finds a region by name only")
    region = str(args.get("region") or args.get("name") or api.context["region"])
    data = _partition_data(region)
    regions = cast("Mapping[str, Mapping[str, str]]", data["regions"])
    if region not in regions:
        raise ApiError("getRegion", "NotFound", "AWS has no region of that name")
    return {
        "description": regions[region]["description"],
        "endpoint": f"ec2.{region}.{data['dnsSuffix']}",
        "id": region,
        "name": region,
        "region": region,
    }


def _partition_data(region: str) -> Mapping[str, object]:
    name = boto3.session.Session().get_partition_for_region(region)
    endpoints = botocore.session.get_session().get_component("data_loader").load_data("endpoints")
    return next(each for each in endpoints["partitions"] if each["partition"] == name)


FUNCTIONS: Final[Mapping[str, Callable[[Api, Properties], dict[str, object]]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
}
