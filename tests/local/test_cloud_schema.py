"""The schema that the local cloud checks inputs against, read from the Pulumi SDKs."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent import futures
from typing import Any

import pulumi
import pytest

from local.cloud.schema import (
    UnknownTypeError,
    check,
    function_schema,
    resource_schema,
)
from local.cloud.values import UNKNOWN, Secret

TRAIL = "aws:cloudtrail/trail:Trail"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
RULESET = "github:index/repositoryRuleset:RepositoryRuleset"
WEB_ACL = "aws:wafv2/webAcl:WebAcl"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
POLICY_DOCUMENT = "aws:iam/getPolicyDocument:getPolicyDocument"


def failures(token: str, properties: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each.property, each.reason) for each in check(resource_schema(token), properties)]


def test_a_resource_has_its_inputs_outputs_and_what_is_required() -> None:
    schema = resource_schema(TRAIL)
    assert {name for name, each in schema.inputs.items() if each.required} == {"s3BucketName"}
    assert schema.inputs["enableLogFileValidation"].name == "enableLogFileValidation"
    assert "arn" in schema.outputs - schema.inputs.keys()
    assert schema.inputs.keys() <= schema.outputs
    assert schema.secret_outputs == frozenset()


def test_what_is_always_secret_is_known() -> None:
    schema = resource_schema("github:index/actionsSecret:ActionsSecret")
    assert {"plaintextValue", "encryptedValue"} <= schema.secret_outputs
    database = resource_schema("aws:rds/instance:Instance")
    assert "password" in database.secret_outputs


@pytest.mark.parametrize(
    ("token", "inputs", "outputs"),
    [
        ("aws:index/getCallerIdentity:getCallerIdentity", {"id"}, {"accountId", "arn", "userId"}),
        ("aws:lambda/getFunction:getFunction", {"functionName"}, {"runtime"}),
        ("aws:resourceexplorer/search:Search", {"queryString"}, {"resources"}),
        ("github:index/getRepository:getRepository", {"fullName"}, {"fullName"}),
    ],
)
def test_a_function_has_inputs_and_outputs(token: str, inputs: set[str], outputs: set[str]) -> None:
    schema = function_schema(token)
    assert inputs <= schema.inputs.keys()
    assert outputs <= schema.outputs


@pytest.mark.parametrize(
    ("read", "token", "hint"),
    [
        (resource_schema, "aws:cloudtrail/trial:Trial", "did you mean aws:cloudtrail/trail:Trail?"),
        (resource_schema, "aws:cloudtrail/trail:trail", "did you mean aws:cloudtrail/trail:Trail?"),
        (resource_schema, "gcp:storage/bucket:Bucket", "the local cloud has aws, github"),
        (resource_schema, "Trail", "write package:module:name"),
        (function_schema, "aws:iam/getPolicyDocumnt:getPolicyDocumnt", POLICY_DOCUMENT),
        (function_schema, "aws:iam/getPolicyDocument:getPolicyDocumen", POLICY_DOCUMENT),
        (function_schema, "aws:aim/getPolicyDocument:getPolicyDocument", POLICY_DOCUMENT),
        (function_schema, "aws:iam/role:Role", "no function"),
    ],
)
def test_an_unknown_token_is_refused_with_the_nearest(read: Any, token: str, hint: str) -> None:
    with pytest.raises(UnknownTypeError) as caught:
        read(token)
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    ("token", "properties"),
    [
        (TRAIL, {"s3BucketName": "b", "enableLogFileValidation": True, "tags": {"a": "b"}}),
        (TRAIL, {"s3BucketName": UNKNOWN, "isMultiRegionTrail": UNKNOWN, "tags": UNKNOWN}),
        (TRAIL, {"s3BucketName": "b", "eventSelectors": [{"readWriteType": "All"}, UNKNOWN]}),
        (TRAIL, {"s3BucketName": Secret("b"), "tags": {"a": Secret("b")}, "kmsKeyId": None}),
        (BUCKET_POLICY, {"bucket": "b", "policy": "{}"}),
        (
            BUCKET_POLICY,
            {
                "bucket": "b",
                "policy": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Deny",
                            "Principal": {"AWS": "*"},
                            "Action": ["s3:*"],
                            "Resource": "*",
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        }
                    ],
                },
            },
        ),
        ("aws:kms/key:Key", {"rotationPeriodInDays": 90}),
        ("aws:kms/key:Key", {"rotationPeriodInDays": 90.0}),
        (
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            {"comparisonOperator": "x", "evaluationPeriods": 1, "threshold": 1.5},
        ),
        (OBJECT, {"bucket": "b", "source": pulumi.StringAsset("text")}),
        (OBJECT, {"bucket": "b", "source": pulumi.FileArchive("folder")}),
        (
            RULESET,
            {
                "enforcement": "active",
                "repository": "r",
                "target": "branch",
                "rules": {"requiredStatusChecks": {"requiredChecks": [{"context": "x"}]}},
            },
        ),
    ],
)
def test_what_fits_passes(token: str, properties: dict[str, Any]) -> None:
    assert failures(token, properties) == []


@pytest.mark.parametrize(
    ("token", "properties", "path", "reason"),
    [
        (TRAIL, {}, "s3BucketName", "required"),
        (TRAIL, {"s3BucketName": None}, "s3BucketName", "required"),
        (
            TRAIL,
            {"s3BucketName": "b", "enableLogFileValidaton": True},
            "enableLogFileValidaton",
            "did you mean enableLogFileValidation?",
        ),
        (
            TRAIL,
            {"s3BucketName": "b", "enable_log_file_validation": True},
            "enable_log_file_validation",
            "did you mean enableLogFileValidation?",
        ),
        (TRAIL, {"s3BucketName": "b", "__defaults": []}, "__defaults", "no known property"),
        (TRAIL, {"s3BucketName": 5}, "s3BucketName", "must be a string, not a whole number"),
        (TRAIL, {"s3BucketName": Secret(5)}, "s3BucketName", "must be a string"),
        (
            TRAIL,
            {"s3BucketName": "b", "isMultiRegionTrail": "true"},
            "isMultiRegionTrail",
            "must be a boolean, not a string",
        ),
        (TRAIL, {"s3BucketName": "b", "isMultiRegionTrail": 1}, "isMultiRegionTrail", "a boolean"),
        (TRAIL, {"s3BucketName": "b", "tags": ["a"]}, "tags", "must be an object, not a list"),
        (TRAIL, {"s3BucketName": "b", "tags": {"a": 1}}, 'tags["a"]', "a string"),
        (TRAIL, {"s3BucketName": "b", "eventSelectors": {}}, "eventSelectors", "must be a list"),
        (
            TRAIL,
            {"s3BucketName": "b", "eventSelectors": [{}, {"readWriteTyp": "All"}]},
            "eventSelectors[1].readWriteTyp",
            "did you mean readWriteType?",
        ),
        (
            TRAIL,
            {"s3BucketName": "b", "advancedEventSelectors": [{"fieldSelectors": [{}]}]},
            "advancedEventSelectors[0].fieldSelectors[0].field",
            "required",
        ),
        (
            "aws:kms/key:Key",
            {"rotationPeriodInDays": True},
            "rotationPeriodInDays",
            "not a boolean",
        ),
        (
            "aws:kms/key:Key",
            {"rotationPeriodInDays": 1.5},
            "rotationPeriodInDays",
            "a whole number",
        ),
        ("aws:kms/key:Key", {"rotationPeriodInDays": "90"}, "rotationPeriodInDays", "not a string"),
        (BUCKET_POLICY, {"bucket": "b", "policy": 5}, "policy", "a string or an object"),
        (
            BUCKET_POLICY,
            {"bucket": "b", "policy": {"Version": "2000-01-01", "Statement": []}},
            "policy.Version",
            "must be one of 2012-10-17, 2008-10-17",
        ),
        (
            BUCKET_POLICY,
            {
                "bucket": "b",
                "policy": {
                    "Version": "2012-10-17",
                    "Statement": [{"Effekt": "Allow", "Effect": "Allow"}],
                },
            },
            "policy.Statement[0].Effekt",
            "did you mean Effect?",
        ),
        (
            OBJECT,
            {"bucket": "b", "source": "text"},
            "source",
            "an asset or an archive, not a string",
        ),
        (OBJECT, {"bucket": "b", "content": pulumi.StringAsset("x")}, "content", "not an asset"),
    ],
)
def test_what_does_not_fit_is_refused_by_path(
    token: str, properties: dict[str, Any], path: str, reason: str
) -> None:
    found = failures(token, properties)
    assert [each for each, _ in found] == [path]
    assert reason in found[0][1]


def test_a_functions_arguments_are_checked_too() -> None:
    found = check(function_schema(POLICY_DOCUMENT), {"statements": [{"action": ["s3:*"]}]})
    assert [(each.property, each.reason) for each in found] == [
        ("statements[0].action", "is no known property: did you mean actions?")
    ]


@pytest.mark.parametrize("value", ["hush-hush", ["hush-hush"], {"hush": "hush-hush"}])
def test_a_reason_never_quotes_a_value(value: Any) -> None:
    properties = {"s3BucketName": [value], "isMultiRegionTrail": value, "eventSelectors": [value]}
    found = check(resource_schema(TRAIL), properties)
    assert found
    assert not [each for each in found if "hush-hush" in each.reason]


def test_only_the_service_that_is_asked_for_is_loaded() -> None:
    program = (
        "import sys\n"
        "from local.cloud.schema import resource_schema\n"
        f"resource_schema({TRAIL!r})\n"
        "services = ('cloudtrail', 'wafv2', 's3')\n"
        "print([each for each in services if f'pulumi_aws.{each}._inputs' in sys.modules])\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert out.stdout.strip() == "['cloudtrail']"


def test_the_sdk_stays_usable_after_its_schema_was_read() -> None:
    program = (
        "from local.cloud.schema import resource_schema\n"
        f"resource_schema({TRAIL!r})\n"
        "import pulumi_aws as aws\n"
        "print(aws.cloudtrail.Trail.__name__, aws.s3.Bucket.__name__)\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert out.stdout.strip() == "Trail Bucket"


def test_many_threads_read_schemas_at_once() -> None:
    tokens = ["aws:sqs/queue:Queue", "aws:sns/topic:Topic", "aws:sfn/stateMachine:StateMachine"] * 4
    together = threading.Barrier(len(tokens))

    def read(token: str) -> int:
        together.wait()
        return len(resource_schema(token).inputs)

    with futures.ThreadPoolExecutor(len(tokens)) as pool:
        assert list(pool.map(read, tokens)) == [len(resource_schema(t).inputs) for t in tokens]


@pytest.mark.parametrize(
    "token",
    [
        WEB_ACL,
        "aws:dynamodb/tableReplica:TableReplica",
        "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment",
    ],
)
def test_large_and_irregular_types_are_read(token: str) -> None:
    assert resource_schema(token).inputs
