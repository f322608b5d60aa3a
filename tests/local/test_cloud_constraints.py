"""What AWS's service models say of requests, enforced."""

from __future__ import annotations

import datetime as dt
import functools
import io
from collections.abc import Iterable, Iterator
from typing import Any

import botocore.session
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.cloud.constraints import (
    UNREADABLE_PATTERNS,
    UnknownOperationError,
    compile_pattern,
    violations,
)

SERVICES = (
    *("cloudtrail", "kms", "logs", "iam", "s3", "wafv2", "sns", "events", "dlm", "ds", "rbin"),
    *("athena", "budgets", "glue"),
)
OPERATIONS = (
    ("cloudtrail", "CreateTrail"),
    ("cloudtrail", "PutEventSelectors"),
    ("kms", "CreateKey"),
    ("logs", "CreateLogGroup"),
    ("logs", "PutMetricFilter"),
    ("iam", "CreateRole"),
    ("s3", "PutBucketLifecycleConfiguration"),
    ("wafv2", "CreateIPSet"),
    ("sns", "CreateTopic"),
    ("budgets", "CreateNotification"),
    ("dynamodb", "PutItem"),
)


@functools.cache
def model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "message"),
    [
        ("cloudtrail", "CreateTrail", {"Name": "t"}, "S3BucketName: is required."),
        (
            "cloudtrail",
            "CreateTrail",
            {"Name": "t", "S3BucketName": 5},
            "S3BucketName: must be a string.",
        ),
        (
            "cloudtrail",
            "CreateTrail",
            {"Name": "t", "S3BucketName": None},
            "S3BucketName: must be a string.",
        ),
        (
            "cloudtrail",
            "CreateTrail",
            {"Name": "t", "S3BucketName": "b", "IsMultiRegionTrail": 1},
            "IsMultiRegionTrail: must be a boolean.",
        ),
        ("kms", "CreateKey", {"KeyUsage": "ENCRYPT"}, "KeyUsage: must be one of SIGN_VERIFY, "),
        (
            "kms",
            "CreateKey",
            {"Tags": [{"TagKey": "k", "TagValue": "v" * 257}]},
            "Tags[0].TagValue: must have at most 256 characters.",
        ),
        (
            "kms",
            "ScheduleKeyDeletion",
            {"KeyId": "k", "PendingWindowInDays": 366},
            "PendingWindowInDays: must be at most 365.",
        ),
        (
            "kms",
            "ScheduleKeyDeletion",
            {"KeyId": "k", "PendingWindowInDays": 0},
            "PendingWindowInDays: must be at least 1.",
        ),
        (
            "kms",
            "ScheduleKeyDeletion",
            {"KeyId": "k", "PendingWindowInDays": True},
            "PendingWindowInDays: must be a whole number.",
        ),
        (
            "kms",
            "Encrypt",
            {"KeyId": "k", "Plaintext": b"x" * 4097},
            "Plaintext: must have at most 4096 bytes.",
        ),
        (
            "iam",
            "CreateRole",
            {"RoleName": "a b", "AssumeRolePolicyDocument": "{}"},
            "RoleName: must match the pattern ",
        ),
        (
            "iam",
            "CreateRole",
            {"RoleName": "a\n", "AssumeRolePolicyDocument": "{}"},
            "RoleName: must match the pattern ",
        ),
        (
            "iam",
            "CreateRole",
            {"RoleName": "é", "AssumeRolePolicyDocument": "{}"},
            "RoleName: must match the pattern ",
        ),
        (
            "logs",
            "CreateLogGroup",
            {"logGroupName": "g", "tags": {"k": 5}},
            "tags['k']: must be a string.",
        ),
        (
            "logs",
            "CreateLogGroup",
            {"logGroupName": "g", "tags": {"": "v"}},
            "tags (a key): must have at least 1 characters.",
        ),
        (
            "logs",
            "CreateLogGroup",
            {"logGroupName": "g", "Tags": {}},
            "Tags: is not known; known are ",
        ),
        (
            "cloudtrail",
            "LookupEvents",
            {"StartTime": "yesterday-ish"},
            "StartTime: must be a timestamp.",
        ),
        (
            "wafv2",
            "CreateIPSet",
            {"Name": "n", "Scope": "REGIONAL", "IPAddressVersion": "IPV5", "Addresses": []},
            "IPAddressVersion: must be one of IPV4, IPV6.",
        ),
        ("kms", "ListKeys", {"Limit": "5"}, "Limit: must be a whole number."),
        ("sts", "GetCallerIdentity", {"x": 1}, "x: is not known"),
        (
            "s3",
            "PutBucketLifecycleConfiguration",
            {"Bucket": "b", "LifecycleConfiguration": {"Rules": [{"Status": "On"}]}},
            "LifecycleConfiguration.Rules[0].Status: must be one of Enabled, Disabled.",
        ),
        (
            "scheduler",
            "CreateSchedule",
            {"Name": "n", "ScheduleExpression": "rate(1 day)", "Target": {"Arn": "a"}},
            "FlexibleTimeWindow: is required.",
        ),
        (
            "bedrock-runtime",
            "Converse",
            {"modelId": "m", "messages": [{"role": "user", "content": [{}]}]},
            "messages[0].content[0]: must have exactly one of ",
        ),
    ],
)
def test_a_violation_is_told_by_path_and_what_is_allowed(
    service: str, operation: str, parameters: dict[str, Any], message: str
) -> None:
    found = violations(service, operation, parameters)
    assert [each for each in found if each.startswith(message)], found


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        (
            "iam",
            "CreateRole",
            {
                "RoleName": "a",
                "AssumeRolePolicyDocument": "{}",
                "Tags": [{"Key": "é ü", "Value": "日本"}],
            },
        ),
        ("cloudtrail", "LookupEvents", {"StartTime": dt.datetime.now(dt.UTC)}),
        ("cloudtrail", "LookupEvents", {"StartTime": "2026-01-01T00:00:00Z"}),
        ("s3", "PutObject", {"Bucket": "b", "Key": "k", "Body": io.BytesIO(b"x")}),
        ("kms", "Encrypt", {"KeyId": "k", "Plaintext": b"x"}),
        ("sts", "GetCallerIdentity", {}),
        # A missing idempotency token is botocore's to make.
        ("wafv2", "ListWebACLs", {"Scope": "REGIONAL"}),
        ("secretsmanager", "CreateSecret", {"Name": "s"}),
        ("ec2", "CreateFlowLogs", {"ResourceIds": ["vpc-1"], "ResourceType": "VPC"}),
    ],
)
def test_what_aws_takes_passes(service: str, operation: str, parameters: dict[str, Any]) -> None:
    assert violations(service, operation, parameters) == []


