"""HTTP and WebSocket APIs through their lives, on the emulated AWS."""

from __future__ import annotations

from typing import Any

import pytest

from local.cloud import Cloud
from local.cloud.values import UNKNOWN
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
LOG_GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:access"
API = "aws:apigatewayv2/api:Api"
STAGE = "aws:apigatewayv2/stage:Stage"
INTEGRATION = "aws:apigatewayv2/integration:Integration"
ROUTE = "aws:apigatewayv2/route:Route"

LOGGED = {"destinationArn": LOG_GROUP, "format": "$context.requestId $context.status"}
SHOP = {"name": "shop", "protocolType": "HTTP"}
CHAT = {
    "name": "chat",
    "protocolType": "WEBSOCKET",
    "routeSelectionExpression": "$request.body.action",
}


@pytest.fixture
def http(aws: Any, cloud: Cloud) -> str:
    """Make an HTTP API and a log group, and return the API's id."""
    cloud.client("logs").create_log_group(logGroupName="access")
    return str(aws.create(API, SHOP).id)


@pytest.fixture
def websocket(aws: Any) -> str:
    """Make a WebSocket API and return its id."""
    return str(aws.create(API, CHAT).id)


# --- APIs ---


def test_an_http_api_lives(aws: Any) -> None:
    live(
        aws,
        Life(
            API,
            {
                **SHOP,
                "description": "sells",
                "version": "1",
                "corsConfiguration": {
                    "allowMethods": ["GET", "POST"],
                    "allowOrigins": ["https://example.com"],
                    "maxAge": 300,
                },
                "disableExecuteApiEndpoint": True,
                "ipAddressType": "dualstack",
                "tags": {"a": "1", "b": "2"},
            },
            {**SHOP, "name": "store", "disableExecuteApiEndpoint": False, "tags": {"a": "3"}},
            {**CHAT, "name": "shop"},
            "{id}",
            {
                "apiKeySelectionExpression": "$request.header.x-api-key",
                "ipAddressType": "dualstack",
                "tagsAll": {"a": "1", "b": "2"},
            },
            by_name=True,
        ),
    )


def test_what_an_api_tells(aws: Any) -> None:
    made = aws.create(API, {**SHOP, "description": "sells", "corsConfiguration": {"maxAge": 1}})
    host = f"{made.id}.execute-api.us-east-1.amazonaws.com"
    assert made.outputs["apiEndpoint"] == f"https://{host}"
    assert made.outputs["arn"] == f"arn:aws:apigateway:us-east-1::/apis/{made.id}"
    assert made.outputs["executionArn"] == f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{made.id}"
    assert made.outputs["ipAddressType"] == "ipv4"
    bare = aws.update(made, {**SHOP, "ipAddressType": "dualstack"})
    assert not {"corsConfiguration", "description"} & bare.outputs.keys()
    assert bare.outputs["ipAddressType"] == "dualstack"
    chat = aws.create(API, CHAT)
    assert chat.outputs["apiEndpoint"].startswith("wss://")


def test_origins_are_a_set(aws: Any) -> None:
    origins = ["https://a.example.com", "https://b.example.com"]
    made = aws.create(API, {**SHOP, "corsConfiguration": {"allowOrigins": origins}})
    again = {**SHOP, "corsConfiguration": {"allowOrigins": origins[::-1]}}
    assert not aws.diff(made, again).diffs


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({**SHOP, "protocolType": "SOAP"}, "ProtocolType"),
        ({**SHOP, "ipAddressType": "ipv6"}, "IpAddressType"),
        ({**SHOP, "routeSelectionExpression": "$request.body.action"}, "must be $request.method"),
        ({**CHAT, "corsConfiguration": {"maxAge": 1}}, "only an HTTP API has"),
    ],
)
def test_an_api_that_is_refused(aws: Any, inputs: dict[str, Any], why: str) -> None:
    assert why in refusal(aws.create, API, inputs)


