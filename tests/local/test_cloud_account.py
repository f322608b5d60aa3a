"""What an account has once: contacts, and S3's public access block."""

from __future__ import annotations

from typing import Any

import botocore.exceptions
import pytest

from local.cloud import Cloud
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
CONTACT = "aws:account/alternativeContact:AlternativeContact"
BLOCK = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"
SECURITY = {
    "alternateContactType": "SECURITY",
    "name": "Security team",
    "title": "Incident response",
    "emailAddress": "security@example.com",
    "phoneNumber": "+31 20 555 0100",
}
ALL = dict.fromkeys(
    ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True
)

LIVES = [
    Life(
        CONTACT,
        SECURITY,
        {**SECURITY, "emailAddress": "soc@example.com"},
        {**SECURITY, "alternateContactType": "BILLING"},
        "SECURITY",
    ),
    Life(
        BLOCK,
        ALL,
        {**ALL, "blockPublicAcls": False},
        None,
        ACCOUNT,
        {"accountId": ACCOUNT, "blockPublicPolicy": True},
    ),
]


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.token)
def test_resource_lives(aws: Any, life: Life) -> None:
    live(aws, life)


def test_contact_is_told(aws: Any, cloud: Cloud) -> None:
    aws.create(CONTACT, SECURITY)
    told = cloud.client("account").get_alternate_contact(AlternateContactType="SECURITY")
    assert told["AlternateContact"] == {
        "AlternateContactType": "SECURITY",
        "Name": "Security team",
        "Title": "Incident response",
        "EmailAddress": "security@example.com",
        "PhoneNumber": "+31 20 555 0100",
    }


def test_block_is_told_and_taken_away(aws: Any, cloud: Cloud) -> None:
    client = cloud.client("s3control", "eu-west-1")
    made = aws.create(BLOCK, ALL)
    told = client.get_public_access_block(AccountId=ACCOUNT)["PublicAccessBlockConfiguration"]
    assert set(told.values()) == {True}
    aws.delete(made)
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        client.get_public_access_block(AccountId=ACCOUNT)
    assert caught.value.response["Error"]["Code"] == "NoSuchPublicAccessBlockConfiguration"


def test_what_the_api_does_not_take_is_refused(aws: Any) -> None:
    _, failures = aws.check(CONTACT, {**SECURITY, "alternateContactType": "LEGAL"})
    assert failures == [
        ("alternateContactType", "must be one of BILLING, OPERATIONS, SECURITY."),
    ]
    assert "PhoneNumber" in refusal(aws.create, CONTACT, {**SECURITY, "phoneNumber": "ask"})
    _, failures = aws.check(BLOCK, {**ALL, "accountId": "111122223333"})
    assert failures[0][0] == "accountId"
