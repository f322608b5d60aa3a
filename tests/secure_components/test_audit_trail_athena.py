"""The table over the log files, and its saved queries, run on events by a database of SQL.

DuckDB stands for Athena's engine, and sqlglot turns Athena's SQL into its own. What is not proven
here: the SerDe that reads files, and partition projection, which Athena has alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

import boto3
import duckdb
import pulumi
import pytest
import sqlglot

from secure_components import AuditTrail, AuditTrailArgs
from secure_components.audit_trail.athena import COLUMNS, PARTITIONS, QUERIES, REGIONS
from secure_components.audit_trail.queries import OUTSIDE
from secure_components.audit_trail.queries import QUERIES as SAVED
from tests.secure_components.cloudtrail_events import (
    ACCOUNT,
    REGION,
    ROOT,
    SERVICE,
    USER,
    Event,
    call,
    denied,
    role,
    sign_in,
)
from tests.secure_components.programs import run, value
from tests.secure_components.weakening import found, made_by

ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/deploy"
RESULTS: Final = "audit-query-results-1234567"
TODAY: Final = datetime.now(UTC)


def make(athena: Mapping[str, Any] | None = None, **args: Any) -> AuditTrail:
    files = {"athena": athena or {}, **args.pop("files", {})}
    given = cast("AuditTrailArgs", {"files": files, **args})
    made: AuditTrail = run(lambda: AuditTrail("audit", given))
    return made


def test_nothing_is_made_unless_asked(recorder: Any) -> None:
    made: AuditTrail = run(lambda: AuditTrail("audit"))
    assert not [name for name in recorder.resources if "query-results" in name]
    assert not [args for args in recorder.resources.values() if "aws:athena" in args.typ]
    assert not value(made.athena_workgroup_name)


def test_workgroup_decides_where_results_go_and_how_they_are_encrypted(recorder: Any) -> None:
    made = make({"scan_limit_in_gb": 10})
    workgroup = recorder.inputs("audit-workgroup")
    assert value(made.athena_workgroup_name) == workgroup["name"] == "project-stack-audit"
    assert workgroup["configuration"] == {
        "enforceWorkgroupConfiguration": True,
        "publishCloudwatchMetricsEnabled": True,
        "bytesScannedCutoffPerQuery": 10_000_000_000,
        "resultConfiguration": {
            "outputLocation": f"s3://{RESULTS}/",
            "expectedBucketOwner": ACCOUNT,
            "encryptionConfiguration": {
                "encryptionOption": "SSE_KMS",
                "kmsKeyArn": "arn-of-audit-key",
            },
        },
    }
    (rule,) = recorder.inputs("audit-query-results-lifecycle")["rules"]
    assert rule["expiration"] == {"days": 30}
    logging = recorder.inputs("audit-query-results-logging")
    assert logging["targetBucket"] == "audit-access-logs-1234567"
    writes = recorder.statements("audit-access-logs-policy")["AccessLogsWrite"]
    assert writes["Condition"]["ArnLike"] == {
        "aws:SourceArn": ["arn:aws:s3:::logs-1234567", f"arn:aws:s3:::{RESULTS}"]
    }


def test_components_with_a_table_pass_the_policy_pack(recorder: Any) -> None:
    make(decrypt_principals=[f"arn:aws:iam::{ACCOUNT}:role/auditor"])
    made = made_by(recorder)
    assert found(made.types, made.properties) == set()


def test_readers_use_the_key_through_s3_alone(recorder: Any) -> None:
    reader = f"arn:aws:iam::{ACCOUNT}:role/auditor"
    make(decrypt_principals=[reader])
    queries = recorder.statements("audit-key")["ReadersQuery"]
    assert queries["Principal"] == {"AWS": [reader]}
    assert queries["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert queries["Condition"] == {
        "StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}
    }


def test_table_finds_files_where_the_trail_writes_them(recorder: Any) -> None:
    make(files={"retention_in_days": 2557})
    table = recorder.inputs("audit-table")
    assert recorder.inputs("audit-database")["name"] == "project_stack_audit"
    assert (table["name"], table["tableType"]) == ("cloudtrail", "EXTERNAL_TABLE")
    assert [one["name"] for one in table["partitionKeys"]] == list(PARTITIONS)
    assert table["storageDescriptor"]["location"] == "s3://logs-1234567/AWSLogs/"
    parameters = table["parameters"]
    assert parameters["projection.account.values"] == ACCOUNT
    assert parameters["projection.day.range"] == "NOW-2557DAYS,NOW"
    # CloudTrail User Guide, "Finding your CloudTrail log files".
    path = parameters["storage.location.template"]
    for name, known in (("account", ACCOUNT), ("region", REGION), ("day", "2026/11/02")):
        path = path.replace(f"${{{name}}}", known)
    assert path == f"s3://logs-1234567/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/11/02"


def test_table_of_an_organization_asks_for_the_account(recorder: Any) -> None:
    make(organization_id=pulumi.Output.from_input("o-a1b2c3d4e5"))
    table = recorder.inputs("audit-table")
    assert table["storageDescriptor"]["location"] == "s3://logs-1234567/AWSLogs/o-a1b2c3d4e5/"
    assert table["parameters"]["projection.account.type"] == "injected"
    assert "projection.account.values" not in table["parameters"]
    for name in QUERIES:
        assert "account = 'ACCOUNT'" in recorder.inputs(f"audit-athena-query-{name}")["query"]


def test_table_knows_every_region_that_cloudtrail_has() -> None:
    session = boto3.session.Session()
    known = {
        region
        for partition in ("aws", "aws-us-gov", "aws-cn")
        for region in session.get_available_regions("cloudtrail", partition)
    }
    assert set(REGIONS) == known


# --- Queries ---

EVENTS: Final[Mapping[str, Event]] = {
    "change": call("s3", "PutBucketPolicy", USER, requestParameters={"bucketName": "donations-1"}),
    "made": call(
        "ec2", "RunInstances", USER, responseElements={"instancesSet": {"instanceId": "i-0abc"}}
    ),
    "resource": call(
        "kms",
        "DisableKey",
        USER,
        resources=[{"ARN": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1", "accountId": ACCOUNT}],
    ),
    "read": call("s3", "GetBucketPolicy", USER, requestParameters={"bucketName": "donations-1"}),
    "pipeline": call("lambda", "UpdateFunctionCode20150331v2", role("deploy", "run-7")),
    "service": call("autoscaling", "TerminateInstances", SERVICE),
    "root": call("iam", "CreateAccessKey", ROOT),
    "sign-in": sign_in(USER, mfa=True),
    "failed sign-in": sign_in(USER, mfa=False, success=False),
    "denied": denied("ec2", "RunInstances", "Client.UnauthorizedOperation"),
    "denied too": denied("ec2", "RunInstances", "Client.UnauthorizedOperation"),
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """Holds the events as the table does."""
    file = tmp_path_factory.mktemp("events") / "events.json"
    old = {
        **call("s3", "PutBucketPolicy", USER),
        "requestParameters": {"bucketName": "donations-1"},
    }
    file.write_text(
        "\n".join(
            json.dumps(_row(event, TODAY - timedelta(days=age, minutes=at)))
            for at, (event, age) in enumerate([*((one, 0) for one in EVENTS.values()), (old, 60)])
        )
    )
    columns = {**COLUMNS, **dict.fromkeys(PARTITIONS, "string")}
    connection = duckdb.connect()
    connection.execute("ATTACH ':memory:' AS project_stack_audit")
    declared = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
    create = f"CREATE TABLE project_stack_audit.cloudtrail ({declared})"
    connection.execute(sqlglot.transpile(create, "hive", "duckdb")[0])
    described = connection.execute("DESCRIBE project_stack_audit.cloudtrail").fetchall()
    connection.execute(
        f"INSERT INTO project_stack_audit.cloudtrail FROM read_json('{file}', columns = $columns)",
        {"columns": {name: type_ for name, type_, *_ in described}},
    )
    return connection


def _row(event: Event, at: datetime) -> Event:
    """Return an event as a row: names in lower case, but for what is read as JSON."""
    told = {
        **event,
        "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "account": ACCOUNT,
        "region": REGION,
        "day": at.strftime("%Y/%m/%d"),
    }
    lower = {name.lower(): held for name, held in told.items()}
    return {
        name: held if COLUMNS.get(name) == "string" else _lower(held)
        for name, held in lower.items()
    }


def _lower(held: Any) -> Any:
    if isinstance(held, dict):
        return {name.lower(): _lower(one) for name, one in held.items()}
    return [_lower(one) for one in held] if isinstance(held, list) else held


def ask(
    recorder: Any, database: duckdb.DuckDBPyConnection, name: str, **replaced: str
) -> list[dict[str, Any]]:
    text = recorder.inputs(f"audit-athena-query-{name}")["query"]
    for word, known in replaced.items():
        assert word in text
        text = text.replace(word, known)
    found = database.execute(sqlglot.transpile(text, "athena", "duckdb")[0])
    columns = [column for column, *_ in found.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("donations-1", ["PutBucketPolicy"]),
        ("i-0abc", ["RunInstances"]),
        ("key/1", ["DisableKey"]),
        ("donations-2", []),
    ],
    ids=["asked for", "answered", "named", "unknown"],
)
def test_who_changed_a_resource(
    recorder: Any, database: duckdb.DuckDBPyConnection, resource: str, expected: list[str]
) -> None:
    make()
    rows = ask(recorder, database, "who-changed-a-resource", RESOURCE=resource)
    assert [row["eventname"] for row in rows] == expected
    assert [row["who"] for row in rows] == [USER["arn"]] * len(expected)


@pytest.mark.parametrize(
    ("somebody", "expected"), [("run-7", {"UpdateFunctionCode20150331v2"}), ("nobody", set())]
)
def test_what_somebody_did(
    recorder: Any, database: duckdb.DuckDBPyConnection, somebody: str, expected: set[str]
) -> None:
    make()
    rows = ask(recorder, database, "what-somebody-did", SOMEBODY=somebody)
    assert {row["eventname"] for row in rows} == expected
    assert {row["who"] for row in rows} <= {ROLE}


def test_sign_ins_and_root_and_denied_calls(
    recorder: Any, database: duckdb.DuckDBPyConnection
) -> None:
    make()
    signed_in = ask(recorder, database, "console-sign-ins")
    assert [(row["mfa"], row["outcome"]) for row in signed_in] == [
        ("Yes", "Success"),
        ("No", "Failure"),
    ]
    assert [row["eventname"] for row in ask(recorder, database, "root-use")] == ["CreateAccessKey"]
    (refused,) = ask(recorder, database, "denied-calls")
    assert (refused["who"], refused["calls"]) == (ROLE, 2)


def test_changes_outside_the_pipeline(recorder: Any, database: duckdb.DuckDBPyConnection) -> None:
    make(pipeline_role_arns=[ROLE])
    rows = ask(recorder, database, OUTSIDE)
    assert {row["who"] for row in rows} == {USER["arn"], ROOT["arn"], SERVICE["invokedBy"]}
    assert "GetBucketPolicy" not in {row["eventname"] for row in rows}


def test_table_answers_what_the_log_group_does() -> None:
    assert QUERIES.keys() == SAVED.keys()
