"""What the CIS benchmark wants to be counted of a trail's events, and what in a stack counts it.

Each pattern here is the narrowest that an auditor takes: what a filter must let through at least.

Sources: AWS Security Hub User Guide, "Security Hub CSPM controls for Amazon CloudWatch"; CIS Amazon
Web Services Foundations Benchmark 5.0, 4.1 to 4.15, which 7.0 numbers 5.1 to 5.15.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Final

from policy_pack.aws import ALARMS, LOG_GROUPS, METRIC_FILTERS
from policy_pack.filter_patterns import Case, cases, covers, read, selects
from policy_pack.rule import UNKNOWN, Block, Resource, Stack, Undecided, some, type_of

_OPERATIONS: Final[Mapping[str, tuple[str, str]]] = {
    "iam-policy-changes": (
        "iam",
        (
            "DeleteGroupPolicy DeleteRolePolicy DeleteUserPolicy PutGroupPolicy PutRolePolicy "
            "PutUserPolicy CreatePolicy DeletePolicy CreatePolicyVersion DeletePolicyVersion "
            "AttachRolePolicy DetachRolePolicy AttachUserPolicy DetachUserPolicy "
            "AttachGroupPolicy DetachGroupPolicy"
        ),
    ),
    "cloudtrail-changes": (
        "cloudtrail",
        "CreateTrail UpdateTrail DeleteTrail StartLogging StopLogging",
    ),
    "key-disabled-or-deleted": ("kms", "DisableKey ScheduleKeyDeletion"),
    "bucket-policy-changes": (
        "s3",
        (
            "PutBucketAcl PutBucketPolicy PutBucketCors PutBucketLifecycle PutBucketReplication "
            "DeleteBucketPolicy DeleteBucketCors DeleteBucketLifecycle DeleteBucketReplication"
        ),
    ),
    "config-changes": (
        "config",
        (
            "StopConfigurationRecorder DeleteDeliveryChannel PutDeliveryChannel "
            "PutConfigurationRecorder"
        ),
    ),
    "security-group-changes": (
        "ec2",
        (
            "AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress "
            "RevokeSecurityGroupIngress RevokeSecurityGroupEgress CreateSecurityGroup "
            "DeleteSecurityGroup"
        ),
    ),
    "network-acl-changes": (
        "ec2",
        (
            "CreateNetworkAcl CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry "
            "ReplaceNetworkAclEntry ReplaceNetworkAclAssociation"
        ),
    ),
    "network-gateway-changes": (
        "ec2",
        (
            "CreateCustomerGateway DeleteCustomerGateway AttachInternetGateway "
            "CreateInternetGateway DeleteInternetGateway DetachInternetGateway"
        ),
    ),
    "route-table-changes": (
        "ec2",
        (
            "CreateRoute CreateRouteTable ReplaceRoute ReplaceRouteTableAssociation "
            "DeleteRouteTable DeleteRoute DisassociateRouteTable"
        ),
    ),
    "vpc-changes": (
        "ec2",
        (
            "CreateVpc DeleteVpc ModifyVpcAttribute AcceptVpcPeeringConnection "
            "CreateVpcPeeringConnection DeleteVpcPeeringConnection RejectVpcPeeringConnection "
            "AttachClassicLinkVpc DetachClassicLinkVpc DisableVpcClassicLink "
            "EnableVpcClassicLink"
        ),
    ),
    "organization-changes": (
        "organizations",
        (
            "AcceptHandshake AttachPolicy CreateAccount CreateOrganizationalUnit CreatePolicy "
            "DeclineHandshake DeleteOrganization DeleteOrganizationalUnit DeletePolicy "
            "DetachPolicy DisablePolicyType EnablePolicyType InviteAccountToOrganization "
            "LeaveOrganization MoveAccount RemoveAccountFromOrganization UpdatePolicy "
            "UpdateOrganizationalUnit"
        ),
    ),
}
"""By monitor, whose operations it counts, and which."""


def _operations(service: str, names: str) -> str:
    any_ = " || ".join(f"($.eventName = {name})" for name in names.split())
    return f"{{ ($.eventSource = {service}.amazonaws.com) && ({any_}) }}"


NARROWEST: Final[Mapping[str, str]] = {
    # Version 5.0 of the benchmark leaves these two out of `AccessDenied*` by its precedence; some
    # write parentheses, and leave them out of both.
    "unauthorized-api-calls": (
        '{ (($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")) '
        '&& ($.sourceIPAddress != "delivery.logs.amazonaws.com") '
        '&& ($.eventName != "HeadBucket") }'
    ),
    "sign-in-without-mfa": (
        '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") '
        '&& ($.userIdentity.type = "IAMUser") '
        '&& ($.responseElements.ConsoleLogin = "Success") }'
    ),
    "root-use": (
        '{ ($.userIdentity.type = "Root") && ($.userIdentity.invokedBy NOT EXISTS) '
        '&& ($.eventType != "AwsServiceEvent") }'
    ),
    "failed-sign-ins": (
        '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }'
    ),
    **{name: _operations(*counted) for name, counted in _OPERATIONS.items()},
}
"""By monitor, the narrowest pattern that is enough.

