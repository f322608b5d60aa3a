"""A user pool whose sign-in pages and API stand behind AWS WAF."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

import secure_components as secure

pool = aws.cognito.UserPool(
    "people",
    admin_create_user_config={"allow_admin_create_user_only": True},
    deletion_protection="ACTIVE",
    mfa_configuration="ON",
    software_token_mfa_configuration={"enabled": True},
    password_policy={
        "minimum_length": 14,
        "require_lowercase": True,
        "require_numbers": True,
        "require_symbols": True,
        "require_uppercase": True,
        "temporary_password_validity_days": 1,
    },
)
client = aws.cognito.UserPoolClient(
    "application",
    user_pool_id=pool.id,
    explicit_auth_flows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    prevent_user_existence_errors="ENABLED",
    enable_token_revocation=True,
)

firewall = secure.WebApplicationFirewall(
    "firewall",
    {
        "protects": [pool],
        # People sign in seldom: whoever asks more often is guessing passwords.
        "rate_limit": {"limit": 300, "window_in_seconds": 300},
    },
)

pulumi.export("user_pool_id", pool.id)
pulumi.export("client_id", client.id)
pulumi.export("web_acl_arn", firewall.web_acl_arn)
pulumi.export("capacity", firewall.capacity)
