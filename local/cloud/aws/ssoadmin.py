"""IAM Identity Center: permission sets, what they allow, and who has them where."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, cast

from local.cloud import policies
from local.cloud.aws.facets import tags
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, Call, Properties, Resource
from local.cloud.values import is_unknown

_SERVICE: Final = "sso-admin"
_GONE: Final = ("ResourceNotFoundException",)
_SET: Final = {"InstanceArn": "{instanceArn}", "PermissionSetArn": "{permissionSetArn}"}


# --- Permission sets ---


def _check_set(permission_set: Properties) -> Iterator[CheckFailure]:
    if not permission_set.get("name"):
        yield CheckFailure("name", "must be set: the local cloud makes none.")


_IT: Final = {"InstanceArn": "{instanceArn}", "PermissionSetArn": "{arn}"}
_TAGGED: Final = {"InstanceArn": "{instanceArn}", "ResourceArn": "{arn}"}

_PERMISSION_SET: Final = Resource(
    token="aws:ssoadmin/permissionSet:PermissionSet",
    service=_SERVICE,
    id="{arn},{instanceArn}",
    create=Call("CreatePermissionSet", result="PermissionSet"),
    read=Call("DescribePermissionSet", _IT, only=(), result="PermissionSet", absent=_GONE),
    # What it is not told, an update takes away.
    update=Call("UpdatePermissionSet", _IT),
    delete=Call("DeletePermissionSet", _IT, only=()),
    names={"arn": "PermissionSetArn"},
    defaults={"sessionDuration": "PT1H"},
    immutable=("instanceArn", "name"),
    facets=(
        tags(
            Call("TagResource", _TAGGED),
            Call("UntagResource", _TAGGED),
            read=Call("ListTagsForResource", _TAGGED, only=()),
        ),
    ),
    check=_check_set,
)


# --- What a set allows ---


_INLINE_SIZE: Final = 10_240
"""Without white space: what IAM takes of a role, which is what becomes of it in an account."""


def _require_inline(api: Api, inline: Properties) -> None:
    """Refuse what is no policy, or too long.

    Source: the user guide, "Custom permissions" and "IAM Identity Center quotas": it is one that
    IAM would take in line. The codes and the words are our inference.
    """
    del api
    if policies.size(inline["inlinePolicy"]) > _INLINE_SIZE:
        raise ApiError(
            "PutInlinePolicyToPermissionSet",
            "ServiceQuotaExceededException",
            f"The inline policy has more than {_INLINE_SIZE} characters",
        )
    try:
        policies.statements(inline["inlinePolicy"], ("Action", "Resource"), ("Principal",))
    except ValueError:
        raise ApiError(
            "PutInlinePolicyToPermissionSet",
            "ValidationException",
            "it is no JSON policy whose statements have an Effect, an Action and a Resource, and "
            "no Principal",
        ) from None


_PUT_INLINE: Final = Call("PutInlinePolicyToPermissionSet")

_INLINE_POLICY: Final = Resource(
    token="aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy",
    service=_SERVICE,
    id="{permissionSetArn},{instanceArn}",
    create=_PUT_INLINE,
    read=Call(
        "GetInlinePolicyForPermissionSet",
        _SET,
        only=(),
        # There is an empty one where there is none.
        result="InlinePolicy && @ || `null`",
        absent=_GONE,
    ),
    update=_PUT_INLINE,
    delete=Call("DeleteInlinePolicyFromPermissionSet", _SET, only=()),
    immutable=("instanceArn", "permissionSetArn"),
    require=_require_inline,
)

_MANAGED_POLICY: Final = Resource(
    token="aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment",
    service=_SERVICE,
    id="{managedPolicyArn},{permissionSetArn},{instanceArn}",
    create=Call("AttachManagedPolicyToPermissionSet"),
    read=Call(
        "ListManagedPoliciesInPermissionSet",
        _SET,
        only=(),
        result="AttachedManagedPolicies[?Arn=='{managedPolicyArn}'] | [0]",
        absent=_GONE,
    ),
    delete=Call("DetachManagedPolicyFromPermissionSet"),
    names={"managedPolicyArn": ("ManagedPolicyArn", "Arn"), "managedPolicyName": "Name"},
    immutable=("instanceArn", "managedPolicyArn", "permissionSetArn"),
)

_CUSTOMER_MANAGED_POLICY: Final = Resource(
    token="aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment",
    service=_SERVICE,
    id=(
        "{customerManagedPolicyReference.name},{customerManagedPolicyReference.path},"
        "{permissionSetArn},{instanceArn}"
    ),
    create=Call("AttachCustomerManagedPolicyReferenceToPermissionSet"),
    read=Call(
        "ListCustomerManagedPolicyReferencesInPermissionSet",
        _SET,
        only=(),
        result=(
            "CustomerManagedPolicyReferences[?Name=='{customerManagedPolicyReference.name}' && "
            "Path=='{customerManagedPolicyReference.path}'] | [0]"
        ),
        into="customerManagedPolicyReference",
        absent=_GONE,
    ),
    delete=Call("DetachCustomerManagedPolicyReferenceFromPermissionSet"),
    defaults={"customerManagedPolicyReference.path": "/"},
    immutable=("customerManagedPolicyReference", "instanceArn", "permissionSetArn"),
)


def _check_boundary(boundary: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation; the API reference of ``PermissionsBoundary``."""
    asked = boundary.get("permissionsBoundary")
    if isinstance(asked, Mapping) and not is_unknown(asked):
        ways = ("customerManagedPolicyReference", "managedPolicyArn")
        if sum(bool(asked.get(each)) for each in ways) != 1:
            yield CheckFailure("permissionsBoundary", f"must have one of {' and '.join(ways)}.")


