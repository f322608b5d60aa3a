"""The AWS provider: the table of its types. Run as a module, it is the plugin.

To add a type, write down its calls; ``docs/local-cloud.md`` shows how. Functions stand here only
where AWS itself is irregular.
"""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, cast

import boto3
import botocore.session

from local.cloud import policies
from local.cloud.aws_api import AwsApi, AwsSession
from local.cloud.provider import Provider, Servicer, serve
from local.cloud.schema import CheckFailure
from local.cloud.table import (
    Api,
    ApiError,
    AutoName,
    Call,
    Facet,
    Given,
    Properties,
    Resource,
    is_empty,
)
from local.cloud.values import is_unknown

# --- Facets that many types share ---


def tags(
    put: Call,
    remove: Call,
    names: str = "TagKeys",
    read: Call | None = None,
    *,
    with_keys: bool = False,
) -> Facet:
    """Return the facet of tags that are added by one call and removed by another.

    Args:
        put: Adds tags; ``tags`` goes to whichever of its parameters holds tags.
        remove: Removes tags.
        names: The parameter of ``remove`` that lists the names.
        read: Reads them; ``None``: the resource's own read tells.
        with_keys: Whether ``names`` wants ``{"Key": name}`` instead of plain names.
    """

    def choose(old: Properties, new: Properties) -> list[Call]:
        before, after = (
            value if isinstance(value, Mapping) else {}
            for value in (old.get("tags"), new.get("tags"))
        )
        gone: list[object] = sorted(before.keys() - after.keys())
        if with_keys:
            gone = [{"Key": name} for name in gone]
        removal = Call(remove.operation, {**remove.parameters, names: Given(gone)}, only=())
        return ([removal] if gone else []) + ([put] if after else [])

    return Facet(("tags",), choose=choose, read=read, created=True)


def switch(name: str, on: Call, off: Call, read: Call | None = None) -> Facet:
    """Return the facet of a boolean that one call switches on and another off."""
    return Facet((name,), choose=lambda _, new: [on if new.get(name) else off], read=read)


def s3_setting(  # noqa: PLR0913  all but two are named, and most are left out
    token: str,
    setting: str,
    *,
    inside: str,
    result: str = "",
    absent: Sequence[str] = (),
    delete: Call | None = None,
    into: str = "",
    **more: object,
) -> Resource:
    """Return the type of a setting of a bucket, which S3 puts and gets as one document.

    Args:
        token: Its Pulumi token.
        setting: What follows ``PutBucket`` and ``GetBucket`` in the operations' names.
        inside: The parameter that holds the document.
        result: JMESPath of the document in the answer.
        absent: Error codes, besides a missing bucket, that mean that it is not set.
        delete: Removes it; ``None``: ``DeleteBucket...``.
        into: The property whose value the document is.
        **more: The ``Resource``'s other arguments.
    """
    put = Call(f"Put{setting}", {"Bucket": "{bucket}"}, inside=inside)
    get = Call(
        f"Get{setting}",
        {"Bucket": "{bucket}"},
        result=result,
        into=into,
        absent=("NoSuchBucket", *absent),
    )
    fields = {
        "token": token,
        "service": "s3",
        "id": "{bucket}",
        "create": put,
        "read": get,
        "update": put,
        "delete": delete or Call(f"Delete{setting}", {"Bucket": "{bucket}"}, only=()),
        "immutable": ("bucket", "expectedBucketOwner"),
        "local": ("expectedBucketOwner",),
    }
    return Resource(**{**fields, **more})  # type: ignore[arg-type]


# --- CloudTrail ---

_EVERY_MANAGEMENT_EVENT: Final = [{"readWriteType": "All", "includeManagementEvents": True}]


def _selectors(_: Properties, new: Properties) -> list[Call]:
    chosen = "advancedEventSelectors" if new.get("advancedEventSelectors") else "eventSelectors"
    # Selectors cannot be removed: a trail without any of its own records management events.
    default = {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True}]}
    none = is_empty(new.get(chosen))
    return [
        Call(
            "PutEventSelectors",
            {"TrailName": "{arn}", **(default if none else {})},
            only=() if none else (chosen,),
        )
    ]


