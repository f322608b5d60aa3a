"""An account's trail with data events, a table over its files, and an auditor who reads them.

Files are locked for a year, kept for seven, and moved to a cheaper storage class after three
months. Data events cost by the event: start with the kinds of resources that hold what must not
leak.
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
        "files": {
            "retention_in_days": 2557,
            "object_lock": {"mode": "governance", "days": 365},
            "transition": {"storage_class": "GLACIER_IR", "after_days": 90},
            "inventory": "weekly",
            "athena": {"scan_limit_in_gb": 100},
        },
        "alarms": {"composite": {"alarms": ["root-use", "cloudtrail-changes"]}},
        "data_events": ["s3", "lambda", "dynamodb"],
        "decrypt_principals": [f"arn:aws:iam::{account_id}:role/trail-auditor"],
    },
    # KMS refuses a policy that names who is not there.
    pulumi.ResourceOptions(depends_on=[auditor]),
)

# What the auditor may besides: read the files, and query them in the trail's workgroup alone.
here = f"{aws.get_region().region}:{account_id}"
database = audit.athena_workgroup_name.apply(lambda name: name.replace("-", "_"))
aws.iam.RolePolicy(
    "auditor-reads",
    role=auditor.name,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["s3:GetBucketLocation", "s3:ListBucket"],
                    "Resource": [
                        pulumi.Output.concat("arn:aws:s3:::", audit.bucket_name),
                        pulumi.Output.concat("arn:aws:s3:::", audit.query_result_bucket_name),
                    ],
                },
                {
                    "Effect": "Allow",
                    "Action": "s3:GetObject",
                    "Resource": pulumi.Output.concat(
                        "arn:aws:s3:::", audit.bucket_name, "/AWSLogs/*"
                    ),
                },
                {
                    "Effect": "Allow",
                    "Action": ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
                    "Resource": pulumi.Output.concat(
                        "arn:aws:s3:::", audit.query_result_bucket_name, "/*"
                    ),
                },
                {
                    "Effect": "Allow",
                    "Action": [
                        "athena:BatchGetNamedQuery",
                        "athena:GetNamedQuery",
                        "athena:GetQueryExecution",
                        "athena:GetQueryResults",
                        "athena:GetWorkGroup",
                        "athena:ListNamedQueries",
                        "athena:StartQueryExecution",
                        "athena:StopQueryExecution",
                    ],
                    "Resource": pulumi.Output.concat(
                        f"arn:aws:athena:{here}:workgroup/", audit.athena_workgroup_name
                    ),
                },
                {
                    "Effect": "Allow",
                    "Action": ["glue:GetDatabase", "glue:GetPartitions", "glue:GetTable"],
                    "Resource": [
                        f"arn:aws:glue:{here}:catalog",
                        pulumi.Output.concat(f"arn:aws:glue:{here}:database/", database),
                        pulumi.Output.concat(
                            f"arn:aws:glue:{here}:table/", database, "/cloudtrail"
                        ),
                    ],
                },
            ],
        }
    ),
)

pulumi.export("trail_arn", audit.trail_arn)
pulumi.export("bucket", audit.bucket_name)
pulumi.export("access_log_bucket", audit.access_log_bucket_name)
pulumi.export("workgroup", audit.athena_workgroup_name)
pulumi.export("query_results", audit.query_result_bucket_name)
pulumi.export("auditor_arn", auditor.arn)
