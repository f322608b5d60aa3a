"""Policy documents are read as IAM reads them."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.iam import Statement, statements
from policy_pack.rule import Block


def statement(raw: dict[str, Any]) -> Statement:
    return Statement(Block(raw, "example"))


def test_single_statement_is_a_list_of_one() -> None:
    assert len(statements(Block({"Statement": {"Effect": "Allow"}}, "example"))) == 1
    assert statements(Block({}, "example")) == []


@pytest.mark.parametrize(
    ("raw", "action", "covered"),
    [
        ({"Action": "s3:*"}, "s3:GetObject", True),
        ({"Action": ["s3:Get*"]}, "s3:GetObject", True),
        ({"Action": "S3:getobject"}, "s3:GetObject", True),
        ({"Action": "s3:GetObjec?"}, "s3:GetObject", True),
        ({"Action": "*"}, "s3:GetObject", True),
        ({"Action": "s3:Put*"}, "s3:GetObject", False),
        ({"Action": "s3:[G]etObject"}, "s3:GetObject", False),
        ({"NotAction": "s3:Put*"}, "s3:GetObject", True),
        ({"NotAction": "s3:Get*"}, "s3:GetObject", False),
        ({}, "s3:GetObject", False),
    ],
)
def test_actions(raw: dict[str, Any], action: str, covered: bool) -> None:
    assert statement(raw).matches_action(action) is covered


@pytest.mark.parametrize(
    ("raw", "everyone"),
    [
        ({"Principal": "*"}, True),
        ({"Principal": {"AWS": "*"}}, True),
        ({"Principal": {"AWS": ["arn:aws:iam::123456789012:root", "*"]}}, True),
        ({"NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}}, True),
        ({"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}, False),
        ({"Principal": {"Service": "cloudtrail.amazonaws.com"}}, False),
        ({}, False),
    ],
)
def test_everyone(raw: dict[str, Any], everyone: bool) -> None:
    assert statement(raw).everyone is everyone


@pytest.mark.parametrize(
    ("condition", "binds"),
    [
        ({"StringEquals": {"aws:SourceArn": "arn:x"}}, True),
        ({"StringEquals": {"AWS:SOURCEARN": ["arn:x"]}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::b*"}}, True),
        ({"StringNotEquals": {"aws:SourceArn": "arn:x"}}, False),
        ({"StringEqualsIfExists": {"aws:SourceArn": "arn:x"}}, False),
        ({"ForAllValues:StringEquals": {"aws:SourceArn": "arn:x"}}, False),
        ({"StringLike": {"aws:SourceArn": "*"}}, False),
        ({"StringLike": {"aws:SourceArn": "*?**"}}, False),
        ({"StringLike": {"aws:SourceArn": ["arn:x", "*"]}}, False),
        ({"ForAnyValue:StringLike": {"aws:SourceArn": "arn:x"}}, True),
        ({"ForAnyValue:StringNotLike": {"aws:SourceArn": "arn:x"}}, False),
        ({"StringEquals": {"aws:SourceArn": []}}, False),
        ({"StringEquals": {"aws:PrincipalTag/team": "x"}}, False),
        ({}, False),
    ],
)
def test_conditions_that_bind(condition: dict[str, Any], binds: bool) -> None:
    assert statement({"Condition": condition}).binds("aws:SourceArn") is binds


@pytest.mark.parametrize(
    ("values", "ties"),
    [("arn:x", True), (["arn:x", "arn:x"], True), (["arn:x", "arn:y"], False), ([], False)],
)
def test_every_value_of_a_condition_must_hold(values: object, ties: bool) -> None:
    condition = {"ArnLike": {"aws:SourceArn": values}, "StringNotLike": {"aws:SourceArn": "arn:x"}}
    assert statement({"Condition": condition}).ties("arn:x".__eq__, "aws:SourceArn") is ties


def test_principals_are_told_by_kind() -> None:
    kinds = {"AWS": ["a", "b"], "Federated": "c", "Service": "d"}
    one = statement({"Principal": kinds})
    assert (one.identities, one.federated, one.services) == (["a", "b"], ["c"], ["d"])
    assert (statement({"Principal": "*"}).identities, statement({}).federated) == ([], [])
