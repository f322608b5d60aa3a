"""`AuditTrail` by its children's inputs.

In process, with mocks: that AWS takes the inputs is shown on the local cloud (`tests/engine`), and
that they are safe by the policy pack, which does not know the component.
"""

from __future__ import annotations

import inspect
import json
from typing import Any, cast

import pulumi
import pytest

from local.cloud import policies
from secure_components import ArgumentError, AuditTrail, AuditTrailArgs
from secure_components.audit_trail import args as args_module
from secure_components.audit_trail.events import DATA_EVENTS, INSIGHTS
from secure_components.audit_trail.monitoring import MONITORS, NAMES
from secure_components.audit_trail.queries import QUERIES
from secure_components.audit_trail.storage import MODES, STORAGE_CLASSES
from tests.secure_components.programs import run, value
from tests.secure_components.weakening import found, made_by

ACCOUNT, REGION = "123456789012", "eu-west-1"
TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/project-stack-audit"
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/cloudtrail/project-stack-audit"
NAMESPACE = "AuditTrail/project-stack-audit"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:security"
ARCHIVE = {
    "bucket_name": "central-logs",
    "kms_key_arn": f"arn:aws:kms:{REGION}:999999999999:key/11111111-2222-3333-4444-555555555555",
}
"""What another account's `LogArchive` tells."""
GIVEN_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"


def make(**args: Any) -> AuditTrail:
    made: AuditTrail = run(lambda: AuditTrail("audit", cast("AuditTrailArgs", args)))
    return made


def test_children_keep_their_names(recorder: Any) -> None:
    make()
    assert {name: args.typ.rpartition(":")[2] for name, args in recorder.resources.items()} == {
        "audit": "Trail",
        "audit-access-logs": "Bucket",
        "audit-access-logs-encryption": "BucketServerSideEncryptionConfiguration",
        "audit-access-logs-lifecycle": "BucketLifecycleConfiguration",
        "audit-access-logs-ownership": "BucketOwnershipControls",
        "audit-access-logs-policy": "BucketPolicy",
        "audit-access-logs-public-access-block": "BucketPublicAccessBlock",
        "audit-access-logs-versioning": "BucketVersioning",
        "audit-bucket": "Bucket",
        "audit-bucket-encryption": "BucketServerSideEncryptionConfiguration",
        "audit-bucket-lifecycle": "BucketLifecycleConfiguration",
        "audit-bucket-logging": "BucketLogging",
        "audit-bucket-object-lock": "BucketObjectLockConfiguration",
        "audit-bucket-ownership": "BucketOwnershipControls",
        "audit-bucket-policy": "BucketPolicy",
        "audit-bucket-public-access-block": "BucketPublicAccessBlock",
        "audit-bucket-versioning": "BucketVersioning",
        "audit-key": "Key",
        "audit-key-alias": "Alias",
        "audit-log-group": "LogGroup",
        "audit-log-role": "Role",
        "audit-log-role-policy": "RolePolicy",
        "audit-topic": "Topic",
        "audit-topic-policy": "TopicPolicy",
        **{f"audit-filter-{name}": "LogMetricFilter" for name in NAMES},
        **{f"audit-alarm-{name}": "MetricAlarm" for name in NAMES},
        **{f"audit-query-{name}": "QueryDefinition" for name in QUERIES},
    }
    assert len(recorder.resources) == 59


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
        "insightSelectors": [{"insightType": one} for one in INSIGHTS],
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
    # With a bucket key, the key's conditions on the trail's encryption context are never met.
    assert "bucketKeyEnabled" not in rule
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


def allowed(recorder: Any, bucket: str, principal: str | None, **context: str) -> bool:
    """Ask a bucket's policy whether it lets a principal put an object."""
    document = recorder.inputs(f"audit-{bucket}-policy")["policy"]
    folder = "AWSLogs/" + ACCOUNT if bucket == "bucket" else "audit"
    name = recorder.bucket(f"audit-{bucket}")
    granted = json.loads(document)
    if principal is None:
        # IAM allows it: what is left to decide are the denies.
        anything = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
        granted["Statement"].append(anything)
    return policies.allows(
        json.dumps(granted),
        "s3:PutObject",
        f"arn:aws:s3:::{name}/{folder}/file",
        principal=("Service", principal) if principal else ("AWS", "anybody"),
        context={
            "aws:SecureTransport": "true",
            "s3:TlsVersion": "1.3",
            "aws:PrincipalIsAWSService": "false" if principal is None else "true",
            "s3:x-amz-acl": "bucket-owner-full-control",
            "aws:SourceAccount": ACCOUNT,
            **context,
        },
    )


