from __future__ import annotations

from policy_pack.aws import CONFIG_RECORDERS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    owasp,
    prowler,
    rule,
    some,
)

_ROLE = "arn:aws:iam::123456789012:role/aws-service-role/config.amazonaws.com/x"


def _recorder(**group: object) -> tuple[str, dict[str, object]]:
    return CONFIG_RECORDERS[0], {"roleArn": _ROLE, "recordingGroup": group}


_ALL = {"allSupported": True, "includeGlobalResourceTypes": True}
_REGIONAL = {"allSupported": True, "includeGlobalResourceTypes": False}


@rule(
    title="AWS Config records every kind of resource",
    types=CONFIG_RECORDERS,
    severity=Severity.MEDIUM,
    fix=(
        'Set recording_group={"all_supported": True, "include_global_resource_types": True}, the '
        "latter in one region, or use secure_components.AccountBaseline."
    ),
    controls=(prowler("config_recorder_all_regions_enabled"), owasp("A09:2021")),
    passes=[
        {"recorder": _recorder(**_ALL)},
        {"recorder": _recorder(**_REGIONAL), "home": _recorder(**_ALL)},
        {"recorder": _recorder(includeGlobalResourceTypes=True)},
    ],
    fails=[
        {"recorder": (CONFIG_RECORDERS[0], {})},
        {"recorder": _recorder(**_REGIONAL)},
        {"recorder": _recorder(allSupported=False, resourceTypes=["AWS::EC2::Instance"])},
        {
            "recorder": _recorder(
                **_ALL, exclusionByResourceTypes=[{"resourceTypes": ["AWS::IAM::Role"]}]
            )
        },
    ],
    undecided=[
        {"recorder": _recorder(**{**_ALL, "allSupported": UNKNOWN})},
        {
            "recorder": _recorder(**_REGIONAL),
            "home": (CONFIG_RECORDERS[0], {"recordingGroup": UNKNOWN}),
        },
    ],
)
def check(recorder: Resource, stack: Stack) -> Findings:
    """Know what every resource was like, at the time of an incident and before.

    IAM's resources are the same in every region: one recorder that has them is enough, and more are
    paid for each (AWS Config Developer Guide, "Recording AWS Resources").
    """
    group = "recordingGroup"
    if recorder.get(group, "allSupported", default=True) is not True or recorder.has(
        group, "exclusionByResourceTypes"
    ):
        yield "The recorder leaves kinds of resources out."
    recorders = [recorder, *stack.of_type(*CONFIG_RECORDERS)]
    if not some(recorders, lambda one: one.get(group, "includeGlobalResourceTypes") is True):
        yield "No recorder of the stack has IAM's resources."
