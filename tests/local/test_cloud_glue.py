"""Glue's databases and tables through their lives, on the emulated AWS."""

from __future__ import annotations

from typing import Any

import pytest

from local.cloud import Cloud
from local.cloud.values import UNKNOWN
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
DATABASE = "aws:glue/catalogDatabase:CatalogDatabase"
TABLE = "aws:glue/catalogTable:CatalogTable"

OWN = [
    {
        "permissions": ["ALL"],
        "principal": {"dataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"},
    }
]
WHO = "struct<type:string,arn:string,sessioncontext:struct<attributes:map<string,string>>>"
WHEN = {"name": "eventtime", "type": "string"}
STORAGE: dict[str, Any] = {
    "location": "s3://records/AWSLogs",
    "inputFormat": "com.amazon.emr.cloudtrail.CloudTrailInputFormat",
    "outputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "serDeInfo": {
        "name": "records",
        "serializationLibrary": "org.apache.hive.hcatalog.data.JsonSerDe",
        "parameters": {"serialization.format": "1"},
    },
    "columns": [
        {"name": "eventversion", "type": "string", "comment": "of the record"},
        {"name": "useridentity", "type": WHO},
        {"name": "resources", "type": "array<struct<arn:string,accountid:string>>"},
    ],
}
PROJECTION = {
    "classification": "cloudtrail",
    "projection.enabled": "true",
    "projection.region.type": "enum",
    "projection.region.values": "us-east-1,eu-west-1",
    "projection.day.type": "date",
    "projection.day.range": "2026/01/01,NOW",
    "projection.day.format": "yyyy/MM/dd",
    "storage.location.template": "s3://records/AWSLogs/${region}/${day}",
}
EVENTS = {
    "databaseName": "trail",
    "name": "events",
    "description": "what was done",
    "tableType": "EXTERNAL_TABLE",
    "parameters": PROJECTION,
    "partitionKeys": [{"name": "region", "type": "string"}, {"name": "day", "type": "string"}],
    "storageDescriptor": STORAGE,
}


def test_a_database_lives(aws: Any, cloud: Cloud) -> None:
    live(
        aws,
        Life(
            DATABASE,
            {"name": "trail", "description": "records", "tags": {"a": "1", "b": "2"}},
            {
                "name": "trail",
                "locationUri": "s3://records",
                "parameters": {"a": "b"},
                "createTableDefaultPermissions": [
                    {**OWN[0], "permissions": ["SELECT", "ALTER"]},
                ],
                "tags": {"a": "3"},
            },
            {"name": "others"},
            f"{ACCOUNT}:trail",
            {
                "arn": f"arn:aws:glue:us-east-1:{ACCOUNT}:database/trail",
                "catalogId": ACCOUNT,
                "createTableDefaultPermissions": OWN,
                "tagsAll": {"a": "1", "b": "2"},
            },
        ),
    )
    assert cloud.client("glue").get_databases()["DatabaseList"] == []


def test_a_database_made_again_has_no_tags_of_its_forerunner(aws: Any) -> None:
    aws.delete(aws.create(DATABASE, {"name": "trail", "tags": {"a": "1"}}))
    assert aws.create(DATABASE, {"name": "trail"}).outputs["tagsAll"] == {}


@pytest.fixture
def _database(aws: Any) -> None:
    aws.create(DATABASE, {"name": "trail"})


@pytest.mark.usefixtures("_database")
def test_a_table_lives(aws: Any) -> None:
    live(
        aws,
        Life(
            TABLE,
            EVENTS,
            {
                **EVENTS,
                "description": "all that was done",
                "parameters": {**PROJECTION, "projection.region.values": "eu-west-1"},
                "storageDescriptor": {**STORAGE, "columns": STORAGE["columns"][:2]},
                "retention": 7,
            },
            {**EVENTS, "databaseName": "others"},
            f"{ACCOUNT}:trail:events",
            {
                "arn": f"arn:aws:glue:us-east-1:{ACCOUNT}:table/trail/events",
                "catalogId": ACCOUNT,
                "storageDescriptor": STORAGE,
                "parameters": PROJECTION,
            },
            by_name=True,
        ),
    )


@pytest.mark.usefixtures("_database")
def test_a_table_is_in_aws_as_it_was_asked_for(aws: Any, cloud: Cloud) -> None:
    aws.create(TABLE, EVENTS)
    table = cloud.client("glue").get_table(DatabaseName="trail", Name="events")["Table"]
    assert table["Parameters"] == PROJECTION
    assert table["TableType"] == "EXTERNAL_TABLE"
    assert [each["Name"] for each in table["PartitionKeys"]] == ["region", "day"]
    storage = table["StorageDescriptor"]
    assert storage["Columns"][1] == {"Name": "useridentity", "Type": WHO}
    assert storage["SerdeInfo"] == {
        "Name": "records",
        "SerializationLibrary": "org.apache.hive.hcatalog.data.JsonSerDe",
        "Parameters": {"serialization.format": "1"},
    }


@pytest.mark.usefixtures("_database")
def test_a_deleted_database_takes_its_tables_along(aws: Any, cloud: Cloud) -> None:
    made = aws.create(TABLE, EVENTS)
    cloud.client("glue").delete_database(Name="trail")
    assert aws.read(made) is None


@pytest.mark.usefixtures("_database")
def test_what_has_no_name_gets_one(aws: Any) -> None:
    assert aws.create(DATABASE, {}).outputs["name"].startswith("it-")
    made = aws.create(TABLE, {"databaseName": "trail"})
    assert made.id == f"{ACCOUNT}:trail:{made.outputs['name']}"


