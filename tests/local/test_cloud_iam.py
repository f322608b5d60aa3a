"""Roles, policies and identity providers through their lives, on the emulated AWS."""

from __future__ import annotations

import json
from typing import Any

import botocore.exceptions
import pytest

from local.cloud import Cloud
from local.cloud.values import UNKNOWN
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
ARN = f"arn:aws:iam::{ACCOUNT}"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
POLICY = "aws:iam/policy:Policy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
OIDC = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
PASSWORDS = "aws:iam/accountPasswordPolicy:AccountPasswordPolicy"
GITHUB = "https://token.actions.githubusercontent.com"


def document(*actions: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": [*actions], "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(principal: Any, **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


TRUST = trust({"Service": "ec2.amazonaws.com"})


@pytest.fixture
def role(aws: Any) -> str:
    """Make a role and return its name."""
    return str(aws.create(ROLE, {"name": "reader", "assumeRolePolicy": TRUST}).id)


def sized(size: int) -> str:
    """Return a policy of so many characters, white space left out."""
    bare = len(document("s3:").replace(" ", ""))
    return document("s3:" + "a" * (size - bare))


# --- Roles ---


def test_a_role_lives_within_a_boundary(aws: Any) -> None:
    boundary = aws.create(POLICY, {"name": "limit", "policy": document("s3:*")}).id
    live(
        aws,
        Life(
            ROLE,
            {
                "name": "reader",
                "path": "/people/",
                "assumeRolePolicy": TRUST,
                "permissionsBoundary": boundary,
                "maxSessionDuration": 43_200,
                "tags": {"a": "1"},
            },
            {
                "name": "reader",
                "path": "/people/",
                "assumeRolePolicy": trust({"AWS": f"{ARN}:root"}),
                "permissionsBoundary": READ_ONLY,
                "description": "Reads",
                "tags": {"a": "2"},
            },
            {"name": "reader", "path": "/others/", "assumeRolePolicy": TRUST},
            "reader",
            {"arn": f"{ARN}:role/people/reader", "permissionsBoundary": boundary},
            by_name=True,
        ),
    )


@pytest.mark.parametrize("seconds", [3_599, 43_201])
def test_a_session_lasts_from_one_to_twelve_hours(aws: Any, seconds: int) -> None:
    asked = {"assumeRolePolicy": TRUST, "maxSessionDuration": seconds}
    assert "MaxSessionDuration: must be at" in refusal(aws.create, ROLE, asked)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nonsense", "no JSON policy"),
        (trust({"AWS": "*"}, Resource="*"), "no Resource"),
        (trust({"Nobody": "*"}), "must be * or have only"),
        (trust("everyone"), "must be * or have only"),
        (trust({"AWS": f"{ARN}:role/*"}), "Invalid principal in policy, of kind AWS"),
        (trust({"AWS": [f"{ARN}:root", f"{ARN}:role/absent"]}), "Invalid principal in policy"),
        (trust({"AWS": f"{ARN}:user/path/absent"}), "Invalid principal in policy"),
        (trust({"Federated": f"{ARN}:role/x"}), "Invalid principal in policy, of kind Federated"),
    ],
)
def test_trust_that_iam_refuses_is_refused(aws: Any, role: str, text: str, why: str) -> None:
    for call in (
        lambda: aws.create(ROLE, {"assumeRolePolicy": text}),
        lambda: aws.update(aws.imported(ROLE, role), {"name": role, "assumeRolePolicy": text}),
    ):
        message = refusal(call)
        assert "MalformedPolicyDocument" in message
        assert why in message


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": "111122223333"},
        {"AWS": ["arn:aws:iam::111122223333:role/theirs", f"{ARN}:role/reader"]},
        {"Federated": f"{ARN}:oidc-provider/token.actions.githubusercontent.com"},
        {"Federated": "cognito-identity.amazonaws.com", "Service": "ec2.amazonaws.com"},
    ],
)
def test_trust_that_iam_takes_is_taken(aws: Any, role: str, principal: Any) -> None:
    assert role
    aws.create(ROLE, {"assumeRolePolicy": trust(principal)})


