"""Budgets through their lives, on the emulated AWS."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.cloud import Cloud
from local.cloud.values import UNKNOWN
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:costs"
BUDGET = "aws:budgets/budget:Budget"

SPENT: dict[str, Any] = {
    "comparisonOperator": "GREATER_THAN",
    "notificationType": "ACTUAL",
    "threshold": 80,
    "thresholdType": "PERCENTAGE",
    "subscriberEmailAddresses": ["money@example.com", "security@example.com"],
}
FORECAST = {
    **SPENT,
    "notificationType": "FORECASTED",
    "threshold": 99.5,
    "subscriberSnsTopicArns": [TOPIC],
}
MONTHLY = {
    "name": "monthly",
    "budgetType": "COST",
    "timeUnit": "MONTHLY",
    "limitAmount": "100",
    "limitUnit": "USD",
    "notifications": [SPENT, FORECAST],
}


def test_a_budget_lives(aws: Any, cloud: Cloud) -> None:
    live(
        aws,
        Life(
            BUDGET,
            {**MONTHLY, "tags": {"a": "1", "b": "2"}},
            {
                **MONTHLY,
                "limitAmount": "99.5",
                "timeUnit": "QUARTERLY",
                "timePeriodStart": "2026-01-01_00:00",
                "timePeriodEnd": "2030-01-01_00:00",
                "costFilters": [{"name": "Service", "values": ["Amazon Athena", "AWS Glue"]}],
                "costTypes": {"includeTax": False},
                "notifications": [{**SPENT, "threshold": 50}],
                "tags": {"a": "3"},
            },
            {**MONTHLY, "name": "others"},
            f"{ACCOUNT}:monthly",
            {
                "accountId": ACCOUNT,
                "arn": f"arn:aws:budgets::{ACCOUNT}:budget/monthly",
                "timePeriodEnd": "2087-06-15_00:00",
                "notifications": [SPENT, FORECAST],
                "tagsAll": {"a": "1", "b": "2"},
            },
        ),
    )
    assert cloud.client("budgets").describe_budgets(AccountId=ACCOUNT)["Budgets"] == []


def test_a_budget_is_in_aws_as_it_was_asked_for(aws: Any, cloud: Cloud) -> None:
    budgets, which = cloud.client("budgets"), {"AccountId": ACCOUNT, "BudgetName": "monthly"}
    made = aws.create(BUDGET, MONTHLY)
    budget = budgets.describe_budget(**which)["Budget"]
    assert budget["BudgetLimit"] == {"Amount": "100", "Unit": "USD"}
    assert (budget["BudgetType"], budget["TimeUnit"]) == ("COST", "MONTHLY")
    assert budget["CostTypes"]["IncludeTax"] is True
    assert budget["CostTypes"]["UseBlended"] is False
    spent, forecast = budgets.describe_notifications_for_budget(**which)["Notifications"]
    assert (spent["NotificationType"], spent["Threshold"]) == ("ACTUAL", 80)
    told = budgets.describe_subscribers_for_notification(**which, Notification=forecast)
    assert {(each["SubscriptionType"], each["Address"]) for each in told["Subscribers"]} == {
        ("EMAIL", "money@example.com"),
        ("EMAIL", "security@example.com"),
        ("SNS", TOPIC),
    }
    changed = {**MONTHLY, "limitAmount": "7", "costTypes": {"includeTax": False}}
    aws.update(made, {**changed, "notifications": [FORECAST]})
    budget = budgets.describe_budget(**which)["Budget"]
    assert budget["BudgetLimit"]["Amount"] == "7"
    assert budget["CostTypes"]["IncludeTax"] is False
    assert budgets.describe_notifications_for_budget(**which)["Notifications"] == [forecast]


def test_a_changed_limit_leaves_alone_who_is_told(aws: Any) -> None:
    made = aws.create(BUDGET, MONTHLY)
    assert aws.update(made, {**MONTHLY, "limitAmount": "7"}).outputs["notifications"] == [
        SPENT,
        FORECAST,
    ]


def test_amounts_are_compared_as_numbers_and_the_told_as_sets(aws: Any) -> None:
    made = aws.create(BUDGET, MONTHLY)
    assert not aws.diff(made, {**MONTHLY, "limitAmount": "100.0"}).diffs
    assert aws.diff(made, {**MONTHLY, "limitAmount": "100.1"}).diffs
    turned = {**SPENT, "subscriberEmailAddresses": SPENT["subscriberEmailAddresses"][::-1]}
    assert not aws.diff(made, {**MONTHLY, "notifications": [FORECAST, turned]}).diffs


@pytest.mark.parametrize(
    ("unit", "month"),
    [("DAILY", None), ("MONTHLY", None), ("QUARTERLY", (1, 4, 7, 10)), ("ANNUALLY", (1,))],
)
def test_a_budget_without_a_start_begins_with_its_time_unit(
    aws: Any, unit: str, month: tuple[int, ...] | None
) -> None:
    made = aws.create(BUDGET, {**MONTHLY, "timeUnit": unit})
    start = dt.datetime.strptime(f"{made.outputs['timePeriodStart']}Z", "%Y-%m-%d_%H:%M%z")
    now = dt.datetime.now(dt.UTC)
    assert (start.hour, start.minute) == (0, 0)
    assert (start.day == 1) or unit == "DAILY"
    assert start.month in (month or (now.month, (now - dt.timedelta(days=1)).month))
    assert dt.timedelta() <= now - start < dt.timedelta(days=367)


def test_a_budget_without_a_name_gets_one(aws: Any) -> None:
    unnamed = {name: value for name, value in MONTHLY.items() if name != "name"}
    assert aws.create(BUDGET, unnamed).outputs["name"].startswith("it-")
    made = aws.create(BUDGET, {**unnamed, "namePrefix": "team-"})
    assert made.outputs["name"].startswith("team-")


def test_what_is_unknown_passes_check(aws: Any) -> None:
    unknown = {"limitAmount": UNKNOWN, "timePeriodStart": UNKNOWN, "notifications": UNKNOWN}
    assert aws.checked(BUDGET, {**MONTHLY, **unknown})
    told = [UNKNOWN, {**SPENT, "subscriberEmailAddresses": [UNKNOWN]}]
    assert aws.checked(BUDGET, {**MONTHLY, "notifications": told})


@pytest.mark.parametrize(
    ("inputs", "failing"),
    [
        ({"limitAmount": "much"}, "limitAmount"),
        ({"limitUnit": None}, "limitUnit"),
        ({"timePeriodStart": "2026-01-01"}, "timePeriodStart"),
        ({"timePeriodEnd": "2026-13-01_00:00"}, "timePeriodEnd"),
        ({"notifications": [{**SPENT, "subscriberEmailAddresses": []}]}, "notifications[0]"),
        (
            {"notifications": [{**SPENT, "subscriberEmailAddresses": ["a@example.com"] * 11}]},
            "notifications[0].subscriberEmailAddresses",
        ),
        (
            {"notifications": [SPENT, {**SPENT, "subscriberSnsTopicArns": [TOPIC, TOPIC]}]},
            "notifications[1].subscriberSnsTopicArns",
        ),
        (
            {"notifications": [{**SPENT, "threshold": number} for number in range(11)]},
            "notifications",
        ),
        ({"notifications": [{**SPENT, "threshhold": 1}]}, "notifications[0].threshhold"),
        ({"plannedLimits": [{"amount": "1", "startTime": "a", "unit": "USD"}]}, "plannedLimits"),
        ({"autoAdjustData": {"autoAdjustType": "FORECAST"}}, "autoAdjustData"),
    ],
)
def test_bad_budgets_fail_at_check(aws: Any, inputs: dict[str, Any], failing: str) -> None:
    _, failures = aws.check(BUDGET, {**MONTHLY, **inputs})
    assert [name for name, _ in failures] == [failing]


@pytest.mark.parametrize(
    ("inputs", "code", "why"),
    [
        ({"name": "a:b"}, "ValidationException", "BudgetName"),
        ({"budgetType": "MONEY"}, "ValidationException", "BudgetType"),
        ({"timeUnit": "WEEKLY"}, "ValidationException", "TimeUnit"),
        ({"accountId": "210987654321"}, "AccessDeniedException", "another account"),
        ({"limitAmount": None, "limitUnit": None}, "InvalidParameterException", "Limit"),
    ],
)
def test_a_budget_that_aws_refuses_is_refused(
    aws: Any, inputs: dict[str, Any], code: str, why: str
) -> None:
    message = refusal(aws.create, BUDGET, {**MONTHLY, **inputs})
    assert f"CreateBudget failed: {code}: " in message
    assert why in message


def test_a_second_budget_of_a_name_is_refused(aws: Any) -> None:
    aws.create(BUDGET, MONTHLY)
    assert "DuplicateRecordException" in refusal(aws.create, BUDGET, MONTHLY)


def test_a_budget_that_cannot_tell_somebody_is_there_all_the_same(aws: Any) -> None:
    bad = {**SPENT, "notificationType": "GUESSED"}
    with pytest.raises(aws.PartlyMade, match="NotificationType") as caught:
        aws.create(BUDGET, {**MONTHLY, "notifications": [bad]})
    assert caught.value.made.id == f"{ACCOUNT}:monthly"
    fixed = aws.update(caught.value.made, MONTHLY)
    assert fixed.outputs["notifications"] == [SPENT, FORECAST]


def test_the_same_is_told_once(aws: Any) -> None:
    again = {**SPENT, "subscriberEmailAddresses": ["one@example.com"]}
    with pytest.raises(aws.PartlyMade, match="DuplicateRecordException"):
        aws.create(BUDGET, {**MONTHLY, "notifications": [SPENT, again]})


def test_what_is_not_there_is_an_error(aws: Any, cloud: Cloud) -> None:
    budgets, which = cloud.client("budgets"), {"AccountId": ACCOUNT, "BudgetName": "monthly"}
    spent = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 1}
    arn = f"arn:aws:budgets::{ACCOUNT}:budget/monthly"
    new = {"BudgetName": "monthly", "BudgetType": "COST", "TimeUnit": "MONTHLY"}

    def refused(*calls: Any) -> None:
        for call, parameters in calls:
            with pytest.raises(ClientError) as caught:
                call(**parameters)
            assert caught.value.response["Error"]["Code"] == "NotFoundException"

    of_notification = (
        (budgets.describe_subscribers_for_notification, {**which, "Notification": spent}),
        (budgets.delete_notification, {**which, "Notification": spent}),
    )
    refused(
        *of_notification,
        (budgets.update_budget, {"AccountId": ACCOUNT, "NewBudget": new}),
        (budgets.list_tags_for_resource, {"ResourceARN": arn}),
        (budgets.tag_resource, {"ResourceARN": arn, "ResourceTags": []}),
    )
    aws.create(BUDGET, MONTHLY)
    refused(*of_notification)
