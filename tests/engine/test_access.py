"""Each example of access: previewed, deployed twice, read back with the AWS API, and ended."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from local.cloud import Cloud
from local.workspace import Workspace

KINDS = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


def deployed(workspace: Workspace) -> dict[str, Any]:
    """Preview and deploy twice without any finding or change; return the outputs."""
    previewed = workspace.preview()
    assert previewed.code == 0, previewed.output
    assert previewed.findings == [], previewed.output  # an undecided rule is one, as an advisory
    made = workspace.up()
    assert made.code == 0, made.output
    assert made.findings == []
    again = workspace.up()
    assert set(again.changes) == {"same"}, again.output
    return dict(workspace.outputs())


def ended(workspace: Workspace) -> None:
    destroyed = workspace.destroy()
    assert destroyed.code == 0, destroyed.output


def attached(cloud: Cloud, role: str) -> dict[str, Any]:
    """Return the documents of the managed policies that a role has, by name."""
    iam = cloud.client("iam")
    documents = {}
    for one in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        version = iam.get_policy(PolicyArn=one["PolicyArn"])["Policy"]["DefaultVersionId"]
        read = iam.get_policy_version(PolicyArn=one["PolicyArn"], VersionId=version)
        documents[one["PolicyName"]] = read["PolicyVersion"]["Document"]
    return documents


def test_engineers_see_and_change_nothing(
    open_example: Callable[[str], Workspace], cloud: Cloud
) -> None:
    workspace = open_example("engineer-access")
    outputs = deployed(workspace)
    iam, center = cloud.client("iam"), cloud.client("sso-admin")

    (instance,) = center.list_instances()["Instances"]
    where = {
        "InstanceArn": instance["InstanceArn"],
        "PermissionSetArn": outputs["permission_set_arn"],
    }
    assert center.describe_permission_set(**where)["PermissionSet"]["SessionDuration"] == "PT1H"
    inline = json.loads(center.get_inline_policy_for_permission_set(**where)["InlinePolicy"])
    assert {one["Effect"] for one in inline["Statement"]} == {"Deny"}
    listed = center.list_managed_policies_in_permission_set(**where)["AttachedManagedPolicies"]
    assert {one["Name"] for one in listed} == {"SecurityAudit", "ViewOnlyAccess"}
    account = cloud.client("sts").get_caller_identity()["Account"]
    (assignment,) = center.list_account_assignments(AccountId=account, **where)[
        "AccountAssignments"
    ]
    assert assignment["PrincipalType"] == "GROUP"

    role = iam.get_role(RoleName=outputs["support_role_arn"].rpartition("/")[2])["Role"]
    assert role["MaxSessionDuration"] == 3600
    documents = attached(cloud, role["RoleName"])
    own = {name: one for name, one in documents.items() if name.startswith("support-")}
    assert {*documents} - {*own} == {"SecurityAudit", "ViewOnlyAccess"}
    effects = {(n, s["Effect"]) for n, one in own.items() for s in one["Statement"]}
    assert {effect for name, effect in effects if "allowances" not in name} == {"Deny"}

    emergency = iam.get_role(RoleName=outputs["emergency_role_arn"].rpartition("/")[2])["Role"]
    assert "1970-01-01T00:00:00Z" in json.dumps(emergency["AssumeRolePolicyDocument"])
    rules = cloud.client("events").list_rules()["Rules"]
    assert rules
    assert all(one["State"].startswith("ENABLED") for one in rules)
    ended(workspace)


def test_pipeline_is_bound_to_one_repository_and_to_its_boundary(
    open_example: Callable[[str], Workspace], cloud: Cloud
) -> None:
    workspace = open_example("pipeline-access")
    outputs = deployed(workspace)
    iam = cloud.client("iam")
    for kind in ("plan", "apply"):
        role = iam.get_role(RoleName=outputs[f"{kind}_role_arn"].rpartition("/")[2])["Role"]
        assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == outputs["boundary_arn"]
        assert role["MaxSessionDuration"] == 3600
        trusted = role["AssumeRolePolicyDocument"]["Statement"]
        assert {one["Action"] for one in trusted} == {"sts:AssumeRoleWithWebIdentity"}
        told = json.dumps(trusted)
        assert "example/orders" in told
        assert "123456789" in told
        assert ("pull_request" in told) == (kind == "plan")
    (provider,) = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    read = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider["Arn"])
    assert read["ClientIDList"] == ["sts.amazonaws.com"]
    ended(workspace)


def test_guardrails_are_attached_and_small_enough(
    open_example: Callable[[str], Workspace], cloud: Cloud
) -> None:
    workspace = open_example("guard-rails")
    outputs = deployed(workspace)
    client = cloud.client("organizations")
    (root,) = client.list_roots()["Roots"]
    for kind, output in zip(
        KINDS, ("service_control_policy_ids", "resource_control_policy_ids"), strict=True
    ):
        listed = client.list_policies_for_target(TargetId=root["Id"], Filter=kind)["Policies"]
        own = {one["Id"] for one in listed if not one["AwsManaged"]}
        assert own == {*outputs[output]} != set()
        for one in own:
            content = client.describe_policy(PolicyId=one)["Policy"]["Content"]
            assert {s["Effect"] for s in json.loads(content)["Statement"]} == {"Deny"}
    ended(workspace)
