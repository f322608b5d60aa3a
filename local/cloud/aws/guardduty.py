"""GuardDuty: detectors and their features."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

from local.cloud.aws.facets import tags
from local.cloud.schema import CheckFailure
from local.cloud.table import Call, Facet, Properties, Resource

_ARN: Final = "arn:aws:guardduty:{region}:{account}:detector/{id}"
_DETECTOR_ID: Final = {"DetectorId": "{id}"}
_GONE: Final = ("BadRequestException",)


def _told(answer: Any) -> object:  # noqa: ANN401  as boto3 gives it
    return {**answer, "Enable": answer["Status"] == "ENABLED"}


_DETECTOR: Final = Resource(
    token="aws:guardduty/detector:Detector",
    service="guardduty",
    id="{id}",
    create=Call("CreateDetector"),
    read=Call("GetDetector", _DETECTOR_ID, only=(), result=_told, absent=_GONE),
    update=Call("UpdateDetector", _DETECTOR_ID, only=("enable", "findingPublishingFrequency")),
    delete=Call("DeleteDetector", _DETECTOR_ID, only=()),
    names={"id": "DetectorId"},
    defaults={"enable": True},
    computed=("findingPublishingFrequency",),
    unsupported={"datasources": "use aws.guardduty.DetectorFeature with this detector"},
    derived={"accountId": "{account}", "arn": _ARN},
    facets=(
        tags(
            Call("TagResource", {"ResourceArn": _ARN}), Call("UntagResource", {"ResourceArn": _ARN})
        ),
    ),
)


def _check_feature(feature: Properties) -> Iterator[CheckFailure]:
    if not feature.get("name"):
        yield CheckFailure("name", "is required: AWS names the features.")


_OF: Final = {"DetectorId": "{detectorId}"}


def _features(known: Properties) -> object:
    more = cast("list[Properties]", known.get("additionalConfigurations") or [])
    listed = [{"Name": each["name"], "Status": each["status"]} for each in more]
    feature = {"Name": known["name"], "Status": known["status"]}
    return [{**feature, "AdditionalConfiguration": listed} if listed else feature]


_PUT_FEATURE: Final = Call("UpdateDetector", {**_OF, "Features": _features}, only=())


_FEATURE: Final = Resource(
    token="aws:guardduty/detectorFeature:DetectorFeature",
    service="guardduty",
    id="{detectorId}/{name}",
    create=_PUT_FEATURE,
    read=Call("GetDetector", _OF, only=(), result="Features[?Name=='{name}'] | [0]", absent=_GONE),
    names={"additionalConfigurations": "AdditionalConfiguration"},
    # AWS tells when each was changed, and those that nobody asked for.
    computed=("additionalConfigurations",),
    immutable=("detectorId", "name"),
    sets=("additionalConfigurations",),
    facets=(
        Facet(("detectorId", "name"), created=True),  # templates of the create call have them
        Facet(
            ("additionalConfigurations", "status"), choose=lambda *_: [_PUT_FEATURE], created=True
        ),
    ),
    check=_check_feature,
)

RESOURCES: Final = (_DETECTOR, _FEATURE)
