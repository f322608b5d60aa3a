"""Each AWS type through its whole life, against the emulated AWS, as the engine would drive it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import botocore.session
import grpc
import pytest
from botocore.exceptions import ClientError

from local.cloud import Cloud
from local.cloud.aws import AWS
from local.cloud.aws_api import _member
from local.cloud.values import UNKNOWN, Secret
from tests.local.lives import Life, live

ACCOUNT = "123456789012"
TRAIL = "aws:cloudtrail/trail:Trail"
KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"
BUCKET = "aws:s3/bucket:Bucket"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
OBJECT_LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
LOG_POLICY = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trusts(service: str) -> str:
    return document(
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    )


def key_policy(*services: str) -> str:
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    return document(
        {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"},
        *(
            {"Effect": "Allow", "Principal": {"Service": each}, "Action": "kms:*", "Resource": "*"}
            for each in services
        ),
    )


def log_policy(group: str) -> str:
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "delivery.logs.amazonaws.com"},
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}:log-stream:*",
        }
    )


def trail_policy(bucket: str, prefix: str = "", owner: str = ACCOUNT) -> str:
    """Return the least that CloudTrail and S3's own access logs ask of a bucket."""
    arn, who = f"arn:aws:s3:::{bucket}", {"Service": "cloudtrail.amazonaws.com"}
    source = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    logs = f"{arn}/{prefix}AWSLogs/{owner}/*"
    return document(
        {
            "Effect": "Allow",
            "Principal": who,
            "Action": "s3:GetBucketAcl",
            "Resource": arn,
            "Condition": source,
        },
        {
            "Effect": "Allow",
            "Principal": who,
            "Action": "s3:PutObject",
            "Resource": logs,
            "Condition": {
                "StringEquals": {
                    "aws:SourceAccount": ACCOUNT,
                    "s3:x-amz-acl": "bucket-owner-full-control",
                }
            },
        },
        {
            "Effect": "Allow",
            "Principal": {"Service": ["logging.s3.amazonaws.com"]},
            "Action": "s3:PutObject",
            "Resource": f"{arn}/*",
            "Condition": source,
        },
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    )


@pytest.fixture
def aws(cloud: Cloud, connect: Callable[..., Any]) -> Any:
    """Connect to an empty cloud that has what the cases below stand on."""
    cloud.reset()
    driver = connect(AWS)
    s3 = cloud.client("s3")
    for name in ("logs", "other"):
        s3.create_bucket(Bucket=name)
        s3.put_bucket_policy(Bucket=name, Policy=trail_policy(name))
    for name in ("locked", "locked-too"):
        s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    cloud.client("iam").create_role(
        RoleName="base", AssumeRolePolicyDocument=trusts("x.amazonaws.com")
    )
    cloud.client("iam").create_role(
        RoleName="else", AssumeRolePolicyDocument=trusts("x.amazonaws.com")
    )
    return driver


@pytest.fixture
def untouched(connect: Callable[..., Any]) -> Any:
    """Connect to a cloud that the test leaves as it is, whatever is in it."""
    return connect(AWS)


BLOCKED = dict.fromkeys(
    ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True
)
KMS_RULE = {
    "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"},
    "bucketKeyEnabled": True,
}
LIFECYCLE = {
    "id": "expire",
    "status": "Enabled",
    "filter": {"and": {"prefix": "AWSLogs/", "tags": {"kind": "log", "of": "trail"}}},
    "transitions": [{"days": 30, "storageClass": "GLACIER"}],
    "expiration": {"days": 365},
    "noncurrentVersionExpiration": {"noncurrentDays": 30},
    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
}