_BOUNDARY: Final = Resource(
    token="aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment",
    service=_SERVICE,
    id="{permissionSetArn},{instanceArn}",
    create=Call("PutPermissionsBoundaryToPermissionSet"),
    read=Call("GetPermissionsBoundaryForPermissionSet", _SET, only=(), absent=_GONE),
    delete=Call("DeletePermissionsBoundaryFromPermissionSet", _SET, only=()),
    defaults={"permissionsBoundary.customerManagedPolicyReference.path": "/"},
    immutable=("instanceArn", "permissionSetArn", "permissionsBoundary"),
    check=_check_boundary,
)


# --- Who has it where ---

_ASSIGNED: Final = {
    "InstanceArn": "{instanceArn}",
    "PermissionSetArn": "{permissionSetArn}",
    "AccountId": "{targetId}",
}


def _require_assignment(api: Api, assignment: Properties) -> None:
    """Refuse one that is there: the service takes it twice, the official provider does not."""
    named = {
        "InstanceArn": assignment["instanceArn"],
        "PermissionSetArn": assignment["permissionSetArn"],
        "AccountId": assignment["targetId"],
    }
    listed = cast("AwsApi", api).send(_SERVICE, "ListAccountAssignments", named)
    who = (assignment["principalType"], assignment["principalId"])
    for each in listed["AccountAssignments"]:
        if (each["PrincipalType"], each["PrincipalId"]) == who:
            raise ApiError("CreateAccountAssignment", "ConflictException", "it exists already")


_ASSIGNMENT: Final = Resource(
    token="aws:ssoadmin/accountAssignment:AccountAssignment",
    service=_SERVICE,
    id="{principalId},{principalType},{targetId},{targetType},{permissionSetArn},{instanceArn}",
    create=Call("CreateAccountAssignment"),
    read=Call(
        "ListAccountAssignments",
        _ASSIGNED,
        only=(),
        result=(
            "AccountAssignments[?PrincipalId=='{principalId}' && "
            "PrincipalType=='{principalType}'] | [0]"
        ),
        absent=_GONE,
    ),
    delete=Call("DeleteAccountAssignment"),
    names={"targetId": ("TargetId", "AccountId")},
    immutable=(
        "instanceArn",
        "permissionSetArn",
        "principalId",
        "principalType",
        "targetId",
        "targetType",
    ),
    require=_require_assignment,
)

RESOURCES: Final = (
    _PERMISSION_SET,
    _INLINE_POLICY,
    _MANAGED_POLICY,
    _CUSTOMER_MANAGED_POLICY,
    _BOUNDARY,
    _ASSIGNMENT,
)
