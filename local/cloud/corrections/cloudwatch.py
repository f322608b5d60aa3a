"""CloudWatch, where moto answers what AWS never would."""

from __future__ import annotations

from typing import Any, Final

from local.cloud import alarm_rules
from local.cloud.corrections.registry import Corrected, adds, corrects

_OF_METRICS: Final = (
    *("comparison_operator", "evaluation_periods", "metric_name", "namespace", "period"),
    *("statistic", "threshold"),
)
"""What moto wants to know of an alarm, and a composite one has not."""


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
    """An alarm's tags go with it; one that a composite alarm depends on stays."""
    leaving = [backend.alarms[name] for name in alarm_names if name in backend.alarms]
    if sum(alarm.rule is not None for alarm in leaving) > 1:
        raise _invalid("You can delete at most one composite alarm in an operation.")
    staying = [each for each in backend.alarms.values() if each not in leaving]
    rules = [each.rule for each in staying if each.rule is not None]
    for alarm in leaving:
        if any({alarm.name, alarm.alarm_arn} & {*alarm_rules.alarms(rule)} for rule in rules):
            raise _invalid(
                f"Cannot delete {alarm.name} as there are composite alarm(s) depending on it."
            )
    for alarm in leaving:
        backend.tagger.delete_all_tags_for_resource(alarm.alarm_arn)
    moto(backend, alarm_names)


# --- Composite alarms ---


@adds("moto.cloudwatch.responses", "CloudWatchResponse.put_composite_alarm")
def _put_composite_alarm(request: Any) -> Any:  # noqa: ANN401
    """Keep an alarm whose rule can be read, and names alarms that are there."""
    from moto.core.responses import EmptyResult  # noqa: PLC0415  after its environment is set

    asked, backend = request._get_params(), request.cloudwatch_backend  # noqa: SLF001
    earlier = backend.alarms.get(asked["AlarmName"])
    if earlier and earlier.rule is None:
        raise _invalid("An alarm of another type has this name.")
    suppressor = asked.get("ActionsSuppressor")
    try:
        named = alarm_rules.alarms(asked["AlarmRule"])
    except ValueError as error:
        raise _invalid(f"AlarmRule {error}.") from None
    known = {key for each in backend.alarms.values() for key in (each.name, each.alarm_arn)}
    missing = [each for each in (*named, *filter(None, [suppressor])) if each not in known]
    if missing:
        raise _invalid(
            f"Could not save the composite alarm as alarms [{', '.join(missing)}] in the alarm "
            "rule do not exist"
        )
    unset = dict.fromkeys(_OF_METRICS)
    alarm = backend.put_metric_alarm(
        **unset,
        name=asked["AlarmName"],
        description=asked.get("AlarmDescription"),
        dimensions=[],
        actions_enabled=asked.get("ActionsEnabled", True),
        alarm_actions=asked.get("AlarmActions", []),
        insufficient_data_actions=asked.get("InsufficientDataActions"),
        ok_actions=asked.get("OKActions"),
        rule=asked["AlarmRule"],
        tags=None if earlier else asked.get("Tags"),
    )
    alarm.suppression = {
        name: asked[name] for name in asked if name.startswith("ActionsSuppressor")
    }
    return EmptyResult()


@corrects("moto.cloudwatch.responses", "CloudWatchResponse.describe_alarms")
def _describe_alarms(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """Of which types is asked; of metric alarms alone where it is not."""
    from moto.core.responses import ActionResult  # noqa: PLC0415  after its environment is set

    wanted = request._get_param("AlarmTypes", ["MetricAlarm"])  # noqa: SLF001
    found = moto(request).result
    told = {
        "MetricAlarms": found["MetricAlarms"],
        "CompositeAlarms": [_describe_composite(each) for each in found["CompositeAlarms"]],
    }
    return ActionResult({n: alarms if n[:-1] in wanted else [] for n, alarms in told.items()})


def _describe_composite(alarm: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        **alarm.suppression,
        "ActionsEnabled": alarm.actions_enabled,
        "AlarmActions": alarm.alarm_actions,
        "AlarmArn": alarm.alarm_arn,
        "AlarmConfigurationUpdatedTimestamp": alarm.configuration_updated_timestamp,
        "AlarmDescription": alarm.description,
        "AlarmName": alarm.name,
        "AlarmRule": alarm.rule,
        "InsufficientDataActions": alarm.insufficient_data_actions,
        "OKActions": alarm.ok_actions,
        "StateReason": alarm.state_reason,
        "StateReasonData": alarm.state_reason_data,
        "StateUpdatedTimestamp": alarm.state_updated_timestamp,
        "StateValue": alarm.state_value,
    }


def _invalid(why: str) -> Exception:
    from moto.cloudwatch.exceptions import ValidationError  # noqa: PLC0415  after its environment is set

    return ValidationError(why)
