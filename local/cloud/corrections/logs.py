"""CloudWatch Logs, where moto answers what AWS never would."""

from __future__ import annotations

from typing import Any

from local.cloud.corrections.registry import Corrected, corrects


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
