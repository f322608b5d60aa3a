"""The record of every change of an AWS account."""

# No `from __future__ import annotations` in a component's file: Pulumi's component host reads the
# constructor's annotations as they stand.

import re
from typing import Final, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from secure_components.arguments import check_arguments, check_value, refuse
from secure_components.bucket import private_bucket
from secure_components.documents import (
    RETENTIONS,
    Statements,
    account_administers,
    document,
    document_of,
    logs_encrypts,
    tls_only,
)
from secure_components.place import Place, place_of

_KEY_ARN: Final = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
_TRAIL_NAME: Final = re.compile(r"(?=.{3,128}$)[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")
"""CloudTrail, CreateTrail: letters, digits, and single separators between them."""


class AuditTrailArgs(TypedDict):
    """Arguments of `AuditTrail`. All may be left out."""

    kms_key_arn: NotRequired[pulumi.Input[str]]
    """ARN of the key that encrypts the log files and the log group; one is made when absent. Its
    policy must allow CloudTrail and CloudWatch Logs, as the one that is made does."""

    retention_in_days: NotRequired[pulumi.Input[int]]
    """Days that the log group keeps events: 365 (default), 400, 545, 731, 1096, 1827, 2192, 2557,
    2922, 3288 or 3653. The bucket keeps its files until they are deleted."""

    trail_name: NotRequired[str]
    """Name of the trail in AWS, 3 to 128 characters; `PROJECT-STACK-NAME` when absent. Policies
    name the trail before it exists, so it cannot be an output; a new name makes a new trail."""


_DEFAULTS: Final[AuditTrailArgs] = {}


