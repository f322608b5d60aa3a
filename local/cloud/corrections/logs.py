"""CloudWatch Logs, where moto answers what AWS never would."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

from local.cloud.corrections.registry import Corrected, adds, corrects


@corrects("moto.logs.responses", "LogsResponse.create_log_group")
def _create_log_group(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """The class that was asked for is kept."""
    answer = moto(request)
    group = request.logs_backend.groups[request._get_param("logGroupName")]  # noqa: SLF001
    group.log_group_class = request._get_param("logGroupClass") or "STANDARD"  # noqa: SLF001
    return answer


@corrects("moto.logs.models", "LogGroup.to_describe_dict")
def _describe_log_group(moto: Corrected, group: Any) -> Any:  # noqa: ANN401
    """A log group has a class."""
    return {**moto(group), "logGroupClass": getattr(group, "log_group_class", "STANDARD")}


@corrects("moto.logs.models", "LogResourcePolicy.describe")
def _describe_resource_policy(moto: Corrected, policy: Any) -> Any:  # noqa: ANN401
    """A policy says whether it is the account's or a log group's."""
    return {**moto(policy), "policyScope": "ACCOUNT"}


# --- Metric filters ---


@corrects("moto.logs.models", "LogsBackend.put_metric_filter")
def _put_metric_filter(moto: Corrected, backend: Any, name: str, pattern: str, *rest: Any) -> None:  # noqa: ANN401
    """A filter that is put again takes the place of the earlier one."""
    backend.filters.delete_filter(name, rest[0])
    moto(backend, name, pattern, *rest)


@corrects("moto.logs.models", "LogsBackend.describe_metric_filters")
def _describe_metric_filters(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    prefix: str | None = None,
    log_group_name: str | None = None,
    *metric: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Filters of a log group that is not there are an error."""
    if log_group_name is not None:
        _require_group(backend, log_group_name)
    return moto(backend, prefix, log_group_name, *metric)


@corrects("moto.logs.models", "LogsBackend.delete_metric_filter")
def _delete_metric_filter(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    filter_name: str,
    log_group_name: str,
) -> None:
    """A filter that is not there is an error."""
    _require_group(backend, log_group_name)
    found = backend.filters.get_matching_filters(filter_name, log_group_name)
    if not any(each["filterName"] == filter_name for each in found):
        raise _absent()
    moto(backend, filter_name, log_group_name)


@corrects("moto.logs.models", "LogsBackend.delete_log_group")
def _delete_log_group(moto: Corrected, backend: Any, log_group_name: str) -> None:  # noqa: ANN401
    """Its filters go with it."""
    moto(backend, log_group_name)
    for each in backend.filters.get_matching_filters(log_group_name=log_group_name):
        backend.filters.delete_filter(each["filterName"], log_group_name)


def _require_group(backend: Any, name: str) -> None:  # noqa: ANN401
    if name not in backend.groups:
        raise _absent()


def _absent() -> Exception:
    from moto.logs.exceptions import ResourceNotFoundException  # noqa: PLC0415  after its environment

    return ResourceNotFoundException()


# --- Saved queries ---


@adds("moto.logs.responses", "LogsResponse.put_query_definition")
def _put_query_definition(request: Any) -> str:  # noqa: ANN401
    """Keep a query."""
    asked, kept = json.loads(request.body), _queries(request)
    id_ = asked.get("queryDefinitionId") or str(uuid.uuid4())
    if "queryDefinitionId" in asked and id_ not in kept:
        raise _absent()
    told = ("logGroupNames", "name", "parameters", "queryString")
    kept[id_] = {
        "queryLanguage": asked.get("queryLanguage", "CWLI"),
        **{name: asked[name] for name in told if asked.get(name)},
        "queryDefinitionId": id_,
        "lastModified": int(time.time() * 1000),
    }
    return json.dumps({"queryDefinitionId": id_})


@adds("moto.logs.responses", "LogsResponse.describe_query_definitions")
def _describe_query_definitions(request: Any) -> str:  # noqa: ANN401
    """List queries, all on one page."""
    prefix = json.loads(request.body).get("queryDefinitionNamePrefix", "")
    found = [each for each in _queries(request).values() if each["name"].startswith(prefix)]
    return json.dumps({"queryDefinitions": found})


@adds("moto.logs.responses", "LogsResponse.delete_query_definition")
def _delete_query_definition(request: Any) -> str:  # noqa: ANN401
    """Forget a query."""
    if _queries(request).pop(json.loads(request.body)["queryDefinitionId"], None) is None:
        raise _absent()
    return json.dumps({"success": True})


def _queries(request: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401
    # A reset makes the backend's attributes anew, and so forgets this one.
    kept: dict[str, dict[str, Any]] = vars(request.logs_backend).setdefault("saved_queries", {})
    return kept