@pytest.mark.parametrize(
    ("token", "inputs", "failing"),
    [
        (API, {**SHOP, "target": "https://example.com"}, "target"),
        (API, {**SHOP, "body": "openapi: 3.0.1"}, "body"),
        (API, {"name": "shop"}, "protocolType"),
        (STAGE, {"apiId": "a", "name": "prod", "deploymentId": "b"}, "deploymentId"),
        (STAGE, {"apiId": "a", "routeSettings": [{"routeKey": "GET /"}]}, "routeSettings"),
        (
            INTEGRATION,
            {"apiId": "a", "integrationType": "HTTP_PROXY", "connectionId": "b"},
            "connectionId",
        ),
        (ROUTE, {"apiId": "a", "routeKey": "GET /", "route": "b"}, "route"),
    ],
)
def test_bad_inputs_fail_at_check(
    aws: Any, token: str, inputs: dict[str, Any], failing: str
) -> None:
    _, failures = aws.check(token, inputs)
    assert [name for name, _ in failures] == [failing]


# --- Stages ---


def test_a_stage_lives(aws: Any, http: str) -> None:
    stage = {"apiId": http, "name": "prod"}
    live(
        aws,
        Life(
            STAGE,
            {
                **stage,
                "autoDeploy": True,
                "description": "for all",
                "accessLogSettings": {**LOGGED, "destinationArn": f"{LOG_GROUP}:*"},
                "defaultRouteSettings": {"throttlingRateLimit": 100, "throttlingBurstLimit": 50},
                "stageVariables": {"a": "1", "b": "2"},
                "tags": {"a": "1", "b": "2"},
            },
            {
                **stage,
                "defaultRouteSettings": {
                    "detailedMetricsEnabled": True,
                    "throttlingRateLimit": 10.5,
                    "throttlingBurstLimit": 5,
                },
                "stageVariables": {"b": "3"},
                "tags": {"a": "3"},
            },
            {**stage, "name": "test"},
            "prod",
            {
                "arn": f"arn:aws:apigateway:us-east-1::/apis/{http}/stages/prod",
                "executionArn": f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{http}/prod",
                "invokeUrl": f"https://{http}.execute-api.us-east-1.amazonaws.com/prod",
                "tagsAll": {"a": "1", "b": "2"},
            },
            imports=f"{http}/prod",
        ),
    )


def test_the_default_stage_is_at_the_root(aws: Any, http: str) -> None:
    inputs = {"apiId": http, "name": "$default", "autoDeploy": True, "tags": {"a": "1"}}
    made = aws.create(STAGE, inputs)
    url = f"https://{http}.execute-api.us-east-1.amazonaws.com/"
    assert made.outputs["invokeUrl"] == url
    updated = aws.update(made, {**inputs, "tags": {"b": "2"}})
    assert updated.outputs["tagsAll"] == {"b": "2"}
    aws.delete(updated)
    assert aws.read(updated) is None


def test_what_a_stage_had_is_taken_away(aws: Any, http: str) -> None:
    stage = {"apiId": http, "name": "prod"}
    made = aws.create(
        STAGE,
        {**stage, "accessLogSettings": LOGGED, "stageVariables": {"a": "1"}, "description": "x"},
    )
    bare = aws.update(made, stage)
    gone = {"accessLogSettings", "stageVariables", "description"}
    assert not gone & {name for name, value in bare.outputs.items() if value}