class AuditTrail(pulumi.ComponentResource):
    """Records who did what in every region of the account, so that it can be found and trusted.

    Makes a multi-region CloudTrail trail of all management events with signed log files; a bucket
    that is private, versioned, encrypted and TLS-only, into which this trail alone may write; a
    log group with a year's retention, for alarms and queries; and a rotating key for both.

    Serves, by the rules of the policy pack (`docs/rules.md`): CIS AWS 7.0 (2.21, 3.1.1, 3.1.4, 4.1,
    4.2, 4.5, 4.6) and AWS FSBP (CloudTrail.1, CloudTrail.2, CloudTrail.4, CloudTrail.5,
    CloudTrail.6, CloudWatch.16, IAM.1, IAM.21, KMS.1, KMS.2, KMS.4, KMS.5, S3.5, S3.8, S3.12,
    S3.14, S3.17). Not covered: data events, Insights, alarms, organization trails, and the bucket's
    access logs, lifecycle, object lock, MFA delete, replication and event notifications.

    Costs, at the list prices of us-east-1: the key 1 USD a month; the first copy of management
    events is free, a second trail's costs 2 USD per 100,000 events; the log group 0.50 USD per GB
    taken in and 0.03 USD per GB and month; the bucket 0.023 USD per GB and month. An account with
    little traffic pays some 2 USD a month.

    Destroying the stack leaves a bucket that is not empty: deletion is refused, by intent.

    Sources: AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail" and "Configure AWS
    KMS key policies for CloudTrail"; CloudWatch Logs User Guide, "Encrypt log data in CloudWatch
    Logs using AWS KMS".

    Args:
        name: Resource name. Children are `name` (the trail) and `name-<role>`.
        args: See `AuditTrailArgs`.
        opts: Resource options; a provider given here is used for all children.

    Raises:
        ArgumentError: An argument is unknown, of the wrong type, or not allowed. Nothing has been
            registered then. An `Output` is checked when it resolves.
    """

    trail_arn: pulumi.Output[str]
    """ARN of the trail."""
    bucket_name: pulumi.Output[str]
    """Name of the bucket that holds the log files, below `AWSLogs/ACCOUNT/CloudTrail/`."""
    log_group_name: pulumi.Output[str]
    """Name of the log group that holds the events."""
    kms_key_arn: pulumi.Output[str]
    """ARN of the key, made or given."""

    def __init__(
        self,
        name: str,
        args: AuditTrailArgs = _DEFAULTS,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        retention = _check(name, args)
        trail_name = args.get("trail_name") or _default_trail_name(name)
        super().__init__("secure-components:index:AuditTrail", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        place = place_of(self)
        trail_arn = place.apply(lambda at: at.arn("cloudtrail", f"trail/{trail_name}"))
        log_group_path = f"/aws/cloudtrail/{trail_name}"
        log_group_arn = place.apply(lambda at: at.arn("logs", f"log-group:{log_group_path}"))

        if "kms_key_arn" in args:
            key_arn = pulumi.Output.from_input(args["kms_key_arn"])
        else:
            key = aws.kms.Key(
                f"{name}-key",
                description=f"Encrypts the audit trail {trail_name}",
                enable_key_rotation=True,
                deletion_window_in_days=30,
                policy=document_of(_key_policy, place, trail_arn, log_group_arn),
                opts=child,
            )
            aws.kms.Alias(
                f"{name}-key-alias",
                name=f"alias/cloudtrail/{trail_name.replace('.', '-')}",
                target_key_id=key.key_id,
                opts=child,
            )
            key_arn = key.arn

        bucket = private_bucket(
            f"{name}-bucket",
            key_arn=key_arn,
            policy=lambda made: document_of(_bucket_policy, place, made, trail_arn),
            opts=child,
        )

        log_group = aws.cloudwatch.LogGroup(
            f"{name}-log-group",
            name=log_group_path,
            kms_key_id=key_arn,
            retention_in_days=retention,
            opts=child,
        )
        role = aws.iam.Role(
            f"{name}-log-role",
            description=f"Lets the audit trail {trail_name} write to its log group",
            assume_role_policy=document(_trust_policy()),
            opts=child,
        )
        role_policy = aws.iam.RolePolicy(
            f"{name}-log-role-policy",
            role=role.name,
            policy=document_of(_delivery_policy, place, log_group_arn),
            opts=child,
        )

        trail = aws.cloudtrail.Trail(
            name,
            name=trail_name,
            s3_bucket_name=bucket.name,
            kms_key_id=key_arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_logging=True,
            enable_log_file_validation=True,
            cloud_watch_logs_group_arn=log_group_arn.apply(lambda arn: f"{arn}:*"),
            cloud_watch_logs_role_arn=role.arn,
            # CloudTrail tests that it can write before it makes the trail.
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[*bucket.ready, log_group, role_policy]
            ),
        )

        self.trail_arn = trail.arn
        self.bucket_name = bucket.name
        self.log_group_name = log_group.name
        self.kms_key_arn = key_arn
        self.register_outputs(
            {
                "trail_arn": self.trail_arn,
                "bucket_name": self.bucket_name,
                "log_group_name": self.log_group_name,
                "kms_key_arn": self.kms_key_arn,
            },
        )


def _check(name: str, args: AuditTrailArgs) -> pulumi.Input[int]:
    """Check all arguments and return the retention."""
    check_arguments("AuditTrail", name, args, AuditTrailArgs)
    if "kms_key_arn" in args:
        check_value(
            "AuditTrail",
            name,
            "kms_key_arn",
            args["kms_key_arn"],
            lambda arn: _KEY_ARN.fullmatch(arn) is not None,
            "the ARN of a key, as arn:aws:kms:REGION:ACCOUNT:key/ID; not an alias, which "
            "CloudTrail resolves in the caller's account",
        )
    if "trail_name" in args and not _TRAIL_NAME.fullmatch(args["trail_name"]):
        refuse(
            "AuditTrail",
            name,
            "trail_name",
            "is not allowed; give 3 to 128 letters and digits, with single '.', '_' or '-' between",
        )
    return check_value(
        "AuditTrail",
        name,
        "retention_in_days",
        args.get("retention_in_days", RETENTIONS[0]),
        lambda days: days in RETENTIONS,
        f"one of {', '.join(map(str, RETENTIONS))}",
    )


def _default_trail_name(name: str) -> str:
    """Name the trail after project, stack and resource, so that two stacks do not collide."""
    proposed = f"{pulumi.get_project()}-{pulumi.get_stack()}-{name}"
    safe = re.sub(r"[._-]+", "-", re.sub(r"[^A-Za-z0-9._-]", "-", proposed)).strip("-")
    if not _TRAIL_NAME.fullmatch(safe):
        refuse("AuditTrail", name, "trail_name", "is needed: PROJECT-STACK-NAME is over 128 long")
    return safe


def _key_policy(place: Place, trail_arn: str, log_group_arn: str) -> Statements:
    cloudtrail = {"Service": "cloudtrail.amazonaws.com"}
    from_trail = {"aws:SourceArn": trail_arn}
    return [
        account_administers(place),
        {
            "Sid": "CloudTrailEncrypts",
            "Effect": "Allow",
            "Principal": cloudtrail,
            "Action": "kms:GenerateDataKey*",
            "Resource": "*",
            "Condition": {
                "StringEquals": {
                    **from_trail,
                    "kms:EncryptionContext:aws:cloudtrail:arn": trail_arn,
                },
            },
        },
        {
            "Sid": "CloudTrailDescribes",
            "Effect": "Allow",
            "Principal": cloudtrail,
            "Action": "kms:DescribeKey",
            "Resource": "*",
            "Condition": {"StringEquals": from_trail},
        },
        logs_encrypts(place, log_group_arn),
    ]


def _bucket_policy(place: Place, bucket: str, trail_arn: str) -> Statements:
    bucket_arn = f"arn:{place.partition}:s3:::{bucket}"
    cloudtrail = {"Service": "cloudtrail.amazonaws.com"}
    return [
        {
            "Sid": "CloudTrailReadsAcl",
            "Effect": "Allow",
            "Principal": cloudtrail,
            "Action": "s3:GetBucketAcl",
            "Resource": bucket_arn,
            "Condition": {"StringEquals": {"aws:SourceArn": trail_arn}},
        },
        {
            "Sid": "CloudTrailWrites",
            "Effect": "Allow",
            "Principal": cloudtrail,
            "Action": "s3:PutObject",
            "Resource": f"{bucket_arn}/AWSLogs/{place.account}/*",
            "Condition": {
                "StringEquals": {
                    "aws:SourceArn": trail_arn,
                    "s3:x-amz-acl": "bucket-owner-full-control",
                },
            },
        },
        *tls_only(bucket_arn),
    ]


def _trust_policy() -> Statements:
    # No condition on the source: AWS documents none for this role, and a trail that cannot assume
    # it is refused. Whoever hands the role to a trail needs iam:PassRole on it in this account, so
    # no other account can (our inference).
    return [
        {
            "Sid": "CloudTrailAssumes",
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    ]


def _delivery_policy(place: Place, log_group_arn: str) -> Statements:
    # CloudTrail names its streams so; streams of one log group, and nothing else.
    streams = f"{log_group_arn}:log-stream:{place.account}_CloudTrail_{place.region}*"
    return [
        {
            "Sid": "WriteEvents",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": streams,
        },
    ]
