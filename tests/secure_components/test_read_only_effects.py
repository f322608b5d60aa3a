"""What a read-only role may really do: API calls by the hundred, each evaluated by an emulated AWS.

A call counts as denied only where an administrator's is answered, and as allowed only where that of
one who may do nothing is denied. What the emulator does not know, or does not enforce, counts as
neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pulumi
import pytest
from policy_sentry.querying.actions import get_action_data

from secure_components.read_only_access.policies import BASE
from secure_components.read_only_access.role import ReadOnlyRole
from tests.local.api_calls import BUCKET, Call, attempt, attempt_all, calls
from tests.local.iam_evaluator import ACCOUNT, REGION, Credentials, Evaluator
from tests.secure_components.conftest import Recorder
from tests.secure_components.identity_documents import aws_managed, documents_of

ALL: Final = {"Effect": "Allow", "Action": "*", "Resource": "*"}
NAME: Final = "reader"
TRUST: Final = {"identity_center": {"permission_sets": ["Engineers"]}}
SERVICES: Final = (
    *("cloudtrail", "dynamodb", "ecr", "events", "iam", "kms", "lambda", "logs", "organizations"),
    *("s3", "secretsmanager", "sns", "sqs", "ssm", "stepfunctions", "sts"),
)
READING: Final = ("List", "Read")
UNENFORCED: Final = {
    "logs:ListTagsForResource",
    "logs:TagResource",
    "logs:UntagResource",
    "s3:HeadBucket",
    "s3:HeadObject",
    "s3:WriteGetObjectResponse",
    "sts:AssumeRoleWithWebIdentity",
    "sts:GetCallerIdentity",
    "sts:GetSessionToken",
}
"""What the emulator denies nobody, or without saying of what, besides calls of Lambda."""


def document(*statements: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [*statements]}


def made(**more: Any) -> list[Any]:
    """Return the documents of the policies that the component gives its role."""
    recorder = Recorder()
    pulumi.runtime.set_mocks(recorder, project="project", stack="stack")

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def program() -> None:
        args: Any = {"trust": TRUST, "role_name": NAME, **more}
        ReadOnlyRole("look", args)

    program()
    return documents_of(recorder.resources, NAME)


@dataclass(frozen=True)
class Effects:
    """What came of the calls.

    Attributes:
        denied: By call, the action that was denied, and is not denied to an administrator.
        allowed: By call, the action that was allowed, and is denied to nobody else.
        unenforced: Calls that the emulator denies nobody.
        unknown: Calls that it does not know.
        broken: Calls without an answer.
    """

    denied: dict[Call, str] = field(default_factory=dict)
    allowed: dict[Call, str] = field(default_factory=dict)
    unenforced: list[Call] = field(default_factory=list)
    unknown: list[Call] = field(default_factory=list)
    broken: list[Call] = field(default_factory=list)


@dataclass(frozen=True)
class People:
    """Who calls."""

    evaluator: Evaluator
    administrator: Credentials
    nobody: Credentials
    reader: Credentials
    aws_reader: Credentials
    """Who has AWS's ``ReadOnlyAccess``."""


@pytest.fixture(scope="module")
def people() -> Iterator[People]:
    with Evaluator() as evaluator:
        evaluator.bucket(BUCKET)
        yield People(
            evaluator,
            administrator=evaluator.assume([document(ALL)]),
            nobody=evaluator.assume([document({**ALL, "Action": "none:None"})]),
            reader=evaluator.assume(made()),
            aws_reader=evaluator.assume([aws_managed("ReadOnlyAccess")]),
        )


def effects_for(people: People, who: Credentials, asked: list[Call]) -> Effects:
    """Make calls as someone, and the controls that give each outcome its meaning."""
    effects = Effects()
    outcomes = attempt_all(people.evaluator, who, asked)
    kinds: dict[str, list[Call]] = {"denied": [], "answered": []}
    for call, outcome in outcomes.items():
        kinds.setdefault(outcome.kind, []).append(call)
    free = attempt_all(people.evaluator, people.administrator, kinds["denied"])
    bound = attempt_all(people.evaluator, people.nobody, kinds["answered"])
    for call, control in free.items():
        if control.kind == "answered":
            effects.denied[call] = outcomes[call].told
        else:
            kinds.setdefault(control.kind, []).append(call)
            assert control.kind != "denied", f"{call} is denied to an administrator"
    for call, control in bound.items():
        if control.kind == "denied":
            effects.allowed[call] = control.told
        else:
            effects.unenforced.append(call)
    effects.unknown.extend(kinds.get("unknown", []))
    effects.broken.extend(kinds.get("broken", []))
    return effects


