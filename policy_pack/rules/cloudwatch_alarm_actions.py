from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import ALARMS
from policy_pack.rule import UNKNOWN, Resource, Severity, fsbp, owasp, prowler, rule

_TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"


@rule(
    title="CloudWatch alarms tell somebody",
    types=ALARMS,
    severity=Severity.MEDIUM,
    fix="Set alarm_actions to a topic that people or a service read, and leave actions enabled.",
    controls=(
        prowler("cloudwatch_alarm_actions_enabled"),
        prowler("cloudwatch_alarm_actions_alarm_state_configured"),
        fsbp("CloudWatch.15"),
        fsbp("CloudWatch.17"),
        owasp("A09:2021"),
    ),
    passes=[
        {"alarmActions": [_TOPIC]},
        {"alarmActions": [_TOPIC], "actionsEnabled": True},
        {"alarmActions": [UNKNOWN]},
    ],
    fails=[{}, {"alarmActions": []}, {"alarmActions": [_TOPIC], "actionsEnabled": False}],
    undecided=[{"alarmActions": [_TOPIC], "actionsEnabled": UNKNOWN}],
)
def check(alarm: Resource) -> Iterator[str]:
    """Do not let an alarm change its colour on a page that nobody watches."""
    if not alarm.has("alarmActions"):
        yield "The alarm has no action when it goes off."
    if alarm.get("actionsEnabled", default=True) is not True:
        yield "The alarm's actions are switched off."
