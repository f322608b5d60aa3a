"""`AuditTrail` by its children's inputs.

In process, with mocks: that AWS takes the inputs is shown on the local cloud (`tests/engine`), and
that they are safe by the policy pack, which does not know the component.
"""

from __future__ import annotations

from typing import Any, cast

import pulumi
import pytest

from secure_components import ArgumentError, AuditTrail, AuditTrailArgs
from tests.secure_components.programs import run

ACCOUNT, REGION = "123456789012", "eu-west-1"
TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/project-stack-audit"
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/cloudtrail/project-stack-audit"
GIVEN_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"


def make(**args: Any) -> AuditTrail:
    made: AuditTrail = run(lambda: AuditTrail("audit", cast("AuditTrailArgs", args)))
    return made


def test_children_keep_their_names(recorder: Any) -> None:
    make()
    assert {name: args.typ.rpartition(":")[2] for name, args in recorder.resources.items()} == {
        "audit": "Trail",
        "audit-bucket": "Bucket",
        "audit-bucket-encryption": "BucketServerSideEncryptionConfiguration",
        "audit-bucket-ownership": "BucketOwnershipControls",
        "audit-bucket-policy": "BucketPolicy",
        "audit-bucket-public-access-block": "BucketPublicAccessBlock",
        "audit-bucket-versioning": "BucketVersioning",
        "audit-key": "Key",
        "audit-key-alias": "Alias",
        "audit-log-group": "LogGroup",
        "audit-log-role": "Role",
        "audit-log-role-policy": "RolePolicy",
    }


def test_trail(recorder: Any) -> None:
    make()
    assert recorder.inputs("audit") == {
        "name": "project-stack-audit",
        "s3BucketName": "logs-1234567",
        "kmsKeyId": "arn-of-audit-key",
        "isMultiRegionTrail": True,
        "includeGlobalServiceEvents": True,
        "enableLogging": True,
        "enableLogFileValidation": True,
        "cloudWatchLogsGroupArn": f"{GROUP}:*",
        "cloudWatchLogsRoleArn": "arn-of-audit-log-role",
    }


def test_key_rotates_and_serves_this_trail_alone(recorder: Any) -> None:
    make()
    assert recorder.inputs("audit-key")["enableKeyRotation"] is True
    policy = recorder.statements("audit-key")
    assert policy["CloudTrailEncrypts"]["Condition"] == {
        "StringEquals": {
            "aws:SourceArn": TRAIL,
            "kms:EncryptionContext:aws:cloudtrail:arn": TRAIL,
        },
    }
    assert policy["CloudTrailDescribes"]["Condition"] == {"StringEquals": {"aws:SourceArn": TRAIL}}
    logs = policy["CloudWatchLogsEncrypts"]
    assert logs["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}
    assert logs["Condition"] == {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": GROUP}}


def test_bucket_is_private_versioned_and_encrypted(recorder: Any) -> None:
    make()
    assert "forceDestroy" not in recorder.inputs("audit-bucket")
    private = recorder.inputs("audit-bucket-public-access-block")
    assert [value for key, value in private.items() if key != "bucket"] == [True] * 4
    versioning = recorder.inputs("audit-bucket-versioning")
    assert versioning["versioningConfiguration"] == {"status": "Enabled"}
    (rule,) = recorder.inputs("audit-bucket-encryption")["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {
        "sseAlgorithm": "aws:kms",
        "kmsMasterKeyId": "arn-of-audit-key",
    }
    ownership = recorder.inputs("audit-bucket-ownership")
    assert ownership["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


def test_bucket_takes_this_trails_files_alone_and_tls_alone(recorder: Any) -> None:
    make()
    policy = recorder.statements("audit-bucket-policy")
    allowed = [one for one in policy.values() if one["Effect"] == "Allow"]
    assert [one["Principal"] for one in allowed] == [{"Service": "cloudtrail.amazonaws.com"}] * 2
    for statement in allowed:
        assert statement["Condition"]["StringEquals"]["aws:SourceArn"] == TRAIL
    write = policy["CloudTrailWrites"]
    assert write["Action"] == "s3:PutObject"
    assert write["Resource"] == f"arn:aws:s3:::logs-1234567/AWSLogs/{ACCOUNT}/*"
    denied = policy["DenyPlainHttp"]
    assert (denied["Principal"], denied["Action"]) == ("*", "s3:*")
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert policy["DenyOldTls"]["Condition"] == {"NumericLessThan": {"s3:TlsVersion": "1.2"}}


def test_delivery_role_may_write_to_the_log_group_alone(recorder: Any) -> None:
    make()
    (trust,) = recorder.statements("audit-log-role", "assumeRolePolicy").values()
    assert trust["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
    (statement,) = recorder.statements("audit-log-role-policy").values()
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"] == f"{GROUP}:log-stream:{ACCOUNT}_CloudTrail_{REGION}*"


def test_log_group_is_encrypted_and_retained(recorder: Any) -> None:
    make(retention_in_days=731)
    assert recorder.inputs("audit-log-group") == {
        "name": "/aws/cloudtrail/project-stack-audit",
        "kmsKeyId": "arn-of-audit-key",
        "retentionInDays": 731,
    }


def test_given_key_and_name_are_used(recorder: Any) -> None:
    make(kms_key_arn=GIVEN_KEY, trail_name="org.audit")
    assert "audit-key" not in recorder.resources
    assert "audit-key-alias" not in recorder.resources
    assert recorder.inputs("audit")["kmsKeyId"] == GIVEN_KEY
    assert recorder.inputs("audit")["name"] == "org.audit"
    assert recorder.inputs("audit-log-group")["kmsKeyId"] == GIVEN_KEY


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"retention": 365}, "'retention' is unknown; did you mean 'retention_in_days'"),
        ({"retention_in_days": 30}, "'retention_in_days' is not allowed; give one of 365, 400"),
        ({"retention_in_days": 0}, "'retention_in_days' is not allowed"),
        ({"kms_key_arn": "alias/trail"}, "'kms_key_arn' is not allowed; give the ARN of a key"),
        ({"trail_name": "-x-"}, "'trail_name' is not allowed; give 3 to 128"),
        ({"trail_name": "a..b"}, "'trail_name' is not allowed"),
        ({"trail_name": "x" * 129}, "'trail_name' is not allowed"),
    ],
)
def test_bad_argument_is_refused_before_anything_is_registered(
    recorder: Any, args: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        make(**args)
    assert not recorder.resources


@pytest.mark.parametrize("name", ["a" * 129], ids=["over 128 characters with project and stack"])
def test_name_that_makes_no_trail_name_is_refused(recorder: Any, name: str) -> None:
    with pytest.raises(ArgumentError, match="'trail_name' is needed"):
        AuditTrail(name)
    assert not recorder.resources


def test_default_trail_name_is_made_valid(recorder: Any) -> None:
    pulumi.runtime.set_mocks(recorder, project="My Project!", stack="dev_1")
    make()
    assert recorder.inputs("audit")["name"] == "My-Project-dev-1-audit"
