"""What is taken of an access analysis, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from secure_components import ArgumentError, DeployRole, DeployRoleArgs
from tests.secure_components import deploy_escapes as escapes
from tests.secure_components.identity_policies import ADMINISTRATOR, Request, allowed
from tests.secure_components.programs import run
from tests.secure_components.weakening import made_by

TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders-main"
READ: dict[str, Any] = {
    "Sid": "Tables",
    "Effect": "Allow",
    "Action": ["dynamodb:CreateTable", "dynamodb:DescribeTable"],
    "Resource": [TABLE],
}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def make(analysis: str, **args: Any) -> DeployRole:
    given = {**escapes.ARGS, "access_analysis": analysis, **args}
    given.pop("services")
    made: DeployRole = run(lambda: DeployRole("deploy", cast("DeployRoleArgs", given)))
    return made


def test_is_allowed_to_apply_as_it_stands_and_no_more(recorder: Any) -> None:
    make(policy(READ))
    statements = recorder.statements("deploy-apply-1")
    assert statements["Analyzed0"] == {**READ, "Sid": "Analyzed0"}
    assert not [sid for sid in statements if sid.startswith(("Read", "Change")) and "S3" in sid]
    properties = made_by(recorder).properties
    boundary = escapes.boundary(properties)
    apply = escapes.policies(properties, "apply")
    assert allowed(Request("dynamodb:CreateTable", TABLE), apply, boundary)
    assert not allowed(Request("dynamodb:DeleteTable", TABLE), apply)
    assert not allowed(Request("dynamodb:DeleteTable", TABLE), [ADMINISTRATOR], boundary)


def test_plan_gets_what_reads_of_it(recorder: Any) -> None:
    make(policy(READ, {**READ, "Action": "dynamodb:DeleteTable", "Sid": "Gone"}))
    plan = escapes.policies(made_by(recorder).properties, "plan")
    assert allowed(Request("dynamodb:DescribeTable", TABLE), plan)
    assert not allowed(Request("dynamodb:CreateTable", TABLE), plan)
    assert not allowed(Request("dynamodb:DeleteTable", TABLE), plan)


@pytest.mark.parametrize(
    "action",
    [
        "dynamodb:GetItem",
        "s3:GetObject",
        "secretsmanager:GetSecretValue",
        "ssm:GetParameter",
        "kinesis:GetRecords",
        "logs:GetLogEvents",
        "ec2:GetPasswordData",
        "sts:GetSessionToken",
        "ecr:GetAuthorizationToken",
    ],
)
def test_plan_gets_no_data_of_it(recorder: Any, action: str) -> None:
    make(policy({**READ, "Action": [action, "dynamodb:DescribeTable"]}))
    plan = escapes.policies(made_by(recorder).properties, "plan")
    assert allowed(Request("dynamodb:DescribeTable", TABLE), plan)
    assert not allowed(Request(action, TABLE), plan)


def test_a_file_is_read(recorder: Any, tmp_path: Path) -> None:
    there = tmp_path / "analysis.json"
    there.write_text(policy(READ))
    make(str(there))
    assert recorder.statements("deploy-apply-1")["Analyzed0"]["Resource"] == [TABLE]


def test_roles_with_these_names_may_be_passed_to_services(recorder: Any) -> None:
    passes = {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": "arn:aws:iam::123456789012:role/orders-worker",
        "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    }
    make(policy(READ, passes))
    properties = made_by(recorder).properties
    request = Request("iam:PassRole", escapes.ROLE, {"iam:PassedToService": "lambda.amazonaws.com"})
    assert allowed(request, escapes.policies(properties, "apply"), escapes.boundary(properties))


_ROLE = {"Resource": "arn:aws:iam::123456789012:role/admin"}
_TO_LAMBDA = {"Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Action": "*"}, "a statement, Tables, that does not name each action in full"),
        ({"Action": ["dynamodb:*"]}, "does not name each action in full"),
        ({"Action": ["dynamodb:Describe*"]}, "does not name each action in full"),
        ({"Action": ["dynamodb:CreateTabl?"]}, "does not name each action in full"),
        ({"Action": []}, "names no actions or no resources"),
        ({"Action": None, "NotAction": "iam:*"}, "has NotAction; name actions"),
        ({"Resource": None, "NotResource": "x"}, "has NotResource"),
        ({"Resource": []}, "names no actions or no resources"),
        ({"Effect": "Deny"}, "does not allow"),
        ({"Effect": None}, "does not allow"),
        ({"Resource": "arn:aws:s3:::${BucketName}/*"}, "has a placeholder"),
        (
            {"Action": "iam:CreateUser", "Sid": ""},
            "number 1, that allows iam:CreateUser, which the",
        ),
        (
            {"Action": "iam:CreateAccessKey"},
            "allows iam:CreateAccessKey, which the boundary denies",
        ),
        ({"Action": "organizations:LeaveOrganization"}, "which the boundary denies"),
        ({"Action": "cloudtrail:StopLogging"}, "which the boundary denies"),
        ({"Action": "iam:createrole"}, "allows iam:createrole; drop it"),
        ({"Action": "iam:AttachRolePolicy"}, "allows iam:AttachRolePolicy; drop it"),
        ({"Action": "iam:PutRolePolicy"}, "drop it: roles within the boundary"),
        ({"Action": "iam:CreatePolicyVersion"}, "drop it"),
        ({"Action": "iam:DeleteRolePermissionsBoundary"}, "drop it"),
        ({"Action": "iam:PassRole", **_ROLE, **_TO_LAMBDA}, "for more than roles that begin with"),
        ({"Action": "iam:PassRole", "Resource": "*", **_TO_LAMBDA}, "for more than roles"),
        ({"Action": "iam:PassRole", "Resource": escapes.ROLE}, "or without a condition"),
        (
            {"Action": "sts:AssumeRole", "Resource": "*"},
            "sts:AssumeRole on resources with wildcards",
        ),
    ],
)
def test_what_escalates_or_grows_is_refused_by_statement_and_action(
    recorder: Any, changes: dict[str, Any], message: str
) -> None:
    statement = {key: one for key, one in {**READ, **changes}.items() if one is not None}
    with pytest.raises(ArgumentError, match=message):
        make(policy(statement))
    assert not recorder.resources


@pytest.mark.parametrize(
    ("analysis", "message"),
    [
        ("no/such/file.json", "names no file that can be read: FileNotFoundError"),
        ("{", "is no JSON policy with statements"),
        ("{}", "is no JSON policy with statements"),
        ('{"Statement": []}', "is no JSON policy with statements"),
        ('{"Statement": ["x"]}', "is no JSON policy with statements"),
    ],
)
def test_what_is_no_policy_is_refused(recorder: Any, analysis: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make(analysis)
    assert not recorder.resources


def test_too_large_a_policy_is_refused(recorder: Any) -> None:
    tables = [f"{TABLE}-{number}" for number in range(60)]
    with pytest.raises(ArgumentError, match="'boundary_arn' is needed"):
        make(policy({**READ, "Resource": tables}))
    assert not recorder.resources
