"""An administrator's role for emergencies, which opens for hours and tells when it is used."""

# No `from __future__ import annotations` in a component's file: Pulumi's component host reads the
# constructor's annotations as they stand.

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from secure_components.alarm_topic import key_statements, make_topic
from secure_components.arguments import check_arguments, check_value, fits, matches, refuse, unique
from secure_components.audit_protection import deny_blinding, deny_leaving
from secure_components.documents import (
    Statement,
    Statements,
    account_administers,
    document_of,
)
from secure_components.patterns import KEY_ARN, REGION, TOPIC_ARN
from secure_components.place import Place, place_of
from secure_components.trust import TrustArgs, check_trust, trust_document

_COMPONENT: Final = "BreakGlassRole"
_PATH: Final = "/break-glass/"
_HOME: Final = "us-east-1"
_CLOSED: Final = "1970-01-01T00:00:00Z"
_LONGEST_WINDOW: Final = dt.timedelta(hours=24)
_RECENT: Final = 900
_HOUR: Final = 3600
_NAMESPACE: Final = "BreakGlass"
_LONGEST_NAME: Final = 64 - len("-switched")

_LOG_GROUP: Final = re.compile(r"[\w./#-]{1,512}", re.ASCII)

_IDENTITIES: Final = (
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateOpenIDConnectProvider",
    "iam:CreateSAMLProvider",
    "iam:CreateServiceSpecificCredential",
    "iam:CreateUser",
    "iam:UpdateAccessKey",
    "iam:UpdateLoginProfile",
)
"""What would outlast the emergency: somebody's way in of their own."""


class BreakGlassRoleArgs(TypedDict):
    """Arguments of `BreakGlassRole`. `trust` is required."""

    trust: TrustArgs
    """Which people may assume the role while it is open. Users show MFA of the last 15 minutes,
    unless `principals.mfa_max_age_in_seconds` says another time, of an hour at most; whoever comes
    through Identity Center or a provider is asked for MFA there. Required."""

    open_until: NotRequired[str]
    """Until when the role may be used, as `2026-11-25T18:00:00Z`: 24 hours from now at most. When
    absent, or past, nobody can assume it."""

    regions: NotRequired[Sequence[str]]
    """Regions of STS in which it can be assumed, and its use is told: `us-east-1` when absent,
    where the global endpoint and the console are. The first has the topic; events of the others are
    forwarded there."""

    topic_arn: NotRequired[pulumi.Input[str]]
    """ARN of the topic, in the first region, that is told; one is made when absent. Its policy must
    let `events.amazonaws.com` publish for the rules `*-assumed` and `*-switched`."""

    kms_key_arn: NotRequired[pulumi.Input[str]]
    """ARN of the key that encrypts the topic that is made; one is made when absent. Its policy must
    let `events.amazonaws.com` and `cloudwatch.amazonaws.com` use it."""

    log_group_name: NotRequired[pulumi.Input[str]]
    """Name of the log group, in the first region, that a trail of all regions writes to, as
    `AuditTrail` makes it: an alarm on it tells of uses too, some minutes later, whatever
    EventBridge missed."""