@pytest.fixture(scope="module")
def effects(people: People) -> Effects:
    return effects_for(people, people.reader, list(calls(SERVICES)))


def level(action: str) -> str | None:
    """Return the access level that AWS gives an action; ``None`` where it has no such action."""
    service, name = action.split(":")
    found = get_action_data(service, name)
    return str(found[service][0]["access_level"]) if found else None


def test_what_is_allowed_reads(effects: Effects) -> None:
    beyond = {str(c): a for c, a in effects.allowed.items() if level(a) not in READING}
    assert not beyond


def test_hundreds_of_calls_were_judged(effects: Effects) -> None:
    """Else all of the above could pass for want of anything to judge."""
    levels = [level(action) for action in effects.denied.values()]
    assert levels.count("Write") >= 200
    assert levels.count("Permissions management") >= 50
    assert levels.count("Tagging") >= 20
    assert len(effects.allowed) >= 150
    told = f"unknown: {[*map(str, effects.unknown)]}; unenforced: {[*map(str, effects.unenforced)]}"
    assert not effects.broken
    assert len(effects.unknown) < len(effects.denied), told
    unenforced = {str(call) for call in effects.unenforced if call.service != "lambda"}
    assert unenforced <= UNENFORCED, told


# --- Data ---

_KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"


@pytest.mark.parametrize(
    ("call", "leaks"),
    [
        (Call("athena", "GetQueryResults"), True),
        (Call("cognito-idp", "DescribeUserPoolClient"), True),
        (Call("cognito-idp", "ListUsers"), True),
        (Call("dynamodb", "BatchGetItem"), True),
        (Call("dynamodb", "GetItem"), True),
        (Call("dynamodb", "Query"), True),
        (Call("dynamodb", "Scan"), True),
        (Call("ecr", "GetAuthorizationToken"), True),
        (Call("ecr", "GetDownloadUrlForLayer"), True),
        (Call("ecs", "ExecuteCommand"), False),
        (Call("kinesis", "GetRecords"), True),
        (Call("kms", "Decrypt"), False),
        (Call("lambda", "GetFunction"), True),
        (Call("lambda", "Invoke"), False),
        (Call("logs", "FilterLogEvents"), True),
        (Call("logs", "GetLogEvents"), True),
        (Call("logs", "GetQueryResults"), True),
        (Call("logs", "StartQuery"), True),
        (Call("s3", "GetObject"), True),
        (Call("s3", "GetObjectTagging"), True),
        (Call("secretsmanager", "BatchGetSecretValue"), False),
        (Call("secretsmanager", "GetSecretValue"), False),
        (Call("sqs", "ReceiveMessage"), True),
        (Call("ssm", "GetParameter"), True),
        (Call("ssm", "GetParameterHistory"), True),
        (Call("ssm", "GetParametersByPath"), True),
        (Call("stepfunctions", "GetExecutionHistory"), True),
        (Call("sts", "AssumeRole"), False),
        (Call("sts", "GetFederationToken"), False),
    ],
    ids=str,
)
def test_data_stays_where_it_is(people: People, call: Call, leaks: bool) -> None:
    """What leaks to AWS's ``ReadOnlyAccess`` shows that the denial is the component's own."""
    more = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/x"} if call.operation == "AssumeRole" else {}
    made_by = {
        who: attempt(people.evaluator, getattr(people, who), call, **more).kind
        for who in ("reader", "administrator", "aws_reader")
    }
    wanted = "answered" if leaks else "denied"
    assert made_by["reader"] == "denied"
    assert made_by["aws_reader"] == wanted
    if call.operation != "AssumeRole":  # the other role's trust denies an administrator as well
        assert made_by["administrator"] == "answered"


@pytest.mark.parametrize(
    "call",
    [
        Call("cloudformation", "DescribeStacks"),
        Call("cloudtrail", "DescribeTrails"),
        Call("cloudwatch", "DescribeAlarms"),
        Call("dynamodb", "DescribeTable"),
        Call("ec2", "DescribeInstances"),
        Call("ec2", "DescribeSecurityGroups"),
        Call("ecs", "DescribeClusters"),
        Call("events", "DescribeRule"),
        Call("iam", "GetRolePolicy"),
        Call("iam", "ListUsers"),
        Call("kms", "GetKeyPolicy"),
        Call("lambda", "ListFunctions"),
        Call("logs", "DescribeLogGroups"),
        Call("rds", "DescribeDBInstances"),
        Call("route53", "ListHostedZones"),
        Call("s3", "GetBucketPolicy"),
        Call("s3", "ListBuckets"),
        Call("secretsmanager", "ListSecrets"),
        Call("sns", "ListTopics"),
        Call("sqs", "GetQueueAttributes"),
        Call("ssm", "DescribeParameters"),
        Call("wafv2", "ListWebACLs"),
    ],
    ids=str,
)
def test_how_the_account_is_built_is_seen(people: People, call: Call) -> None:
    assert attempt(people.evaluator, people.reader, call).kind == "answered"
    assert attempt(people.evaluator, people.nobody, call).kind == "denied"


