"""CloudTrail, where moto answers what AWS never would."""

from __future__ import annotations

import json
import time
from typing import Any, Final

from local.cloud.corrections.registry import Corrected, corrects

_DEFAULT_SELECTOR: Final = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}


@corrects("moto.cloudtrail.models", "CloudTrailBackend.delete_trail")
def _delete_trail(_moto: Corrected, backend: Any, name: str) -> None:  # noqa: ANN401
    """A trail is deleted by its ARN as well, and a missing one is an error."""
    backend.trails.pop(backend.get_trail(name).trail_name)


@corrects("moto.cloudtrail.models", "Trail.put_event_selectors")
def _put_event_selectors(
    _moto: Corrected,
    trail: Any,  # noqa: ANN401
    event_selectors: list[Any],
    advanced_event_selectors: list[Any],
) -> None:
    """Either kind of selectors replaces the other."""
    trail.event_selectors = event_selectors or []
    trail.advanced_event_selectors = advanced_event_selectors or []


@corrects("moto.cloudtrail.models", "Trail.get_event_selectors")
def _get_event_selectors(_moto: Corrected, trail: Any) -> tuple[list[Any], list[Any]]:  # noqa: ANN401
    """A trail with no selectors of its own has the default one."""
    own = (trail.event_selectors, trail.advanced_event_selectors)
    return own if any(own) else ([_DEFAULT_SELECTOR], [])


@corrects("moto.cloudtrail.models", "Trail.put_insight_selectors")
def _put_insight_selectors(_moto: Corrected, trail: Any, insight_selectors: list[Any]) -> None:  # noqa: ANN401
    """Selectors replace the earlier ones."""
    trail.insight_selectors = insight_selectors


@corrects("moto.cloudtrail.models", "Trail.description")
def _describe_trail(moto: Corrected, trail: Any, **_: object) -> Any:  # noqa: ANN401
    """A trail says whether it has selectors of its own, and always where its home is."""
    default = _DEFAULT_SELECTOR
    events = [each for each in trail.event_selectors if {**default, **each} != default]
    return {
        **moto(trail, include_region=True),
        "HasCustomEventSelectors": bool(events or trail.advanced_event_selectors),
        "HasInsightSelectors": bool(trail.insight_selectors),
    }


@corrects("moto.cloudtrail.responses", "CloudTrailResponse.get_trail_status")
def _trail_status(moto: Corrected, request: Any) -> str:  # noqa: ANN401
    """A trail that delivers to CloudWatch Logs says when it last did."""
    answer = json.loads(moto(request))
    status = request.cloudtrail_backend.get_trail_status(request._get_param("Name"))  # noqa: SLF001  its only reader
    delivers = any(
        trail.status is status and trail.cw_log_group_arn
        for trail in request.cloudtrail_backend.describe_trails(include_shadow_trails=True)
    )
    if answer["IsLogging"] and delivers:
        answer["LatestCloudWatchLogsDeliveryTime"] = int(time.time())
    return json.dumps(answer)
