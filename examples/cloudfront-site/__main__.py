"""A static site in a private bucket, behind CloudFront and AWS WAF.

Who asked for what, of CloudFront and of the bucket, is logged into another bucket for a year.
"""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

import secure_components as secure

_CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
"""AWS's managed cache policy (CloudFront Developer Guide, "Use managed cache policies")."""

account = aws.get_caller_identity_output().account_id


def private_bucket(
    name: str,
    expiration: aws.s3.BucketLifecycleConfigurationRuleExpirationArgsDict | None = None,
) -> tuple[aws.s3.Bucket, aws.s3.BucketPublicAccessBlock]:
    """Make a private bucket that lets old versions go."""
    bucket = aws.s3.Bucket(name)
    private = aws.s3.BucketPublicAccessBlock(
        f"{name}-public-access-block",
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    aws.s3.BucketOwnershipControls(
        f"{name}-ownership", bucket=bucket.bucket, rule={"object_ownership": "BucketOwnerEnforced"}
    )
    aws.s3.BucketVersioning(
        f"{name}-versioning", bucket=bucket.bucket, versioning_configuration={"status": "Enabled"}
    )
    aws.s3.BucketLifecycleConfiguration(
        f"{name}-lifecycle",
        bucket=bucket.bucket,
        rules=[
            {
                "id": "retention",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "expiration": expiration,
                "noncurrent_version_expiration": {"noncurrent_days": 30},
                "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
            },
        ],
    )
    return bucket, private


def tls_alone(bucket: str) -> dict[str, object]:
    """Return the statement of a bucket's policy that denies plain HTTP."""
    return {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


pages, pages_private = private_bucket("pages")
logs, logs_private = private_bucket("logs", {"days": 365})


def logs_are_written(known: list[str]) -> str:
    """Return the bucket policy that lets S3 and CloudFront write logs, and nobody else."""
    bucket, read, owner = known
    from_here = {"aws:SourceAccount": owner}
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "AccessLogsWrite",
                    "Effect": "Allow",
                    "Principal": {"Service": "logging.s3.amazonaws.com"},
                    "Action": "s3:PutObject",
                    "Resource": f"arn:aws:s3:::{bucket}/pages/*",
                    "Condition": {
                        "StringEquals": from_here,
                        "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{read}"},
                    },
                },
                {
                    "Sid": "DeliveriesWrite",
                    "Effect": "Allow",
                    "Principal": {"Service": "delivery.logs.amazonaws.com"},
                    "Action": "s3:PutObject",
                    "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/{owner}/*",
                    "Condition": {
                        "StringEquals": {
                            **from_here,
                            "s3:x-amz-acl": "bucket-owner-full-control",
                        },
                        "ArnLike": {
                            "aws:SourceArn": f"arn:aws:logs:us-east-1:{owner}:delivery-source:*"
                        },
                    },
                },
                tls_alone(bucket),
            ],
        }
    )


logs_policy = aws.s3.BucketPolicy(
    "logs-policy",
    bucket=logs.bucket,
    policy=pulumi.Output.all(logs.bucket, pages.bucket, account).apply(logs_are_written),
    opts=pulumi.ResourceOptions(depends_on=[logs_private]),
)
aws.s3.BucketLogging(
    "pages-logging",
    bucket=pages.bucket,
    target_bucket=logs.bucket,
    target_prefix="pages/",
    opts=pulumi.ResourceOptions(depends_on=[logs_policy]),
)

firewall = secure.WebApplicationFirewall("firewall", {"scope": "cloudfront"})

access = aws.cloudfront.OriginAccessControl(
    "access",
    description="Signs what CloudFront asks of the bucket",
    origin_access_control_origin_type="s3",
    signing_behavior="always",
    signing_protocol="sigv4",
)
site = aws.cloudfront.Distribution(
    "site",
    comment="A static site",
    enabled=True,
    is_ipv6_enabled=True,
    http_version="http2and3",
    default_root_object="index.html",
    # A distribution names its web ACL itself; it is not associated.
    web_acl_id=firewall.web_acl_arn,
    origins=[
        {
            "origin_id": "pages",
            "domain_name": pages.bucket_regional_domain_name,
            "origin_access_control_id": access.id,
        },
    ],
    default_cache_behavior={
        "target_origin_id": "pages",
        "viewer_protocol_policy": "redirect-to-https",
        "allowed_methods": ["GET", "HEAD"],
        "cached_methods": ["GET", "HEAD"],
        "cache_policy_id": _CACHING_OPTIMIZED,
        "compress": True,
    },
    restrictions={"geo_restriction": {"restriction_type": "none"}},
    viewer_certificate={"cloudfront_default_certificate": True},
)


def site_reads_pages(known: list[str]) -> str:
    """Return the bucket policy that lets this distribution read, by TLS, and nobody else."""
    bucket, distribution = known
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "SiteReads",
                    "Effect": "Allow",
                    "Principal": {"Service": "cloudfront.amazonaws.com"},
                    "Action": "s3:GetObject",
                    "Resource": f"arn:aws:s3:::{bucket}/*",
                    "Condition": {"StringEquals": {"aws:SourceArn": distribution}},
                },
                tls_alone(bucket),
            ],
        }
    )


aws.s3.BucketPolicy(
    "pages-policy",
    bucket=pages.bucket,
    policy=pulumi.Output.all(pages.bucket, site.arn).apply(site_reads_pages),
    opts=pulumi.ResourceOptions(depends_on=[pages_private]),
)

# CloudFront delivers from us-east-1 alone, whatever the bucket's region.
source = aws.cloudwatch.LogDeliverySource(
    "site-logs",
    name="cloudfront-site",
    log_type="ACCESS_LOGS",
    resource_arn=site.arn,
    region="us-east-1",
)
destination = aws.cloudwatch.LogDeliveryDestination(
    "site-logs-destination",
    name="cloudfront-site",
    output_format="json",
    delivery_destination_configuration={"destination_resource_arn": logs.arn},
    region="us-east-1",
    opts=pulumi.ResourceOptions(depends_on=[logs_policy]),
)
aws.cloudwatch.LogDelivery(
    "site-logs-delivery",
    delivery_source_name=source.name,
    delivery_destination_arn=destination.arn,
    region="us-east-1",
)

pulumi.export("url", pulumi.Output.concat("https://", site.domain_name))
pulumi.export("bucket", pages.bucket)
pulumi.export("web_acl_arn", firewall.web_acl_arn)
pulumi.export("capacity", firewall.capacity)
