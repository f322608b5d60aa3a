"""CloudWatch Logs."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast

from local.cloud import policies
from local.cloud.aws.facets import tags
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, AutoName, Call, Facet, Properties, Resource
from local.cloud.values import is_unknown

_RETENTIONS: Final = (
    *(0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


def _check_log_group(group: Properties) -> Iterator[CheckFailure]:
    """From the API reference of ``PutRetentionPolicy``, which the service's model leaves out."""
    days = group.get("retentionInDays")
    if not is_unknown(days) and days not in (None, *_RETENTIONS):
        allowed = ", ".join(map(str, _RETENTIONS))
        yield CheckFailure("retentionInDays", f"must be one of {allowed} (0 keeps logs for ever).")


def _require_log_group(api: Api, group: Properties) -> None:
    """Refuse a key that CloudWatch Logs may not use.

    Source: the CloudWatch Logs user guide, "Encrypt log data using AWS KMS".
    """
    key = group.get("kmsKeyId")
    if not key:
        return
    aws = cast("AwsApi", api)
    account = aws.context["account"]
    arn = f"arn:aws:logs:{aws.region}:{account}:log-group:{group['name']}"
    context = {
        "aws:SourceAccount": account,
        "aws:SourceArn": arn,
        "kms:EncryptionContext:aws:logs:arn": arn,
    }
    where = {"KeyId": key, "PolicyName": "default"}
    found = aws.send("kms", "GetKeyPolicy", where, absent=("NotFoundException",))
    service = ("Service", f"logs.{aws.region}.amazonaws.com")
    for action in ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"):
        policy = found["Policy"] if found else ""
        if not policies.allows(policy, action, str(key), principal=service, context=context):
            raise ApiError(
                "CreateLogGroup or AssociateKmsKey",
                "InvalidParameterException",
                f"the KMS key does not exist, or its policy does not let {service[1]} {action} on "
                "this log group's behalf",
            )


_LOG_GROUP: Final = Resource(
    token="aws:cloudwatch/logGroup:LogGroup",
    service="logs",
    id="{name}",
    create=Call("CreateLogGroup"),
    read=Call(
        "DescribeLogGroups",
        {"logGroupNamePrefix": "{name}"},
        result="logGroups[?logGroupName == '{name}'] | [0]",
        only=(),
    ),
    delete=Call("DeleteLogGroup", absent=("ResourceNotFoundException",)),
    names={"name": "logGroupName", "arn": "logGroupArn"},
    name=AutoName("name", limit=512, prefix_property="namePrefix"),
    defaults={"retentionInDays": 0, "skipDestroy": False},
    computed=("logGroupClass",),
    immutable=("logGroupClass", "name", "namePrefix"),
    local=("namePrefix", "skipDestroy"),
    unsupported={"deletionProtectionEnabled": "the emulator lacks it, so set protect=True"},
    facets=(
        Facet(
            ("retentionInDays",),
            put=Call("PutRetentionPolicy", {"logGroupName": "{name}"}),
            remove=Call("DeleteRetentionPolicy", {"logGroupName": "{name}"}, only=()),
        ),
        Facet(
            ("kmsKeyId",),
            put=Call("AssociateKmsKey", {"logGroupName": "{name}"}),
            remove=Call("DisassociateKmsKey", {"logGroupName": "{name}"}, only=()),
            created=True,
        ),
        tags(
            Call("TagResource", {"resourceArn": "{arn}"}),
            Call("UntagResource", {"resourceArn": "{arn}"}),
            "tagKeys",
            Call("ListTagsForResource", {"resourceArn": "{arn}"}),
        ),
    ),
    check=_check_log_group,
    require=_require_log_group,
)


# --- Policies of the account ---


def _check_resource_policy(policy: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_cloudwatch_log_resource_policy``."""
    if not policy.get("policyName") and not policy.get("resourceArn"):
        yield CheckFailure("policyName", "is required.")


def _require_resource_policy(api: Api, policy: Properties) -> None:
    """Refuse what is no policy: source, the API reference of ``PutResourcePolicy``."""
    del api
    try:
        policies.statements(policy["policyDocument"])
    except ValueError:
        raise ApiError(
            "PutResourcePolicy",
            "InvalidParameterException",
            "Could not convert to persistable policy: policyDocument is no JSON policy whose "
            "statements have an Effect, a Principal, an Action and a Resource",
        ) from None


_RESOURCE_POLICY: Final = Resource(
    token="aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
    service="logs",
    id="{policyName}",
    create=Call("PutResourcePolicy"),
    read=Call(
        "DescribeResourcePolicies",
        result="resourcePolicies[?policyName == '{policyName}'] | [0]",
        only=(),
    ),
    update=Call("PutResourcePolicy"),
    delete=Call(
        "DeleteResourcePolicy",
        {"policyName": "{policyName}"},
        only=(),
        absent=("ResourceNotFoundException",),
    ),
    immutable=("policyName", "resourceArn"),
    unsupported={
        "resourceArn": "the emulator keeps policies of the account alone, so set policyName"
    },
    check=_check_resource_policy,
    require=_require_resource_policy,
)

RESOURCES: Final = (_LOG_GROUP, _RESOURCE_POLICY)
