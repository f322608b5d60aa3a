"""Delivery streams through their lives, on the emulated AWS."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.cloud import Cloud
from local.cloud.values import UNKNOWN
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
STREAM = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/delivers"


def trust(service: str, **condition: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **condition}]})


def external(account: str) -> dict[str, Any]:
    return {"Condition": {"StringEquals": {"sts:ExternalId": account}}}


@pytest.fixture
def key(aws: Any, cloud: Cloud) -> str:
    """Make what a stream needs, and return the ARN of a key."""
    del aws  # which empties the cloud
    cloud.client("s3").create_bucket(Bucket="logs")
    iam = cloud.client("iam")
    for name, document in (
        ("delivers", trust("firehose.amazonaws.com", **external(ACCOUNT))),
        ("of-another-account", trust("firehose.amazonaws.com", **external("111122223333"))),
        ("of-another-service", trust("lambda.amazonaws.com")),
    ):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
    return str(cloud.client("kms").create_key()["KeyMetadata"]["Arn"])


def stream(**s3: Any) -> dict[str, Any]:
    return {
        "name": "aws-waf-logs-site",
        "destination": "extended_s3",
        "extendedS3Configuration": {"bucketArn": "arn:aws:s3:::logs", "roleArn": ROLE, **s3},
    }


def encrypted(key: str) -> dict[str, Any]:
    sse = {"enabled": True, "keyType": "CUSTOMER_MANAGED_CMK", "keyArn": key}
    return {"serverSideEncryption": sse}


def test_a_delivery_stream_lives(aws: Any, key: str) -> None:
    arn = f"arn:aws:firehose:us-east-1:{ACCOUNT}:deliverystream/aws-waf-logs-site"
    live(
        aws,
        Life(
            STREAM,
            {
                **stream(
                    kmsKeyArn=key,
                    compressionFormat="GZIP",
                    prefix="waf/",
                    errorOutputPrefix="errors/",
                    cloudwatchLoggingOptions={
                        "enabled": True,
                        "logGroupName": "firehose",
                        "logStreamName": "site",
                    },
                ),
                **encrypted(key),
                "tags": {"a": "1", "b": "2"},
            },
            {
                **stream(bufferingInterval=60, fileExtension=".log"),
                "serverSideEncryption": {"enabled": True},
                "tags": {"a": "3"},
            },
            {**stream(), "name": "other"},
            arn,
            {
                "arn": arn,
                "destination": "extended_s3",
                "destinationId": "destinationId-000000000001",
                "versionId": "1",
                "tagsAll": {"a": "1", "b": "2"},
                **encrypted(key),
            },
        ),
    )


def test_what_a_stream_had_is_taken_away(aws: Any, key: str, cloud: Cloud) -> None:
    made = aws.create(
        STREAM, {**stream(kmsKeyArn=key, prefix="waf/", compressionFormat="GZIP"), **encrypted(key)}
    )
    bare = aws.update(made, stream())
    assert not aws.diff(bare, stream()).diffs
    assert bare.outputs["versionId"] == "2"
    told = cloud.client("firehose").describe_delivery_stream(DeliveryStreamName=made.inputs["name"])
    described = told["DeliveryStreamDescription"]
    assert described["DeliveryStreamEncryptionConfiguration"]["Status"] == "DISABLED"
    destination = described["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert destination["EncryptionConfiguration"] == {"NoEncryptionConfig": "NoEncryption"}
    assert (destination["Prefix"], destination["CompressionFormat"]) == ("", "UNCOMPRESSED")


def test_no_encryption_is_what_no_setting_means(aws: Any, key: str) -> None:
    del key  # it made the role
    made = aws.create(STREAM, stream())
    off = {"serverSideEncryption": {"enabled": False}}
    assert not aws.diff(made, {**stream(), **off}).diffs
    assert aws.diff(made, {**stream(), "serverSideEncryption": {"enabled": True}}).diffs


def test_an_encryption_switched_off_behind_the_back_is_seen(
    aws: Any, key: str, cloud: Cloud
) -> None:
    inputs = {**stream(), **encrypted(key)}
    made = aws.create(STREAM, inputs)
    cloud.client("firehose").stop_delivery_stream_encryption(DeliveryStreamName=inputs["name"])
    drifted = aws.read(made)
    assert aws.diff(drifted, inputs).diffs == ["serverSideEncryption"]
    assert not aws.diff(aws.update(drifted, inputs), inputs).diffs


def test_records_reach_the_bucket(aws: Any, key: str, cloud: Cloud) -> None:
    aws.create(STREAM, stream(kmsKeyArn=key))
    record = {"Data": b"blocked\n"}
    cloud.client("firehose").put_record(DeliveryStreamName="aws-waf-logs-site", Record=record)
    s3 = cloud.client("s3")
    (found,) = s3.list_objects_v2(Bucket="logs")["Contents"]
    assert s3.get_object(Bucket="logs", Key=found["Key"])["Body"].read() == b"blocked\n"


@pytest.mark.parametrize("name", ["absent", "of-another-account", "of-another-service"])
def test_a_role_that_firehose_cannot_take_is_refused(aws: Any, key: str, name: str) -> None:
    del key  # it made the roles
    role = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    message = refusal(aws.create, STREAM, stream(roleArn=role))
    assert "InvalidArgumentException: Firehose is unable to assume role" in message
    made = aws.create(STREAM, stream())
    assert "unable to assume role" in refusal(aws.update, made, stream(roleArn=role))


def test_a_key_that_firehose_cannot_use_is_refused(aws: Any, key: str, cloud: Cloud) -> None:
    absent = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
    signs = cloud.client("kms").create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    cloud.client("kms").disable_key(KeyId=key.rpartition("/")[2])
    for each in (absent, key, signs["KeyMetadata"]["Arn"]):
        message = refusal(aws.create, STREAM, {**stream(), **encrypted(each)})
        assert "InvalidKMSResourceException: the KMS key must exist" in message
    none = {"serverSideEncryption": {"enabled": True, "keyType": "CUSTOMER_MANAGED_CMK"}}
    assert "needs a keyArn" in refusal(aws.create, STREAM, {**stream(), **none})
    assert cloud.client("firehose").list_delivery_streams()["DeliveryStreamNames"] == []


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        (stream(compressionFormat="RAR"), "CompressionFormat"),
        (stream(bufferingSize=129), "SizeInMBs"),
        (stream(fileExtension="log"), "FileExtension"),
        ({**stream(), "name": "no spaces"}, "DeliveryStreamName"),
    ],
)
def test_what_the_service_model_forbids_is_never_sent(
    aws: Any, key: str, inputs: dict[str, Any], why: str
) -> None:
    del key  # it made the role
    message = refusal(aws.create, STREAM, inputs)
    assert "ValidationException" in message
    assert why in message


@pytest.mark.parametrize(
    ("inputs", "failing"),
    [
        ({**stream(), "destination": "splunk"}, "destination"),
        ({"destination": "extended_s3"}, "extendedS3Configuration"),
        (
            {
                **stream(),
                "kinesisSourceConfiguration": {"kinesisStreamArn": "arn", "roleArn": ROLE},
            },
            "kinesisSourceConfiguration",
        ),
        (
            stream(processingConfiguration={"enabled": True}),
            "extendedS3Configuration.processingConfiguration",
        ),
        (stream(bucket="logs"), "extendedS3Configuration.bucket"),
    ],
)
def test_bad_streams_fail_at_check(aws: Any, inputs: dict[str, Any], failing: str) -> None:
    _, failures = aws.check(STREAM, inputs)
    assert [name for name, _ in failures] == [failing]


def test_what_is_unknown_passes_check(aws: Any) -> None:
    assert aws.checked(STREAM, stream(bucketArn=UNKNOWN, roleArn=UNKNOWN, kmsKeyArn=UNKNOWN))
    assert aws.checked(STREAM, {"destination": UNKNOWN, "extendedS3Configuration": UNKNOWN})