def test_a_stage_of_a_websocket_says_what_it_logs(aws: Any, websocket: str) -> None:
    stage = {"apiId": websocket, "name": "prod"}
    made = aws.create(STAGE, stage)
    assert made.outputs["invokeUrl"].startswith("wss://")
    assert made.outputs["invokeUrl"].endswith("/prod")
    assert made.outputs["defaultRouteSettings"]["loggingLevel"] == "OFF"
    assert not aws.diff(made, stage).diffs
    logged = {**stage, "defaultRouteSettings": {"loggingLevel": "ERROR"}}
    assert aws.diff(made, logged).diffs == ["defaultRouteSettings"]
    assert not aws.diff(aws.update(made, logged), logged).diffs


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"accessLogSettings": {**LOGGED, "destinationArn": "arn:aws:s3:::logs"}}, "a log group"),
        ({"accessLogSettings": {**LOGGED, "destinationArn": f"{LOG_GROUP}-2"}}, "does not exist"),
        ({"accessLogSettings": {**LOGGED, "format": "$context.status"}}, "$context.requestId"),
        ({"defaultRouteSettings": {"loggingLevel": "INFO"}}, "Execution logs are not supported"),
        ({"defaultRouteSettings": {"dataTraceEnabled": True}}, "Execution logs are not supported"),
        ({"defaultRouteSettings": {"loggingLevel": "ALL"}}, "Execution logs are not supported"),
    ],
)
def test_a_stage_that_is_refused(aws: Any, http: str, inputs: dict[str, Any], why: str) -> None:
    message = refusal(aws.create, STAGE, {"apiId": http, "name": "prod", **inputs})
    assert "BadRequestException" in message
    assert why in message


def test_a_stage_is_made_once_and_of_an_api(aws: Any, http: str) -> None:
    aws.create(STAGE, {"apiId": http, "name": "prod"})
    message = refusal(aws.create, STAGE, {"apiId": http, "name": "prod"})
    assert "ConflictException: Stage already exists" in message
    assert "NotFoundException" in refusal(aws.create, STAGE, {"apiId": "absent", "name": "prod"})
    assert aws.imported(STAGE, f"{http}/absent") is None


# --- Integrations and routes ---


def test_an_integration_lives(aws: Any, http: str) -> None:
    calls = {"apiId": http, "integrationType": "HTTP_PROXY", "integrationMethod": "GET"}
    live(
        aws,
        Life(
            INTEGRATION,
            {
                **calls,
                "integrationUri": "https://one.example.com/",
                "description": "calls",
                "requestParameters": {"append:header.a": "1", "append:header.b": "2"},
            },
            {
                **calls,
                "integrationUri": "https://two.example.com/",
                "requestParameters": {"append:header.b": "3"},
                "timeoutMilliseconds": 5000,
                "tlsConfig": {"serverNameToVerify": "two.example.com"},
            },
            {
                "apiId": http,
                "integrationType": "AWS_PROXY",
                "integrationUri": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:shop",
            },
            "{id}",
            {
                "connectionType": "INTERNET",
                "timeoutMilliseconds": 30000,
                "integrationMethod": "GET",
            },
            imports=f"{http}/{{id}}",
        ),
    )


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"integrationType": "MOCK"}, "AWS_PROXY and HTTP_PROXY alone"),
        ({"integrationType": "HTTP_PROXY", "integrationUri": "https://a"}, "an integrationMethod"),
        ({"integrationType": "HTTP_PROXY", "integrationMethod": "GET"}, "an integrationUri"),
        (
            {
                "integrationType": "HTTP_PROXY",
                "integrationMethod": "GET",
                "integrationUri": "https://example.com/",
                "payloadFormatVersion": "2.0",
            },
            "must be 1.0",
        ),
    ],
)
def test_an_integration_that_is_refused(
    aws: Any, http: str, inputs: dict[str, Any], why: str
) -> None:
    message = refusal(aws.create, INTEGRATION, {"apiId": http, **inputs})
    assert "BadRequestException" in message
    assert why in message


def test_a_websocket_integrates_otherwise(aws: Any, websocket: str) -> None:
    inputs = {"apiId": websocket, "integrationType": "MOCK", "requestTemplates": {"200": "{}"}}
    made = aws.create(INTEGRATION, inputs)
    assert made.outputs["passthroughBehavior"] == "WHEN_NO_MATCH"
    assert made.outputs["integrationResponseSelectionExpression"]
    assert not aws.diff(made, inputs).diffs


