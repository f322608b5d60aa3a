"""Control policies and their attachments through their lives, on the emulated AWS."""

from __future__ import annotations

import json
from typing import Any

import botocore.exceptions
import pytest

from local.cloud import Cloud
from local.cloud.values import UNKNOWN
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
POLICY = "aws:organizations/policy:Policy"
ATTACHMENT = "aws:organizations/policyAttachment:PolicyAttachment"
ORGANIZATION = "aws:organizations/getOrganization:getOrganization"
SERVICE = "SERVICE_CONTROL_POLICY"
RESOURCE = "RESOURCE_CONTROL_POLICY"


def document(version: str = "2012-10-17", **statement: Any) -> str:
    whole = {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}
    told = {name: value for name, value in {**whole, **statement}.items() if value is not None}
    return json.dumps({"Version": version, "Statement": [told]})


RCP = document(Principal="*", Action="s3:*")


@pytest.fixture
def root(aws: Any) -> str:
    """Return the organization's root."""
    answer, failures = aws.invoke(ORGANIZATION, {})
    assert not failures
    return str(answer["roots"][0]["id"])


def test_a_policy_lives(aws: Any) -> None:
    live(
        aws,
        Life(
            POLICY,
            {
                "name": "guard",
                "description": "Guards",
                "content": document(),
                "tags": {"a": "1", "b": "2"},
            },
            {"name": "guards", "content": document(Action="account:*"), "tags": {"a": "3"}},
            {"name": "guards", "content": RCP, "type": RESOURCE},
            "{id}",
            {"description": "Guards", "type": SERVICE, "tagsAll": {"a": "1", "b": "2"}},
        ),
    )
    made = aws.create(POLICY, {"name": "data", "content": RCP, "type": RESOURCE})
    assert f"/resource_control_policy/{made.id}" in made.outputs["arn"]


def test_a_policy_written_otherwise_is_the_same_policy(aws: Any) -> None:
    made = aws.create(POLICY, {"name": "guard", "content": document()})
    written = json.dumps(json.loads(document()), indent=2)
    assert not aws.diff(made, {"name": "guard", "content": written}).diffs


def test_a_description_is_taken_away(aws: Any, cloud: Cloud) -> None:
    made = aws.create(POLICY, {"name": "guard", "description": "x", "content": document()})
    bare = aws.update(made, {"name": "guard", "content": document()})
    assert not aws.diff(bare, {"name": "guard", "content": document()}).diffs
    told = cloud.client("organizations").describe_policy(PolicyId=made.id)["Policy"]
    assert told["PolicySummary"]["Description"] == ""


@pytest.mark.parametrize(
    ("kind", "content", "why"),
    [
        (SERVICE, "{}", "a statement must have"),
        (SERVICE, document(Effect="Maybe"), "a statement must have"),
        (SERVICE, document(Resource=None), "a statement must have"),
        (SERVICE, document(Principal="*"), "a statement must have"),
        (SERVICE, document("2008-10-17"), "the Version must be 2012-10-17"),
        (RESOURCE, document(), "a statement must have"),
        (RESOURCE, document(Principal="*", Effect="Allow"), "can only deny"),
        (RESOURCE, document(Principal={"AWS": "*"}), "must be *"),
        (RESOURCE, document(NotPrincipal="*"), "must be *"),
        (RESOURCE, document(Principal="*", Action=None, NotAction="s3:*"), "has no NotAction"),
    ],
)
def test_what_is_no_control_policy_is_refused(aws: Any, kind: str, content: str, why: str) -> None:
    message = refusal(aws.create, POLICY, {"name": "x", "type": kind, "content": content})
    assert "MalformedPolicyDocumentException" in message
    assert why in message
    good = RCP if kind == RESOURCE else document()
    made = aws.create(POLICY, {"name": "x", "type": kind, "content": good})
    message = refusal(aws.update, made, {"name": "x", "type": kind, "content": content})
    assert why in message


