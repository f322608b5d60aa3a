"""CloudTrail."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final, cast

from local.cloud import policies
from local.cloud.aws.facets import switch, tags
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, AutoName, Call, Facet, Properties, Resource, is_empty
from local.cloud.values import is_unknown

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
    organization = _require_organization(aws) if trail.get("isOrganizationTrail") else None
    _require_bucket(aws, trail, arn, organization)
    if trail.get("kmsKeyId"):
        _require_key(aws, str(trail["kmsKeyId"]), arn)
    if group and role:
        _require_delivery(aws, str(group), str(role), arn, organization)


def _require_organization(aws: AwsApi) -> str:
    """Return the id of the organization, which must trust CloudTrail."""
    trusted = aws.send("organizations", "ListAWSServiceAccessForOrganization", {})
    principals = [one["ServicePrincipal"] for one in trusted["EnabledServicePrincipals"]]
    if "cloudtrail.amazonaws.com" not in principals:
        raise _refused(
            "CloudTrailAccessNotEnabledException",
            "the organization does not trust CloudTrail: name cloudtrail.amazonaws.com in its "
            "aws_service_access_principals",
        )
    return str(aws.send("organizations", "DescribeOrganization", {})["Organization"]["Id"])


def _require_bucket(aws: AwsApi, trail: Properties, arn: str, organization: str | None) -> None:
    bucket = str(trail["s3BucketName"])
    where = {"Bucket": bucket}
    gone = ("404", "NoSuchBucket")
    if aws.send("s3", "HeadBucket", where, absent=gone) is None:
        raise _refused("S3BucketDoesNotExistException", "the trail's bucket does not exist")
    found = aws.send("s3", "GetBucketPolicy", where, absent=("NoSuchBucketPolicy",))
    prefix = f"{trail['s3KeyPrefix']}/" if trail.get("s3KeyPrefix") else ""
    bucket_arn = f"arn:aws:s3:::{bucket}"
    account = aws.context["account"]
    folders = [account, *([f"{organization}/{account}"] if organization else [])]
    logs = [f"{bucket_arn}/{prefix}AWSLogs/{one}/CloudTrail/log.json.gz" for one in folders]
    context = {
        "aws:SourceArn": arn,
        "aws:SourceAccount": aws.context["account"],
        "aws:SecureTransport": "true",
        "s3:TlsVersion": "1.3",
        "aws:PrincipalIsAWSService": "true",
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    asked = [("s3:GetBucketAcl", bucket_arn), *(("s3:PutObject", one) for one in logs)]
    for action, resource in asked:
        policy = found["Policy"] if found else ""
        if not policies.allows(policy, action, resource, principal=_CLOUDTRAIL, context=context):
            raise _refused(
                "InsufficientS3BucketPolicyException",
                f"the bucket's policy does not let cloudtrail.amazonaws.com {action} on this "
                "trail's behalf; deploy the bucket policy before the trail (depends_on)",
            )


def _require_key(aws: AwsApi, key: str, arn: str) -> None:
    owner = aws.owning(key)
    found = owner.send("kms", "DescribeKey", {"KeyId": key}, absent=("NotFoundException",))
    if found is None:
        raise _refused("KmsKeyNotFoundException", "the trail's KMS key does not exist")
    if not found["KeyMetadata"]["Enabled"]:
        raise _refused("KmsKeyDisabledException", "the trail's KMS key is disabled")
    policy = owner.send("kms", "GetKeyPolicy", {"KeyId": key, "PolicyName": "default"})["Policy"]
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


def _require_delivery(
    aws: AwsApi, group: str, role: str, arn: str, organization: str | None
) -> None:
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
    account = aws.context["account"]
    owners = [account, *([f"{organization}_{account}"] if organization else [])]
    for stream in (f"{one}_CloudTrail_{aws.region}" for one in owners):
        resource = f"{group.removesuffix(':*')}:log-stream:{stream}"
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            if any(policies.allows(each, action, resource) for each in documents):
                continue
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

RESOURCES: Final = (_TRAIL,)