KEY_HEADER = "s3:x-amz-server-side-encryption-aws-kms-key-id"
BY_TRAIL = {"aws:SourceArn": TRAIL}
CLOUDTRAIL = "cloudtrail.amazonaws.com"


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({KEY_HEADER: GIVEN_KEY, "s3:x-amz-server-side-encryption": "aws:kms"}, True),
        ({KEY_HEADER: GIVEN_KEY.rpartition("/")[2]}, True),
        ({}, True),
        ({"s3:x-amz-server-side-encryption": "AES256"}, True),
        ({KEY_HEADER: GIVEN_KEY.replace("1111", "2222")}, False),
        ({"aws:SourceArn": TRAIL + "-of-another"}, False),
    ],
    ids=["log file", "by the key's id", "bucket's default", "digest", "other key", "other trail"],
)
def test_bucket_takes_what_the_trail_delivers_and_nothing_under_another_key(
    recorder: Any, context: dict[str, str], *, expected: bool
) -> None:
    make(kms_key_arn=GIVEN_KEY)
    assert allowed(recorder, "bucket", CLOUDTRAIL, **{**BY_TRAIL, **context}) is expected


@pytest.mark.parametrize(("account", "expected"), [(ACCOUNT, True), ("2" * 12, False)])
def test_bucket_takes_nothing_under_another_accounts_key(
    recorder: Any, account: str, *, expected: bool
) -> None:
    make()
    context = {**BY_TRAIL, KEY_HEADER: GIVEN_KEY.replace(ACCOUNT, account)}
    assert allowed(recorder, "bucket", CLOUDTRAIL, **context) is expected


@pytest.mark.parametrize("bucket", ["bucket", "access-logs"])
def test_nobody_whom_iam_allows_it_puts_a_file_into_either_bucket(
    recorder: Any, bucket: str
) -> None:
    make()
    assert not allowed(recorder, bucket, None)
    assert allowed(recorder, bucket, None, **{"aws:PrincipalIsAWSService": "true"})


# --- How files are kept ---


def test_files_are_locked_in_governance_mode_for_as_long_as_they_are_kept(recorder: Any) -> None:
    make()
    assert recorder.inputs("audit-bucket")["objectLockEnabled"] is True
    assert recorder.inputs("audit-bucket-object-lock")["rule"] == {
        "defaultRetention": {"mode": "GOVERNANCE", "days": 365}
    }
    (rule,) = recorder.inputs("audit-bucket-lifecycle")["rules"]
    assert rule == {
        "id": "retention",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "expiration": {"days": 365},
        "noncurrentVersionExpiration": {"noncurrentDays": 30},
        "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
    }


def test_lock_retention_and_transition_are_as_asked_for(recorder: Any) -> None:
    make(
        files={
            "retention_in_days": 2557,
            "object_lock": {"mode": "compliance", "days": 400},
            "transition": {"storage_class": "DEEP_ARCHIVE", "after_days": 180},
        },
    )
    assert recorder.inputs("audit-bucket-object-lock")["rule"] == {
        "defaultRetention": {"mode": "COMPLIANCE", "days": 400}
    }
    (rule,) = recorder.inputs("audit-bucket-lifecycle")["rules"]
    assert rule["expiration"] == {"days": 2557}
    assert rule["transitions"] == [{"storageClass": "DEEP_ARCHIVE", "days": 180}]
    (logs,) = recorder.inputs("audit-access-logs-lifecycle")["rules"]
    assert logs["expiration"] == {"days": 2557}
    assert "transitions" not in logs


def test_what_moves_is_read_at_once_unless_told_otherwise(recorder: Any) -> None:
    make(files={"transition": {}})
    (rule,) = recorder.inputs("audit-bucket-lifecycle")["rules"]
    assert rule["transitions"] == [{"storageClass": "GLACIER_IR", "days": 90}]


