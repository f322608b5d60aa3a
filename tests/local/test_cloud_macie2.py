"""Macie."""

from __future__ import annotations

from typing import Any

import botocore.exceptions
import pytest

from local.cloud import Cloud
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
MACIE = "aws:macie2/account:Account"


def test_an_account_lives(aws: Any) -> None:
    live(
        aws,
        Life(
            MACIE,
            {"status": "ENABLED", "findingPublishingFrequency": "FIFTEEN_MINUTES"},
            {"status": "PAUSED", "findingPublishingFrequency": "ONE_HOUR"},
            {"region": "eu-west-1"},
            ACCOUNT,
        ),
    )


def test_nobody_has_it_until_it_is_enabled_once(aws: Any, cloud: Cloud) -> None:
    client = cloud.client("macie2")
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        client.get_macie_session()
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    aws.create(MACIE, {})
    assert client.get_macie_session()["status"] == "ENABLED"
    assert "ConflictException" in refusal(aws.create, MACIE, {})


def test_a_status_that_is_none_is_refused(aws: Any) -> None:
    _, failures = aws.check(MACIE, {"status": "OFF"})
    assert failures == [("status", "must be one of ENABLED, PAUSED.")]
