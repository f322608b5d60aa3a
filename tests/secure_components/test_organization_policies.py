"""The evaluator of organization policies by itself, against what AWS documents."""

from __future__ import annotations

from typing import Any

import pytest

from tests.secure_components.organization_policies import MANAGEMENT, ORGANIZATION, Call, denying

ROLE = "arn:aws:iam::111111111111:role/app"
OWN = {"aws:PrincipalOrgID": ORGANIZATION}


def document(**statement: Any) -> dict[str, Any]:
    made = {"Sid": "It", "Effect": "Deny", "Action": "s3:*", "Resource": "*", **statement}
    return {"Statement": [{key: value for key, value in made.items() if value is not None}]}


def scp_denies(call: Call, **statement: Any) -> bool:
    return denying([document(**statement)], [], call) == {"It"}


def rcp_denies(call: Call, **statement: Any) -> bool:
    return denying([], [document(Principal="*", **statement)], call) == {"It"}


def test_service_control_policy_binds_principals_of_member_accounts_alone() -> None:
    assert scp_denies(Call("s3:GetObject", ROLE, context=OWN))
    assert scp_denies(Call("s3:GetObject", "arn:aws:iam::111111111111:root", context=OWN))
    assert not scp_denies(Call("s3:GetObject", ROLE))
    assert not scp_denies(Call("s3:GetObject", ROLE.replace("1" * 12, MANAGEMENT), context=OWN))
    linked = "arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    assert not scp_denies(Call("s3:GetObject", linked, context=OWN))
    assert not scp_denies(Call("s3:GetObject"))


def test_resource_control_policy_binds_resources_of_member_accounts_alone() -> None:
    assert rcp_denies(Call("s3:GetObject"))
    assert rcp_denies(Call("s3:GetObject", "arn:aws:iam::222222222222:role/foreign"))
    assert not rcp_denies(Call("s3:GetObject", owner=MANAGEMENT))
    assert not rcp_denies(Call("sns:Publish"), Action="sns:*")


@pytest.mark.parametrize(
    ("statement", "denied"),
    [
        ({"Action": ["S3:get*"]}, True),
        ({"Action": "s3:Put*"}, False),
        ({"Action": None}, False),
        ({"Action": None, "NotAction": "s3:Put*"}, True),
        ({"Action": None, "NotAction": ["s3:get?bject"]}, False),
        ({"Resource": "arn:aws:s3:::a/*"}, True),
        ({"Resource": ["arn:aws:s3:::b/*"]}, False),
        ({"Resource": None}, False),
        ({"Effect": "Allow"}, False),
    ],
)
def test_statement_covers(statement: dict[str, Any], denied: bool) -> None:
    call = Call("s3:GetObject", ROLE, "arn:aws:s3:::a/b", context=OWN)
    assert scp_denies(call, **statement) is denied


@pytest.mark.parametrize(
    ("condition", "denied"),
    [
        ({"StringEquals": {"K": "v"}}, True),
        ({"StringEquals": {"k": ["u", "v"]}}, True),
        ({"StringEquals": {"k": "V"}}, False),
        ({"StringEquals": {"absent": "v"}}, False),
        ({"StringEqualsIfExists": {"absent": "v"}}, True),
        ({"StringNotEquals": {"k": ["u", "v"]}}, False),
        ({"StringNotEquals": {"k": ["u", "w"]}}, True),
        ({"StringNotEquals": {"absent": "v"}}, True),
        ({"StringNotEqualsIfExists": {"absent": "v"}}, True),
        ({"StringNotEqualsIfExists": {"k": "v", "absent": "v"}}, False),
        ({"StringLike": {"k": "v*"}}, True),
        ({"StringNotLike": {"k": "v*"}}, False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:*:iam::*:role/a*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:*:iam::*:role/b*"}}, False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:*:role/app"}}, False),
        ({"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/app"]}}, False),
        ({"ArnNotLike": {"absent": "arn:aws:iam::*:role/app"}}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"Bool": {"aws:SecureTransport": True}}, True),
        ({"Bool": {"absent": "false"}}, False),
        ({"BoolIfExists": {"absent": "false"}}, True),
        ({"Null": {"k": "false"}}, True),
        ({"Null": {"absent": "false"}}, False),
        ({"Null": {"absent": "true"}}, True),
        ({"NumericLessThan": {"n": "2.0"}}, True),
        ({"NumericLessThan": {"n": "1.0"}}, False),
        ({"NumericLessThan": {"absent": "1.0"}}, False),
        ({"StringEquals": {"k": "v"}, "Null": {"absent": "false"}}, False),
    ],
)
def test_condition_holds(condition: dict[str, Any], denied: bool) -> None:
    call = Call("s3:GetObject", ROLE, context={**OWN, "k": "v", "n": "1.0"})
    assert scp_denies(call, Condition=condition) is denied


@pytest.mark.parametrize(
    "statement", [{"Condition": {"DateLessThan": {"k": "v"}}}, {"NotResource": "*"}]
)
def test_what_is_not_known_raises(statement: dict[str, Any]) -> None:
    with pytest.raises((KeyError, AssertionError)):
        scp_denies(Call("s3:GetObject", ROLE, context=OWN | {"k": "v"}), **statement)
