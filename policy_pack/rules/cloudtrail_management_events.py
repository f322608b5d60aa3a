from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import TRAILS
from policy_pack.rule import UNKNOWN, Block, Resource, Severity, owasp, prowler, rule

_MANAGEMENT = {"field": "eventCategory", "equals": ["Management"]}
_DATA = {"field": "eventCategory", "equals": ["Data"]}


@rule(
    title="CloudTrail records all management events",
    types=TRAILS,
    severity=Severity.HIGH,
    fix=(
        "Leave the event selectors out, or give one that takes read and write management events "
        "of all sources; or use secure_components.AuditTrail."
    ),
    controls=(
        prowler("cloudtrail_multi_region_enabled_logging_management_events"),
        prowler("cloudtrail_bedrock_logging_enabled"),
        owasp("A09:2021"),
    ),
    passes=[
        {},
        {"eventSelectors": []},
        {"eventSelectors": [{"readWriteType": "All", "includeManagementEvents": True}]},
        {"eventSelectors": [{"dataResources": [{"type": "AWS::S3::Object", "values": [UNKNOWN]}]}]},
        {
            "advancedEventSelectors": [
                {"fieldSelectors": [_DATA]},
                {"fieldSelectors": [_MANAGEMENT]},
            ],
        },
    ],
    fails=[
        {"eventSelectors": [{"readWriteType": "WriteOnly"}]},
        {"eventSelectors": [{"includeManagementEvents": False}]},
        {"eventSelectors": [{"excludeManagementEventSources": ["kms.amazonaws.com"]}]},
        {"advancedEventSelectors": [{"fieldSelectors": [_DATA]}]},
        {
            "advancedEventSelectors": [
                {"fieldSelectors": [_MANAGEMENT, {"field": "readOnly", "equals": ["false"]}]},
            ],
        },
    ],
    undecided=[
        {"eventSelectors": UNKNOWN},
        {"eventSelectors": [{"readWriteType": UNKNOWN}]},
        {"advancedEventSelectors": [{"fieldSelectors": [_MANAGEMENT | {"equals": UNKNOWN}]}]},
    ],
    omission="A trail without selectors records all management events.",
)
def check(trail: Resource) -> Iterator[str]:
    """Record who changed what, and who looked.

    Selectors replace the default: a trail that names data events alone, or only writes, or leaves
    a source such as KMS out, no longer records all use of the control plane.
    """
    basic = trail.blocks("eventSelectors")
    advanced = trail.blocks("advancedEventSelectors")
    complete = [*map(_basic_is_complete, basic), *map(_advanced_is_complete, advanced)]
    if complete and not any(complete):
        yield "The event selectors leave out management events."


def _basic_is_complete(selector: Block) -> bool:
    return (
        selector.get("includeManagementEvents", default=True) is True
        and selector.get("readWriteType", default="All") == "All"
        and not selector.has("excludeManagementEventSources")
    )


def _advanced_is_complete(selector: Block) -> bool:
    fields = selector.blocks("fieldSelectors")
    return len(fields) == 1 and (
        fields[0].get("field") == "eventCategory" and fields[0].get("equals") == ["Management"]
    )
