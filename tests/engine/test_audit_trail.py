"""The trail with its options switched on: deployed twice, read back with the AWS API, and ended."""

from __future__ import annotations

import json
from collections.abc import Callable
from fnmatch import fnmatch
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.cloud import Cloud
from local.workspace import Workspace
from tests.engine.editing import edit

MADE = 81
"""The stack, the auditor's role and policy, the component, and its 77 children."""


@pytest.fixture
def workspace(open_example: Callable[[str], Workspace]) -> Workspace:
    return open_example("audit-trail")


@pytest.fixture
def deployed(workspace: Workspace) -> Workspace:
    previewed = workspace.preview()
    assert previewed.code == 0, previewed.output
    assert previewed.findings == [], previewed.output  # an undecided rule is one, as an advisory
    assert previewed.changes == {"create": MADE}
    made = workspace.up()
    assert made.code == 0, made.output
    assert made.findings == []
    again = workspace.up()
    assert again.changes == {"same": MADE}, again.output
    return workspace


def statements(policy: str) -> dict[str, Any]:
    return {one["Sid"]: one for one in json.loads(policy)["Statement"]}


def test_options_are_what_was_promised(deployed: Workspace, cloud: Cloud) -> None:
    outputs, s3 = deployed.outputs(), cloud.client("s3")
    bucket, logs = outputs["bucket"], outputs["access_log_bucket"]

    lock = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 365}
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert rule["Expiration"] == {"Days": 2557}
    assert rule["Transitions"] == [{"StorageClass": "GLACIER_IR", "Days": 90}]
    assert s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"]["TargetBucket"] == logs

    private = s3.get_public_access_block(Bucket=logs)["PublicAccessBlockConfiguration"]
    assert list(private.values()) == [True] * 4
    assert s3.get_bucket_versioning(Bucket=logs)["Status"] == "Enabled"
    encryption = s3.get_bucket_encryption(Bucket=logs)["ServerSideEncryptionConfiguration"]
    by_default = encryption["Rules"][0]["ApplyServerSideEncryptionByDefault"]
    assert by_default == {"SSEAlgorithm": "AES256"}
    writes = statements(s3.get_bucket_policy(Bucket=logs)["Policy"])["AccessLogsWrite"]
    read = [f"arn:aws:s3:::{one}" for one in (bucket, outputs["query_results"])]
    assert writes["Condition"]["ArnLike"] == {"aws:SourceArn": read}

    cloudtrail = cloud.client("cloudtrail")
    (trail,) = cloudtrail.describe_trails()["trailList"]
    kinds = {
        field["Equals"][0]
        for one in cloudtrail.get_event_selectors(TrailName=trail["Name"])["AdvancedEventSelectors"]
        for field in one["FieldSelectors"]
        if field["Field"] in ("eventCategory", "resources.type")
    }
    assert kinds == {
        "Management",
        "Data",
        "AWS::S3::Object",
        "AWS::Lambda::Function",
        "AWS::DynamoDB::Table",
    }
    insights = cloudtrail.get_insight_selectors(TrailName=trail["Name"])["InsightSelectors"]
    assert len(insights) == 2

    (inventory,) = s3.list_bucket_inventory_configurations(Bucket=bucket)[
        "InventoryConfigurationList"
    ]
    assert inventory["IncludedObjectVersions"] == "All"
    assert inventory["Destination"]["S3BucketDestination"]["Bucket"] == f"arn:aws:s3:::{logs}"

    alarms = cloud.client("cloudwatch").describe_alarms(AlarmTypes=["CompositeAlarm"])
    (composite,) = alarms["CompositeAlarms"]
    assert composite["AlarmRule"].count("ALARM(") == 2
    assert composite["OKActions"] == composite["AlarmActions"]

    key = cloud.client("kms").get_key_policy(KeyId=trail["KmsKeyId"], PolicyName="default")
    reads = statements(key["Policy"])["ReadersDecrypt"]
    assert reads["Principal"] == {"AWS": [outputs["auditor_arn"]]}
    denied = statements(s3.get_bucket_policy(Bucket=bucket)["Policy"])["DenyOtherKeys"]
    (keys,) = denied["Condition"]["StringNotLike"].values()
    assert fnmatch(trail["KmsKeyId"], keys)

    athena, group = cloud.client("athena"), outputs["workgroup"]
    workgroup = athena.get_work_group(WorkGroup=group)["WorkGroup"]["Configuration"]
    assert workgroup["EnforceWorkGroupConfiguration"]
    assert workgroup["BytesScannedCutoffPerQuery"] == 100 * 10**9
    encryption = workgroup["ResultConfiguration"]["EncryptionConfiguration"]
    assert encryption == {"EncryptionOption": "SSE_KMS", "KmsKey": trail["KmsKeyId"]}
    (database,) = cloud.client("glue").get_databases()["DatabaseList"]
    (table,) = cloud.client("glue").get_tables(DatabaseName=database["Name"])["TableList"]
    assert table["StorageDescriptor"]["Location"] == f"s3://{bucket}/AWSLogs/"
    assert table["Parameters"]["projection.day.range"] == "NOW-2557DAYS,NOW"
    assert len(athena.list_named_queries(WorkGroup=group)["NamedQueryIds"]) == 5

    ended = deployed.destroy()
    assert ended.changes == {"delete": MADE}, ended.output
    assert s3.list_buckets()["Buckets"] == []


def test_nobody_puts_files_in_and_locked_ones_stay(deployed: Workspace, cloud: Cloud) -> None:
    s3, bucket = cloud.client("s3"), deployed.outputs()["bucket"]
    file = {"Bucket": bucket, "Key": "file", "Body": b"{}", "ChecksumAlgorithm": "SHA256"}
    with pytest.raises(ClientError, match="Forbidden"):
        s3.put_object(**file)
    s3.delete_bucket_policy(Bucket=bucket)
    s3.put_object(**file)
    refused = deployed.destroy()
    assert refused.code != 0
    assert "BucketNotEmpty" in refused.output
    assert [one["Key"] for one in s3.list_object_versions(Bucket=bucket)["Versions"]] == ["file"]


def test_what_is_protected_is_not_destroyed(workspace: Workspace, cloud: Cloud) -> None:
    edit(workspace, "(depends_on=[auditor])", "(depends_on=[auditor], protect=True)")
    assert workspace.up().code == 0
    refused = workspace.destroy()
    assert refused.code != 0
    assert "protect" in refused.output
    (trail,) = cloud.client("cloudtrail").describe_trails()["trailList"]
    assert cloud.client("cloudtrail").get_trail_status(Name=trail["Name"])["IsLogging"]
    assert cloud.client("kms").describe_key(KeyId=trail["KmsKeyId"])["KeyMetadata"]["Enabled"]
