"""An account's trail with data events, Insights, an archive, and an auditor who reads it.

Files are locked for a year, kept for seven, and archived after three months. Data events cost by
the event: start with the kinds of resources that hold what must not leak.
"""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

import secure_components as secure

account_id = aws.get_caller_identity().account_id

# Whoever of this account may assume it, and has shown MFA within the hour.
# Named, so that the key's policy is known, and judged, at preview.
auditor = aws.iam.Role(
    "auditor",
    name="trail-auditor",
    description="Reads the files of the audit trail",
    max_session_duration=3600,
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "Bool": {"aws:MultiFactorAuthPresent": "true"},
                    "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
                },
            },
        }
    ),
)

audit = secure.AuditTrail(
    "audit",
    {
        "log_file_retention_in_days": 2557,
        "object_lock": {"mode": "governance", "days": 365},
        "archive": {"storage_class": "GLACIER_IR", "after_days": 90},
        "insights": ["ApiCallRateInsight", "ApiErrorRateInsight"],
        "data_events": ["s3", "lambda", "dynamodb"],
        "decrypt_principals": [f"arn:aws:iam::{account_id}:role/trail-auditor"],
    },
    # KMS refuses a policy that names who is not there.
    pulumi.ResourceOptions(depends_on=[auditor]),
)

files = audit.bucket_name.apply(lambda name: f"arn:aws:s3:::{name}")
aws.iam.RolePolicy(
    "auditor-reads",
    role=auditor.name,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": files},
                {
                    "Effect": "Allow",
                    "Action": "s3:GetObject",
                    "Resource": files.apply(lambda arn: f"{arn}/AWSLogs/*"),
                },
            ],
        }
    ),
)

pulumi.export("trail_arn", audit.trail_arn)
pulumi.export("bucket", audit.bucket_name)
pulumi.export("access_log_bucket", audit.access_log_bucket_name)
pulumi.export("auditor_arn", auditor.arn)
