"""Inventories of buckets through their lives, on the emulated AWS."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.cloud import Cloud
from local.cloud.values import UNKNOWN
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
BUCKET = "aws:s3/bucket:Bucket"
INVENTORY = "aws:s3/inventory:Inventory"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/0a1b2c3d-0000-0000-0000-000000000000"

PLACE = {"bucketArn": "arn:aws:s3:::lists", "format": "Parquet"}
DAILY = {
    "bucket": "records",
    "name": "all",
    "destination": {
        "bucket": {
            **PLACE,
            "accountId": ACCOUNT,
            "prefix": "inventory",
            "encryption": {"sseKms": {"keyId": KEY}},
        }
    },
    "includedObjectVersions": "All",
    "optionalFields": ["Size", "ObjectLockMode", "ObjectLockRetainUntilDate"],
    "schedule": {"frequency": "Daily"},
}


def placed(**more: Any) -> dict[str, Any]:
    return {**DAILY, "destination": {"bucket": {**PLACE, **more}}}


@pytest.fixture(autouse=True)
def _buckets(aws: Any) -> None:
    for name in ("records", "lists"):
        aws.create(BUCKET, {"bucket": name})


def test_an_inventory_lives(aws: Any) -> None:
    live(
        aws,
        Life(
            INVENTORY,
            DAILY,
            {
                **placed(encryption={"sseS3": {}}, format="CSV"),
                "enabled": False,
                "filter": {"prefix": "AWSLogs/"},
                "includedObjectVersions": "Current",
                "optionalFields": ["Size"],
                "schedule": {"frequency": "Weekly"},
            },
            {**DAILY, "name": "others"},
            "records:all",
            {"enabled": True, "destination": DAILY["destination"]},
        ),
    )


def test_an_inventory_is_in_aws_as_it_was_asked_for(aws: Any, cloud: Cloud) -> None:
    made = aws.create(INVENTORY, DAILY)
    s3 = cloud.client("s3")
    told = s3.get_bucket_inventory_configuration(Bucket="records", Id="all")
    asked = {
        "Destination": {
            "S3BucketDestination": {
                "AccountId": ACCOUNT,
                "Bucket": "arn:aws:s3:::lists",
                "Encryption": {"SSEKMS": {"KeyId": KEY}},
                "Format": "Parquet",
                "Prefix": "inventory",
            }
        },
        "Id": "all",
        "IncludedObjectVersions": "All",
        "IsEnabled": True,
        "OptionalFields": ["Size", "ObjectLockMode", "ObjectLockRetainUntilDate"],
        "Schedule": {"Frequency": "Daily"},
    }
    assert told["InventoryConfiguration"] == asked
    listed = s3.list_bucket_inventory_configurations(Bucket="records")
    assert listed["InventoryConfigurationList"] == [asked]
    assert not aws.diff(made, {**DAILY, "optionalFields": DAILY["optionalFields"][::-1]}).diffs
    aws.update(made, placed(encryption={"sseS3": {}}))
    told = s3.get_bucket_inventory_configuration(Bucket="records", Id="all")
    where = told["InventoryConfiguration"]["Destination"]["S3BucketDestination"]
    assert where["Encryption"] == {"SSES3": {}}


def test_encryption_with_keys_of_s3_differs_from_none(aws: Any) -> None:
    made = aws.create(INVENTORY, placed(encryption={"sseS3": {}}))
    assert not aws.diff(made, placed(encryption={"sseS3": {}})).diffs
    assert list(aws.diff(made, placed()).diffs) == ["destination"]


def test_an_inventorys_end_is_not_its_buckets(aws: Any, cloud: Cloud) -> None:
    aws.create(INVENTORY, {**DAILY, "name": "kept"})
    aws.delete(aws.create(INVENTORY, DAILY))
    s3 = cloud.client("s3")
    (left,) = s3.list_bucket_inventory_configurations(Bucket="records")[
        "InventoryConfigurationList"
    ]
    assert left["Id"] == "kept"
    for call in (s3.get_bucket_inventory_configuration, s3.delete_bucket_inventory_configuration):
        with pytest.raises(ClientError) as caught:
            call(Bucket="records", Id="all")
        assert caught.value.response["Error"]["Code"] == "NoSuchConfiguration"


def test_a_deleted_bucket_takes_its_inventories_along(aws: Any, cloud: Cloud) -> None:
    made = aws.create(INVENTORY, DAILY)
    cloud.client("s3").delete_bucket(Bucket="records")
    assert aws.read(made) is None


def test_an_inventory_without_a_name_gets_one(aws: Any) -> None:
    made = aws.create(INVENTORY, {name: value for name, value in DAILY.items() if name != "name"})
    assert made.id == f"records:{made.outputs['name']}"


def test_what_is_unknown_passes_check(aws: Any) -> None:
    assert aws.checked(INVENTORY, {**DAILY, "bucket": UNKNOWN, "destination": UNKNOWN})
    assert aws.checked(
        INVENTORY, placed(bucketArn=UNKNOWN, encryption={"sseKms": {"keyId": UNKNOWN}})
    )


@pytest.mark.parametrize(
    ("inputs", "failing"),
    [
        ({"name": "x" * 65}, "name"),
        (placed(bucketArn="lists"), "destination.bucket.bucketArn"),
        (placed(encryption={"sseKms": {"keyId": "k"}}), "destination.bucket.encryption.sseKms"),
        (
            placed(encryption={"sseKms": {"keyId": KEY}, "sseS3": {}}),
            "destination.bucket.encryption",
        ),
        ({"schedule": {}}, "schedule.frequency"),
        ({"shedule": {"frequency": "Daily"}}, "shedule"),
    ],
)
def test_bad_inventories_fail_at_check(aws: Any, inputs: dict[str, Any], failing: str) -> None:
    _, failures = aws.check(INVENTORY, {**DAILY, **inputs})
    assert failures
    assert all(name.startswith(failing) for name, _ in failures)


@pytest.mark.parametrize(
    ("inputs", "code", "why"),
    [
        (placed(bucketArn="arn:aws:s3:::gone"), "InvalidS3DestinationBucket", "is not there"),
        (
            placed(bucketArn=f"arn:aws:s3::{ACCOUNT}:lists"),
            "InvalidS3DestinationBucket",
            "no ARN of a bucket",
        ),
        (
            placed(bucketArn="arn:aws:s3:::elsewhere"),
            "InvalidS3DestinationBucket",
            "in another region",
        ),
        ({"bucket": "gone"}, "NoSuchBucket", "does not exist"),
        (placed(format="JSON"), "ValidationException", "Format"),
        ({"schedule": {"frequency": "Hourly"}}, "ValidationException", "Frequency"),
        ({"includedObjectVersions": "Old"}, "ValidationException", "IncludedObjectVersions"),
        ({"optionalFields": ["Name"]}, "ValidationException", "OptionalFields"),
    ],
)
def test_an_inventory_that_s3_refuses_is_refused(
    aws: Any, cloud: Cloud, inputs: dict[str, Any], code: str, why: str
) -> None:
    aws.create(BUCKET, {"bucket": "elsewhere", "region": "eu-west-1"})
    message = refusal(aws.create, INVENTORY, {**DAILY, **inputs})
    assert f"PutBucketInventoryConfiguration failed: {code}: " in message
    assert why in message
    listed = cloud.client("s3").list_bucket_inventory_configurations(Bucket="records")
    assert "InventoryConfigurationList" not in listed


def test_a_bucket_of_another_account_is_not_looked_for(aws: Any) -> None:
    other = placed(bucketArn="arn:aws:s3:::theirs", accountId="210987654321")
    assert aws.create(INVENTORY, other)