@pytest.fixture
def target(aws: Any, http: str) -> str:
    """Make an integration and return the target that it is."""
    calls = {"integrationType": "HTTP_PROXY", "integrationMethod": "GET"}
    made = aws.create(INTEGRATION, {"apiId": http, **calls, "integrationUri": "https://a.example"})
    return f"integrations/{made.id}"


def test_a_route_lives(aws: Any, http: str, target: str, cloud: Cloud) -> None:
    authorizer = cloud.client("apigatewayv2").create_authorizer(
        ApiId=http,
        AuthorizerType="JWT",
        Name="people",
        IdentitySource=["$request.header.Authorization"],
    )["AuthorizerId"]
    live(
        aws,
        Life(
            ROUTE,
            {
                "apiId": http,
                "routeKey": "GET /orders/{id}",
                "target": target,
                "authorizationType": "JWT",
                "authorizerId": authorizer,
                "authorizationScopes": ["read", "write"],
                "operationName": "order",
            },
            {"apiId": http, "routeKey": "$default", "authorizationType": "AWS_IAM"},
            {"apiId": "other", "routeKey": "$default"},
            "{id}",
            {"apiKeyRequired": False, "authorizationType": "JWT"},
            imports=f"{http}/{{id}}",
        ),
    )


def test_what_a_route_had_is_taken_away(aws: Any, http: str, target: str) -> None:
    route = {"apiId": http, "routeKey": "GET /"}
    made = aws.create(ROUTE, {**route, "target": target, "authorizationScopes": ["a", "b"]})
    assert not aws.diff(
        made, {**route, "target": target, "authorizationScopes": ["b", "a"]}
    ).diffs, "scopes are a set"
    bare = aws.update(made, route)
    assert not {"target", "authorizationScopes"} & bare.outputs.keys()


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"routeKey": "GET orders"}, "BadRequestException: The provided route key is not"),
        ({"routeKey": "FETCH /orders"}, "BadRequestException: The provided route key is not"),
        ({"routeKey": "GET /", "target": "integrations/absent"}, "NotFoundException: target"),
        ({"routeKey": "GET /", "authorizationType": "JWT"}, "NotFoundException: authorizerId"),
        ({"routeKey": "GET /", "authorizationType": "OAUTH"}, "not one of the API's protocol"),
    ],
)
def test_a_route_that_is_refused(aws: Any, http: str, inputs: dict[str, Any], why: str) -> None:
    assert why in refusal(aws.create, ROUTE, {"apiId": http, **inputs})


def test_no_two_routes_have_one_key(aws: Any, http: str, websocket: str) -> None:
    first = aws.create(ROUTE, {"apiId": http, "routeKey": "GET /"})
    aws.create(ROUTE, {"apiId": http, "routeKey": "POST /"})
    for call, args in (
        (aws.create, (ROUTE, {"apiId": http, "routeKey": "GET /"})),
        (aws.update, (first, {"apiId": http, "routeKey": "POST /"})),
    ):
        assert "ConflictException: Route with key" in refusal(call, *args)
    assert aws.create(ROUTE, {"apiId": websocket, "routeKey": "sendMessage"}).id
    assert "protocol" in refusal(
        aws.create, ROUTE, {"apiId": websocket, "routeKey": "$connect", "authorizationType": "JWT"}
    )


def test_what_is_unknown_passes_check(aws: Any) -> None:
    assert aws.checked(API, {"name": UNKNOWN, "protocolType": UNKNOWN})
    assert aws.checked(STAGE, {"apiId": UNKNOWN, "accessLogSettings": UNKNOWN})
    assert aws.checked(ROUTE, {"apiId": UNKNOWN, "routeKey": UNKNOWN, "target": UNKNOWN})
