"""Where log files are kept: a locked bucket, and the one that records who read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from secure_components.access_logs import log_access, services_alone_write
from secure_components.arguments import Who, among, check_value, fits, number, refuse
from secure_components.audit_trail.args import AuditTrailFilesArgs
from secure_components.audit_trail.keys import accounts_of
from secure_components.bucket import Lock, PrivateBucket, Transition, private_bucket
from secure_components.documents import Statement, Statements, document_of, one_or_all, tls_only
from secure_components.patterns import BUCKET
from secure_components.place import Place

YEAR: Final = 365
CENTURY: Final = 36_500
OFF: Final = "off"
MODES: Final = ("governance", "compliance", OFF)
STORAGE_CLASSES: Final[Mapping[str, float]] = {
    "STANDARD_IA": 0.0125,
    "GLACIER_IR": 0.004,
    "GLACIER": 0.0036,
    "DEEP_ARCHIVE": 0.00099,
}
"""By storage class, its price: USD per GB and month in us-east-1 (Amazon S3 Pricing)."""


INVENTORIES: Final[Mapping[str, str]] = {"daily": "Daily", "weekly": "Weekly"}
"""How often S3 lists a bucket: by the argument, the word of S3's API."""


@dataclass(frozen=True)
class Querying:
    """How log files are queried.

    Attributes:
        limit: Bytes that one query reads at most.
        days: How long results are kept.
    """

    limit: int
    days: int


@dataclass(frozen=True)
class Keeping:
    """How log files are kept.

    Attributes:
        days: How long.
        lock: How long nobody deletes them; `None` where they are not locked.
        transition: Where they move to; `None` where they stay.
        access_logs: Name of the bucket that takes access logs; `None` where one is made.
        inventory: How often they are listed, in S3's words; `None` where they are not.
        querying: How they are queried; `None` where no table is made.
    """

    days: int
    lock: Lock | None
    transition: Transition | None
    access_logs: pulumi.Input[str] | None
    inventory: str | None
    querying: Querying | None


@dataclass(frozen=True)
class Storage:
    """The buckets that were made.

    Attributes:
        files: That of the log files.
        access_logs: Name of the one that tells who read them.
        results: That of what was queried; `None` where no table is wanted.
    """

    files: PrivateBucket
    access_logs: pulumi.Input[str]
    results: PrivateBucket | None


def check_keeping(who: Who, args: AuditTrailFilesArgs) -> Keeping:
    """Check all about how log files are kept."""
    days = args.get("retention_in_days", YEAR)
    number(who, "files.retention_in_days", days, YEAR, CENTURY, "days")
    access_logs = None
    if "access_log_bucket" in args:
        access_logs = check_value(
            *who,
            "files.access_log_bucket",
            args["access_log_bucket"],
            fits(BUCKET),
            "the name of a bucket of this region and account",
        )
    among(who, "files.inventory", args.get("inventory"), INVENTORIES)
    querying = None
    if "athena" in args:
        limit = args["athena"].get("scan_limit_in_gb", 100)
        kept = args["athena"].get("result_retention_in_days", 30)
        number(who, "files.athena.scan_limit_in_gb", limit, 1, 10_000, "GB")
        number(who, "files.athena.result_retention_in_days", kept, 1, YEAR, "days")
        querying = Querying(limit * 10**9, kept)
    return Keeping(
        days,
        _check_lock(who, args, days),
        _check_transition(who, args, days),
        access_logs,
        INVENTORIES[args["inventory"]] if "inventory" in args else None,
        querying,
    )


def _check_lock(who: Who, args: AuditTrailFilesArgs, days: int) -> Lock | None:
    given = args.get("object_lock", {})
    mode = given.get("mode", MODES[0])
    among(who, "files.object_lock.mode", mode, MODES)
    if mode == OFF and "days" in given:
        refuse(*who, "files.object_lock.days", "goes with a lock, and its 'mode' is off")
    locked = given.get("days", days)
    # A file that expires while it is locked is kept, and paid for, until its lock ends.
    number(who, "files.object_lock.days", locked, 1, days, "days, as 'files.retention_in_days'")
    return None if mode == OFF else Lock(mode.upper(), locked)


def _check_transition(who: Who, args: AuditTrailFilesArgs, days: int) -> Transition | None:
    if "transition" not in args:
        return None
    storage_class = args["transition"].get("storage_class", "GLACIER_IR")
    after = args["transition"].get("after_days", 90)
    among(who, "files.transition.storage_class", storage_class, STORAGE_CLASSES)
    # S3 refuses STANDARD_IA sooner (S3 User Guide, "Transitioning objects using Amazon S3
    # Lifecycle"), and nobody archives what is looked at this month.
    number(who, "files.transition.after_days", after, 30, days - 1, "days")
    return Transition(storage_class, after)


