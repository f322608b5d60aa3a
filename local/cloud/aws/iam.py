"""IAM."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from typing import Final, cast

from local.cloud.aws.facets import tags
from local.cloud.aws_api import AwsApi
from local.cloud.table import Api, AutoName, Call, Facet, Properties, Resource


def _detach_policies(api: Api, role: Properties) -> None:
    if not role.get("forceDetachPolicies"):
        return
    aws, where = cast("AwsApi", api), {"RoleName": role["name"]}
    for name in aws.send("iam", "ListRolePolicies", where)["PolicyNames"]:
        aws.send("iam", "DeleteRolePolicy", {**where, "PolicyName": name})
    for each in aws.send("iam", "ListAttachedRolePolicies", where)["AttachedPolicies"]:
        aws.send("iam", "DetachRolePolicy", {**where, "PolicyArn": each["PolicyArn"]})


_ROLE: Final = Resource(
    token="aws:iam/role:Role",
    service="iam",
    id="{name}",
    create=Call("CreateRole", result="Role"),
    read=Call("GetRole", {"RoleName": "{name}"}, result="Role", absent=("NoSuchEntity",)),
    update=Call("UpdateRole"),
    delete=Call("DeleteRole", {"RoleName": "{name}"}),
    before_delete=_detach_policies,
    names={
        "assumeRolePolicy": ("AssumeRolePolicyDocument", "PolicyDocument"),
        "name": "RoleName",
        "uniqueId": "RoleId",
    },
    name=AutoName("name", limit=64, prefix_property="namePrefix"),
    defaults={"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"},
    immutable=("name", "namePrefix", "path"),
    clear=("description",),
    local=("forceDetachPolicies", "namePrefix"),
    unsupported={
        "inlinePolicies": "use aws.iam.RolePolicy with this role",
        "managedPolicyArns": "use aws.iam.RolePolicyAttachment with this role",
    },
    facets=(
        Facet(
            ("assumeRolePolicy",),
            put=Call("UpdateAssumeRolePolicy", {"RoleName": "{name}"}),
            created=True,
        ),
        Facet(
            ("permissionsBoundary",),
            put=Call("PutRolePermissionsBoundary", {"RoleName": "{name}"}),
            remove=Call("DeleteRolePermissionsBoundary", {"RoleName": "{name}"}, only=()),
            read=Call(
                "GetRole",
                {"RoleName": "{name}"},
                result="Role.PermissionsBoundary.PermissionsBoundaryArn",
                into="permissionsBoundary",
            ),
            created=True,
        ),
        tags(
            Call("TagRole", {"RoleName": "{name}"}),
            Call("UntagRole", {"RoleName": "{name}"}),
        ),
    ),
)

_ROLE_POLICY: Final = Resource(
    token="aws:iam/rolePolicy:RolePolicy",
    service="iam",
    id="{role}:{name}",
    create=Call("PutRolePolicy"),
    read=Call("GetRolePolicy", absent=("NoSuchEntity",)),
    update=Call("PutRolePolicy"),
    delete=Call("DeleteRolePolicy"),
    names={"name": "PolicyName", "role": "RoleName", "policy": "PolicyDocument"},
    name=AutoName("name", limit=128, prefix_property="namePrefix"),
    immutable=("name", "namePrefix", "role"),
    local=("namePrefix",),
)

RESOURCES: Final = (_ROLE, _ROLE_POLICY)
