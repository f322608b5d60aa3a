"""GuardDuty's detectors and features."""

from __future__ import annotations

from typing import Any

import botocore.exceptions
import pytest

from local.cloud import Cloud
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
DETECTOR = "aws:guardduty/detector:Detector"
FEATURE = "aws:guardduty/detectorFeature:DetectorFeature"
ARN = f"arn:aws:guardduty:us-east-1:{ACCOUNT}:detector/{{id}}"


def features(cloud: Cloud, detector: str) -> dict[str, str]:
    told = cloud.client("guardduty").get_detector(DetectorId=detector)["Features"]
    return {each["Name"]: each["Status"] for each in told}


def test_a_detector_lives(aws: Any) -> None:
    live(
        aws,
        Life(
            DETECTOR,
            {"enable": True, "findingPublishingFrequency": "FIFTEEN_MINUTES", "tags": {"a": "1"}},
            {"enable": False, "findingPublishingFrequency": "ONE_HOUR", "tags": {"b": "2"}},
            {"region": "eu-west-1"},
            "{id}",
            {"accountId": ACCOUNT, "enable": True, "tags": {"a": "1"}},
        ),
    )


def test_a_feature_lives(aws: Any, cloud: Cloud) -> None:
    detector = aws.create(DETECTOR, {}).id
    agents = [{"name": "EC2_AGENT_MANAGEMENT", "status": "ENABLED"}]
    inputs = {"detectorId": detector, "name": "RUNTIME_MONITORING", "status": "ENABLED"}
    live(
        aws,
        Life(
            FEATURE,
            {**inputs, "additionalConfigurations": agents},
            {**inputs, "status": "DISABLED", "additionalConfigurations": agents},
            {**inputs, "name": "S3_DATA_EVENTS"},
            f"{detector}/RUNTIME_MONITORING",
            {"additionalConfigurations": agents},
            gone=False,
        ),
    )
    # Who forgets a feature leaves it as it is.
    assert features(cloud, detector)["RUNTIME_MONITORING"] == "DISABLED"


def test_a_feature_leaves_the_others_and_the_detector_alone(aws: Any, cloud: Cloud) -> None:
    made = aws.create(DETECTOR, {"findingPublishingFrequency": "ONE_HOUR"})
    before = features(cloud, made.id)
    assert before["S3_DATA_EVENTS"] == "ENABLED"
    assert before["RUNTIME_MONITORING"] == "DISABLED"
    aws.create(FEATURE, {"detectorId": made.id, "name": "S3_DATA_EVENTS", "status": "DISABLED"})
    assert features(cloud, made.id) == {**before, "S3_DATA_EVENTS": "DISABLED"}
    assert aws.read(made).outputs == made.outputs


def test_a_region_has_one_detector(aws: Any) -> None:
    aws.create(DETECTOR, {})
    told = refusal(aws.create, DETECTOR, {})
    assert "BadRequestException" in told
    assert "a detector already exists" in told
    aws.create(DETECTOR, {"region": "eu-west-1"})


def test_what_is_not_there_is_refused(aws: Any, cloud: Cloud) -> None:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        cloud.client("guardduty").delete_detector(DetectorId="0" * 32)
    assert caught.value.response["Error"]["Code"] == "BadRequestException"
    feature = {"detectorId": "0" * 32, "name": "S3_DATA_EVENTS", "status": "ENABLED"}
    assert "BadRequestException" in refusal(aws.create, FEATURE, feature)


def test_what_the_api_does_not_take_is_refused(aws: Any) -> None:
    detector = aws.create(DETECTOR, {}).id
    feature = {"detectorId": detector, "name": "S3", "status": "ENABLED"}
    assert "Name" in refusal(aws.create, FEATURE, feature)
    _, failures = aws.check(FEATURE, {"detectorId": detector, "status": "ENABLED"})
    assert failures == [("name", "is required: AWS names the features.")]
    _, failures = aws.check(DETECTOR, {"datasources": {"s3Logs": {"enable": True}}})
    assert failures[0][0] == "datasources"