@pytest.mark.parametrize("kind", [SERVICE, RESOURCE])
def test_a_policy_has_a_size(aws: Any, kind: str) -> None:
    principal = {} if kind == SERVICE else {"Principal": "*"}

    def sized(size: int) -> str:
        return document(Sid="x" * (size - len(document(Sid="", **principal))), **principal)

    made = aws.create(POLICY, {"name": "x", "type": kind, "content": sized(5_120)})
    asked = {"name": "x", "type": kind, "content": sized(5_121)}
    for message in (refusal(aws.create, POLICY, asked), refusal(aws.update, made, asked)):
        assert "ConstraintViolationException: POLICY_CONTENT_LIMIT_EXCEEDED" in message


@pytest.mark.parametrize(
    ("inputs", "failing"),
    [
        ({"type": "TAG_POLICY"}, "type"),
        ({"content": "nonsense"}, "content"),
        ({"name": None}, "name"),
    ],
)
def test_bad_policies_fail_at_check(aws: Any, inputs: dict[str, Any], failing: str) -> None:
    _, failures = aws.check(POLICY, {"name": "x", "content": document(), **inputs})
    assert [name for name, _ in failures] == [failing]


def test_what_is_unknown_passes_check(aws: Any) -> None:
    assert aws.checked(POLICY, {"name": "x", "content": UNKNOWN, "type": UNKNOWN})


def test_two_policies_have_two_names(aws: Any) -> None:
    aws.create(POLICY, {"name": "a", "content": document()})
    made = aws.create(POLICY, {"name": "b", "content": document()})
    for message in (
        refusal(aws.create, POLICY, {"name": "a", "content": document()}),
        refusal(aws.update, made, {"name": "a", "content": document()}),
    ):
        assert "DuplicatePolicyException" in message


def test_skip_destroy_leaves_the_policy(aws: Any, root: str, cloud: Cloud) -> None:
    made = aws.create(POLICY, {"name": "a", "content": document(), "skipDestroy": True})
    asked = {"policyId": made.id, "targetId": root, "skipDestroy": True}
    aws.delete(aws.create(ATTACHMENT, asked))
    aws.delete(made)
    targets = cloud.client("organizations").list_targets_for_policy(PolicyId=made.id)["Targets"]
    assert [each["TargetId"] for each in targets] == [root]


# --- Attachments ---


@pytest.mark.parametrize("kind", [SERVICE, RESOURCE])
def test_an_attachment_lives(aws: Any, root: str, cloud: Cloud, kind: str) -> None:
    content = RCP if kind == RESOURCE else document()
    made = aws.create(POLICY, {"name": "a", "type": kind, "content": content})
    asked = {"policyId": made.id, "targetId": root}
    unit = cloud.client("organizations").create_organizational_unit(ParentId=root, Name="work")
    other = unit["OrganizationalUnit"]["Id"]
    live(
        aws,
        Life(
            ATTACHMENT,
            asked,
            asked,
            {"policyId": made.id, "targetId": other},
            f"{root}:{made.id}",
            asked,
        ),
    )
    attached = aws.create(ATTACHMENT, {"policyId": made.id, "targetId": other})
    assert "PolicyInUseException" in refusal(aws.delete, made)
    aws.delete(attached)
    aws.delete(made)
    assert aws.read(made) is None


def test_a_target_has_five_policies_of_a_type(aws: Any, root: str) -> None:
    for number in range(5):
        made = aws.create(POLICY, {"name": f"p{number}", "content": document()})
        asked = {"policyId": made.id, "targetId": root}
        if number < 4:  # AWS's own is attached already
            aws.create(ATTACHMENT, asked)
    assert "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED" in refusal(aws.create, ATTACHMENT, asked)
    rcp = aws.create(POLICY, {"name": "rcp", "type": RESOURCE, "content": RCP})
    aws.create(ATTACHMENT, {"policyId": rcp.id, "targetId": root})


def test_what_is_attached_twice_is_refused(aws: Any, root: str) -> None:
    made = aws.create(POLICY, {"name": "a", "content": document()})
    asked = {"policyId": made.id, "targetId": root}
    aws.create(ATTACHMENT, asked)
    assert "DuplicatePolicyAttachmentException" in refusal(aws.create, ATTACHMENT, asked)


