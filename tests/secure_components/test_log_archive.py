"""`LogArchive` by its children's inputs, and beside the policy pack."""

from __future__ import annotations

from typing import Any, Final, cast

import pulumi
import pytest

from secure_components import ArgumentError, LogArchive, LogArchiveArgs
from tests.secure_components.claims import claimed, served
from tests.secure_components.log_files import harmless
from tests.secure_components.programs import run, value
from tests.secure_components.weakening import found, made_by, survivors

OWN, REGION = "123456789012", "eu-west-1"
TRAILS: Final = [
    f"arn:aws:cloudtrail:{REGION}:{account}:trail/audit" for account in ("1" * 12, "2" * 12)
]
KEY: Final = f"arn:aws:kms:{REGION}:{OWN}:key/11111111-2222-3333-4444-555555555555"
READER: Final = f"arn:aws:iam::{OWN}:role/auditor"


def make(**args: Any) -> LogArchive:
    given = cast("LogArchiveArgs", {"trails": TRAILS, **args})
    made: LogArchive = run(lambda: LogArchive("logs", given))
    return made


def test_children_keep_their_names(recorder: Any) -> None:
    make()
    assert {name: args.typ.rpartition(":")[2] for name, args in recorder.resources.items()} == {
        "logs": "Bucket",
        "logs-access-logs": "Bucket",
        "logs-access-logs-encryption": "BucketServerSideEncryptionConfiguration",
        "logs-access-logs-lifecycle": "BucketLifecycleConfiguration",
        "logs-access-logs-ownership": "BucketOwnershipControls",
        "logs-access-logs-policy": "BucketPolicy",
        "logs-access-logs-public-access-block": "BucketPublicAccessBlock",
        "logs-access-logs-versioning": "BucketVersioning",
        "logs-bucket-logging": "BucketLogging",
        "logs-encryption": "BucketServerSideEncryptionConfiguration",
        "logs-key": "Key",
        "logs-key-alias": "Alias",
        "logs-lifecycle": "BucketLifecycleConfiguration",
        "logs-object-lock": "BucketObjectLockConfiguration",
        "logs-ownership": "BucketOwnershipControls",
        "logs-policy": "BucketPolicy",
        "logs-public-access-block": "BucketPublicAccessBlock",
        "logs-versioning": "BucketVersioning",
    }


def test_each_trail_writes_below_its_accounts_folder_with_the_key(recorder: Any) -> None:
    made = make()
    writes = recorder.statements("logs-policy")["CloudTrailWrites"]
    assert writes["Resource"] == [
        f"arn:aws:s3:::logs-1234567/AWSLogs/{account}/*" for account in ("1" * 12, "2" * 12)
    ]
    assert writes["Condition"]["StringEquals"]["aws:SourceArn"] == TRAILS
    encrypts = recorder.statements("logs-key")["CloudTrailEncrypts"]
    assert encrypts["Condition"]["StringEquals"] == {
        "aws:SourceArn": TRAILS,
        "kms:EncryptionContext:aws:cloudtrail:arn": TRAILS,
    }
    assert value(made.bucket_name) == "logs-1234567"
    assert value(made.kms_key_arn) == "arn-of-logs-key"


def test_trail_of_an_organization_writes_below_the_organizations_folder_too(
    recorder: Any,
) -> None:
    make(trails=TRAILS[:1], organization_id=pulumi.Output.from_input("o-a1b2c3d4e5"))
    writes = recorder.statements("logs-policy")["CloudTrailWrites"]
    assert writes["Resource"] == [
        f"arn:aws:s3:::logs-1234567/AWSLogs/{'1' * 12}/*",
        "arn:aws:s3:::logs-1234567/AWSLogs/o-a1b2c3d4e5/*",
    ]
    assert writes["Condition"]["StringEquals"]["aws:SourceArn"] == TRAILS[0]


def test_everything_that_can_be_chosen_passes_the_policy_pack(recorder: Any) -> None:
    made = make(
        decrypt_principals=[READER],
        files={
            "retention_in_days": 3650,
            "object_lock": {"mode": "compliance"},
            "transition": {"storage_class": "DEEP_ARCHIVE"},
            "inventory": "daily",
            "athena": {},
        },
    )
    judged = made_by(recorder)
    assert found(judged.types, judged.properties) == set()
    assert value(made.athena_workgroup_name) == "project-stack-logs"
    accounts = recorder.inputs("logs-table")["parameters"]["projection.account.values"]
    assert accounts == f"{'1' * 12},{'2' * 12}"


def test_given_key_encrypts_and_none_is_made(recorder: Any) -> None:
    make(kms_key_arn=KEY)
    assert "logs-key" not in recorder.resources
    (rule,) = recorder.inputs("logs-encryption")["rules"]
    assert rule["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"] == KEY
    denied = recorder.statements("logs-policy")["DenyOtherKeys"]
    assert list(denied["Condition"]["StringNotLike"].values()) == [KEY]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"trails": []}, "'trails' is empty; name at least one"),
        ({"trails": [TRAILS[0], TRAILS[0]]}, "'trails' names something twice"),
        ({"trails": ["audit"]}, "'trails.0' is not allowed; give the ARN of a trail"),
        ({"trails": [TRAILS[0].replace("audit", "*")]}, "'trails.0' is not allowed"),
        ({"trails": [TRAILS[0].replace("1" * 12, "*")]}, "'trails.0' is not allowed"),
        ({"trails": TRAILS[0]}, "'trails' is a str"),
        ({"organization_id": "acme"}, "'organization_id' is not allowed"),
        ({"kms_key_arn": "alias/logs"}, "'kms_key_arn' is not allowed; give the ARN of a key"),
        ({"decrypt_principals": ["*"]}, "'decrypt_principals.0' is not allowed"),
        ({"decrypt_principals": [READER], "kms_key_arn": KEY}, "goes with the key that is made"),
        ({"files": {"retention_in_days": 30}}, "'files.retention_in_days' is not allowed"),
        ({"retention_in_days": 365}, "'retention_in_days' is unknown"),
    ],
)
def test_bad_argument_is_refused_before_anything_is_registered(
    recorder: Any, args: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        make(**args)
    assert not recorder.resources


def test_trails_must_be_named(recorder: Any) -> None:
    with pytest.raises(ArgumentError, match="'trails' is required and missing"):
        run(lambda: LogArchive("logs", cast("LogArchiveArgs", {})))
    assert not recorder.resources


HARMLESS: Final = harmless("logs")


def test_every_weakening_is_found_or_harmless(recorder: Any) -> None:
    make()
    left, used = survivors(made_by(recorder), HARMLESS)
    assert left == []
    assert not HARMLESS.keys() - used, "an excuse that excuses nothing any more"


@pytest.mark.parametrize("framework", ["CIS AWS 7.0", "AWS FSBP"])
def test_docstring_names_what_the_rules_of_its_children_serve(
    recorder: Any, framework: str
) -> None:
    make()
    types = made_by(recorder).types.values()
    assert claimed(LogArchive, framework) == served(types, framework)
