"""The bucket that components keep logs in: private, versioned, encrypted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True)
class Lock:
    """How long nobody deletes what is written into a bucket.

    Attributes:
        mode: `GOVERNANCE`, which whoever may `s3:BypassGovernanceRetention` lifts; or
            `COMPLIANCE`, which nobody does.
        days: Days from an object's writing.
    """

    mode: str
    days: int


@dataclass(frozen=True)
class Transition:
    """Where objects go that are seldom read.

    Attributes:
        storage_class: As `GLACIER_IR`.
        days: Days from an object's writing.
    """

    storage_class: str
    days: int


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
    key_arn: pulumi.Input[str] | None,
    policy: Callable[[pulumi.Output[str]], pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
    bucket: pulumi.Input[str] | None = None,
    retention_in_days: pulumi.Input[int] | None = None,
    region: str | None = None,
    bucket_key: bool = True,
    lock: Lock | None = None,
    transition: Transition | None = None,
) -> PrivateBucket:
    """Make a bucket that is private, versioned and encrypted.

    Children are `name` and `name-<setting>`.

    Args:
        name: Resource name.
        key_arn: The key that objects are encrypted with by default; S3's own when `None`.
        policy: Makes the bucket's policy from its name; it must hold `documents.tls_only`.
        opts: Resource options of every child.
        bucket: Its name in AWS; Pulumi makes one when absent.
        retention_in_days: Days that objects are kept; for ever when absent.
        region: Its region; the provider's when absent.
        bucket_key: Whether S3 asks KMS once for many objects. The encryption context is the
            bucket's then, and not the object's.
        lock: How long objects are locked; not at all when absent. A bucket takes it at birth.
        transition: Where objects are moved to; with `retention_in_days` alone.
    """
    made = aws.s3.Bucket(
        name, bucket=bucket, object_lock_enabled=True if lock else None, region=region, opts=opts
    )
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
    versioning = aws.s3.BucketVersioning(
        f"{name}-versioning",
        bucket=made.bucket,
        versioning_configuration={"status": "Enabled"},
        region=region,
        opts=opts,
    )
    encryption = aws.s3.BucketServerSideEncryptionConfiguration(
        f"{name}-encryption",
        bucket=made.bucket,
        rules=[_encryption(key_arn, bucket_key=bucket_key)],
        region=region,
        opts=opts,
    )
    if retention_in_days is not None:
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=made.bucket,
            rules=[_lifecycle(retention_in_days, transition)],
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
    ready: list[pulumi.Resource] = [bucket_policy, encryption]
    if lock is not None:
        ready.append(
            aws.s3.BucketObjectLockConfiguration(
                f"{name}-object-lock",
                bucket=made.bucket,
                rule={"default_retention": {"mode": lock.mode, "days": lock.days}},
                region=region,
                opts=pulumi.ResourceOptions.merge(
                    opts, pulumi.ResourceOptions(depends_on=[versioning])
                ),
            )
        )
    return PrivateBucket(made.bucket, made.arn, ready)


def _encryption(
    key_arn: pulumi.Input[str] | None, *, bucket_key: bool
) -> aws.s3.BucketServerSideEncryptionConfigurationRuleArgsDict:
    if key_arn is None:
        return {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    by_default: aws.s3.BucketServerSideEncryptionConfigurationRuleArgsDict = {
        "apply_server_side_encryption_by_default": {
            "sse_algorithm": "aws:kms",
            "kms_master_key_id": key_arn,
        },
    }
    return {**by_default, "bucket_key_enabled": True} if bucket_key else by_default


def _lifecycle(
    retention_in_days: pulumi.Input[int], transition: Transition | None
) -> aws.s3.BucketLifecycleConfigurationRuleArgsDict:
    rule: aws.s3.BucketLifecycleConfigurationRuleArgsDict = {
        "id": "retention",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "expiration": {"days": retention_in_days},
        # What expires leaves a version behind, as what is overwritten does.
        "noncurrent_version_expiration": {"noncurrent_days": 30},
        "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
    }
    if transition is not None:
        rule["transitions"] = [{"storage_class": transition.storage_class, "days": transition.days}]
    return rule