With an event source where a name could be another service's, as Security Hub has it: the benchmark
itself often leaves it out, which lets more through.
"""


def _wanted(pattern: str) -> Sequence[Case]:
    found = read(pattern)
    if found is None:  # pragma: no cover  a mistake in this file
        raise ValueError("a pattern of the table cannot be read")
    return cases(found)


WANTED: Final[Mapping[str, Sequence[Case]]] = {
    name: _wanted(pattern) for name, pattern in NARROWEST.items()
}
"""By monitor, the cases that a filter must count."""

_GROUP_ARN: Final = re.compile(r"arn:[^:]*:logs:[^:]*:[^:]*:log-group:([^:]+)(:\*)?")
_SEEN_IN_ONE: Final = ("Average", "Maximum", "Minimum")
"""Statistics that a single event shows in, and more events do not raise."""


# --- What counts it ---

Group = tuple[str | None, str | None]
"""The name and the URN of a log group, as far as they are known."""


@dataclass(frozen=True)
class Filter:
    """A metric filter.

    Attributes:
        resource: It.
        monitors: What it counts.
        group: The log group that it is of, or why that is not known.
        unknown: Why it is not known what it counts, where it is not.
    """

    resource: Resource
    monitors: frozenset[str]
    group: Group | Undecided
    unknown: Undecided | None = None

    @property
    def metric(self) -> Block:
        """Its metric."""
        return next(iter(self.resource.blocks("metricTransformation")), Block({}, "", ()))

    def counts(self, monitor: str) -> bool:
        """Tell whether it counts what a monitor wants."""
        if self.unknown is not None:
            raise self.unknown
        return monitor in self.monitors

    def is_of(self, group: Group) -> bool:
        """Tell whether it is of a log group."""
        if isinstance(self.group, Undecided):
            raise self.group
        for one, other in zip(group, self.group, strict=True):
            if one is not None and other is not None:
                return one == other
        raise Undecided(self.resource.name, "logGroupName")


def counted(name: str, trail: Resource, stack: Stack) -> bool:
    """Tell whether a metric filter of a trail's log group counts what a monitor wants.

    Raises:
        Undecided: None is known to, but one may.
    """
    group = partial(_group, trail, "cloudWatchLogsGroupArn", stack)
    return some(
        stack.once(_filters)[name],
        lambda one: _all((lambda: one.counts(name), lambda: one.is_of(group()))),
    )


def alarmed(name: str, trail: Resource, stack: Stack, events: int) -> bool:
    """Tell whether an alarm goes off, and does something, by such a filter.

    Args:
        name: The monitor.
        trail: The trail.
        stack: Where filters and alarms are looked for.
        events: How many events an alarm may wait for.

    Raises:
        Undecided: None is known to, but one may.
    """
    group = partial(_group, trail, "cloudWatchLogsGroupArn", stack)
    return some(
        stack.once(_filters)[name],
        lambda one: _all(
            (
                lambda: one.counts(name),
                lambda: one.is_of(group()),
                lambda: _watched(one, stack, events),
            )
        ),
    )


def _all(conditions: Iterable[Callable[[], bool]]) -> bool:
    """Tell whether all of them hold: one that does not is enough, whatever is unknown."""
    undecided: Undecided | None = None
    for holds in conditions:
        try:
            if not holds():
                return False
        except Undecided as unknown:
            undecided = unknown
    if undecided is not None:
        raise undecided
    return True


def _filters(stack: Stack) -> Mapping[str, Sequence[Filter]]:
    """Return, by monitor, the filters that count what it wants, or may."""
    by_monitor: dict[str, list[Filter]] = {name: [] for name in WANTED}
    for resource in stack.of_type(*METRIC_FILTERS):
        made = _filter(resource, stack)
        for name in WANTED if made.unknown else made.monitors:
            by_monitor[name].append(made)
    return by_monitor


def _filter(resource: Resource, stack: Stack) -> Filter:
    group: Group | Undecided
    try:
        group = _group(resource, "logGroupName", stack)
    except Undecided as unknown:
        group = unknown
    try:
        pattern = read(str(resource.get("pattern", default="")))
    except Undecided as unknown:
        return Filter(resource, frozenset(), group, unknown)
    if pattern is None or not selects(pattern):
        return Filter(resource, frozenset(), group)
    monitors = (name for name, wanted in WANTED.items() if covers(pattern, wanted))
    return Filter(resource, frozenset(monitors), group)


def _group(resource: Resource, property_: str, stack: Stack) -> Group:
    """Return the log group that a property stands for.

    Raises:
        Undecided: It is not known, and made of no log group of the stack, or of several.
    """
    value = resource.raw(property_)
    if value is not UNKNOWN:
        arn = _GROUP_ARN.fullmatch(str(value))
        return (arn[1] if arn else str(value)), None
    groups = stack.once(_log_groups)
    sources = dict.fromkeys(resource.dependencies.get(property_, ()))
    found = [groups[urn] for urn in sources if urn in groups]
    if len(found) != 1:
        raise Undecided(resource.name, property_)
    name = found[0].raw("name")
    return (name if isinstance(name, str) else None), found[0].urn


def _log_groups(stack: Stack) -> Mapping[str, Resource]:
    return {one.urn: one for one in stack.of_type(*LOG_GROUPS)}


# --- Alarms ---


def _watched(one: Filter, stack: Stack, events: int) -> bool:
    known, unknown = stack.once(_alarms)
    name = one.metric.raw("name")
    return some(
        chain(known.values() if name is UNKNOWN else (known.get(str(name), ()),), (unknown,)),
        lambda alarms: _one_of(alarms, one, events),
    )


def _one_of(alarms: Iterable[Resource], one: Filter, events: int) -> bool:
    return some(
        alarms,
        lambda alarm: _all(
            (
                partial(_is_on, alarm, one),
                partial(_goes_off, alarm, one.metric, events),
                lambda: alarm.has("alarmActions"),
                lambda: alarm.get("actionsEnabled", default=True) is True,
            )
        ),
    )


def _alarms(stack: Stack) -> tuple[Mapping[str, Sequence[Resource]], Sequence[Resource]]:
    """Return alarms by the name of their metric, and those whose metric's name is not known."""
    known: dict[str, list[Resource]] = {}
    unknown = []
    for alarm in stack.of_type(*ALARMS):
        name = alarm.raw("metricName")
        if name is UNKNOWN:
            unknown.append(alarm)
        else:
            known.setdefault(str(name), []).append(alarm)
    return known, unknown


