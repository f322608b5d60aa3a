"""Data Firehose: delivery streams to S3."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from local.cloud import policies
from local.cloud.aws.facets import tags
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, AutoName, Call, Facet, Given, Properties, Resource
from local.cloud.values import is_unknown

_S3: Final = "extended_s3"
_CUSTOMER_KEY: Final = "CUSTOMER_MANAGED_CMK"
_AWS_KEY: Final = "AWS_OWNED_CMK"
_NOT_HERE: Final = {
    "dataFormatConversionConfiguration": "the emulator converts nothing, so deliver as it comes",
    "dynamicPartitioningConfiguration": "the emulator lacks it, so leave it out",
    "processingConfiguration": "the emulator processes nothing, so leave it out",
    "s3BackupConfiguration": "the emulator keeps no backup, so leave it out",
}
"""Parts of the S3 destination that the local cloud lacks, each with what to do instead."""


def _s3_destination(known: Properties) -> Properties:
    """Return a destination as Firehose takes it, empty texts included: they clear what was."""
    s3 = cast("dict[str, Any]", known["extendedS3Configuration"])
    key, logging = s3.get("kmsKeyArn"), s3.get("cloudwatchLoggingOptions")
    destination = {
        "BucketARN": s3["bucketArn"],
        "BufferingHints": {
            "IntervalInSeconds": s3["bufferingInterval"],
            "SizeInMBs": s3["bufferingSize"],
        },
        "CompressionFormat": s3["compressionFormat"],
        "CustomTimeZone": s3["customTimeZone"],
        "EncryptionConfiguration": (
            {"KMSEncryptionConfig": {"AWSKMSKeyARN": key}}
            if key
            else {"NoEncryptionConfig": "NoEncryption"}
        ),
        "ErrorOutputPrefix": s3.get("errorOutputPrefix") or "",
        "FileExtension": s3.get("fileExtension") or "",
        "Prefix": s3.get("prefix") or "",
        "RoleARN": s3["roleArn"],
        "S3BackupMode": s3["s3BackupMode"],
    }
    if logging:
        named = {"LogGroupName": "logGroupName", "LogStreamName": "logStreamName"}
        told = {member: logging[name] for member, name in named.items() if logging.get(name)}
        destination["CloudWatchLoggingOptions"] = {"Enabled": bool(logging["enabled"]), **told}
    return destination


def _read_stream(answer: Any) -> dict[str, Any]:  # noqa: ANN401  as boto3 gives it
    stream = answer["DeliveryStreamDescription"]
    destination = stream["Destinations"][0]
    s3 = destination["ExtendedS3DestinationDescription"]
    encryption = s3.get("EncryptionConfiguration", {}).get("KMSEncryptionConfig", {})
    sse = stream.get("DeliveryStreamEncryptionConfiguration", {})
    enabled = sse.get("Status") == "ENABLED"
    return {
        **stream,
        "Destination": _S3,
        "DestinationId": destination["DestinationId"],
        "ExtendedS3Configuration": {
            **s3,
            "BufferingInterval": s3["BufferingHints"]["IntervalInSeconds"],
            "BufferingSize": s3["BufferingHints"]["SizeInMBs"],
            "CloudwatchLoggingOptions": s3.get("CloudWatchLoggingOptions", {"Enabled": False}),
            "KmsKeyArn": encryption.get("AWSKMSKeyARN"),
        },
        "ServerSideEncryption": {
            "Enabled": enabled,
            "KeyArn": sse.get("KeyARN") if enabled else None,
            "KeyType": sse["KeyType"] if enabled else _AWS_KEY,
        },
    }


def _name(known: Properties) -> str:
    return str(known.get("name") or str(known["arn"]).rpartition("/")[2])


def _encrypted(_: Properties, new: Properties) -> list[Call]:
    where = {"DeliveryStreamName": "{name}"}
    sse = cast("Properties", new.get("serverSideEncryption") or {})
    if not sse.get("enabled"):
        return [Call("StopDeliveryStreamEncryption", where, only=())]
    key = {"KeyARN": sse["keyArn"]} if sse.get("keyArn") else {}
    asked = Given({"KeyType": sse["keyType"], **key})
    parameters = {**where, "DeliveryStreamEncryptionConfigurationInput": asked}
    return [Call("StartDeliveryStreamEncryption", parameters, only=())]


def _check_stream(stream: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_kinesis_firehose_delivery_stream``."""
    destination, s3 = stream.get("destination"), stream.get("extendedS3Configuration")
    if not is_unknown(destination) and destination != _S3:
        yield CheckFailure("destination", f"must be {_S3}: the local cloud has no other.")
    if s3 is None:
        yield CheckFailure("extendedS3Configuration", f"is required for the destination {_S3}.")
    for name, instead in _NOT_HERE.items() if isinstance(s3, Mapping) else ():
        if cast("Properties", s3).get(name):
            path = f"extendedS3Configuration.{name}"
            yield CheckFailure(path, f"is not in the local cloud: {instead}.")