# --- Allowances ---

_TABLE: Final = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table"
_GROUP: Final = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group"
_PARAMETER: Final = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter"
ALLOWANCES: Final = {
    "log_groups": [f"{_GROUP}:/app/open"],
    "object_prefixes": [f"arn:aws:s3:::{BUCKET}/open/*"],
    "parameters": [f"{_PARAMETER}/app/open"],
    "tables": [f"{_TABLE}/open"],
}


@pytest.fixture(scope="module")
def allowed_reader(people: People) -> Credentials:
    return people.evaluator.assume(made(allowances=ALLOWANCES))


@pytest.mark.parametrize(
    ("call", "parameters", "kind"),
    [
        (Call("s3", "GetObject"), {"Key": "open/a"}, "answered"),
        (Call("s3", "GetObject"), {"Key": "closed/a"}, "denied"),
        (Call("s3", "PutObject"), {"Key": "open/a"}, "denied"),
        (Call("s3", "DeleteObject"), {"Key": "open/a"}, "denied"),
        (Call("dynamodb", "GetItem"), {"TableName": "open"}, "answered"),
        (Call("dynamodb", "GetItem"), {"TableName": "closed"}, "denied"),
        (Call("dynamodb", "PutItem"), {"TableName": "open"}, "denied"),
        (Call("ssm", "GetParameter"), {"Name": "/app/open"}, "answered"),
        (Call("ssm", "GetParameter"), {"Name": "/app/closed"}, "denied"),
        (Call("ssm", "PutParameter"), {"Name": "/app/open"}, "denied"),
        (Call("logs", "FilterLogEvents"), {"logGroupName": "/app/open"}, "answered"),
        (Call("logs", "FilterLogEvents"), {"logGroupName": "/app/closed"}, "denied"),
        (Call("logs", "DeleteLogGroup"), {"logGroupName": "/app/open"}, "denied"),
    ],
)
def test_an_allowance_opens_what_it_names_and_no_more(
    people: People, allowed_reader: Credentials, call: Call, parameters: Any, kind: str
) -> None:
    assert attempt(people.evaluator, allowed_reader, call, **parameters).kind == kind
    assert attempt(people.evaluator, people.reader, call, **parameters).kind == "denied"
    assert attempt(people.evaluator, people.administrator, call, **parameters).kind == "answered"


# --- Without the component's denials ---


@pytest.fixture(scope="module")
def undenied_reader(people: People) -> Credentials:
    """Have AWS's policies alone, of all that the component attaches."""
    granting = [
        each for each in made() if any(one["Effect"] == "Allow" for one in each["Statement"])
    ]
    assert len(granting) == len(BASE)
    return people.evaluator.assume(granting)


@pytest.mark.parametrize(
    "call",
    [
        Call("cognito-idp", "DescribeUserPoolClient"),
        Call("cognito-idp", "ListUsers"),
        Call("kms", "GetParametersForImport"),
        Call("s3", "GetObjectTagging"),
    ],
    ids=str,
)
def test_what_aws_grants_even_so_is_denied(
    people: People, undenied_reader: Credentials, call: Call
) -> None:
    assert attempt(people.evaluator, undenied_reader, call).kind == "answered"
    assert attempt(people.evaluator, people.reader, call).kind == "denied"


def test_a_role_that_writes_is_found_out(people: People) -> None:
    """The proof above must be able to fail."""
    writer = people.evaluator.assume([document({**ALL, "Action": ["sqs:Create*", "sqs:List*"]})])
    asked = [Call("sqs", "CreateQueue"), Call("sqs", "ListQueues"), Call("sqs", "DeleteQueue")]
    effects = effects_for(people, writer, asked)
    levels = {call.operation: level(action) for call, action in effects.allowed.items()}
    assert levels == {"CreateQueue": "Permissions management", "ListQueues": "Read"}
    assert [call.operation for call in effects.denied] == ["DeleteQueue"]
