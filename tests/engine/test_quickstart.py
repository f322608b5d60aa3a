"""The quickstart's whole life on the real engine, read back with the AWS API."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.cloud import Cloud
from local.workspace import EXAMPLES, ROOT, Workspace
from tests.engine.editing import edit

TRAIL = "aws:cloudtrail/trail:Trail audit"
MADE = 61
"""The stack, the component, and its 59 children."""


@pytest.fixture
def quickstart(open_example: Callable[[str], Workspace]) -> Workspace:
    return open_example("quickstart")


@pytest.fixture
def deployed(quickstart: Workspace) -> Workspace:
    outcome = quickstart.up()
    assert outcome.code == 0, outcome.output
    return quickstart


def the_trail(cloud: Cloud) -> dict[str, Any]:
    (trail,) = cloud.client("cloudtrail").describe_trails()["trailList"]
    return dict(trail)


def test_preview_passes_decided_and_makes_nothing(quickstart: Workspace, cloud: Cloud) -> None:
    outcome = quickstart.preview()
    assert outcome.code == 0, outcome.output
    assert outcome.findings == []  # an undecided rule would be one, as an advisory
    assert outcome.changes == {"create": MADE}
    assert cloud.client("s3").list_buckets()["Buckets"] == []


def test_what_was_deployed_is_what_was_promised(deployed: Workspace, cloud: Cloud) -> None:
    outputs, trail = deployed.outputs(), the_trail(cloud)
    assert trail["TrailARN"] == outputs["trail_arn"]
    assert trail["IsMultiRegionTrail"]
    assert trail["IncludeGlobalServiceEvents"]
    assert trail["LogFileValidationEnabled"]
    assert cloud.client("cloudtrail").get_trail_status(Name=trail["Name"])["IsLogging"]

    key = trail["KmsKeyId"]
    assert cloud.client("kms").get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]

    s3, bucket = cloud.client("s3"), trail["S3BucketName"]
    private = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert list(private.values()) == [True] * 4
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    encryption = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
    assert encryption["Rules"][0]["ApplyServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": key,
    }
    lock = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    assert lock["Rule"] == {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 365}}
    logged = s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"]
    assert {bucket, logged["TargetBucket"]} == {one["Name"] for one in s3.list_buckets()["Buckets"]}
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    assert policy["Statement"][0]["Condition"] == {
        "StringEquals": {"aws:SourceArn": trail["TrailARN"]}
    }

    (group,) = cloud.client("logs").describe_log_groups()["logGroups"]
    assert group["logGroupName"] == outputs["log_group_name"]
    assert (group["retentionInDays"], group["kmsKeyId"]) == (365, key)
    assert trail["CloudWatchLogsLogGroupArn"] == group["arn"]

    filters = cloud.client("logs").describe_metric_filters(logGroupName=group["logGroupName"])
    counted = {
        (metric["metricNamespace"], metric["metricName"])
        for one in filters["metricFilters"]
        for metric in one["metricTransformations"]
    }
    alarms = cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]
    (topic,) = cloud.client("sns").list_topics()["Topics"]
    assert len(counted) == 15
    assert {(one["Namespace"], one["MetricName"]) for one in alarms} == counted
    assert {tuple(one["AlarmActions"]) for one in alarms} == {(topic["TopicArn"],)}
    told = cloud.client("sns").get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]
    assert told["KmsMasterKeyId"] == key
    queries = cloud.client("logs").describe_query_definitions()["queryDefinitions"]
    assert {tuple(one["logGroupNames"]) for one in queries} == {(group["logGroupName"],)}


def test_an_alarm_that_is_left_out_is_found_by_name(quickstart: Workspace) -> None:
    left_out = '{"alarms": {"without": ["root-use", "vpc-changes"]}}'
    edit(quickstart, 'AuditTrail("audit")', f'AuditTrail("audit", {left_out})')
    outcome = quickstart.preview()
    assert outcome.code != 0
    assert {finding.rule for finding in outcome.findings} == {"cloudtrail-monitored"}
    assert "counts root-use" in outcome.output
    assert "counts vpc-changes" in outcome.output


def test_second_up_changes_nothing(deployed: Workspace) -> None:
    assert deployed.up().changes == {"same": MADE}


def test_change_of_an_argument_updates_one_child(deployed: Workspace, cloud: Cloud) -> None:
    edit(deployed, 'AuditTrail("audit")', 'AuditTrail("audit", {"retention_in_days": 731})')
    outcome = deployed.up()
    assert outcome.changes == {"same": MADE - 1, "update": 1}
    assert outcome.operations["aws:cloudwatch/logGroup:LogGroup audit-log-group"] == "update"
    (group,) = cloud.client("logs").describe_log_groups()["logGroups"]
    assert group["retentionInDays"] == 731


def test_new_trail_name_replaces_the_trail(deployed: Workspace, cloud: Cloud) -> None:
    before = the_trail(cloud)["TrailARN"]
    edit(deployed, 'AuditTrail("audit")', 'AuditTrail("audit", {"trail_name": "other"})')
    outcome = deployed.up()
    assert outcome.code == 0, outcome.output
    assert "replace" in outcome.operations[TRAIL]
    trail = the_trail(cloud)
    assert trail["Name"] == "other"
    assert trail["TrailARN"] != before
    assert deployed.up().changes == {"same": MADE}


def test_refresh_shows_what_was_changed_by_hand_and_up_mends_it(
    deployed: Workspace, cloud: Cloud
) -> None:
    name = the_trail(cloud)["Name"]
    cloud.client("cloudtrail").update_trail(Name=name, EnableLogFileValidation=False)
    refreshed = deployed.refresh()
    assert refreshed.code == 0, refreshed.output
    assert refreshed.changes["update"] == 1

    judged = deployed.analyze()
    assert judged.code != 0
    assert "cloudtrail-log-validation" in judged.output

    mended = deployed.up()
    assert mended.operations[TRAIL] == "update", mended.output
    assert the_trail(cloud)["LogFileValidationEnabled"]


def test_refresh_drops_what_was_deleted_by_hand(deployed: Workspace, cloud: Cloud) -> None:
    cloud.client("cloudtrail").delete_trail(Name=the_trail(cloud)["Name"])
    assert deployed.refresh().changes["delete"] == 1
    assert deployed.up().changes["create"] == 1
    assert the_trail(cloud)["IsMultiRegionTrail"]


def test_exported_state_is_judged_without_a_cloud(deployed: Workspace) -> None:
    judged = deployed.analyze()
    assert judged.code == 0, judged.output


def test_destroy_leaves_nothing(deployed: Workspace, cloud: Cloud) -> None:
    outcome = deployed.destroy()
    assert outcome.code == 0, outcome.output
    assert outcome.changes == {"delete": MADE}
    assert cloud.client("cloudtrail").describe_trails()["trailList"] == []
    assert cloud.client("s3").list_buckets()["Buckets"] == []
    assert cloud.client("logs").describe_log_groups()["logGroups"] == []


def test_root_project_is_the_quickstart(
    tmp_path: Path, open_project: Callable[[Path], Workspace]
) -> None:
    root = tmp_path / "root"
    shutil.copytree(EXAMPLES / "quickstart", root / "examples" / "quickstart")
    shutil.copy(ROOT / "Pulumi.yaml", root)
    assert open_project(root).preview().changes == {"create": MADE}