def test_what_is_unknown_passes_check(aws: Any) -> None:
    assert aws.checked(DATABASE, {"name": UNKNOWN, "parameters": UNKNOWN})
    assert aws.checked(
        TABLE,
        {
            **EVENTS,
            "storageDescriptor": UNKNOWN,
            "partitionKeys": [UNKNOWN, {"name": UNKNOWN, "type": UNKNOWN}],
        },
    )
    kind = {**PROJECTION, "projection.region.type": UNKNOWN}
    assert aws.checked(TABLE, {**EVENTS, "parameters": kind})


def test_the_words_of_a_projection_may_be_written_in_any_case(aws: Any) -> None:
    upper = {**PROJECTION, "projection.enabled": "TRUE", "projection.region.type": " Enum "}
    assert aws.checked(TABLE, {**EVENTS, "parameters": upper})
    _, failures = aws.check(TABLE, {**EVENTS, "parameters": {"projection.enabled": "TRUE"}})
    assert len(failures) == len(EVENTS["partitionKeys"])


def with_column(name: str, kind: str) -> dict[str, Any]:
    return {"storageDescriptor": {**STORAGE, "columns": [{"name": name, "type": kind}]}}


@pytest.mark.parametrize(
    "kind",
    [
        *("boolean", "INT", "bigint", "timestamp", "decimal(24,16)", "decimal", "varchar(10)"),
        *("array<string>", "map<string,array<int>>", WHO, "struct<a:int>"),
        "array<struct<arn:string,b:map<string,struct<c:array<double>>>>>",
    ],
)
def test_types_that_athena_reads_pass(aws: Any, kind: str) -> None:
    assert aws.checked(TABLE, {**EVENTS, **with_column("a", kind)})


@pytest.mark.parametrize(
    ("inputs", "failing"),
    [
        *(
            (with_column("a", kind), "storageDescriptor.columns[0].type")
            for kind in (
                *("", "integer", "text", "decimal(24, 16)", "array<string", "array<>"),
                *("struct<a>", "struct<a:string COMMENT 'b'>", "map<string>", "string>"),
            )
        ),
        (with_column("day", "string"), "partitionKeys[1].name"),
        ({"partitionKeys": [{"name": "day", "type": "date("}]}, "partitionKeys[0].type"),
        (
            {"parameters": {"projection.enabled": "true"}},
            'parameters["projection.',
        ),
        (
            {"parameters": {**PROJECTION, "projection.day.type": "day"}},
            'parameters["projection.day.type"]',
        ),
        (
            {"parameters": {**PROJECTION, "projection.day.range": ""}},
            'parameters["projection.day.range"]',
        ),
        (
            {"storageDescriptor": {**STORAGE, "columns": [*STORAGE["columns"], WHEN, WHEN]}},
            "storageDescriptor.columns[4].name",
        ),
        ({"name": "Events"}, "name"),
        ({"name": ""}, "name"),
        (
            {"storageDescriptor": {**STORAGE, "schemaReference": {"schemaVersionNumber": 1}}},
            "storageDescriptor.schemaReference",
        ),
        ({"partitionIndices": [{"indexName": "a", "keys": ["day"]}]}, "partitionIndices"),
        ({"targetTable": {"catalogId": "a", "databaseName": "b", "name": "c"}}, "targetTable"),
        ({"tabelType": "EXTERNAL_TABLE"}, "tabelType"),
    ],
)
def test_bad_tables_fail_at_check(aws: Any, inputs: dict[str, Any], failing: str) -> None:
    _, failures = aws.check(TABLE, {**EVENTS, **inputs})
    assert failures
    assert all(name.startswith(failing) for name, _ in failures)


@pytest.mark.parametrize(
    ("inputs", "failing"),
    [
        ({"name": "Trail"}, "name"),
        ({"targetDatabase": {"catalogId": "a", "databaseName": "b"}}, "targetDatabase"),
        ({"federatedDatabase": {"identifier": "a"}}, "federatedDatabase"),
    ],
)
def test_bad_databases_fail_at_check(aws: Any, inputs: dict[str, Any], failing: str) -> None:
    _, failures = aws.check(DATABASE, {"name": "trail", **inputs})
    assert [name for name, _ in failures] == [failing]


@pytest.mark.usefixtures("_database")
@pytest.mark.parametrize(
    ("token", "inputs", "code", "why"),
    [
        (DATABASE, {"name": "trail"}, "AlreadyExistsException", "already exists"),
        (DATABASE, {"name": "b", "catalogId": "210987654321"}, "EntityNotFound", "own alone"),
        (DATABASE, {"name": "b", "description": "x" * 2049}, "ValidationException", "Description"),
        (
            DATABASE,
            {"name": "b", "createTableDefaultPermissions": [{"permissions": ["READ"]}]},
            "ValidationException",
            "Permissions",
        ),
        (TABLE, {**EVENTS, "databaseName": "gone"}, "EntityNotFoundException", "not found"),
        (TABLE, {**EVENTS, "catalogId": "210987654321"}, "EntityNotFoundException", "own alone"),
    ],
)
def test_what_glue_refuses_is_refused(
    aws: Any, token: str, inputs: dict[str, Any], code: str, why: str
) -> None:
    message = refusal(aws.create, token, inputs)
    assert code in message
    assert why in message


@pytest.mark.usefixtures("_database")
def test_a_second_table_of_a_name_is_refused(aws: Any) -> None:
    aws.create(TABLE, EVENTS)
    assert "AlreadyExistsException" in refusal(aws.create, TABLE, EVENTS)