@pytest.mark.parametrize("kind", [SERVICE, RESOURCE])
def test_a_type_that_is_not_enabled_is_refused(
    aws: Any, root: str, cloud: Cloud, kind: str
) -> None:
    content = RCP if kind == RESOURCE else document()
    made = aws.create(POLICY, {"name": "a", "type": kind, "content": content})
    asked = {"policyId": made.id, "targetId": root}
    organizations = cloud.client("organizations")
    organizations.disable_policy_type(RootId=root, PolicyType=kind)
    assert "PolicyTypeNotEnabledException" in refusal(aws.create, ATTACHMENT, asked)
    organizations.enable_policy_type(RootId=root, PolicyType=kind)
    aws.create(ATTACHMENT, asked)


def test_policies_and_targets_must_be_there(aws: Any, root: str) -> None:
    made = aws.create(POLICY, {"name": "a", "content": document()})
    absent = {"policyId": made.id, "targetId": "111122223333"}
    assert "AccountNotFoundException" in refusal(aws.create, ATTACHMENT, absent)
    absent = {"policyId": "p-00000000", "targetId": root}
    assert "PolicyNotFoundException" in refusal(aws.create, ATTACHMENT, absent)
    assert aws.imported(ATTACHMENT, f"{root}:p-00000000") is None


def test_the_last_policy_of_a_type_stays(root: str, cloud: Cloud) -> None:
    organizations = cloud.client("organizations")
    with pytest.raises(botocore.exceptions.ClientError, match="MIN_POLICY_TYPE_ATTACHMENT"):
        organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=root)
    made = organizations.create_policy(Name="a", Description="", Type=SERVICE, Content=document())[
        "Policy"
    ]["PolicySummary"]["Id"]
    with pytest.raises(botocore.exceptions.ClientError, match="PolicyNotAttachedException"):
        organizations.detach_policy(PolicyId=made, TargetId=root)
    organizations.attach_policy(PolicyId=made, TargetId=root)
    organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=root)


# --- The organization ---


def test_the_account_manages_an_organization(aws: Any, cloud: Cloud) -> None:
    organizations = cloud.client("organizations")
    organizations.create_account(AccountName="work", Email="work@example.com")
    organizations.enable_aws_service_access(ServicePrincipal="sso.amazonaws.com")
    answer, _ = aws.invoke(ORGANIZATION, {})
    assert answer["masterAccountId"] == ACCOUNT
    assert answer["featureSet"] == "ALL"
    assert sorted(answer["enabledPolicyTypes"]) == [RESOURCE, SERVICE]
    assert answer["awsServiceAccessPrincipals"] == ["sso.amazonaws.com"]
    assert [each["name"] for each in answer["nonMasterAccounts"]] == ["work"]
    assert {each["id"] for each in answer["accounts"]} > {ACCOUNT}
    (only, *more) = answer["roots"]
    assert not more
    assert only["arn"].endswith(only["id"])
    answer, _ = aws.invoke(ORGANIZATION, {"returnOrganizationOnly": True})
    assert (answer["masterAccountId"], answer["roots"]) == (ACCOUNT, [])


def test_an_account_need_not_be_in_one(aws: Any, cloud: Cloud) -> None:
    cloud.client("organizations").delete_organization()
    assert "AWSOrganizationsNotInUseException" in refusal(aws.invoke, ORGANIZATION, {})
    cloud.reset()
    assert aws.invoke(ORGANIZATION, {})[0]["masterAccountId"] == ACCOUNT


def test_a_reset_forgets_all_around_the_organization(aws: Any, root: str, cloud: Cloud) -> None:
    """What makes an organization makes accounts: a reset must not trip over them."""
    organizations, iam = cloud.client("organizations"), cloud.client("iam")
    for number in range(3):
        iam.create_policy(PolicyName="own", PolicyDocument=document())
        made = aws.create(POLICY, {"name": "a", "content": document()})
        assert iam.list_policies(Scope="Local")["Policies"], number
        cloud.reset()
        assert not iam.list_policies(Scope="Local")["Policies"]
        assert aws.read(made) is None
        assert organizations.list_roots()["Roots"][0]["Id"] != root
