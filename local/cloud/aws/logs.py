"""CloudWatch Logs."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, cast

from local.cloud import filter_patterns, policies
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

# --- Metric filters ---


def _transformations(known: Properties) -> list[object]:
    made = cast("Properties", known["metricTransformation"])
    names = {"name": "metricName", "namespace": "metricNamespace", "value": "metricValue"}
    told = {names.get(name, name): value for name, value in made.items() if value is not None}
    if "defaultValue" in told:
        default = float(str(told["defaultValue"]))
        told["defaultValue"] = int(default) if default.is_integer() else default
    return [told]


def _check_metric_filter(made: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_cloudwatch_log_metric_filter``."""
    transformation = made.get("metricTransformation")
    if not isinstance(transformation, Mapping):
        return
    default = transformation.get("defaultValue")
    if default is not None and transformation.get("dimensions"):
        yield CheckFailure(
            "metricTransformation.defaultValue", "conflicts with dimensions: set only one."
        )
    if default is not None and not is_unknown(default) and not _NUMBER.fullmatch(str(default)):
        yield CheckFailure("metricTransformation.defaultValue", "must be a number.")


def _require_metric_filter(api: Api, made: Properties) -> None:
    """Refuse what CloudWatch Logs does not take.

    Source: the API reference of ``PutMetricFilter`` and ``MetricTransformation``, and the user
    guide, "Filter pattern syntax". The emulator itself knows no log group, and reads no pattern.
    """
    group = str(made["logGroupName"])
    aws = cast("AwsApi", api)
    groups = aws.send("logs", "DescribeLogGroups", {"logGroupNamePrefix": group})["logGroups"]
    if not any(each["logGroupName"] == group for each in groups):
        raise ApiError(
            "PutMetricFilter",
            "ResourceNotFoundException",
            "The specified log group does not exist.",
        )
    pattern = str(made["pattern"]).strip()
    try:
        filter_patterns.check(pattern)
    except ValueError as error:
        raise _invalid_filter(f"Invalid metric filter pattern: {error}") from None
    transformation = cast("Properties", made["metricTransformation"])
    if transformation.get("dimensions") and not pattern.startswith(("{", "[")):
        raise _invalid_filter("The specified filter pattern does not support dimensions")
    dimensions = cast("Mapping[str, object]", transformation.get("dimensions") or {})
    if len(dimensions) > _DIMENSIONS_AT_MOST:
        raise _invalid_filter(f"a metric filter has at most {_DIMENSIONS_AT_MOST} dimensions")
    value = str(transformation["value"])
    if not value.startswith("$") and not _NUMBER.fullmatch(value):
        raise _invalid_filter("Invalid metric transformation: the value is no number and no field")


def _invalid_filter(message: str) -> ApiError:
    return ApiError("PutMetricFilter", "InvalidParameterException", message)


_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_DIMENSIONS_AT_MOST: Final = 3
_PUT_FILTER: Final = Call(
    "PutMetricFilter",
    {"metricTransformations": _transformations},
    only=("logGroupName", "name", "pattern"),
)
_FOUND_FILTER: Final = (
    "metricFilters[?filterName == '{name}'].merge(@, {metricTransformations: "
    "[merge(metricTransformations[0], "
    "{defaultValue: metricTransformations[0].defaultValue && "
    "to_string(metricTransformations[0].defaultValue)})]}) | [0]"
)
"""The filter of that name, its default value as the text that the property is."""

_METRIC_FILTER: Final = Resource(
    token="aws:cloudwatch/logMetricFilter:LogMetricFilter",
    service="logs",
    id="{name}",
    imports="{logGroupName}:{name}",
    create=_PUT_FILTER,
    read=Call(
        "DescribeMetricFilters",
        {"logGroupName": "{logGroupName}", "filterNamePrefix": "{name}"},
        only=(),
        result=_FOUND_FILTER,
        absent=("ResourceNotFoundException",),
    ),
    # A filter that is put again takes the place of the earlier one.
    update=_PUT_FILTER,
    delete=Call(
        "DeleteMetricFilter",
        {"logGroupName": "{logGroupName}", "filterName": "{name}"},
        only=(),
        absent=("ResourceNotFoundException",),
    ),
    names={
        "metricTransformation": "metricTransformations",
        "name": ("filterName", "metricName"),
        "namespace": "metricNamespace",
        "pattern": "filterPattern",
        "value": "metricValue",
    },
    name=AutoName("name", limit=512),
    defaults={"metricTransformation.unit": "None"},
    immutable=("logGroupName", "name"),
    unsupported={"applyOnTransformedLogs": "the emulator transforms no logs, so leave it out"},
    check=_check_metric_filter,
    require=_require_metric_filter,
)


# --- Saved queries ---


def _require_query(api: Api, query: Properties) -> None:
    """Refuse a query of log groups that are not there.

    Source: the API reference of ``PutQueryDefinition``, whose error is the model's own. The query
    itself is not read: what AWS says of a wrong one is not documented.
    """
    aws = cast("AwsApi", api)
    for group in cast("list[str]", query.get("logGroupNames") or []):
        groups = aws.send("logs", "DescribeLogGroups", {"logGroupNamePrefix": group})["logGroups"]
        if not any(each["logGroupName"] == group for each in groups):
            raise ApiError(
                "PutQueryDefinition",
                "ResourceNotFoundException",
                "The specified log group does not exist.",
            )


_PROPERTIES: Final = ("logGroupNames", "name", "queryString")

_QUERY_DEFINITION: Final = Resource(
    token="aws:cloudwatch/queryDefinition:QueryDefinition",
    service="logs",
    id="{queryDefinitionId}",
    imports="arn:aws:logs:{region}:{account}:query-definition:{queryDefinitionId}",
    create=Call("PutQueryDefinition", only=_PROPERTIES),
    read=Call(
        "DescribeQueryDefinitions",
        only=(),
        result="queryDefinitions[?queryDefinitionId == '{queryDefinitionId}'] | [0]",
    ),
    update=Call(
        "PutQueryDefinition", {"queryDefinitionId": "{queryDefinitionId}"}, only=_PROPERTIES
    ),
    delete=Call(
        "DeleteQueryDefinition",
        {"queryDefinitionId": "{queryDefinitionId}"},
        only=(),
        absent=("ResourceNotFoundException",),
    ),
    name=AutoName("name", limit=255),
    derived={"arn": "arn:aws:logs:{region}:{account}:query-definition:{queryDefinitionId}"},
    require=_require_query,
)

RESOURCES: Final = (_LOG_GROUP, _RESOURCE_POLICY, _METRIC_FILTER, _QUERY_DEFINITION)
