"""What must not go unseen: the monitoring filters of the CIS benchmark, each with an alarm."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from secure_components.audit_trail.args import AuditTrailAlarmsArgs

EVERYBODY: Final = "everybody"
SIGN_INS: Final = ("iam_users", EVERYBODY)
"""Whose sign-ins without MFA may count."""


@dataclass(frozen=True)
class Monitor:
    """Events that are counted, and when they alarm.

    Attributes:
        name: Its name in arguments and resources.
        cis: By version, its id in the CIS AWS Foundations Benchmark.
        pattern: The filter pattern, word for word as `SOURCE` has it.
        meaning: What an alarm means.
        threshold: Events in a period that alarm.
        period: Seconds.
    """

    name: str
    cis: Mapping[str, str]
    pattern: str
    meaning: str
    threshold: int = 1
    period: int = 300


def _either(*names: str, of: str = "") -> str:
    """Return the pattern of events with any of some names, and of a service where one is given."""
    any_ = " || ".join(f"($.eventName={name})" for name in names)
    return f"{{($.eventSource={of}.amazonaws.com) && ({any_})}}" if of else f"{{{any_}}}"


def _cis(number: int) -> Mapping[str, str]:
    return {"7.0": f"5.{number}", "5.0": f"4.{number}"}


_SIGN_IN_OF_EVERYBODY: Final = (
    '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }'
)
"""The benchmark's shorter pattern."""

MONITORS: Final = (
    Monitor(
        "unauthorized-api-calls",
        _cis(1),
        '{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}',
        "Somebody called what they may not: a mistake, or a search for what is open.",
    ),
    Monitor(
        "sign-in-without-mfa",
        _cis(2),
        '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") '
        '&& ($.userIdentity.type = "IAMUser") '
        '&& ($.responseElements.ConsoleLogin = "Success") }',
        "Somebody signed in to the console with a password alone.",
    ),
    Monitor(
        "root-use",
        _cis(3),
        '{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS '
        '&& $.eventType !="AwsServiceEvent"}',
        "The root user, whom nothing limits, did something.",
    ),
    Monitor(
        "iam-policy-changes",
        _cis(4),
        _either(
            "DeleteGroupPolicy",
            "DeleteRolePolicy",
            "DeleteUserPolicy",
            "PutGroupPolicy",
            "PutRolePolicy",
            "PutUserPolicy",
            "CreatePolicy",
            "DeletePolicy",
            "CreatePolicyVersion",
            "DeletePolicyVersion",
            "AttachRolePolicy",
            "DetachRolePolicy",
            "AttachUserPolicy",
            "DetachUserPolicy",
            "AttachGroupPolicy",
            "DetachGroupPolicy",
            of="iam",
        ),
        "Somebody changed what users, groups or roles may do.",
    ),
    Monitor(
        "cloudtrail-changes",
        _cis(5),
        _either("CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"),
        "Somebody changed, or stopped, what is recorded.",
    ),
    Monitor(
        "failed-sign-ins",
        _cis(6),
        '{($.eventName=ConsoleLogin) && ($.errorMessage="Failed authentication")}',
        "Somebody gave a wrong password to the console.",
    ),
    Monitor(
        "key-disabled-or-deleted",
        _cis(7),
        _either("DisableKey", "ScheduleKeyDeletion", of="kms"),
        "Somebody disabled a key, or let it be deleted: what it encrypts cannot be read then.",
    ),
    Monitor(
        "bucket-policy-changes",
        _cis(8),
        _either(
            "PutBucketAcl",
            "PutBucketPolicy",
            "PutBucketCors",
            "PutBucketLifecycle",
            "PutBucketReplication",
            "DeleteBucketPolicy",
            "DeleteBucketCors",
            "DeleteBucketLifecycle",
            "DeleteBucketReplication",
            of="s3",
        ),
        "Somebody changed who may read a bucket, or what becomes of its objects.",
    ),
    Monitor(
        "config-changes",
        _cis(9),
        _either(
            "StopConfigurationRecorder",
            "DeleteDeliveryChannel",
            "PutDeliveryChannel",
            "PutConfigurationRecorder",
            of="config",
        ),
        "Somebody changed, or stopped, what AWS Config records.",
    ),
    Monitor(
        "security-group-changes",
        _cis(10),
        _either(
            "AuthorizeSecurityGroupIngress",
            "AuthorizeSecurityGroupEgress",
            "RevokeSecurityGroupIngress",
            "RevokeSecurityGroupEgress",
            "CreateSecurityGroup",
            "DeleteSecurityGroup",
        ),
        "Somebody changed what a security group lets through.",
    ),
    Monitor(
        "network-acl-changes",
        _cis(11),
        _either(
            "CreateNetworkAcl",
            "CreateNetworkAclEntry",
            "DeleteNetworkAcl",
            "DeleteNetworkAclEntry",
            "ReplaceNetworkAclEntry",
            "ReplaceNetworkAclAssociation",
        ),
        "Somebody changed what a network ACL lets through.",
    ),
    Monitor(
        "network-gateway-changes",
        _cis(12),
        _either(
            "CreateCustomerGateway",
            "DeleteCustomerGateway",
            "AttachInternetGateway",
            "CreateInternetGateway",
            "DeleteInternetGateway",
            "DetachInternetGateway",
        ),
        "Somebody changed a way into or out of a network.",
    ),
    Monitor(
        "route-table-changes",
        _cis(13),
        _either(
            "CreateRoute",
            "CreateRouteTable",
            "ReplaceRoute",
            "ReplaceRouteTableAssociation",
            "DeleteRouteTable",
            "DeleteRoute",
            "DisassociateRouteTable",
            of="ec2",
        ),
        "Somebody changed where a network's traffic goes.",
    ),
    Monitor(
        "vpc-changes",
        _cis(14),
        _either(
            "CreateVpc",
            "DeleteVpc",
            "ModifyVpcAttribute",
            "AcceptVpcPeeringConnection",
            "CreateVpcPeeringConnection",
            "DeleteVpcPeeringConnection",
            "RejectVpcPeeringConnection",
            "AttachClassicLinkVpc",
            "DetachClassicLinkVpc",
            "DisableVpcClassicLink",
            "EnableVpcClassicLink",
        ),
        "Somebody changed a network, or what it is joined with.",
    ),
    Monitor(
        "organization-changes",
        _cis(15),
        _either(
            "AcceptHandshake",
            "AttachPolicy",
            "CancelHandshake",
            "CreateAccount",
            "CreateOrganization",
            "CreateOrganizationalUnit",
            "CreatePolicy",
            "DeclineHandshake",
            "DeleteOrganization",
            "DeleteOrganizationalUnit",
            "DeletePolicy",
            "EnableAllFeatures",
            "EnablePolicyType",
            "InviteAccountToOrganization",
            "LeaveOrganization",
            "DetachPolicy",
            "DisablePolicyType",
            "MoveAccount",
            "RemoveAccountFromOrganization",
            "UpdateOrganizationalUnit",
            "UpdatePolicy",
            of="organizations",
        ),
        "Somebody changed the organization, its accounts, or what they may do.",
    ),
)
"""The benchmark's monitors, in its order.

Security Hub demands its exact texts, so they are word for word those of the AWS Security Hub User
Guide, "Security Hub CSPM controls for Amazon CloudWatch" (CloudWatch.1 to CloudWatch.14). It has
none for the organization: there it is the benchmark's list, and the three names more that Prowler
(`cloudwatch_log_metric_filter_aws_organizations_changes`) wants.

Some copies of the first pattern end in `|| ($.sourceIPAddress!="delivery.logs.amazonaws.com") ||
($.eventName!="HeadBucket")`. That is true of nearly every event. Version 5.0 of the benchmark has
`&&` there, which leaves those two cases out for `AccessDenied*` alone, as `&&` goes before `||`.
"""

