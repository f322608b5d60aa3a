"""AWS Config in each region: what every resource is like, and was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from secure_components.access_logs import log_access
from secure_components.account_baseline.checks import EVERYWHERE
from secure_components.account_baseline.parts import Making
from secure_components.bucket import PrivateBucket, private_bucket
from secure_components.documents import Statements, account_administers, document_of, tls_only
from secure_components.place import Place

_CONFIG: Final = {"Service": "config.amazonaws.com"}
_ROLE: Final = "aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"


@dataclass(frozen=True)
class Store:
    """Where the recorders of all regions deliver to.

    Attributes:
        bucket: The bucket.
        key_arn: The key that encrypts it.
        role_arn: The role that recorders read with.
        ready: What must exist before anything is recorded.
    """

    bucket: PrivateBucket
    key_arn: pulumi.Output[str]
    role_arn: pulumi.Output[str]
    ready: Sequence[pulumi.Resource]


def make_store(making: Making) -> Store:
    """Make what the recorders of all regions share, in the home region."""
    name = f"{making.name}-config"
    key = aws.kms.Key(
        f"{name}-key",
        description=f"Encrypts what AWS Config records of {making.name}",
        enable_key_rotation=True,
        deletion_window_in_days=30,
        policy=document_of(_key_policy, making.here),
        region=making.home,
        opts=making.opts(),
    )
    aws.kms.Alias(
        f"{name}-key-alias",
        name=f"alias/{name.replace('.', '-')}",
        target_key_id=key.key_id,
        region=making.home,
        opts=making.opts(),
    )
    bucket = private_bucket(
        f"{name}-bucket",
        key_arn=key.arn,
        policy=lambda made: document_of(_bucket_policy, making.here, made),
        retention_in_days=making.retention,
        region=making.home,
        opts=making.opts(),
    )
    bucket, _ = log_access(
        name,
        bucket=bucket,
        to=making.args.get("config_access_log_bucket"),
        place=making.here,
        retention_in_days=making.retention,
        region=making.home,
        opts=making.opts(),
    )
    ready: list[pulumi.Resource] = [*bucket.ready]
    if "config_role" in making.made:
        ready.append(
            aws.iam.ServiceLinkedRole(
                f"{name}-role",
                aws_service_name=_CONFIG["Service"],
                opts=making.opts(making.adopted("config_role", EVERYWHERE)),
            )
        )
    # The role's ARN is the same whoever made it.
    role_arn = making.here.apply(lambda at: f"arn:{at.partition}:iam::{at.account}:role/{_ROLE}")
    return Store(bucket, key.arn, role_arn, ready)


def make_recorder(making: Making, region: str, store: Store) -> pulumi.Resource:
    """Record everything in a region, and return what says that it does."""
    name = f"{making.name}-config"
    adopted = making.adopted("config_recorder", region)
    recorder = aws.cfg.Recorder(
        f"{name}-recorder-{region}",
        name=adopted or making.name,
        role_arn=store.role_arn,
        recording_group={
            "all_supported": True,
            # IAM is the same everywhere: recorded once, and paid once.
            "include_global_resource_types": region == making.home,
        },
        region=region,
        opts=making.opts(adopted, *store.ready),
    )
    adopted = making.adopted("config_channel", region)
    channel = aws.cfg.DeliveryChannel(
        f"{name}-channel-{region}",
        name=adopted or making.name,
        s3_bucket_name=store.bucket.name,
        s3_kms_key_arn=store.key_arn,
        snapshot_delivery_properties={"delivery_frequency": "TwentyFour_Hours"},
        region=region,
        opts=making.opts(adopted, recorder),
    )
    return aws.cfg.RecorderStatus(
        f"{name}-recorder-status-{region}",
        name=recorder.name,
        is_enabled=True,
        region=region,
        opts=making.opts(None, channel),
    )


def make_aggregator(making: Making) -> None:
    """Show all regions as one."""
    aws.cfg.ConfigurationAggregator(
        f"{making.name}-config-aggregator",
        name=making.name,
        account_aggregation_source={
            "account_ids": [making.account],
            "regions": list(making.regions),
        },
        region=making.home,
        opts=making.opts(),
    )


def _key_policy(place: Place) -> Statements:
    """Source: AWS Config Developer Guide, "Permissions for the KMS Key"."""
    return [
        account_administers(place),
        {
            "Sid": "ConfigEncrypts",
            "Effect": "Allow",
            "Principal": _CONFIG,
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": "*",
            "Condition": _from(place),
        },
    ]


def _bucket_policy(place: Place, bucket: str) -> Statements:
    """Source: AWS Config Developer Guide, "Permissions for the Amazon S3 Bucket"."""
    bucket_arn = place.bucket_arn(bucket)
    condition = _from(place)
    owned = {"s3:x-amz-acl": "bucket-owner-full-control"}
    return [
        {
            "Sid": "ConfigLooksForBucket",
            "Effect": "Allow",
            "Principal": _CONFIG,
            "Action": ["s3:GetBucketAcl", "s3:ListBucket"],
            "Resource": bucket_arn,
            "Condition": condition,
        },
        {
            "Sid": "ConfigWrites",
            "Effect": "Allow",
            "Principal": _CONFIG,
            "Action": "s3:PutObject",
            "Resource": f"{bucket_arn}/AWSLogs/{place.account}/Config/*",
            "Condition": {"StringEquals": {**condition["StringEquals"], **owned}},
        },
        *tls_only(bucket_arn),
    ]


def _from(place: Place) -> dict[str, dict[str, str]]:
    return {"StringEquals": {"aws:SourceAccount": place.account}}
