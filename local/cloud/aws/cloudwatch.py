"""CloudWatch: alarms, composite ones among them, and dashboards."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

from local.cloud import alarm_rules
from local.cloud.aws.facets import tags
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, AutoName, Call, Properties, Resource
from local.cloud.values import is_unknown

# --- Alarms ---

_ACTIONS: Final = ("alarmActions", "insufficientDataActions", "okActions")
_OF_ONE_METRIC: Final = (
    "dimensions",
    "extendedStatistic",
    "metricName",
    "namespace",
    "period",
    "statistic",
    "unit",
)
_CONFLICTS: Final = (
    *((name, "metricQueries") for name in _OF_ONE_METRIC),
    ("statistic", "extendedStatistic"),
    ("threshold", "thresholdMetricId"),
)
_PLAIN: Final = (
    *_ACTIONS,
    *_OF_ONE_METRIC,
    "actionsEnabled",
    "alarmDescription",
    "comparisonOperator",
    "datapointsToAlarm",
    "evaluateLowSampleCountPercentiles",
    "evaluationPeriods",
    "name",
    "tags",
    "threshold",
    "thresholdMetricId",
    "treatMissingData",
)
"""What ``PutMetricAlarm`` takes as it is."""


def _metrics(known: Properties) -> object:
    queries = cast("list[Properties]", known.get("metricQueries") or [])
    return [_query(each) for each in queries] or None


def _query(query: Properties) -> Properties:
    plain = ("accountId", "expression", "id", "label", "period", "returnData")
    told = {name: query.get(name) for name in plain}
    metric = cast("Properties", query.get("metric") or {})
    if metric:
        named = {name: metric.get(name) for name in ("metricName", "namespace")}
        dimensions = cast("Mapping[str, str]", metric.get("dimensions") or {})
        listed = [{"Name": name, "Value": value} for name, value in dimensions.items()]
        stat = {name: metric.get(name) for name in ("period", "stat", "unit")}
        told["metricStat"] = _capitalised(
            {**stat, "metric": {**_capitalised(named), "Dimensions": listed}}
        )
    return _capitalised(told)


def _capitalised(properties: Properties) -> dict[str, object]:
    """Return what is set, under the API's names, which begin with a capital."""
    return {f"{n[0].upper()}{n[1:]}": v for n, v in properties.items() if v is not None}


def _read_alarm(answer: Any) -> dict[str, Any] | None:  # noqa: ANN401  as boto3 gives it
    if not answer["MetricAlarms"]:
        return None
    alarm = answer["MetricAlarms"][0]
    queries = []
    for each in alarm.get("Metrics", []):
        stat = each.pop("MetricStat", None)
        metric = {"Metric": {**stat.pop("Metric"), **stat}} if stat else {}
        queries.append({**each, **metric})
    return {"TreatMissingData": "missing", **alarm, "Metrics": queries}


_ARN: Final = re.compile(
    r"arn:[\w-]+:[\w-]+:[\w-]*:(\d{12})?:.+|arn:[\w-]+:automate:[\w-]+:ec2:\w+"
)
_ACTIONS_AT_MOST: Final = 5
_TREATMENTS: Final = ("breaching", "ignore", "missing", "notBreaching")


