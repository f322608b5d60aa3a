"""What an account and its regions do unless told otherwise: closed, encrypted, strict."""

from __future__ import annotations

import pulumi_aws as aws

from secure_components.account_baseline.parts import Making

_LEAST_LENGTH = 14


def make_account_defaults(making: Making) -> None:
    """Set what an account has once."""
    name, opts = making.name, making.opts()
    if "s3_public_access" in making.made:
        aws.s3.AccountPublicAccessBlock(
            f"{name}-s3-public-access",
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=opts,
        )
    if "password_policy" in making.made:
        aws.iam.AccountPasswordPolicy(
            f"{name}-password-policy",
            minimum_password_length=making.args.get("password_length", _LEAST_LENGTH),
            password_reuse_prevention=24,
            # CIS no longer asks for it; Security Hub does (IAM.7).
            max_password_age=90,
            require_lowercase_characters=True,
            require_uppercase_characters=True,
            require_numbers=True,
            require_symbols=True,
            allow_users_to_change_password=True,
            opts=opts,
        )


def make_region_defaults(making: Making, region: str) -> None:
    """Set what each region has."""
    name, opts = making.name, making.opts()
    if "ebs_encryption" in making.made:
        aws.ebs.EncryptionByDefault(
            f"{name}-ebs-encryption-{region}", enabled=True, region=region, opts=opts
        )
    if "snapshot_public_access" in making.made:
        aws.ebs.SnapshotBlockPublicAccess(
            f"{name}-snapshot-public-access-{region}",
            state="block-all-sharing",
            region=region,
            opts=opts,
        )
    if "instance_metadata" in making.made:
        aws.ec2.InstanceMetadataDefaults(
            f"{name}-instance-metadata-{region}",
            http_tokens="required",
            region=region,
            opts=opts,
        )
