"""Ways round what `BreakGlassRole` promises, and whether what it made leaves one open.

Who may assume the role and when, what its sessions may not do, and that each use is told: events
are followed through rules, targets, forwarding, and the policies of topic and key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.secure_components import filter_patterns
from tests.secure_components.identity_policies import ADMINISTRATOR, Request, denied, matches
from tests.secure_components.policy_elements import document_in
from tests.secure_components.weakening import Properties

ACCOUNT: Final = "123456789012"
REGIONS: Final = ("eu-west-1", "us-east-1")
HOME: Final = REGIONS[0]
UNTIL: Final = "2026-11-25T18:00:00Z"
BEFORE, AFTER = "2026-11-25T17:59:59Z", "2026-11-25T18:00:00Z"
BASE: Final = "project-stack-glass"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/break-glass/{BASE}"
_SESSION: Final = f"arn:aws:sts::{ACCOUNT}:assumed-role/{BASE}/jane"
_TOPIC: Final = f"arn:aws:sns:{HOME}:{ACCOUNT}:{BASE}"
_IAM: Final = f"arn:aws:iam::{ACCOUNT}"

_HOUR: Final = 3600
_NOW: Final = {"aws:CurrentTime": BEFORE}
PERSON: Final = {
    "aws:MultiFactorAuthPresent": "true",
    "aws:MultiFactorAuthAge": "60",
    "aws:CurrentTime": BEFORE,
    "aws:RequestedRegion": HOME,
}
STRANGERS: Final[Mapping[str, dict[str, str]]] = {
    "without MFA": {**PERSON, "aws:MultiFactorAuthPresent": "false"},
    "with an access key": {
        key: one for key, one in PERSON.items() if not key.startswith("aws:Multi")
    },
    "long after MFA": {**PERSON, "aws:MultiFactorAuthAge": "901"},
    "after the window": {**PERSON, "aws:CurrentTime": AFTER},
    "where nobody looks": {**PERSON, "aws:RequestedRegion": "ap-south-1"},
}
"""Requests that the trust policy must refuse."""

DENIED: Final[Mapping[str, Request]] = {
    "stops the trail": Request("cloudtrail:StopLogging", context=_NOW),
    "deletes the trail": Request("cloudtrail:DeleteTrail", context=_NOW),
    "leaves the organization": Request("organizations:LeaveOrganization", context=_NOW),
    "closes the account": Request("account:CloseAccount", context=_NOW),
    "stays, by a user": Request("iam:CreateUser", f"{_IAM}:user/eve", _NOW),
    "stays, by a key": Request("iam:CreateAccessKey", f"{_IAM}:user/eve", _NOW),
    "stays, by a password": Request("iam:CreateLoginProfile", f"{_IAM}:user/eve", _NOW),
    "stays, by a provider": Request("iam:CreateSAMLProvider", f"{_IAM}:saml-provider/eve", _NOW),
    "opens itself": Request("iam:UpdateAssumeRolePolicy", ROLE, _NOW),
    "lengthens its sessions": Request("iam:UpdateRole", ROLE, _NOW),
    "drops its denies": Request("iam:DetachRolePolicy", ROLE, _NOW),
    "rewrites its denies": Request(
        "iam:CreatePolicyVersion", f"{_IAM}:policy/break-glass/{BASE}-denies", _NOW
    ),
    "assumes itself again": Request("sts:AssumeRole", ROLE, _NOW),
    "deletes the topic": Request("sns:DeleteTopic", _TOPIC, _NOW),
    "closes the topic": Request("sns:SetTopicAttributes", _TOPIC, _NOW),
    "unsubscribes others": Request("sns:Unsubscribe", f"{_TOPIC}:1", _NOW),
    "disables the key": Request(
        "kms:DisableKey", context={**_NOW, "kms:ResourceAliases": f"alias/{BASE}"}
    ),
    "closes the key": Request(
        "kms:PutKeyPolicy", context={**_NOW, "kms:ResourceAliases": f"alias/{BASE}"}
    ),
    "deletes the key": Request(
        "kms:ScheduleKeyDeletion", context={**_NOW, "kms:ResourceAliases": f"alias/{BASE}"}
    ),
    **{
        f"{action} of {kind} in {region}": Request(
            f"events:{action}", f"arn:aws:events:{region}:{ACCOUNT}:rule/{BASE}-{kind}", _NOW
        )
        for action in ("DeleteRule", "DisableRule", "PutRule", "RemoveTargets", "PutTargets")
        for kind in ("assumed", "switched")
        for region in REGIONS
    },
    "works on, after the window": Request("ec2:RunInstances", context={"aws:CurrentTime": AFTER}),
}
"""What an administrator with the role must not do."""


def event(name: str, region: str, *, mine: bool = True) -> dict[str, Any]:
    """Return the event of a use, as EventBridge has it."""
    role, session = (ROLE, _SESSION) if mine else (f"{ROLE}2", f"{_SESSION}".replace(BASE, "other"))
    console = name in ("SwitchRole", "ConsoleLogin")
    detail: dict[str, Any] = {
        "eventSource": "signin.amazonaws.com" if console else "sts.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "requestParameters": None if console else {"roleArn": role, "roleSessionName": "jane"},
        "userIdentity": {"arn": session if console else f"{_IAM}:user/jane"},
    }
    by = "AWS Console Sign In via CloudTrail" if console else "AWS API Call via CloudTrail"
    source = "aws.signin" if console else "aws.sts"
    return {"source": source, "detail-type": by, "detail": detail}


USES: Final = (
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "ConsoleLogin",
    "SwitchRole",
)


def opened(properties: Properties, types: Mapping[str, str]) -> set[str]:
    """Return which promises are broken."""
    trust = document_in(properties, "glass", "assumeRolePolicy")
    found = {f"assumed {how}" for how, context in STRANGERS.items() if _lets(trust, context)}
    denies = _denies(properties)
    found |= {name for name, way in DENIED.items() if not any(denied(way, one) for one in denies)}
    found |= {f"{action} is not denied" for action in _blinding(denies)}
    if not any(denied(Request("iam:TagPolicy", _own_denies(properties), _NOW), d) for d in denies):
        found.add("rewrites its denies, wherever they are")
    found |= _forwards_too_much(properties)
    for region in REGIONS:
        for use in USES:
            if not list(told(properties, types, event(use, region), region)):
                found.add(f"{use} in {region} is not told")
            if not watched(properties, event(use, region)):
                found.add(f"{use} in {region} is not watched")
            if list(told(properties, types, event(use, region, mine=False), region)):
                found.add(f"{use} of another role is told")
    if properties.get("glass", {}).get("maxSessionDuration", _HOUR) > _HOUR:
        found.add("long sessions")
    return found


def _lets(trust: Any, context: Mapping[str, str]) -> bool:
    request = Request("sts:AssumeRole", context=context)
    return any(s["Effect"] == "Allow" and matches(s, request) for s in trust["Statement"])


def lets(properties: Properties, context: Mapping[str, str]) -> bool:
    """Tell whether the trust policy takes a request."""
    return _lets(document_in(properties, "glass", "assumeRolePolicy"), context)


def _denies(properties: Properties) -> list[Any]:
    attached = properties.get("glass-denies-attachment", {}).get("policyArn")
    mine = attached == "arn-of-glass-denies"
    return [document_in(properties, "glass-denies", "policy")] if mine else [ADMINISTRATOR]


def _own_denies(properties: Properties) -> str:
    made = properties.get("glass-denies", {})
    return f"{_IAM}:policy{made.get('path', '/')}{made.get('name', 'glass-denies')}"


_BLINDING: Final = (
    "access-analyzer:DeleteAnalyzer",
    "cloudtrail:DeleteEventDataStore",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:StopEventDataStoreIngestion",
    "cloudtrail:UpdateEventDataStore",
    "cloudtrail:UpdateTrail",
    "config:DeleteConfigurationRecorder",
    "config:DeleteDeliveryChannel",
    "config:StopConfigurationRecorder",
    "guardduty:DeleteDetector",
    "guardduty:DisassociateMembers",
    "guardduty:StopMonitoringMembers",
    "guardduty:UpdateDetector",
    "iam:CreateOpenIDConnectProvider",
    "iam:CreateServiceSpecificCredential",
    "iam:UpdateAccessKey",
    "iam:UpdateLoginProfile",
    "securityhub:DisableSecurityHub",
    "securityhub:DisassociateMembers",
)


def _blinding(denies: list[Any]) -> Iterator[str]:
    for action in _BLINDING:
        if not any(denied(Request(action, context=_NOW), one) for one in denies):
            yield action


# --- What is told ---


def told(
    properties: Properties, types: Mapping[str, str], happened: dict[str, Any], region: str
) -> Iterator[str]:
    """Yield the rules by which an event of a region reaches the topic."""
    for name, rule in _of(properties, types, "EventRule"):
        if rule.get("region") != region or rule.get("state") != _ALL or not _fits(rule, happened):
            continue
        for _, target in _of(properties, types, "EventTarget"):
            if target.get("rule") != rule.get("name") or target.get("region") != region:
                continue
            arn = f"arn:aws:events:{region}:{ACCOUNT}:rule/{rule.get('name')}"
            if target.get("arn") == "arn-of-glass-topic" and region == HOME:
                if _publishes(properties, _RULES, arn):
                    yield name
            elif target.get("arn") == _BUS and _forwards(properties, target, arn):
                yield from told(properties, types, happened, HOME)


_ALL: Final = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
_BUS: Final = f"arn:aws:events:{HOME}:{ACCOUNT}:event-bus/default"
_RULES: Final = {"Service": "events.amazonaws.com"}


def _fits(rule: Mapping[str, Any], happened: Any) -> bool:
    try:
        pattern = json.loads(rule.get("eventPattern", ""))
    except (ValueError, TypeError):
        return False
    return _like(pattern, happened)


def _like(pattern: Any, value: Any) -> bool:
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            key in value and _like(one, value[key]) for key, one in pattern.items()
        )
    return any(
        isinstance(value, str) and value.startswith(one["prefix"])
        if isinstance(one, dict)
        else value == one
        for one in pattern
    )


def _publishes(properties: Properties, who: Any, source: str) -> bool:
    """Tell whether a service may publish for a source, through the topic's and the key's policy."""
    encrypted = properties.get("glass-topic", {}).get("kmsMasterKeyId") == "arn-of-glass-key"
    context = {"aws:SourceArn": source, "aws:SourceAccount": ACCOUNT}
    policy = document_in(properties, "glass-topic-policy", "policy")
    key = document_in(properties, "glass-key", "policy")
    return (
        encrypted
        and _allows(policy, who, Request("sns:Publish", _TOPIC, context))
        and all(
            _allows(key, who, Request(action, context=context))
            for action in ("kms:Decrypt", "kms:GenerateDataKey")
        )
    )


def _forwards(properties: Properties, target: Mapping[str, Any], rule: str) -> bool:
    return target.get("roleArn") == "arn-of-glass-forward-role" and _forwards_for(
        properties, rule, _BUS
    )


def _forwards_for(properties: Properties, rule: str, bus: str) -> bool:
    trust = document_in(properties, "glass-forward-role", "assumeRolePolicy")
    policy = document_in(properties, "glass-forward-role-policy", "policy")
    request = Request("sts:AssumeRole", context={"aws:SourceArn": rule})
    return _allows(trust, _RULES, request) and any(
        s["Effect"] == "Allow" and matches(s, Request("events:PutEvents", bus))
        for s in policy["Statement"]
    )


def _forwards_too_much(properties: Properties) -> set[str]:
    mine = f"arn:aws:events:{REGIONS[1]}:{ACCOUNT}:rule/{BASE}-assumed"
    found = set()
    if _forwards_for(properties, mine.replace(ACCOUNT, "9" * 12), _BUS):
        found.add("forwards for another account's rule")
    if _forwards_for(properties, mine, _BUS.replace("default", "other")):
        found.add("forwards to another bus")
    return found


def _allows(document: Any, who: Any, request: Request) -> bool:
    """Tell whether a resource's policy lets a service in."""
    return any(
        statement["Effect"] == "Allow"
        and statement.get("Principal") in (who, "*")
        and matches(statement, request)
        for statement in document["Statement"]
    )