def _check_alarm(alarm: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_cloudwatch_metric_alarm``."""
    for name in ("comparisonOperator", "evaluationPeriods"):
        if alarm.get(name) is None:
            yield CheckFailure(name, "is required.")
    for name in _ACTIONS:
        yield from _check_actions(name, alarm.get(name))
    for name, other in _CONFLICTS:
        if all(alarm.get(each) not in (None, [], {}) for each in (name, other)):
            yield CheckFailure(name, f"conflicts with {other}: set only one.")
    queries = alarm.get("metricQueries")
    for index, each in enumerate(queries if isinstance(queries, list) else ()):
        if isinstance(each, Mapping) and each.get("expression") and each.get("metric"):
            yield CheckFailure(
                f"metricQueries[{index}]", "must not have both an expression and a metric."
            )
    treat = alarm.get("treatMissingData")
    if not is_unknown(treat) and treat not in _TREATMENTS:
        yield CheckFailure("treatMissingData", f"must be one of {', '.join(_TREATMENTS)}.")


def _check_actions(name: str, actions: object) -> Iterator[CheckFailure]:
    listed = actions if isinstance(actions, list) else []
    for index, each in enumerate(listed):
        if not is_unknown(each) and not _ARN.fullmatch(str(each)):
            yield CheckFailure(f"{name}[{index}]", "must be an ARN.")
    if len(listed) > _ACTIONS_AT_MOST:
        yield CheckFailure(name, f"must have at most {_ACTIONS_AT_MOST} items.")


_DAY: Final = 86_400
_HOUR: Final = 3_600
_SHORT_PERIODS: Final = (10, 20, 30)
_QUERY_ID: Final = re.compile(r"[a-z][A-Za-z0-9_]*")


def _require_alarm(api: Api, alarm: Properties) -> None:
    """Refuse what CloudWatch cannot evaluate, or act on.

    Source: the API reference of ``PutMetricAlarm`` and ``MetricDataQuery``. Whether an action's
    target exists CloudWatch itself never looks at (user guide, "Using Amazon CloudWatch alarms").
    """
    _require_near("PutMetricAlarm", api, alarm)
    queries = cast("list[Properties]", alarm.get("metricQueries") or [])
    if queries:
        _require_queries(alarm, queries)
    else:
        for name in ("metricName", "namespace", "period"):
            if not alarm.get(name):
                raise _invalid(f"{name} must not be null")
        if not alarm.get("statistic") and not alarm.get("extendedStatistic"):
            raise _invalid("one of statistic and extendedStatistic must be set")
        _require_period(alarm, int(str(alarm["period"])))
    if alarm.get("threshold") is None and not alarm.get("thresholdMetricId"):
        raise _invalid("one of threshold and thresholdMetricId must be set")


def _require_near(operation: str, api: Api, alarm: Properties) -> None:
    region = api.context["region"]
    for name in _ACTIONS:
        for each in cast("list[str]", alarm.get(name) or []):
            if each.split(":")[3] not in ("", region) and ":automate:" not in each:
                why = f"{name} has an action in another region. Only {region} is supported"
                raise ApiError(operation, "ValidationError", why)


def _require_queries(alarm: Properties, queries: list[Properties]) -> None:
    ids = [str(each["id"]) for each in queries]
    if any(not _QUERY_ID.fullmatch(each) for each in ids):
        raise _invalid("a metric query's id must begin with a lower case letter, and be a word")
    if len(ids) != len(set(ids)):
        raise _invalid("two metric queries have the same id")
    if any(not each.get("expression") and not each.get("metric") for each in queries):
        raise _invalid("a metric query must have an expression or a metric")
    band = alarm.get("thresholdMetricId")
    if band is not None and band not in ids:
        raise _invalid("thresholdMetricId is the id of no metric query")
    returned = sum(bool(each.get("returnData")) for each in queries)
    wanted, word = (2, "two elements") if band else (1, "one element")
    if returned != wanted:
        raise _invalid(f"Exactly {word} of the metrics list should return data")
    for each in queries:
        metric = cast("Properties", each.get("metric") or {})
        for holder in (each, metric):
            if holder.get("period"):
                _require_period(alarm, int(str(holder["period"])))


def _require_period(alarm: Properties, period: int) -> None:
    if period % 60 and period not in _SHORT_PERIODS:
        raise _invalid("a period must be 10, 20, 30 or a multiple of 60 seconds")
    days = 1 if period < _HOUR else 7
    if period * int(str(alarm["evaluationPeriods"])) > days * _DAY:
        raise _invalid(
            f"EvaluationPeriods * Period must be at most {days * _DAY} seconds for this period"
        )


def _invalid(message: str) -> ApiError:
    return ApiError("PutMetricAlarm", "ValidationError", message)


_TAGS: Final = tags(
    Call("TagResource", {"ResourceARN": "{arn}"}),
    Call("UntagResource", {"ResourceARN": "{arn}"}),
    read=Call("ListTagsForResource", {"ResourceARN": "{arn}"}, only=()),
)
_LATER: Final = "the emulator lacks it, so leave it out"
_PUT: Final = Call("PutMetricAlarm", {"Metrics": _metrics}, only=_PLAIN)

_ALARM: Final = Resource(
    token="aws:cloudwatch/metricAlarm:MetricAlarm",
    service="cloudwatch",
    id="{name}",
    create=_PUT,
    read=Call(
        "DescribeAlarms",
        {"AlarmNames": ["{name}"], "AlarmTypes": ["MetricAlarm"]},
        only=(),
        result=_read_alarm,
    ),
    # An alarm that is put again takes the place of the earlier one.
    update=_PUT,
    delete=Call("DeleteAlarms", {"AlarmNames": ["{name}"]}, only=()),
    names={
        "arn": "AlarmArn",
        "metricQueries": "Metrics",
        "name": "AlarmName",
    },
    name=AutoName("name", limit=255),
    defaults={
        "actionsEnabled": True,
        "metricQueries.returnData": False,
        "treatMissingData": "missing",
    },
    computed=("evaluateLowSampleCountPercentiles",),
    immutable=("name",),
    sets=("alarmActions", "insufficientDataActions", "metricQueries", "okActions"),
    unsupported={
        "evaluationCriteria": _LATER,
        "evaluationInterval": _LATER,
        "evaluationWindow": _LATER,
        "warmUpConfiguration": _LATER,
    },
    facets=(_TAGS,),
    check=_check_alarm,
    require=_require_alarm,
)


# --- Composite alarms ---

_SUPPRESSOR: Final = {
    "ActionsSuppressor": "alarm",
    "ActionsSuppressorExtensionPeriod": "extensionPeriod",
    "ActionsSuppressorWaitPeriod": "waitPeriod",
}


def _suppressed(name: str) -> Callable[[Properties], object]:
    return lambda known: cast("Properties", known.get("actionsSuppressor") or {}).get(name)


def _read_composite(answer: Any) -> dict[str, Any] | None:  # noqa: ANN401  as boto3 gives it
    if not answer["CompositeAlarms"]:
        return None
    alarm = answer["CompositeAlarms"][0]
    suppressor = {name: alarm[told] for told, name in _SUPPRESSOR.items() if told in alarm}
    return {**alarm, "ActionsSuppressor": suppressor or None}


def _check_composite(alarm: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_cloudwatch_composite_alarm``.

    That a rule can be read, CloudWatch itself says.
    """
    for name in _ACTIONS:
        yield from _check_actions(name, alarm.get(name))
    rule = alarm.get("alarmRule")
    if isinstance(rule, str) and not is_unknown(rule):
        try:
            alarm_rules.alarms(rule)
        except ValueError as error:
            yield CheckFailure("alarmRule", f"{error}.")


_PUT_COMPOSITE: Final = Call(
    "PutCompositeAlarm",
    {parameter: _suppressed(name) for parameter, name in _SUPPRESSOR.items()},
)

_COMPOSITE: Final = Resource(
    token="aws:cloudwatch/compositeAlarm:CompositeAlarm",
    service="cloudwatch",
    id="{alarmName}",
    create=_PUT_COMPOSITE,
    read=Call(
        "DescribeAlarms",
        {"AlarmNames": ["{alarmName}"], "AlarmTypes": ["CompositeAlarm"]},
        only=(),
        result=_read_composite,
    ),
    # An alarm that is put again takes the place of the earlier one.
    update=_PUT_COMPOSITE,
    delete=Call("DeleteAlarms", {"AlarmNames": ["{alarmName}"]}, only=()),
    names={"arn": "AlarmArn"},
    defaults={"actionsEnabled": True},
    immutable=("actionsEnabled", "alarmName"),
    sets=("alarmActions", "insufficientDataActions", "okActions"),
    facets=(_TAGS,),
    check=_check_composite,
    require=functools.partial(_require_near, "PutCompositeAlarm"),
)


# --- Dashboards ---

_DASHBOARD_NAME: Final = re.compile(r"[\w-]{1,255}", re.ASCII)


def _check_dashboard(dashboard: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_cloudwatch_dashboard``."""
    name, body = dashboard.get("dashboardName"), dashboard.get("dashboardBody")
    if isinstance(name, str) and not is_unknown(name) and not _DASHBOARD_NAME.fullmatch(name):
        yield CheckFailure("dashboardName", "must have only letters, digits, - and _.")
    if isinstance(body, str) and not is_unknown(body):
        try:
            json.loads(body)
        except ValueError:
            yield CheckFailure("dashboardBody", "must be valid JSON.")


def _require_dashboard(api: Api, dashboard: Properties) -> None:
    """Refuse a body that shows nothing.

    Source: the API reference, "Dashboard Body Structure and Syntax".
    """
    del api
    errors = list(_body_errors(json.loads(str(dashboard["dashboardBody"]))))
    if errors:
        raise ApiError(
            "PutDashboard",
            "InvalidParameterInput",
            f"The dashboard body is invalid, there are {len(errors)} validation errors: "
            + "; ".join(errors),
        )


_GRID: Final = {"x": (0, 23), "y": (0, 10**9), "width": (1, 24), "height": (1, 1000)}


def _body_errors(body: object) -> Iterator[str]:
    widgets = body.get("widgets") if isinstance(body, Mapping) else None
    if not isinstance(widgets, list):
        yield "/: Should have required property 'widgets', a list"
        return
    for index, widget in enumerate(widgets):
        path = f"/widgets/{index}"
        if not isinstance(widget, Mapping):
            yield f"{path}: Should be object"
            continue
        for name, (low, high) in _GRID.items():
            value = widget.get(name, low)
            if not isinstance(value, int) or not low <= value <= high:
                yield f"{path}/{name}: Should be an integer from {low} to {high}"
        properties = widget.get("properties")
        if not isinstance(widget.get("type"), str):
            yield f"{path}: Should have required property 'type'"
        elif not isinstance(properties, Mapping):
            yield f"{path}: Should have required property 'properties'"
        elif widget["type"] == "text" and not isinstance(properties.get("markdown"), str):
            yield f"{path}/properties: Should have required property 'markdown'"
        elif widget["type"] == "metric":
            yield from _metric_errors(properties, f"{path}/properties")


def _metric_errors(properties: Mapping[str, object], path: str) -> Iterator[str]:
    metrics, annotations = properties.get("metrics"), properties.get("annotations")
    alarms = annotations.get("alarms") if isinstance(annotations, Mapping) else None
    if not alarms and (not properties.get("region") or metrics is None):
        yield (
            f"{path}: The metric widget should have specified a region and a data source or an "
            "alarm annotation"
        )
    elif metrics is not None and not (
        isinstance(metrics, list) and all(_is_metric(each) for each in metrics)
    ):
        yield (
            f"{path}/metrics: Has to be an array of arrays of strings, each with an optional "
            "object last"
        )


def _is_metric(metric: object) -> bool:
    if not isinstance(metric, list) or not metric:
        return False
    *names, last = metric
    return all(isinstance(each, str) for each in names) and isinstance(last, str | dict)


_DASHBOARD: Final = Resource(
    token="aws:cloudwatch/dashboard:Dashboard",
    service="cloudwatch",
    id="{dashboardName}",
    create=Call("PutDashboard"),
    read=Call("GetDashboard", only=("dashboardName",), absent=("ResourceNotFound",)),
    update=Call("PutDashboard"),
    delete=Call("DeleteDashboards", {"DashboardNames": ["{dashboardName}"]}, only=()),
    immutable=("dashboardName",),
    check=_check_dashboard,
    require=_require_dashboard,
)

RESOURCES: Final = (_ALARM, _COMPOSITE, _DASHBOARD)
