"""Who read a bucket, kept in another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pulumi
import pulumi_aws as aws

from secure_components.bucket import PrivateBucket, private_bucket
from secure_components.documents import Statement, Statements, document_of, one_or_all, tls_only
from secure_components.place import Place


def log_access(  # noqa: PLR0913  all but the name are named
    name: str,
    *,
    bucket: PrivateBucket,
    to: pulumi.Input[str] | None,
    place: pulumi.Output[Place],
    opts: pulumi.ResourceOptions,
    retention_in_days: pulumi.Input[int],
    region: str | None = None,
    also: Mapping[str, PrivateBucket] = MappingProxyType({}),
    listed: bool = False,
) -> tuple[PrivateBucket, pulumi.Input[str]]:
    """Log who reads a bucket; return it, ready when it logs, and the name of the logs' bucket.

    Children are `name-bucket-logging`, `name-<role>-logging` for each other bucket, and
    `name-access-logs` with its settings.

    Args:
        name: Resource name of the component, or of the part of it that the bucket is.
        bucket: What is read.
        to: Name of the bucket that takes the logs; one is made when `None`.
        place: Where.
        opts: Resource options of every child.
        retention_in_days: Days that logs are kept.
        region: The region of both; the provider's when absent.
        also: Other buckets by role, whose readers are logged alike.
        listed: Whether S3 also writes an inventory of the first bucket there.
    """
    read = {"bucket": bucket, **also}
    logs, ready = to, []
    if logs is None:
        made = private_bucket(
            f"{name}-access-logs",
            # S3 delivers to no bucket with SSE-KMS by default, nor to one with object lock (Amazon
            # S3 API Reference, `LoggingEnabled`; S3 User Guide, "Object Lock considerations").
            key_arn=None,
            policy=lambda logs: document_of(
                _policy, place, logs, [one.name for one in read.values()], listed
            ),
            retention_in_days=retention_in_days,
            region=region,
            opts=opts,
        )
        logs, ready = made.name, [*made.ready]
    logging = [
        aws.s3.BucketLogging(
            f"{name}-{role}-logging",
            bucket=one.name,
            target_bucket=logs,
            target_prefix=f"{name}/" if one is bucket else f"{name}-{role}/",
            region=region,
            # S3 tests that it can write before it takes the target.
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=ready)),
        )
        for role, one in read.items()
    ]
    return PrivateBucket(bucket.name, bucket.arn, [*bucket.ready, *logging]), logs


def services_alone_write(bucket_arn: str) -> Statement:
    """Return the statement by which nobody of this account can slip a file into a bucket.

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


def _policy(
    place: Place,
    bucket: str,
    of: Sequence[str],
    listed: bool,  # noqa: FBT001  resolved with the others
) -> Statements:
    """Source: S3 User Guide, "Enabling Amazon S3 server access logging"."""
    bucket_arn, *read = map(place.bucket_arn, (bucket, *of))
    return [
        {
            "Sid": "AccessLogsWrite",
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"{bucket_arn}/*",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": place.account},
                "ArnLike": {"aws:SourceArn": one_or_all(read)},
            },
        },
        *([_lists(place, bucket_arn, read[0])] if listed else ()),
        *tls_only(bucket_arn),
        services_alone_write(bucket_arn),
    ]


def _lists(place: Place, bucket_arn: str, of: str) -> Statement:
    """Source: S3 User Guide, "Granting permissions for S3 Inventory and S3 analytics"."""
    return {
        "Sid": "InventoryWrites",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{bucket_arn}/*",
        "Condition": {
            "StringEquals": {
                "aws:SourceAccount": place.account,
                "s3:x-amz-acl": "bucket-owner-full-control",
            },
            "ArnLike": {"aws:SourceArn": of},
        },
    }
