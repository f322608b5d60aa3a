"""Where log files are kept: a locked bucket, and the one that records who read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from secure_components.arguments import Who, among, check_value, fits, number, refuse
from secure_components.audit_trail.args import AuditTrailArgs
from secure_components.bucket import Archive, Lock, PrivateBucket, private_bucket
from secure_components.documents import Statement, Statements, document_of, tls_only
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


@dataclass(frozen=True)
class Keeping:
    """How log files are kept.

    Attributes:
        days: How long.
        lock: How long nobody deletes them; `None` where they are not locked.
        archive: Where they move to; `None` where they stay.
        access_logs: Name of the bucket that takes access logs; `None` where one is made.
    """

    days: int
    lock: Lock | None
    archive: Archive | None
    access_logs: pulumi.Input[str] | None


def check_keeping(who: Who, args: AuditTrailArgs) -> Keeping:
    """Check all about how log files are kept."""
    days = args.get("log_file_retention_in_days", YEAR)
    number(who, "log_file_retention_in_days", days, YEAR, CENTURY, "days")
    given = args.get("object_lock", {})
    mode = given.get("mode", MODES[0])
    among(who, "object_lock.mode", mode, MODES)
    if mode == OFF and "days" in given:
        refuse(*who, "object_lock.days", "goes with a lock, and 'object_lock.mode' is off")
    locked = given.get("days", days)
    # A file that expires while it is locked is kept, and paid for, until its lock ends.
    number(who, "object_lock.days", locked, 1, days, "days, as 'log_file_retention_in_days'")
    archive = None
    if "archive" in args:
        storage_class = args["archive"].get("storage_class", "GLACIER_IR")
        after = args["archive"].get("after_days", 90)
        among(who, "archive.storage_class", storage_class, STORAGE_CLASSES)
        # S3 refuses STANDARD_IA sooner (S3 User Guide, "Transitioning objects using Amazon S3
        # Lifecycle"), and nobody archives what is looked at this month.
        number(who, "archive.after_days", after, 30, days - 1, "days")
        archive = Archive(storage_class, after)
    access_logs = None
    if "access_log_bucket" in args:
        access_logs = check_value(
            *who,
            "access_log_bucket",
            args["access_log_bucket"],
            fits(BUCKET),
            "the name of a bucket of this region and account",
        )
    lock = None if mode == OFF else Lock(mode.upper(), locked)
    return Keeping(days, lock, archive, access_logs)


def make_bucket(  # noqa: PLR0913  all but the name are named
    name: str,
    keeping: Keeping,
    *,
    place: pulumi.Output[Place],
    key_arn: pulumi.Input[str],
    keys: pulumi.Input[str],
    trail_arn: pulumi.Input[str],
    organization: pulumi.Input[str] | None,
    child: pulumi.ResourceOptions,
) -> tuple[PrivateBucket, pulumi.Input[str]]:
    """Make the bucket of the log files; return it, and the name of its access logs' bucket.

    Args:
        name: The component's resource name.
        keeping: How files are kept.
        place: Where.
        key_arn: The key that files are encrypted with.
        keys: Pattern of the keys that they may be encrypted with, which is known at preview.
        trail_arn: The trail that writes them.
        organization: Id of the organization whose trail it is.
        child: Resource options of every child.
    """
    bucket = private_bucket(
        f"{name}-bucket",
        key_arn=key_arn,
        # The key's policy tells files of this trail by their encryption context. A bucket key has
        # the bucket's instead, and asks more of the key's policy (CloudTrail User Guide,
        # "Configure AWS KMS key policies for CloudTrail").
        bucket_key=False,
        policy=lambda made: document_of(_bucket_policy, place, made, keys, trail_arn, organization),
        retention_in_days=keeping.days,
        lock=keeping.lock,
        archive=keeping.archive,
        opts=child,
    )
    logs, ready = keeping.access_logs, []
    if logs is None:
        made = _access_logs(name, keeping, place=place, bucket=bucket, child=child)
        logs, ready = made.name, [*made.ready]
    logging = aws.s3.BucketLogging(
        f"{name}-bucket-logging",
        bucket=bucket.name,
        target_bucket=logs,
        target_prefix=f"{name}/",
        # S3 tests that it can write before it takes the target.
        opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=ready)),
    )
    return PrivateBucket(bucket.name, bucket.arn, [*bucket.ready, logging]), logs


def _access_logs(
    name: str,
    keeping: Keeping,
    *,
    place: pulumi.Output[Place],
    bucket: PrivateBucket,
    child: pulumi.ResourceOptions,
) -> PrivateBucket:
    return private_bucket(
        f"{name}-access-logs",
        # S3 delivers to no bucket with SSE-KMS by default, nor to one with object lock (Amazon S3
        # API Reference, `LoggingEnabled`; S3 User Guide, "Object Lock considerations").
        key_arn=None,
        policy=lambda made: document_of(_access_logs_policy, place, made, bucket.name),
        retention_in_days=keeping.days,
        opts=child,
    )


def _bucket_policy(
    place: Place, bucket: str, keys: str, trail_arn: str, organization: str | None
) -> Statements:
    bucket_arn = _arn(place, bucket)
    cloudtrail = {"Service": "cloudtrail.amazonaws.com"}
    # The trail of an organization writes the management account's files below both.
    owners = [place.account, *([organization] if organization else [])]
    folders = [f"{bucket_arn}/AWSLogs/{owner}/*" for owner in owners]
    return [
        {
            "Sid": "CloudTrailReadsAcl",
            "Effect": "Allow",
            "Principal": cloudtrail,
            "Action": "s3:GetBucketAcl",
            "Resource": bucket_arn,
            "Condition": {"StringEquals": {"aws:SourceArn": trail_arn}},
        },
        {
            "Sid": "CloudTrailWrites",
            "Effect": "Allow",
            "Principal": cloudtrail,
            "Action": "s3:PutObject",
            "Resource": folders if organization else folders[0],
            "Condition": {
                "StringEquals": {
                    "aws:SourceArn": trail_arn,
                    "s3:x-amz-acl": "bucket-owner-full-control",
                },
            },
        },
        *tls_only(bucket_arn),
        _services_alone_write(bucket_arn),
        _no_other_key(bucket_arn, keys),
    ]


def _access_logs_policy(place: Place, bucket: str, of: str) -> Statements:
    """Source: S3 User Guide, "Enabling Amazon S3 server access logging"."""
    bucket_arn = _arn(place, bucket)
    return [
        {
            "Sid": "AccessLogsWrite",
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"{bucket_arn}/*",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": place.account},
                "ArnLike": {"aws:SourceArn": _arn(place, of)},
            },
        },
        *tls_only(bucket_arn),
        _services_alone_write(bucket_arn),
    ]


def _services_alone_write(bucket_arn: str) -> Statement:
    """Return the statement by which nobody of this account can slip a file in.

    Which service may, the statements that allow say. So no file comes without encryption or with
    another's: to deny puts without SSE-KMS instead would stop CloudTrail's digests, which the
    older of AWS's guides encrypt with SSE-S3.
    """
    return {
        "Sid": "DenyOtherWriters",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"{bucket_arn}/*",
        "Condition": {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}},
    }


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


def _arn(place: Place, bucket: str) -> str:
    return f"arn:{place.partition}:s3:::{bucket}"
