"""`AccountBaseline` by its children's inputs.

In process, with mocks: that AWS takes the inputs is shown on the local cloud (`tests/engine`), as
far as it has them, and that they are safe by the policy pack, which does not know the component.
"""

from __future__ import annotations

from typing import Any, cast

import pulumi
import pytest

from secure_components import AccountBaseline, AccountBaselineArgs, ArgumentError
from secure_components.account_baseline.checks import PARTS
from tests.secure_components.programs import run, value

ACCOUNT = "123456789012"
HOME, OTHER = "eu-west-1", "us-east-1"
CONTACT = {
    "name": "Security team",
    "title": "Incident response",
    "email": "security@example.com",
    "phone": "+31 20 555 0100",
}
TRUST = {"identity_center": {"permission_sets": ["Operations"]}}
GIVEN: dict[str, Any] = {
    "regions": [HOME],
    "security_contact": CONTACT,
    "support_trust": TRUST,
}
NETWORK = {"main": {"vpc_id": "vpc-0123456789abcdef0"}}
DETECTOR = "12abc34d567e8fa901bc2d34e56789f0"
CONFIG_ROLE = (
    f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
)


def make(without: tuple[str, ...] = (), **args: Any) -> AccountBaseline:
    given = {name: each for name, each in GIVEN.items() if name not in without} | args
    made: AccountBaseline = run(
        lambda: AccountBaseline("baseline", cast("AccountBaselineArgs", given))
    )
    return made


def types(recorder: Any) -> dict[str, str]:
    return {name: args.typ.rpartition(":")[2] for name, args in recorder.resources.items()}


def test_children_keep_their_names(recorder: Any) -> None:
    make()
    assert types(recorder) == {
        "baseline": "AccountBaseline",
        "baseline-access-analyzer-eu-west-1": "Analyzer",
        "baseline-config-access-logs": "Bucket",
        "baseline-config-access-logs-encryption": "BucketServerSideEncryptionConfiguration",
        "baseline-config-access-logs-lifecycle": "BucketLifecycleConfiguration",
        "baseline-config-access-logs-ownership": "BucketOwnershipControls",
        "baseline-config-access-logs-policy": "BucketPolicy",
        "baseline-config-access-logs-public-access-block": "BucketPublicAccessBlock",
        "baseline-config-access-logs-versioning": "BucketVersioning",
        "baseline-config-bucket": "Bucket",
        "baseline-config-bucket-encryption": "BucketServerSideEncryptionConfiguration",
        "baseline-config-bucket-lifecycle": "BucketLifecycleConfiguration",
        "baseline-config-bucket-logging": "BucketLogging",
        "baseline-config-bucket-ownership": "BucketOwnershipControls",
        "baseline-config-bucket-policy": "BucketPolicy",
        "baseline-config-bucket-public-access-block": "BucketPublicAccessBlock",
        "baseline-config-bucket-versioning": "BucketVersioning",
        "baseline-config-channel-eu-west-1": "DeliveryChannel",
        "baseline-config-key": "Key",
        "baseline-config-key-alias": "Alias",
        "baseline-config-recorder-eu-west-1": "Recorder",
        "baseline-config-recorder-status-eu-west-1": "RecorderStatus",
        "baseline-config-role": "ServiceLinkedRole",
        "baseline-ebs-encryption-eu-west-1": "EncryptionByDefault",
        "baseline-guardduty-eu-west-1": "Detector",
        "baseline-guardduty-ebs-malware-protection-eu-west-1": "DetectorFeature",
        "baseline-guardduty-eks-audit-logs-eu-west-1": "DetectorFeature",
        "baseline-guardduty-lambda-network-logs-eu-west-1": "DetectorFeature",
        "baseline-guardduty-rds-login-events-eu-west-1": "DetectorFeature",
        "baseline-guardduty-s3-data-events-eu-west-1": "DetectorFeature",
        "baseline-instance-metadata-eu-west-1": "InstanceMetadataDefaults",
        "baseline-password-policy": "AccountPasswordPolicy",
        "baseline-s3-public-access": "AccountPublicAccessBlock",
        "baseline-security-contact": "AlternativeContact",
        "baseline-security-hub-eu-west-1": "Account",
        "baseline-security-hub-cis-eu-west-1": "StandardsSubscription",
        "baseline-security-hub-fsbp-eu-west-1": "StandardsSubscription",
        "baseline-snapshot-public-access-eu-west-1": "SnapshotBlockPublicAccess",
        "baseline-support-role": "Role",
        "baseline-support-role-policy": "RolePolicyAttachment",
    }


