"""Arguments of `AuditTrail` and `LogArchive`."""

# No `from __future__ import annotations` where arguments stand: Pulumi's component host reads
# annotations as they stand.

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi


class AuditTrailCompositeAlarmArgs(TypedDict):
    """One alarm that goes off while any of several does: 0.50 USD a month."""

    alarms: NotRequired[Sequence[str]]
    """Which, as `root-use`; all that are made when absent."""

    topic_arn: NotRequired[pulumi.Input[str]]
    """SNS topic that is told when it goes off, and when it is over; that of the other alarms when
    absent. They tell theirs all the same, as the benchmark wants."""


class AuditTrailAlarmsArgs(TypedDict):
    """When somebody must look. Alarms have the names of `docs/audit-trail.md`, as `root-use`."""

    topic_arn: NotRequired[pulumi.Input[str]]
    """SNS topic that is told; an encrypted one is made when absent. Whoever reads the topic finds
    in it only alarms' names, descriptions and counts."""

    subscriptions: NotRequired[Sequence[str]]
    """E-mail addresses and `https://` endpoints that are told by the topic that is made. Each must
    confirm first. Not with `topic_arn`."""

    thresholds: NotRequired[Mapping[str, int]]
    """By alarm, how many events in a period it takes; 1 by default, as CIS has it. The policy pack
    blocks more than 10."""

    periods: NotRequired[Mapping[str, int]]
    """By alarm, the seconds in which events are counted: 60 to 86,400 by whole minutes; 300 by
    default."""

    sign_in_without_mfa: NotRequired[str]
    """Whose sign-ins without MFA count: `iam_users` (default), which is what Security Hub asks for,
    or `everybody`, which also counts whoever signs in through an identity provider, MFA there or
    not."""

    composite: NotRequired[AuditTrailCompositeAlarmArgs]
    """One alarm over several, as for who is called at night; none when absent."""

    without: NotRequired[Sequence[str]]
    """Alarms, and their filters, that are not made. The policy pack blocks each; exempt it there
    with a reason."""


class AuditTrailObjectLockArgs(TypedDict):
    """How long nobody deletes a log file, or overwrites it."""

    mode: NotRequired[str]
    """`governance` (default), which whoever may `s3:BypassGovernanceRetention` lifts; `compliance`,
    which nobody lifts, the root user included: the bucket stays, and is paid for, until the last
    file's days are over; or `off`, which the policy pack blocks. To or from `off` makes a
    new bucket."""

    days: NotRequired[int]
    """Days from a file's delivery: as many as files are kept, which is the most, by default. The
    policy pack blocks fewer than 90."""


class AuditTrailTransitionArgs(TypedDict):
    """Where log files go that are seldom read. S3 moves none that is smaller than 128 KB."""

    storage_class: NotRequired[str]
    """`GLACIER_IR` (default; 0.004 USD per GB and month in us-east-1) or `STANDARD_IA` (0.0125),
    which are read at once, and paid for when read; `GLACIER` (0.0036) or `DEEP_ARCHIVE` (0.00099),
    which must be restored first, in hours, and which Athena passes over until then."""

    after_days: NotRequired[int]
    """Days from a file's delivery: 90 by default, 30 at least, and before it expires."""


class AuditTrailAthenaArgs(TypedDict):
    """A table over the log files, for what the log group no longer holds: 5 USD per TB read."""

    scan_limit_in_gb: NotRequired[int]
    """GB that one query reads at most: 100 (default), which is half a dollar, to 10,000. A query
    that names `day`, `region` and `account` reads little."""

    result_retention_in_days: NotRequired[int]
    """Days that results are kept: 30 (default), up to 365."""


class AuditTrailFilesArgs(TypedDict):
    """How log files are kept."""

    retention_in_days: NotRequired[int]
    """Days that the bucket keeps log files, and the access logs of them: 365 (default) to 36,500.
    Then they expire, and are gone 30 days later."""

    object_lock: NotRequired[AuditTrailObjectLockArgs]
    """How long nobody deletes a log file: in governance mode, and as long as it is kept, when
    absent."""

    transition: NotRequired[AuditTrailTransitionArgs]
    """Where log files go that are seldom read; nowhere when absent."""

    access_log_bucket: NotRequired[pulumi.Input[str]]
    """Name of the bucket that records who reads the log files; one is made when absent. It must be
    of the same region and account, without SSE-KMS by default and without object lock, and let
    `logging.s3.amazonaws.com` put objects, and `s3.amazonaws.com` where there is an inventory."""

    inventory: NotRequired[str]
    """How often S3 lists all files and their versions, with each one's lock and encryption, into
    the bucket of the access logs: `daily` or `weekly`; never when absent. 0.0025 USD per million
    files listed."""

    athena: NotRequired[AuditTrailAthenaArgs]
    """A table over the log files, with saved queries; none when absent. Whoever queries needs
    Athena, Glue and S3 by IAM."""


