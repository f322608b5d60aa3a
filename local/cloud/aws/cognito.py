"""Cognito user pools."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast
from urllib.parse import urlsplit

from local.cloud.schema import CheckFailure
from local.cloud.table import (
    Api,
    ApiError,
    AutoName,
    Call,
    Facet,
    Given,
    Properties,
    Resource,
    is_empty,
)
from local.cloud.values import is_unknown

# --- Pools ---

_MFA: Final = (
    "mfaConfiguration",
    "softwareTokenMfaConfiguration",
    "emailMfaConfiguration",
    "webAuthnConfiguration",
)


def _mfa(_: Properties, new: Properties) -> list[Call]:
    def sms(known: Properties) -> object:
        del known
        settings = cast("Properties", new.get("smsConfiguration") or {})
        if not settings or new.get("mfaConfiguration") in (None, "OFF"):
            return None
        message = new.get("smsAuthenticationMessage")
        return {
            **({"SmsAuthenticationMessage": message} if message else {}),
            "SmsConfiguration": _capitalised(settings),
        }

    parameters = {"UserPoolId": "{id}", "SmsMfaConfiguration": sms}
    if is_empty(new.get("mfaConfiguration")):
        parameters["MfaConfiguration"] = "OFF"
    return [Call("SetUserPoolMfaConfig", parameters, only=_MFA)]


def _schemas(old: Properties, new: Properties) -> list[Call]:
    before, after = (cast("list[Any]", each.get("schemas") or []) for each in (old, new))
    if any(each not in after for each in before):
        raise ApiError(
            "AddCustomAttributes",
            "InvalidParameterException",
            "a pool's attributes can be added, never changed or removed: make another pool",
        )
    added = [_capitalised(each) for each in after if each not in before]
    parameters = {"UserPoolId": "{id}", "CustomAttributes": Given(added)}
    return [Call("AddCustomAttributes", parameters, only=())] if added else []


def _capitalised(value: Any) -> Any:  # noqa: ANN401
    """Return a block with the API's names, which begin with a capital."""
    if not isinstance(value, Mapping):
        return value
    return {f"{name[0].upper()}{name[1:]}": _capitalised(each) for name, each in value.items()}