class BreakGlassRole(pulumi.ComponentResource):
    """Keeps an administrator's role at hand that nobody can use until a reviewed change opens it.

    Makes a role with AWS's `AdministratorAccess`, closed: its trust policy takes nobody after
    `open_until`, which a change of the program sets, for 24 hours at most, and what its sessions
    may do ends at the same time. A session lasts an hour. It is denied to stop the audit trail or
    the alarm, to change the role itself, to make users, access keys or identity providers, and to
    leave the organization. Each use, and each attempt that CloudTrail records in this account, is
    told to an encrypted topic: by EventBridge, on calls of STS and on the console's `SwitchRole`.
    The role can only be assumed in the regions where that is watched, so use STS there, as by
    `AWS_REGION=us-east-1`. Subscribe people to the topic: the component does not.

    Serves, by the rules of the policy pack (`docs/rules.md`): CIS AWS 7.0 (2.14, 2.20, 2.21, 4.6)
    and AWS FSBP (CloudWatch.15, CloudWatch.17, IAM.1, IAM.21, KMS.1, KMS.2, KMS.4, KMS.5, SNS.1).
    Not covered: an administrator can make another one, whom the denies do not hold (the trail shows
    it, and a service control policy can prevent it); EventBridge delivers such events by best
    effort, some seconds to minutes later, and only where a trail logs management events; nobody can
    open the role when the pipeline is down: for that day there is the root user.

    Costs, at the list prices of us-east-1: the key 1 USD a month, the alarm 0.10 USD a month.
    Events of AWS's own services are free; ones that are forwarded 1 USD per million.

    Sources: IAM User Guide, "AWS STS Regions and endpoints" (the global endpoint's events are
    logged in us-east-1, and `aws:RequestedRegion` is us-east-1 there), "AWS global condition
    context keys"; EventBridge User Guide, "Receiving read-only management events from AWS
    services", "Using resource-based policies for Amazon EventBridge", "Sending and receiving events
    between AWS Regions". That `aws:RequestedRegion` holds for sign-in by SAML in a browser as well
    is our inference.

    Args:
        name: Resource name. Children are `name` (the role) and `name-<role>`.
        args: See `BreakGlassRoleArgs`.
        opts: Resource options; a provider given here is used for all children.

    Raises:
        ArgumentError: An argument is unknown, of the wrong type, or not allowed. Nothing has been
            registered then. An `Output` is checked when it resolves.
    """

    role_arn: pulumi.Output[str]
    """ARN of the role."""
    topic_arn: pulumi.Output[str]
    """ARN of the topic that is told of each use, made or given."""
    open_until: pulumi.Output[str]
    """Until when the role may be used; a time in 1970 when it is closed."""

    def __init__(
        self,
        name: str,
        args: BreakGlassRoleArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        until = _check(name, args)
        base = _base(name)
        super().__init__("secure-components:index:BreakGlassRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        regions = args.get("regions", [_HOME])
        home = regions[0]
        place = place_of(self, home)

        role = aws.iam.Role(
            name,
            name=base,
            path=_PATH,
            description="For emergencies: opens by a reviewed change, and tells when it is used",
            assume_role_policy=trust_document(
                _COMPONENT,
                name,
                "trust",
                place,
                _recent(args["trust"]),
                {
                    "DateLessThan": {"aws:CurrentTime": until},
                    "StringEquals": {"aws:RequestedRegion": list(regions)},
                },
            ),
            max_session_duration=_HOUR,
            opts=child,
        )
        denies = aws.iam.Policy(
            f"{name}-denies",
            name=f"{base}-denies",
            path=_PATH,
            policy=document_of(
                lambda at, topic: _denials(at, base, regions, until, topic),
                place,
                args.get("topic_arn", ""),
            ),
            opts=child,
        )
        held = aws.iam.RolePolicyAttachment(
            f"{name}-denies-attachment", role=role.name, policy_arn=denies.arn, opts=child
        )
        aws.iam.RolePolicyAttachment(
            f"{name}-administrator",
            role=role.name,
            policy_arn=place.apply(
                lambda at: f"arn:{at.partition}:iam::aws:policy/AdministratorAccess"
            ),
            # It may do nothing before it is denied what it must not.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[held]),
        )

        topic_arn = (
            pulumi.Output.from_input(args["topic_arn"])
            if "topic_arn" in args
            else self._make_topic(name, args, base, place, home)
        )
        self._tell(name, base, regions, place, topic_arn)
        if "log_group_name" in args:
            self._watch(name, base, args["log_group_name"], place, topic_arn, home)

        self.role_arn = role.arn
        self.topic_arn = topic_arn
        self.open_until = pulumi.Output.from_input(until)
        self.register_outputs(
            {
                "role_arn": self.role_arn,
                "topic_arn": self.topic_arn,
                "open_until": self.open_until,
            },
        )

    def _make_topic(
        self,
        name: str,
        args: BreakGlassRoleArgs,
        base: str,
        place: pulumi.Output[Place],
        home: str,
    ) -> pulumi.Output[str]:
        child = pulumi.ResourceOptions(parent=self)
        if "kms_key_arn" in args:
            key_arn = pulumi.Output.from_input(args["kms_key_arn"])
        else:
            key = aws.kms.Key(
                f"{name}-key",
                description=f"Encrypts what tells of uses of {base}",
                enable_key_rotation=True,
                deletion_window_in_days=30,
                policy=document_of(lambda at: _key_policy(at, base), place),
                region=home,
                opts=child,
            )
            aws.kms.Alias(
                f"{name}-key-alias",
                name=f"alias/{base}",
                target_key_id=key.key_id,
                region=home,
                opts=child,
            )
            key_arn = key.arn
        return make_topic(
            name,
            base=base,
            place=place,
            key_arn=key_arn,
            region=home,
            child=child,
            also=lambda at: _rules_publish(at, base),
        )

    def _tell(
        self,
        name: str,
        base: str,
        regions: Sequence[str],
        place: pulumi.Output[Place],
        topic_arn: pulumi.Output[str],
    ) -> None:
        """Make the rules that tell of uses; in other regions, rules that forward to them."""
        child = pulumi.ResourceOptions(parent=self)
        home, *others = regions
        forwarder = self._make_forwarder(name, base, others, place) if others else None
        for region in regions:
            for kind, pattern in (("assumed", _assumed), ("switched", _switched)):
                suffix = kind if region == home else f"{kind}-{region}"
                rule = aws.cloudwatch.EventRule(
                    f"{name}-{suffix}",
                    name=f"{base}-{kind}",
                    description=f"The role {base} is {kind}",
                    event_pattern=place.apply(partial(pattern, base)),
                    # Plain `ENABLED` leaves out events that count as read-only.
                    state="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
                    region=region,
                    opts=child,
                )
                aws.cloudwatch.EventTarget(
                    f"{name}-{suffix}-target",
                    rule=rule.name,
                    target_id="tell",
                    arn=topic_arn if region == home else place.apply(_bus),
                    role_arn=forwarder.arn if forwarder and region != home else None,
                    region=region,
                    opts=child,
                )

    def _make_forwarder(
        self, name: str, base: str, others: Sequence[str], place: pulumi.Output[Place]
    ) -> aws.iam.Role:
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-forward-role",
            description=f"Lets rules of other regions forward uses of {base}",
            assume_role_policy=document_of(lambda at: _forwarder_trust(at, base, others), place),
            opts=child,
        )
        aws.iam.RolePolicy(
            f"{name}-forward-role-policy",
            role=role.name,
            policy=document_of(
                lambda at: [
                    {
                        "Sid": "Forward",
                        "Effect": "Allow",
                        "Action": "events:PutEvents",
                        "Resource": _bus(at),
                    }
                ],
                place,
            ),
            opts=child,
        )
        return role

    def _watch(  # noqa: PLR0913, PLR0917  what is watched, and who is told
        self,
        name: str,
        base: str,
        log_group: pulumi.Input[str],
        place: pulumi.Output[Place],
        topic_arn: pulumi.Output[str],
        home: str,
    ) -> None:
        """Make the alarm on what a trail of all regions wrote."""
        child = pulumi.ResourceOptions(parent=self)
        aws.cloudwatch.LogMetricFilter(
            f"{name}-metric-filter",
            name=base,
            log_group_name=log_group,
            pattern=place.apply(lambda at: _filter_pattern(at, base)),
            metric_transformation={
                "namespace": _NAMESPACE,
                "name": base,
                "value": "1",
                "default_value": "0",
            },
            region=home,
            opts=child,
        )
        aws.cloudwatch.MetricAlarm(
            f"{name}-alarm",
            name=f"{base}-used",
            alarm_description=f"The role {base} for emergencies is used.",
            namespace=_NAMESPACE,
            metric_name=base,
            statistic="Sum",
            period=300,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            evaluation_periods=1,
            treat_missing_data="notBreaching",
            alarm_actions=[topic_arn],
            region=home,
            opts=child,
        )


# --- Arguments ---


def _check(name: str, args: BreakGlassRoleArgs) -> str:
    """Check all arguments, and return until when the role may be used."""
    check_arguments(_COMPONENT, name, args, BreakGlassRoleArgs)
    who = (_COMPONENT, name)
    check_trust(*who, "trust", args["trust"])
    age = args["trust"].get("principals", {}).get("mfa_max_age_in_seconds", _RECENT)
    if age > _HOUR:
        refuse(*who, "trust.principals.mfa_max_age_in_seconds", "is not recent; give 300 to 3,600")
    regions = args.get("regions", [_HOME])
    if not regions:
        refuse(*who, "regions", "is empty; name one, or leave it out")
    for index, region in enumerate(regions):
        matches(who, f"regions.{index}", region, REGION, "a region, as us-east-1")
    unique(who, "regions", regions)
    given: Mapping[str, Any] = args
    for path, pattern, allowed in (
        ("topic_arn", TOPIC_ARN, "the ARN of a topic"),
        ("kms_key_arn", KEY_ARN, "the ARN of a key; not an alias"),
        ("log_group_name", _LOG_GROUP, "the name of a log group, not its ARN"),
    ):
        if path in args:
            check_value(*who, path, given[path], fits(pattern), allowed)
    if "topic_arn" in args and "kms_key_arn" in args:
        refuse(*who, "kms_key_arn", "is for the topic that is made; drop it, or topic_arn")
    return _window(who, args["open_until"]) if "open_until" in args else _CLOSED


def _window(who: tuple[str, str], given: str) -> str:
    try:
        until = dt.datetime.fromisoformat(given)
    except ValueError:
        until = None
    if until is None or until.tzinfo is None:
        refuse(*who, "open_until", "is not allowed; give a time, as 2026-11-25T18:00:00Z")
    if until - dt.datetime.now(dt.UTC) > _LONGEST_WINDOW:
        refuse(*who, "open_until", "is too late; give 24 hours from now at most")
    return until.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _recent(trust: TrustArgs) -> TrustArgs:
    """Return a trust that asks users for MFA of a short while ago."""
    if "principals" not in trust:
        return trust
    return {**trust, "principals": {"mfa_max_age_in_seconds": _RECENT, **trust["principals"]}}


def _base(name: str) -> str:
    """Name all after project, stack and resource, so that two stacks do not collide."""
    proposed = f"{pulumi.get_project()}-{pulumi.get_stack()}-{name}"
    safe = re.sub(r"[^A-Za-z0-9_-]+", "-", proposed)
    if len(safe) > _LONGEST_NAME:
        refuse(
            _COMPONENT,
            name,
            "name",
            f"is too long: PROJECT-STACK-NAME is over {_LONGEST_NAME} characters",
        )
    return safe


# --- Events ---


def _role_arn(place: Place, base: str) -> str:
    return f"arn:{place.partition}:iam::{place.account}:role{_PATH}{base}"


def _session_arn(place: Place, base: str) -> str:
    """Return what ARNs of sessions begin with: these have no path."""
    return f"arn:{place.partition}:sts::{place.account}:assumed-role/{base}/"


def _rule_arns(place: Place, base: str, region: str) -> list[str]:
    return [
        f"arn:{place.partition}:events:{region}:{place.account}:rule/{base}-{kind}"
        for kind in ("assumed", "switched")
    ]


def _bus(place: Place) -> str:
    return place.arn("events", "event-bus/default")


def _assumed(base: str, place: Place) -> str:
    pattern = {
        "source": ["aws.sts"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {
            "eventSource": ["sts.amazonaws.com"],
            "eventName": ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"],
            "requestParameters": {"roleArn": [_role_arn(place, base)]},
        },
    }
    return json.dumps(pattern)


def _switched(base: str, place: Place) -> str:
    pattern = {
        "source": ["aws.signin"],
        "detail-type": ["AWS Console Sign In via CloudTrail"],
        "detail": {
            "eventSource": ["signin.amazonaws.com"],
            "eventName": ["ConsoleLogin", "SwitchRole"],
            "userIdentity": {"arn": [{"prefix": _session_arn(place, base)}]},
        },
    }
    return json.dumps(pattern)


def _filter_pattern(place: Place, base: str) -> str:
    return (
        '{ (($.eventName = "AssumeRole*") && '
        f'($.requestParameters.roleArn = "{_role_arn(place, base)}")) || '
        '(($.eventSource = "signin.amazonaws.com") && '
        f'($.userIdentity.arn = "{_session_arn(place, base)}*")) }}'
    )


# --- Policies ---


def _denials(
    place: Place,
    base: str,
    regions: Sequence[str],
    until: str,
    topic_arn: str,
) -> Statements:
    iam = f"arn:{place.partition}:iam::{place.account}"
    rules = [arn for region in regions for arn in _rule_arns(place, base, region)]
    topic = topic_arn or place.arn("sns", base)
    return [
        {
            "Sid": "DenyAfterTheWindow",
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"DateGreaterThanEquals": {"aws:CurrentTime": until}},
        },
        {
            "Sid": "DenyItself",
            "Effect": "Deny",
            "NotAction": ["iam:Get*", "iam:List*"],
            "Resource": [f"{iam}:role{_PATH}*", f"{iam}:policy{_PATH}*"],
        },
        {
            "Sid": "DenySilence",
            "Effect": "Deny",
            "NotAction": ["events:Describe*", "events:List*", "sns:Get*", "sns:List*"],
            "Resource": [*rules, topic, f"{topic}:*"],
        },
        {
            "Sid": "DenySilenceByKey",
            "Effect": "Deny",
            "Action": ["kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"],
            "Resource": "*",
            "Condition": {
                "ForAnyValue:StringEquals": {"kms:ResourceAliases": f"alias/{base}"},
            },
        },
        {
            "Sid": "DenyNewWaysIn",
            "Effect": "Deny",
            "Action": list(_IDENTITIES),
            "Resource": "*",
        },
        deny_leaving(),
        deny_blinding(),
    ]


def _rules_publish(place: Place, base: str) -> Statements:
    return [
        {
            "Sid": "RulesPublish",
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": place.arn("sns", base),
            "Condition": {"ArnEquals": {"aws:SourceArn": _rule_arns(place, base, place.region)}},
        },
    ]


def _key_policy(place: Place, base: str) -> Statements:
    rules_encrypt: Statement = {
        "Sid": "RulesEncrypt",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": {"ArnEquals": {"aws:SourceArn": _rule_arns(place, base, place.region)}},
    }
    return [account_administers(place), *key_statements(place), rules_encrypt]


def _forwarder_trust(place: Place, base: str, others: Sequence[str]) -> Statements:
    rules = [arn for region in others for arn in _rule_arns(place, base, region)]
    return [
        {
            "Sid": "RulesAssume",
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"ArnEquals": {"aws:SourceArn": rules}},
        },
    ]