def watched(properties: Properties, happened: dict[str, Any]) -> bool:
    """Tell whether the alarm on the trail's log group rings."""
    filter_ = properties.get("glass-metric-filter", {})
    alarm = properties.get("glass-alarm", {})
    metric = filter_.get("metricTransformation") or {}
    try:
        counted = filter_patterns.matches(filter_.get("pattern") or "", happened["detail"])
    except ValueError:
        return False
    return (
        counted
        and filter_.get("logGroupName") == "/aws/cloudtrail/audit"
        and metric.get("value") == "1"
        and (metric.get("namespace"), metric.get("name"))
        == (alarm.get("namespace"), alarm.get("metricName"))
        and alarm.get("threshold") in (0, 1)
        and alarm.get("statistic") == "Sum"
        and alarm.get("comparisonOperator") == "GreaterThanOrEqualToThreshold"
        and alarm.get("evaluationPeriods") == 1
        and alarm.get("alarmActions") == ["arn-of-glass-topic"]
        and _publishes(
            properties,
            {"Service": "cloudwatch.amazonaws.com"},
            f"arn:aws:cloudwatch:{HOME}:{ACCOUNT}:alarm:{BASE}-used",
        )
        and filter_.get("region") == alarm.get("region") == HOME
    )


def _of(
    properties: Properties, types: Mapping[str, str], kind: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, inputs in properties.items():
        if types[name].endswith(f":{kind}"):
            yield name, inputs