class AuditTrailArchiveArgs(TypedDict):
    """The bucket of another account that takes the log files, as `LogArchive` makes it there."""

    bucket_name: pulumi.Input[str]
    """Its name. Required."""

    kms_key_arn: pulumi.Input[str]
    """ARN of the key of that account that the log files are encrypted with. Required."""

    access_log_bucket_name: NotRequired[pulumi.Input[str]]
    """Name of the bucket that records who reads the log files. An organization's trail with data
    events of S3 leaves it out: name it there, or the trail records those deliveries."""


class AuditTrailArgs(TypedDict):
    """Arguments of `AuditTrail`. All may be left out."""

    kms_key_arn: NotRequired[pulumi.Input[str]]
    """ARN of the key that encrypts the log files, the log group and the topic; one is made when
    absent. Its policy must allow CloudTrail, CloudWatch Logs and CloudWatch, as that of the one
    that is made does."""

    retention_in_days: NotRequired[pulumi.Input[int]]
    """Days that the log group keeps events: 365 (default), 400, 545, 731, 1096, 1827, 2192, 2557,
    2922, 3288 or 3653."""

    files: NotRequired[AuditTrailFilesArgs]
    """How log files are kept. Not with `archive`."""

    archive: NotRequired[AuditTrailArchiveArgs]
    """The bucket of another account that takes the log files; one of this account is made when
    absent. Whoever takes this account over then cannot touch what is recorded of it."""

    insights: NotRequired[Sequence[str]]
    """What CloudTrail looks for that is unusual: `ApiCallRateInsight` and `ApiErrorRateInsight`
    (default: both). Each costs 0.35 USD per 100,000 events that it looks at: writes, or all."""

    data_events: NotRequired[Sequence[str]]
    """Whose use of data is recorded as well, in every region, reads included: `s3`,
    `s3_access_points`, `lambda`, `dynamodb`, `dynamodb_streams`, `ebs_snapshots`,
    `cognito_identity_pools`, `sns`, `sqs`. Each costs 0.10 USD per 100,000 events, and what the log
    group takes in. The trail's own buckets are left out."""

    organization_id: NotRequired[pulumi.Input[str]]
    """Id of the organization, as `o-a1b2c3d4e5`, whose accounts are all recorded. The stack must be
    the management account's, and the organization trust CloudTrail
    (`aws_service_access_principals`). Alarms then count events of all accounts."""

    decrypt_principals: NotRequired[Sequence[pulumi.Input[str]]]
    """ARNs of the roles and users that may decrypt log files, and encrypt what they query with
    Athena, with the key that is made. They also need `s3:GetObject`, which IAM gives. Not with
    `kms_key_arn` or `archive`."""

    trail_name: NotRequired[str]
    """Name of the trail in AWS, 3 to 128 characters; `PROJECT-STACK-NAME` when absent. Policies
    name the trail before it exists, so it cannot be an output; a new name makes a new trail."""

    alarms: NotRequired[AuditTrailAlarmsArgs]
    """When somebody must look."""

    pipeline_role_arns: NotRequired[Sequence[pulumi.Input[str]]]
    """ARNs of the roles that changes are made with. A saved query then shows what anybody else
    changed."""


class LogArchiveArgs(TypedDict):
    """Arguments of `LogArchive`."""

    trails: Sequence[str]
    """ARNs of the trails that write here, as `arn:aws:cloudtrail:eu-west-1:111122223333:trail/
    audit`: those of other accounts, and there is no wildcard. They need not be there yet; give each
    trail its name by `trail_name`. Required."""

    organization_id: NotRequired[pulumi.Input[str]]
    """Id of the organization, as `o-a1b2c3d4e5`, where the trails are an organization's: files of
    its member accounts are taken too."""

    files: NotRequired[AuditTrailFilesArgs]
    """How log files are kept."""

    kms_key_arn: NotRequired[pulumi.Input[str]]
    """ARN of the key that encrypts the log files; one is made when absent. Its policy must allow
    CloudTrail, for each trail, as that of the one that is made does."""

    decrypt_principals: NotRequired[Sequence[pulumi.Input[str]]]
    """ARNs of the roles and users, of any account, that may decrypt log files, and encrypt what
    they query with Athena, with the key that is made. They also need `s3:GetObject`, which IAM
    gives, and for another account the bucket's policy, which is not changed for them. Not with
    `kms_key_arn`."""
