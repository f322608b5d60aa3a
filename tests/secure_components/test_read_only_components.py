"""`ReadOnlyRole` and `ReadOnlyPermissionSet` by their children's inputs.

In process, with mocks; what their policies deny is proven in `test_read_only_access.py`.
"""

from __future__ import annotations

import json
from typing import Any, cast

import pulumi
import pytest

from secure_components import (
    ArgumentError,
    ReadOnlyPermissionSet,
    ReadOnlyPermissionSetArgs,
    ReadOnlyRole,
    ReadOnlyRoleArgs,
)
from secure_components.documents import document
from secure_components.read_only_access import policies
from tests.secure_components.programs import run, value

ACCOUNT = "123456789012"
TRUST = {"identity_center": {"permission_sets": ["View"]}}
INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
GROUP = "11111111-2222-3333-4444-555555555555"
LOG_GROUP = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/app/one"
TAG = {"secure-components:read-only-access": policies.VERSION}
PASSED = ["ViewOnlyAccess", "SecurityAudit"]


def make_role(**args: Any) -> ReadOnlyRole:
    given = cast("ReadOnlyRoleArgs", {"trust": TRUST, **args})
    made: ReadOnlyRole = run(lambda: ReadOnlyRole("view", given))
    return made


def make_set(**args: Any) -> ReadOnlyPermissionSet:
    given = cast("ReadOnlyPermissionSetArgs", {"instance_arn": INSTANCE, **args})
    made: ReadOnlyPermissionSet = run(lambda: ReadOnlyPermissionSet("view", given))
    return made


def children(recorder: Any) -> dict[str, str]:
    return {name: args.typ.rpartition(":")[2] for name, args in recorder.resources.items()}


def statements(recorder: Any, name: str, property_: str = "policy") -> Any:
    return json.loads(recorder.inputs(name)[property_])["Statement"]


# --- The role ---


def test_role_keeps_the_names_of_its_children(recorder: Any) -> None:
    make_role(deny_secrets_in_metadata=True, allowances={"log_groups": [LOG_GROUP]})
    own = ["allowances", "ceiling-1", "ceiling-2", "ceiling-3", "data", "metadata"]
    assert children(recorder) == {
        "view": "Role",
        **{f"view-{kind}": "Policy" for kind in own},
        **{f"view-{kind}-attachment": "RolePolicyAttachment" for kind in [*own, *PASSED]},
    }


def test_role_is_short_and_trusts_whom_it_is_told(recorder: Any) -> None:
    make_role()
    role = recorder.inputs("view")
    assert (role["maxSessionDuration"], role["path"]) == (3600, "/")
    assert "permissionsBoundary" not in role
    (trusted,) = statements(recorder, "view", "assumeRolePolicy")
    assert trusted["Sid"] == "IdentityCenter"
    assert trusted["Principal"] == {"AWS": [f"arn:aws:iam::{ACCOUNT}:root"]}


def test_role_has_exactly_the_policies_that_are_proven(recorder: Any) -> None:
    make_role(deny_secrets_in_metadata=True)
    proven = {
        **{f"view-ceiling-{n + 1}": policies.ceiling(n, {}) for n in range(policies.SHARES)},
        "view-data": policies.data_denials({}),
        "view-metadata": policies.metadata_denials(),
    }
    for name, made in proven.items():
        assert recorder.inputs(name)["policy"] == document(made)
        assert recorder.inputs(name)["tags"] == TAG
        attachment = recorder.inputs(f"{name}-attachment")
        assert attachment["policyArn"] == f"arn-of-{name}"
    attached = [name for name, kind in children(recorder).items() if kind.endswith("Attachment")]
    assert len(attached) == len(proven) + 2
    assert [recorder.inputs(f"view-{name}-attachment")["policyArn"] for name in PASSED] == [
        "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
        "arn:aws:iam::aws:policy/SecurityAudit",
    ]


def test_metadata_is_denied_on_request_alone(recorder: Any) -> None:
    make_role()
    assert "view-metadata" not in recorder.resources
    assert "view-allowances" not in recorder.resources


def test_aws_policies_are_attached_once_all_denials_are(
    recorder: Any, registrations: dict[str, Any]
) -> None:
    make_role()
    for name in PASSED:
        before = " ".join(registrations[f"view-{name}-attachment"].dependencies)
        for denial in ("ceiling-1", "ceiling-2", "ceiling-3", "data"):
            assert f"view-{denial}-attachment" in before
    assert "view" in recorder.resources


def test_role_takes_what_it_is_given(recorder: Any) -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
    made = make_role(
        max_session_duration_in_seconds=7200,
        path="/people/",
        permissions_boundary_arn=boundary,
        role_name="ViewAccount",
        tags={"team": "platform"},
    )
    role = recorder.inputs("view")
    assert (role["name"], role["path"], role["maxSessionDuration"]) == (
        "ViewAccount",
        "/people/",
        7200,
    )
    assert role["permissionsBoundary"] == boundary
    assert role["tags"] == {"team": "platform"}
    assert recorder.inputs("view-data")["tags"] == {"team": "platform", **TAG}
    assert recorder.inputs("view-data")["path"] == "/people/"
    assert value(made.role_arn) == "arn-of-view"
    assert value(made.role_name) == "ViewAccount"
    assert len(value(made.policy_arns)) == 6