LIVES = (
    Life(
        TRAIL,
        {
            "name": "audit",
            "s3BucketName": "logs",
            "tags": {"a": "1", "b": "2"},
            "isMultiRegionTrail": True,
        },
        {
            "name": "audit",
            "s3BucketName": "other",
            "enableLogFileValidation": True,
            "enableLogging": False,
            "tags": {"a": "3"},
            "eventSelectors": [
                {"dataResources": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}]}
            ],
        },
        {"name": "other-name", "s3BucketName": "logs"},
        f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/audit",
        {
            "arn": f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/audit",
            "homeRegion": "us-east-1",
            "enableLogging": True,
            "tagsAll": {"a": "1", "b": "2"},
            "region": "us-east-1",
        },
    ),
    Life(
        KEY,
        {
            "description": "a key",
            "enableKeyRotation": True,
            "rotationPeriodInDays": 180,
            "deletionWindowInDays": 7,
            "policy": key_policy(),
            "tags": {"a": "1"},
        },
        {"description": "the key", "isEnabled": False, "policy": key_policy("logs.amazonaws.com")},
        {
            "description": "a key",
            "enableKeyRotation": True,
            "keyUsage": "SIGN_VERIFY",
            "customerMasterKeySpec": "RSA_2048",
        },
        "{keyId}",
        {
            "isEnabled": True,
            "multiRegion": False,
            "rotationPeriodInDays": 180,
            "tagsAll": {"a": "1"},
        },
    ),
    Life(
        BUCKET,
        {"bucket": "mine", "forceDestroy": True, "objectLockEnabled": True, "tags": {"a": "1"}},
        {"bucket": "mine", "tags": {"b": "2"}},
        {"bucket": "mine", "objectLockEnabled": False},
        "mine",
        {
            "arn": "arn:aws:s3:::mine",
            "bucketDomainName": "mine.s3.amazonaws.com",
            "bucketRegion": "us-east-1",
            "tagsAll": {"a": "1"},
            "bucketRegionalDomainName": "mine.s3.us-east-1.amazonaws.com",
            "forceDestroy": True,
        },
        by_name=True,
    ),
    Life(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        {"bucket": "logs", **BLOCKED},
        {"bucket": "logs", "blockPublicAcls": True},
        {"bucket": "other", **BLOCKED},
        "logs",
        BLOCKED,
    ),
    Life(
        VERSIONING,
        {"bucket": "logs", "versioningConfiguration": {"status": "Enabled"}},
        {"bucket": "logs", "versioningConfiguration": {"status": "Suspended"}},
        {"bucket": "other", "versioningConfiguration": {"status": "Enabled"}},
        "logs",
        gone=False,
    ),
    Life(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        {"bucket": "logs", "rules": [KMS_RULE]},
        {
            "bucket": "logs",
            "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}],
        },
        {"bucket": "other", "rules": [KMS_RULE]},
        "logs",
        {"rules": [KMS_RULE]},
        gone=False,
    ),
    Life(
        BUCKET_POLICY,
        {"bucket": "logs", "policy": trail_policy("logs")},
        {"bucket": "logs", "policy": trail_policy("logs", "prefix/")},
        {"bucket": "other", "policy": trail_policy("other")},
        "logs",
    ),
    Life(
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        {"bucket": "logs", "rule": {"objectOwnership": "BucketOwnerEnforced"}},
        {"bucket": "logs", "rule": {"objectOwnership": "BucketOwnerPreferred"}},
        {"bucket": "other", "rule": {"objectOwnership": "BucketOwnerEnforced"}},
        "logs",
        {"rule": {"objectOwnership": "BucketOwnerEnforced"}},
    ),
    Life(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        {"bucket": "logs", "rules": [LIFECYCLE]},
        {"bucket": "logs", "rules": [{**LIFECYCLE, "expiration": {"days": 400}}]},
        {"bucket": "other", "rules": [LIFECYCLE]},
        "logs",
        {"transitionDefaultMinimumObjectSize": "all_storage_classes_128K"},
    ),
    Life(
        OBJECT_LOCK,
        {"bucket": "locked", "rule": {"defaultRetention": {"mode": "GOVERNANCE", "days": 30}}},
        {"bucket": "locked", "rule": {"defaultRetention": {"mode": "COMPLIANCE", "years": 1}}},
        {"bucket": "locked-too", "rule": {"defaultRetention": {"mode": "GOVERNANCE", "days": 30}}},
        "locked",
        {
            "objectLockEnabled": "Enabled",
            "rule": {"defaultRetention": {"mode": "GOVERNANCE", "days": 30}},
        },
        gone=False,
    ),
    Life(
        "aws:s3/bucketLogging:BucketLogging",
        {"bucket": "logs", "targetBucket": "logs", "targetPrefix": "self/"},
        {"bucket": "logs", "targetBucket": "logs", "targetPrefix": "access/"},
        {"bucket": "other", "targetBucket": "logs", "targetPrefix": "self/"},
        "logs",
        {"targetPrefix": "self/"},
    ),
    Life(
        LOG_GROUP,
        {"name": "group", "retentionInDays": 365, "tags": {"a": "1"}},
        {"name": "group", "tags": {"b": "2"}},
        {"name": "other", "retentionInDays": 365},
        "group",
        {
            "arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:group",
            "retentionInDays": 365,
            "logGroupClass": "STANDARD",
            "tagsAll": {"a": "1"},
        },
    ),
    Life(
        LOG_POLICY,
        {"policyName": "waf", "policyDocument": log_policy("waf")},
        {"policyName": "waf", "policyDocument": log_policy("other")},
        {"policyName": "other", "policyDocument": log_policy("waf")},
        "waf",
        {"policyScope": "ACCOUNT"},
    ),
    Life(
        ROLE,
        {
            "name": "role",
            "assumeRolePolicy": trusts("cloudtrail.amazonaws.com"),
            "description": "a role",
            "permissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "tags": {"a": "1"},
        },
        {
            "name": "role",
            "assumeRolePolicy": trusts("lambda.amazonaws.com"),
            "maxSessionDuration": 7200,
            "tags": {"b": "2"},
        },
        {"name": "role", "assumeRolePolicy": trusts("cloudtrail.amazonaws.com"), "path": "/app/"},
        "role",
        {"arn": f"arn:aws:iam::{ACCOUNT}:role/role", "maxSessionDuration": 3600, "path": "/"},
        by_name=True,
    ),
    Life(
        ROLE_POLICY,
        {
            "name": "write",
            "role": "base",
            "policy": document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),
        },
        {
            "name": "write",
            "role": "base",
            "policy": document({"Effect": "Deny", "Action": "s3:*", "Resource": "*"}),
        },
        {
            "name": "write",
            "role": "else",
            "policy": document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),
        },
        "base:write",
        by_name=False,
    ),
)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.token.rpartition(":")[2])
def test_a_type_lives_as_the_official_provider_has_it(aws: Any, life: Life) -> None:
    live(aws, life)


