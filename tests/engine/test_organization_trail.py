"""A trail of an organization, and its archive in a second account: deployed, read back, ended."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.cloud import Cloud
from local.cloud.aws_api import client
from local.workspace import Workspace

ARCHIVE = "222222222222"


@pytest.fixture
def workspace(open_example: Callable[[str], Workspace], cloud: Cloud) -> Workspace:
    organizations = cloud.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    opened = open_example("organization-trail")
    assert opened.run("config", "set", "logArchiveAccount", ARCHIVE).code == 0
    return opened


def of_archive(cloud: Cloud, service: str) -> Any:
    role = f"arn:aws:iam::{ARCHIVE}:role/OrganizationAccountAccessRole"
    assumed = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return client(
        service,
        cloud.client("cloudtrail").meta.region_name,
        cloud.aws_endpoint,
        aws_access_key_id=assumed["AccessKeyId"],
        aws_secret_access_key=assumed["SecretAccessKey"],
        aws_session_token=assumed["SessionToken"],
    )


def test_files_of_all_accounts_lie_in_another_one(workspace: Workspace, cloud: Cloud) -> None:
    previewed = workspace.preview()
    assert previewed.code == 0, previewed.output
    assert previewed.findings == [], previewed.output
    made = workspace.up()
    assert made.code == 0, made.output
    assert made.findings == []
    again = workspace.up()
    assert again.changes == {"same": sum(made.changes.values())}, again.output

    (trail,) = cloud.client("cloudtrail").describe_trails()["trailList"]
    assert trail["IsOrganizationTrail"]
    bucket = workspace.outputs()["bucket"]
    assert trail["S3BucketName"] == bucket
    assert trail["KmsKeyId"].split(":")[4] == ARCHIVE
    own = [one["Name"] for one in cloud.client("s3").list_buckets()["Buckets"]]
    assert own == []
    theirs = [one["Name"] for one in of_archive(cloud, "s3").list_buckets()["Buckets"]]
    assert bucket in theirs
    assert len(theirs) == 3

    policy = json.loads(of_archive(cloud, "s3").get_bucket_policy(Bucket=bucket)["Policy"])
    statements = {one["Sid"]: one for one in policy["Statement"]}
    organization = cloud.client("organizations").describe_organization()["Organization"]["Id"]
    assert statements["CloudTrailWrites"]["Resource"] == [
        f"arn:aws:s3:::{bucket}/AWSLogs/{trail['TrailARN'].split(':')[4]}/*",
        f"arn:aws:s3:::{bucket}/AWSLogs/{organization}/*",
    ]
    inventories = of_archive(cloud, "s3").list_bucket_inventory_configurations(Bucket=bucket)
    (inventory,) = inventories["InventoryConfigurationList"]
    assert inventory["Schedule"] == {"Frequency": "Weekly"}
    workgroup = of_archive(cloud, "athena").get_work_group(
        WorkGroup=workspace.outputs()["workgroup"]
    )
    results = workgroup["WorkGroup"]["Configuration"]["ResultConfiguration"]
    assert results["EncryptionConfiguration"]["EncryptionOption"] == "SSE_KMS"

    ended = workspace.destroy()
    assert ended.code == 0, ended.output
    assert of_archive(cloud, "s3").list_buckets()["Buckets"] == []
