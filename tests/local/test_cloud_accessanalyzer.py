"""Access Analyzer, on the service that the emulated AWS lacked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest

from local.cloud import Cloud
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
ANALYZER = "aws:accessanalyzer/analyzer:Analyzer"
ARN = f"arn:aws:access-analyzer:us-east-1:{ACCOUNT}:analyzer/"
UNUSED = {
    "analyzerName": "unused",
    "type": "ACCOUNT_UNUSED_ACCESS",
    "configuration": {"unusedAccess": {"unusedAccessAge": 90}},
}

LIVES = [
    Life(
        ANALYZER,
        {"analyzerName": "outside", "tags": {"a": "1"}},
        {"analyzerName": "outside", "tags": {"b": "2"}},
        {"analyzerName": "other"},
        "outside",
        {"arn": f"{ARN}outside", "type": "ACCOUNT", "tags": {"a": "1"}},
    ),
    Life(
        ANALYZER,
        UNUSED,
        UNUSED,
        {**UNUSED, "configuration": {"unusedAccess": {"unusedAccessAge": 30}}},
        "unused",
        {"configuration": {"unusedAccess": {"unusedAccessAge": 90}}},
        by_name=True,
    ),
]


@pytest.mark.parametrize("life", LIVES, ids=["outside", "unused"])
def test_an_analyzer_lives(aws: Any, life: Life) -> None:
    live(aws, life)


def test_a_region_has_one_analyzer_of_a_type(aws: Any) -> None:
    aws.create(ANALYZER, {"analyzerName": "one"})
    assert "ServiceQuotaExceededException" in refusal(aws.create, ANALYZER, {"analyzerName": "two"})
    aws.create(ANALYZER, UNUSED)
    aws.create(ANALYZER, {"analyzerName": "one", "region": "eu-west-1"})


def test_what_the_api_does_not_take_is_refused(aws: Any) -> None:
    assert "analyzerName" in refusal(aws.create, ANALYZER, {"analyzerName": "1st"})
    _, failures = aws.check(ANALYZER, {"analyzerName": "a", "type": "ORGANIZATION"})
    assert failures[0][0] == "type"


def code(call: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


def test_the_service_keeps_analyzers(aws: Any, cloud: Cloud) -> None:
    del aws
    client = cloud.client("accessanalyzer")
    arn = client.create_analyzer(analyzerName="a", type="ACCOUNT", tags={"a": "1"})["arn"]
    assert arn == f"{ARN}a"
    assert client.get_analyzer(analyzerName="a")["analyzer"]["status"] == "ACTIVE"
    configuration = {"unusedAccess": {"unusedAccessAge": 30}}
    client.create_analyzer(
        analyzerName="b", type="ACCOUNT_UNUSED_ACCESS", configuration=configuration
    )
    assert len(client.list_analyzers()["analyzers"]) == 2
    (listed,) = client.list_analyzers(type="ACCOUNT")["analyzers"]
    assert listed["name"] == "a"
    client.tag_resource(resourceArn=arn, tags={"b": "2"})
    client.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}
    excluded = {"exclusions": [{"resourceTags": [{"a": "1"}]}]}
    changed = {"unusedAccess": {"unusedAccessAge": 30, "analysisRule": excluded}}
    client.update_analyzer(analyzerName="b", configuration=changed)
    assert client.get_analyzer(analyzerName="b")["analyzer"]["configuration"] == changed
    other = {"unusedAccess": {"unusedAccessAge": 31}}
    assert code(client.update_analyzer, analyzerName="b", configuration=other) == (
        "ValidationException"
    )
    client.delete_analyzer(analyzerName="a")
    assert cloud.client("accessanalyzer", "eu-west-1").list_analyzers()["analyzers"] == []
    assert len(client.list_analyzers()["analyzers"]) == 1


def test_the_service_refuses(aws: Any, cloud: Cloud) -> None:
    del aws
    client = cloud.client("accessanalyzer")
    assert code(client.get_analyzer, analyzerName="a") == "ResourceNotFoundException"
    assert code(client.delete_analyzer, analyzerName="a") == "ResourceNotFoundException"
    organization = {"analyzerName": "a", "type": "ORGANIZATION"}
    assert code(client.create_analyzer, **organization) == "ValidationException"
    client.create_analyzer(analyzerName="a", type="ACCOUNT")
    assert code(client.create_analyzer, analyzerName="a", type="ACCOUNT") == "ConflictException"
    assert code(client.create_analyzer, analyzerName="b", type="x") == "ValidationException"
    cloud.reset()
    assert client.list_analyzers()["analyzers"] == []