def _check_user_pool(pool: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_cognito_user_pool``."""
    if pool.get("aliasAttributes") and pool.get("usernameAttributes"):
        yield CheckFailure("aliasAttributes", "conflicts with usernameAttributes: set only one.")
    template = pool.get("verificationMessageTemplate")
    for name, inner in (
        ("emailVerificationMessage", "emailMessage"),
        ("emailVerificationSubject", "emailSubject"),
        ("smsVerificationMessage", "smsMessage"),
    ):
        if pool.get(name) and isinstance(template, Mapping) and template.get(inner):
            yield CheckFailure(
                name, f"conflicts with verificationMessageTemplate.{inner}: set only one."
            )


def _require_user_pool(api: Api, pool: Properties) -> None:
    """Refuse a feature that the pool's plan has not.

    Source: the API reference of ``UserPoolAddOnsType`` (threat protection asks for the Plus tier),
    the developer guide, "User pool feature plans" (email codes, passkeys, other first factors and
    a password history ask for Essentials), and of ``UserPoolTier``, which is ESSENTIALS by default.
    """
    del api
    tier = pool.get("userPoolTier") or "ESSENTIALS"
    add_ons = cast("Properties", pool.get("userPoolAddOns") or {})
    flows = cast("Properties", add_ons.get("advancedSecurityAdditionalFlows") or {})
    modes = {add_ons.get("advancedSecurityMode"), flows.get("customAuthMode")}
    if modes & {"AUDIT", "ENFORCED"} and tier != "PLUS":
        raise _unavailable("userPoolAddOns", "userPoolTier PLUS")
    first = cast("Properties", pool.get("signInPolicy") or {}).get("allowedFirstAuthFactors")
    history = cast("Properties", pool.get("passwordPolicy") or {}).get("passwordHistorySize")
    for name, asked in (
        ("emailMfaConfiguration", pool.get("emailMfaConfiguration")),
        ("webAuthnConfiguration", pool.get("webAuthnConfiguration")),
        ("signInPolicy", set(cast("list[str]", first or [])) - {"PASSWORD"}),
        ("passwordPolicy.passwordHistorySize", history),
    ):
        if asked and tier == "LITE":
            raise _unavailable(name, "userPoolTier ESSENTIALS or PLUS")


def _unavailable(name: str, tier: str) -> ApiError:
    return ApiError(
        "CreateUserPool or UpdateUserPool",
        "FeatureUnavailableInTierException",
        f"{name} is not available in the pool's feature plan: it needs {tier}",
    )


# What the provider has at the top, the API has among the policies.
_POOL: Final = (
    "merge(UserPool, {PasswordPolicy: UserPool.Policies.PasswordPolicy, "
    "SignInPolicy: UserPool.Policies.SignInPolicy})"
)

_USER_POOL: Final = Resource(
    token="aws:cognito/userPool:UserPool",
    service="cognito-idp",
    id="{id}",
    create=Call("CreateUserPool", inside="Policies", result=_POOL),
    read=Call(
        "DescribeUserPool",
        {"UserPoolId": "{id}"},
        only=(),
        result=_POOL,
        absent=("ResourceNotFoundException",),
    ),
    update=Call("UpdateUserPool", {"UserPoolId": "{id}"}, inside="Policies"),
    delete=Call("DeleteUserPool", {"UserPoolId": "{id}"}, only=()),
    names={
        "fromEmailAddress": "From",
        "name": ("PoolName", "Name"),
        "schemas": "Schema",
        "tags": "UserPoolTags",
    },
    name=AutoName("name", limit=128),
    defaults={
        "deletionProtection": "INACTIVE",
        "emailConfiguration.emailSendingAccount": "COGNITO_DEFAULT",
        "mfaConfiguration": "OFF",
        "verificationMessageTemplate.defaultEmailOption": "CONFIRM_WITH_CODE",
    },
    computed=(
        "adminCreateUserConfig",
        "adminCreateUserConfig.inviteMessageTemplate",
        "emailConfiguration",
        "emailVerificationMessage",
        "emailVerificationSubject",
        "lambdaConfig.preTokenGeneration",
        "passwordPolicy",
        "passwordPolicy.temporaryPasswordValidityDays",
        "signInPolicy",
        "smsConfiguration",
        "smsConfiguration.snsRegion",
        "smsVerificationMessage",
        "userPoolTier",
        "usernameConfiguration",
        "verificationMessageTemplate",
        *(
            f"verificationMessageTemplate.{name}"
            for name in (
                "emailMessage",
                "emailMessageByLink",
                "emailSubject",
                "emailSubjectByLink",
                "smsMessage",
            )
        ),
    ),
    immutable=("aliasAttributes", "usernameAttributes", "usernameConfiguration"),
    sets=(
        "accountRecoverySetting.recoveryMechanisms",
        "aliasAttributes",
        "autoVerifiedAttributes",
        "schemas",
        "signInPolicy.allowedFirstAuthFactors",
        "userAttributeUpdateSettings.attributesRequireVerificationBeforeUpdates",
        "usernameAttributes",
    ),
    local=("schemas",),
    derived={"endpoint": "cognito-idp.{region}.amazonaws.com/{id}"},
    facets=(
        Facet(("schemas",), choose=_schemas, created=True),
        Facet(_MFA, choose=_mfa, read=Call("GetUserPoolMfaConfig", {"UserPoolId": "{id}"})),
    ),
    check=_check_user_pool,
    require=_require_user_pool,
)


# --- Clients ---


def _require_client(api: Api, client: Properties) -> None:
    """Refuse flows that do not go together and addresses that anyone could read.

    Source: the API reference of ``CreateUserPoolClient``, ``AllowedOAuthFlows`` and
    ``CallbackURLs``.
    """
    del api
    operation = "CreateUserPoolClient or UpdateUserPoolClient"
    flows = set(cast("list[str]", client.get("allowedOauthFlows") or []))
    if "client_credentials" in flows and (len(flows) > 1 or not client.get("generateSecret")):
        raise ApiError(
            operation,
            "InvalidOAuthFlowException",
            "client_credentials goes with no other flow, and needs a client with a secret "
            "(generateSecret)",
        )
    for name in ("callbackUrls", "logoutUrls"):
        for each in cast("list[str]", client.get(name) or []):
            url = urlsplit(each)
            if url.fragment or (url.scheme == "http" and url.hostname != "localhost"):
                raise ApiError(
                    operation,
                    "InvalidParameterException",
                    f"{name} must use https, except for http://localhost, and have no fragment",
                )
    default = client.get("defaultRedirectUri")
    if default and default not in cast("list[str]", client.get("callbackUrls") or []):
        raise ApiError(
            operation,
            "InvalidParameterException",
            "defaultRedirectUri must be one of callbackUrls",
        )


def _check_client(client: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_cognito_user_pool_client``."""
    flows = client.get("allowedOauthFlows")
    allowed = client.get("allowedOauthFlowsUserPoolClient")
    if flows and not is_unknown(flows) and not is_unknown(allowed) and allowed is not True:
        yield CheckFailure("allowedOauthFlows", "needs allowedOauthFlowsUserPoolClient to be true.")


_CLIENT: Final = Resource(
    token="aws:cognito/userPoolClient:UserPoolClient",
    service="cognito-idp",
    id="{id}",
    imports="{userPoolId}/{id}",
    create=Call("CreateUserPoolClient", result="UserPoolClient"),
    read=Call(
        "DescribeUserPoolClient",
        {"ClientId": "{id}"},
        only=("userPoolId",),
        result="UserPoolClient",
        absent=("ResourceNotFoundException",),
    ),
    update=Call("UpdateUserPoolClient", {"ClientId": "{id}"}),
    delete=Call("DeleteUserPoolClient", {"ClientId": "{id}"}, only=("userPoolId",)),
    names={"id": "ClientId", "name": "ClientName"},
    name=AutoName("name", limit=128),
    computed=(
        "accessTokenValidity",
        "allowedOauthFlows",
        "allowedOauthFlowsUserPoolClient",
        "allowedOauthScopes",
        "authSessionValidity",
        "callbackUrls",
        "defaultRedirectUri",
        "enablePropagateAdditionalUserContextData",
        "enableTokenRevocation",
        "explicitAuthFlows",
        "idTokenValidity",
        "logoutUrls",
        "preventUserExistenceErrors",
        "readAttributes",
        "refreshTokenValidity",
        "supportedIdentityProviders",
        "writeAttributes",
    ),
    immutable=("generateSecret", "userPoolId"),
    sets=(
        "allowedOauthFlows",
        "allowedOauthScopes",
        "callbackUrls",
        "explicitAuthFlows",
        "logoutUrls",
        "readAttributes",
        "supportedIdentityProviders",
        "writeAttributes",
    ),
    local=("generateSecret",),
    check=_check_client,
    require=_require_client,
)

RESOURCES: Final = (_USER_POOL, _CLIENT)
