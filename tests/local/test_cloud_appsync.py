"""GraphQL APIs of AppSync through their lives, on the emulated AWS."""

from __future__ import annotations

import re
from typing import Any

import pytest

from local.cloud import Cloud
from local.cloud.values import UNKNOWN
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
API = "aws:appsync/graphQLApi:GraphQLApi"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:authorize"
QUERY = "type Query { health: String }"
POOL = {"userPoolId": "us-east-1_0123456789"}
BY_POOL = {"authenticationType": "AMAZON_COGNITO_USER_POOLS"}


@pytest.fixture
def role(aws: Any, cloud: Cloud) -> Any:
    del aws  # which empties the cloud
    made = cloud.client("iam").create_role(RoleName="logs", AssumeRolePolicyDocument="{}")
    return made["Role"]["Arn"]


def test_an_api_lives(aws: Any, role: str) -> None:
    live(
        aws,
        Life(
            API,
            {
                "name": "shop",
                "authenticationType": "AWS_IAM",
                "schema": QUERY,
                "introspectionConfig": "DISABLED",
                "queryDepthLimit": 10,
                "resolverCountLimit": 100,
                "xrayEnabled": True,
                "logConfig": {"fieldLogLevel": "ERROR", "cloudwatchLogsRoleArn": role},
                "additionalAuthenticationProviders": [
                    {**BY_POOL, "userPoolConfig": POOL},
                    {
                        "authenticationType": "OPENID_CONNECT",
                        "openidConnectConfig": {"issuer": "https://example.org", "authTtl": 1000},
                    },
                ],
                "tags": {"a": "1", "b": "2"},
            },
            {
                "name": "store",
                "authenticationType": "AWS_LAMBDA",
                "schema": f"{QUERY} type Mutation {{ buy(id: ID!): AWSJSON @aws_iam }}",
                "lambdaAuthorizerConfig": {"authorizerUri": FUNCTION},
                "enhancedMetricsConfig": {
                    "dataSourceLevelMetricsBehavior": "FULL_REQUEST_DATA_SOURCE_METRICS",
                    "operationLevelMetricsConfig": "ENABLED",
                    "resolverLevelMetricsBehavior": "PER_RESOLVER_METRICS",
                },
                "tags": {"a": "2"},
            },
            {"name": "shop", "authenticationType": "AWS_IAM", "visibility": "PRIVATE"},
            "{id}",
            {
                "apiType": "GRAPHQL",
                "introspectionConfig": "DISABLED",
                "queryDepthLimit": 10,
                "resolverCountLimit": 100,
                "visibility": "GLOBAL",
                "xrayEnabled": True,
                "logConfig": {
                    "fieldLogLevel": "ERROR",
                    "cloudwatchLogsRoleArn": role,
                    "excludeVerboseContent": False,
                },
            },
            by_name=True,
        ),
    )


def test_an_api_says_where_it_is(aws: Any, cloud: Cloud) -> None:
    inputs = {"authenticationType": "API_KEY", "schema": QUERY}
    planned = aws.plan(API, inputs)
    assert planned["arn"] == planned["uris"] == UNKNOWN
    made = aws.create(API, inputs)
    assert re.fullmatch("[a-z0-9]{26}", made.id)
    assert made.outputs["arn"] == f"arn:aws:appsync:us-east-1:{ACCOUNT}:apis/{made.id}"
    uris = made.outputs["uris"]
    assert re.fullmatch(
        r"https://[a-z0-9]{26}\.appsync-api\.us-east-1\.amazonaws\.com/graphql", uris["GRAPHQL"]
    )
    assert uris["REALTIME"].startswith("wss://")
    assert ".appsync-realtime-api." in uris["REALTIME"]
    assert aws.update(made, {**inputs, "xrayEnabled": True}).outputs["uris"] == uris
    listed = cloud.client("appsync").list_graphql_apis()["graphqlApis"]
    assert [(each["apiId"], each["uris"]) for each in listed] == [(made.id, uris)]
    told = cloud.client("appsync").get_introspection_schema(apiId=made.id, format="SDL")
    assert b"health: String" in told["schema"].read()


def test_an_update_replaces_the_settings(aws: Any, role: str) -> None:
    plain = {"name": "shop", "authenticationType": "AWS_IAM"}
    made = aws.create(
        API,
        {
            **plain,
            "logConfig": {"fieldLogLevel": "ALL", "cloudwatchLogsRoleArn": role},
            "additionalAuthenticationProviders": [{"authenticationType": "API_KEY"}],
            "queryDepthLimit": 5,
            "introspectionConfig": "DISABLED",
            "xrayEnabled": True,
        },
    )
    outputs = aws.update(made, plain).outputs
    assert outputs["queryDepthLimit"] == 0
    assert outputs["introspectionConfig"] == "ENABLED"
    assert not outputs.get("xrayEnabled")
    assert not outputs.get("logConfig")
    assert not outputs.get("additionalAuthenticationProviders")


def test_a_pool_is_in_the_apis_region_unless_told(aws: Any) -> None:
    inputs = {
        **BY_POOL,
        "userPoolConfig": {**POOL, "defaultAction": "DENY"},
        "additionalAuthenticationProviders": [
            {**BY_POOL, "userPoolConfig": {**POOL, "awsRegion": "eu-west-1"}}
        ],
    }
    made = aws.create(API, inputs)
    assert made.outputs["userPoolConfig"]["awsRegion"] == "us-east-1"
    (other,) = made.outputs["additionalAuthenticationProviders"]
    assert other["userPoolConfig"]["awsRegion"] == "eu-west-1"
    assert not aws.diff(made, inputs).diffs
    allowed = {**inputs, "userPoolConfig": {**POOL, "defaultAction": "ALLOW"}}
    assert aws.update(made, allowed).outputs["userPoolConfig"] == {
        **POOL,
        "awsRegion": "us-east-1",
        "defaultAction": "ALLOW",
    }


