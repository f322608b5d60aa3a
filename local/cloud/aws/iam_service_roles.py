"""IAM: the roles that services have of their own."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from local.cloud.aws.facets import tags
from local.cloud.table import Call, Properties, Resource


def _name(role: Properties) -> str:
    return str(role["arn"]).rpartition("/")[2]


def _told(answer: Any) -> object:  # noqa: ANN401  as boto3 gives it
    role = answer["Role"]
    suffix = role["RoleName"].partition("_")[2]
    service = role["Path"].strip("/").rpartition("/")[2]
    return {**role, "AWSServiceName": service, **({"CustomSuffix": suffix} if suffix else {})}


_NAMED: Final = {"RoleName": _name}

_SERVICE_LINKED_ROLE: Final = Resource(
    token="aws:iam/serviceLinkedRole:ServiceLinkedRole",
    service="iam",
    id="{arn}",
    create=Call(
        "CreateServiceLinkedRole",
        only=("awsServiceName", "customSuffix", "description"),
        result="Role",
    ),
    read=Call("GetRole", _NAMED, only=(), result=_told, absent=("NoSuchEntity",)),
    update=Call("UpdateRole", _NAMED, only=("description",)),
    delete=Call("DeleteServiceLinkedRole", _NAMED, only=()),
    names={
        "awsServiceName": "AWSServiceName",
        "name": "RoleName",
        "uniqueId": "RoleId",
    },
    immutable=("awsServiceName", "customSuffix"),
    clear=("description",),
    # The call that makes it takes no tags.
    facets=(replace(tags(Call("TagRole", _NAMED), Call("UntagRole", _NAMED)), created=False),),
)

RESOURCES: Final = (_SERVICE_LINKED_ROLE,)
