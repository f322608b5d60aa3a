"""Where requests are logged: made as AWS WAF demands, encrypted."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from secure_components.access_logs import log_access
from secure_components.bucket import PrivateBucket, private_bucket
from secure_components.documents import (
    RETENTIONS,
    Statement,
    Statements,
    document_of,
    tls_only,
)
from secure_components.place import Place
from secure_components.web_application_firewall.args import LoggingArgs

_PREFIX = "aws-waf-logs-"
_LONGEST_STREAM = 64
_LONGEST_BUCKET = 63
_DELIVERY = {"Service": "delivery.logs.amazonaws.com"}


@dataclass(frozen=True)
class Destination:
    """Where requests are logged.

    Attributes:
        arn: Its ARN, as a logging configuration takes it.
        ready: What must exist before logging is switched on.
    """

    arn: pulumi.Input[str]
    ready: Sequence[pulumi.Resource] = ()


def log_group_name(base: str) -> str:
    """Return the name of the log group that is made."""
    return f"{_PREFIX}{base}"


def make(  # noqa: PLR0913  all but the name are named
    name: str,
    logging: LoggingArgs,
    *,
    base: str,
    place: pulumi.Output[Place],
    key_arn: pulumi.Input[str],
    region: str | None,
    child: pulumi.ResourceOptions,
) -> Destination:
    """Make the destination that arguments ask for, or take the one that they name."""
    if "destination_arn" in logging:
        return Destination(logging["destination_arn"])
    makers = {"cloudwatch": _log_group, "s3": _bucket, "firehose": _stream}
    retention = logging.get("retention_in_days", RETENTIONS[0])
    made = makers[logging.get("destination", "cloudwatch")]
    access_logs = logging.get("access_log_bucket")
    return made(_New(name, base, place, key_arn, retention, access_logs, region, child))


@dataclass(frozen=True)
class _New:
    """What a destination is made with: see `make`."""

    name: str
    base: str
    place: pulumi.Output[Place]
    key_arn: pulumi.Input[str]
    retention: pulumi.Input[int]
    access_logs: pulumi.Input[str] | None
    region: str | None
    child: pulumi.ResourceOptions


def _log_group(new: _New) -> Destination:
    group = aws.cloudwatch.LogGroup(
        f"{new.name}-log-group",
        name=log_group_name(new.base),
        kms_key_id=new.key_arn,
        retention_in_days=new.retention,
        region=new.region,
        opts=new.child,
    )
    # Without it AWS WAF writes one itself, which no code shows and no destroy takes away.
    policy = aws.cloudwatch.LogResourcePolicy(
        f"{new.name}-log-policy",
        policy_name=log_group_name(new.base),
        policy_document=document_of(_log_policy, new.place, new.base),
        region=new.region,
        opts=new.child,
    )
    return Destination(group.arn, (group, policy))


def _bucket(new: _New) -> Destination:
    made = private_bucket(
        f"{new.name}-bucket",
        key_arn=new.key_arn,
        policy=lambda bucket: document_of(_bucket_policy, new.place, bucket),
        bucket=new.place.apply(lambda at: _bucket_name(new.base, at)),
        retention_in_days=new.retention,
        region=new.region,
        opts=new.child,
    )
    made = _logged(new, made)
    return Destination(made.arn, made.ready)


def _stream(new: _New) -> Destination:
    bucket: PrivateBucket = private_bucket(
        f"{new.name}-bucket",
        key_arn=new.key_arn,
        policy=lambda made: document_of(lambda at, b: tls_only(at.bucket_arn(b)), new.place, made),
        retention_in_days=new.retention,
        region=new.region,
        opts=new.child,
    )
    bucket = _logged(new, bucket)
    role = aws.iam.Role(
        f"{new.name}-stream-role",
        description="Lets the delivery stream of the firewall's logs write to its bucket",
        assume_role_policy=document_of(_stream_trust, new.place),
        opts=new.child,
    )
    policy = aws.iam.RolePolicy(
        f"{new.name}-stream-role-policy",
        role=role.name,
        policy=document_of(_stream_policy, bucket.arn, new.key_arn),
        opts=new.child,
    )
    stream = aws.kinesis.FirehoseDeliveryStream(
        f"{new.name}-stream",
        name=short(f"{_PREFIX}{new.base}", _LONGEST_STREAM),
        destination="extended_s3",
        extended_s3_configuration={
            "role_arn": role.arn,
            "bucket_arn": bucket.arn,
            "kms_key_arn": new.key_arn,
            "compression_format": "GZIP",
        },
        server_side_encryption={
            "enabled": True,
            "key_type": "CUSTOMER_MANAGED_CMK",
            "key_arn": new.key_arn,
        },
        region=new.region,
        opts=pulumi.ResourceOptions.merge(
            new.child, pulumi.ResourceOptions(depends_on=[policy, *bucket.ready])
        ),
    )
    return Destination(stream.arn, (stream,))


def _logged(new: _New, bucket: PrivateBucket) -> PrivateBucket:
    logged, _ = log_access(
        new.name,
        bucket=bucket,
        to=new.access_logs,
        place=new.place,
        retention_in_days=new.retention,
        region=new.region,
        opts=new.child,
    )
    return logged


def redacted_headers(logging: LoggingArgs) -> list[str]:
    """Return the headers that no log shows, in lower case, each once."""
    chosen = (header.lower() for header in logging.get("redact_headers", ()))
    return list(dict.fromkeys(("authorization", "cookie", *chosen)))


def short(text: str, longest: int) -> str:
    """Return a text at a length that a name may have, still different from every other."""
    if len(text) <= longest:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{text[: longest - 9].rstrip('-')}-{digest}"


def _bucket_name(base: str, place: Place) -> str:
    # The account makes it unique among everybody's buckets, the region among one's own.
    suffix = f"-{place.account}-{place.region}"
    plain = re.sub(r"[^a-z0-9-]+", "-", f"{_PREFIX}{base}".lower())
    return f"{short(plain, _LONGEST_BUCKET - len(suffix))}{suffix}"


def _from_here(place: Place) -> Statement:
    return {
        "StringEquals": {"aws:SourceAccount": place.account},
        "ArnLike": {"aws:SourceArn": place.arn("logs", "*")},
    }


def _log_policy(place: Place, base: str) -> Statements:
    return [
        {
            "Sid": "FirewallWrites",
            "Effect": "Allow",
            "Principal": _DELIVERY,
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": place.arn("logs", f"log-group:{log_group_name(base)}:log-stream:*"),
            "Condition": _from_here(place),
        },
    ]


def _bucket_policy(place: Place, bucket: str) -> Statements:
    arn, from_here = place.bucket_arn(bucket), _from_here(place)
    owned = {"s3:x-amz-acl": "bucket-owner-full-control"}
    return [
        {
            "Sid": "FirewallWrites",
            "Effect": "Allow",
            "Principal": _DELIVERY,
            "Action": "s3:PutObject",
            "Resource": f"{arn}/AWSLogs/{place.account}/*",
            "Condition": {**from_here, "StringEquals": {**from_here["StringEquals"], **owned}},
        },
        {
            "Sid": "FirewallReadsAcl",
            "Effect": "Allow",
            "Principal": _DELIVERY,
            "Action": "s3:GetBucketAcl",
            "Resource": arn,
            "Condition": from_here,
        },
        *tls_only(arn),
    ]


def key_statements(place: Place) -> Statements:
    """Return what a key's policy must hold for logs that are delivered to a bucket.

    Source: AWS WAF Developer Guide, "Sending web ACL traffic logs to an Amazon S3 bucket".
    """
    return [
        {
            "Sid": "FirewallEncryptsLogs",
            "Effect": "Allow",
            "Principal": _DELIVERY,
            "Action": [
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ],
            "Resource": "*",
            "Condition": _from_here(place),
        },
    ]


def _stream_trust(place: Place) -> Statements:
    return [
        {
            "Sid": "FirehoseAssumes",
            "Effect": "Allow",
            "Principal": {"Service": "firehose.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": place.account}},
        },
    ]


def _stream_policy(bucket_arn: str, key_arn: str) -> Statements:
    return [
        {
            "Sid": "WriteFiles",
            "Effect": "Allow",
            "Action": [
                "s3:AbortMultipartUpload",
                "s3:GetBucketLocation",
                "s3:ListBucket",
                "s3:ListBucketMultipartUploads",
                "s3:PutObject",
            ],
            "Resource": [bucket_arn, f"{bucket_arn}/*"],
        },
        {
            "Sid": "EncryptFiles",
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": key_arn,
        },
    ]
