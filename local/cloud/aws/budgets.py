"""Budgets of the account's costs, and whom they tell."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, cast

from local.cloud.aws.facets import structure, tags
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, AutoName, Call, Facet, Given, Properties, Resource
from local.cloud.values import is_unknown

_TIME: Final = "%Y-%m-%d_%H:%M"
_AMOUNT: Final = re.compile(r"([0-9]*\.)?[0-9]+")
_WHICH: Final = {"AccountId": "{account}", "BudgetName": "{name}"}
_SUBSCRIBED: Final = {"EMAIL": "subscriberEmailAddresses", "SNS": "subscriberSnsTopicArns"}
_MOST: Final = {"EMAIL": 10, "SNS": 1}
_MOST_NOTIFICATIONS: Final = 10
"""The API reference of ``Notification``."""

# --- Budgets themselves ---


def _budget(known: Properties) -> object:
    plain = ("budgetType", "costTypes", "name", "timeUnit")
    told = cast(
        "dict[str, Any]", structure("budgets", "Budget", plain, {"name": "BudgetName"})(known)
    )
    if known.get("limitAmount"):
        told["BudgetLimit"] = {"Amount": known["limitAmount"], "Unit": known.get("limitUnit")}
    filters = cast("list[Mapping[str, Any]]", known.get("costFilters") or [])
    if filters:
        told["CostFilters"] = {each["name"]: each["values"] for each in filters}
    ends = {"Start": known.get("timePeriodStart"), "End": known.get("timePeriodEnd")}
    told["TimePeriod"] = {end: _read_time(str(at)) for end, at in ends.items() if at}
    return told


def _read_time(text: str) -> dt.datetime:
    return dt.datetime.strptime(text, _TIME).replace(tzinfo=dt.UTC)


def _read_budget(answer: Any) -> dict[str, Any]:  # noqa: ANN401  as boto3 gives it
    budget = answer["Budget"]
    limit, period = budget.pop("BudgetLimit", {}), budget.pop("TimePeriod")
    filters = budget.pop("CostFilters", {})
    return {
        **budget,
        "CostFilters": [{"Name": name, "Values": values} for name, values in filters.items()],
        "LimitAmount": limit.get("Amount"),
        "LimitUnit": limit.get("Unit"),
        "TimePeriodEnd": period["End"].astimezone(dt.UTC).strftime(_TIME),
        "TimePeriodStart": period["Start"].astimezone(dt.UTC).strftime(_TIME),
    }


# --- Whom they tell ---


def _notification(told: Mapping[str, Any]) -> dict[str, Any]:
    plain = ("comparisonOperator", "notificationType", "threshold", "thresholdType")
    made = structure("budgets", "Notification", plain, {})(told)
    return cast("dict[str, Any]", made)


def _subscribers(told: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"SubscriptionType": kind, "Address": address}
        for kind, name in _SUBSCRIBED.items()
        for address in told.get(name) or []
    ]


def _notify(old: Properties, new: Properties) -> list[Call]:
    before, after = (
        cast("list[Mapping[str, Any]]", value.get("notifications") or []) for value in (old, new)
    )
    gone = [
        Call("DeleteNotification", {**_WHICH, "Notification": Given(_notification(each))}, only=())
        for each in before
    ]
    return gone + [
        Call(
            "CreateNotification",
            {
                **_WHICH,
                "Notification": Given(_notification(each)),
                "Subscribers": Given(_subscribers(each)),
            },
            only=(),
        )
        for each in after
    ]


def _read_notifications(api: Api, known: Properties) -> Properties:
    aws = cast("AwsApi", api)
    which = {"AccountId": aws.context["account"], "BudgetName": known["name"]}
    listed = aws.send("budgets", "DescribeNotificationsForBudget", which).get("Notifications", [])
    told = []
    for each in listed:
        asked = {**which, "Notification": each}
        found = aws.send("budgets", "DescribeSubscribersForNotification", asked)["Subscribers"]
        addresses = {
            name: [one["Address"] for one in found if one["SubscriptionType"] == kind]
            for kind, name in _SUBSCRIBED.items()
        }
        told.append(
            {
                "comparisonOperator": each["ComparisonOperator"],
                "notificationType": each["NotificationType"],
                "threshold": each["Threshold"],
                "thresholdType": each.get("ThresholdType", "PERCENTAGE"),
                **{name: value for name, value in addresses.items() if value},
            }
        )
    return {"notifications": told}


# --- What is refused ---


def _check_budget(budget: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_budgets_budget``.

    How many are told of what, and the form of an amount: the API reference of ``Notification`` and
    ``Spend``.
    """
    amount = budget.get("limitAmount")
    if isinstance(amount, str) and not is_unknown(amount) and not _AMOUNT.fullmatch(amount):
        yield CheckFailure("limitAmount", "must be a decimal number, as 100 or 99.5.")
    if amount is not None and budget.get("limitUnit") is None:
        yield CheckFailure("limitUnit", "is required beside limitAmount.")
    for name in ("timePeriodStart", "timePeriodEnd"):
        at = budget.get(name)
        if isinstance(at, str) and not is_unknown(at) and not _is_time(at):
            yield CheckFailure(name, "must be a time as 2026-01-01_00:00.")
    listed = budget.get("notifications")
    notifications = listed if isinstance(listed, list) else []
    if len(notifications) > _MOST_NOTIFICATIONS:
        yield CheckFailure("notifications", f"must have at most {_MOST_NOTIFICATIONS} items.")
    for index, each in enumerate(notifications):
        if isinstance(each, Mapping):
            yield from _check_subscribers(f"notifications[{index}]", each)


