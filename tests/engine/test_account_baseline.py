"""The account's baseline: previewed, deployed twice, read back with the AWS API, destroyed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest

from local.cloud import Cloud
from local.workspace import Workspace
from tests.engine.editing import edit

ACCOUNT = "123456789012"
REGIONS = ("us-east-1", "eu-west-1")


def test_account_is_brought_to_the_benchmark_and_back(
    open_example: Callable[[str], Workspace], cloud: Cloud
) -> None:
    workspace = open_example("account-baseline")
    previewed = workspace.preview()
    assert previewed.code == 0, previewed.output
    assert previewed.findings == []
    made = workspace.up()
    assert made.code == 0, made.output
    assert made.findings == []
    again = workspace.up()
    assert set(again.changes) == {"same"}, again.output

    outputs = workspace.outputs()
    assert set(outputs["detectors"]) == set(REGIONS)
    for region in REGIONS:
        assert_region(cloud, region, outputs)
    assert_account(cloud)
    assert_network(cloud)

    destroyed = workspace.destroy()
    assert destroyed.code == 0, destroyed.output
    assert cloud.client("guardduty").list_detectors()["DetectorIds"] == []
    with pytest.raises(botocore.exceptions.ClientError):
        cloud.client("securityhub").describe_hub()


def assert_region(cloud: Cloud, region: str, outputs: dict[str, Any]) -> None:
    guardduty = cloud.client("guardduty", region)
    detector = guardduty.get_detector(DetectorId=outputs["detectors"][region])
    assert (detector["Status"], detector["FindingPublishingFrequency"]) == (
        "ENABLED",
        "FIFTEEN_MINUTES",
    )
    features = {one["Name"]: one["Status"] for one in detector["Features"]}
    assert features["S3_DATA_EVENTS"] == features["RDS_LOGIN_EVENTS"] == "ENABLED"

    hub = cloud.client("securityhub", region)
    assert hub.describe_hub()["HubArn"] == outputs["hubs"][region]
    standards = hub.get_enabled_standards()["StandardsSubscriptions"]
    assert {one["StandardsArn"].partition("standards/")[2] for one in standards} == {
        "aws-foundational-security-best-practices/v/1.0.0",
        "cis-aws-foundations-benchmark/v/5.0.0",
    }

    config = cloud.client("config", region)
    (recorder,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    assert recorder["recordingGroup"]["allSupported"]
    assert recorder["recordingGroup"]["includeGlobalResourceTypes"] is (region == REGIONS[0])
    (status,) = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    assert status["recording"]
    (channel,) = config.describe_delivery_channels()["DeliveryChannels"]
    assert channel["s3BucketName"] == outputs["config_bucket"]
    s3 = cloud.client("s3")
    read = s3.get_bucket_logging(Bucket=outputs["config_bucket"])["LoggingEnabled"]
    assert read["TargetBucket"].startswith("baseline-config-access-logs-")

    (analyzer,) = cloud.client("accessanalyzer", region).list_analyzers()["analyzers"]
    assert analyzer["type"] == "ACCOUNT"
    ec2 = cloud.client("ec2", region)
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    assert ec2.get_snapshot_block_public_access_state()["State"] == "block-all-sharing"
    assert ec2.get_instance_metadata_defaults()["AccountLevel"]["HttpTokens"] == "required"


def assert_account(cloud: Cloud) -> None:
    block = cloud.client("s3control").get_public_access_block(AccountId=ACCOUNT)
    assert set(block["PublicAccessBlockConfiguration"].values()) == {True}
    policy = cloud.client("iam").get_account_password_policy()["PasswordPolicy"]
    assert (policy["MinimumPasswordLength"], policy["PasswordReusePrevention"]) == (14, 24)
    contact = cloud.client("account").get_alternate_contact(AlternateContactType="SECURITY")
    assert contact["AlternateContact"]["EmailAddress"] == "security@example.com"
    support = cloud.client("iam").list_entities_for_policy(
        PolicyArn="arn:aws:iam::aws:policy/AWSSupportAccess"
    )
    assert len(support["PolicyRoles"]) == 1
    (aggregator,) = cloud.client("config").describe_configuration_aggregators()[
        "ConfigurationAggregators"
    ]
    (source,) = aggregator["AccountAggregationSources"]
    assert set(source["AwsRegions"]) == set(REGIONS)


def assert_network(cloud: Cloud) -> None:
    ec2 = cloud.client("ec2")
    (log,) = ec2.describe_flow_logs()["FlowLogs"]
    assert (log["TrafficType"], log["DeliverLogsStatus"]) == ("ALL", "SUCCESS")
    groups = ec2.describe_security_groups(
        Filters=[
            {"Name": "vpc-id", "Values": [log["ResourceId"]]},
            {"Name": "group-name", "Values": ["default"]},
        ]
    )["SecurityGroups"]
    assert [(one["IpPermissions"], one["IpPermissionsEgress"]) for one in groups] == [([], [])]


HALF = """
    import secure_components as secure

    secure.AccountBaseline("baseline", {
        "regions": ["us-east-1"],
        "security_contact": {
            "name": "Security team",
            "title": "Incident response",
            "email": "security@example.com",
            "phone": "+31 20 555 0100",
        },
        "support_trust": {"identity_center": {"permission_sets": ["Operations"]}},
        "macie": True,
        "unused_access_after_days": 90,
        "inspector": ["ECR", "LAMBDA"],
        "budget": {"monthly_limit": 100, "emails": ["money@example.com"]},
        "managed_elsewhere": ["security_hub"],
        "adopt": {"guardduty": {"us-east-1": "DETECTOR"}},
    })
