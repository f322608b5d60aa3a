from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policy_pack.aws import TRAILS
from policy_pack.rule import (
    UNKNOWN,
    Block,
    EnforcementLevel,
    Resource,
    Severity,
    owasp,
    prowler,
    rule,
    some,
)

_DATA = {"field": "eventCategory", "equals": ["Data"]}
_OBJECTS = {"field": "resources.type", "equals": ["AWS::S3::Object"]}


def _basic(*values: object, type_: object = "AWS::S3::Object", **more: object) -> dict[str, Any]:
    return {"dataResources": [{"type": type_, "values": list(values)}], **more}


def _advanced(*fields: object) -> dict[str, Any]:
    return {"fieldSelectors": [_DATA, *fields]}


@rule(
    title="CloudTrail records who reads and writes objects of S3",
    types=TRAILS,
    severity=Severity.MEDIUM,
    fix=(
        "Give the trail an event selector with the data resource type AWS::S3::Object, the value "
        "arn:aws:s3 and read_write_type All."
    ),
    controls=(
        prowler("cloudtrail_s3_dataevents_read_enabled"),
        prowler("cloudtrail_s3_dataevents_write_enabled"),
        owasp("A09:2021"),
    ),
    passes=[
        {"eventSelectors": [_basic("arn:aws:s3")]},
        {"eventSelectors": [_basic("arn:aws:s3:::", readWriteType="All")]},
        {
            "eventSelectors": [
                _basic("arn:aws-cn:s3:::*/*", readWriteType="ReadOnly"),
                _basic("arn:aws:s3", readWriteType="WriteOnly"),
            ],
        },
        {"advancedEventSelectors": [_advanced(_OBJECTS)]},
        {"advancedEventSelectors": [UNKNOWN, _advanced(_OBJECTS)]},
        {
            "advancedEventSelectors": [
                _advanced(_OBJECTS, {"field": "readOnly", "equals": ["true"]}),
                _advanced(_OBJECTS, {"field": "readOnly", "equals": ["false"]}),
            ],
        },
    ],
    fails=[
        {},
        {"eventSelectors": [{"readWriteType": "All"}]},
        {"eventSelectors": [_basic("arn:aws:s3", readWriteType="WriteOnly")]},
        {"eventSelectors": [_basic("arn:aws:s3:::orders-1234567/")]},
        {"eventSelectors": [_basic("arn:aws:lambda", type_="AWS::Lambda::Function")]},
        {"advancedEventSelectors": [{"fieldSelectors": [_OBJECTS]}]},
        {"advancedEventSelectors": [_advanced()]},
        {
            "advancedEventSelectors": [
                _advanced(_OBJECTS, {"field": "readOnly", "equals": ["false"]}),
            ],
        },
        {
            "advancedEventSelectors": [
                _advanced(_OBJECTS, {"field": "eventName", "equals": ["GetObject"]}),
            ],
        },
    ],
    undecided=[
        {"eventSelectors": UNKNOWN},
        {"eventSelectors": [_basic(UNKNOWN)]},
        {"eventSelectors": [_basic("arn:aws:s3", readWriteType=UNKNOWN)]},
        {"advancedEventSelectors": [_advanced(_OBJECTS | {"equals": UNKNOWN})]},
    ],
    level=EnforcementLevel.DISABLED,
)
def check(trail: Resource) -> Iterator[str]:
    """Keep who read and who wrote which object, of all buckets there are and will be.

    Such events cost by the event, and access logs of S3 tell nearly the same, so that the rule is
    off where nothing is configured: who follows Level 2 of the CIS benchmark switches it on. A
    selector that leaves objects or calls out does not count.
    """
    if not all(_takes(trail, kind) for kind in _READ_ONLY):
        yield "The trail does not record who reads and writes all objects."


_READ_ONLY = {"read": "true", "write": "false"}
_ALL = ("s3", "s3:::", "s3:::*/*")
_KINDS = {"All": ("read", "write"), "ReadOnly": ("read",), "WriteOnly": ("write",)}


def _takes(trail: Resource, kind: str) -> bool:
    return some(trail.blocks("eventSelectors"), lambda one: _basic_takes(one, kind)) or some(
        trail.blocks("advancedEventSelectors"), lambda one: _advanced_takes(one, kind)
    )


def _basic_takes(selector: Block, kind: str) -> bool:
    kinds = _KINDS.get(str(selector.get("readWriteType", default="All")), ())
    return kind in kinds and some(selector.blocks("dataResources"), _is_of_all_objects)


def _is_of_all_objects(data: Block) -> bool:
    return data.get("type") == "AWS::S3::Object" and any(
        value.split(":", 2)[2:] == [whole] for value in data.strings("values") for whole in _ALL
    )


def _advanced_takes(selector: Block, kind: str) -> bool:
    fields = {str(one.get("field")): one for one in selector.blocks("fieldSelectors")}
    wanted = {
        "eventCategory": "Data",
        "resources.type": "AWS::S3::Object",
        "readOnly": _READ_ONLY[kind],
    }
    return {"eventCategory", "resources.type"} <= fields.keys() <= wanted.keys() and all(
        one.get("equals") == [wanted[name]] for name, one in fields.items()
    )
