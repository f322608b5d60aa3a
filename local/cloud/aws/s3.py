"""S3: buckets, and their settings as types of their own."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from local.cloud import policies
from local.cloud.aws.facets import structure
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, AutoName, Call, Facet, Properties, Resource
from local.cloud.values import is_unknown


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
        found = policies.statements(bucket_policy["policy"])
    except ValueError:
        raise _malformed("it is no JSON policy document with complete statements") from None
    for each in found:
        named: Any = each["Resource"] if "Resource" in each else each["NotResource"]
        resources = named if isinstance(named, list) else [named]
        if any(one != "*" and str(one).partition("/")[0] != own for one in resources):
            raise _malformed("a statement names a resource outside this bucket")


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
        # Versioning can never be taken off a bucket again; of a locked one, not even suspended.
        delete=Call(
            "PutBucketVersioning",
            {"Bucket": "{bucket}", "VersioningConfiguration": {"Status": "Suspended"}},
            only=(),
            absent=("InvalidBucketState",),
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
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        "ObjectLockConfiguration",
        inside="ObjectLockConfiguration",
        result="ObjectLockConfiguration",
        absent=("ObjectLockConfigurationNotFoundError",),
        # Object lock can never be taken off a bucket again; its default retention can.
        delete=Call(
            "PutObjectLockConfiguration",
            {
                "Bucket": "{bucket}",
                "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"},
            },
            only=(),
        ),
        defaults={"objectLockEnabled": "Enabled"},
        immutable=("bucket", "expectedBucketOwner", "objectLockEnabled"),
        local=("expectedBucketOwner", "token"),
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


# --- Inventories ---

_INVENTORY_NAME_AT_MOST: Final = 64
_ARN: Final = re.compile(r"arn:[\w-]+:[\w-]+:[\w-]*:(\d{12})?:.+")
_S3_ARN: Final = re.compile(r"arn:[\w-]+:s3:::[^:/]+")


def _check_inventory(inventory: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_s3_bucket_inventory``."""
    name = inventory.get("name")
    if isinstance(name, str) and not is_unknown(name) and len(name) > _INVENTORY_NAME_AT_MOST:
        yield CheckFailure("name", f"must have at most {_INVENTORY_NAME_AT_MOST} characters.")
    bucket = _inside(_inside(inventory, "destination"), "bucket")
    encryption = _inside(bucket, "encryption")
    path = "destination.bucket"
    arns = {
        f"{path}.bucketArn": bucket.get("bucketArn"),
        f"{path}.encryption.sseKms.keyId": _inside(encryption, "sseKms").get("keyId"),
    }
    for where, arn in arns.items():
        if arn is not None and not is_unknown(arn) and not _ARN.fullmatch(str(arn)):
            yield CheckFailure(where, "must be an ARN.")
    if encryption.get("sseKms") is not None and encryption.get("sseS3") is not None:
        yield CheckFailure(f"{path}.encryption", "must have only one of sseKms and sseS3.")


def _inside(value: Properties, name: str) -> Properties:
    inner = value.get(name)
    return inner if isinstance(inner, Mapping) else {}


def _require_inventory(api: Api, inventory: Properties) -> None:
    """Refuse a destination that nothing can be delivered to.

    That both buckets are in one region says the API reference of
    ``PutBucketInventoryConfiguration``; that S3 looks for the destination at once is ours. Its
    policy, and the key, S3 finds out about when it delivers.
    """
    aws, destination = cast("AwsApi", api), _inside(_inside(inventory, "destination"), "bucket")
    arn = str(destination["bucketArn"])
    if not _S3_ARN.fullmatch(arn):
        raise _invalid_destination("it is no ARN of a bucket")
    if destination.get("accountId") not in (None, aws.context["account"]):
        return
    source, target = (
        aws.send("s3", "GetBucketLocation", {"Bucket": bucket}, absent=("NoSuchBucket",))
        for bucket in (str(inventory["bucket"]), arn.rpartition(":")[2])
    )
    if target is None:
        raise _invalid_destination("the bucket is not there")
    if source and source.get("LocationConstraint") != target.get("LocationConstraint"):
        raise _invalid_destination("the bucket is in another region than the one that is listed")


def _invalid_destination(why: str) -> ApiError:
    return ApiError("PutBucketInventoryConfiguration", "InvalidS3DestinationBucket", why)


_INVENTORY_NAMES: Final = {
    "bucket": ("Bucket", "S3BucketDestination"),
    "bucketArn": "Bucket",
    "enabled": "IsEnabled",
    "name": "Id",
}
_INVENTORY_WHICH: Final = {"Bucket": "{bucket}", "Id": "{name}"}
_PUT_INVENTORY: Final = Call(
    "PutBucketInventoryConfiguration",
    {
        **_INVENTORY_WHICH,
        "InventoryConfiguration": structure(
            "s3",
            "InventoryConfiguration",
            (
                *("destination", "enabled", "filter", "includedObjectVersions", "name"),
                *("optionalFields", "schedule"),
            ),
            _INVENTORY_NAMES,
        ),
    },
    only=(),
    inside="InventoryConfiguration",
)

_INVENTORY: Final = Resource(
    token="aws:s3/inventory:Inventory",
    service="s3",
    id="{bucket}:{name}",
    create=_PUT_INVENTORY,
    read=Call(
        "GetBucketInventoryConfiguration",
        _INVENTORY_WHICH,
        only=(),
        result="InventoryConfiguration",
        absent=("NoSuchBucket", "NoSuchConfiguration"),
    ),
    update=_PUT_INVENTORY,
    delete=Call("DeleteBucketInventoryConfiguration", _INVENTORY_WHICH, only=()),
    names=_INVENTORY_NAMES,
    name=AutoName("name", limit=255),
    defaults={"enabled": True},
    immutable=("bucket", "name"),
    sets=("optionalFields",),
    present=("destination",),
    check=_check_inventory,
    require=_require_inventory,
)

RESOURCES: Final = (_BUCKET, *_BUCKET_SETTINGS, _INVENTORY)
