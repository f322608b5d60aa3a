"""The components of identities, deployed as a whole: what each registers, the cloud takes."""

from __future__ import annotations

import json
from typing import Any

from local.cloud import Cloud
from local.cloud.policies import allows
from secure_components.break_glass_role import BreakGlassRole
from secure_components.deploy_role.component import DeployRole
from secure_components.organization_guardrails.component import OrganizationGuardrails
from secure_components.read_only_access.permission_set import ReadOnlyPermissionSet
from secure_components.read_only_access.role import ReadOnlyRole
from tests.local.deploying import deploy
from tests.secure_components.deploy_escapes import ARGS

TRUST: Any = {"identity_center": {"permission_sets": ["Engineers"]}}
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
INSTANCES = "aws:ssoadmin/getInstances:getInstances"
RULE = "aws:cloudwatch/eventRule:EventRule"
ORGANIZATION = "aws:organizations/getOrganization:getOrganization"


def test_engineers_get_a_role(aws: Any, cloud: Cloud) -> None:
    made = deploy(aws, lambda: ReadOnlyRole("look", {"trust": TRUST}))
    attached = cloud.client("iam").list_attached_role_policies(RoleName=made["look"].id)
    arns = {each["PolicyArn"] for each in attached["AttachedPolicies"]}
    assert {each.split(":")[4] for each in arns} == {"aws", "123456789012"}
    assert len(arns) == len([one for one in made.values() if one.token == ATTACHMENT])


def test_engineers_get_a_permission_set(aws: Any, cloud: Cloud) -> None:
    instance, _ = aws.invoke(INSTANCES, {})
    store = {"IdentityStoreId": instance["identityStoreIds"][0]}
    group = cloud.client("identitystore").create_group(**store, DisplayName="engineers")["GroupId"]
    made = deploy(
        aws,
        lambda: ReadOnlyPermissionSet(
            "look",
            {
                "instance_arn": instance["arns"][0],
                "account_ids": ["123456789012"],
                "group_ids": {"engineers": group},
                "permissions_boundary_name": "people",
            },
        ),
    )
    sso, arn = cloud.client("sso-admin"), made["look"].outputs["arn"]
    where = {"InstanceArn": instance["arns"][0], "PermissionSetArn": arn}
    inline = sso.get_inline_policy_for_permission_set(**where)["InlinePolicy"]
    assert {one["Effect"] for one in json.loads(inline)["Statement"]} == {"Deny"}
    assert sso.list_managed_policies_in_permission_set(**where)["AttachedManagedPolicies"]
    assert sso.get_permissions_boundary_for_permission_set(**where)["PermissionsBoundary"]
    (one,) = sso.list_account_assignments(**where, AccountId="123456789012")["AccountAssignments"]
    assert (one["PrincipalType"], one["PrincipalId"]) == ("GROUP", group)


def test_a_broken_glass_is_told(aws: Any, cloud: Cloud) -> None:
    made = deploy(aws, lambda: BreakGlassRole("glass", {"trust": TRUST}))
    events, told = cloud.client("events"), 0
    for rule in (one for one in made.values() if one.token == RULE):
        arn = rule.outputs["arn"]
        for target in events.list_targets_by_rule(Rule=rule.id)["Targets"]:
            policy = cloud.client("sns").get_topic_attributes(TopicArn=target["Arn"])
            assert allows(
                policy["Attributes"]["Policy"],
                "sns:Publish",
                target["Arn"],
                principal=("Service", "events.amazonaws.com"),
                context={"aws:SourceArn": arn, "aws:SourceAccount": "123456789012"},
            )
            told += 1
    assert told


def test_pipelines_get_their_roles(aws: Any, cloud: Cloud) -> None:
    made = deploy(aws, lambda: DeployRole("deploy", ARGS))
    iam = cloud.client("iam")
    for name in ("deploy", "deploy-plan"):
        role = iam.get_role(RoleName=made[name].id)["Role"]
        bound = role["PermissionsBoundary"]["PermissionsBoundaryArn"]
        assert bound == made["deploy-boundary"].id
        (statement, *_) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"]["Federated"] == made["deploy-provider"].id
        assert iam.list_attached_role_policies(RoleName=made[name].id)["AttachedPolicies"]


def test_an_organization_gets_its_guardrails(aws: Any, cloud: Cloud) -> None:
    organization, _ = aws.invoke(ORGANIZATION, {})
    root = organization["roots"][0]["id"]
    made = deploy(
        aws,
        lambda: OrganizationGuardrails(
            "guard",
            {
                "organization_id": organization["id"],
                "targets": {"all": root},
                "regions": ["eu-west-1"],
                "protected_roles": ["arn:aws:iam::*:role/secure/*"],
                "permissions_boundaries": ["arn:aws:iam::*:policy/boundaries/*"],
            },
        ),
    )
    policies = {each.id for each in made.values() if each.token.endswith(":Policy")}
    attached = set()
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        listed = cloud.client("organizations").list_policies_for_target(TargetId=root, Filter=kind)
        own = {each["Id"] for each in listed["Policies"] if not each["AwsManaged"]}
        assert own, f"no {kind} is in force"
        attached |= own
    assert attached == policies
    for each in policies:
        told = cloud.client("organizations").describe_policy(PolicyId=each)["Policy"]["Content"]
        assert {one["Effect"] for one in json.loads(told)["Statement"]} == {"Deny"}
