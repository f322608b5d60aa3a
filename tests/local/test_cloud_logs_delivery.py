"""Deliveries of CloudWatch Logs through their lives, on the emulated AWS."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.cloud import Cloud
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
GROUP = "aws:cloudwatch/logGroup:LogGroup"
SOURCE = "aws:cloudwatch/logDeliverySource:LogDeliverySource"
DESTINATION = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination"
DELIVERY = "aws:cloudwatch/logDelivery:LogDelivery"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"

SITE = {
    "enabled": True,
    "origins": [{"originId": "pages", "domainName": "pages.s3.amazonaws.com"}],
    "defaultCacheBehavior": {
        "targetOriginId": "pages",
        "viewerProtocolPolicy": "redirect-to-https",
        "allowedMethods": ["GET", "HEAD"],
        "cachedMethods": ["GET", "HEAD"],
        "cachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    },
    "restrictions": {"geoRestriction": {"restrictionType": "none"}},
    "viewerCertificate": {"cloudfrontDefaultCertificate": True},
}


def write(**changes: Any) -> str:
    """Return a policy by which deliveries may write into the bucket."""
    condition = {
        "StringEquals": {
            "aws:SourceAccount": ACCOUNT,
            "s3:x-amz-acl": "bucket-owner-full-control",
        },
        "ArnLike": {"aws:SourceArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:delivery-source:*"},
    }
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::logs/AWSLogs/{ACCOUNT}/*",
        "Condition": condition,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | changes]})


def at(arn: str) -> dict[str, Any]:
    return {"deliveryDestinationConfiguration": {"destinationResourceArn": arn}}


@pytest.fixture
def logs(cloud: Cloud) -> str:
    """Make the bucket, and return its ARN."""
    cloud.client("s3").create_bucket(Bucket="logs")
    cloud.client("s3").put_bucket_policy(Bucket="logs", Policy=write())
    return "arn:aws:s3:::logs"


@pytest.fixture
def site(aws: Any) -> str:
    return str(aws.create(DISTRIBUTION, SITE).outputs["arn"])


def test_a_source_lives(aws: Any, site: str) -> None:
    other = aws.create(DISTRIBUTION, SITE).outputs["arn"]
    made = {"name": "site", "logType": "ACCESS_LOGS", "resourceArn": site, "tags": {"a": "1"}}
    live(
        aws,
        Life(
            SOURCE,
            made,
            {**made, "tags": {"b": "2"}},
            {**made, "name": "other", "resourceArn": other},
            id="{name}",
            outputs={
                "arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:delivery-source:site",
                "service": "cloudfront",
                "resourceArn": site,
            },
        ),
    )


def test_a_destination_lives(aws: Any, logs: str) -> None:
    group = aws.create(GROUP, {"name": "site"}).outputs["arn"]
    made = {"name": "logs", "outputFormat": "json", **at(logs), "tags": {"a": "1"}}
    live(
        aws,
        Life(
            DESTINATION,
            made,
            {**made, **at(f"{logs}/sites"), "tags": {"b": "2"}},
            {**made, "name": "other", "outputFormat": "plain", **at(group)},
            id="{name}",
            outputs={
                "arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:delivery-destination:logs",
                "deliveryDestinationType": "S3",
            },
        ),
    )


def test_a_delivery_lives(aws: Any, logs: str, site: str) -> None:
    aws.create(SOURCE, {"name": "site", "logType": "ACCESS_LOGS", "resourceArn": site})
    first, second = (
        aws.create(DESTINATION, {"name": name, **at(logs)}).outputs["arn"]
        for name in ("first", "second")
    )
    made = {"deliverySourceName": "site", "deliveryDestinationArn": first, "tags": {"a": "1"}}
    live(
        aws,
        Life(
            DELIVERY,
            made,
            {**made, "tags": {"b": "2"}},
            {**made, "deliveryDestinationArn": second},
            id="{id}",
        ),
    )


@pytest.mark.parametrize(
    "policy",
    [
        write(Principal={"Service": "logging.s3.amazonaws.com"}),
        write(Resource="arn:aws:s3:::logs/AWSLogs/210987654321/*"),
        write(Effect="Deny"),
        write(Condition={"StringEquals": {"aws:SourceAccount": "210987654321"}}),
    ],
)
def test_bucket_that_deliveries_cannot_write_to_is_refused(
    aws: Any, cloud: Cloud, logs: str, policy: str
) -> None:
    cloud.client("s3").put_bucket_policy(Bucket="logs", Policy=policy)
    words = refusal(aws.create, DESTINATION, {"name": "logs", **at(logs)})
    assert "does not let delivery.logs.amazonaws.com put objects" in words


@pytest.mark.parametrize("bucket", ["plain", "missing"])
def test_bucket_without_a_policy_is_refused(aws: Any, cloud: Cloud, bucket: str) -> None:
    cloud.client("s3").create_bucket(Bucket="plain")
    words = refusal(aws.create, DESTINATION, {"name": "logs", **at(f"arn:aws:s3:::{bucket}")})
    assert "the bucket does not exist, or its policy does not let" in words


def test_source_of_no_distribution_is_refused(aws: Any, site: str) -> None:
    wanted = {"name": "site", "logType": "ACCESS_LOGS", "resourceArn": site}
    words = refusal(aws.create, SOURCE, {**wanted, "resourceArn": f"{site}X"})
    assert "there is no distribution of that ARN" in words
    words = refusal(aws.create, SOURCE, {**wanted, "region": "eu-west-1"})
    assert "CloudFront delivers from us-east-1 alone" in words
