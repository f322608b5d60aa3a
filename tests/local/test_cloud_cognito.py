"""User pools and their clients through their lives, on the emulated AWS."""

from __future__ import annotations

from typing import Any

import pytest

from local.cloud import Cloud
from local.cloud.values import Secret
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role"
USER_POOL = "aws:cognito/userPool:UserPool"
USER_POOL_CLIENT = "aws:cognito/userPoolClient:UserPoolClient"


def test_a_user_pool_lives(aws: Any) -> None:
    team = {"name": "team", "attributeDataType": "String", "mutable": True}
    live(
        aws,
        Life(
            USER_POOL,
            {
                "name": "people",
                "accountRecoverySetting": {
                    "recoveryMechanisms": [{"name": "verified_email", "priority": 1}]
                },
                "adminCreateUserConfig": {"allowAdminCreateUserOnly": True},
                "autoVerifiedAttributes": ["email"],
                "mfaConfiguration": "ON",
                "softwareTokenMfaConfiguration": {"enabled": True},
                "webAuthnConfiguration": {"userVerification": "required"},
                "passwordPolicy": {"minimumLength": 14, "requireSymbols": True},
                "schemas": [team],
                "userPoolTier": "PLUS",
                "userPoolAddOns": {"advancedSecurityMode": "ENFORCED"},
                "emailConfiguration": {"fromEmailAddress": "us@example.com"},
                "usernameAttributes": ["email", "phone_number"],
                "tags": {"a": "1"},
            },
            {
                "name": "everyone",
                "mfaConfiguration": "OFF",
                "deviceConfiguration": {"challengeRequiredOnNewDevice": True},
                "lambdaConfig": {
                    "preSignUp": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:sign-up"
                },
                "schemas": [team, {**team, "name": "role"}],
                "userPoolTier": "ESSENTIALS",
                "usernameAttributes": ["phone_number", "email"],
                "verificationMessageTemplate": {"emailSubject": "Your code"},
                "tags": {"b": "2"},
            },
            {"name": "people", "usernameAttributes": ["email"]},
            "{id}",
            {
                "deletionProtection": "INACTIVE",
                "estimatedNumberOfUsers": 0,
                "mfaConfiguration": "ON",
                "softwareTokenMfaConfiguration": {"enabled": True},
                "tagsAll": {"a": "1"},
            },
            by_name=True,
        ),
    )


def test_a_user_pool_tells_its_defaults_and_its_changes(aws: Any, cloud: Cloud) -> None:
    made = aws.create(USER_POOL, {"name": "people", "mfaConfiguration": "OFF"})
    assert made.outputs["arn"] == f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/{made.id}"
    assert made.outputs["endpoint"] == f"cognito-idp.us-east-1.amazonaws.com/{made.id}"
    assert made.outputs["userPoolTier"] == "ESSENTIALS"
    assert made.outputs["passwordPolicy"]["minimumLength"] == 8
    wanted = {
        "name": "everyone",
        "userPoolTier": "PLUS",
        "mfaConfiguration": "OPTIONAL",
        "smsConfiguration": {"externalId": "x", "snsCallerArn": f"{ROLE}/lambda"},
        "schemas": [{"name": "team", "attributeDataType": "String"}],
    }
    updated = aws.update(made, wanted)
    assert {name: updated.outputs[name] for name in wanted} == wanted
    pool = cloud.client("cognito-idp").describe_user_pool(UserPoolId=made.id)["UserPool"]
    assert pool["Name"] == "everyone"
    assert "custom:team" in {each["Name"] for each in pool["SchemaAttributes"]}
    mfa = cloud.client("cognito-idp").get_user_pool_mfa_config(UserPoolId=made.id)
    assert mfa["SmsMfaConfiguration"]["SmsConfiguration"]["ExternalId"] == "x"
    message = refusal(aws.update, updated, {**wanted, "schemas": []})
    assert "never changed or removed" in message


def test_a_protected_user_pool_stays(aws: Any) -> None:
    made = aws.create(USER_POOL, {"name": "people", "deletionProtection": "ACTIVE"})
    assert "deletion protection is activated" in refusal(aws.delete, made)
    free = aws.update(made, {"name": "people"})
    aws.delete(free)
    assert aws.read(free) is None


