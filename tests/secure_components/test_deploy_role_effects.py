"""Ways out of what pipelines may do, tried by API calls that an emulated AWS evaluates.

Each way is denied to both roles, and to an administrator within their permissions boundary; an
administrator without one takes it, so that what denies it is the boundary. The emulator knows no
``iam:PermissionsBoundary``: that roles may be made with the boundary is not proven here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pytest

from secure_components.deploy_role.component import DeployRole
from tests.local.api_calls import Call, attempt
from tests.local.iam_evaluator import ACCOUNT, Credentials, Evaluator
from tests.secure_components.conftest import Recorder
from tests.secure_components.deploy_escapes import ARGS, BOUNDARY, PROVIDER
from tests.secure_components.identity_documents import document_of, documents_of

ADMINISTRATOR: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
IAM: Final = f"arn:aws:iam::{ACCOUNT}"
ROLE: Final = {"RoleName": "orders-worker"}
EVE: Final = {"UserName": "orders-eve"}
TRUST: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
        ],
    }
)
DOCUMENT: Final = {"PolicyDocument": json.dumps(ADMINISTRATOR)}
POLICY: Final = {"PolicyName": "all", **DOCUMENT}


@dataclass(frozen=True)
class People:
    """Who calls."""

    evaluator: Evaluator
    apply: Credentials
    plan: Credentials
    bounded: Credentials
    """An administrator within the boundary."""
    free: Credentials
    """One without."""

    def kinds(self, call: Call, parameters: dict[str, Any], *who: str) -> dict[str, str]:
        return {
            each: attempt(self.evaluator, getattr(self, each), call, **parameters).kind
            for each in who
        }


@pytest.fixture(scope="module")
def people() -> Iterator[People]:
    recorder = Recorder()
    pulumi.runtime.set_mocks(recorder, project="project", stack="stack")

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def program() -> None:
        args: Any = ARGS
        DeployRole("deploy", args)

    program()
    resources = recorder.resources
    boundary = document_of(resources, resources["deploy"].inputs["permissionsBoundary"])
    with Evaluator() as evaluator:
        for name in ("acme-state", "orders-data", "payments-data"):
            evaluator.bucket(name)
        iam = evaluator.client("iam")
        for name in ("orders-worker", "admin"):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)

        def role(suffix: str) -> Credentials:
            documents = documents_of(resources, f"project-stack-deploy-{suffix}")
            return evaluator.assume(documents, boundary=boundary)

        yield People(
            evaluator,
            apply=role("apply"),
            plan=role("plan"),
            bounded=evaluator.assume([ADMINISTRATOR], boundary=boundary),
            free=evaluator.assume([ADMINISTRATOR]),
        )


@pytest.mark.parametrize(
    ("call", "parameters"),
    [
        (Call("iam", "CreateRole"), {"RoleName": "orders-x", "AssumeRolePolicyDocument": TRUST}),
        (Call("iam", "PutRolePolicy"), {**ROLE, **POLICY}),
        (Call("iam", "AttachRolePolicy"), {**ROLE, "PolicyArn": f"{IAM}:policy/orders-a"}),
        (Call("iam", "UpdateAssumeRolePolicy"), {**ROLE, "PolicyDocument": TRUST}),
        (Call("iam", "DeleteRolePermissionsBoundary"), ROLE),
        (
            Call("iam", "PutRolePermissionsBoundary"),
            {**ROLE, "PermissionsBoundary": f"{IAM}:policy/other"},
        ),
        (Call("iam", "CreatePolicyVersion"), {"PolicyArn": BOUNDARY, **DOCUMENT}),
        (Call("iam", "DeletePolicyVersion"), {"PolicyArn": BOUNDARY, "VersionId": "v1"}),
        (Call("iam", "DeletePolicy"), {"PolicyArn": BOUNDARY}),
        (Call("iam", "CreateUser"), EVE),
        (Call("iam", "CreateAccessKey"), EVE),
        (Call("iam", "CreateLoginProfile"), {**EVE, "Password": "x"}),
        (Call("iam", "AttachUserPolicy"), {**EVE, "PolicyArn": f"{IAM}:policy/orders-a"}),
        (Call("iam", "PutUserPolicy"), {**EVE, **POLICY}),
        (Call("iam", "CreateGroup"), {"GroupName": "orders-group"}),
        (Call("iam", "AddUserToGroup"), {**EVE, "GroupName": "orders-group"}),
        (Call("iam", "CreateOpenIDConnectProvider"), {"Url": "https://evil.example"}),
        (Call("iam", "DeleteOpenIDConnectProvider"), {"OpenIDConnectProviderArn": PROVIDER}),
        (Call("iam", "CreateSAMLProvider"), {"Name": "evil"}),
        (Call("iam", "CreateServiceLinkedRole"), {"AWSServiceName": "x.amazonaws.com"}),
        (Call("iam", "UpdateAccountPasswordPolicy"), {}),
        (Call("iam", "CreateAccountAlias"), {"AccountAlias": "evil"}),
        (Call("cloudtrail", "StopLogging"), {}),
        (Call("cloudtrail", "DeleteTrail"), {}),
        (Call("cloudtrail", "UpdateTrail"), {}),
        (Call("cloudtrail", "PutEventSelectors"), {}),
        (Call("config", "StopConfigurationRecorder"), {}),
        (Call("ec2", "RunInstances"), {}),
        (Call("iam", "PutRolePolicy"), {"RoleName": "admin", **POLICY}),
        (
            Call("lambda", "UpdateFunctionConfiguration"),
            {"FunctionName": "payments-a"},
        ),
        (Call("s3", "GetObject"), {"Bucket": "payments-data", "Key": "a"}),
        (Call("s3", "PutBucketPolicy"), {"Bucket": "acme-state", "Policy": "{}"}),
        (Call("s3", "DeleteBucket"), {"Bucket": "acme-state"}),
        (Call("secretsmanager", "GetSecretValue"), {"SecretId": "payments"}),
        (Call("sts", "AssumeRole"), {"RoleArn": f"{IAM}:role/admin", "RoleSessionName": "x"}),
    ],
    ids=lambda value: str(value) if isinstance(value, Call) else "",
)
def test_a_way_out_is_closed(people: People, call: Call, parameters: dict[str, Any]) -> None:
    found = people.kinds(call, parameters, "apply", "plan", "bounded", "free")
    assert found == {"apply": "denied", "plan": "denied", "bounded": "denied", "free": "answered"}


@pytest.mark.parametrize(
    ("call", "parameters", "plan"),
    [
        (Call("lambda", "GetFunctionConfiguration"), {"FunctionName": "orders-a"}, "answered"),
        (Call("lambda", "UpdateFunctionConfiguration"), {"FunctionName": "orders-a"}, "denied"),
        (Call("lambda", "DeleteFunction"), {"FunctionName": "orders-a"}, "denied"),
        (Call("s3", "GetBucketPolicy"), {"Bucket": "orders-data"}, "answered"),
        (Call("s3", "PutBucketVersioning"), {"Bucket": "orders-data"}, "denied"),
        (Call("s3", "GetObject"), {"Bucket": "acme-state", "Key": ".pulumi/meta.yaml"}, "answered"),
    ],
    ids=lambda value: str(value) if isinstance(value, Call) else "",
)
def test_what_a_pipeline_needs_is_open(
    people: People, call: Call, parameters: dict[str, Any], plan: str
) -> None:
    """Of the resources with its names, and with none but these."""
    found = people.kinds(call, parameters, "apply", "plan")
    assert found == {"apply": "answered", "plan": plan}
    other = {
        name: value.replace("orders-", "payments-") if isinstance(value, str) else value
        for name, value in parameters.items()
    }
    if other != parameters:
        assert set(people.kinds(call, other, "apply", "plan").values()) == {"denied"}