def test_a_message_never_quotes_a_value() -> None:
    parameters = {
        "RoleName": "hush hush",
        "AssumeRolePolicyDocument": "",
        "Description": "hush hush\0",
        "MaxSessionDuration": "hush hush",
        "Tags": [{"Key": "hush hush" * 20, "Value": 1}],
    }
    found = violations("iam", "CreateRole", parameters)
    assert len(found) >= 5
    assert "hush" not in "".join(found)


@pytest.mark.parametrize(
    ("service", "operation"), [("cloudtrial", "CreateTrail"), ("cloudtrail", "CreateTrial")]
)
def test_an_unknown_service_or_operation_is_named(service: str, operation: str) -> None:
    with pytest.raises(UnknownOperationError, match=r"Trial|cloudtrial"):
        violations(service, operation, {})


@pytest.mark.parametrize("service", SERVICES)
def test_every_pattern_is_read_or_in_the_list_of_those_that_are_not(service: str) -> None:
    unread = set()
    for name in model(service).shape_names:
        pattern = model(service).shape_for(name).metadata.get("pattern")
        if pattern is None:
            continue
        try:
            compile_pattern(pattern)
        except Exception:  # noqa: BLE001  whatever the library raises, it is unread
            unread.add((service, name))
    assert unread == {each for each in UNREADABLE_PATTERNS if each[0] == service}


# --- Requests generated from the models ---


def texts(shape: Any) -> st.SearchStrategy[str]:
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max", 2000)
    if shape.enum:
        return st.sampled_from(shape.enum)
    if "pattern" not in shape.metadata:
        return st.text("abc", min_size=low, max_size=min(high, low + 20))
    pattern = compile_pattern(shape.metadata["pattern"])
    guesses = (
        "a",
        "A",
        "1",
        "abc",
        "a/b",
        "a-b",
        "{}",
        "x" * max(low, 1),
        "arn:aws:s3:::b",
        ":rotating_light:",
    )
    fitting = [each for each in guesses if low <= len(each) <= high and pattern.fullmatch(each)]
    if not fitting:
        # Not every pattern can be guessed; the library's own language is not hypothesis's.
        return st.from_regex(_plain(shape.metadata["pattern"]), fullmatch=True).filter(
            lambda text: low <= len(text) <= high and bool(pattern.fullmatch(text))
        )
    return st.sampled_from(fitting)


def _plain(pattern: str) -> str:
    for category in ("L", "Z", "N", "M", "S", "P"):
        pattern = pattern.replace(f"\\p{{{category}}}", "a")
    return pattern


