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


class AuditTrailArgs(TypedDict):
    """Arguments of `AuditTrail`. All may be left out."""

    kms_key_arn: NotRequired[pulumi.Input[str]]
    """ARN of the key that encrypts the log files, the log group and the topic; one is made when
    absent. Its policy must allow CloudTrail, CloudWatch Logs and CloudWatch, as that of the one
    that is made does."""

    retention_in_days: NotRequired[pulumi.Input[int]]
    """Days that the log group keeps events: 365 (default), 400, 545, 731, 1096, 1827, 2192, 2557,
    2922, 3288 or 3653. The bucket keeps its files until they are deleted."""

    trail_name: NotRequired[str]
    """Name of the trail in AWS, 3 to 128 characters; `PROJECT-STACK-NAME` when absent. Policies
    name the trail before it exists, so it cannot be an output; a new name makes a new trail."""

    alarms: NotRequired[AuditTrailAlarmsArgs]
    """When somebody must look."""

    pipeline_role_arns: NotRequired[Sequence[pulumi.Input[str]]]
    """ARNs of the roles that changes are made with. A saved query then shows what anybody else
    changed."""
