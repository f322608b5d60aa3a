"""Security Hub and its standards."""

from __future__ import annotations

from typing import Any

import botocore.exceptions
import pytest

from local.cloud import Cloud
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
HUB = "aws:securityhub/account:Account"
STANDARD = "aws:securityhub/standardsSubscription:StandardsSubscription"
FSBP = "arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0"
CIS = "arn:aws:securityhub:us-east-1::standards/cis-aws-foundations-benchmark/v/5.0.0"
BARE = {"enableDefaultStandards": False}


def enabled(cloud: Cloud) -> set[str]:
    told = cloud.client("securityhub").get_enabled_standards()["StandardsSubscriptions"]
    return {each["StandardsArn"] for each in told}


def test_a_hub_lives(aws: Any) -> None:
    live(
        aws,
        Life(
            HUB,
            {**BARE, "controlFindingGenerator": "SECURITY_CONTROL"},
            {
                **BARE,
                "controlFindingGenerator": "STANDARD_CONTROL",
                "autoEnableControls": False,
            },
            {"enableDefaultStandards": True},
            ACCOUNT,
            {"arn": f"arn:aws:securityhub:us-east-1:{ACCOUNT}:hub/default"},
        ),
    )


def test_a_standard_lives(aws: Any) -> None:
    aws.create(HUB, BARE)
    path = "aws-foundational-security-best-practices/v/1.0.0"
    live(
        aws,
        Life(
            STANDARD,
            {"standardsArn": FSBP},
            {"standardsArn": FSBP},
            {"standardsArn": CIS},
            f"arn:aws:securityhub:us-east-1:{ACCOUNT}:subscription/{path}",
        ),
    )


def test_standards_are_those_that_were_asked_for(aws: Any, cloud: Cloud) -> None:
    made = aws.create(HUB, BARE)
    assert enabled(cloud) == set()
    for arn in (FSBP, CIS):
        aws.create(STANDARD, {"standardsArn": arn})
    assert enabled(cloud) == {FSBP, CIS}
    aws.delete(made)
    aws.create(HUB, {})
    assert FSBP in enabled(cloud)
    assert any("/v/1.2.0" in arn for arn in enabled(cloud))


def test_a_hub_tells_what_was_set(aws: Any, cloud: Cloud) -> None:
    aws.create(HUB, {**BARE, "autoEnableControls": False})
    assert cloud.client("securityhub").describe_hub()["AutoEnableControls"] is False


def test_a_region_has_one_hub(aws: Any) -> None:
    aws.create(HUB, {})
    assert "ResourceConflictException" in refusal(aws.create, HUB, {})
    aws.create(HUB, {"region": "eu-west-1"})


def test_standards_are_of_their_region(aws: Any) -> None:
    assert "InvalidAccessException" in refusal(aws.create, STANDARD, {"standardsArn": FSBP})
    aws.create(HUB, BARE)
    for wrong in (FSBP.replace("us-east-1", "eu-west-1"), FSBP.replace("1.0.0", "2.0.0")):
        told = refusal(aws.create, STANDARD, {"standardsArn": wrong})
        assert "InvalidInputException" in told


def test_all_standards_are_listed(aws: Any, cloud: Cloud) -> None:
    del aws
    told = cloud.client("securityhub").describe_standards()["Standards"]
    assert {FSBP, CIS} <= {each["StandardsArn"] for each in told}


def test_nothing_is_left_after_a_reset(aws: Any, cloud: Cloud) -> None:
    aws.create(HUB, {})
    cloud.reset()
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        cloud.client("securityhub").get_enabled_standards()
    assert caught.value.response["Error"]["Code"] == "InvalidAccessException"