@pytest.mark.parametrize(
    ("pool", "why"),
    [
        (
            {"userPoolAddOns": {"advancedSecurityMode": "AUDIT"}},
            "FeatureUnavailableInTierException",
        ),
        (
            {
                "userPoolTier": "LITE",
                "signInPolicy": {"allowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]},
            },
            "FeatureUnavailableInTierException",
        ),
        (
            {"userPoolTier": "LITE", "passwordPolicy": {"passwordHistorySize": 5}},
            "FeatureUnavailableInTierException",
        ),
        ({"passwordPolicy": {"minimumLength": 5}}, "MinimumLength"),
        ({"deletionProtection": "YES"}, "DeletionProtection"),
    ],
)
def test_a_user_pool_that_cognito_refuses_is_refused(
    aws: Any, pool: dict[str, Any], why: str
) -> None:
    assert why in refusal(aws.create, USER_POOL, {"name": "people", **pool})


def test_mfa_needs_a_method(aws: Any) -> None:
    inputs = {"name": "people", "mfaConfiguration": "ON"}
    with pytest.raises(aws.PartlyMade, match="InvalidParameterException"):
        aws.create(USER_POOL, inputs)


def test_a_client_of_a_user_pool_lives(aws: Any) -> None:
    pool = aws.create(USER_POOL, {"name": "people"}).id
    other = aws.create(USER_POOL, {"name": "others"}).id
    live(
        aws,
        Life(
            USER_POOL_CLIENT,
            {
                "name": "web",
                "userPoolId": pool,
                "allowedOauthFlows": ["code"],
                "allowedOauthFlowsUserPoolClient": True,
                "allowedOauthScopes": ["openid", "email"],
                "callbackUrls": ["https://b.example.com/", "http://localhost:3000/"],
                "supportedIdentityProviders": ["COGNITO"],
                "generateSecret": True,
                "tokenValidityUnits": {"accessToken": "minutes"},
                "accessTokenValidity": 15,
                "preventUserExistenceErrors": "ENABLED",
            },
            {
                "name": "site",
                "userPoolId": pool,
                "generateSecret": True,
                "explicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
                "refreshTokenValidity": 1,
            },
            {"name": "web", "userPoolId": other},
            "{id}",
            {"authSessionValidity": 3, "enableTokenRevocation": True},
            imports=f"{pool}/{{id}}",
            by_name=True,
        ),
    )


def test_what_the_program_leaves_to_cognito_stays_through_an_update(aws: Any) -> None:
    client = {"name": "web", "userPoolId": aws.create(USER_POOL, {"name": "people"}).id}
    made = aws.create(USER_POOL_CLIENT, {**client, "callbackUrls": ["https://a.example.com/"]})
    assert not aws.diff(made, client).diffs
    updated = aws.update(made, {**client, "refreshTokenValidity": 1})
    assert updated.outputs["callbackUrls"] == ["https://a.example.com/"]
    assert updated.outputs["refreshTokenValidity"] == 1


def test_a_clients_secret_is_secret(aws: Any) -> None:
    pool = aws.create(USER_POOL, {"name": "people"}).id
    client = {"name": "web", "userPoolId": pool, "generateSecret": True}
    assert isinstance(aws.create(USER_POOL_CLIENT, client).outputs["clientSecret"], Secret)


@pytest.mark.parametrize(
    ("client", "why"),
    [
        ({"allowedOauthFlows": ["client_credentials"]}, "InvalidOAuthFlowException"),
        (
            {"allowedOauthFlows": ["client_credentials", "code"], "generateSecret": True},
            "InvalidOAuthFlowException",
        ),
        ({"callbackUrls": ["http://example.com/"]}, "callbackUrls must use https"),
        ({"logoutUrls": ["https://example.com/#a"]}, "logoutUrls must use https"),
        ({"defaultRedirectUri": "https://example.com/"}, "one of callbackUrls"),
        ({"explicitAuthFlows": ["ALLOW_ANYTHING"]}, "ExplicitAuthFlows"),
    ],
)
def test_a_client_that_cognito_refuses_is_refused(
    aws: Any, client: dict[str, Any], why: str
) -> None:
    pool = aws.create(USER_POOL, {"name": "people"}).id
    inputs = {"userPoolId": pool, "allowedOauthFlowsUserPoolClient": True, **client}
    assert why in refusal(aws.create, USER_POOL_CLIENT, inputs)


@pytest.mark.parametrize(
    ("token", "inputs", "failing"),
    [
        (
            USER_POOL,
            {"aliasAttributes": ["email"], "usernameAttributes": ["email"]},
            "aliasAttributes",
        ),
        (
            USER_POOL,
            {
                "emailVerificationMessage": "{####}",
                "verificationMessageTemplate": {"emailMessage": "{####}"},
            },
            "emailVerificationMessage",
        ),
        (
            USER_POOL_CLIENT,
            {"userPoolId": "a", "allowedOauthFlows": ["code"]},
            "allowedOauthFlows",
        ),
    ],
)
def test_bad_pools_and_clients_fail_at_check(
    aws: Any, token: str, inputs: dict[str, Any], failing: str
) -> None:
    _, failures = aws.check(token, inputs)
    assert [name for name, _ in failures] == [failing]
