"""A static site in a private bucket, behind CloudFront and AWS WAF."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

import secure_components as secure

_CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
"""AWS's managed cache policy (CloudFront Developer Guide, "Use managed cache policies")."""

pages = aws.s3.Bucket("pages")
private = aws.s3.BucketPublicAccessBlock(
    "pages-public-access-block",
    bucket=pages.bucket,
    block_public_acls=True,
    block_public_policy=True,
    ignore_public_acls=True,
    restrict_public_buckets=True,
)
aws.s3.BucketOwnershipControls(
    "pages-ownership", bucket=pages.bucket, rule={"object_ownership": "BucketOwnerEnforced"}
)
aws.s3.BucketVersioning(
    "pages-versioning", bucket=pages.bucket, versioning_configuration={"status": "Enabled"}
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
    everything = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
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
                {
                    "Sid": "DenyPlainHttp",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": everything,
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
            ],
        }
    )


aws.s3.BucketPolicy(
    "pages-policy",
    bucket=pages.bucket,
    policy=pulumi.Output.all(pages.bucket, site.arn).apply(site_reads_pages),
    opts=pulumi.ResourceOptions(depends_on=[private]),
)

pulumi.export("url", pulumi.Output.concat("https://", site.domain_name))
pulumi.export("bucket", pages.bucket)
pulumi.export("web_acl_arn", firewall.web_acl_arn)
pulumi.export("capacity", firewall.capacity)
