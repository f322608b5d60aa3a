"""The quickstart as teams write it in a hurry: it works, and the policy pack blocks it.

`findings.yaml` declares every finding; `examples/quickstart` is the same from components.
"""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

key = aws.kms.Key("key")

logs = aws.s3.Bucket("logs", force_destroy=True)


def cloudtrail_may_write(bucket: str) -> str:
    """Return the bucket policy that many guides still show."""
    cloudtrail = {"Service": "cloudtrail.amazonaws.com"}
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "AclCheck",
                    "Effect": "Allow",
                    "Principal": cloudtrail,
                    "Action": "s3:GetBucketAcl",
                    "Resource": f"arn:aws:s3:::{bucket}",
                },
                {
                    "Sid": "Write",
                    "Effect": "Allow",
                    "Principal": cloudtrail,
                    "Action": "s3:PutObject",
                    "Resource": f"arn:aws:s3:::{bucket}/*",
                },
                {
                    "Sid": "SharedWithTheAuditors",
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "s3:GetObject",
                    "Resource": f"arn:aws:s3:::{bucket}/*",
                },
            ],
        }
    )


policy = aws.s3.BucketPolicy(
    "logs-policy",
    bucket=logs.bucket,
    policy=logs.bucket.apply(cloudtrail_may_write),
)

events = aws.cloudwatch.LogGroup("events", retention_in_days=30)

audit = aws.cloudtrail.Trail(
    "audit",
    s3_bucket_name=logs.bucket,
    include_global_service_events=False,
    event_selectors=[{"read_write_type": "WriteOnly"}],
    opts=pulumi.ResourceOptions(depends_on=[policy]),
)

pulumi.export("trail_arn", audit.arn)