"""


def test_what_is_there_is_taken_over_and_what_is_managed_elsewhere_is_left(
    open_program: Callable[[str], Workspace], cloud: Cloud
) -> None:
    guardduty = cloud.client("guardduty")
    frequency = "FIFTEEN_MINUTES"
    detector = guardduty.create_detector(Enable=True, FindingPublishingFrequency=frequency)
    workspace = open_program(HALF)
    cloud.client("securityhub").enable_security_hub(EnableDefaultStandards=False)

    edit(workspace, "DETECTOR", "0" * 32)
    refused = workspace.up()
    assert refused.code != 0
    edit(workspace, "0" * 32, detector["DetectorId"])
    made = workspace.up()
    assert made.code == 0, made.output
    again = workspace.up()
    assert set(again.changes) == {"same"}, again.output
    assert guardduty.list_detectors()["DetectorIds"] == [detector["DetectorId"]]
    hub = cloud.client("securityhub").get_enabled_standards()
    assert hub["StandardsSubscriptions"] == []
    assert cloud.client("macie2").get_macie_session()["status"] == "ENABLED"
    analyzers = cloud.client("accessanalyzer").list_analyzers()["analyzers"]
    assert {one["type"] for one in analyzers} == {"ACCOUNT", "ACCOUNT_UNUSED_ACCESS"}
    assert_scans(cloud)
    assert_budget(cloud)

    destroyed = workspace.destroy()
    assert destroyed.code == 0, destroyed.output
    assert cloud.client("budgets").describe_budgets(AccountId=ACCOUNT)["Budgets"] == []
    status = cloud.client("inspector2").batch_get_account_status(accountIds=[ACCOUNT])
    assert [one["state"]["status"] for one in status["accounts"]] == ["DISABLED"]


def assert_scans(cloud: Cloud) -> None:
    status = cloud.client("inspector2").batch_get_account_status(accountIds=[ACCOUNT])
    (account,) = status["accounts"]
    states = {name: state["status"] for name, state in account["resourceState"].items()}
    assert {name for name, state in states.items() if state == "ENABLED"} == {"ecr", "lambda"}


def assert_budget(cloud: Cloud) -> None:
    budgets = cloud.client("budgets")
    (budget,) = budgets.describe_budgets(AccountId=ACCOUNT)["Budgets"]
    assert (budget["BudgetType"], budget["TimeUnit"]) == ("COST", "MONTHLY")
    assert (float(budget["BudgetLimit"]["Amount"]), budget["BudgetLimit"]["Unit"]) == (100, "USD")
    which = {"AccountId": ACCOUNT, "BudgetName": budget["BudgetName"]}
    told = budgets.describe_notifications_for_budget(**which)["Notifications"]
    assert {one["NotificationType"] for one in told} == {"ACTUAL", "FORECASTED"}
    for notification in told:
        subscribers = budgets.describe_subscribers_for_notification(
            **which, Notification=notification
        )["Subscribers"]
        assert subscribers == [{"SubscriptionType": "EMAIL", "Address": "money@example.com"}]