def _check_trail(trail: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_cloudtrail``."""
    if trail.get("eventSelectors") and trail.get("advancedEventSelectors"):
        yield CheckFailure("eventSelectors", "conflicts with advancedEventSelectors: set only one.")
    for name in ("kmsKeyId", "cloudWatchLogsGroupArn", "cloudWatchLogsRoleArn"):
        value = trail.get(name)
        if value and not is_unknown(value) and not str(value).startswith("arn:"):
            yield CheckFailure(name, "must be an ARN (arn:...).")


def _require_trail(api: Api, trail: Properties) -> None:
    """Refuse what CloudTrail documents that it refuses, and the emulator lets pass.

    Source: the CloudTrail API reference's errors of ``CreateTrail``, and the user guide's pages
    on the bucket policy, the key policy and the CloudWatch Logs role.
    """
    aws = cast("AwsApi", api)
    arn = f"arn:aws:cloudtrail:{aws.region}:{aws.context['account']}:trail/{trail['name']}"
    if trail.get("isMultiRegionTrail") and trail.get("includeGlobalServiceEvents") is False:
        raise _refused(
            "InvalidParameterCombinationException",
            "a multi-region trail must include global service events",
        )
    group, role = trail.get("cloudWatchLogsGroupArn"), trail.get("cloudWatchLogsRoleArn")
    if bool(group) != bool(role):
        raise _refused(
            "InvalidParameterCombinationException",
            "cloudWatchLogsGroupArn and cloudWatchLogsRoleArn go together: set both or neither",
        )
    _require_bucket(aws, trail, arn)
    if trail.get("kmsKeyId"):
        _require_key(aws, str(trail["kmsKeyId"]), arn)
    if group and role:
        _require_delivery(aws, str(group), str(role), arn)


def _require_bucket(aws: AwsApi, trail: Properties, arn: str) -> None:
    bucket = str(trail["s3BucketName"])
    where = {"Bucket": bucket}
    gone = ("404", "NoSuchBucket")
    if aws.send("s3", "HeadBucket", where, absent=gone) is None:
        raise _refused("S3BucketDoesNotExistException", "the trail's bucket does not exist")
    found = aws.send("s3", "GetBucketPolicy", where, absent=("NoSuchBucketPolicy",))
    prefix = f"{trail['s3KeyPrefix']}/" if trail.get("s3KeyPrefix") else ""
    bucket_arn = f"arn:aws:s3:::{bucket}"
    logs = f"{bucket_arn}/{prefix}AWSLogs/{aws.context['account']}/CloudTrail/log.json.gz"
    context = {
        "aws:SourceArn": arn,
        "aws:SourceAccount": aws.context["account"],
        "aws:SecureTransport": "true",
        "s3:TlsVersion": "1.3",
        "aws:PrincipalIsAWSService": "true",
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    for action, resource in (("s3:GetBucketAcl", bucket_arn), ("s3:PutObject", logs)):
        policy = found["Policy"] if found else ""
        if not policies.allows(policy, action, resource, principal=_CLOUDTRAIL, context=context):
            raise _refused(
                "InsufficientS3BucketPolicyException",
                f"the bucket's policy does not let cloudtrail.amazonaws.com {action} on this "
                "trail's behalf; deploy the bucket policy before the trail (depends_on)",
            )


def _require_key(aws: AwsApi, key: str, arn: str) -> None:
    found = aws.send("kms", "DescribeKey", {"KeyId": key}, absent=("NotFoundException",))
    if found is None:
        raise _refused("KmsKeyNotFoundException", "the trail's KMS key does not exist")
    if not found["KeyMetadata"]["Enabled"]:
        raise _refused("KmsKeyDisabledException", "the trail's KMS key is disabled")
    policy = aws.send("kms", "GetKeyPolicy", {"KeyId": key, "PolicyName": "default"})["Policy"]
    context = {
        "aws:SourceArn": arn,
        "aws:SourceAccount": aws.context["account"],
        "kms:EncryptionContext:aws:cloudtrail:arn": arn,
    }
    if not policies.allows(
        policy, "kms:GenerateDataKey", key, principal=_CLOUDTRAIL, context=context
    ):
        raise _refused(
            "InsufficientEncryptionPolicyException",
            "the key's policy does not let cloudtrail.amazonaws.com kms:GenerateDataKey* on this "
            "trail's behalf",
        )


def _require_delivery(aws: AwsApi, group: str, role: str, arn: str) -> None:
    name = group.removesuffix(":*").rpartition(":log-group:")[2]
    groups = aws.send("logs", "DescribeLogGroups", {"logGroupNamePrefix": name})["logGroups"]
    if not group.endswith(":*") or not any(each["logGroupName"] == name for each in groups):
        raise _refused(
            "InvalidCloudWatchLogsLogGroupArnException",
            "cloudWatchLogsGroupArn must be the ARN of an existing log group, ending in ':*'",
        )
    role_name = role.rpartition("/")[2]
    found = aws.send("iam", "GetRole", {"RoleName": role_name}, absent=("NoSuchEntity",))
    trust = found and json.dumps(found["Role"]["AssumeRolePolicyDocument"])
    source = {"aws:SourceAccount": aws.context["account"], "aws:SourceArn": arn}
    if not trust or not policies.allows(
        trust, "sts:AssumeRole", role, principal=_CLOUDTRAIL, context=source
    ):
        raise _refused(
            "InvalidCloudWatchLogsRoleArnException",
            "cloudWatchLogsRoleArn must be a role that trusts cloudtrail.amazonaws.com",
        )
    documents = _role_policies(aws, role_name)
    stream = (
        f"{group.removesuffix(':*')}:log-stream:{aws.context['account']}_CloudTrail_{aws.region}"
    )
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        if not any(policies.allows(each, action, stream) for each in documents):
            raise _refused(
                "InvalidCloudWatchLogsRoleArnException",
                f"the role does not let CloudTrail {action} in the log group; deploy its policy "
                "before the trail (depends_on)",
            )


def _role_policies(aws: AwsApi, role: str) -> list[str]:
    where = {"RoleName": role}
    inline = [
        aws.send("iam", "GetRolePolicy", {**where, "PolicyName": name})["PolicyDocument"]
        for name in aws.send("iam", "ListRolePolicies", where)["PolicyNames"]
    ]
    attached = []
    for each in aws.send("iam", "ListAttachedRolePolicies", where)["AttachedPolicies"]:
        policy = {"PolicyArn": each["PolicyArn"]}
        version = aws.send("iam", "GetPolicy", policy)["Policy"]["DefaultVersionId"]
        found = aws.send("iam", "GetPolicyVersion", {**policy, "VersionId": version})
        attached.append(found["PolicyVersion"]["Document"])
    return [each if isinstance(each, str) else json.dumps(each) for each in inline + attached]


_CLOUDTRAIL: Final = ("Service", "cloudtrail.amazonaws.com")


def _refused(code: str, message: str) -> ApiError:
    return ApiError("CreateTrail or UpdateTrail", code, message)


_TRAIL: Final = Resource(
    token="aws:cloudtrail/trail:Trail",
    service="cloudtrail",
    id="{arn}",
    create=Call("CreateTrail"),
    read=Call("GetTrail", {"Name": "{arn}"}, result="Trail", absent=("TrailNotFoundException",)),
    update=Call("UpdateTrail"),
    delete=Call("DeleteTrail", {"Name": "{arn}"}),
    names={
        "arn": "TrailARN",
        "cloudWatchLogsGroupArn": "CloudWatchLogsLogGroupArn",
        "enableLogFileValidation": ("EnableLogFileValidation", "LogFileValidationEnabled"),
        "enableLogging": "IsLogging",
    },
    name=AutoName("name", limit=128),
    defaults={
        "enableLogFileValidation": False,
        "enableLogging": True,
        "includeGlobalServiceEvents": True,
        "isMultiRegionTrail": False,
        "isOrganizationTrail": False,
        "eventSelectors.includeManagementEvents": True,
        "eventSelectors.readWriteType": "All",
    },
    immutable=("name",),
    sets=(
        "advancedEventSelectors",
        "advancedEventSelectors.fieldSelectors",
        "eventSelectors.excludeManagementEventSources",
        "insightSelectors",
    ),
    empty={"eventSelectors": _EVERY_MANAGEMENT_EVENT},
    clear=(
        "cloudWatchLogsGroupArn",
        "cloudWatchLogsRoleArn",
        "kmsKeyId",
        "s3KeyPrefix",
        "snsTopicName",
    ),
    facets=(
        tags(
            Call("AddTags", {"ResourceId": "{arn}"}),
            Call("RemoveTags", {"ResourceId": "{arn}"}),
            "TagsList",
            Call("ListTags", {"ResourceIdList": ["{arn}"]}, result="ResourceTagList[0]"),
            with_keys=True,
        ),
        Facet(
            ("eventSelectors", "advancedEventSelectors"),
            choose=_selectors,
            read=Call("GetEventSelectors", {"TrailName": "{arn}"}),
        ),
        Facet(
            ("insightSelectors",),
            put=Call("PutInsightSelectors", {"TrailName": "{arn}"}),
            remove=Call("PutInsightSelectors", {"TrailName": "{arn}", "InsightSelectors": []}),
            read=Call(
                "GetInsightSelectors",
                {"TrailName": "{arn}"},
                absent=("InsightNotEnabledException",),
            ),
        ),
        switch(
            "enableLogging",
            Call("StartLogging", {"Name": "{arn}"}, only=()),
            Call("StopLogging", {"Name": "{arn}"}, only=()),
            Call("GetTrailStatus", {"Name": "{arn}"}),
        ),
    ),
    check=_check_trail,
    require=_require_trail,
)


# --- KMS ---


def _check_key(key: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_kms_key``."""
    if key.get("rotationPeriodInDays") and not key.get("enableKeyRotation"):
        yield CheckFailure("rotationPeriodInDays", "needs enableKeyRotation to be true.")


def _rotation(_: Properties, new: Properties) -> list[Call]:
    if new.get("enableKeyRotation"):
        return [Call("EnableKeyRotation", {"KeyId": "{keyId}"}, only=("rotationPeriodInDays",))]
    return [Call("DisableKeyRotation", {"KeyId": "{keyId}"}, only=())]


_KEY: Final = Resource(
    token="aws:kms/key:Key",
    service="kms",
    id="{keyId}",
    create=Call("CreateKey", result="KeyMetadata"),
    read=Call(
        "DescribeKey",
        {"KeyId": "{keyId}"},
        # A key that waits for its deletion is gone for good as far as a program is concerned.
        result="[KeyMetadata][?KeyState != 'PendingDeletion'] | [0]",
        absent=("NotFoundException",),
    ),
    delete=Call("ScheduleKeyDeletion", {"KeyId": "{keyId}"}),
    names={
        "arn": "Arn",
        "customerMasterKeySpec": "KeySpec",
        "deletionWindowInDays": "PendingWindowInDays",
        "enableKeyRotation": "KeyRotationEnabled",
        "isEnabled": "Enabled",
    },
    defaults={
        "bypassPolicyLockoutSafetyCheck": False,
        "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "enableKeyRotation": False,
        "isEnabled": True,
        "keyUsage": "ENCRYPT_DECRYPT",
    },
    computed=("description", "multiRegion", "policy", "rotationPeriodInDays"),
    immutable=(
        "customKeyStoreId",
        "customerMasterKeySpec",
        "keyUsage",
        "multiRegion",
        "xksKeyId",
    ),
    empty={"isEnabled": True},
    local=("bypassPolicyLockoutSafetyCheck", "deletionWindowInDays", "xksKeyId"),
    facets=(
        Facet(
            ("policy",),
            put=Call("PutKeyPolicy", {"KeyId": "{keyId}", "PolicyName": "default"}),
            read=Call("GetKeyPolicy", {"KeyId": "{keyId}", "PolicyName": "default"}),
            created=True,
        ),
        Facet(
            ("description",),
            put=Call("UpdateKeyDescription", {"KeyId": "{keyId}"}),
            remove=Call("UpdateKeyDescription", {"KeyId": "{keyId}", "Description": ""}, only=()),
            created=True,
        ),
        Facet(
            ("enableKeyRotation", "rotationPeriodInDays"),
            choose=_rotation,
            read=Call(
                "GetKeyRotationStatus",
                {"KeyId": "{keyId}"},
                absent=("UnsupportedOperationException",),
            ),
        ),
        switch(
            "isEnabled",
            Call("EnableKey", {"KeyId": "{keyId}"}, only=()),
            Call("DisableKey", {"KeyId": "{keyId}"}, only=()),
        ),
        tags(
            Call("TagResource", {"KeyId": "{keyId}"}),
            Call("UntagResource", {"KeyId": "{keyId}"}),
            read=Call("ListResourceTags", {"KeyId": "{keyId}"}),
        ),
    ),
    check=_check_key,
)


def _check_alias(alias: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_kms_alias``."""
    for name in ("name", "namePrefix"):
        value = alias.get(name)
        if value and not is_unknown(value) and not str(value).startswith("alias/"):
            yield CheckFailure(name, "must begin with 'alias/'.")


_ALIAS: Final = Resource(
    token="aws:kms/alias:Alias",
    service="kms",
    id="{name}",
    create=Call("CreateAlias"),
    read=Call("ListAliases", result="Aliases[?AliasName == '{name}'] | [0]", only=()),
    update=Call("UpdateAlias"),
    delete=Call("DeleteAlias", {"AliasName": "{name}"}, only=(), absent=("NotFoundException",)),
    names={"name": "AliasName", "arn": "AliasArn"},
    name=AutoName("name", limit=256, prefix="alias/", prefix_property="namePrefix"),
    immutable=("name", "namePrefix"),
    normal={"targetKeyId": lambda key: key.rpartition("/")[2]},
    local=("namePrefix",),
    derived={"targetKeyArn": "arn:aws:kms:{region}:{account}:key/{targetKeyId}"},
    check=_check_alias,
)


# --- S3 ---


def _location(known: Properties) -> object:
    # S3 takes every region's name but that of its first.
    region = known["region"]
    return None if region == "us-east-1" else {"LocationConstraint": region}


def _empty_bucket(api: Api, bucket: Properties) -> None:
    if not bucket.get("forceDestroy"):
        return
    aws, where = cast("AwsApi", api), {"Bucket": bucket["bucket"]}
    found = aws.send("s3", "ListObjectVersions", where)
    versions = [*found.get("Versions", []), *found.get("DeleteMarkers", [])]
    for start in range(0, len(versions), 1000):  # S3 deletes at most this many at once
        objects = [
            {"Key": each["Key"], "VersionId": each["VersionId"]}
            for each in versions[start : start + 1000]
        ]
        aws.send("s3", "DeleteObjects", {**where, "Delete": {"Objects": objects, "Quiet": True}})


def _require_bucket_policy(api: Api, bucket_policy: Properties) -> None:
    """Refuse what S3 calls malformed: source, the user guide's "Policies and permissions"."""
    del api
    own = f"arn:aws:s3:::{bucket_policy['bucket']}"
    try:
        statements = json.loads(str(bucket_policy["policy"]))["Statement"]
        statements = statements if isinstance(statements, list) else [statements]
        for each in statements:
            resources = each["Resource"] if "Resource" in each else each["NotResource"]
            resources = resources if isinstance(resources, list) else [resources]
            strange = [r for r in resources if r != "*" and r.partition("/")[0] != own]
            if each["Effect"] not in ("Allow", "Deny") or not each.keys() & {"Action", "NotAction"}:
                raise _malformed("a statement lacks a valid Effect or an Action")
            if not each.keys() & {"Principal", "NotPrincipal"}:
                raise _malformed("a statement lacks a Principal")
            if strange:
                raise _malformed("a statement names a resource outside this bucket")
    except (ValueError, LookupError, TypeError, AttributeError):
        raise _malformed("it is no JSON policy document with complete statements") from None


def _malformed(why: str) -> ApiError:
    return ApiError("PutBucketPolicy", "MalformedPolicy", why)


def _instead(resource: str) -> str:
    return f"use aws.s3.{resource} with this bucket"


_BUCKET: Final = Resource(
    token="aws:s3/bucket:Bucket",
    service="s3",
    id="{bucket}",
    create=Call("CreateBucket", {"CreateBucketConfiguration": _location}),
    read=Call("HeadBucket", absent=("404", "NoSuchBucket")),
    delete=Call("DeleteBucket", {"Bucket": "{bucket}"}, only=()),
    before_delete=_empty_bucket,
    names={"objectLockEnabled": "ObjectLockEnabledForBucket"},
    name=AutoName("bucket", limit=63, lower=True, prefix_property="bucketPrefix"),
    defaults={"forceDestroy": False},
    computed=("objectLockEnabled",),
    immutable=("bucket", "bucketPrefix", "objectLockEnabled"),
    local=("bucketPrefix", "forceDestroy"),
    unsupported={
        "accelerationStatus": "remove it",
        "acl": "use aws.s3.BucketOwnershipControls and a bucket policy",
        "bucketNamespace": "remove it",
        "corsRules": _instead("BucketCorsConfiguration"),
        "grants": "use a bucket policy",
        "lifecycleRules": _instead("BucketLifecycleConfiguration"),
        "logging": _instead("BucketLogging"),
        "objectLockConfiguration": _instead("BucketObjectLockConfiguration"),
        "policy": _instead("BucketPolicy"),
        "replicationConfiguration": _instead("BucketReplicationConfig"),
        "requestPayer": _instead("BucketRequestPaymentConfiguration"),
        "serverSideEncryptionConfiguration": _instead("BucketServerSideEncryptionConfiguration"),
        "versioning": _instead("BucketVersioning"),
        "website": _instead("BucketWebsiteConfiguration"),
    },
    derived={
        "arn": "arn:aws:s3:::{bucket}",
        "bucketDomainName": "{bucket}.s3.amazonaws.com",
        "bucketRegion": "{region}",
        "bucketRegionalDomainName": "{bucket}.s3.{region}.amazonaws.com",
    },
    facets=(
        Facet(
            ("tags",),
            put=Call("PutBucketTagging", {"Bucket": "{bucket}"}, inside="Tagging"),
            remove=Call("DeleteBucketTagging", {"Bucket": "{bucket}"}, only=()),
            read=Call("GetBucketTagging", {"Bucket": "{bucket}"}, absent=("NoSuchTagSet",)),
        ),
        Facet(
            ("objectLockEnabled",),
            read=Call(
                "GetObjectLockConfiguration",
                {"Bucket": "{bucket}"},
                result="{ObjectLockEnabledForBucket: "
                "ObjectLockConfiguration.ObjectLockEnabled == 'Enabled'}",
                absent=("ObjectLockConfigurationNotFoundError",),
            ),
            created=True,
        ),
    ),
)

_BUCKET_SETTINGS: Final = (
    s3_setting(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "PublicAccessBlock",
        inside="PublicAccessBlockConfiguration",
        result="PublicAccessBlockConfiguration",
        absent=("NoSuchPublicAccessBlockConfiguration",),
        immutable=("bucket",),
        local=("skipDestroy",),
        defaults=dict.fromkeys(
            ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"),
            False,
        ),
    ),
    s3_setting(
        "aws:s3/bucketVersioning:BucketVersioning",
        "BucketVersioning",
        inside="",
        result="Status && @",
        into="versioningConfiguration",
        # Versioning can never be taken off a bucket again.
        delete=Call(
            "PutBucketVersioning",
            {"Bucket": "{bucket}", "VersioningConfiguration": {"Status": "Suspended"}},
            only=(),
        ),
        computed=("versioningConfiguration.mfaDelete",),
        local=("expectedBucketOwner", "mfa"),
    ),
    s3_setting(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "BucketEncryption",
        inside="ServerSideEncryptionConfiguration",
        result="ServerSideEncryptionConfiguration",
        absent=("ServerSideEncryptionConfigurationNotFoundError",),
        computed=("rules.blockedEncryptionTypes",),
        sets=("rules",),
    ),
    s3_setting(
        "aws:s3/bucketPolicy:BucketPolicy",
        "BucketPolicy",
        inside="",
        absent=("NoSuchBucketPolicy",),
        immutable=("bucket",),
        local=(),
        require=_require_bucket_policy,
    ),
    s3_setting(
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "BucketOwnershipControls",
        inside="OwnershipControls",
        result="OwnershipControls",
        absent=("OwnershipControlsNotFoundError",),
        immutable=("bucket",),
        local=(),
    ),
    s3_setting(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "BucketLifecycleConfiguration",
        inside="LifecycleConfiguration",
        absent=("NoSuchLifecycleConfiguration",),
        delete=Call("DeleteBucketLifecycle", {"Bucket": "{bucket}"}, only=()),
        computed=("transitionDefaultMinimumObjectSize",),
        local=("expectedBucketOwner", "timeouts"),
    ),
    s3_setting(
        "aws:s3/bucketLogging:BucketLogging",
        "BucketLogging",
        inside="BucketLoggingStatus.LoggingEnabled",
        result="LoggingEnabled",
        delete=Call("PutBucketLogging", {"Bucket": "{bucket}", "BucketLoggingStatus": {}}, only=()),
        sets=("targetGrants",),
    ),
)


# --- CloudWatch Logs ---

_RETENTIONS: Final = (
    *(0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


def _check_log_group(group: Properties) -> Iterator[CheckFailure]:
    """From the API reference of ``PutRetentionPolicy``, which the service's model leaves out."""
    days = group.get("retentionInDays")
    if not is_unknown(days) and days not in (None, *_RETENTIONS):
        allowed = ", ".join(map(str, _RETENTIONS))
        yield CheckFailure("retentionInDays", f"must be one of {allowed} (0 keeps logs for ever).")


def _require_log_group(api: Api, group: Properties) -> None:
    """Refuse a key that CloudWatch Logs may not use.

    Source: the CloudWatch Logs user guide, "Encrypt log data using AWS KMS".
    """
    key = group.get("kmsKeyId")
    if not key:
        return
    aws = cast("AwsApi", api)
    account = aws.context["account"]
    arn = f"arn:aws:logs:{aws.region}:{account}:log-group:{group['name']}"
    context = {
        "aws:SourceAccount": account,
        "aws:SourceArn": arn,
        "kms:EncryptionContext:aws:logs:arn": arn,
    }
    where = {"KeyId": key, "PolicyName": "default"}
    found = aws.send("kms", "GetKeyPolicy", where, absent=("NotFoundException",))
    service = ("Service", f"logs.{aws.region}.amazonaws.com")
    for action in ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"):
        policy = found["Policy"] if found else ""
        if not policies.allows(policy, action, str(key), principal=service, context=context):
            raise ApiError(
                "CreateLogGroup or AssociateKmsKey",
                "InvalidParameterException",
                f"the KMS key does not exist, or its policy does not let {service[1]} {action} on "
                "this log group's behalf",
            )


_LOG_GROUP: Final = Resource(
    token="aws:cloudwatch/logGroup:LogGroup",
    service="logs",
    id="{name}",
    create=Call("CreateLogGroup"),
    read=Call(
        "DescribeLogGroups",
        {"logGroupNamePrefix": "{name}"},
        result="logGroups[?logGroupName == '{name}'] | [0]",
        only=(),
    ),
    delete=Call("DeleteLogGroup", absent=("ResourceNotFoundException",)),
    names={"name": "logGroupName", "arn": "logGroupArn"},
    name=AutoName("name", limit=512, prefix_property="namePrefix"),
    defaults={"retentionInDays": 0, "skipDestroy": False},
    computed=("logGroupClass",),
    immutable=("logGroupClass", "name", "namePrefix"),
    local=("namePrefix", "skipDestroy"),
    unsupported={"deletionProtectionEnabled": "the emulator lacks it, so set protect=True"},
    facets=(
        Facet(
            ("retentionInDays",),
            put=Call("PutRetentionPolicy", {"logGroupName": "{name}"}),
            remove=Call("DeleteRetentionPolicy", {"logGroupName": "{name}"}, only=()),
        ),
        Facet(
            ("kmsKeyId",),
            put=Call("AssociateKmsKey", {"logGroupName": "{name}"}),
            remove=Call("DisassociateKmsKey", {"logGroupName": "{name}"}, only=()),
            created=True,
        ),
        tags(
            Call("TagResource", {"resourceArn": "{arn}"}),
            Call("UntagResource", {"resourceArn": "{arn}"}),
            "tagKeys",
            Call("ListTagsForResource", {"resourceArn": "{arn}"}),
        ),
    ),
    check=_check_log_group,
    require=_require_log_group,
)


# --- IAM ---


def _detach_policies(api: Api, role: Properties) -> None:
    if not role.get("forceDetachPolicies"):
        return
    aws, where = cast("AwsApi", api), {"RoleName": role["name"]}
    for name in aws.send("iam", "ListRolePolicies", where)["PolicyNames"]:
        aws.send("iam", "DeleteRolePolicy", {**where, "PolicyName": name})
    for each in aws.send("iam", "ListAttachedRolePolicies", where)["AttachedPolicies"]:
        aws.send("iam", "DetachRolePolicy", {**where, "PolicyArn": each["PolicyArn"]})


_ROLE: Final = Resource(
    token="aws:iam/role:Role",
    service="iam",
    id="{name}",
    create=Call("CreateRole", result="Role"),
    read=Call("GetRole", {"RoleName": "{name}"}, result="Role", absent=("NoSuchEntity",)),
    update=Call("UpdateRole"),
    delete=Call("DeleteRole", {"RoleName": "{name}"}),
    before_delete=_detach_policies,
    names={
        "assumeRolePolicy": ("AssumeRolePolicyDocument", "PolicyDocument"),
        "name": "RoleName",
        "uniqueId": "RoleId",
    },
    name=AutoName("name", limit=64, prefix_property="namePrefix"),
    defaults={"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"},
    immutable=("name", "namePrefix", "path"),
    clear=("description",),
    local=("forceDetachPolicies", "namePrefix"),
    unsupported={
        "inlinePolicies": "use aws.iam.RolePolicy with this role",
        "managedPolicyArns": "use aws.iam.RolePolicyAttachment with this role",
    },
    facets=(
        Facet(
            ("assumeRolePolicy",),
            put=Call("UpdateAssumeRolePolicy", {"RoleName": "{name}"}),
            created=True,
        ),
        Facet(
            ("permissionsBoundary",),
            put=Call("PutRolePermissionsBoundary", {"RoleName": "{name}"}),
            remove=Call("DeleteRolePermissionsBoundary", {"RoleName": "{name}"}, only=()),
            read=Call(
                "GetRole",
                {"RoleName": "{name}"},
                result="Role.PermissionsBoundary.PermissionsBoundaryArn",
                into="permissionsBoundary",
            ),
            created=True,
        ),
        tags(
            Call("TagRole", {"RoleName": "{name}"}),
            Call("UntagRole", {"RoleName": "{name}"}),
        ),
    ),
)

_ROLE_POLICY: Final = Resource(
    token="aws:iam/rolePolicy:RolePolicy",
    service="iam",
    id="{role}:{name}",
    create=Call("PutRolePolicy"),
    read=Call("GetRolePolicy", absent=("NoSuchEntity",)),
    update=Call("PutRolePolicy"),
    delete=Call("DeleteRolePolicy"),
    names={"name": "PolicyName", "role": "RoleName", "policy": "PolicyDocument"},
    name=AutoName("name", limit=128, prefix_property="namePrefix"),
    immutable=("name", "namePrefix", "role"),
    local=("namePrefix",),
)


# --- Functions ---


def _caller_identity(api: Api, args: Properties) -> dict[str, object]:
    del args
    found = cast("AwsApi", api).send("sts", "GetCallerIdentity", {})
    account = found["Account"]
    return {"accountId": account, "arn": found["Arn"], "id": account, "userId": found["UserId"]}


def _partition(api: Api, args: Properties) -> dict[str, object]:
    del args
    data = _partition_data(api.context["region"])
    suffix = str(data["dnsSuffix"])
    return {
        "dnsSuffix": suffix,
        "id": data["partition"],
        "partition": data["partition"],
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }


def _region(api: Api, args: Properties) -> dict[str, object]:
    if args.get("endpoint"):
        raise ApiError("getRegion", "Unsupported", "the local cloud finds a region by name only")
    region = str(args.get("region") or args.get("name") or api.context["region"])
    data = _partition_data(region)
    regions = cast("Mapping[str, Mapping[str, str]]", data["regions"])
    if region not in regions:
        raise ApiError("getRegion", "NotFound", "AWS has no region of that name")
    return {
        "description": regions[region]["description"],
        "endpoint": f"ec2.{region}.{data['dnsSuffix']}",
        "id": region,
        "name": region,
        "region": region,
    }


def _partition_data(region: str) -> Mapping[str, object]:
    name = boto3.session.Session().get_partition_for_region(region)
    endpoints = botocore.session.get_session().get_component("data_loader").load_data("endpoints")
    return next(each for each in endpoints["partitions"] if each["partition"] == name)


_FUNCTIONS: Final[Mapping[str, Callable[[Api, Properties], dict[str, object]]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
}

AWS: Final = Provider(
    name="aws",
    version=importlib.metadata.version("pulumi_aws"),
    resources={
        each.token: each
        for each in (
            _TRAIL,
            _KEY,
            _ALIAS,
            _BUCKET,
            *_BUCKET_SETTINGS,
            _LOG_GROUP,
            _ROLE,
            _ROLE_POLICY,
        )
    },
    functions=_FUNCTIONS,
    connect=AwsSession,
)
"""The AWS provider."""

if __name__ == "__main__":
    serve(Servicer(AWS))