def make_storage(  # noqa: PLR0913  all but the name are named
    name: str,
    keeping: Keeping,
    *,
    base: str,
    place: pulumi.Output[Place],
    key_arn: pulumi.Input[str],
    keys: pulumi.Input[str],
    trails: Sequence[pulumi.Input[str]],
    organization: pulumi.Input[str] | None,
    child: pulumi.ResourceOptions,
) -> Storage:
    """Make the bucket of the log files, and those of who read them and of what was queried.

    Args:
        name: The component's resource name.
        keeping: How files are kept.
        base: Resource name of the bucket.
        place: Where.
        key_arn: The key that files are encrypted with.
        keys: Pattern of the keys that they may be encrypted with, which is known at preview.
        trails: ARNs of the trails that write them.
        organization: Id of the organization whose trails they are.
        child: Resource options of every child.
    """
    files = private_bucket(
        base,
        key_arn=key_arn,
        # The key's policy tells files of a trail by their encryption context. A bucket key has
        # the bucket's instead, and asks more of the key's policy (CloudTrail User Guide,
        # "Configure AWS KMS key policies for CloudTrail").
        bucket_key=False,
        policy=lambda made: document_of(_bucket_policy, place, made, keys, trails, organization),
        retention_in_days=keeping.days,
        lock=keeping.lock,
        transition=keeping.transition,
        opts=child,
    )
    results = None
    if keeping.querying is not None:
        results = private_bucket(
            f"{name}-query-results",
            key_arn=key_arn,
            policy=lambda made: document_of(_results_policy, place, made),
            retention_in_days=keeping.querying.days,
            opts=child,
        )
    logged, access_logs = log_access(
        name,
        bucket=files,
        also={"query-results": results} if results else {},
        listed=keeping.inventory is not None,
        to=keeping.access_logs,
        place=place,
        opts=child,
        retention_in_days=keeping.days,
    )
    if keeping.inventory is not None:
        _make_inventory(
            name,
            keeping.inventory,
            of=logged,
            to=access_logs,
            place=place,
            child=child,
        )
    return Storage(logged, access_logs, results)


def _make_inventory(  # noqa: PLR0913  all but the name are named
    name: str,
    frequency: str,
    *,
    of: PrivateBucket,
    to: pulumi.Input[str],
    place: pulumi.Output[Place],
    child: pulumi.ResourceOptions,
) -> None:
    """Let S3 list every version of every file: which is locked until when, by which key."""
    aws.s3.Inventory(
        f"{name}-inventory",
        bucket=of.name,
        name="log-files",
        included_object_versions="All",
        schedule={"frequency": frequency},
        optional_fields=[
            "EncryptionStatus",
            "LastModifiedDate",
            "ObjectLockMode",
            "ObjectLockRetainUntilDate",
            "Size",
            "StorageClass",
        ],
        destination={
            "bucket": {
                "format": "Parquet",
                "bucket_arn": pulumi.Output.all(place, to).apply(
                    lambda known: known[0].bucket_arn(known[1])
                ),
                "account_id": place.account,
                "prefix": f"{name}-inventory",
                "encryption": {"sse_s3": {}},
            },
        },
        opts=child,
    )


def _bucket_policy(
    place: Place, bucket: str, keys: str, trails: Sequence[str], organization: str | None
) -> Statements:
    bucket_arn = place.bucket_arn(bucket)
    cloudtrail = {"Service": "cloudtrail.amazonaws.com"}
    # The trail of an organization writes the management account's files below both.
    owners = [*accounts_of(trails), *([organization] if organization else [])]
    folders = [f"{bucket_arn}/AWSLogs/{owner}/*" for owner in owners]
    written_by = {"aws:SourceArn": one_or_all(trails)}
    return [
        {
            "Sid": "CloudTrailReadsAcl",
            "Effect": "Allow",
            "Principal": cloudtrail,
            "Action": "s3:GetBucketAcl",
            "Resource": bucket_arn,
            "Condition": {"StringEquals": written_by},
        },
        {
            "Sid": "CloudTrailWrites",
            "Effect": "Allow",
            "Principal": cloudtrail,
            "Action": "s3:PutObject",
            "Resource": one_or_all(folders),
            "Condition": {
                "StringEquals": {**written_by, "s3:x-amz-acl": "bucket-owner-full-control"},
            },
        },
        *tls_only(bucket_arn),
        services_alone_write(bucket_arn),
        _no_other_key(bucket_arn, keys),
    ]


def _results_policy(place: Place, bucket: str) -> Statements:
    return tls_only(place.bucket_arn(bucket))


def _no_other_key(bucket_arn: str, keys: str) -> Statement:
    """Return the statement that keeps out what a trail is made to encrypt with a stranger's key.

    It is true of no put that names no key, as that of a digest, and of none that names one by its
    id, which is one of the caller's account.
    """
    header = "s3:x-amz-server-side-encryption-aws-kms-key-id"
    return {
        "Sid": "DenyOtherKeys",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"{bucket_arn}/*",
        "Condition": {"StringLike": {header: "arn:*"}, "StringNotLike": {header: keys}},
    }