def test_an_alias_follows_its_key(aws: Any) -> None:
    first, second = aws.create(KEY, {}), aws.create(KEY, {})
    made = aws.create(ALIAS, {"targetKeyId": first.outputs["arn"]})
    assert made.id == made.outputs["name"]
    assert made.id.startswith("alias/it-")
    assert made.outputs["targetKeyArn"] == first.outputs["arn"]
    assert not aws.diff(made, {"targetKeyId": first.id}).diffs, "an ARN and its id are one key"
    updated = aws.update(made, {"targetKeyId": second.id})
    assert updated.outputs["targetKeyId"] == second.id
    assert aws.diff(made, {"name": "alias/else", "targetKeyId": first.id}).replaces == ["name"]
    aws.delete(updated)
    assert aws.read(updated) is None


def test_every_input_of_every_type_goes_somewhere() -> None:
    """An input that no call takes would be dropped in silence."""
    session = botocore.session.get_session()
    for resource in AWS.resources.values():
        model = session.get_service_model(resource.service)
        covered = {*resource.local, *resource.unsupported, *resource.instead.values(), "region"}
        covered |= {name for facet in resource.facets for name in facet.properties}
        shape = model.operation_model(resource.create.operation).input_shape
        shapes = [shape]
        for step in resource.create.inside.split(".") if resource.create.inside else ():
            shapes.append(shapes[-1].members[step])
        for name in resource.schema.inputs:
            if name not in covered:
                assert any(_member(each.members, name, resource.names) for each in shapes), (
                    f"{resource.token}: {name}"
                )
        updatable = {name for facet in resource.facets for name in facet.properties}
        updatable |= {*resource.local, *resource.unsupported, *resource.immutable, "region"}
        if resource.update is None:
            assert resource.schema.inputs.keys() <= updatable, resource.token
        paths = {*resource.defaults, *resource.computed, *resource.immutable, *resource.sets}
        paths |= {*resource.empty, *resource.clear, *resource.local, *resource.normal}
        paths |= {*resource.present, *resource.instead, *resource.instead.values()}
        assert {path.split(".")[0] for path in paths} - {"region"} <= resource.schema.inputs.keys()