def test_trust_has_a_size(aws: Any) -> None:
    def named(count: int) -> str:
        return trust({"AWS": "*"}, Sid="x" * count)

    fits = 2_048 - len(named(0).replace(" ", ""))
    aws.create(ROLE, {"assumeRolePolicy": named(fits)})
    message = refusal(aws.create, ROLE, {"assumeRolePolicy": named(fits + 1)})
    assert "LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048" in message


def test_a_boundary_must_be_there(aws: Any) -> None:
    asked = {"assumeRolePolicy": TRUST, "permissionsBoundary": f"{ARN}:policy/absent"}
    assert "NoSuchEntity" in refusal(aws.create, ROLE, asked)


def test_inline_policies_share_a_size(aws: Any, role: str) -> None:
    aws.create(ROLE_POLICY, {"role": role, "name": "a", "policy": sized(4_000)})
    full = aws.create(ROLE_POLICY, {"role": role, "name": "b", "policy": sized(6_240)})
    aws.update(full, {"role": role, "name": "b", "policy": sized(6_239)})
    aws.update(full, {"role": role, "name": "b", "policy": sized(6_240)})
    message = refusal(
        aws.create, ROLE_POLICY, {"role": role, "name": "c", "policy": document("s3:*")}
    )
    assert "LimitExceeded: Maximum policy size of 10240 bytes exceeded" in message


# --- Policies ---


def test_a_policy_lives(aws: Any) -> None:
    live(
        aws,
        Life(
            POLICY,
            {
                "name": "deny",
                "path": "/guard/",
                "description": "Denies",
                "policy": document("s3:*"),
                "tags": {"a": "1", "b": "2"},
            },
            {
                "name": "deny",
                "path": "/guard/",
                "description": "Denies",
                "policy": document("s3:*", "kms:*"),
                "tags": {"a": "3"},
            },
            {"name": "deny", "path": "/guard/", "policy": document("s3:*")},
            f"{ARN}:policy/guard/deny",
            {
                "arn": f"{ARN}:policy/guard/deny",
                "attachmentCount": 0,
                "path": "/guard/",
                "tagsAll": {"a": "1", "b": "2"},
            },
            by_name=True,
        ),
    )


def test_a_policy_keeps_five_versions(aws: Any, cloud: Cloud) -> None:
    iam = cloud.client("iam")
    made = aws.create(POLICY, {"name": "deny", "policy": document("s3:a1")})
    for number in range(2, 13):
        made = aws.update(made, {"name": "deny", "policy": document(f"s3:a{number}")})
        versions = iam.list_policy_versions(PolicyArn=made.id)["Versions"]
        kept = sorted(int(each["VersionId"][1:]) for each in versions)
        assert kept == list(range(max(1, number - 4), number + 1))
        told = iam.get_policy(PolicyArn=made.id)["Policy"]["DefaultVersionId"]
        assert told == f"v{number}"
        assert json.loads(made.outputs["policy"])["Statement"][0]["Action"] == [f"s3:a{number}"]
    aws.delete(made)
    assert aws.read(made) is None


def test_the_oldest_version_goes_but_never_the_default_one(aws: Any, cloud: Cloud) -> None:
    iam = cloud.client("iam")
    made = aws.create(POLICY, {"name": "deny", "policy": document("s3:a1")})
    for number in range(2, 6):
        iam.create_policy_version(PolicyArn=made.id, PolicyDocument=document(f"s3:a{number}"))
    aws.update(made, {"name": "deny", "policy": document("s3:a6")})
    versions = iam.list_policy_versions(PolicyArn=made.id)["Versions"]
    assert sorted(each["VersionId"] for each in versions) == ["v1", "v3", "v4", "v5", "v6"]


@pytest.mark.parametrize("edited", [False, True])
def test_tags_alone_make_no_version(aws: Any, cloud: Cloud, edited: bool) -> None:
    made = aws.create(POLICY, {"name": "deny", "policy": document("s3:*")})
    text = json.dumps(json.loads(document("s3:*")), indent=4) if edited else document("s3:*")
    aws.update(made, {"name": "deny", "policy": text, "tags": {"a": "1"}})
    assert len(cloud.client("iam").list_policy_versions(PolicyArn=made.id)["Versions"]) == 1


