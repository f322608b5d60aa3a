"""The bucket that components keep logs in: private, versioned, encrypted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True)
class PrivateBucket:
    """A bucket with its settings.

    Attributes:
        name: Its name in AWS.
        arn: Its ARN.
        ready: What must exist before anything is written into it.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    ready: Sequence[pulumi.Resource]


def private_bucket(  # noqa: PLR0913  all but the name are named
    name: str,
    *,
    key_arn: pulumi.Input[str],
    policy: Callable[[pulumi.Output[str]], pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
    bucket: pulumi.Input[str] | None = None,
    retention_in_days: pulumi.Input[int] | None = None,
    region: str | None = None,
) -> PrivateBucket:
    """Make a bucket that is private, versioned and encrypted with a key.

    Children are `name` and `name-<setting>`.

    Args:
        name: Resource name.
        key_arn: The key that objects are encrypted with by default.
        policy: Makes the bucket's policy from its name; it must hold `documents.tls_only`.
        opts: Resource options of every child.
        bucket: Its name in AWS; Pulumi makes one when absent.
        retention_in_days: Days that objects are kept; for ever when absent.
        region: Its region; the provider's when absent.
    """
    made = aws.s3.Bucket(name, bucket=bucket, region=region, opts=opts)
    private = aws.s3.BucketPublicAccessBlock(
        f"{name}-public-access-block",
        bucket=made.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        region=region,
        opts=opts,
    )
    aws.s3.BucketOwnershipControls(
        f"{name}-ownership",
        bucket=made.bucket,
        rule={"object_ownership": "BucketOwnerEnforced"},
        region=region,
        opts=opts,
    )
    aws.s3.BucketVersioning(
        f"{name}-versioning",
        bucket=made.bucket,
        versioning_configuration={"status": "Enabled"},
        region=region,
        opts=opts,
    )
    encryption = aws.s3.BucketServerSideEncryptionConfiguration(
        f"{name}-encryption",
        bucket=made.bucket,
        rules=[
            {
                "apply_server_side_encryption_by_default": {
                    "sse_algorithm": "aws:kms",
                    "kms_master_key_id": key_arn,
                },
                "bucket_key_enabled": True,
            },
        ],
        region=region,
        opts=opts,
    )
    if retention_in_days is not None:
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=made.bucket,
            rules=[
                {
                    "id": "retention",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "expiration": {"days": retention_in_days},
                    # What expires leaves a version behind, as what is overwritten does.
                    "noncurrent_version_expiration": {"noncurrent_days": 30},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
                },
            ],
            region=region,
            opts=opts,
        )
    # S3 refuses two changes of a bucket's access at once ("conflicting conditional operation").
    bucket_policy = aws.s3.BucketPolicy(
        f"{name}-policy",
        bucket=made.bucket,
        policy=policy(made.bucket),
        region=region,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[private])),
    )
    return PrivateBucket(made.bucket, made.arn, (bucket_policy, encryption))
