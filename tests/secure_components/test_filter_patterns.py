"""The evaluator of filter patterns, by the examples of the CloudWatch Logs User Guide."""

from __future__ import annotations

import pytest

from tests.secure_components.filter_patterns import matches

EVENT = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "SomeObject": None,
    "ThisFlag": True,
}
COMPOUND = {
    "user": {"id": 1, "email": "John.Stiles@example.com"},
    "users": [
        {"id": 2, "email": "John.Doe@example.com"},
        {"id": 3, "email": "Jane.Doe@example.com"},
    ],
    "actions": ["GET", "PUT", "DELETE"],
    "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]],
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ $.eventType = "UpdateTrail" }', True),
        ('{ $.eventType = "updatetrail" }', False),
        ("{ $.eventType = UpdateTrail }", True),
        ("{ $.eventType = Update* }", True),
        ("{ $.eventType = *Trail }", True),
        ("{ $.eventType = *dateTr* }", True),
        ("{ $.eventType = Up*il }", False),
        ("{ $.eventType = Update }", False),
        ("{ $.sourceIPAddress != 123.123.* }", True),
        ("{ $.sourceIPAddress != 111.111.* }", False),
        ('{ $.arrayKey[0] = "value" }', True),
        ('{ $.arrayKey[1] = "value" }', False),
        ('{ $.arrayKey[2] = "value" }', False),
        ('{ $.arrayKey[*] = "another value" }', True),
        ('{ $.eventType[0] = "U" }', False),
        ("{ $.objectList[1].id = 2 }", True),
        ("{ $.objectList[0].id = 2 }", False),
        ("{ $.objectList[*].id = 2 }", True),
        ("{ $.SomeObject IS NULL }", True),
        ("{ $.ThisFlag IS NULL }", False),
        ("{ $.SomeOtherObject IS NULL }", False),
        ("{ $.SomeOtherObject NOT EXISTS }", True),
        ("{ $.SomeObject NOT EXISTS }", False),
        ("{ $.SomeObject EXISTS }", True),
        ("{ $.ThisFlag IS TRUE }", True),
        ("{ $.ThisFlag IS FALSE }", False),
        ("{ $.eventType = %^Update(Trail)?$% }", True),
        ("{ $.arrayKey = 1 }", False),
        ("{ $.arrayKey != 1 }", False),
    ],
)
def test_single_comparisons(pattern: str, expected: bool) -> None:
    assert matches(pattern, EVENT) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', True),
        ('{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', False),
        (
            "{ $.user.email = John.Stiles* || $.coordinates[0][1] = no && $.actions[2] = no }",
            True,
        ),
        (
            "{ ($.user.email = John.Stiles* || $.coordinates[0][1] = no) && $.actions[2] = no }",
            False,
        ),
        ("{ $.coordinates[1][2] = 6 }", True),
    ],
)
def test_compound_conditions(pattern: str, expected: bool) -> None:
    assert matches(pattern, COMPOUND) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{ $.latency >= 500 }", True),
        ("{ $.latency > 500 }", False),
        ("{ $.latency < 10e3 }", True),
        ("{ $.latency < 10e-3 }", False),
        ("{ $.latency <= +500.0 }", True),
        ("{ $.latency = 500 }", True),
        ("{ $.latency != 500 }", False),
        ("{ $.latency = 5* }", False),
        ("{ $.text > 1 }", False),
    ],
)
def test_numbers(pattern: str, expected: bool) -> None:
    assert matches(pattern, {"latency": 500, "text": "2"}) is expected


def test_what_the_guide_does_not_say_is_no_answer() -> None:
    with pytest.raises(LookupError, match="the guide says nothing"):
        matches("{ $.absent != 1 }", EVENT)