def _is_on(alarm: Resource, one: Filter) -> bool:
    """Tell whether an alarm watches a filter's metric: one with dimensions is another metric."""
    metric = one.metric
    return _all(
        (
            partial(_same, alarm, "metricName", one, "name"),
            partial(_same, alarm, "namespace", one, "namespace"),
            lambda: not alarm.has("dimensions") and not metric.has("dimensions"),
            lambda: alarm.get("unit") in (None, metric.get("unit", default="None")),
        )
    )


def _same(alarm: Resource, property_: str, one: Filter, of_metric: str) -> bool:
    if alarm.raw(property_) is not UNKNOWN:
        return bool(alarm.get(property_) == one.metric.get(of_metric))
    made_of = alarm.dependencies.get(property_, ())
    filters = {urn for urn in made_of if type_of(urn) in METRIC_FILTERS}
    if not filters or (one.resource.urn in filters and len(filters) > 1):
        raise Undecided(alarm.name, property_)
    return one.resource.urn in filters


def _goes_off(alarm: Resource, metric: Block, events: int) -> bool:
    """Tell whether a few events in one period set an alarm off, and it then ends by itself."""
    return _all(
        (
            lambda: 0 < _needed(alarm, metric) <= _most(alarm, metric, events),
            lambda: _periods(alarm) == 1,
            # Else the alarm stays as it is between events, and tells of the first alone.
            lambda: alarm.get("treatMissingData", default="missing") in {"missing", "notBreaching"},
        )
    )


def _needed(alarm: Resource, metric: Block) -> float:
    """Return how many events it takes."""
    each = metric.number("value", default=0)
    threshold = alarm.number("threshold", default=0)
    operator = alarm.get("comparisonOperator")
    if each <= 0:
        return math.inf
    if operator == "GreaterThanOrEqualToThreshold":
        return math.ceil(threshold / each)
    if operator == "GreaterThanThreshold":
        return math.floor(threshold / each) + 1
    return math.inf


def _most(alarm: Resource, metric: Block, events: int) -> float:
    """Return how many events it may take, by what of them the alarm looks at."""
    statistic = alarm.get("statistic")
    if statistic == "Sum":
        return events
    # A default value is counted in for every event that does not match.
    return 1 if statistic in _SEEN_IN_ONE and not metric.has("defaultValue") else 0


def _periods(alarm: Resource) -> float:
    """Return in how many periods there must be events."""
    of = alarm.number("evaluationPeriods", default=1)
    return alarm.number("datapointsToAlarm", default=of)
