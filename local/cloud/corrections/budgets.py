"""Budgets, where moto answers what AWS never would."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Final

from local.cloud.corrections.registry import Corrected, adds, corrects

_END: Final = dt.datetime(2087, 6, 15, tzinfo=dt.UTC).timestamp()
_COST_TYPES: Final = {
    **dict.fromkeys(
        (
            f"Include{each}"
            for each in (
                *("Credit", "Discount", "OtherSubscription", "Recurring", "Refund"),
                *("Subscription", "Support", "Tax", "Upfront"),
            )
        ),
        True,
    ),
    "UseAmortized": False,
    "UseBlended": False,
}
"""The API reference of ``CostTypes``, its defaults."""


@corrects("moto.budgets.responses", "BudgetsResponse.create_budget")
def _create(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """Its tags are kept."""
    asked, answer = json.loads(request.body), moto(request)
    listed = asked.get("ResourceTags", [])
    budget = request.backend.budgets[asked["AccountId"]][asked["Budget"]["BudgetName"]]
    budget.tags = {each["Key"]: each["Value"] for each in listed}
    return answer


@corrects("moto.budgets.models", "Budget.__init__")
def _start(moto: Corrected, budget: Any, asked: Any, notifications: Any) -> None:  # noqa: ANN401
    """What is not said of costs and dates, AWS fills in."""
    if asked["BudgetType"] == "COST":
        asked["CostTypes"] = _COST_TYPES | asked.get("CostTypes", {})
    period = asked.get("TimePeriod", {})
    asked["TimePeriod"] = {"Start": _beginning(asked["TimeUnit"]), "End": _END} | period
    moto(budget, asked, notifications)


def _beginning(unit: str) -> float:
    """Return when the time unit that goes on began: the API reference of ``Budget``."""
    day = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    month = {"ANNUALLY": 1, "QUARTERLY": (day.month - 1) // 3 * 3 + 1}.get(unit, day.month)
    return (day if unit == "DAILY" else day.replace(month=month, day=1)).timestamp()


@adds("moto.budgets.responses", "BudgetsResponse.update_budget")
def _update(request: Any) -> str:  # noqa: ANN401
    """A budget that is put again takes the place of the earlier one, and keeps whom it tells."""
    from moto.budgets.models import Budget  # noqa: PLC0415  after its environment is set

    asked = json.loads(request.body)
    kept = _find(request, asked["AccountId"], asked["NewBudget"]["BudgetName"])
    kept.budget = Budget(asked["NewBudget"], []).budget
    return "{}"


@corrects("moto.budgets.models", "Budget.add_notification")
def _add_notification(moto: Corrected, budget: Any, details: Any, subscribers: Any) -> None:  # noqa: ANN401
    """Of the same is told once."""
    if any(each.details == details for each in budget.notifications):
        raise _refused("DuplicateRecordException", "Notification already exists.")
    moto(budget, details, subscribers)


@corrects("moto.budgets.models", "Budget.delete_notification")
def _delete_notification(moto: Corrected, budget: Any, details: Any) -> None:  # noqa: ANN401
    """A notification that is not there is an error."""
    _notification(budget, details)
    moto(budget, details)


@adds("moto.budgets.responses", "BudgetsResponse.describe_subscribers_for_notification")
def _describe_subscribers(request: Any) -> str:  # noqa: ANN401
    """Tell who is told, all on one page."""
    asked = json.loads(request.body)
    budget = _find(request, asked["AccountId"], asked["BudgetName"])
    return json.dumps({"Subscribers": _notification(budget, asked["Notification"]).subscribers})


@adds("moto.budgets.responses", "BudgetsResponse.tag_resource")
def _tag(request: Any) -> str:  # noqa: ANN401
    """Add tags to a budget."""
    asked = json.loads(request.body)
    _by_arn(request, asked).tags |= {each["Key"]: each["Value"] for each in asked["ResourceTags"]}
    return "{}"


@adds("moto.budgets.responses", "BudgetsResponse.untag_resource")
def _untag(request: Any) -> str:  # noqa: ANN401
    """Take tags from a budget."""
    asked = json.loads(request.body)
    for key in asked["ResourceTagKeys"]:
        _by_arn(request, asked).tags.pop(key, None)
    return "{}"


@adds("moto.budgets.responses", "BudgetsResponse.list_tags_for_resource")
def _list_tags(request: Any) -> str:  # noqa: ANN401
    """List a budget's tags."""
    tags = _by_arn(request, json.loads(request.body)).tags
    return json.dumps({"ResourceTags": [{"Key": key, "Value": tags[key]} for key in tags]})


def _by_arn(request: Any, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    *_, account, name = asked["ResourceARN"].split(":", 5)
    return _find(request, account, name.removeprefix("budget/"))


def _find(request: Any, account: str, name: str) -> Any:  # noqa: ANN401
    request.backend.describe_budget(account, name)
    return request.backend.budgets[account][name]


def _notification(budget: Any, details: dict[str, Any]) -> Any:  # noqa: ANN401
    found = [each for each in budget.notifications if each.details == details]
    if not found:
        raise _refused("NotFoundException", "Notification not found.")
    return found[0]


def _refused(code: str, why: str) -> Exception:
    from moto.core.exceptions import JsonRESTError  # noqa: PLC0415  after its environment

    return JsonRESTError(code, why)
