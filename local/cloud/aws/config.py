"""AWS Config: recorders, where they deliver to, and the view of several regions."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from typing import Any, Final, cast

from local.cloud import policies
from local.cloud.aws.facets import tags
from local.cloud.aws_api import AwsApi
from local.cloud.table import Api, ApiError, AutoName, Call, Facet, Properties, Resource

_PRINCIPAL: Final = ("Service", "config.amazonaws.com")

# --- Recorders ---


def _require_recorder(api: Api, recorder: Properties) -> None:
    """Refuse a role that is not there; source: the API reference, ``InvalidRoleException``."""
    name = str(recorder["roleArn"]).rpartition("/")[2]
    aws = cast("AwsApi", api)
    if not aws.send("iam", "GetRole", {"RoleName": name}, absent=("NoSuchEntity",)):
        raise ApiError("PutConfigurationRecorder", "InvalidRoleException", "the role is not there")


def _group(known: Properties) -> object:
    group: Any = known.get("recordingGroup") or {"allSupported": True}
    sent = {
        "allSupported": bool(group.get("allSupported", True)),
        "includeGlobalResourceTypes": bool(group.get("includeGlobalResourceTypes")),
        "resourceTypes": group.get("resourceTypes"),
        "exclusionByResourceTypes": _first(group.get("exclusionByResourceTypes")),
        "recordingStrategy": _first(group.get("recordingStrategies")),
    }
    told = {name: value for name, value in sent.items() if value is not None}
    return {"name": known["name"], "roleARN": known["roleArn"], "recordingGroup": told}


def _first(blocks: object) -> object:
    return blocks[0] if isinstance(blocks, list) and blocks else None


def _read_recorder(answer: Any) -> object:  # noqa: ANN401  as boto3 gives it
    recorder = answer["ConfigurationRecorders"][0]
    group = dict(recorder["recordingGroup"])
    exclusions = group.pop("exclusionByResourceTypes", None)
    if exclusions and exclusions.get("resourceTypes"):
        group["exclusionByResourceTypes"] = [exclusions]
    strategy = group.pop("recordingStrategy", None)
    if strategy:
        group["recordingStrategies"] = [strategy]
    return {**recorder, "recordingGroup": group}


_BY_NAME: Final = Facet(("name",), created=True)
"""What a template of the create call sends."""
_NAMED: Final = {"ConfigurationRecorderName": "{name}"}
_PUT_RECORDER: Final = Call(
    "PutConfigurationRecorder",
    {"ConfigurationRecorder": _group},
    only=(),
    inside="ConfigurationRecorder",
)

_RECORDER: Final = Resource(
    token="aws:cfg/recorder:Recorder",
    service="config",
    id="{name}",
    create=_PUT_RECORDER,
    read=Call(
        "DescribeConfigurationRecorders",
        {"ConfigurationRecorderNames": ["{name}"]},
        only=(),
        result=_read_recorder,
        absent=("NoSuchConfigurationRecorderException",),
    ),
    update=_PUT_RECORDER,
    delete=Call("DeleteConfigurationRecorder", _NAMED, only=()),
    names={"roleArn": "roleARN"},
    defaults={"name": "default", "recordingGroup.allSupported": True},
    computed=("recordingGroup", "recordingGroup.recordingStrategies"),
    immutable=("name",),
    sets=("recordingGroup.resourceTypes",),
    unsupported={"recordingMode": "the emulator records nothing, so leave it out"},
    require=_require_recorder,
)


# --- Whether they record ---

_STOP: Final = Call("StopConfigurationRecorder", _NAMED, only=())
_READ_STATUS: Final = Call(
    "DescribeConfigurationRecorderStatus",
    {"ConfigurationRecorderNames": ["{name}"]},
    only=(),
    result="ConfigurationRecordersStatus[0]",
    absent=("NoSuchConfigurationRecorderException",),
)


def _switch(_: Properties, new: Properties) -> list[Call]:
    return [Call("StartConfigurationRecorder", _NAMED, only=()) if new["isEnabled"] else _STOP]


_STATUS: Final = Resource(
    token="aws:cfg/recorderStatus:RecorderStatus",
    service="config",
    id="{name}",
    create=_READ_STATUS,
    read=_READ_STATUS,
    delete=_STOP,
    names={"isEnabled": "recording"},
    immutable=("name",),
    facets=(
        _BY_NAME,
        Facet((), choose=_switch),
        Facet(("isEnabled",), choose=_switch, created=True),
    ),
)


# --- Channels ---


def _require_channel(api: Api, channel: Properties) -> None:
    """Refuse what AWS Config cannot deliver to.

    Source: the API reference of ``PutDeliveryChannel``, its errors; the developer guide,
    "Permissions for the Amazon S3 Bucket" and "Permissions for the KMS Key".
    """
    aws = cast("AwsApi", api)
    bucket, account = str(channel["s3BucketName"]), aws.context["account"]
    if aws.send("s3", "HeadBucket", {"Bucket": bucket}, absent=("404", "NoSuchBucket")) is None:
        raise _refused("NoSuchBucketException", "the bucket is not there")
    found = aws.send("s3", "GetBucketPolicy", {"Bucket": bucket}, absent=("NoSuchBucketPolicy",))
    prefix = f"{channel['s3KeyPrefix']}/" if channel.get("s3KeyPrefix") else ""
    context = {
        "aws:SourceAccount": account,
        "aws:SourceArn": f"arn:aws:config:{aws.region}:{account}:*",
        "aws:SecureTransport": "true",
        "s3:TlsVersion": "1.3",
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    arn = f"arn:aws:s3:::{bucket}"
    folder = f"{arn}/{prefix}AWSLogs/{account}/Config/ConfigWritabilityCheckFile"
    for action, resource in (("s3:GetBucketAcl", arn), ("s3:PutObject", folder)):
        policy = found["Policy"] if found else ""
        if not policies.allows(policy, action, resource, principal=_PRINCIPAL, context=context):
            raise _refused(
                "InsufficientDeliveryPolicyException",
                f"the bucket's policy does not let {_PRINCIPAL[1]} {action} for this account",
            )
    if channel.get("s3KmsKeyArn"):
        _require_key(aws, str(channel["s3KmsKeyArn"]), context)


def _require_key(aws: AwsApi, key: str, context: dict[str, str]) -> None:
    home = key.split(":")[3] if key.count(":") > 3 else aws.region  # noqa: PLR2004  an ARN's region
    client = aws.elsewhere(home)
    where = {"KeyId": key, "PolicyName": "default"}
    found = client.send("kms", "GetKeyPolicy", where, absent=("NotFoundException",))
    policy = found["Policy"] if found else ""
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        if not policies.allows(policy, action, key, principal=_PRINCIPAL, context=context):
            raise _refused(
                "InvalidS3KmsKeyArnException",
                f"the key does not exist, or its policy does not let {_PRINCIPAL[1]} {action}",
            )


def _refused(code: str, message: str) -> ApiError:
    return ApiError("PutDeliveryChannel", code, message)


_PUT_CHANNEL: Final = Call("PutDeliveryChannel", inside="DeliveryChannel")

_CHANNEL: Final = Resource(
    token="aws:cfg/deliveryChannel:DeliveryChannel",
    service="config",
    id="{name}",
    create=_PUT_CHANNEL,
    read=Call(
        "DescribeDeliveryChannels",
        {"DeliveryChannelNames": ["{name}"]},
        only=(),
        result="DeliveryChannels[0]",
        absent=("NoSuchDeliveryChannelException",),
    ),
    update=_PUT_CHANNEL,
    delete=Call("DeleteDeliveryChannel", {"DeliveryChannelName": "{name}"}, only=()),
    names={
        "snapshotDeliveryProperties": "configSnapshotDeliveryProperties",
        "snsTopicArn": "snsTopicARN",
    },
    defaults={"name": "default"},
    immutable=("name",),
    require=_require_channel,
)


# --- Aggregators ---

_PUT_AGGREGATOR: Final = Call("PutConfigurationAggregator", result="ConfigurationAggregator")
_AGGREGATOR_ARN: Final = {"ResourceArn": "{arn}"}

_AGGREGATOR: Final = Resource(
    token="aws:cfg/configurationAggregator:ConfigurationAggregator",
    service="config",
    id="{name}",
    create=_PUT_AGGREGATOR,
    read=Call(
        "DescribeConfigurationAggregators",
        {"ConfigurationAggregatorNames": ["{name}"]},
        only=(),
        result="ConfigurationAggregators[0]",
        absent=("NoSuchConfigurationAggregatorException",),
    ),
    update=_PUT_AGGREGATOR,
    delete=Call(
        "DeleteConfigurationAggregator", {"ConfigurationAggregatorName": "{name}"}, only=()
    ),
    names={
        "accountAggregationSource": "AccountAggregationSources",
        "allRegions": "AllAwsRegions",
        "arn": "ConfigurationAggregatorArn",
        "name": "ConfigurationAggregatorName",
        "regions": "AwsRegions",
    },
    name=AutoName("name", limit=256),
    defaults={"accountAggregationSource.allRegions": False},
    immutable=("name",),
    sets=("accountAggregationSource.accountIds", "accountAggregationSource.regions"),
    unsupported={
        "organizationAggregationSource": "it has no organization's accounts: name accounts instead"
    },
    facets=(
        tags(
            Call("TagResource", _AGGREGATOR_ARN),
            Call("UntagResource", _AGGREGATOR_ARN),
            read=Call("ListTagsForResource", _AGGREGATOR_ARN, only=()),
        ),
    ),
)

RESOURCES: Final = (_RECORDER, _STATUS, _CHANNEL, _AGGREGATOR)
