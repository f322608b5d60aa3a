"""Deliveries of CloudWatch Logs: what a service logs, and where it goes."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import re
from typing import Final, cast

from local.cloud import policies
from local.cloud.aws.facets import tags
from local.cloud.aws_api import AwsApi
from local.cloud.table import Api, ApiError, Call, Properties, Resource

_TAGS: Final = tags(
    Call("TagResource", {"resourceArn": "{arn}"}),
    Call("UntagResource", {"resourceArn": "{arn}"}),
    "tagKeys",
    Call("ListTagsForResource", {"resourceArn": "{arn}"}),
)
_GONE: Final = ("ResourceNotFoundException",)
_BUCKET: Final = re.compile(r"arn:aws[\w-]*:s3:::([^/]+)(/.*)?")
_UNCHANGED: Final = "the emulator cannot change it, so leave it out"


def _require_source(api: Api, source: Properties) -> None:
    """Refuse another region than CloudFront's own, and a distribution that is not there.

    Source: the CloudFront developer guide, "Configure standard logging (v2)".
    """
    aws = cast("AwsApi", api)
    arn = str(source["resourceArn"])
    if arn.split(":")[2] != "cloudfront":
        return
    if aws.region != "us-east-1":
        raise _refused("PutDeliverySource", "CloudFront delivers from us-east-1 alone")
    where = {"Id": arn.rpartition("/")[2]}
    if aws.send("cloudfront", "GetDistribution", where, absent=("NoSuchDistribution",)) is None:
        raise _refused("PutDeliverySource", "there is no distribution of that ARN")


def _require_destination(api: Api, destination: Properties) -> None:
    """Refuse a bucket whose policy does not let deliveries write.

    Source: the CloudWatch Logs user guide, "Logs sent to Amazon S3". AWS adds to the policy of a
    bucket where whoever makes the delivery may change it, and fails where not; here it is to stand
    in the program.
    """
    configuration = cast("Properties", destination.get("deliveryDestinationConfiguration") or {})
    bucket = _BUCKET.fullmatch(str(configuration.get("destinationResourceArn")))
    if bucket is None:
        return
    aws = cast("AwsApi", api)
    found = aws.send(
        "s3",
        "GetBucketPolicy",
        {"Bucket": bucket[1]},
        absent=("NoSuchBucket", "NoSuchBucketPolicy"),
    )
    account = str(aws.context["account"])
    context = {
        "aws:SourceAccount": account,
        "aws:SourceArn": f"arn:aws:logs:{aws.region}:{account}:delivery-source:any",
        "s3:x-amz-acl": "bucket-owner-full-control",
        "aws:SecureTransport": "true",
    }
    if not policies.allows(
        found["Policy"] if found else "",
        "s3:PutObject",
        f"arn:aws:s3:::{bucket[1]}/AWSLogs/{account}/any",
        principal=("Service", "delivery.logs.amazonaws.com"),
        context=context,
    ):
        raise _refused(
            "PutDeliveryDestination",
            "the bucket does not exist, or its policy does not let delivery.logs.amazonaws.com "
            f"put objects below AWSLogs/{account}/",
        )


def _refused(operation: str, message: str) -> ApiError:
    return ApiError(operation, "ValidationException", message)


_SOURCE: Final = Resource(
    token="aws:cloudwatch/logDeliverySource:LogDeliverySource",
    service="logs",
    id="{name}",
    create=Call("PutDeliverySource"),
    read=Call(
        "GetDeliverySource",
        only=("name",),
        result="deliverySource && merge(deliverySource, "
        "{resourceArn: deliverySource.resourceArns[0]})",
        absent=_GONE,
    ),
    delete=Call("DeleteDeliverySource", only=("name",), absent=_GONE),
    immutable=("logType", "name", "resourceArn"),
    facets=(_TAGS,),
    require=_require_source,
)

_DESTINATION: Final = Resource(
    token="aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
    service="logs",
    id="{name}",
    create=Call("PutDeliveryDestination"),
    read=Call("GetDeliveryDestination", only=("name",), result="deliveryDestination", absent=_GONE),
    update=Call(
        "PutDeliveryDestination", only=("name", "outputFormat", "deliveryDestinationConfiguration")
    ),
    delete=Call("DeleteDeliveryDestination", only=("name",), absent=_GONE),
    computed=("deliveryDestinationType",),
    immutable=("name", "outputFormat"),
    unsupported={"deliveryDestinationType": "it follows from the destination, so leave it out"},
    facets=(_TAGS,),
    require=_require_destination,
)

_DELIVERY: Final = Resource(
    token="aws:cloudwatch/logDelivery:LogDelivery",
    service="logs",
    id="{id}",
    create=Call("CreateDelivery", result="delivery"),
    read=Call("GetDelivery", {"id": "{id}"}, only=(), result="delivery", absent=_GONE),
    delete=Call("DeleteDelivery", {"id": "{id}"}, only=(), absent=_GONE),
    computed=("recordFields", "s3DeliveryConfigurations"),
    immutable=("deliveryDestinationArn", "deliverySourceName"),
    names={"s3DeliveryConfigurations": "s3DeliveryConfiguration"},
    unsupported={
        "fieldDelimiter": _UNCHANGED,
        "recordFields": _UNCHANGED,
        "s3DeliveryConfigurations": _UNCHANGED,
    },
    facets=(_TAGS,),
)

RESOURCES: Final = (_SOURCE, _DESTINATION, _DELIVERY)
