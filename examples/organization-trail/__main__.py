"""One trail for every account of an organization, whose files another account keeps.

Deploy it in the management account, and let the organization trust `cloudtrail.amazonaws.com` first
(`aws_service_access_principals`). `logArchiveAccount` is the number of an account into which few
may go: `pulumi config set logArchiveAccount 222222222222`. It is entered by the role that AWS
Organizations makes in a new account; set `logArchiveRole` where yours has another.
"""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

import secure_components as secure

TRAIL = "organization"

config = pulumi.Config()
account = config.require("logArchiveAccount")
role = config.get("logArchiveRole") or "OrganizationAccountAccessRole"
region = aws.get_region().region
organization = aws.organizations.get_organization()
own_account = aws.get_caller_identity().account_id

log_archive = aws.Provider(
    "log-archive",
    region=region,
    assume_roles=[aws.ProviderAssumeRoleArgs(role_arn=f"arn:aws:iam::{account}:role/{role}")],
)
archive = secure.LogArchive(
    "archive",
    {
        # By name: the trail is made after its bucket.
        "trails": [f"arn:aws:cloudtrail:{region}:{own_account}:trail/{TRAIL}"],
        "organization_id": organization.id,
        "files": {
            "retention_in_days": 2557,
            "object_lock": {"mode": "governance", "days": 365},
            "transition": {"storage_class": "GLACIER_IR", "after_days": 90},
            "inventory": "weekly",
            "athena": {"scan_limit_in_gb": 100},
        },
    },
    pulumi.ResourceOptions(provider=log_archive),
)
audit = secure.AuditTrail(
    "audit",
    {
        "trail_name": TRAIL,
        "organization_id": organization.id,
        "archive": {
            "bucket_name": archive.bucket_name,
            "kms_key_arn": archive.kms_key_arn,
            "access_log_bucket_name": archive.access_log_bucket_name,
        },
    },
)

pulumi.export("trail_arn", audit.trail_arn)
pulumi.export("bucket", audit.bucket_name)
pulumi.export("workgroup", archive.athena_workgroup_name)