def test_an_allowance_opens_its_resource_alone(recorder: Any) -> None:
    later = pulumi.Output.from_input(LOG_GROUP)
    make_role(allowances={"log_groups": [later]})
    (grant,) = statements(recorder, "view-allowances")
    assert (grant["Effect"], grant["Resource"]) == ("Allow", [LOG_GROUP, f"{LOG_GROUP}:*"])
    assert grant["Action"] == ["logs:FilterLogEvents", "logs:GetLogEvents"]
    denied, other = statements(recorder, "view-data")
    assert "logs:GetLogEvents" not in denied["Action"]
    assert other["Effect"] == "Deny"
    assert other["NotResource"] == grant["Resource"]


BUCKET = "arn:aws:s3:::reports/"
WRONG_ALLOWANCES = [
    ({"log_groups": []}, "allowances.log_groups' is empty"),
    ({"log_groups": ["*"]}, "allowances.log_groups' is not allowed"),
    ({"log_groups": [f"{LOG_GROUP}:*"]}, "allowances.log_groups' is not allowed"),
    ({"log_groups": [LOG_GROUP.replace(ACCOUNT, "*")]}, "allowances.log_groups' is not allowed"),
    ({"object_prefixes": ["arn:aws:s3:::*"]}, "allowances.object_prefixes' is not allowed"),
    ({"object_prefixes": [f"{BUCKET}*"]}, "allowances.object_prefixes' is not allowed"),
    ({"object_prefixes": [f"{BUCKET}a*"]}, "allowances.object_prefixes' is not allowed"),
    ({"object_prefixes": ["arn:aws:s3:::*/a/*"]}, "allowances.object_prefixes' is not allowed"),
    ({"parameters": [f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/*"]}, "parameters' is not"),
    ({"tables": [f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/*"]}, "tables' is not allowed"),
    ({"queues": ["one"]}, "allowances.queues' is unknown"),
    ({"object_prefixes": [f"{BUCKET}${{aws:username}}/*"]}, "object_prefixes' is not allowed"),
]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"trust": {}}, "'trust' trusts nobody"),
        ({"trust": {**TRUST, "source_ips": ["0.0.0.0/0"]}}, "'trust.source_ips' is too wide"),
        ({"deny_secrets": True}, "did you mean 'deny_secrets_in_metadata'"),
        ({"deny_secrets_in_metadata": "yes"}, "'deny_secrets_in_metadata' is a str; give bool"),
        ({"max_session_duration_in_seconds": 3599}, "is not allowed; give 3,600 to 43,200"),
        ({"max_session_duration_in_seconds": 43_201}, "is not allowed; give 3,600 to 43,200"),
        ({"path": "people"}, "'path' is not allowed"),
        ({"role_name": "a b"}, "'role_name' is not allowed"),
        ({"permissions_boundary_arn": "boundary"}, "'permissions_boundary_arn' is not allowed"),
        *(({"allowances": wrong}, message) for wrong, message in WRONG_ALLOWANCES),
    ],
)
def test_bad_argument_of_the_role_is_refused_before_anything_is_registered(
    recorder: Any, args: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        make_role(**args)
    assert not recorder.resources


def test_trust_is_needed(recorder: Any) -> None:
    with pytest.raises(ArgumentError, match="'trust' is required and missing"):
        ReadOnlyRole("view", cast("ReadOnlyRoleArgs", {}))
    assert not recorder.resources


def test_more_allowances_than_fit_a_policy_are_refused(recorder: Any) -> None:
    many = [f"{LOG_GROUP}-{number:03}" for number in range(60)]
    with pytest.raises(ArgumentError, match="'allowances' makes a policy over IAM's 6,144"):
        make_role(allowances={"log_groups": many})
    assert not recorder.resources


# --- The permission set ---


def test_permission_set_keeps_the_names_of_its_children(recorder: Any) -> None:
    make_set(
        group_ids={"engineers": GROUP},
        account_ids=[ACCOUNT, "999999999999"],
        permissions_boundary_name="boundary",
    )
    assert children(recorder) == {
        "view": "PermissionSet",
        "view-denials": "PermissionSetInlinePolicy",
        "view-boundary": "PermissionsBoundaryAttachment",
        "view-ViewOnlyAccess-attachment": "ManagedPolicyAttachment",
        "view-SecurityAudit-attachment": "ManagedPolicyAttachment",
        f"view-engineers-{ACCOUNT}": "AccountAssignment",
        "view-engineers-999999999999": "AccountAssignment",
    }


def test_permission_set_is_short_and_holds_what_is_proven(recorder: Any) -> None:
    make_set()
    assert recorder.inputs("view")["sessionDuration"] == "PT1H"
    assert recorder.inputs("view")["name"] == "view"
    assert recorder.inputs("view")["tags"] == TAG
    assert recorder.inputs("view-denials") == {
        "instanceArn": INSTANCE,
        "permissionSetArn": "arn-of-view",
        "inlinePolicy": document(policies.permission_set({}, metadata=False)),
    }
    assert [recorder.inputs(f"view-{name}-attachment")["managedPolicyArn"] for name in PASSED] == [
        "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
        "arn:aws:iam::aws:policy/SecurityAudit",
    ]


def test_permission_set_takes_what_it_is_given(recorder: Any) -> None:
    made = make_set(
        deny_secrets_in_metadata=True,
        allowances={"log_groups": [LOG_GROUP]},
        permission_set_name="ViewOnly",
        permissions_boundary_name="boundary",
        relay_state="https://console.aws.amazon.com/cloudwatch",
        session_duration="PT8H",
        tags={"team": "platform"},
    )
    given = recorder.inputs("view")
    assert (given["name"], given["sessionDuration"]) == ("ViewOnly", "PT8H")
    assert given["relayState"] == "https://console.aws.amazon.com/cloudwatch"
    assert given["tags"] == {"team": "platform", **TAG}
    expected = policies.permission_set({"log_groups": [LOG_GROUP]}, metadata=True)
    assert recorder.inputs("view-denials")["inlinePolicy"] == document(expected)
    assert recorder.inputs("view-boundary")["permissionsBoundary"] == {
        "customerManagedPolicyReference": {"name": "boundary", "path": "/"}
    }
    assert value(made.permission_set_arn) == "arn-of-view"


def test_groups_are_assigned_once_all_is_attached(
    recorder: Any, registrations: dict[str, Any]
) -> None:
    make_set(group_ids={"engineers": GROUP}, account_ids=[ACCOUNT])
    assert recorder.inputs(f"view-engineers-{ACCOUNT}") == {
        "instanceArn": INSTANCE,
        "permissionSetArn": "arn-of-view",
        "principalType": "GROUP",
        "principalId": GROUP,
        "targetType": "AWS_ACCOUNT",
        "targetId": ACCOUNT,
    }
    assigned = " ".join(registrations[f"view-engineers-{ACCOUNT}"].dependencies)
    for name in PASSED:
        assert "view-denials" in " ".join(registrations[f"view-{name}-attachment"].dependencies)
        assert f"view-{name}-attachment" in assigned
    assert "view-denials" in assigned


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"instance_arn": "ssoins-1"}, "'instance_arn' is not allowed; give the ARN"),
        ({"user_ids": {}}, "'user_ids' is unknown"),
        ({"group_ids": {"a": "engineers"}, "account_ids": [ACCOUNT]}, "'group_ids.a' is not"),
        ({"group_ids": {"a b": GROUP}, "account_ids": [ACCOUNT]}, "'group_ids' is not allowed"),
        ({"group_ids": {"a": GROUP}}, "'account_ids' and 'group_ids' go together"),
        ({"account_ids": [ACCOUNT]}, "'account_ids' and 'group_ids' go together"),
        ({"group_ids": {"a": GROUP}, "account_ids": ["1"]}, "'account_ids' is not allowed"),
        ({"group_ids": {"a": GROUP}, "account_ids": [ACCOUNT] * 2}, "names something twice"),
        ({"session_duration": "PT13H"}, "'session_duration' is not allowed; give PT1H"),
        ({"session_duration": "PT30M"}, "'session_duration' is not allowed"),
        ({"relay_state": "http://console"}, "'relay_state' is not allowed"),
        ({"permission_set_name": "a" * 33}, "'permission_set_name' is not allowed"),
        ({"permissions_boundary_name": f"arn:aws:iam::{ACCOUNT}:policy/b"}, "not its ARN"),
        ({"allowances": {"tables": ["*"]}}, "allowances.tables' is not allowed"),
    ],
)
def test_bad_argument_of_the_permission_set_is_refused_before_anything_is_registered(
    recorder: Any, args: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        make_set(**args)
    assert not recorder.resources


def test_more_allowances_than_fit_an_inline_policy_are_refused(recorder: Any) -> None:
    many = [f"{LOG_GROUP}-{number:03}" for number in range(60)]
    with pytest.raises(ArgumentError, match="'allowances' makes a policy over the 10,240"):
        make_set(allowances={"log_groups": many})
    assert not recorder.resources


@pytest.mark.parametrize("make", [ReadOnlyRole, ReadOnlyPermissionSet])
def test_a_provider_and_a_protection_reach_all_children(
    recorder: Any, registrations: dict[str, Any], make: Any
) -> None:
    given = {"trust": TRUST} if make is ReadOnlyRole else {"instance_arn": INSTANCE}
    run(lambda: make("view", given, pulumi.ResourceOptions(protect=True)))
    own = [name for name in recorder.resources if name != "view"]
    assert own
    assert all(registrations[name].protect for name in own)
    assert all("view" in registrations[name].parent for name in own)
