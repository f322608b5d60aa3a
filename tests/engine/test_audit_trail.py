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

MADE = 63
"""The stack, the auditor's role and policy, the component, and its 59 children."""


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
    assert writes["Condition"]["ArnLike"] == {"aws:SourceArn": f"arn:aws:s3:::{bucket}"}

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

    key = cloud.client("kms").get_key_policy(KeyId=trail["KmsKeyId"], PolicyName="default")
    reads = statements(key["Policy"])["ReadersDecrypt"]
    assert reads["Principal"] == {"AWS": [outputs["auditor_arn"]]}
    denied = statements(s3.get_bucket_policy(Bucket=bucket)["Policy"])["DenyOtherKeys"]
    (keys,) = denied["Condition"]["StringNotLike"].values()
    assert fnmatch(trail["KmsKeyId"], keys)

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


def test_the_organizations_trail_takes_one_argument(workspace: Workspace, cloud: Cloud) -> None:
    organizations = cloud.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    organization = organizations.describe_organization()["Organization"]["Id"]
    edit(workspace, '"data_events"', f'"organization_id": "{organization}",\n        "data_events"')
    made = workspace.up()
    assert made.code == 0, made.output
    assert made.findings == []
    (trail,) = cloud.client("cloudtrail").describe_trails()["trailList"]
    assert trail["IsOrganizationTrail"]
    assert workspace.up().changes == {"same": MADE}
