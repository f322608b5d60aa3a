"""What the emulated AWS that evaluates IAM enforces, and what it does not."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from tests.local.api_calls import Call, Outcome, attempt, calls
from tests.local.iam_evaluator import ACCOUNT, REGION, ROOT, Evaluator

ROOT_DIR = Path(__file__).parents[2]
IAM = f"arn:aws:iam::{ACCOUNT}"
QUEUES = Call("sqs", "ListQueues")
BUCKETS = Call("s3", "ListBuckets")
READ = Call("s3", "GetObject")
MAKE = Call("iam", "CreateRole")


@pytest.fixture(scope="module")
def evaluator() -> Iterator[Evaluator]:
    with Evaluator() as running:
        running.bucket("data")
        yield running


def allow(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": [*actions], "Resource": "*", **more}


def deny(*actions: str, **more: Any) -> dict[str, Any]:
    return {**allow(*actions, **more), "Effect": "Deny"}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [*statements]}


def decided(evaluator: Evaluator, statements: Any, call: Call, **more: Any) -> str:
    boundary = more.pop("boundary", None)
    who = evaluator.assume([document(*statements)], boundary=boundary)
    return attempt(evaluator, who, call, **more).kind


ALL = allow("*")
OBJECT = {"Bucket": "data", "Key": "a"}


@pytest.mark.parametrize(
    ("statements", "call", "kind"),
    [
        ([allow("sqs:ListQueues")], QUEUES, "answered"),
        ([allow("sqs:List*")], QUEUES, "answered"),
        ([allow("SQS:listqueues")], QUEUES, "answered"),
        ([allow("sqs:ListQueue")], QUEUES, "denied"),
        ([allow("sns:*")], QUEUES, "denied"),
        ([ALL, deny("sqs:*")], QUEUES, "denied"),
        ([ALL, deny("sns:*")], QUEUES, "answered"),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], QUEUES, "answered"),
        ([ALL, {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}], QUEUES, "denied"),
        ([ALL, {"Effect": "Deny", "NotAction": "sqs:*", "Resource": "*"}], QUEUES, "answered"),
        ([allow("s3:ListAllMyBuckets")], BUCKETS, "answered"),
        ([allow("s3:ListBuckets")], BUCKETS, "denied"),
    ],
)
def test_identity_policies_are_enforced(
    evaluator: Evaluator, statements: Any, call: Call, kind: str
) -> None:
    assert decided(evaluator, statements, call) == kind


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        (allow("s3:*", Resource="arn:aws:s3:::data/*"), "answered"),
        (allow("s3:*", Resource="arn:aws:s3:::DATA/*"), "denied"),
        (allow("s3:*", Resource="arn:aws:s3:::other/*"), "denied"),
        ({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::data/*"}, "denied"),
    ],
)
def test_resources_are_enforced(evaluator: Evaluator, statement: Any, kind: str) -> None:
    assert decided(evaluator, [statement], READ, **OBJECT) == kind


@pytest.mark.parametrize(
    ("boundary", "kind"),
    [
        (document(allow("sqs:*")), "answered"),
        (document(allow("sns:*")), "denied"),
        (document(ALL, deny("sqs:ListQueues")), "denied"),
    ],
)
def test_permissions_boundaries_are_enforced(
    evaluator: Evaluator, boundary: Any, kind: str
) -> None:
    assert decided(evaluator, [ALL], QUEUES, boundary=boundary) == kind
    assert decided(evaluator, [allow("sns:*")], QUEUES, boundary=boundary) == "denied"


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        ({"StringEquals": {"aws:RequestedRegion": REGION}}, "answered"),
        ({"StringEquals": {"aws:RequestedRegion": ["us-east-1", REGION]}}, "answered"),
        ({"StringNotEquals": {"aws:RequestedRegion": REGION}}, "denied"),
        ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, "answered"),
        ({"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, "denied"),
        ({"Bool": {"aws:SecureTransport": "true"}}, "denied"),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:sts::{ACCOUNT}:assumed-role/*"}}, "answered"),
        ({"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, "answered"),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "denied"),
        ({"Null": {"aws:TokenIssueTime": "false"}}, "answered"),
        ({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, "denied"),
        ({"StringEquals": {"aws:NoSuchKey": "x"}}, "denied"),
        ({"StringEqualsIfExists": {"aws:NoSuchKey": "x"}}, "answered"),
        ({"NoSuchOperator": {"aws:RequestedRegion": REGION}}, "denied"),
    ],
)
def test_global_conditions_are_enforced(evaluator: Evaluator, condition: Any, kind: str) -> None:
    assert decided(evaluator, [allow("sqs:*", Condition=condition)], QUEUES) == kind
    turned = {"answered": "denied", "denied": "answered"}[kind]
    assert decided(evaluator, [ALL, deny("sqs:*", Condition=condition)], QUEUES) == turned


@pytest.mark.parametrize(
    ("method", "kind"), [("GET", "answered"), ("POST", "denied"), ("DELETE", "denied")]
)
def test_api_gateway_is_asked_by_method(evaluator: Evaluator, method: str, kind: str) -> None:
    operations = {"GET": "GetRestApis", "POST": "CreateRestApi", "DELETE": "DeleteRestApi"}
    call = Call("apigateway", operations[method])
    assert decided(evaluator, [allow("apigateway:GET")], call) == kind
    assert decided(evaluator, [allow(f"apigateway:{method}")], call) == "answered"


@pytest.mark.parametrize(
    ("principal", "may"), [(ACCOUNT, True), ("111122223333", False), (f"{IAM}:user/x", False)]
)
def test_trust_in_principals_is_enforced(evaluator: Evaluator, principal: str, may: bool) -> None:
    """An administrator is let in by none but the role's own trust policy."""
    trust = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    text = json.dumps(document(trust))
    name = f"trusting-{principal[-4:].replace('/', '-')}"
    made = evaluator.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=text)
    sts = evaluator.client("sts", evaluator.assume([document(ALL)]))
    if may:
        assert sts.assume_role(RoleArn=made["Role"]["Arn"], RoleSessionName="x")["Credentials"]
    else:
        with pytest.raises(ClientError, match="AccessDenied"):
            sts.assume_role(RoleArn=made["Role"]["Arn"], RoleSessionName="x")


