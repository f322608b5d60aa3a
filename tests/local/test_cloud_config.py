"""AWS Config: recorders, channels, aggregators."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.cloud import Cloud
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
RECORDER = "aws:cfg/recorder:Recorder"
STATUS = "aws:cfg/recorderStatus:RecorderStatus"
CHANNEL = "aws:cfg/deliveryChannel:DeliveryChannel"
AGGREGATOR = "aws:cfg/configurationAggregator:ConfigurationAggregator"
BUCKET = "records-of-config"
FROM = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def statement(*actions: str, resource: str, **more: Any) -> dict[str, Any]:
    principal = {"Service": "config.amazonaws.com"}
    return {
        "Effect": "Allow",
        "Principal": principal,
        "Action": list(actions),
        "Resource": resource,
        "Condition": FROM,
        **more,
    }


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


LOOK = statement("s3:GetBucketAcl", resource=f"arn:aws:s3:::{BUCKET}")
WRITE = statement("s3:PutObject", resource=f"arn:aws:s3:::{BUCKET}/AWSLogs/{ACCOUNT}/Config/*")
USE = statement("kms:Decrypt", "kms:GenerateDataKey", resource="*")


@pytest.fixture
def role(aws: Any, cloud: Cloud) -> str:
    """Make the role and return its ARN."""
    del aws
    made = cloud.client("iam").create_service_linked_role(AWSServiceName="config.amazonaws.com")
    return str(made["Role"]["Arn"])


@pytest.fixture
def bucket(aws: Any, cloud: Cloud) -> str:
    """Make the bucket, which AWS Config may write to, and return its name."""
    del aws
    client = cloud.client("s3")
    client.create_bucket(Bucket=BUCKET)
    client.put_bucket_policy(Bucket=BUCKET, Policy=document(LOOK, WRITE))
    return BUCKET


def test_a_recorder_lives(aws: Any, role: str) -> None:
    everything = {"allSupported": True, "includeGlobalResourceTypes": True}
    live(
        aws,
        Life(
            RECORDER,
            {"name": "all", "roleArn": role, "recordingGroup": everything},
            {
                "name": "all",
                "roleArn": role,
                "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": False},
            },
            {"name": "other", "roleArn": role},
            "all",
        ),
    )


@pytest.mark.parametrize(
    "group",
    [
        {"allSupported": False, "resourceTypes": ["AWS::EC2::Instance", "AWS::S3::Bucket"]},
        {
            "allSupported": False,
            "exclusionByResourceTypes": [{"resourceTypes": ["AWS::EC2::Instance"]}],
            "recordingStrategies": [{"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"}],
        },
    ],
    ids=["some", "all but some"],
)
def test_a_recorder_of_some_resources_stays(aws: Any, role: str, group: dict[str, Any]) -> None:
    inputs = {"name": "some", "roleArn": role, "recordingGroup": group}
    made = aws.create(RECORDER, inputs)
    assert not aws.diff(made, inputs).diffs
    assert aws.read(made).outputs == made.outputs


def test_a_recorder_needs_its_role(aws: Any) -> None:
    absent = f"arn:aws:iam::{ACCOUNT}:role/absent"
    told = refusal(aws.create, RECORDER, {"roleArn": absent})
    assert "InvalidRoleException" in told


def test_a_region_has_one_recorder(aws: Any, role: str) -> None:
    aws.create(RECORDER, {"name": "one", "roleArn": role})
    told = refusal(aws.create, RECORDER, {"name": "two", "roleArn": role})
    assert "MaxNumberOfConfigurationRecordersExceededException" in told


def test_a_channel_lives(aws: Any, role: str, bucket: str) -> None:
    aws.create(RECORDER, {"roleArn": role})
    daily = {"deliveryFrequency": "TwentyFour_Hours"}
    live(
        aws,
        Life(
            CHANNEL,
            {"name": "all", "s3BucketName": bucket, "snapshotDeliveryProperties": daily},
            {"name": "all", "s3BucketName": bucket},
            {"name": "other", "s3BucketName": bucket},
            "all",
            {"snapshotDeliveryProperties": daily},
        ),
    )


@pytest.mark.parametrize("missing", [LOOK, WRITE], ids=["look", "write"])
def test_a_channel_needs_its_bucket(
    aws: Any, cloud: Cloud, role: str, bucket: str, missing: dict[str, Any]
) -> None:
    aws.create(RECORDER, {"roleArn": role})
    absent = refusal(aws.create, CHANNEL, {"s3BucketName": "absent-bucket"})
    assert "NoSuchBucketException" in absent
    left = [each for each in (LOOK, WRITE) if each is not missing]
    cloud.client("s3").put_bucket_policy(Bucket=bucket, Policy=document(*left))
    told = refusal(aws.create, CHANNEL, {"s3BucketName": bucket})
    assert "InsufficientDeliveryPolicyException" in told
    other = {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    policy = document(LOOK, {**WRITE, "Condition": other})
    cloud.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)
    told = refusal(aws.create, CHANNEL, {"s3BucketName": bucket})
    assert "InsufficientDeliveryPolicyException" in told


def test_a_channel_needs_its_key_in_the_keys_region(
    aws: Any, cloud: Cloud, role: str, bucket: str
) -> None:
    kms = cloud.client("kms", "eu-west-1")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    aws.create(RECORDER, {"roleArn": role})
    inputs = {"s3BucketName": bucket, "s3KmsKeyArn": key}
    assert "InvalidS3KmsKeyArnException" in refusal(aws.create, CHANNEL, inputs)
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=document(USE))
    made = aws.create(CHANNEL, inputs)
    assert made.outputs["s3KmsKeyArn"] == key
    assert not aws.diff(made, inputs).diffs


def test_a_recorder_is_switched_on_and_off(aws: Any, cloud: Cloud, role: str, bucket: str) -> None:
    aws.create(RECORDER, {"name": "all", "roleArn": role})
    on = {"name": "all", "isEnabled": True}
    with pytest.raises(aws.PartlyMade, match="NoAvailableDeliveryChannelException"):
        aws.create(STATUS, on)
    aws.create(CHANNEL, {"name": "all", "s3BucketName": bucket})
    client = cloud.client("config")

    def recording() -> bool:
        (told,) = client.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
        return bool(told["recording"])

    made = aws.create(STATUS, on)
    assert recording()
    aws.delete(made)
    assert not recording()
    live(aws, Life(STATUS, on, {**on, "isEnabled": False}, None, "all", gone=False))


def test_an_aggregator_lives(aws: Any) -> None:
    source = {"accountIds": [ACCOUNT], "regions": ["eu-west-1", "us-east-1"]}
    live(
        aws,
        Life(
            AGGREGATOR,
            {"name": "all", "accountAggregationSource": source, "tags": {"a": "1"}},
            {
                "name": "all",
                "accountAggregationSource": {"accountIds": [ACCOUNT], "allRegions": True},
                "tags": {"b": "2"},
            },
            {"name": "other", "accountAggregationSource": source},
            "all",
            {"accountAggregationSource": {**source, "allRegions": False}},
        ),
    )
