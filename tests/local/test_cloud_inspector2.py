"""Inspector through its life, on the emulated AWS."""

from __future__ import annotations

from typing import Any

import pytest

from local.cloud import Cloud
from local.cloud.values import UNKNOWN
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
ENABLER = "aws:inspector2/enabler:Enabler"

IMAGES = {"accountIds": [ACCOUNT], "resourceTypes": ["ECR", "LAMBDA"]}


def scanned(cloud: Cloud, region: str = "us-east-1") -> set[str]:
    client = cloud.client("inspector2", region)
    accounts = client.batch_get_account_status(accountIds=[ACCOUNT])["accounts"]
    states = accounts[0]["resourceState"] if accounts else {}
    return {name for name, state in states.items() if state["status"] == "ENABLED"}


def test_an_enabler_lives(aws: Any, cloud: Cloud) -> None:
    live(
        aws,
        Life(
            ENABLER,
            IMAGES,
            {**IMAGES, "resourceTypes": ["EC2", "LAMBDA", "LAMBDA_CODE"]},
            {**IMAGES, "region": "eu-west-1"},
            f"{ACCOUNT}-ECR:LAMBDA",
            IMAGES,
        ),
    )
    assert scanned(cloud) == set()


def test_what_is_asked_for_is_scanned_and_nothing_else(aws: Any, cloud: Cloud) -> None:
    cloud.client("inspector2").enable(accountIds=[ACCOUNT], resourceTypes=["EC2"])
    made = aws.create(ENABLER, IMAGES)
    assert made.id == f"{ACCOUNT}-ECR:LAMBDA"
    assert scanned(cloud) == {"ecr", "lambda"}
    aws.update(made, {**IMAGES, "resourceTypes": ["LAMBDA", "LAMBDA_CODE"]})
    assert scanned(cloud) == {"lambda", "lambdaCode"}
    assert scanned(cloud, "eu-west-1") == set()


def test_order_means_nothing(aws: Any) -> None:
    made = aws.create(ENABLER, IMAGES)
    assert not aws.diff(made, {**IMAGES, "resourceTypes": ["LAMBDA", "ECR"]}).diffs


def test_what_somebody_switched_off_is_seen(aws: Any, cloud: Cloud) -> None:
    made = aws.create(ENABLER, IMAGES)
    client = cloud.client("inspector2")
    client.disable(accountIds=[ACCOUNT], resourceTypes=["ECR"])
    assert aws.read(made).outputs["resourceTypes"] == ["LAMBDA"]
    client.disable(accountIds=[ACCOUNT], resourceTypes=["LAMBDA"])
    assert aws.read(made) is None


def test_what_is_unknown_passes_check(aws: Any) -> None:
    assert aws.checked(ENABLER, {"accountIds": [UNKNOWN], "resourceTypes": UNKNOWN})
    assert aws.checked(ENABLER, {**IMAGES, "resourceTypes": [UNKNOWN, "EC2"]})


@pytest.mark.parametrize(
    ("inputs", "failing"),
    [
        ({"resourceTypes": []}, "resourceTypes"),
        ({"accountIds": []}, "accountIds"),
        ({"resourceTypes": ["EC2", "CODE_REPOSITORY"]}, "resourceTypes[1]"),
        ({"resourceTypes": ["LAMBDAS"]}, "resourceTypes[0]"),
        ({"resourceTypes": "EC2"}, "resourceTypes"),
    ],
)
def test_bad_enablers_fail_at_check(aws: Any, inputs: dict[str, Any], failing: str) -> None:
    _, failures = aws.check(ENABLER, {**IMAGES, **inputs})
    assert [name for name, _ in failures] == [failing]


@pytest.mark.parametrize("accounts", [["210987654321"], [ACCOUNT, "210987654321"]])
def test_other_accounts_take_an_organization(aws: Any, cloud: Cloud, accounts: list[str]) -> None:
    message = refusal(aws.create, ENABLER, {**IMAGES, "accountIds": accounts})
    assert "Enable failed: ACCESS_DENIED" in message
    assert scanned(cloud) == set()
