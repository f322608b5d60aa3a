"""The evaluator of identity policies by itself, against what AWS documents."""

from __future__ import annotations

from typing import Any

import pytest

from tests.secure_components.identity_policies import ADMINISTRATOR, Request, allowed, denied

READ = Request("s3:GetObject", "arn:aws:s3:::a/b", {"aws:RequestedRegion": "eu-west-1"})


def document(effect: str = "Allow", **changes: Any) -> dict[str, Any]:
    statement = {"Effect": effect, "Action": "s3:*", "Resource": "*", **changes}
    return {"Statement": [{key: one for key, one in statement.items() if one is not None}]}


@pytest.mark.parametrize(
    ("policies", "boundary", "may"),
    [
        ([], ADMINISTRATOR, False),
        ([document()], ADMINISTRATOR, True),
        ([document()], document(Action="sqs:*"), False),
        ([document(Action="sqs:*")], document(), False),
        ([document()], {"Statement": []}, False),
        ([document(), document("Deny")], ADMINISTRATOR, False),
        ([ADMINISTRATOR], document("Deny"), False),
    ],
)
def test_policies_and_boundary_must_both_allow(
    policies: list[Any], boundary: Any, may: bool
) -> None:
    assert allowed(READ, policies, boundary) is may


@pytest.mark.parametrize(
    ("statement", "covers"),
    [
        ({"Action": ["S3:get*"]}, True),
        ({"Action": "s3:Put*"}, False),
        ({"Action": None, "NotAction": ["s3:Put*"]}, True),
        ({"Action": None, "NotAction": ["s3:Get?bject"]}, False),
        ({"Action": None}, False),
        ({"Resource": ["arn:aws:s3:::a/*"]}, True),
        ({"Resource": ["arn:aws:s3:::b/*"]}, False),
        ({"Resource": None}, False),
        ({"Resource": None, "NotResource": ["arn:aws:s3:::b/*"]}, True),
        ({"Resource": None, "NotResource": "arn:aws:s3:::a/*"}, False),
        ({"Condition": {"StringEquals": {"AWS:requestedregion": ["eu-west-1", "x"]}}}, True),
        ({"Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}}, False),
        ({"Condition": {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}}, True),
        ({"Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}}, False),
        ({"Condition": {"StringEquals": {"iam:PermissionsBoundary": "x"}}}, False),
        ({"Condition": {"StringNotEquals": {"iam:PermissionsBoundary": "x"}}}, True),
        ({"Condition": {"StringLike": {"aws:RequestedRegion": "eu-*"}}}, True),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, False),
    ],
)
def test_statement_is_about_a_request(statement: dict[str, Any], covers: bool) -> None:
    assert denied(READ, document("Deny", **statement)) is covers


@pytest.mark.parametrize(
    ("operator", "now", "holds"),
    [
        ("DateLessThan", "2026-01-01T00:00:00Z", True),
        ("DateLessThan", "2026-01-01T01:00:00Z", False),
        ("DateGreaterThanEquals", "2026-01-01T01:00:00Z", True),
        ("DateGreaterThan", "2026-01-01T01:00:00Z", False),
        ("DateGreaterThan", "2026-01-01T01:00:01Z", True),
    ],
)
def test_dates(operator: str, now: str, holds: bool) -> None:
    condition = {operator: {"aws:CurrentTime": "2026-01-01T01:00:00Z"}}
    request = Request("s3:GetObject", context={"aws:CurrentTime": now})
    assert denied(request, document("Deny", Condition=condition)) is holds


def test_what_is_not_known_raises() -> None:
    with pytest.raises(KeyError):
        denied(READ, document("Deny", Condition={"Null": {"a": "true"}}))
    with pytest.raises(AssertionError):
        denied(READ, document("Deny", NotPrincipal="x"))
