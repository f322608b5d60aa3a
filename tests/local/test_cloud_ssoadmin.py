"""Permission sets, their policies and assignments through their lives, on the emulated AWS."""

from __future__ import annotations

import json
from typing import Any

import botocore.exceptions
import pytest

from local.cloud import Cloud
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
SET = "aws:ssoadmin/permissionSet:PermissionSet"
INLINE = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
MANAGED = "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"
CUSTOMER = "aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment"
BOUNDARY = "aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment"
ASSIGNMENT = "aws:ssoadmin/accountAssignment:AccountAssignment"
INSTANCES = "aws:ssoadmin/getInstances:getInstances"
GROUP = "aws:identitystore/getGroup:getGroup"
VIEW_ONLY = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
PRINCIPAL = "11111111-2222-3333-4444-555555555555"


def document(**statement: Any) -> str:
    whole = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [whole]})


@pytest.fixture
def instance(aws: Any) -> str:
    """Return the instance's ARN."""
    answer, failures = aws.invoke(INSTANCES, {})
    assert not failures
    assert answer["region"] == "us-east-1"
    return str(answer["arns"][0])


@pytest.fixture
def where(aws: Any, instance: str) -> dict[str, str]:
    """Make a permission set, and return what its parts name it by."""
    made = aws.create(SET, {"instanceArn": instance, "name": "Readers"})
    return {"instanceArn": instance, "permissionSetArn": made.outputs["arn"]}


def test_a_permission_set_lives(aws: Any, instance: str) -> None:
    live(
        aws,
        Life(
            SET,
            {
                "instanceArn": instance,
                "name": "Readers",
                "description": "Reads",
                "relayState": "https://example.com",
                "sessionDuration": "PT8H",
                "tags": {"a": "1", "b": "2"},
            },
            {"instanceArn": instance, "name": "Readers", "tags": {"a": "3"}},
            {"instanceArn": instance, "name": "Others"},
            "{arn}," + instance,
            {"sessionDuration": "PT8H", "tagsAll": {"a": "1", "b": "2"}, "name": "Readers"},
        ),
    )


def test_a_set_lasts_an_hour_unless_told(instance: str, cloud: Cloud) -> None:
    sso = cloud.client("sso-admin")
    made = sso.create_permission_set(InstanceArn=instance, Name="Readers")["PermissionSet"]
    assert made["SessionDuration"] == "PT1H"
    with pytest.raises(botocore.exceptions.ClientError, match="ConflictException"):
        sso.create_permission_set(InstanceArn=instance, Name="Readers")
    assert ":sso:::permissionSet/ssoins-" in made["PermissionSetArn"]


def test_a_set_has_a_name(aws: Any, instance: str) -> None:
    _, failures = aws.check(SET, {"instanceArn": instance})
    assert failures == [("name", "must be set: the local cloud makes none.")]


def test_an_inline_policy_lives(aws: Any, where: dict[str, str]) -> None:
    live(
        aws,
        Life(
            INLINE,
            {**where, "inlinePolicy": document()},
            {**where, "inlinePolicy": document(Action="s3:*")},
            {**where, "inlinePolicy": document(), "region": "eu-west-1"},
            "{permissionSetArn},{instanceArn}",
            by_name=True,
        ),
    )


@pytest.mark.parametrize(
    "text", ["nonsense", "{}", document(Principal="*"), document(Effect="Maybe")]
)
def test_a_malformed_inline_policy_is_refused(aws: Any, where: dict[str, str], text: str) -> None:
    message = refusal(aws.create, INLINE, {**where, "inlinePolicy": text})
    assert "PutInlinePolicyToPermissionSet failed: ValidationException" in message


def test_an_inline_policy_has_a_size(aws: Any, where: dict[str, str]) -> None:
    def sized(size: int) -> str:
        bare = len("".join(document(Sid="").split()))
        return json.dumps(json.loads(document(Sid="x" * (size - bare))), indent=4)

    made = aws.create(INLINE, {**where, "inlinePolicy": sized(10_240)})
    longer = {**where, "inlinePolicy": sized(10_241)}
    for message in (refusal(aws.create, INLINE, longer), refusal(aws.update, made, longer)):
        assert "ServiceQuotaExceededException" in message


def test_a_managed_policy_is_attached(aws: Any, where: dict[str, str], cloud: Cloud) -> None:
    asked = {**where, "managedPolicyArn": VIEW_ONLY}
    live(
        aws,
        Life(
            MANAGED,
            asked,
            asked,
            {**where, "managedPolicyArn": READ_ONLY},
            f"{VIEW_ONLY},{where['permissionSetArn']},{where['instanceArn']}",
            {"managedPolicyName": "ViewOnlyAccess"},
        ),
    )
    aws.create(MANAGED, asked)
    listed = cloud.client("sso-admin").list_managed_policies_in_permission_set(
        InstanceArn=where["instanceArn"], PermissionSetArn=where["permissionSetArn"]
    )
    assert listed["AttachedManagedPolicies"] == [{"Arn": VIEW_ONLY, "Name": "ViewOnlyAccess"}]
    assert "ConflictException" in refusal(aws.create, MANAGED, asked)


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("arn:aws:iam::aws:policy/NoSuchAccess", "ResourceNotFoundException"),
        ("arn:aws:iam::aws:policy/ViewOnlyAccess", "ResourceNotFoundException"),
        (f"arn:aws:iam::{ACCOUNT}:policy/own", "ValidationException"),
    ],
)
def test_a_managed_policy_is_one_of_aws(
    aws: Any, where: dict[str, str], cloud: Cloud, arn: str, code: str
) -> None:
    cloud.client("iam").create_policy(PolicyName="own", PolicyDocument=document())
    assert code in refusal(aws.create, MANAGED, {**where, "managedPolicyArn": arn})
    asked = {**where, "permissionsBoundary": {"managedPolicyArn": arn}}
    assert code in refusal(aws.create, BOUNDARY, asked)