def test_a_policy_has_a_size(aws: Any) -> None:
    fits = sized(6_144)
    made = aws.create(POLICY, {"name": "deny", "policy": json.dumps(json.loads(fits), indent=9)})
    for call in (
        lambda: aws.create(POLICY, {"policy": sized(6_145)}),
        lambda: aws.update(made, {"name": "deny", "policy": sized(6_145)}),
    ):
        assert "LimitExceeded: Cannot exceed quota for PolicySize: 6144" in refusal(call)


@pytest.mark.parametrize(
    "text",
    ["nonsense", "{}", document("s3:*", Effect="Maybe"), document("s3:*", Principal="*")],
)
def test_a_malformed_policy_is_refused(aws: Any, text: str) -> None:
    for token, more in ((POLICY, {}), (ROLE_POLICY, {"role": "reader"})):
        assert "MalformedPolicyDocument" in refusal(aws.create, token, {"policy": text, **more})
    made = aws.create(POLICY, {"name": "deny", "policy": document("s3:*")})
    assert "MalformedPolicyDocument" in refusal(aws.update, made, {"name": "deny", "policy": text})


def test_a_policy_in_use_stays(aws: Any, role: str) -> None:
    made = aws.create(POLICY, {"name": "deny", "policy": document("s3:*")})
    attached = aws.create(ATTACHMENT, {"role": role, "policyArn": made.id})
    assert aws.read(made).outputs["attachmentCount"] == 1
    assert "DeleteConflict: Cannot delete a policy attached" in refusal(aws.delete, made)
    aws.delete(attached)
    bound = aws.create(ROLE, {"assumeRolePolicy": TRUST, "permissionsBoundary": made.id})
    assert "DeleteConflict: Cannot delete a policy attached" in refusal(aws.delete, made)
    aws.delete(bound)
    aws.delete(made)


def test_a_policy_with_versions_stays(aws: Any, cloud: Cloud) -> None:
    iam = cloud.client("iam")
    made = aws.create(POLICY, {"name": "deny", "policy": document("s3:*")})
    aws.update(made, {"name": "deny", "policy": document("kms:*")})
    with pytest.raises(botocore.exceptions.ClientError, match="more than one version"):
        iam.delete_policy(PolicyArn=made.id)


# --- Attachments ---


def test_an_attachment_lives(aws: Any, role: str, cloud: Cloud) -> None:
    attached = {"role": role, "policyArn": READ_ONLY}
    live(
        aws,
        Life(
            ATTACHMENT,
            attached,
            attached,
            {"role": role, "policyArn": "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"},
            f"{role}/{READ_ONLY}",
            attached,
        ),
    )
    listed = cloud.client("iam").list_attached_role_policies(RoleName=role)
    assert listed["AttachedPolicies"] == []


def test_what_is_attached_twice_is_attached_once(aws: Any, role: str, cloud: Cloud) -> None:
    iam = cloud.client("iam")
    made = aws.create(POLICY, {"name": "deny", "policy": document("s3:*")})
    for _ in range(2):
        iam.attach_role_policy(RoleName=role, PolicyArn=made.id)
    assert iam.get_policy(PolicyArn=made.id)["Policy"]["AttachmentCount"] == 1


def test_ten_policies_are_attached_to_a_role_at_most(aws: Any, role: str, cloud: Cloud) -> None:
    iam = cloud.client("iam")
    arns = []
    for number in range(11):
        made = iam.create_policy(PolicyName=f"p{number}", PolicyDocument=document("s3:*"))
        arns.append(made["Policy"]["Arn"])
    for arn in arns[:10]:
        aws.create(ATTACHMENT, {"role": role, "policyArn": arn})
    aws.create(ATTACHMENT, {"role": role, "policyArn": arns[0]})
    message = refusal(aws.create, ATTACHMENT, {"role": role, "policyArn": arns[10]})
    assert "LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10" in message