NAMES: Final = tuple(monitor.name for monitor in MONITORS)


def monitors(args: AuditTrailAlarmsArgs) -> Sequence[Monitor]:
    """Return what is to be monitored, with the thresholds and periods that were asked for."""
    everybody = args.get("sign_in_without_mfa") == EVERYBODY
    patterns = {"sign-in-without-mfa": _SIGN_IN_OF_EVERYBODY} if everybody else {}
    return [
        Monitor(
            one.name,
            one.cis,
            patterns.get(one.name, one.pattern),
            one.meaning,
            args.get("thresholds", {}).get(one.name, one.threshold),
            args.get("periods", {}).get(one.name, one.period),
        )
        for one in MONITORS
        if one.name not in args.get("without", ())
    ]


def make_monitoring(  # noqa: PLR0913  all but the name are named
    name: str,
    args: AuditTrailAlarmsArgs,
    *,
    trail_name: str,
    log_group: pulumi.Input[str],
    topic_arn: pulumi.Input[str],
    child: pulumi.ResourceOptions,
) -> None:
    """Make a filter and an alarm for each monitor, one over several, and the subscriptions."""
    # Two trails record the same events: in one namespace, each would be counted twice.
    namespace = f"AuditTrail/{trail_name}"
    alarms = {}
    for one in monitors(args):
        aws.cloudwatch.LogMetricFilter(
            f"{name}-filter-{one.name}",
            log_group_name=log_group,
            pattern=one.pattern,
            metric_transformation={"name": one.name, "namespace": namespace, "value": "1"},
            opts=child,
        )
        alarms[one.name] = aws.cloudwatch.MetricAlarm(
            f"{name}-alarm-{one.name}",
            alarm_description=f"{one.meaning} (trail {trail_name}, CIS AWS 7.0 {one.cis['7.0']})",
            namespace=namespace,
            metric_name=one.name,
            statistic="Sum",
            period=one.period,
            evaluation_periods=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=one.threshold,
            # No event, no data: the alarm ends, and can go off anew.
            treat_missing_data="notBreaching",
            alarm_actions=[topic_arn],
            opts=child,
        )
    if "composite" in args:
        told = args["composite"].get("topic_arn", topic_arn)
        chosen = [alarms[one].name for one in args["composite"].get("alarms", alarms)]
        aws.cloudwatch.CompositeAlarm(
            f"{name}-composite-alarm",
            alarm_name=f"{trail_name}-composite",
            alarm_description=f"One of several alarms of the trail {trail_name} goes off.",
            alarm_rule=pulumi.Output.all(*chosen).apply(
                lambda names: " OR ".join(f'ALARM("{one}")' for one in names)
            ),
            alarm_actions=[told],
            ok_actions=[told],
            opts=child,
        )
    for endpoint in args.get("subscriptions", ()):
        label = hashlib.sha256(endpoint.encode()).hexdigest()[:8]
        aws.sns.TopicSubscription(
            f"{name}-subscription-{label}",
            topic=topic_arn,
            protocol="https" if endpoint.startswith("https://") else "email",
            endpoint=endpoint,
            opts=child,
        )