def test_lock_can_be_left_off(recorder: Any) -> None:
    make(files={"object_lock": {"mode": "off"}})
    assert "audit-bucket-object-lock" not in recorder.resources
    assert "objectLockEnabled" not in recorder.inputs("audit-bucket")


def test_who_reads_files_is_recorded_in_a_bucket_of_its_own(recorder: Any) -> None:
    made = make()
    assert recorder.inputs("audit-bucket-logging") == {
        "bucket": "logs-1234567",
        "targetBucket": "audit-access-logs-1234567",
        "targetPrefix": "audit/",
    }
    assert value(made.access_log_bucket_name) == "audit-access-logs-1234567"
    # S3 delivers to no bucket that is locked, or that SSE-KMS encrypts.
    assert recorder.inputs("audit-access-logs") == {}
    assert recorder.inputs("audit-access-logs-encryption")["rules"] == [
        {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
    ]
    private = recorder.inputs("audit-access-logs-public-access-block")
    assert [value for key, value in private.items() if key != "bucket"] == [True] * 4
    policy = recorder.statements("audit-access-logs-policy")
    write = policy["AccessLogsWrite"]
    assert write["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert write["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": "arn:aws:s3:::logs-1234567"},
    }
    assert {name for name, one in policy.items() if one["Effect"] == "Deny"} == {
        "DenyPlainHttp",
        "DenyOldTls",
        "DenyOtherWriters",
    }


def test_given_bucket_takes_the_access_logs_and_none_is_made(recorder: Any) -> None:
    made = make(files={"access_log_bucket": "all-access-logs"})
    assert not [name for name in recorder.resources if "access-logs" in name]
    assert recorder.inputs("audit-bucket-logging")["targetBucket"] == "all-access-logs"
    assert value(made.access_log_bucket_name) == "all-access-logs"


def test_inventory_lists_every_version_into_the_access_logs_bucket(recorder: Any) -> None:
    make(files={"inventory": "weekly"})
    inventory = recorder.inputs("audit-inventory")
    assert inventory["bucket"] == "logs-1234567"
    assert inventory["includedObjectVersions"] == "All"
    assert inventory["schedule"] == {"frequency": "Weekly"}
    destination = inventory["destination"]["bucket"]
    assert destination["bucketArn"] == "arn:aws:s3:::audit-access-logs-1234567"
    assert destination["accountId"] == ACCOUNT
    writes = recorder.statements("audit-access-logs-policy")["InventoryWrites"]
    assert writes["Principal"] == {"Service": "s3.amazonaws.com"}
    assert writes["Condition"] == {
        "StringEquals": {
            "aws:SourceAccount": ACCOUNT,
            "s3:x-amz-acl": "bucket-owner-full-control",
        },
        "ArnLike": {"aws:SourceArn": "arn:aws:s3:::logs-1234567"},
    }
    made = made_by(recorder)
    assert found(made.types, made.properties) == set()


def test_nobody_lists_files_unless_asked(recorder: Any) -> None:
    make()
    assert "InventoryWrites" not in recorder.statements("audit-access-logs-policy")


# --- An archive in another account ---


def test_archive_takes_the_files_and_no_bucket_is_made(recorder: Any) -> None:
    made = make(archive=ARCHIVE)
    assert not [args for args in recorder.resources.values() if args.typ.startswith("aws:s3/")]
    trail = recorder.inputs("audit")
    assert trail["s3BucketName"] == ARCHIVE["bucket_name"]
    assert trail["kmsKeyId"] == ARCHIVE["kms_key_arn"]
    # The log group and the topic are of this account, and so is their key.
    assert recorder.inputs("audit-log-group")["kmsKeyId"] == "arn-of-audit-key"
    assert not [one for one in recorder.statements("audit-key") if one.startswith("CloudTrail")]
    assert value(made.bucket_name) == ARCHIVE["bucket_name"]
    assert value(made.kms_key_arn) == ARCHIVE["kms_key_arn"]
    assert not value(made.access_log_bucket_name)
    judged = made_by(recorder)
    assert found(judged.types, judged.properties) == set()


def test_data_events_leave_the_archives_buckets_out(recorder: Any) -> None:
    make(archive={**ARCHIVE, "access_log_bucket_name": "central-access"}, data_events=["s3"])
    (selector,) = [
        one for one in recorder.inputs("audit")["advancedEventSelectors"] if one["name"] == "s3"
    ]
    assert selector["fieldSelectors"][-1]["notStartsWiths"] == [
        "arn:aws:s3:::central-logs/",
        "arn:aws:s3:::central-access/",
    ]


# --- What is recorded besides ---


def test_insights_are_as_asked_for(recorder: Any) -> None:
    make(insights=["ApiErrorRateInsight"])
    selected = recorder.inputs("audit")["insightSelectors"]
    assert selected == [{"insightType": "ApiErrorRateInsight"}]


def test_data_events_come_besides_all_management_events_without_the_trails_own(
    recorder: Any,
) -> None:
    make(data_events=["s3", "lambda"])
    data = {"field": "eventCategory", "equals": ["Data"]}
    assert recorder.inputs("audit")["advancedEventSelectors"] == [
        {
            "name": "management",
            "fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]}],
        },
        {
            "name": "s3",
            "fieldSelectors": [
                data,
                {"field": "resources.type", "equals": ["AWS::S3::Object"]},
                {
                    "field": "resources.ARN",
                    "notStartsWiths": [
                        "arn:aws:s3:::logs-1234567/",
                        "arn:aws:s3:::audit-access-logs-1234567/",
                    ],
                },
            ],
        },
        {
            "name": "lambda",
            "fieldSelectors": [
                data,
                {"field": "resources.type", "equals": ["AWS::Lambda::Function"]},
            ],
        },
    ]


@pytest.mark.parametrize("name", DATA_EVENTS)
def test_each_kind_of_data_events_passes_the_policy_pack(recorder: Any, name: str) -> None:
    make(data_events=[name], insights=["ApiErrorRateInsight"])
    made = made_by(recorder)
    assert found(made.types, made.properties) == set()


def test_every_choice_of_events_stands_in_the_arguments_documentation() -> None:
    text = inspect.getsource(args_module)
    for name in (*DATA_EVENTS, *INSIGHTS, *STORAGE_CLASSES, *MODES):
        assert f"`{name}`" in text
    for price in STORAGE_CLASSES.values():
        assert f"{price:g}" in text


# --- An organization's trail ---


def test_organizations_trail_writes_below_both_folders_and_into_its_streams(
    recorder: Any,
) -> None:
    make(organization_id=pulumi.Output.from_input("o-a1b2c3d4e5"))
    assert recorder.inputs("audit")["isOrganizationTrail"] is True
    write = recorder.statements("audit-bucket-policy")["CloudTrailWrites"]
    assert write["Resource"] == [
        f"arn:aws:s3:::logs-1234567/AWSLogs/{ACCOUNT}/*",
        "arn:aws:s3:::logs-1234567/AWSLogs/o-a1b2c3d4e5/*",
    ]
    assert write["Condition"]["StringEquals"]["aws:SourceArn"] == TRAIL
    (statement,) = recorder.statements("audit-log-role-policy").values()
    assert statement["Resource"] == [
        f"{GROUP}:log-stream:{ACCOUNT}_CloudTrail_{REGION}*",
        f"{GROUP}:log-stream:o-a1b2c3d4e5_*",
    ]
    made = made_by(recorder)
    assert found(made.types, made.properties) == set()


# --- Who reads ---


def test_readers_decrypt_this_trails_files_alone(recorder: Any) -> None:
    readers = [f"arn:aws:iam::{ACCOUNT}:role/auditor", f"arn:aws:iam::{ACCOUNT}:user/jane"]
    make(decrypt_principals=[readers[0], pulumi.Output.from_input(readers[1])])
    assert recorder.statements("audit-key")["ReadersDecrypt"] == {
        "Sid": "ReadersDecrypt",
        "Effect": "Allow",
        "Principal": {"AWS": readers},
        "Action": "kms:Decrypt",
        "Resource": "*",
        "Condition": {"StringEquals": {"kms:EncryptionContext:aws:cloudtrail:arn": TRAIL}},
    }
    made = made_by(recorder)
    assert found(made.types, made.properties) == set()


def test_nobody_decrypts_by_the_keys_policy_unless_named(recorder: Any) -> None:
    make()
    assert "ReadersDecrypt" not in recorder.statements("audit-key")


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


# --- Alarms ---


def test_each_monitor_counts_its_events_of_the_log_group(recorder: Any) -> None:
    make()
    for monitor in MONITORS:
        assert recorder.inputs(f"audit-filter-{monitor.name}") == {
            "logGroupName": "/aws/cloudtrail/project-stack-audit",
            "pattern": monitor.pattern,
            "metricTransformation": {
                "name": monitor.name,
                "namespace": NAMESPACE,
                "value": "1",
            },
        }


def test_each_monitor_alarms_at_the_first_event(recorder: Any) -> None:
    made = make()
    for monitor in MONITORS:
        alarm = recorder.inputs(f"audit-alarm-{monitor.name}")
        assert monitor.meaning in alarm.pop("alarmDescription")
        assert alarm == {
            "namespace": NAMESPACE,
            "metricName": monitor.name,
            "statistic": "Sum",
            "period": 300,
            "evaluationPeriods": 1,
            "comparisonOperator": "GreaterThanOrEqualToThreshold",
            "threshold": 1,
            "treatMissingData": "notBreaching",
            "alarmActions": ["arn-of-audit-topic"],
        }
    assert value(made.topic_arn) == "arn-of-audit-topic"


def test_topic_is_encrypted_and_told_by_this_accounts_alarms_alone(recorder: Any) -> None:
    make()
    assert recorder.inputs("audit-topic") == {
        "name": "project-stack-audit-alarms",
        "kmsMasterKeyId": "arn-of-audit-key",
    }
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:project-stack-audit-alarms"
    policy = recorder.statements("audit-topic-policy")
    publish = policy["AlarmsPublish"]
    assert publish["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert (publish["Action"], publish["Resource"]) == ("sns:Publish", topic)
    alarms = {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:*"},
    }
    assert publish["Condition"] == alarms
    assert [one["Effect"] for one in policy.values()] == ["Allow", "Deny"]
    key = recorder.statements("audit-key")["AlarmsEncrypt"]
    assert key["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert key["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert key["Condition"] == alarms


def test_given_topic_is_told_and_none_is_made(recorder: Any) -> None:
    made = make(alarms={"topic_arn": TOPIC})
    assert not {"audit-topic", "audit-topic-policy"} & recorder.resources.keys()
    assert recorder.inputs("audit-alarm-root-use")["alarmActions"] == [TOPIC]
    assert "AlarmsEncrypt" not in recorder.statements("audit-key")
    assert value(made.topic_arn) == TOPIC


def test_thresholds_and_periods_are_by_alarm(recorder: Any) -> None:
    make(alarms={"thresholds": {"failed-sign-ins": 5}, "periods": {"failed-sign-ins": 900}})
    failed = recorder.inputs("audit-alarm-failed-sign-ins")
    assert (failed["threshold"], failed["period"]) == (5, 900)
    others = recorder.inputs("audit-alarm-root-use")
    assert (others["threshold"], others["period"]) == (1, 300)


def test_what_is_left_out_has_neither_filter_nor_alarm(recorder: Any) -> None:
    make(alarms={"without": ["vpc-changes"]})
    assert [name for name in recorder.resources if "vpc-changes" in name] == []
    assert len(recorder.resources) == 57


def test_sign_ins_of_everybody_count_where_asked(recorder: Any) -> None:
    make(alarms={"sign_in_without_mfa": "everybody"})
    assert recorder.inputs("audit-filter-sign-in-without-mfa")["pattern"] == (
        '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }'
    )


def test_composite_alarm_goes_off_with_any_of_those_that_are_chosen(recorder: Any) -> None:
    make(alarms={"composite": {"alarms": ["root-use", "vpc-changes"], "topic_arn": TOPIC}})
    assert recorder.inputs("audit-composite-alarm") == {
        "alarmName": "project-stack-audit-composite",
        "alarmDescription": "One of several alarms of the trail project-stack-audit goes off.",
        "alarmRule": 'ALARM("audit-alarm-root-use-1") OR ALARM("audit-alarm-vpc-changes-1")',
        "alarmActions": [TOPIC],
        "okActions": [TOPIC],
    }
    assert recorder.inputs("audit-alarm-root-use")["alarmActions"] == ["arn-of-audit-topic"]
    made = made_by(recorder)
    assert found(made.types, made.properties) == set()


def test_composite_alarm_is_over_all_and_tells_their_topic_unless_told_otherwise(
    recorder: Any,
) -> None:
    make(alarms={"composite": {}, "without": ["vpc-changes"]})
    composite = recorder.inputs("audit-composite-alarm")
    assert composite["alarmRule"].count("ALARM(") == len(NAMES) - 1
    assert composite["alarmActions"] == ["arn-of-audit-topic"]


def test_subscriptions_are_named_by_what_they_are(recorder: Any) -> None:
    one, two = "security@example.com", "https://example.com/alarms"

    def subscribed(*endpoints: str) -> dict[str, Any]:
        recorder.resources.clear()
        make(alarms={"subscriptions": endpoints})
        return {n: args.inputs for n, args in recorder.resources.items() if "subscription" in n}

    made = subscribed(one, two)
    assert sorted(made.values(), key=lambda each: str(each["protocol"])) == [
        {"topic": "arn-of-audit-topic", "protocol": "email", "endpoint": one},
        {"topic": "arn-of-audit-topic", "protocol": "https", "endpoint": two},
    ]
    assert subscribed(two, one) == made


# --- Queries ---


def test_queries_are_saved_for_the_log_group(recorder: Any) -> None:
    make()
    for name, text in QUERIES.items():
        assert recorder.inputs(f"audit-query-{name}") == {
            "name": f"project-stack-audit/{name}",
            "logGroupNames": ["/aws/cloudtrail/project-stack-audit"],
            "queryString": text,
        }


def test_query_for_changes_by_others_than_the_pipeline(recorder: Any) -> None:
    roles = [f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("deploy", "ci/plan")]
    make(pipeline_role_arns=[roles[0], pulumi.Output.from_input(roles[1])])
    query = recorder.inputs("audit-query-changes-outside-the-pipeline")["queryString"]
    assert f'filter who not in ["{roles[0]}", "{roles[1]}"]' in query


def test_output_that_is_no_role_is_refused_when_it_resolves(recorder: Any) -> None:
    quoted = pulumi.Output.from_input(f'arn:aws:iam::{ACCOUNT}:role/a"] | delete')
    with pytest.raises(ValueError, match=r"'pipeline_role_arns\.0' is not allowed"):
        make(pipeline_role_arns=[quoted])
    assert "audit-query-changes-outside-the-pipeline" not in recorder.resources


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
        ({"alarms": {"enabled": False}}, "'alarms.enabled' is unknown"),
        ({"alarms": {"topic_arn": "security"}}, "'alarms.topic_arn' is not allowed"),
        (
            {"alarms": {"topic_arn": TOPIC, "subscriptions": ["a@example.com"]}},
            "'alarms.subscriptions' goes with the topic that is made",
        ),
        ({"alarms": {"subscriptions": ["a@example.com"] * 2}}, "names something twice"),
        ({"alarms": {"subscriptions": ["http://example.com"]}}, "'alarms.subscriptions.0' is not"),
        ({"alarms": {"subscriptions": ["nobody"]}}, "'alarms.subscriptions.0' is not allowed"),
        ({"alarms": {"sign_in_without_mfa": "all"}}, "give iam_users, everybody"),
        ({"alarms": {"without": ["root-usage"]}}, "'alarms.without.0' is not allowed"),
        ({"alarms": {"without": ["root-use"] * 2}}, "'alarms.without' names something twice"),
        ({"alarms": {"thresholds": {"root-usage": 1}}}, "'alarms.thresholds' is not allowed"),
        ({"alarms": {"thresholds": {"root-use": 0}}}, "'alarms.thresholds.root-use' is not"),
        ({"alarms": {"thresholds": {"root-use": "1"}}}, "'alarms.thresholds.root-use' is a str"),
        ({"alarms": {"periods": {"root-usage": 60}}}, "'alarms.periods' is not allowed"),
        ({"alarms": {"periods": {"root-use": 90}}}, "is no number of whole minutes"),
        ({"alarms": {"periods": {"root-use": 86_460}}}, "give 60 to 86,400 seconds"),
        ({"pipeline_role_arns": ["deploy"]}, "'pipeline_role_arns.0' is not allowed"),
        ({"files": {"retention_in_days": 364}}, "give 365 to 36,500 days"),
        ({"files": {"object_lock": {"mode": "GOVERNANCE"}}}, "give governance, compliance, off"),
        (
            {"files": {"object_lock": {"days": 0}}},
            "'files.object_lock.days' is not allowed; give 1 to 365 days",
        ),
        (
            {"files": {"object_lock": {"days": 366}}},
            "'files.object_lock.days' is not allowed; give 1 to 365 days",
        ),
        (
            {"files": {"object_lock": {"mode": "off", "days": 30}}},
            "'files.object_lock.days' goes with a lock",
        ),
        (
            {"files": {"transition": {"storage_class": "GLACIER_FLEXIBLE"}}},
            "'files.transition.storage_class' is not",
        ),
        (
            {"files": {"transition": {"after_days": 29}}},
            "'files.transition.after_days' is not allowed; give 30 to 364",
        ),
        (
            {"files": {"transition": {"after_days": 365}}},
            "'files.transition.after_days' is not allowed; give 30 to 364",
        ),
        (
            {"files": {"access_log_bucket": "Logs"}},
            "'files.access_log_bucket' is not allowed; give the name of a",
        ),
        (
            {"files": {"inventory": "hourly"}},
            "'files.inventory' is not allowed; give daily, weekly",
        ),
        (
            {"files": {"athena": {"scan_limit_in_gb": 0}}},
            "scan_limit_in_gb' is not allowed; give 1",
        ),
        ({"files": {"athena": {"result_retention_in_days": 366}}}, "give 1 to 365 days"),
        ({"files": {}, "archive": ARCHIVE}, "'files' goes with a bucket that is made"),
        (
            {"decrypt_principals": [], "archive": ARCHIVE},
            "'decrypt_principals' goes with a bucket that is made",
        ),
        ({"archive": {"bucket_name": "logs"}}, "'archive.kms_key_arn' is required and missing"),
        ({"archive": {**ARCHIVE, "kms_key_arn": "key"}}, "'archive.kms_key_arn' is not allowed"),
        ({"archive": {**ARCHIVE, "bucket_name": "Logs"}}, "'archive.bucket_name' is not allowed"),
        (
            {"archive": {**ARCHIVE, "access_log_bucket_name": "Logs"}},
            "'archive.access_log_bucket_name' is not allowed",
        ),
        ({"alarms": {"composite": {"alarms": []}}}, "'alarms.composite.alarms' is empty"),
        ({"alarms": {"composite": {"alarms": ["root"]}}}, "'alarms.composite.alarms.0' is not"),
        (
            {"alarms": {"composite": {"alarms": ["root-use"]}, "without": ["root-use"]}},
            "'alarms.composite.alarms.0' is not allowed",
        ),
        ({"alarms": {"composite": {"alarms": ["root-use"] * 2}}}, "names something twice"),
        ({"alarms": {"composite": {"topic_arn": "night"}}}, "'alarms.composite.topic_arn' is not"),
        ({"insights": []}, "'insights' is empty; give ApiCallRateInsight"),
        ({"insights": ["ApiCallRate"]}, "'insights.0' is not allowed; give ApiCallRateInsight,"),
        ({"insights": ["ApiCallRateInsight"] * 2}, "'insights' names something twice"),
        ({"data_events": ["AWS::S3::Object"]}, "'data_events.0' is not allowed; give s3,"),
        ({"data_events": ["s3", "s3"]}, "'data_events' names something twice"),
        ({"organization_id": "a1b2c3d4e5"}, "'organization_id' is not allowed; give the id of an"),
        ({"decrypt_principals": ["*"]}, "'decrypt_principals.0' is not allowed; give the ARN of"),
        (
            {"decrypt_principals": [], "kms_key_arn": GIVEN_KEY},
            "'decrypt_principals' goes with the key that is made",
        ),
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
