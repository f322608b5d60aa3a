"""CloudWatch, where moto answers what AWS never would."""

from __future__ import annotations

from typing import Any

from local.cloud.corrections.registry import Corrected, corrects


@corrects("moto.cloudwatch.models", "CloudWatchBackend.put_metric_alarm")
def _put_metric_alarm(moto: Corrected, backend: Any, *args: Any, **options: Any) -> Any:  # noqa: ANN401
    """A new alarm has no data yet, and one that is put again keeps its state."""
    earlier = backend.alarms.get(options["name"])
    alarm = moto(backend, *args, **options)
    alarm.state_value = earlier.state_value if earlier else "INSUFFICIENT_DATA"
    return alarm


@corrects("moto.cloudwatch.responses", "CloudWatchResponse.put_metric_alarm")
def _put_alarm(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """Whose metric a query asks for is kept."""
    answer = moto(request)
    alarm = request.cloudwatch_backend.alarms[request._get_param("AlarmName")]  # noqa: SLF001  its only reader
    asked = request._get_param("Metrics", [])  # noqa: SLF001
    for query, each in zip(alarm.metric_data_queries, asked, strict=True):
        query.account_id = each.get("AccountId")
    return answer


@corrects("moto.cloudwatch.models", "CloudWatchBackend.delete_alarms")
def _delete_alarms(moto: Corrected, backend: Any, alarm_names: list[str]) -> None:  # noqa: ANN401
    """An alarm's tags go with it."""
    for name in alarm_names:
        if name in backend.alarms:
            backend.tagger.delete_all_tags_for_resource(backend.alarms[name].alarm_arn)
    moto(backend, alarm_names)