@pytest.mark.parametrize(
    ("child", "inputs"),
    [
        (
            "s3-public-access",
            dict.fromkeys(
                (
                    *("blockPublicAcls", "blockPublicPolicy"),
                    *("ignorePublicAcls", "restrictPublicBuckets"),
                ),
                True,
            ),
        ),
        (
            "password-policy",
            {
                "minimumPasswordLength": 14,
                "passwordReusePrevention": 24,
                "maxPasswordAge": 90,
                "requireLowercaseCharacters": True,
                "requireUppercaseCharacters": True,
                "requireNumbers": True,
                "requireSymbols": True,
                "allowUsersToChangePassword": True,
            },
        ),
        ("ebs-encryption-eu-west-1", {"enabled": True, "region": HOME}),
        ("snapshot-public-access-eu-west-1", {"state": "block-all-sharing", "region": HOME}),
        ("instance-metadata-eu-west-1", {"httpTokens": "required", "region": HOME}),
        (
            "guardduty-eu-west-1",
            {"enable": True, "findingPublishingFrequency": "FIFTEEN_MINUTES", "region": HOME},
        ),
        (
            "guardduty-s3-data-events-eu-west-1",
            {
                "detectorId": "baseline-guardduty-eu-west-1-id",
                "name": "S3_DATA_EVENTS",
                "status": "ENABLED",
                "region": HOME,
            },
        ),
        (
            "security-hub-eu-west-1",
            {
                "enableDefaultStandards": False,
                "autoEnableControls": True,
                "controlFindingGenerator": "SECURITY_CONTROL",
                "region": HOME,
            },
        ),
        (
            "security-hub-cis-eu-west-1",
            {
                "standardsArn": (
                    "arn:aws:securityhub:eu-west-1::standards/cis-aws-foundations-benchmark/v/5.0.0"
                ),
                "region": HOME,
            },
        ),
        (
            "access-analyzer-eu-west-1",
            {"analyzerName": "baseline-external-access", "type": "ACCOUNT", "region": HOME},
        ),
        ("config-role", {"awsServiceName": "config.amazonaws.com"}),
        (
            "config-recorder-eu-west-1",
            {
                "name": "baseline",
                "roleArn": CONFIG_ROLE,
                "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True},
                "region": HOME,
            },
        ),
        (
            "config-channel-eu-west-1",
            {
                "name": "baseline",
                "s3BucketName": "logs-1234567",
                "s3KmsKeyArn": "arn-of-baseline-config-key",
                "snapshotDeliveryProperties": {"deliveryFrequency": "TwentyFour_Hours"},
                "region": HOME,
            },
        ),
        (
            "config-recorder-status-eu-west-1",
            {"name": "baseline", "isEnabled": True, "region": HOME},
        ),
        (
            "security-contact",
            {
                "alternateContactType": "SECURITY",
                "name": "Security team",
                "title": "Incident response",
                "emailAddress": "security@example.com",
                "phoneNumber": "+31 20 555 0100",
            },
        ),
        (
            "support-role-policy",
            {
                "policyArn": "arn:aws:iam::aws:policy/AWSSupportAccess",
            },
        ),
    ],
)
def test_child_has_exactly_these_inputs(recorder: Any, child: str, inputs: dict[str, Any]) -> None:
    make()
    assert recorder.inputs(f"baseline-{child}") == inputs


