"""Arguments of `AuditTrail`. All may be left out."""

# No `from __future__ import annotations` where arguments stand: Pulumi's component host reads
# annotations as they stand.

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi


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

    without: NotRequired[Sequence[str]]
    """Alarms, and their filters, that are not made. The policy pack blocks each; exempt it there
    with a reason."""


class AuditTrailObjectLockArgs(TypedDict):
    """How long nobody deletes a log file, or overwrites it."""

    mode: NotRequired[str]
    """`governance` (default), which whoever may `s3:BypassGovernanceRetention` lifts; `compliance`,
    which nobody lifts, the root user included: the bucket stays, and is paid for, until the last
    file's days are over; or `off`. To or from `off` makes a new bucket."""

    days: NotRequired[int]
    """Days from a file's delivery; `log_file_retention_in_days`, which is the most, by default."""


class AuditTrailArchiveArgs(TypedDict):
    """Where log files go that are seldom read. S3 moves none that is smaller than 128 KB."""

    storage_class: NotRequired[str]
    """`GLACIER_IR` (default; 0.004 USD per GB and month in us-east-1) or `STANDARD_IA` (0.0125),
    which are read at once, and paid for when read; `GLACIER` (0.0036) or `DEEP_ARCHIVE` (0.00099),
    which must be restored first, in hours, and which Athena passes over until then."""

    after_days: NotRequired[int]
    """Days from a file's delivery: 90 by default, 30 at least, and before it expires."""


class AuditTrailArgs(TypedDict):
    """Arguments of `AuditTrail`. All may be left out."""

    kms_key_arn: NotRequired[pulumi.Input[str]]
    """ARN of the key that encrypts the log files, the log group and the topic; one is made when
    absent. Its policy must allow CloudTrail, CloudWatch Logs and CloudWatch, as that of the one
    that is made does."""

    retention_in_days: NotRequired[pulumi.Input[int]]
    """Days that the log group keeps events: 365 (default), 400, 545, 731, 1096, 1827, 2192, 2557,
    2922, 3288 or 3653."""

    log_file_retention_in_days: NotRequired[int]
    """Days that the bucket keeps log files, and the access logs of them: 365 (default) to 36,500.
    Then they expire, and are gone 30 days later."""

    object_lock: NotRequired[AuditTrailObjectLockArgs]
    """How long nobody deletes a log file: in governance mode, and as long as it is kept, when
    absent."""

    archive: NotRequired[AuditTrailArchiveArgs]
    """Where log files go that are seldom read; nowhere when absent."""

    access_log_bucket: NotRequired[pulumi.Input[str]]
    """Name of the bucket that records who reads the log files; one is made when absent. It must be
    of the same region and account, without SSE-KMS by default and without object lock, and let
    `logging.s3.amazonaws.com` put objects."""

    insights: NotRequired[Sequence[str]]
    """What CloudTrail looks for that is unusual: `ApiCallRateInsight`, `ApiErrorRateInsight`. Each
    costs 0.35 USD per 100,000 events that it looks at: writes, or all."""

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
    """ARNs of the roles and users that may decrypt log files, with the key that is made. They also
    need `s3:GetObject`, which IAM gives. Not with `kms_key_arn`."""

    trail_name: NotRequired[str]
    """Name of the trail in AWS, 3 to 128 characters; `PROJECT-STACK-NAME` when absent. Policies
    name the trail before it exists, so it cannot be an output; a new name makes a new trail."""

    alarms: NotRequired[AuditTrailAlarmsArgs]
    """When somebody must look."""

    pipeline_role_arns: NotRequired[Sequence[pulumi.Input[str]]]
    """ARNs of the roles that changes are made with. A saved query then shows what anybody else
    changed."""
