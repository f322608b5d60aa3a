"""Cognito user pools, where moto answers what AWS never would."""

from __future__ import annotations

from typing import Any, Final

from local.cloud.corrections.registry import Corrected, corrects

_MODELS: Final = "moto.cognitoidp.models"
_BACKEND: Final = "CognitoIdpBackend"
_NOT_SETTINGS: Final = ("MfaConfiguration", "PoolName", "UserPoolId")
_SET_ONCE: Final = ("AliasAttributes", "UsernameAttributes", "UsernameConfiguration")
"""What ``CreateUserPool`` has a parameter for and ``UpdateUserPool`` has none."""
_MORE_MFA: Final = ("EmailMfaConfiguration", "WebAuthnConfiguration")


@corrects(_MODELS, "CognitoIdpUserPool.update_extended_config")
def _configure(moto: Corrected, pool: Any, extended_config: dict[str, Any]) -> None:  # noqa: ANN401  moto's own
    """A pool has a feature plan, says whether it may be deleted, and can be renamed.

    An update leaves how its users are named.
    """
    pool.name = extended_config.get("PoolName") or pool.name
    before = getattr(pool, "extended_config", {})
    moto(pool, {n: v for n, v in extended_config.items() if n not in _NOT_SETTINGS})
    config = pool.extended_config
    config |= {name: before[name] for name in _SET_ONCE if name in before}
    config["DeletionProtection"] = config.get("DeletionProtection") or "INACTIVE"
    config["UserPoolTier"] = config.get("UserPoolTier") or "ESSENTIALS"
    defaults = {"TemporaryPasswordValidityDays": 7}
    policies = config["Policies"]
    config["Policies"] = {
        **policies,
        "PasswordPolicy": {**defaults, **(policies.get("PasswordPolicy") or _PASSWORDS)},
        "SignInPolicy": policies.get("SignInPolicy") or {"AllowedFirstAuthFactors": ["PASSWORD"]},
    }


_PASSWORDS: Final = {
    "MinimumLength": 8,
    "RequireLowercase": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
    "RequireUppercase": True,
}


@corrects(_MODELS, f"{_BACKEND}.delete_user_pool")
def _delete_user_pool(moto: Corrected, backend: Any, user_pool_id: str) -> None:  # noqa: ANN401
    """A pool that is protected stays."""
    from moto.cognitoidp.exceptions import InvalidParameterException  # noqa: PLC0415  after its environment

    pool = backend.describe_user_pool(user_pool_id)
    if pool.extended_config["DeletionProtection"] == "ACTIVE":
        raise InvalidParameterException(
            "The user pool cannot be deleted because deletion protection is activated. Deletion "
            "protection must be inactivated first."
        )
    moto(backend, user_pool_id)


@corrects("moto.cognitoidp.responses", "CognitoIdpResponse.set_user_pool_mfa_config")
def _set_mfa(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """Codes by email and passkeys are kept; no MFA needs no method of one."""
    pool = request.backend.describe_user_pool(request._get_param("UserPoolId"))  # noqa: SLF001  its only reader
    others = {name: request._get_param(name) for name in _MORE_MFA}  # noqa: SLF001
    asked = request._get_param("MfaConfiguration") or pool.mfa_config  # noqa: SLF001
    request.parameters["MfaConfiguration"] = asked
    methods = ("SmsMfaConfiguration", "SoftwareTokenMfaConfiguration")
    by_email = others["EmailMfaConfiguration"] is not None
    if by_email and not any(request._get_param(name) for name in methods):  # noqa: SLF001
        request.parameters["SoftwareTokenMfaConfiguration"] = {"Enabled": False}
    pool.more_mfa = {name: value for name, value in others.items() if value}
    return moto(request)


@corrects(_MODELS, f"{_BACKEND}.get_user_pool_mfa_config")
def _get_mfa(moto: Corrected, backend: Any, user_pool_id: str) -> Any:  # noqa: ANN401
    """The same for their reading; a switched off software token is not told."""
    answer = moto(backend, user_pool_id)
    if not (answer["SoftwareTokenMfaConfiguration"] or {}).get("Enabled"):
        answer["SoftwareTokenMfaConfiguration"] = None
    pool = backend.describe_user_pool(user_pool_id)
    return {**answer, **getattr(pool, "more_mfa", {})}


@corrects(_MODELS, "CognitoIdpUserPoolClient.__init__")
def _new_client(moto: Corrected, client: Any, *args: Any, **options: Any) -> None:  # noqa: ANN401
    """A client tells the units of its lifetimes only when they are set, and its default flows."""
    moto(client, *args, **options)
    _fill_in(client)


@corrects(_MODELS, f"{_BACKEND}.update_user_pool_client")
def _update_client(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    user_pool_id: str,
    client_id: str,
    extended_config: dict[str, Any],
) -> Any:  # noqa: ANN401
    """What an update leaves out gets its default again."""
    client = backend.describe_user_pool_client(user_pool_id, client_id)
    name = client.extended_config.get("ClientName")
    client.extended_config = {"ClientName": name}
    answer = moto(backend, user_pool_id, client_id, extended_config)
    _fill_in(client)
    return answer


def _fill_in(client: Any) -> None:  # noqa: ANN401
    """From the API reference of ``CreateUserPoolClient``."""
    defaults = {
        "AllowedOAuthFlowsUserPoolClient": False,
        "AuthSessionValidity": 3,
        "EnablePropagateAdditionalUserContextData": False,
        "EnableTokenRevocation": True,
        "ExplicitAuthFlows": [
            "ALLOW_REFRESH_TOKEN_AUTH",
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_CUSTOM_AUTH",
        ],
        "RefreshTokenValidity": 30,
    }
    client.extended_config = {**defaults, **client.extended_config}
