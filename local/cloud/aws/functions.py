"""Functions: what a program asks the cloud without making anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

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


def _organization(api: Api, args: Properties) -> dict[str, object]:
    aws = cast("AwsApi", api)
    found = aws.send("organizations", "DescribeOrganization", {})["Organization"]
    told: dict[str, object] = {
        "accounts": [],
        "arn": found["Arn"],
        "awsServiceAccessPrincipals": [],
        "enabledPolicyTypes": [],
        "featureSet": found["FeatureSet"],
        "id": found["Id"],
        "masterAccountArn": found["MasterAccountArn"],
        "masterAccountEmail": found["MasterAccountEmail"],
        "masterAccountId": found["MasterAccountId"],
        "masterAccountName": "",
        "nonMasterAccounts": [],
        "returnOrganizationOnly": bool(args.get("returnOrganizationOnly")),
        "roots": [],
    }
    # Others than the management account may ask for no more.
    if args.get("returnOrganizationOnly") or found["MasterAccountId"] != api.context["account"]:
        return told
    accounts = [
        _told(each, "Arn", "Email", "Id", "JoinedMethod", "Name", "State", "Status")
        | {"joinedTimestamp": each["JoinedTimestamp"].isoformat()}
        for each in aws.send("organizations", "ListAccounts", {})["Accounts"]
    ]
    roots = [
        _told(each, "Arn", "Id", "Name")
        | {"policyTypes": [_told(kind, "Status", "Type") for kind in each["PolicyTypes"]]}
        for each in aws.send("organizations", "ListRoots", {})["Roots"]
    ]
    services = aws.send("organizations", "ListAWSServiceAccessForOrganization", {})
    (master,) = (each for each in accounts if each["id"] == found["MasterAccountId"])
    return told | {
        "accounts": accounts,
        "awsServiceAccessPrincipals": [
            each["ServicePrincipal"] for each in services["EnabledServicePrincipals"]
        ],
        "enabledPolicyTypes": [
            kind["type"]
            for root in roots
            for kind in root["policyTypes"]
            if kind["status"] == "ENABLED"
        ],
        "masterAccountName": master["name"],
        "nonMasterAccounts": [each for each in accounts if each != master],
        "roots": roots,
    }


def _told(answer: Mapping[str, object], *names: str) -> dict[str, Any]:
    return {f"{name[0].lower()}{name[1:]}": answer.get(name) for name in names}


def _instances(api: Api, args: Properties) -> dict[str, object]:
    del args
    listed = cast("AwsApi", api).send("sso-admin", "ListInstances", {})["Instances"]
    region = api.context["region"]
    return {
        "arns": [each["InstanceArn"] for each in listed],
        "id": region,
        "identityStoreIds": [each["IdentityStoreId"] for each in listed],
        "region": region,
    }


def _group(api: Api, args: Properties) -> dict[str, object]:
    aws, store = cast("AwsApi", api), {"IdentityStoreId": args["identityStoreId"]}
    group = args.get("groupId")
    alternate = cast("Mapping[str, Mapping[str, str]]", args.get("alternateIdentifier") or {})
    if alternate:
        unique = alternate.get("uniqueAttribute")
        if group or not unique:
            raise ApiError(
                "getGroup", "Unsupported", "set groupId or alternateIdentifier.uniqueAttribute"
            )
        attribute = {
            "AttributePath": unique["attributePath"],
            "AttributeValue": unique["attributeValue"],
        }
        asked = {**store, "AlternateIdentifier": {"UniqueAttribute": attribute}}
        group = aws.send("identitystore", "GetGroupId", asked)["GroupId"]
    found = aws.send("identitystore", "DescribeGroup", {**store, "GroupId": group})
    return {
        "alternateIdentifier": args.get("alternateIdentifier"),
        "description": found.get("Description") or "",
        "displayName": found["DisplayName"],
        "externalIds": [
            {"id": each["Id"], "issuer": each["Issuer"]} for each in found.get("ExternalIds") or []
        ],
        "groupId": found["GroupId"],
        "id": found["GroupId"],
        "identityStoreId": found["IdentityStoreId"],
        "region": api.context["region"],
    }


FUNCTIONS: Final[Mapping[str, Callable[[Api, Properties], dict[str, object]]]] = {
    "aws:identitystore/getGroup:getGroup": _group,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:organizations/getOrganization:getOrganization": _organization,
    "aws:ssoadmin/getInstances:getInstances": _instances,
}