def test_a_schema_that_is_no_longer_set_stays(aws: Any, cloud: Cloud) -> None:
    inputs = {"name": "shop", "authenticationType": "AWS_IAM"}
    made = aws.create(API, {**inputs, "schema": QUERY})
    assert not aws.update(made, inputs).outputs.get("schema")
    status = cloud.client("appsync").get_schema_creation_status(apiId=made.id)
    assert status["status"] == "SUCCESS"


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ("type Query {", "Failed to parse schema document"),
        ("type Mutation { buy: String }", "There is no top level schema object defined."),
        (
            "schema { mutation: Writes } type Writes { buy: String }",
            "A schema MUST have a 'query' operation defined.",
        ),
        ("type Query { health: Health }", "Unknown type 'Health'."),
        (f"{QUERY} {QUERY}", "There can be only one type named 'Query'."),
        (f"{QUERY} scalar Date", "User-defined scalars are not supported: Date"),
        (f"{QUERY} scalar AWSDate", "User-defined scalars are not supported: AWSDate"),
        (f"{QUERY} input In {{ of: Query }}", "must be Input Type"),
    ],
)
def test_a_bad_schema_is_refused_each_time(aws: Any, schema: str, why: str) -> None:
    inputs = {"name": "shop", "authenticationType": "AWS_IAM", "schema": schema}
    with pytest.raises(aws.PartlyMade) as caught:
        aws.create(API, inputs)
    assert why in str(caught.value)
    assert "FAILED" in str(caught.value)
    made = caught.value.made
    assert not made.outputs.get("schema")
    assert aws.diff(made, inputs).diffs == ["schema"]
    with pytest.raises(Exception, match="StartSchemaCreation"):
        aws.update(made, inputs)
    mended = aws.update(made, {**inputs, "schema": QUERY})
    assert mended.outputs["schema"] == QUERY
    assert not aws.diff(mended, {**inputs, "schema": QUERY}).diffs


@pytest.mark.parametrize(
    "schema",
    [
        "type Query { at: AWSDate by: AWSEmail! } type Mutation { buy: AWSJSON @aws_lambda }",
        "schema { query: Reads } type Reads { health(of: [ID!]): String @aws_iam @aws_api_key }",
        f"{QUERY} interface Named {{ id: ID }} type A implements Named {{ id: ID }} union U = A",
        f'{QUERY} type Subscription {{ b: String @aws_subscribe(mutations: ["b"]) }}',
    ],
)
def test_a_good_schema_is_taken(aws: Any, schema: str) -> None:
    aws.create(API, {"authenticationType": "AWS_IAM", "schema": schema})


def test_ways_to_authenticate_need_what_they_are(aws: Any) -> None:
    def others(*kinds: str) -> dict[str, Any]:
        return {"additionalAuthenticationProviders": [{"authenticationType": k} for k in kinds]}

    keyed = {"authenticationType": "API_KEY"}
    for inputs, why in (
        (BY_POOL, "userPoolConfig is required"),
        ({"authenticationType": "OPENID_CONNECT"}, "openidConnectConfig is required"),
        ({"authenticationType": "AWS_LAMBDA"}, "lambdaAuthorizerConfig is required"),
        ({**keyed, **others("OPENID_CONNECT")}, "openidConnectConfig is required"),
        ({**keyed, **others("API_KEY")}, "API_KEY can be used only once"),
        ({**keyed, **others("AWS_IAM", "AWS_IAM")}, "AWS_IAM can be used only once"),
        ({"authenticationType": "NONE"}, "authenticationType"),
        ({**keyed, "queryDepthLimit": 76}, "queryDepthLimit"),
        ({**keyed, "resolverCountLimit": 10001}, "resolverCountLimit"),
        ({**keyed, "introspectionConfig": "MAYBE"}, "introspectionConfig"),
        (
            {
                **keyed,
                "logConfig": {
                    "fieldLogLevel": "ALL",
                    "cloudwatchLogsRoleArn": f"arn:aws:iam::{ACCOUNT}:role/none",
                },
            },
            "a role that does not exist",
        ),
    ):
        assert why in refusal(aws.create, API, inputs), inputs


def test_an_api_that_is_gone_is_not_found(aws: Any) -> None:
    made = aws.create(API, {"name": "shop", "authenticationType": "AWS_IAM"})
    aws.delete(made)
    changed = {"name": "shop", "authenticationType": "AWS_IAM", "schema": QUERY}
    for inputs in (changed, {**changed, "xrayEnabled": True}):
        assert "NotFoundException" in refusal(aws.update, made, inputs)


@pytest.mark.parametrize(
    ("inputs", "failing"),
    [
        ({}, ["authenticationType"]),
        ({"authenticationType": "AWS_IAM", "apiType": "MERGED"}, ["apiType"]),
        (
            {"authenticationType": "AWS_IAM", "mergedApiExecutionRoleArn": "arn"},
            ["mergedApiExecutionRoleArn"],
        ),
        ({"authenticationType": "AWS_IAM", "schemas": "x"}, ["schemas"]),
        ({"authenticationType": UNKNOWN, "apiType": UNKNOWN, "logConfig": UNKNOWN}, []),
    ],
)
def test_bad_apis_fail_at_check(aws: Any, inputs: dict[str, Any], failing: list[str]) -> None:
    _, failures = aws.check(API, inputs)
    assert [name for name, _ in failures] == failing