@pytest.mark.parametrize("path", [{}, {"path": "/guard/"}])
def test_a_policy_of_the_accounts_is_attached(
    aws: Any, where: dict[str, str], path: dict[str, str]
) -> None:
    asked = {**where, "customerManagedPolicyReference": {"name": "deny", **path}}
    full = {"name": "deny", "path": "/", **path}
    live(
        aws,
        Life(
            CUSTOMER,
            asked,
            asked,
            {**where, "customerManagedPolicyReference": {"name": "other"}},
            f"deny,{full['path']},{where['permissionSetArn']},{where['instanceArn']}",
            {"customerManagedPolicyReference": full},
        ),
    )
    aws.create(CUSTOMER, asked)
    elsewhere = f"deny,/else/,{where['permissionSetArn']},{where['instanceArn']}"
    assert aws.imported(CUSTOMER, elsewhere) is None


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"managedPolicyArn": VIEW_ONLY}, {"managedPolicyArn": VIEW_ONLY}),
        (
            {"customerManagedPolicyReference": {"name": "limit"}},
            {"customerManagedPolicyReference": {"name": "limit", "path": "/"}},
        ),
    ],
)
def test_a_boundary_lives(aws: Any, where: dict[str, str], asked: Any, told: Any) -> None:
    inputs = {**where, "permissionsBoundary": asked}
    live(
        aws,
        Life(
            BOUNDARY,
            inputs,
            inputs,
            {**where, "permissionsBoundary": {"managedPolicyArn": READ_ONLY}},
            f"{where['permissionSetArn']},{where['instanceArn']}",
            {"permissionsBoundary": told},
            by_name=True,
        ),
    )


@pytest.mark.parametrize(
    "asked",
    [{}, {"managedPolicyArn": VIEW_ONLY, "customerManagedPolicyReference": {"name": "limit"}}],
)
def test_a_boundary_is_one_policy(aws: Any, where: dict[str, str], asked: Any) -> None:
    _, failures = aws.check(BOUNDARY, {**where, "permissionsBoundary": asked})
    assert [name for name, _ in failures] == ["permissionsBoundary"]


# --- Assignments ---


def test_an_assignment_lives(aws: Any, where: dict[str, str]) -> None:
    asked = {
        **where,
        "principalId": PRINCIPAL,
        "principalType": "GROUP",
        "targetId": ACCOUNT,
        "targetType": "AWS_ACCOUNT",
    }
    live(
        aws,
        Life(
            ASSIGNMENT,
            asked,
            asked,
            {**asked, "targetId": "111122223333"},
            f"{PRINCIPAL},GROUP,{ACCOUNT},AWS_ACCOUNT,"
            f"{where['permissionSetArn']},{where['instanceArn']}",
            asked,
        ),
    )
    aws.create(ASSIGNMENT, asked)
    assert "ConflictException: it exists already" in refusal(aws.create, ASSIGNMENT, asked)
    aws.create(ASSIGNMENT, {**asked, "principalType": "USER"})
    absent = {**asked, "permissionSetArn": f"{where['permissionSetArn'][:-3]}abc"}
    assert "ResourceNotFoundException" in refusal(aws.create, ASSIGNMENT, absent)
    held = aws.imported(SET, f"{where['permissionSetArn']},{where['instanceArn']}")
    assert "ConflictException" in refusal(aws.delete, held)


def test_a_principal_is_an_id(aws: Any, where: dict[str, str]) -> None:
    asked = {
        **where,
        "principalId": "engineers",
        "principalType": "GROUP",
        "targetId": ACCOUNT,
        "targetType": "AWS_ACCOUNT",
    }
    assert "PrincipalId: must match" in refusal(aws.create, ASSIGNMENT, asked)


# --- Functions ---


def test_a_group_is_found(aws: Any, instance: str, cloud: Cloud) -> None:
    assert instance
    store = aws.invoke(INSTANCES, {})[0]["identityStoreIds"][0]
    made = cloud.client("identitystore").create_group(
        IdentityStoreId=store, DisplayName="engineers", Description="Engineers"
    )
    unique = {"attributePath": "DisplayName", "attributeValue": "engineers"}
    for asked in (
        {"groupId": made["GroupId"]},
        {"alternateIdentifier": {"uniqueAttribute": unique}},
    ):
        answer, failures = aws.invoke(GROUP, {"identityStoreId": store, **asked})
        assert not failures
        assert answer["id"] == answer["groupId"] == made["GroupId"]
        assert (answer["displayName"], answer["description"]) == ("engineers", "Engineers")
    unique = {**unique, "attributeValue": "nobody"}
    asked = {"identityStoreId": store, "alternateIdentifier": {"uniqueAttribute": unique}}
    assert "ResourceNotFoundException" in refusal(aws.invoke, GROUP, asked)
    both = {**asked, "groupId": made["GroupId"]}
    assert "Unsupported" in refusal(aws.invoke, GROUP, both)
