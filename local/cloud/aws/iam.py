"""IAM: roles, policies, identity providers and the password policy."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from local.cloud import policies
from local.cloud.aws.facets import tags
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, AutoName, Call, Facet, Given, Properties, Resource
from local.cloud.values import is_unknown

# The quotas are AWS's defaults: user guide, "IAM and AWS STS quotas". White space does not count.
_TRUST_SIZE: Final = 2_048
_INLINE_SIZE: Final = 10_240
_POLICY_SIZE: Final = 6_144
_ATTACHED_AT_MOST: Final = 10


def _exceeded(operation: str, quota: str, limit: int) -> ApiError:
    return ApiError(operation, "LimitExceeded", f"Cannot exceed quota for {quota}: {limit}")


def _require_permissions(operation: str, document: object) -> None:
    """Refuse what is no policy of an identity."""
    try:
        policies.statements(document, ("Action", "Resource"), ("Principal",))
    except ValueError:
        raise _malformed(
            operation,
            "it is no JSON policy whose statements have an Effect, an Action and a Resource, and "
            "no Principal",
        ) from None


def _malformed(operation: str, why: str) -> ApiError:
    return ApiError(operation, "MalformedPolicyDocument", why)


# --- Roles ---


def _require_role(api: Api, role: Properties) -> None:
    """Refuse a role that cannot be trusted, or bound, as asked.

    Source: the user guide, "IAM JSON policy elements: Principal" (whom a trust policy can name, and
    that a principal that is not there is no valid one), and "Permissions boundaries for IAM
    entities". Principals of other accounts are taken to exist.
    """
    trust, operation = role["assumeRolePolicy"], "CreateRole"
    try:
        found = policies.statements(trust, ("Action", "Principal"), ("Resource",))
    except ValueError:
        raise _malformed(
            operation,
            "it is no JSON policy whose statements have an Effect, a Principal and an Action, and "
            "no Resource",
        ) from None
    for each in found:
        _require_principals(cast("AwsApi", api), each.get("Principal", each.get("NotPrincipal")))
    if policies.size(trust) > _TRUST_SIZE:
        raise _exceeded(operation, "ACLSizePerRole", _TRUST_SIZE)
    boundary = role.get("permissionsBoundary")
    if boundary:
        where = {"PolicyArn": boundary}
        if cast("AwsApi", api).send("iam", "GetPolicy", where, absent=("NoSuchEntity",)) is None:
            raise ApiError(
                "PutRolePermissionsBoundary",
                "NoSuchEntity",
                "the permissions boundary does not exist or is not attachable",
            )


_KINDS: Final = ("AWS", "CanonicalUser", "Federated", "Service")
_PRINCIPAL: Final = re.compile(
    r"\*|\d{12}|arn:[\w-]+:(iam|sts)::\d{12}:[^*?]+|A[A-Z0-9]{15,127}", re.ASCII
)
_FEDERATED: Final = re.compile(
    r"[\w.-]+\.[a-z]+|arn:[\w-]+:iam::\d{12}:(oidc|saml)-provider/[^*?]+", re.ASCII
)
_ENTITY: Final = re.compile(r"arn:[\w-]+:iam::(\d{12}):(role|user)/(?:.*/)?([^/]+)")
_GET: Final = {"role": ("GetRole", "RoleName"), "user": ("GetUser", "UserName")}


def _require_principals(api: AwsApi, principal: object) -> None:
    if principal == "*":
        return
    if not isinstance(principal, Mapping) or not principal.keys() <= {*_KINDS}:
        raise _malformed("CreateRole", f"a Principal must be * or have only {', '.join(_KINDS)}")
    for kind, pattern in (("AWS", _PRINCIPAL), ("Federated", _FEDERATED)):
        for each in _list(principal.get(kind, [])):
            if not pattern.fullmatch(str(each)) or not _exists(api, str(each)):
                raise _malformed("CreateRole", f"Invalid principal in policy, of kind {kind}")


def _exists(api: AwsApi, arn: str) -> bool:
    """Tell whether a principal is there, where it is of this account."""
    match = _ENTITY.fullmatch(arn)
    if not match or match[1] != api.context["account"]:
        return True
    operation, parameter = _GET[match[2]]
    named = {parameter: match[3]}
    return api.send("iam", operation, named, absent=("NoSuchEntity",)) is not None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


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
    require=_require_role,
)


def _require_role_policy(api: Api, policy: Properties) -> None:
    _require_permissions("PutRolePolicy", policy["policy"])
    aws, where = cast("AwsApi", api), {"RoleName": policy["role"]}
    total = policies.size(policy["policy"])
    listed = aws.send("iam", "ListRolePolicies", where, absent=("NoSuchEntity",))
    for name in listed["PolicyNames"] if listed else ():
        if name != policy["name"]:
            other = aws.send("iam", "GetRolePolicy", {**where, "PolicyName": name})
            total += policies.size(other["PolicyDocument"])
    if total > _INLINE_SIZE:
        raise ApiError(
            "PutRolePolicy",
            "LimitExceeded",
            f"Maximum policy size of {_INLINE_SIZE} bytes exceeded for the role",
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
    require=_require_role_policy,
)


# --- Managed policies ---


def _require_policy(api: Api, policy: Properties) -> None:
    del api
    _require_permissions("CreatePolicy", policy["policy"])
    if policies.size(policy["policy"]) > _POLICY_SIZE:
        raise _exceeded("CreatePolicy", "PolicySize", _POLICY_SIZE)


_VERSIONS_AT_MOST: Final = 5
_WHICH: Final = {"PolicyArn": "{arn}"}


def _oldest(answer: Any) -> dict[str, str] | None:  # noqa: ANN401  as boto3 gives it
    """Return the oldest version that is not the default one, where there is room for no other."""
    versions = answer["Versions"]
    if len(versions) < _VERSIONS_AT_MOST:
        return None
    # Versions of one second are told apart by their numbers.
    others = [each["VersionId"] for each in versions if not each["IsDefaultVersion"]]
    return {"VersionId": min(others, key=lambda version: int(version[1:]))}


def _put_version(old: Properties, new: Properties) -> list[Call]:
    del old, new
    prune = Call(
        "DeletePolicyVersion",
        _WHICH,
        only=(),
        fetch=Call("ListPolicyVersions", _WHICH, result=_oldest),
        optional=True,
    )
    return [prune, Call("CreatePolicyVersion", {**_WHICH, "SetAsDefault": True})]


def _delete_versions(api: Api, policy: Properties) -> None:
    aws, where = cast("AwsApi", api), {"PolicyArn": policy["arn"]}
    for each in aws.send("iam", "ListPolicyVersions", where)["Versions"]:
        if not each["IsDefaultVersion"]:
            aws.send("iam", "DeletePolicyVersion", {**where, "VersionId": each["VersionId"]})


_POLICY: Final = Resource(
    token="aws:iam/policy:Policy",
    service="iam",
    id="{arn}",
    create=Call("CreatePolicy", result="Policy"),
    read=Call("GetPolicy", _WHICH, only=(), result="Policy", absent=("NoSuchEntity",)),
    delete=Call("DeletePolicy", _WHICH, only=()),
    before_delete=_delete_versions,
    names={"name": "PolicyName", "policy": ("PolicyDocument", "policy")},
    name=AutoName("name", limit=128, prefix_property="namePrefix"),
    defaults={"path": "/"},
    immutable=("description", "name", "namePrefix", "path"),
    local=("delayAfterPolicyCreationInMs", "namePrefix"),
    facets=(
        Facet(
            ("policy",),
            choose=_put_version,
            read=Call(
                "GetPolicyVersion",
                _WHICH,
                only=(),
                fetch=Call("GetPolicy", _WHICH, result="{VersionId: Policy.DefaultVersionId}"),
                result="PolicyVersion.Document",
                into="policy",
            ),
            created=True,
        ),
        tags(Call("TagPolicy", _WHICH), Call("UntagPolicy", _WHICH)),
    ),
    require=_require_policy,
)


def _require_attachment(api: Api, attachment: Properties) -> None:
    where = {"RoleName": attachment["role"]}
    listed = cast("AwsApi", api).send(
        "iam", "ListAttachedRolePolicies", where, absent=("NoSuchEntity",)
    )
    arns = [each["PolicyArn"] for each in listed["AttachedPolicies"]] if listed else []
    if len(arns) >= _ATTACHED_AT_MOST and attachment["policyArn"] not in arns:
        raise _exceeded("AttachRolePolicy", "PoliciesPerRole", _ATTACHED_AT_MOST)


_ROLE_POLICY_ATTACHMENT: Final = Resource(
    token="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    service="iam",
    id="{role}/{policyArn}",
    create=Call("AttachRolePolicy"),
    read=Call(
        "ListAttachedRolePolicies",
        {"RoleName": "{role}"},
        only=(),
        result="AttachedPolicies[?PolicyArn=='{policyArn}'] | [0]",
        absent=("NoSuchEntity",),
    ),
    delete=Call("DetachRolePolicy"),
    names={"role": "RoleName"},
    immutable=("policyArn", "role"),
    require=_require_attachment,
)


# --- Identity providers ---


def _without_scheme(url: str) -> str:
    return url.removeprefix("https://")


def _client_ids(old: Properties, new: Properties) -> list[Call]:
    before, after = (
        {str(each) for each in cast("list[object]", value.get("clientIdLists") or [])}
        for value in (old, new)
    )
    verbs = (("Add", "To", after - before), ("Remove", "From", before - after))
    return [
        Call(
            f"{verb}ClientID{where}OpenIDConnectProvider",
            {**_PROVIDER, "ClientID": Given(each)},
            only=(),
        )
        for verb, where, ids in verbs
        for each in sorted(ids)
    ]


def _check_provider(provider: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_iam_openid_connect_provider``."""
    url = provider.get("url")
    if not is_unknown(url) and not str(url).startswith("https://"):
        yield CheckFailure("url", "must begin with https://.")


