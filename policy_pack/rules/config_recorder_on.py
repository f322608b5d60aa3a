from __future__ import annotations

from policy_pack.aws import CONFIG_RECORDER_STATUSES, CONFIG_RECORDERS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    every,
    owasp,
    prowler,
    ref,
    rule,
)

_RECORDER = (CONFIG_RECORDERS[0], {"recordingGroup": {"allSupported": True}})


def _status(**inputs: object) -> tuple[str, dict[str, object]]:
    return CONFIG_RECORDER_STATUSES[0], {"name": ref("recorder"), **inputs}


@rule(
    title="AWS Config's recorders are switched on",
    types=CONFIG_RECORDERS,
    severity=Severity.MEDIUM,
    fix="Add a cfg.RecorderStatus with is_enabled=True, or use secure_components.AccountBaseline.",
    controls=(prowler("config_recorder_all_regions_enabled"), owasp("A09:2021")),
    passes=[{"recorder": _RECORDER, "status": _status(isEnabled=True)}],
    fails=[
        {"recorder": (CONFIG_RECORDERS[0], {})},
        {"recorder": _RECORDER, "status": _status(isEnabled=False)},
        {"recorder": _RECORDER, "status": _status()},
        {
            "recorder": _RECORDER,
            "other": _RECORDER,
            "status": (CONFIG_RECORDER_STATUSES[0], {"name": ref("other"), "isEnabled": True}),
        },
        {
            "recorder": (CONFIG_RECORDERS[0], {"region": "eu-west-1"}),
            "status": _status(isEnabled=True, region="us-east-1"),
        },
    ],
    undecided=[
        {"recorder": _RECORDER, "status": _status(isEnabled=UNKNOWN)},
        {"recorder": _RECORDER, "status": _status(name=UNKNOWN, isEnabled=True)},
        {
            "recorder": (CONFIG_RECORDERS[0], {"region": UNKNOWN}),
            "status": _status(isEnabled=True),
        },
    ],
)
def check(recorder: Resource, stack: Stack) -> Findings:
    """A recorder that was never started records nothing, and looks like one that does.

    Making a recorder does not start it: that is a call, and a resource, of its own. Recorders of
    several regions may share a name.
    """
    region = recorder.get("region")
    named = stack.referring(CONFIG_RECORDER_STATUSES, "name", recorder)
    statuses = [status for status in named if status.get("region") == region]
    if not statuses:
        yield "Nothing starts the recorder."
    yield from every(statuses, _judge)


def _judge(status: Resource) -> Findings:
    if status.get("isEnabled") is not True:
        yield "The recorder is stopped."