@pytest.mark.parametrize(
    "attached",
    [
        {"role": "absent", "policyArn": READ_ONLY},
        {"role": "reader", "policyArn": f"{ARN}:policy/absent"},
        {"role": "reader", "policyArn": "arn:aws:iam::aws:policy/NoSuchAccess"},
    ],
)
def test_both_must_be_there(aws: Any, role: str, attached: dict[str, str]) -> None:
    assert role
    assert "NoSuchEntity" in refusal(aws.create, ATTACHMENT, attached)
    assert aws.imported(ATTACHMENT, f"{attached['role']}/{attached['policyArn']}") is None


def test_a_reset_forgets_whom_a_managed_policy_was_attached_to(cloud: Cloud) -> None:
    cloud.reset()
    iam = cloud.client("iam")
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="reader", PolicyArn=READ_ONLY)
    assert iam.get_policy(PolicyArn=READ_ONLY)["Policy"]["AttachmentCount"] == 1
    cloud.reset()
    policy = iam.get_policy(PolicyArn=READ_ONLY)["Policy"]
    assert policy["AttachmentCount"] == 0
    version = iam.get_policy_version(PolicyArn=READ_ONLY, VersionId=policy["DefaultVersionId"])
    assert version["PolicyVersion"]["Document"]["Statement"]


# --- Identity providers ---


def test_an_identity_provider_lives(aws: Any, cloud: Cloud) -> None:
    live(
        aws,
        Life(
            OIDC,
            {
                "url": GITHUB,
                "clientIdLists": ["sts.amazonaws.com", "others"],
                "thumbprintLists": ["a" * 40],
                "tags": {"a": "1", "b": "2"},
            },
            {
                "url": GITHUB,
                "clientIdLists": ["new", "sts.amazonaws.com"],
                "thumbprintLists": ["b" * 40, "a" * 40],
                "tags": {"a": "3"},
            },
            {"url": "https://gitlab.com", "clientIdLists": ["sts.amazonaws.com"]},
            f"{ARN}:oidc-provider/token.actions.githubusercontent.com",
            {"url": GITHUB.removeprefix("https://"), "tagsAll": {"a": "1", "b": "2"}},
        ),
    )
    made = aws.create(OIDC, {"url": GITHUB, "clientIdLists": ["a", "b"]})
    assert not aws.diff(made, {"url": GITHUB, "clientIdLists": ["b", "a"]}).diffs
    aws.update(made, {"url": GITHUB, "clientIdLists": ["c", "b"]})
    iam = cloud.client("iam")
    told = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=made.id)
    assert sorted(told["ClientIDList"]) == ["b", "c"]
    for _ in range(2):
        iam.add_client_id_to_open_id_connect_provider(
            OpenIDConnectProviderArn=made.id, ClientID="c"
        )
        iam.remove_client_id_from_open_id_connect_provider(
            OpenIDConnectProviderArn=made.id, ClientID="b"
        )
    told = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=made.id)
    assert told["ClientIDList"] == ["c"]


def test_an_identity_provider_is_there_once(aws: Any) -> None:
    inputs = {"url": GITHUB, "clientIdLists": ["sts.amazonaws.com"]}
    aws.create(OIDC, inputs)
    assert "EntityAlreadyExists" in refusal(aws.create, OIDC, inputs)


def test_an_identity_provider_has_tls(aws: Any) -> None:
    _, failures = aws.check(OIDC, {"url": "http://gitlab.com", "clientIdLists": ["a"]})
    assert failures == [("url", "must begin with https://.")]
    aws.checked(OIDC, {"url": UNKNOWN, "clientIdLists": ["a"]})


# --- The account ---


def test_a_password_policy_lives(aws: Any) -> None:
    live(
        aws,
        Life(
            PASSWORDS,
            {"minimumPasswordLength": 14, "requireSymbols": True, "maxPasswordAge": 90},
            {
                "minimumPasswordLength": 20,
                "requireSymbols": False,
                "passwordReusePrevention": 24,
                "allowUsersToChangePassword": False,
            },
            None,
            "iam-account-password-policy",
            {"minimumPasswordLength": 14, "expirePasswords": True, "requireSymbols": True},
        ),
    )
    assert "MinimumPasswordLength" in refusal(aws.create, PASSWORDS, {"minimumPasswordLength": 5})