# --- What AWS refuses ---


def refusal(call: Callable[..., Any], *args: Any) -> str:
    with pytest.raises(grpc.RpcError) as caught:
        call(*args)
    return str(caught.value.details())


@pytest.mark.parametrize(
    ("trail", "code"),
    [
        ({"s3BucketName": "absent"}, "S3BucketDoesNotExistException"),
        ({"s3BucketName": "bare"}, "InsufficientS3BucketPolicyException"),
        ({"s3BucketName": "logs", "s3KeyPrefix": "else"}, "InsufficientS3BucketPolicyException"),
        (
            {"isMultiRegionTrail": True, "includeGlobalServiceEvents": False},
            "InvalidParameterCombinationException",
        ),
        (
            {"cloudWatchLogsRoleArn": "arn:aws:iam::1:role/x"},
            "InvalidParameterCombinationException",
        ),
        ({"kmsKeyId": "arn:aws:kms:us-east-1:1:key/x"}, "KmsKeyNotFoundException"),
        ({"kmsKeyId": "key"}, "InsufficientEncryptionPolicyException"),
        (
            {"cloudWatchLogsGroupArn": "arn:aws:logs:us-east-1:1:log-group:x:*", "role": "base"},
            "InvalidCloudWatchLogsLogGroupArnException",
        ),
        ({"group": "group", "role": "base"}, "InvalidCloudWatchLogsRoleArnException"),
        ({"group": "group", "role": "powerless"}, "InvalidCloudWatchLogsRoleArnException"),
    ],
)
def test_a_trail_that_cloudtrail_refuses_is_refused(
    aws: Any, cloud: Cloud, trail: dict[str, Any], code: str
) -> None:
    cloud.client("s3").create_bucket(Bucket="bare")
    inputs = {"name": "audit", "s3BucketName": "logs", **trail}
    if trail.get("kmsKeyId") == "key":
        inputs["kmsKeyId"] = aws.create(KEY, {"policy": key_policy("logs.amazonaws.com")}).outputs[
            "arn"
        ]
    if inputs.pop("group", None):
        inputs["cloudWatchLogsGroupArn"] = (
            aws.create(LOG_GROUP, {"name": "group"}).outputs["arn"] + ":*"
        )
    role = inputs.pop("role", None)
    if role == "powerless":
        aws.create(ROLE, {"name": role, "assumeRolePolicy": trusts("cloudtrail.amazonaws.com")})
    if role:
        inputs["cloudWatchLogsRoleArn"] = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    message = refusal(aws.create, TRAIL, inputs)
    assert message.startswith(f'{TRAIL} "it": ')
    assert code in message
    assert cloud.client("cloudtrail").list_trails()["Trails"] == []