# --- What it does not do: whoever proves something by it must not lean on these ---


def test_an_operator_that_it_does_not_know_denies_nothing(evaluator: Evaluator) -> None:
    """AWS would not take such a policy at all."""
    condition = {"NoSuchOperator": {"aws:RequestedRegion": REGION}}
    assert decided(evaluator, [ALL, deny("sqs:*", Condition=condition)], QUEUES) == "answered"


def test_the_keys_of_services_are_mostly_missing(evaluator: Evaluator) -> None:
    """``iam:PermissionsBoundary`` has no value, whatever boundary a call asks for."""
    arn = evaluator.policy(document(ALL))
    condition = {"StringEquals": {"iam:PermissionsBoundary": arn}}
    asked = {"RoleName": "made", "AssumeRolePolicyDocument": "{}", "PermissionsBoundary": arn}
    statement = allow("iam:CreateRole", Condition=condition)
    assert decided(evaluator, [statement], MAKE, **asked) == "denied"


def test_a_roles_path_is_left_out(evaluator: Evaluator) -> None:
    evaluator.client("iam").create_role(
        RoleName="within", Path="/path/", AssumeRolePolicyDocument="{}"
    )
    for resource, kind in (("role/within", "answered"), ("role/path/within", "denied")):
        statement = allow("iam:GetRole", Resource=f"{IAM}:{resource}")
        call = Call("iam", "GetRole")
        assert decided(evaluator, [statement], call, RoleName="within") == kind