def _require_stream(api: Api, stream: Properties) -> None:
    """Refuse a role or a key that Firehose cannot use.

    Source: the API references of ``CreateDeliveryStream`` and ``StartDeliveryStreamEncryption``,
    and the developer guide, "Controlling access", for the external id. Whether the bucket is there
    Firehose finds out when it delivers, and so does the key of the destination.
    """
    aws = cast("AwsApi", api)
    s3 = cast("Properties", stream["extendedS3Configuration"])
    arn = str(s3["roleArn"])
    where = {"RoleName": arn.rpartition("/")[2]}
    found = aws.send("iam", "GetRole", where, absent=("NoSuchEntity",))
    trust = json.dumps(found["Role"]["AssumeRolePolicyDocument"]) if found else ""
    service = ("Service", "firehose.amazonaws.com")
    context = {"sts:ExternalId": str(aws.context["account"])}
    if not policies.allows(trust, "sts:AssumeRole", arn, principal=service, context=context):
        raise ApiError(
            "CreateDeliveryStream or UpdateDestination",
            "InvalidArgumentException",
            "Firehose is unable to assume role. Please check the role provided: it must exist and "
            "trust firehose.amazonaws.com",
        )
    sse = cast("Properties", stream.get("serverSideEncryption") or {})
    if sse.get("enabled") and sse.get("keyType") == _CUSTOMER_KEY:
        _require_key(aws, sse.get("keyArn"))


def _require_key(aws: AwsApi, key: object) -> None:
    operation = "StartDeliveryStreamEncryption"
    if not key:
        raise ApiError(
            operation, "InvalidArgumentException", f"keyType {_CUSTOMER_KEY} needs a keyArn"
        )
    found = aws.send("kms", "DescribeKey", {"KeyId": key}, absent=("NotFoundException",))
    described = found["KeyMetadata"] if found else {}
    if described.get("KeyState") != "Enabled" or described["KeySpec"] != "SYMMETRIC_DEFAULT":
        raise ApiError(
            operation,
            "InvalidKMSResourceException",
            "the KMS key must exist, be enabled and be symmetric",
        )


_INSTEAD: Final = f"use the destination {_S3}"

_STREAM: Final = Resource(
    token="aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
    service="firehose",
    id="{arn}",
    create=Call(
        "CreateDeliveryStream",
        {
            "DeliveryStreamType": "DirectPut",
            "ExtendedS3DestinationConfiguration": _s3_destination,
        },
        only=("name", "tags"),
    ),
    read=Call(
        "DescribeDeliveryStream",
        {"DeliveryStreamName": _name},
        only=(),
        result=_read_stream,
        absent=("ResourceNotFoundException",),
    ),
    update=Call(
        "UpdateDestination",
        {"DeliveryStreamName": "{name}", "ExtendedS3DestinationUpdate": _s3_destination},
        only=(),
        fetch=Call(
            "DescribeDeliveryStream",
            {"DeliveryStreamName": "{name}"},
            result="DeliveryStreamDescription.{CurrentDeliveryStreamVersionId: VersionId, "
            "DestinationId: Destinations[0].DestinationId}",
        ),
    ),
    delete=Call("DeleteDeliveryStream", {"DeliveryStreamName": "{name}"}, only=()),
    names={
        "arn": "DeliveryStreamARN",
        "extendedS3Configuration": (
            "ExtendedS3Configuration",
            "ExtendedS3DestinationConfiguration",
        ),
        "name": "DeliveryStreamName",
    },
    name=AutoName("name", limit=64),
    defaults={
        "extendedS3Configuration.bufferingInterval": 300,
        "extendedS3Configuration.bufferingSize": 5,
        "extendedS3Configuration.cloudwatchLoggingOptions.enabled": False,
        "extendedS3Configuration.compressionFormat": "UNCOMPRESSED",
        "extendedS3Configuration.customTimeZone": "UTC",
        "extendedS3Configuration.s3BackupMode": "Disabled",
        "serverSideEncryption.enabled": False,
        "serverSideEncryption.keyType": _AWS_KEY,
    },
    computed=(
        "arn",
        "destinationId",
        "extendedS3Configuration.cloudwatchLoggingOptions",
        "versionId",
    ),
    immutable=("destination", "name"),
    empty={"serverSideEncryption": {"enabled": False, "keyType": _AWS_KEY}},
    # Firehose numbers what it makes, whatever the program says.
    local=("arn", "destination", "destinationId", "versionId"),
    unsupported={
        "elasticsearchConfiguration": _INSTEAD,
        "httpEndpointConfiguration": _INSTEAD,
        "icebergConfiguration": _INSTEAD,
        "kinesisSourceConfiguration": "the local cloud has no Kinesis streams, so put records",
        "mskSourceConfiguration": "the local cloud has no Kafka, so put records",
        "opensearchConfiguration": _INSTEAD,
        "opensearchserverlessConfiguration": _INSTEAD,
        "redshiftConfiguration": _INSTEAD,
        "snowflakeConfiguration": _INSTEAD,
        "splunkConfiguration": _INSTEAD,
    },
    facets=(
        Facet(("serverSideEncryption",), choose=_encrypted),
        tags(
            Call("TagDeliveryStream", {"DeliveryStreamName": "{name}"}),
            Call("UntagDeliveryStream", {"DeliveryStreamName": "{name}"}),
            read=Call("ListTagsForDeliveryStream", {"DeliveryStreamName": _name}, only=()),
        ),
    ),
    check=_check_stream,
    require=_require_stream,
)

RESOURCES: Final = (_STREAM,)