def test_an_organizations_trail_needs_trust_and_both_folders(aws: Any, cloud: Cloud) -> None:
    organizations, s3 = cloud.client("organizations"), cloud.client("s3")
    inputs = {"name": "audit", "s3BucketName": "logs", "isOrganizationTrail": True}
    assert "CloudTrailAccessNotEnabledException" in refusal(aws.create, TRAIL, inputs)
    organizations.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    assert "InsufficientS3BucketPolicyException" in refusal(aws.create, TRAIL, inputs)
    s3.put_bucket_policy(Bucket="logs", Policy=trail_policy("logs", owner="o-*"))
    assert "InsufficientS3BucketPolicyException" in refusal(aws.create, TRAIL, inputs)
    s3.put_bucket_policy(Bucket="logs", Policy=trail_policy("logs", owner="*"))
    made = aws.create(TRAIL, inputs)
    assert made.outputs["isOrganizationTrail"] is True

    # It writes into streams of the organization besides its own.
    group = aws.create(LOG_GROUP, {"name": "group"}).outputs["arn"]
    trust = trusts("cloudtrail.amazonaws.com")
    role = aws.create(ROLE, {"name": "role", "assumeRolePolicy": trust})
    delivers = {
        **inputs,
        "cloudWatchLogsGroupArn": f"{group}:*",
        "cloudWatchLogsRoleArn": role.outputs["arn"],
    }
    write = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"]}
    own = [f"{group}:log-stream:{ACCOUNT}_*"]
    policy = aws.create(
        ROLE_POLICY, {"role": role.id, "policy": document({**write, "Resource": own})}
    )
    assert "InvalidCloudWatchLogsRoleArnException" in refusal(aws.update, made, delivers)
    both = [*own, f"{group}:log-stream:o-*"]
    aws.update(policy, {"role": role.id, "policy": document({**write, "Resource": both})})
    assert aws.update(made, delivers).outputs["cloudWatchLogsRoleArn"] == role.outputs["arn"]


def test_a_whole_audit_trail_is_accepted(aws: Any) -> None:
    """The refusals above must not be of everything."""
    key = aws.create(
        KEY, {"policy": key_policy("cloudtrail.amazonaws.com", "logs.us-east-1.amazonaws.com")}
    )
    group = aws.create(LOG_GROUP, {"name": "group", "kmsKeyId": key.outputs["arn"]})
    role = aws.create(
        ROLE, {"name": "role", "assumeRolePolicy": trusts("cloudtrail.amazonaws.com")}
    )
    write = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"]}
    aws.create(
        ROLE_POLICY,
        {"role": role.id, "policy": document({**write, "Resource": group.outputs["arn"] + ":*"})},
    )
    wanted = {
        "s3BucketName": "logs",
        "kmsKeyId": key.outputs["arn"],
        "cloudWatchLogsGroupArn": group.outputs["arn"] + ":*",
        "cloudWatchLogsRoleArn": role.outputs["arn"],
        "insightSelectors": [{"insightType": "ApiCallRateInsight"}],
        "advancedEventSelectors": [
            {
                "name": "all",
                "fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]}],
            }
        ],
    }
    made = aws.create(TRAIL, wanted)
    assert {name: made.outputs[name] for name in wanted} == wanted
    assert not aws.diff(made, wanted).diffs
    bare = aws.update(made, {"s3BucketName": "logs"})
    assert not {"kmsKeyId", "insightSelectors", "advancedEventSelectors"} & {
        name for name, value in bare.outputs.items() if value
    }
    assert not aws.diff(bare, {"s3BucketName": "logs"}).diffs


def test_a_key_that_logs_may_not_use_is_refused(aws: Any) -> None:
    key = aws.create(KEY, {"policy": key_policy()})
    message = refusal(aws.create, LOG_GROUP, {"name": "group", "kmsKeyId": key.outputs["arn"]})
    assert "InvalidParameterException" in message
    assert "logs.us-east-1.amazonaws.com" in message