_PROVIDER: Final = {"OpenIDConnectProviderArn": "{arn}"}

_OIDC_PROVIDER: Final = Resource(
    token="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    service="iam",
    id="{arn}",
    create=Call("CreateOpenIDConnectProvider"),
    read=Call("GetOpenIDConnectProvider", _PROVIDER, only=(), absent=("NoSuchEntity",)),
    delete=Call("DeleteOpenIDConnectProvider", _PROVIDER, only=()),
    names={
        "arn": "OpenIDConnectProviderArn",
        "clientIdLists": "ClientIDList",
        "thumbprintLists": "ThumbprintList",
    },
    computed=("thumbprintLists",),
    immutable=("url",),
    sets=("clientIdLists",),
    normal={"url": _without_scheme},
    facets=(
        Facet(
            ("thumbprintLists",),
            put=Call("UpdateOpenIDConnectProviderThumbprint", _PROVIDER),
            created=True,
        ),
        Facet(("clientIdLists",), choose=_client_ids, created=True),
        tags(
            Call("TagOpenIDConnectProvider", _PROVIDER),
            Call("UntagOpenIDConnectProvider", _PROVIDER),
        ),
    ),
    check=_check_provider,
)


# --- The account ---

_UPDATE_PASSWORDS: Final = Call("UpdateAccountPasswordPolicy")

_PASSWORD_POLICY: Final = Resource(
    token="aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
    service="iam",
    id="iam-account-password-policy",
    create=_UPDATE_PASSWORDS,
    read=Call(
        "GetAccountPasswordPolicy", only=(), result="PasswordPolicy", absent=("NoSuchEntity",)
    ),
    update=_UPDATE_PASSWORDS,
    delete=Call("DeleteAccountPasswordPolicy", only=()),
    defaults={"allowUsersToChangePassword": True, "minimumPasswordLength": 6},
    computed=(
        "hardExpiry",
        "maxPasswordAge",
        "passwordReusePrevention",
        "requireLowercaseCharacters",
        "requireNumbers",
        "requireSymbols",
        "requireUppercaseCharacters",
    ),
)

RESOURCES: Final = (
    _ROLE,
    _ROLE_POLICY,
    _POLICY,
    _ROLE_POLICY_ATTACHMENT,
    _OIDC_PROVIDER,
    _PASSWORD_POLICY,
)
