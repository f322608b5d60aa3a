"""Athena's workgroups and saved queries through their lives, on the emulated AWS."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.cloud import Cloud
from local.cloud.values import UNKNOWN
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
WORKGROUP = "aws:athena/workgroup:Workgroup"
QUERY = "aws:athena/namedQuery:NamedQuery"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/0a1b2c3d-0000-0000-0000-000000000000"

RESULTS = {
    "outputLocation": "s3://results/audit",
    "encryptionConfiguration": {"encryptionOption": "SSE_KMS", "kmsKeyArn": KEY},
    "expectedBucketOwner": ACCOUNT,
}
AUDIT = {
    "name": "audit",
    "description": "questions of auditors",
    "configuration": {"bytesScannedCutoffPerQuery": 10_737_418_240, "resultConfiguration": RESULTS},
}
LOGINS = {
    "name": "logins",
    "workgroup": "audit",
    "database": "trail",
    "query": "SELECT * FROM events",
    "description": "who came",
}


def configured(**more: Any) -> dict[str, Any]:
    return {**AUDIT, "configuration": {**AUDIT["configuration"], **more}}


def test_a_workgroup_lives(aws: Any, cloud: Cloud) -> None:
    live(
        aws,
        Life(
            WORKGROUP,
            {**AUDIT, "tags": {"a": "1", "b": "2"}},
            {
                "name": "audit",
                "state": "DISABLED",
                "configuration": {
                    "enforceWorkgroupConfiguration": False,
                    "publishCloudwatchMetricsEnabled": False,
                    "requesterPaysEnabled": True,
                    "enableMinimumEncryptionConfiguration": True,
                    "engineVersion": {"selectedEngineVersion": "Athena engine version 3"},
                    "resultConfiguration": {
                        "outputLocation": "s3://other/",
                        "aclConfiguration": {"s3AclOption": "BUCKET_OWNER_FULL_CONTROL"},
                    },
                },
                "forceDestroy": True,
                "tags": {"a": "3"},
            },
            {**AUDIT, "name": "others"},
            "audit",
            {
                "arn": f"arn:aws:athena:us-east-1:{ACCOUNT}:workgroup/audit",
                "state": "ENABLED",
                "forceDestroy": False,
                "tagsAll": {"a": "1", "b": "2"},
            },
        ),
    )
    (left,) = cloud.client("athena").list_work_groups()["WorkGroups"]
    assert left["Name"] == "primary"


def test_a_workgroup_is_in_aws_as_it_was_asked_for(aws: Any, cloud: Cloud) -> None:
    athena = cloud.client("athena")

    def told() -> Any:
        return athena.get_work_group(WorkGroup="audit")["WorkGroup"]

    made = aws.create(WORKGROUP, AUDIT)
    assert told()["Configuration"] == {
        "BytesScannedCutoffPerQuery": 10_737_418_240,
        "EnableMinimumEncryptionConfiguration": False,
        "EnforceWorkGroupConfiguration": True,
        "EngineVersion": {
            "EffectiveEngineVersion": "Athena engine version 3",
            "SelectedEngineVersion": "AUTO",
        },
        "PublishCloudWatchMetricsEnabled": True,
        "RequesterPaysEnabled": False,
        "ResultConfiguration": {
            "EncryptionConfiguration": {"EncryptionOption": "SSE_KMS", "KmsKey": KEY},
            "ExpectedBucketOwner": ACCOUNT,
            "OutputLocation": "s3://results/audit",
        },
    }
    made = aws.update(
        made, {"name": "audit", "configuration": {"enforceWorkgroupConfiguration": False}}
    )
    assert told()["Description"] == ""
    configuration = told()["Configuration"]
    assert configuration["ResultConfiguration"] == {}
    assert configuration["EnforceWorkGroupConfiguration"] is False
    assert "BytesScannedCutoffPerQuery" not in configuration
    aws.update(made, {**AUDIT, "state": "DISABLED"})
    assert told()["State"] == "DISABLED"
    assert told()["Configuration"]["ResultConfiguration"]["ExpectedBucketOwner"] == ACCOUNT


def test_a_disabled_workgroup_starts_disabled(aws: Any, cloud: Cloud) -> None:
    made = aws.create(WORKGROUP, {"name": "audit", "state": "DISABLED"})
    state = cloud.client("athena").get_work_group(WorkGroup="audit")["WorkGroup"]["State"]
    assert made.outputs["state"] == state == "DISABLED"
    assert aws.update(made, {"name": "audit"}).outputs["state"] == "ENABLED"


def test_a_workgroup_made_again_has_no_tags_of_its_forerunner(aws: Any) -> None:
    aws.delete(aws.create(WORKGROUP, {"name": "audit", "tags": {"a": "1"}}))
    assert aws.create(WORKGROUP, {"name": "audit"}).outputs["tagsAll"] == {}


def test_a_limit_of_nothing_is_none(aws: Any, cloud: Cloud) -> None:
    made = aws.create(WORKGROUP, configured(bytesScannedCutoffPerQuery=0))
    told = cloud.client("athena").get_work_group(WorkGroup="audit")["WorkGroup"]
    assert "BytesScannedCutoffPerQuery" not in told["Configuration"]
    assert not aws.diff(made, configured(bytesScannedCutoffPerQuery=0)).diffs


def test_a_workgroup_that_holds_something_stays_unless_it_is_forced(aws: Any, cloud: Cloud) -> None:
    made = aws.create(WORKGROUP, AUDIT)
    aws.create(QUERY, LOGINS)
    message = refusal(aws.delete, made)
    assert "DeleteWorkGroup failed: InvalidRequestException: WorkGroup is not empty" in message
    assert aws.read(made)
    forced = aws.update(made, {**AUDIT, "forceDestroy": True})
    aws.delete(forced)
    assert aws.read(forced) is None
    aws.create(WORKGROUP, AUDIT)
    assert cloud.client("athena").list_named_queries(WorkGroup="audit")["NamedQueryIds"] == []


def test_a_workgroup_that_answered_queries_stays_unless_it_is_forced(
    aws: Any, cloud: Cloud
) -> None:
    made = aws.create(WORKGROUP, AUDIT)
    cloud.client("athena").start_query_execution(QueryString="SELECT 1", WorkGroup="audit")
    assert "is not empty" in refusal(aws.delete, made)


def test_the_first_workgroup_stays(cloud: Cloud, aws: Any) -> None:
    assert aws.imported(WORKGROUP, "primary")
    with pytest.raises(ClientError, match="primary workgroup cannot be deleted"):
        cloud.client("athena").delete_work_group(WorkGroup="primary", RecursiveDeleteOption=True)


def test_what_is_unknown_passes_check(aws: Any) -> None:
    assert aws.checked(WORKGROUP, {"name": UNKNOWN, "state": UNKNOWN, "configuration": UNKNOWN})
    assert aws.checked(
        WORKGROUP,
        configured(
            bytesScannedCutoffPerQuery=UNKNOWN,
            engineVersion={"selectedEngineVersion": UNKNOWN},
            resultConfiguration={"outputLocation": UNKNOWN},
        ),
    )
    assert aws.checked(QUERY, {**LOGINS, "workgroup": UNKNOWN, "query": UNKNOWN})


PART = "configuration."


@pytest.mark.parametrize(
    ("inputs", "failing"),
    [
        ({"name": "a b"}, "name"),
        ({"name": "x" * 129}, "name"),
        ({"state": "OFF"}, "state"),
        (configured(bytesScannedCutoffPerQuery=10_000_000), f"{PART}bytesScannedCutoffPerQuery"),
        (
            configured(engineVersion={"selectedEngineVersion": "PySpark engine version 3"}),
            f"{PART}engineVersion.selectedEngineVersion",
        ),
        (
            configured(resultConfiguration={"outputLocation": "results"}),
            f"{PART}resultConfiguration.outputLocation",
        ),
        (
            configured(executionRole=f"arn:aws:iam::{ACCOUNT}:role/a"),
            f"{PART}executionRole",
        ),
        (
            configured(managedQueryResultsConfiguration={"enabled": True}),
            f"{PART}managedQueryResultsConfiguration",
        ),
        (
            configured(resultConfiguration={"outputLokation": "s3://a"}),
            f"{PART}resultConfiguration.outputLokation",
        ),
    ],
)
def test_bad_workgroups_fail_at_check(aws: Any, inputs: dict[str, Any], failing: str) -> None:
    _, failures = aws.check(WORKGROUP, {**AUDIT, **inputs})
    assert [name for name, _ in failures] == [failing]


@pytest.mark.parametrize(
    ("results", "why"),
    [
        ({**RESULTS, "expectedBucketOwner": "me"}, "ExpectedBucketOwner"),
        (
            {**RESULTS, "encryptionConfiguration": {"encryptionOption": "SSE"}},
            "EncryptionOption",
        ),
        ({**RESULTS, "encryptionConfiguration": {"kmsKeyArn": KEY}}, "EncryptionOption"),
        ({**RESULTS, "aclConfiguration": {"s3AclOption": "PUBLIC"}}, "S3AclOption"),
    ],
)
def test_results_that_athena_refuses_are_refused(
    aws: Any, results: dict[str, Any], why: str
) -> None:
    message = refusal(aws.create, WORKGROUP, configured(resultConfiguration=results))
    assert "CreateWorkGroup failed: ValidationException: " in message
    assert why in message
    made = aws.create(WORKGROUP, AUDIT)
    assert why in refusal(aws.update, made, configured(resultConfiguration=results))


def test_a_second_workgroup_of_a_name_is_refused(aws: Any) -> None:
    aws.create(WORKGROUP, AUDIT)
    assert "InvalidRequestException" in refusal(aws.create, WORKGROUP, AUDIT)


# --- Saved queries ---


@pytest.fixture
def _workgroup(aws: Any) -> None:
    aws.create(WORKGROUP, AUDIT)


@pytest.mark.usefixtures("_workgroup")
def test_a_saved_query_lives(aws: Any, cloud: Cloud) -> None:
    live(
        aws,
        Life(
            QUERY,
            LOGINS,
            LOGINS,
            {**LOGINS, "query": "SELECT 1"},
            "{id}",
            LOGINS,
            by_name=True,
        ),
    )
    assert cloud.client("athena").list_named_queries(WorkGroup="audit")["NamedQueryIds"] == []


def test_a_saved_query_is_in_aws_as_it_was_asked_for(aws: Any, cloud: Cloud) -> None:
    made = aws.create(QUERY, {name: LOGINS[name] for name in ("database", "query")})
    kept = cloud.client("athena").get_named_query(NamedQueryId=made.id)["NamedQuery"]
    assert kept["QueryString"] == LOGINS["query"]
    assert kept["Database"] == "trail"
    assert kept["WorkGroup"] == made.outputs["workgroup"] == "primary"
    assert kept["Name"].startswith("it-")


@pytest.mark.parametrize(
    ("inputs", "code", "why"),
    [
        ({"workgroup": "gone"}, "InvalidRequestException", "not found"),
        ({"query": "x" * 262_145}, "ValidationException", "QueryString"),
        ({"name": "x" * 129}, "ValidationException", "Name"),
        ({"database": ""}, "ValidationException", "Database"),
    ],
)
@pytest.mark.usefixtures("_workgroup")
def test_a_query_that_athena_refuses_is_refused(
    aws: Any, inputs: dict[str, Any], code: str, why: str
) -> None:
    message = refusal(aws.create, QUERY, {**LOGINS, **inputs})
    assert f"CreateNamedQuery failed: {code}: " in message
    assert why in message


@pytest.mark.parametrize("operation", ["get_named_query", "delete_named_query"])
def test_a_query_that_is_not_there_is_an_error(cloud: Cloud, operation: str) -> None:
    with pytest.raises(ClientError, match="does not exist"):
        getattr(cloud.client("athena"), operation)(NamedQueryId="none")


@pytest.mark.parametrize("operation", ["get_work_group", "update_work_group", "delete_work_group"])
def test_a_workgroup_that_is_not_there_is_an_error(cloud: Cloud, operation: str) -> None:
    with pytest.raises(ClientError, match="is not found"):
        getattr(cloud.client("athena"), operation)(WorkGroup="gone")