def test_config_alone_writes_into_its_bucket_for_this_account_alone(recorder: Any) -> None:
    make(retention_in_days=731)
    policy = recorder.statements("baseline-config-bucket-policy")
    config = {"Service": "config.amazonaws.com"}
    allowed = [one for one in policy.values() if one["Effect"] == "Allow"]
    assert [one["Principal"] for one in allowed] == [config, config]
    for one in allowed:
        assert one["Condition"]["StringEquals"]["aws:SourceAccount"] == ACCOUNT
    write = policy["ConfigWrites"]
    assert write["Action"] == "s3:PutObject"
    assert write["Resource"] == f"arn:aws:s3:::logs-1234567/AWSLogs/{ACCOUNT}/Config/*"
    assert {"DenyPlainHttp", "DenyOldTls"} < policy.keys()
    key = recorder.statements("baseline-config-key")["ConfigEncrypts"]
    assert (key["Principal"], key["Action"]) == (config, ["kms:Decrypt", "kms:GenerateDataKey"])
    assert key["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    (rule,) = recorder.inputs("baseline-config-bucket-lifecycle")["rules"]
    assert rule["expiration"] == {"days": 731}


def test_who_reads_what_config_records_is_logged_at_home(recorder: Any, registrations: Any) -> None:
    make(regions=[HOME, OTHER], retention_in_days=731)
    bucket = recorder.bucket("baseline-config-bucket")
    assert recorder.inputs("baseline-config-bucket-logging") == {
        "bucket": bucket,
        "targetBucket": recorder.bucket("baseline-config-access-logs"),
        "targetPrefix": "baseline-config/",
        "region": HOME,
    }
    logs = {name for name in types(recorder) if "-access-logs" in name}
    assert {recorder.inputs(name)["region"] for name in logs} == {HOME}
    write = recorder.statements("baseline-config-access-logs-policy")["AccessLogsWrite"]
    assert write["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert write["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"},
    }
    encryption = recorder.inputs("baseline-config-access-logs-encryption")["rules"]
    assert encryption == [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]
    (rule,) = recorder.inputs("baseline-config-access-logs-lifecycle")["rules"]
    assert rule["expiration"] == {"days": 731}
    after = {
        urn.rpartition("::")[2]
        for urn in registrations[f"baseline-config-recorder-{HOME}"].dependencies
    }
    assert "baseline-config-bucket-logging" in after


def test_access_logs_go_to_a_bucket_that_is_there(recorder: Any) -> None:
    make(config_access_log_bucket="access-logs-1234567")
    logging = recorder.inputs("baseline-config-bucket-logging")
    assert logging["targetBucket"] == "access-logs-1234567"
    assert not [name for name in types(recorder) if "-access-logs" in name]


def test_what_is_made_waits_for_what_it_needs(recorder: Any, registrations: Any) -> None:
    del recorder
    make()

    def after(child: str) -> set[str]:
        urns = registrations[f"baseline-{child}"].dependencies
        return {urn.rpartition("::")[2].removeprefix("baseline-") for urn in urns}

    assert {"config-bucket-policy", "config-role"} <= after("config-recorder-eu-west-1")
    assert "config-recorder-eu-west-1" in after("config-channel-eu-west-1")
    assert "config-channel-eu-west-1" in after("config-recorder-status-eu-west-1")
    assert "config-recorder-status-eu-west-1" in after("security-hub-eu-west-1")
    assert "security-hub-eu-west-1" in after("security-hub-cis-eu-west-1")
    assert "guardduty-s3-data-events-eu-west-1" in after("guardduty-eks-audit-logs-eu-west-1")


def test_every_region_has_its_own_and_the_account_has_the_rest_once(recorder: Any) -> None:
    make()
    alone = types(recorder)
    recorder.resources.clear()
    make(regions=[HOME, OTHER])
    both = types(recorder)
    regional = {name for name in alone if name.endswith(HOME)}
    assert both.keys() - alone.keys() == {name.replace(HOME, OTHER) for name in regional}
    assert all(recorder.inputs(name)["region"] == HOME for name in regional)
    others = {name for name in both if name.endswith(OTHER)}
    assert all(recorder.inputs(name)["region"] == OTHER for name in others)
    groups = {
        region: recorder.inputs(f"baseline-config-recorder-{region}")["recordingGroup"]
        for region in (HOME, OTHER)
    }
    assert groups[HOME] == {"allSupported": True, "includeGlobalResourceTypes": True}
    assert groups[OTHER] == {"allSupported": True, "includeGlobalResourceTypes": False}
    hub = recorder.inputs(f"baseline-security-hub-fsbp-{OTHER}")
    assert hub["standardsArn"].startswith(f"arn:aws:securityhub:{OTHER}::standards/aws-found")
    bucket = recorder.inputs("baseline-config-bucket")
    assert bucket["region"] == recorder.inputs("baseline-config-key")["region"] == HOME


def test_outputs(recorder: Any) -> None:
    del recorder
    made = make(regions=[HOME, OTHER])
    assert value(made.detector_ids) == {
        HOME: f"baseline-guardduty-{HOME}-id",
        OTHER: f"baseline-guardduty-{OTHER}-id",
    }
    assert value(made.analyzer_arns)[OTHER] == f"arn-of-baseline-access-analyzer-{OTHER}"
    assert value(made.security_hub_arns)[HOME] == f"arn-of-baseline-security-hub-{HOME}"
    assert value(made.config_bucket_name) == "logs-1234567"
    assert value(made.support_role_arn) == "arn-of-baseline-support-role"


# --- Networks ---


def test_networks_are_recorded_and_their_default_group_is_closed(recorder: Any) -> None:
    make(
        regions=[HOME, OTHER],
        vpcs={**NETWORK, "far": {"vpc_id": "vpc-0123456789abcdef1", "region": OTHER}},
        retention_in_days=400,
    )
    assert recorder.inputs("baseline-default-security-group-far") == {
        "vpcId": "vpc-0123456789abcdef1",
        "ingress": [],
        "egress": [],
        "region": OTHER,
    }
    assert recorder.inputs("baseline-flow-log-main") == {
        "vpcId": "vpc-0123456789abcdef0",
        "trafficType": "ALL",
        "logDestinationType": "cloud-watch-logs",
        "logDestination": "arn-of-baseline-flow-logs-eu-west-1-log-group",
        "iamRoleArn": "arn-of-baseline-flow-logs-role",
        "region": HOME,
    }
    assert recorder.inputs("baseline-flow-logs-us-east-1-log-group") == {
        "name": "/aws/vpc-flow-logs/baseline",
        "kmsKeyId": "arn-of-baseline-flow-logs-us-east-1-key",
        "retentionInDays": 400,
        "region": OTHER,
    }
    group = f"arn:aws:logs:{OTHER}:{ACCOUNT}:log-group:/aws/vpc-flow-logs/baseline"
    key = recorder.statements("baseline-flow-logs-us-east-1-key")["CloudWatchLogsEncrypts"]
    assert key["Principal"] == {"Service": f"logs.{OTHER}.amazonaws.com"}
    assert key["Condition"] == {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group}}
    (trust,) = recorder.statements("baseline-flow-logs-role", "assumeRolePolicy").values()
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:ec2:*:{ACCOUNT}:vpc-flow-log/*"},
    }
    delivery = recorder.statements("baseline-flow-logs-role-policy")
    assert group in delivery["WriteRecords"]["Resource"]
    assert all("log-group:/aws/vpc-flow" in one for one in delivery["WriteRecords"]["Resource"])


def test_a_region_without_networks_has_no_log_group(recorder: Any) -> None:
    make(regions=[HOME, OTHER], vpcs=NETWORK)
    made = [name for name, type_ in types(recorder).items() if type_ == "LogGroup"]
    assert made == ["baseline-flow-logs-eu-west-1-log-group"]


# --- People ---


def test_those_who_are_trusted_take_the_support_role_alone(recorder: Any) -> None:
    make(support_trust={"principals": {"account_ids": [ACCOUNT]}})
    (trust,) = recorder.statements("baseline-support-role", "assumeRolePolicy").values()
    assert trust["Principal"] == {"AWS": [f"arn:aws:iam::{ACCOUNT}:root"]}
    assert trust["Condition"]["Bool"] == {"aws:MultiFactorAuthPresent": "true"}


# --- Choices ---


def test_what_costs_is_made_by_choice(recorder: Any) -> None:
    make(
        regions=[HOME, OTHER],
        runtime_monitoring=True,
        unused_access_after_days=90,
        aggregate=True,
        macie=True,
        inspector=["EC2", "ECR"],
        standards=["pci-dss"],
        password_length=20,
        budget={"monthly_limit": 500, "emails": ["finance@example.com"]},
    )
    runtime = recorder.inputs(f"baseline-guardduty-runtime-monitoring-{OTHER}")
    assert runtime["status"] == "ENABLED"
    assert {one["status"] for one in runtime["additionalConfigurations"]} == {"ENABLED"}
    assert len(runtime["additionalConfigurations"]) == 3
    assert recorder.inputs("baseline-unused-access") == {
        "analyzerName": "baseline-unused-access",
        "type": "ACCOUNT_UNUSED_ACCESS",
        "configuration": {"unusedAccess": {"unusedAccessAge": 90}},
        "region": HOME,
    }
    assert recorder.inputs("baseline-config-aggregator") == {
        "name": "baseline",
        "accountAggregationSource": {"accountIds": [ACCOUNT], "regions": [HOME, OTHER]},
        "region": HOME,
    }
    assert recorder.inputs(f"baseline-macie-{OTHER}") == {
        "status": "ENABLED",
        "findingPublishingFrequency": "FIFTEEN_MINUTES",
        "region": OTHER,
    }
    assert recorder.inputs(f"baseline-inspector-{HOME}") == {
        "accountIds": [ACCOUNT],
        "resourceTypes": ["EC2", "ECR"],
        "region": HOME,
    }
    standard = recorder.inputs(f"baseline-security-hub-pci-dss-{HOME}")["standardsArn"]
    assert standard == f"arn:aws:securityhub:{HOME}::standards/pci-dss/v/4.0.1"
    assert recorder.inputs("baseline-password-policy")["minimumPasswordLength"] == 20
    budget = recorder.inputs("baseline-budget")
    assert (budget["limitAmount"], budget["limitUnit"]) == ("500", "USD")
    told = [(one["notificationType"], one["threshold"]) for one in budget["notifications"]]
    assert told == [("ACTUAL", 80), ("FORECASTED", 100)]


# --- What is there already ---


MADE_BY: dict[str, set[str]] = {
    "access_analyzer": {"Analyzer"},
    "config": {"Recorder", "DeliveryChannel", "RecorderStatus", "ServiceLinkedRole", "Bucket"},
    "config_role": {"ServiceLinkedRole"},
    "default_security_groups": {"DefaultSecurityGroup"},
    "ebs_encryption": {"EncryptionByDefault"},
    "flow_logs": {"FlowLog", "LogGroup", "RolePolicy"},
    "guardduty": {"Detector", "DetectorFeature"},
    "instance_metadata": {"InstanceMetadataDefaults"},
    "password_policy": {"AccountPasswordPolicy"},
    "s3_public_access": {"AccountPublicAccessBlock"},
    "security_contact": {"AlternativeContact"},
    "security_hub": {"Account", "StandardsSubscription"},
    "snapshot_public_access": {"SnapshotBlockPublicAccess"},
    "support_role": {"RolePolicyAttachment"},
}


@pytest.mark.parametrize("part", PARTS)
def test_what_is_managed_elsewhere_is_not_made_and_all_else_is(recorder: Any, part: str) -> None:
    make(vpcs=NETWORK)
    whole = set(types(recorder).values())
    assert MADE_BY[part] <= whole
    recorder.resources.clear()
    make(vpcs=NETWORK, managed_elsewhere=[part])
    left = set(types(recorder).values())
    assert not MADE_BY[part] & left
    others = set().union(*(MADE_BY[one] for one in PARTS if one != part)) - MADE_BY[part]
    assert others <= left | (MADE_BY["config_role"] if part == "config" else set())


def test_all_can_be_managed_elsewhere(recorder: Any) -> None:
    made = make(without=("security_contact", "support_trust"), managed_elsewhere=list(PARTS))
    assert list(recorder.resources) == ["baseline"]
    assert value(made.detector_ids) == {}
    assert value(made.support_role_arn) == ""
    assert value(made.config_bucket_name) == ""


def test_what_is_there_is_imported(recorder: Any, registrations: Any) -> None:
    make(
        regions=[HOME, OTHER],
        macie=True,
        adopt={
            "access_analyzer": {HOME: "ConsoleAnalyzer-1"},
            "config_channel": {HOME: "default"},
            "config_recorder": {HOME: "default"},
            "config_role": {"global": CONFIG_ROLE},
            "guardduty": {OTHER: DETECTOR},
            "macie": {HOME: ACCOUNT},
            "security_hub": {HOME: ACCOUNT},
        },
    )
    imported = {name: one.importId for name, one in registrations.items() if one.importId}
    assert imported == {
        f"baseline-access-analyzer-{HOME}": "ConsoleAnalyzer-1",
        f"baseline-config-channel-{HOME}": "default",
        f"baseline-config-recorder-{HOME}": "default",
        "baseline-config-role": CONFIG_ROLE,
        f"baseline-guardduty-{OTHER}": DETECTOR,
        f"baseline-macie-{HOME}": ACCOUNT,
        f"baseline-security-hub-{HOME}": ACCOUNT,
    }
    # An imported name is the name.
    assert recorder.inputs(f"baseline-access-analyzer-{HOME}")["analyzerName"] == (
        "ConsoleAnalyzer-1"
    )
    assert recorder.inputs(f"baseline-config-recorder-{HOME}")["name"] == "default"
    assert recorder.inputs(f"baseline-config-recorder-status-{HOME}")["name"] == "default"
    assert recorder.inputs(f"baseline-config-recorder-{OTHER}")["name"] == "baseline"


# --- Arguments ---


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"region": HOME}, "'region' is unknown; did you mean 'regions'"),
        ({"regions": []}, "'regions' is empty"),
        ({"regions": HOME}, "'regions' is a str"),
        ({"regions": ["Ireland"]}, "'regions.0' is not allowed; give a region"),
        ({"regions": [HOME, HOME]}, "'regions' names something twice"),
        ({"security_contact": {}}, "'security_contact.name' is required"),
        ({"security_contact": {**CONTACT, "email": "x"}}, "'security_contact.email' is not"),
        ({"security_contact": {**CONTACT, "phone": "ask"}}, "'security_contact.phone' is not"),
        ({"security_contact": {**CONTACT, "name": ""}}, "'security_contact.name' is not"),
        ({"security_contact": {**CONTACT, "title": "x" * 51}}, "'security_contact.title' is not"),
        ({"support_trust": {}}, "'support_trust' trusts nobody; give one of identity_center"),
        (
            {"support_trust": {"principals": {"arns": ["*"]}}},
            "'support_trust.principals.arns' is not allowed",
        ),
        ({"vpcs": {"main": {}}}, "'vpcs.main.vpc_id' is required"),
        ({"vpcs": {"main": {"vpc_id": "x"}}}, "'vpcs.main.vpc_id' is not allowed"),
        ({"vpcs": {"a b": NETWORK["main"]}}, "'vpcs.a b' is not allowed; give a name"),
        (
            {"vpcs": {"main": {**NETWORK["main"], "region": OTHER}}},
            "'vpcs.main.region' is not allowed; give eu-west-1",
        ),
        ({"retention_in_days": 90}, "'retention_in_days' is not allowed; give one of 365"),
        ({"password_length": 12}, "'password_length' is not allowed; give 14 to 128"),
        ({"standards": ["cis"]}, "'standards.0' is not allowed; give nist-800-53"),
        ({"standards": ["tagging", "tagging"]}, "'standards' names something twice"),
        ({"unused_access_after_days": 0}, "'unused_access_after_days' is not allowed; give 1 to"),
        ({"inspector": ["VM"]}, "'inspector.0' is not allowed; give EC2"),
        ({"inspector": ["LAMBDA_CODE"]}, "'inspector' has LAMBDA_CODE without LAMBDA"),
        ({"budget": {"monthly_limit": 0, "emails": ["a@b.c"]}}, "'budget.monthly_limit' is not"),
        ({"budget": {"monthly_limit": 9, "emails": []}}, "'budget.emails' is not allowed; give 1"),
        ({"budget": {"monthly_limit": 9, "emails": ["a"]}}, "'budget.emails.0' is not allowed"),
        ({"managed_elsewhere": ["cloudtrail"]}, "'managed_elsewhere.0' is not allowed; give acc"),
        (
            {"managed_elsewhere": ["security_hub"], "standards": ["tagging"]},
            "'standards' is given, but security_hub is managed elsewhere",
        ),
        (
            {"managed_elsewhere": ["guardduty"], "runtime_monitoring": True},
            "'runtime_monitoring' is given, but guardduty",
        ),
        (
            {"managed_elsewhere": ["config"], "aggregate": True},
            "'aggregate' is given, but config is managed elsewhere",
        ),
        ({"config_access_log_bucket": "Logs"}, "'config_access_log_bucket' is not allowed"),
        (
            {"managed_elsewhere": ["config"], "config_access_log_bucket": "access-logs"},
            "'config_access_log_bucket' is given, but config is managed elsewhere",
        ),
        (
            {"managed_elsewhere": ["config"], "adopt": {"config_recorder": {HOME: "default"}}},
            "'adopt.config_recorder' is given, but the part is managed elsewhere",
        ),
        ({"adopt": {"ebs": {HOME: "x"}}}, "'adopt.ebs' is not allowed; give access_analyzer"),
        ({"adopt": {"macie": {HOME: ACCOUNT}}}, "'adopt.macie' is given, but 'macie' is not"),
        ({"adopt": {"guardduty": {HOME: "x"}}}, "'adopt.guardduty.eu-west-1' is not allowed"),
        (
            {"adopt": {"guardduty": {OTHER: DETECTOR}}},
            "'adopt.guardduty.us-east-1' is not allowed; give eu-west-1",
        ),
        (
            {"adopt": {"config_role": {HOME: CONFIG_ROLE}}},
            "'adopt.config_role.eu-west-1' is not allowed; give global",
        ),
    ],
)
def test_bad_argument_is_refused_before_anything_is_registered(
    recorder: Any, args: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError) as caught:
        make(**args)
    assert message in str(caught.value)
    assert not recorder.resources


@pytest.mark.parametrize("argument", ["regions", "security_contact", "support_trust"])
def test_what_has_no_safe_default_is_asked_for(recorder: Any, argument: str) -> None:
    with pytest.raises(ArgumentError, match=f"'{argument}' is required and missing"):
        make(without=(argument,))
    assert not recorder.resources


@pytest.mark.parametrize("name", ["1st", "a b", "a" * 65])
def test_name_that_makes_no_names_in_aws_is_refused(recorder: Any, name: str) -> None:
    with pytest.raises(ArgumentError, match="'name' is not allowed"):
        AccountBaseline(name, cast("AccountBaselineArgs", GIVEN))
    assert not recorder.resources


def test_refusal_shows_no_value(recorder: Any) -> None:
    del recorder
    with pytest.raises(ArgumentError) as caught:
        make(security_contact={**CONTACT, "phone": "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_output_is_checked_when_it_resolves(recorder: Any) -> None:
    del recorder
    with pytest.raises(ArgumentError, match=r"'security_contact\.email' is not allowed"):
        make(security_contact={**CONTACT, "email": pulumi.Output.from_input("nobody")})


def test_options_reach_every_child(recorder: Any, registrations: Any) -> None:
    del recorder

    def program() -> None:
        provider = pulumi.ProviderResource("aws", "own", {})
        AccountBaseline(
            "baseline",
            cast("AccountBaselineArgs", {**GIVEN, "regions": [HOME, OTHER], "vpcs": NETWORK}),
            pulumi.ResourceOptions(provider=provider, protect=True),
        )

    run(program)
    children = {n: r for n, r in registrations.items() if n.startswith("baseline-")}
    assert len(children) > 50
    for name, request in children.items():
        assert "::own::" in request.provider, name
        assert request.protect, name
        assert request.parent.endswith("::baseline"), name