def _check_subscribers(path: str, notification: Properties) -> Iterator[CheckFailure]:
    if not any(notification.get(name) for name in _SUBSCRIBED.values()):
        yield CheckFailure(path, "must tell somebody: an email address or an SNS topic.")
    for kind, most in _MOST.items():
        told = notification.get(_SUBSCRIBED[kind])
        if isinstance(told, list) and len(told) > most:
            yield CheckFailure(f"{path}.{_SUBSCRIBED[kind]}", f"must have at most {most} items.")


def _is_time(text: str) -> bool:
    try:
        _read_time(text)
    except ValueError:
        return False
    return True


def _require_own(api: Api, budget: Properties) -> None:
    """Refuse another account's budgets."""
    if budget.get("accountId") not in (None, api.context["account"]):
        raise ApiError("CreateBudget", "AccessDeniedException", "the caller is of another account")


_BILLING: Final = "the emulator lacks it, so leave it out"
_ARN: Final = {"ResourceARN": "arn:aws:budgets::{account}:budget/{name}"}

_BUDGET: Final = Resource(
    token="aws:budgets/budget:Budget",
    service="budgets",
    id="{account}:{name}",
    create=Call(
        "CreateBudget",
        {"AccountId": "{account}", "Budget": _budget},
        only=("tags",),
        inside="Budget",
    ),
    read=Call(
        "DescribeBudget", _WHICH, only=(), result=_read_budget, absent=("NotFoundException",)
    ),
    update=Call("UpdateBudget", {"AccountId": "{account}", "NewBudget": _budget}, only=()),
    delete=Call("DeleteBudget", _WHICH, only=()),
    names={
        "limitAmount": ("LimitAmount", "BudgetLimit"),
        "limitUnit": ("LimitUnit", "BudgetLimit"),
        "name": ("BudgetName", "Name"),
        "tags": "ResourceTags",
        "timePeriodEnd": ("TimePeriodEnd", "TimePeriod"),
        "timePeriodStart": ("TimePeriodStart", "TimePeriod"),
    },
    name=AutoName("name", limit=255, prefix_property="namePrefix"),
    defaults={
        **dict.fromkeys(
            (
                f"costTypes.include{each}"
                for each in (
                    *("Credit", "Discount", "OtherSubscription", "Recurring", "Refund"),
                    *("Subscription", "Support", "Tax", "Upfront"),
                )
            ),
            True,
        ),
        "costTypes.useAmortized": False,
        "costTypes.useBlended": False,
        "timePeriodEnd": "2087-06-15_00:00",
    },
    computed=(
        *("accountId", "costFilters", "costTypes", "limitAmount", "limitUnit"),
        "timePeriodStart",
    ),
    immutable=("accountId", "name", "namePrefix"),
    sets=(
        *("costFilters", "notifications"),
        *(f"notifications.{name}" for name in _SUBSCRIBED.values()),
    ),
    normal={"limitAmount": Decimal},
    local=("namePrefix",),
    unsupported={
        "autoAdjustData": "it has no costs to go by: set limitAmount",
        "billingViewArn": _BILLING,
        "filterExpression": "the emulator lacks it: use costFilters",
        "metrics": "the emulator lacks it: use costTypes",
        "plannedLimits": "the emulator lacks it: set limitAmount",
    },
    derived={
        "accountId": "{account}",
        "arn": "arn:aws:budgets::{account}:budget/{name}",
    },
    facets=(
        tags(
            Call("TagResource", _ARN),
            Call("UntagResource", _ARN),
            names="ResourceTagKeys",
            read=Call("ListTagsForResource", _ARN, only=()),
        ),
        Facet(("notifications",), choose=_notify, read=_read_notifications),
    ),
    check=_check_budget,
    require=_require_own,
)

RESOURCES: Final = (_BUDGET,)