@pytest.mark.parametrize(
    "policy",
    [
        "nonsense",
        document(),
        document({"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}),
        document({"Effect": "Maybe", "Principal": "*", "Action": "logs:*", "Resource": "*"}),
    ],
)
def test_a_malformed_log_policy_is_refused(untouched: Any, policy: str) -> None:
    message = refusal(untouched.create, LOG_POLICY, {"policyName": "waf", "policyDocument": policy})
    assert "PutResourcePolicy failed: InvalidParameterException" in message


def test_an_account_has_ten_log_policies_a_region(aws: Any) -> None:
    for index in range(10):
        aws.create(LOG_POLICY, {"policyName": f"p{index}", "policyDocument": log_policy("waf")})
    inputs = {"policyName": "one-more", "policyDocument": log_policy("waf")}
    assert "LimitExceededException" in refusal(aws.create, LOG_POLICY, inputs)
    assert aws.create(LOG_POLICY, {**inputs, "region": "eu-west-1"}).id == "one-more"


@pytest.mark.parametrize(
    "policy",
    [
        "nonsense",
        document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),
        document(
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": "arn:aws:s3:::other/*",
            }
        ),
        document({"Effect": "Maybe", "Principal": "*", "Action": "s3:*", "Resource": "*"}),
    ],
)
def test_a_malformed_bucket_policy_is_refused(untouched: Any, policy: str) -> None:
    message = refusal(untouched.create, BUCKET_POLICY, {"bucket": "logs", "policy": policy})
    assert "PutBucketPolicy failed: MalformedPolicy" in message


@pytest.mark.parametrize(
    ("token", "inputs", "path"),
    [
        (KEY, {"keyUsage": "EVERYTHING"}, "KeyUsage"),
        (KEY, {"description": "x" * 9000}, "Description"),
        (
            ROLE,
            {"assumeRolePolicy": trusts("x.amazonaws.com"), "name": "no spaces please"},
            "RoleName",
        ),
        (
            "aws:s3/bucketVersioning:BucketVersioning",
            {"bucket": "logs", "versioningConfiguration": {"status": "On"}},
            "Status",
        ),
    ],
)
def test_what_the_service_model_forbids_is_never_sent(
    untouched: Any, token: str, inputs: dict[str, Any], path: str
) -> None:
    message = refusal(untouched.create, token, inputs)
    assert "ValidationException" in message
    assert path in message
    assert not any(str(value) in message for value in inputs.values())


@pytest.mark.parametrize(
    ("token", "inputs", "failing"),
    [
        (LOG_GROUP, {"retentionInDays": 4}, "retentionInDays"),
        (LOG_POLICY, {"policyDocument": log_policy("waf")}, "policyName"),
        (
            LOG_POLICY,
            {"policyDocument": log_policy("waf"), "resourceArn": "arn:aws:logs:x"},
            "resourceArn",
        ),
        (ALIAS, {"name": "mine", "targetKeyId": "k"}, "name"),
        (KEY, {"rotationPeriodInDays": 90}, "rotationPeriodInDays"),
        (TRAIL, {"s3BucketName": "logs", "kmsKeyId": "alias/x"}, "kmsKeyId"),
        (BUCKET, {"acl": "public-read"}, "acl"),
        (TRAIL, {"s3BucketName": "logs", "enableLogFileValidate": True}, "enableLogFileValidate"),
        (TRAIL, {}, "s3BucketName"),
        (TRAIL, {"s3BucketName": "logs", "enableLogging": "yes"}, "enableLogging"),
    ],
)
def test_bad_inputs_fail_at_check(
    untouched: Any, token: str, inputs: dict[str, Any], failing: str
) -> None:
    _, failures = untouched.check(token, inputs)
    assert [name for name, _ in failures] == [failing]


def test_defaults_inside_blocks_are_filled_in(untouched: Any) -> None:
    selectors = [{}, {"readWriteType": "WriteOnly", "includeManagementEvents": False}]
    inputs = untouched.checked(TRAIL, {"s3BucketName": "logs", "eventSelectors": selectors})
    assert inputs["eventSelectors"] == [
        {"readWriteType": "All", "includeManagementEvents": True},
        selectors[1],
    ]


# --- Drift ---


def test_drift_behind_the_back_is_seen_and_mended(aws: Any, cloud: Cloud) -> None:
    inputs = {"name": "audit", "s3BucketName": "logs"}
    made = aws.create(TRAIL, inputs)
    trails = cloud.client("cloudtrail")
    trails.stop_logging(Name="audit")
    trails.put_event_selectors(
        TrailName="audit",
        EventSelectors=[{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": False}],
    )
    drifted = aws.read(made)
    assert drifted.outputs["enableLogging"] is False
    assert drifted.inputs["enableLogging"] is False
    assert sorted(aws.diff(drifted, inputs).diffs) == ["enableLogging", "eventSelectors"]
    aws.update(drifted, inputs)
    assert trails.get_trail_status(Name="audit")["IsLogging"] is True
    assert trails.get_trail(Name="audit")["Trail"]["HasCustomEventSelectors"] is False


def test_a_resource_deleted_behind_the_back_is_gone(aws: Any, cloud: Cloud) -> None:
    made = aws.create(LOG_GROUP, {"name": "group"})
    cloud.client("logs").delete_log_group(logGroupName="group")
    assert aws.read(made) is None


def test_a_group_is_never_mistaken_for_one_with_a_longer_name(aws: Any, cloud: Cloud) -> None:
    cloud.client("logs").create_log_group(logGroupName="group-2")
    assert aws.imported(LOG_GROUP, "group") is None


def test_a_full_bucket_is_deleted_only_by_force(aws: Any, cloud: Cloud) -> None:
    s3 = cloud.client("s3")
    kept = aws.create(BUCKET, {"bucket": "kept"})
    s3.put_object(Bucket="kept", Key="log", Body=b"x")
    assert "BucketNotEmpty" in refusal(aws.delete, kept)
    forced = aws.update(kept, {"bucket": "kept", "forceDestroy": True})
    aws.delete(forced)
    assert aws.read(forced) is None


def test_a_locked_bucket_takes_a_new_retention_for_what_comes(aws: Any, cloud: Cloud) -> None:
    def lock(**retention: Any) -> dict[str, Any]:
        return {"bucket": "locked", "rule": {"defaultRetention": retention}}

    s3 = cloud.client("s3")
    made = aws.create(OBJECT_LOCK, lock(mode="GOVERNANCE", days=30))
    s3.put_object(Bucket="locked", Key="file", Body=b"x", ChecksumAlgorithm="SHA256")
    changed = aws.update(made, lock(mode="GOVERNANCE", days=60))
    assert changed.outputs["rule"] == {"defaultRetention": {"mode": "GOVERNANCE", "days": 60}}
    (version,) = s3.list_object_versions(Bucket="locked")["Versions"]
    where = {"Bucket": "locked", "Key": "file", "VersionId": version["VersionId"]}
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(**where)
    aws.delete(changed)
    told = s3.get_object_lock_configuration(Bucket="locked")["ObjectLockConfiguration"]
    assert told == {"ObjectLockEnabled": "Enabled"}


def test_access_logs_come_hours_later_and_stop_no_deletion(aws: Any, cloud: Cloud) -> None:
    inputs = {"bucket": "other", "targetBucket": "logs", "targetPrefix": "other/"}
    aws.create("aws:s3/bucketLogging:BucketLogging", inputs)
    s3 = cloud.client("s3")
    s3.get_bucket_versioning(Bucket="other")
    assert s3.get_bucket_logging(Bucket="other")["LoggingEnabled"]["TargetBucket"] == "logs"
    s3.delete_bucket(Bucket="logs")


def test_a_bucket_without_versions_takes_no_lock(aws: Any) -> None:
    rule = {"defaultRetention": {"mode": "GOVERNANCE", "days": 1}}
    message = refusal(aws.create, OBJECT_LOCK, {"bucket": "logs", "rule": rule})
    assert "InvalidBucketState" in message


def test_a_locked_bucket_keeps_its_versions(aws: Any, cloud: Cloud) -> None:
    def versions(status: str) -> dict[str, Any]:
        return {"bucket": "locked", "versioningConfiguration": {"status": status}}

    made = aws.create(VERSIONING, versions("Enabled"))
    assert "InvalidBucketState" in refusal(aws.update, made, versions("Suspended"))
    aws.delete(made)
    assert cloud.client("s3").get_bucket_versioning(Bucket="locked")["Status"] == "Enabled"


def test_a_bucket_stands_in_its_own_region(aws: Any) -> None:
    made = aws.create(BUCKET, {"bucket": "far", "region": "eu-west-1"})
    assert made.outputs["bucketRegionalDomainName"] == "far.s3.eu-west-1.amazonaws.com"
    assert aws.diff(made, {"bucket": "far"}).changes == 1, "a region that is not asked for stays"


def test_templates_in_values_are_left_alone(aws: Any) -> None:
    made = aws.create(KEY, {"tags": {"{keyId}": "{region}", "{absent}": "{arn}"}})
    assert made.outputs["tags"] == {"{keyId}": "{region}", "{absent}": "{arn}"}
    updated = aws.update(made, {"tags": {"x": "{absent}"}})
    assert updated.outputs["tags"] == {"x": "{absent}"}


def test_skip_destroy_leaves_the_group(aws: Any, cloud: Cloud) -> None:
    aws.delete(aws.create(LOG_GROUP, {"name": "group", "skipDestroy": True}))
    assert len(cloud.client("logs").describe_log_groups()["logGroups"]) == 1


def test_default_tags_reach_every_taggable_resource(
    cloud: Cloud, connect: Callable[..., Any]
) -> None:
    cloud.reset()
    driver = connect(AWS, {"defaultTags": json.dumps({"tags": {"team": "a", "stage": "x"}})})
    made = driver.create(LOG_GROUP, {"name": "group", "tags": {"stage": "y"}})
    assert made.outputs["tagsAll"] == {"team": "a", "stage": "y"}


# --- Functions ---


def test_functions_answer(untouched: Any) -> None:
    answer, _ = untouched.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})
    assert answer["accountId"] == answer["id"] == ACCOUNT
    answer, _ = untouched.invoke("aws:index/getPartition:getPartition", {})
    assert answer["partition"] == "aws"
    assert answer["dnsSuffix"] == "amazonaws.com"
    assert answer["reverseDnsPrefix"] == "com.amazonaws"
    answer, _ = untouched.invoke("aws:index/getRegion:getRegion", {"region": "eu-west-1"})
    assert (answer["name"], answer["region"]) == ("eu-west-1", "eu-west-1")
    assert answer["description"] == "Europe (Ireland)"


def test_functions_are_strict(untouched: Any) -> None:
    _, failures = untouched.invoke("aws:index/getRegion:getRegion", {"regoin": "x"})
    assert failures
    _, failures = untouched.invoke("aws:index/getNothing:getNothing", {})
    assert "CONTRIBUTING.md" in failures[0]
    answer, _ = untouched.invoke("aws:index/getRegion:getRegion", {"region": UNKNOWN})
    assert set(answer.values()) == {UNKNOWN}
    answer, _ = untouched.invoke("aws:index/getRegion:getRegion", {"region": Secret("eu-west-1")})
    assert all(isinstance(value, Secret) for value in answer.values())


def test_a_provider_acts_in_the_account_of_the_role_that_it_assumes(
    connect: Callable[..., Any], cloud: Cloud
) -> None:
    roles = [{"roleArn": "arn:aws:iam::222222222222:role/OrganizationAccountAccessRole"}]
    driver = connect(AWS, {"assumeRoles": json.dumps(roles)})
    made = driver.create(KEY, {"description": "of another account"})
    assert made.outputs["arn"].split(":")[4] == "222222222222"
    assert cloud.client("kms").list_keys()["Keys"] == []


def test_a_role_that_is_none_is_refused(connect: Callable[..., Any]) -> None:
    driver = connect(AWS, {"assumeRoles": json.dumps([{"roleArn": "nobody"}])})
    with pytest.raises(grpc.RpcError, match="a role of assumeRoles cannot be assumed"):
        driver.create(KEY, {})


def test_a_trail_needs_the_consent_of_another_accounts_key(
    aws: Any, connect: Callable[..., Any]
) -> None:
    roles = [{"roleArn": "arn:aws:iam::222222222222:role/OrganizationAccountAccessRole"}]
    elsewhere = connect(AWS, {"assumeRoles": json.dumps(roles)})
    key = elsewhere.create(KEY, {"policy": key_policy("logs.amazonaws.com")})
    trail = {"name": "audit", "s3BucketName": "logs", "kmsKeyId": key.outputs["arn"]}
    assert "InsufficientEncryptionPolicyException" in refusal(aws.create, TRAIL, trail)
    elsewhere.update(key, {"policy": key_policy("cloudtrail.amazonaws.com")})
    assert aws.create(TRAIL, trail).outputs["kmsKeyId"] == key.outputs["arn"]
