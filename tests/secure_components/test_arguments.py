"""Arguments are refused by name, reason and what is allowed, before anything is registered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pytest

from secure_components.arguments import ArgumentError, check_arguments, check_value


class Limit(TypedDict):
    requests: int
    by: NotRequired[Sequence[str]]


class Example(TypedDict):
    name: str
    days: NotRequired[pulumi.Input[int]]
    tags: NotRequired[Mapping[str, pulumi.Input[str]]]
    names: NotRequired[Sequence[str]]
    on: NotRequired[pulumi.Input[bool]]
    limit: NotRequired[Limit]
    limits: NotRequired[Mapping[str, Limit]]
    several: NotRequired[Sequence[Limit]]
    targets: NotRequired[Sequence[pulumi.Input[str] | pulumi.Resource]]
    statement: NotRequired[Mapping[str, Any]]


@pytest.mark.parametrize(
    "args",
    [
        {"name": "x"},
        {"name": "x", "days": 3, "tags": {"a": "b"}, "names": ["a"], "on": False},
        {"name": "x", "days": pulumi.Output.from_input(3)},
        {"name": "x", "limit": {"requests": 3, "by": ["ip"]}, "limits": {}, "several": ()},
        {"name": "x", "limits": {"login": {"requests": 3}}, "several": [{"requests": 3}]},
        {"name": "x", "targets": ["arn", pulumi.Output.from_input("arn")]},
        {"name": "x", "statement": {"any": [1, {"thing": None}]}},
    ],
)
def test_right_arguments(args: dict[str, Any]) -> None:
    check_arguments("Thing", "it", args, Example)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({}, "argument 'name' is required and missing"),
        ({"name": "x", "dayz": 3}, "argument 'dayz' is unknown; did you mean 'days'"),
        ({"name": "x", "zzzzz": 3}, "argument 'zzzzz' is unknown; Known: name, days"),
        ({"name": 3}, "argument 'name' is a int; give str"),
        ({"name": "x", "days": "3"}, "argument 'days' is a str; give int, or an Output of it"),
        ({"name": "x", "days": True}, "argument 'days' is a bool"),
        ({"name": "x", "on": 1}, "argument 'on' is a int"),
        ({"name": "x", "names": "abc"}, "argument 'names' is a str; give Sequence"),
        ({"name": pulumi.Output.from_input("x")}, "argument 'name' is a Output; give str"),
        ({"name": "x", "days": None}, "argument 'days' is a NoneType"),
        (["name"], "argument 'args' is a list; give a dict"),
        ({"name": "x", "limit": 3}, "argument 'limit' is a int; give dict"),
        ({"name": "x", "limit": {}}, "argument 'limit.requests' is required and missing"),
        (
            {"name": "x", "limit": {"requests": 3, "request": 3}},
            "argument 'limit.request' is unknown; did you mean 'requests'",
        ),
        ({"name": "x", "limit": {"requests": 3, "by": [1]}}, "argument 'limit.by.0' is a int"),
        ({"name": "x", "limits": {"login": {"requests": "3"}}}, "argument 'limits.login.requests'"),
        ({"name": "x", "limits": {3: {"requests": 3}}}, "argument 'limits' has a int as a name"),
        ({"name": "x", "several": [{}]}, "argument 'several.0.requests' is required"),
        ({"name": "x", "several": {"requests": 3}}, "argument 'several' is a dict; give Sequence"),
        ({"name": "x", "targets": [3]}, "argument 'targets.0' is a int; give str or Resource"),
    ],
)
def test_wrong_arguments(args: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message) as caught:
        check_arguments("Thing", "it", args, Example)
    assert str(caught.value).startswith("Thing 'it': ")


def test_message_holds_no_value() -> None:
    with pytest.raises(ArgumentError) as caught:
        check_value("Thing", "it", "password", "hunter2", lambda _: False, "another")
    assert "hunter2" not in str(caught.value)


async def later(value: int) -> int:
    return value


@pytest.mark.parametrize("make", [pulumi.Output.from_input, later], ids=["output", "awaitable"])
def test_later_value_is_checked_when_it_resolves(make: Callable[[int], Any]) -> None:
    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def resolve() -> Any:
        return check_value("Thing", "it", "days", make(3), lambda days: days > 3, "more than 3")

    with pytest.raises(ArgumentError, match="argument 'days' is not allowed; give more than 3"):
        resolve()