def values(shape: Any, depth: int = 0) -> st.SearchStrategy[Any]:  # noqa: PLR0911  one kind a line
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max", 10**6)
    match shape.type_name:
        case "structure":
            return structures(shape, depth)
        case "list":
            size = {"min_size": low, "max_size": min(high, low + 2)}
            return st.lists(values(shape.member, depth + 1), **size)
        case "map":
            keys = values(shape.key, depth + 1)
            return st.dictionaries(
                keys, values(shape.value, depth + 1), min_size=low, max_size=low + 1
            )
        case "string":
            return texts(shape)
        case "boolean":
            return st.booleans()
        case "integer" | "long":
            return st.integers(int(low), int(high))
        case "float" | "double":
            return st.floats(low, high)
        case "blob":
            return st.binary(min_size=low, max_size=low + 5)
        case "timestamp":
            return st.datetimes(timezones=st.just(dt.UTC), min_value=dt.datetime(2000, 1, 1))  # noqa: DTZ001  hypothesis adds the zone
    raise AssertionError(shape.type_name)


def structures(shape: Any, depth: int) -> st.SearchStrategy[dict[str, Any]]:
    required = set(shape.required_members)
    if shape.is_tagged_union:
        return st.sampled_from(sorted(shape.members)).flatmap(
            lambda name: st.fixed_dictionaries({name: values(shape.members[name], depth + 1)})
        )

    def member(name: str) -> st.SearchStrategy[Any]:
        return st.deferred(lambda: values(shape.members[name], depth + 1))

    def members(names: Iterable[str]) -> dict[str, st.SearchStrategy[Any]]:
        return {name: member(name) for name in names}

    # Models refer to themselves; what is not required ends somewhere.
    optional = () if depth > 3 else sorted(shape.members.keys() - required)
    return st.fixed_dictionaries(members(sorted(required)), optional=members(optional))


def mutations(shape: Any, value: Any, depth: int = 0) -> Iterator[Any]:
    """Yield the value with one constraint of the model broken, each in turn."""
    yield object()
    breakers = {"structure": in_structure, "list": in_list, "map": in_map, "string": in_string}
    if shape.type_name in ("integer", "long"):
        yield from in_number(shape)
    elif shape.type_name in breakers and depth < 6:
        yield from breakers[shape.type_name](shape, value, depth + 1)


def in_structure(shape: Any, value: dict[str, Any], depth: int) -> Iterator[Any]:
    yield {**value, "NoSuchMember": 1}
    for name in shape.required_members:
        if not shape.members[name].metadata.get("idempotencyToken"):
            yield {n: v for n, v in value.items() if n != name}
    if shape.is_tagged_union:
        yield {}
    for name, each in value.items():
        for broken in mutations(shape.members[name], each, depth):
            yield {**value, name: broken}


def in_list(shape: Any, value: list[Any], depth: int) -> Iterator[Any]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low:
        yield []
    if high and value and high < 1000:
        yield value[:1] * (high + 1)
    for each in value[:1]:
        for broken in mutations(shape.member, each, depth):
            yield [broken, *value[1:]]


def in_map(shape: Any, value: dict[str, Any], depth: int) -> Iterator[Any]:
    for name, each in value.items():
        for broken in mutations(shape.value, each, depth):
            yield {**value, name: broken}


def in_string(shape: Any, value: str, depth: int) -> Iterator[Any]:
    del depth
    if shape.enum:
        yield "no such value"
    if shape.metadata.get("min"):
        yield ""
    if shape.metadata.get("max", 10_000) < 10_000:
        yield "a" * (shape.metadata["max"] + 1)
    pattern = shape.metadata.get("pattern")
    if pattern and not compile_pattern(pattern).fullmatch(f"{value}\0"):
        yield f"{value}\0"


def in_number(shape: Any) -> Iterator[Any]:
    yield True
    if "min" in shape.metadata:
        yield int(shape.metadata["min"]) - 1
    if "max" in shape.metadata:
        yield int(shape.metadata["max"]) + 1


@pytest.mark.parametrize(("service", "operation"), OPERATIONS)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
    ],
)
@given(data=st.data())
def test_what_the_model_allows_passes_and_each_broken_constraint_is_refused(
    service: str, operation: str, data: st.DataObject
) -> None:
    shape = model(service).operation_model(operation).input_shape
    parameters = data.draw(structures(shape, 0))
    assert violations(service, operation, parameters) == []
    for broken in mutations(shape, parameters):
        if isinstance(broken, dict):
            assert violations(service, operation, broken), broken