@pytest.mark.parametrize(("key", "held"), [("sub", True), ("aud", True), ("repository_id", False)])
def test_few_claims_of_a_token_are_looked_at(evaluator: Evaluator, key: str, held: bool) -> None:
    host = "token.actions.githubusercontent.com"
    claims = {"iss": f"https://{host}", "sub": "a", "aud": "b", "repository_id": "1"}
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": f"{IAM}:oidc-provider/{host}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{host}:{key}": claims[key]}},
    }
    made = evaluator.client("iam").create_role(
        RoleName=f"token-{key}", AssumeRolePolicyDocument=json.dumps(document(trust))
    )
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    asked = {
        "RoleArn": made["Role"]["Arn"],
        "RoleSessionName": "x",
        "WebIdentityToken": f"e30.{body}.x",
    }
    sts = evaluator.client("sts")
    if held:
        assert sts.assume_role_with_web_identity(**asked)["Credentials"]
    else:
        with pytest.raises(ClientError, match="AccessDenied"):
            sts.assume_role_with_web_identity(**asked)


def test_a_role_is_passed_without_asking(evaluator: Evaluator) -> None:
    """``iam:PassRole`` is an action of no call, and none is held against it."""
    put = Call("events", "PutTargets")
    role = f"arn:aws:iam::{ACCOUNT}:role/admin"
    target = {"Id": "a", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:a", "RoleArn": role}
    asked = {"Rule": "absent", "Targets": [target]}
    statements = [allow("events:PutTargets"), deny("iam:PassRole")]
    assert decided(evaluator, statements, put, **asked) == "answered"


def test_policies_of_an_organization_are_not_enforced(evaluator: Evaluator) -> None:
    organizations = evaluator.client("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    made = organizations.create_policy(
        Name="nothing",
        Description="",
        Type="SERVICE_CONTROL_POLICY",
        Content=json.dumps(document(deny("*"))),
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=made, TargetId=root)
    assert decided(evaluator, [ALL], QUEUES) == "answered"


# --- The server itself ---


def test_root_is_denied_nothing_and_strangers_everything(evaluator: Evaluator) -> None:
    assert attempt(evaluator, ROOT, QUEUES).kind == "answered"
    who = evaluator.assume([document(ALL)])
    forged = type(who)(who.key, "x" * 40, who.token)
    assert attempt(evaluator, forged, QUEUES).told == "SignatureDoesNotMatch"


def test_what_is_not_there_is_no_answer(evaluator: Evaluator) -> None:
    who = evaluator.assume([document(ALL)])
    assert attempt(evaluator, who, Call("iam", "GetOrganizationsAccessReport")).kind == "unknown"


def test_no_answer_is_no_answer(evaluator: Evaluator) -> None:
    def lose(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="lost")

    who = evaluator.assume([document(ALL)])
    evaluator.client("sqs", who).meta.events.register("before-send.sqs.ListQueues", lose)
    assert attempt(evaluator, who, QUEUES) == Outcome("broken", "EndpointConnectionError")


def test_every_operation_is_called(evaluator: Evaluator) -> None:
    asked = list(calls(["sqs", "kinesis"]))
    assert QUEUES in asked
    assert Call("kinesis", "SubscribeToShard") not in asked, "it answers with a stream"
    assert evaluator.endpoint.startswith("http://127.0.0.1:")


def test_it_ends_with_whoever_started_it() -> None:
    program = """
import sys
from tests.local.iam_evaluator import Evaluator
print(Evaluator().endpoint, flush=True)
sys.stdin.read()
"""
    owner = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT_DIR
    )
    assert owner.stdout
    health = f"{owner.stdout.readline().decode().strip()}/_ministack/health"
    assert is_up(health)
    owner.kill()
    owner.communicate()
    deadline = time.monotonic() + 30
    while is_up(health):
        assert time.monotonic() < deadline, "it outlives whoever started it"


def is_up(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  our own http URL
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False
