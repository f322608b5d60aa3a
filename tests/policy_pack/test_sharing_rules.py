"""What is shared with other accounts: what the examples of those rules cannot show."""

from __future__ import annotations

from typing import Any, Final

import pytest

from policy_pack.aws import BUCKET_POLICIES
from policy_pack.catalog import rules
from policy_pack.rule import Resource, Stack

RULES: Final = {rule.id: rule for rule in rules()}


def reasons(id_: str, type_: str, **properties: Any) -> list[str]:
    resource = Resource(type_, "shared", "urn", properties)
    verdict = RULES[id_].judge(resource, Stack([resource]))
    assert not verdict.failure
    return [finding.reason for finding in verdict.findings]


@pytest.mark.parametrize(
    "action",
    [
        # Security Hub, "S3.6"
        "s3:DeleteBucketPolicy",
        "s3:PutBucketAcl",
        "s3:PutBucketPolicy",
        "s3:PutEncryptionConfiguration",
        "s3:PutObjectAcl",
    ],
)
def test_other_account_is_found_with_each_action_of_the_control(action: str) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": "999999999999"}, "Action": action}
    policy = {"policy": {"Statement": statement}}
    assert len(reasons("s3-administered-by-owner", BUCKET_POLICIES[0], **policy)) == 1


@pytest.mark.parametrize("everybody", ["All", "all", "ALL", "999999999999,all"])
def test_document_that_everybody_has_is_told_as_such(everybody: str) -> None:
    shared = {"permissions": {"type": "Share", "account_ids": everybody}}
    told = reasons("ssm-document-named-accounts", "aws:ssm/document:Document", **shared)
    assert told[-1] == "The document is shared with every AWS account."
    assert len(told) == len(everybody.split(","))
