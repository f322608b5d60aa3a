"""REST APIs through their lives, on the emulated AWS."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from local.cloud import Cloud
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role"
LOG_GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:access"
REST_API = "aws:apigateway/restApi:RestApi"
RESOURCE = "aws:apigateway/resource:Resource"
METHOD = "aws:apigateway/method:Method"
INTEGRATION = "aws:apigateway/integration:Integration"
DEPLOYMENT = "aws:apigateway/deployment:Deployment"
STAGE = "aws:apigateway/stage:Stage"
METHOD_SETTINGS = "aws:apigateway/methodSettings:MethodSettings"
API_ACCOUNT = "aws:apigateway/account:Account"

LOGGED = {"destinationArn": LOG_GROUP, "format": "$context.requestId"}


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def aws(aws: Any, cloud: Cloud) -> Any:
    """Add roles and a log group to the empty cloud."""
    cloud.client("logs").create_log_group(logGroupName="access")
    for name in ("apigateway", "lambda"):
        trust = {"Effect": "Allow", "Principal": {"Service": f"{name}.amazonaws.com"}}
        cloud.client("iam").create_role(
            RoleName=name,
            AssumeRolePolicyDocument=document({**trust, "Action": "sts:AssumeRole"}),
        )
    return aws


@pytest.fixture
def api(aws: Any) -> dict[str, Any]:
    """Make a REST API of one method that is deployed twice, on an account that may log."""
    aws.create(API_ACCOUNT, {"cloudwatchRoleArn": f"{ROLE}/apigateway"})
    made = aws.create(REST_API, {"name": "shop"})
    root = {"restApi": made.id, "resourceId": made.outputs["rootResourceId"], "httpMethod": "GET"}
    aws.create(METHOD, {**root, "authorization": "AWS_IAM"})
    aws.create(INTEGRATION, {**root, "type": "MOCK"})
    deployments = [aws.create(DEPLOYMENT, {"restApi": made.id}).id for _ in range(2)]
    return {**root, "deployment": deployments[0], "other": deployments[1]}


def test_a_rest_api_lives(aws: Any) -> None:
    live(
        aws,
        Life(
            REST_API,
            {
                "name": "shop",
                "description": "sells",
                "endpointConfiguration": {"types": "REGIONAL"},
                "binaryMediaTypes": ["image/png", "a~b"],
                "disableExecuteApiEndpoint": True,
                "tags": {"a": "1", "b": "2"},
            },
            {
                "name": "store",
                "endpointConfiguration": {"types": "EDGE"},
                "binaryMediaTypes": ["a~b", "image/gif"],
                "disableExecuteApiEndpoint": False,
                "policy": document(
                    {
                        "Effect": "Allow",
                        "Principal": "*",
                        "Action": "execute-api:Invoke",
                        "Resource": "execute-api:/*",
                    }
                ),
                "tags": {"a": "3"},
            },
            {"name": "shop", "region": "eu-west-1"},
            "{id}",
            {
                "apiKeySource": "HEADER",
                "endpointConfiguration": {"types": "REGIONAL", "ipAddressType": "ipv4"},
                "tagsAll": {"a": "1", "b": "2"},
            },
            by_name=True,
        ),
    )


def test_what_a_rest_api_is_changed_to_is_told(aws: Any) -> None:
    made = aws.create(
        REST_API, {"name": "shop", "disableExecuteApiEndpoint": True, "tags": {"a": "1"}}
    )
    assert made.outputs["arn"] == f"arn:aws:apigateway:us-east-1::/restapis/{made.id}"
    assert made.outputs["executionArn"] == f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{made.id}"
    wanted = {
        "name": "store",
        "binaryMediaTypes": ["image/png"],
        "disableExecuteApiEndpoint": False,
        "endpointConfiguration": {"types": "PRIVATE"},
    }
    updated = aws.update(made, wanted).outputs
    assert {name: updated[name] for name in wanted} == {
        **wanted,
        "endpointConfiguration": {"types": "PRIVATE", "ipAddressType": "ipv4"},
    }
    assert updated["tagsAll"] == {}


def test_the_parts_of_a_rest_api_live(aws: Any, api: dict[str, Any]) -> None:
    rest_api = api["restApi"]
    root = {"restApi": rest_api, "parentId": api["resourceId"]}
    live(
        aws,
        Life(
            RESOURCE,
            {**root, "pathPart": "orders"},
            {**root, "pathPart": "items"},
            {**root, "restApi": "other", "pathPart": "orders"},
            "{id}",
            {"path": "/orders"},
            imports=f"{rest_api}/{{id}}",
        ),
    )
    method = {**{n: api[n] for n in ("restApi", "resourceId")}, "httpMethod": "POST"}
    path = f"{rest_api}/{api['resourceId']}/POST"
    live(
        aws,
        Life(
            METHOD,
            {
                **method,
                "authorization": "NONE",
                "requestParameters": {"method.request.header.a/b": True},
                "operationName": "order",
            },
            {
                **method,
                "authorization": "AWS_IAM",
                "apiKeyRequired": True,
                "authorizationScopes": ["a/read"],
                "requestParameters": {"method.request.header.c": False},
                "requestModels": {"application/json": "Error"},
            },
            {**method, "httpMethod": "PUT", "authorization": "NONE"},
            f"agm-{rest_api}-{api['resourceId']}-POST",
            {"authorization": "NONE", "requestParameters": {"method.request.header.a/b": True}},
            imports=path,
        ),
    )
    aws.create(METHOD, {**method, "authorization": "AWS_IAM"})
    http = {**method, "type": "HTTP_PROXY", "integrationHttpMethod": "GET"}
    live(
        aws,
        Life(
            INTEGRATION,
            {**http, "uri": "https://one.example.com/", "requestTemplates": {"text/html": "x"}},
            {**http, "uri": "https://two.example.com/", "timeoutMilliseconds": 1000},
            {**method, "type": "MOCK"},
            f"agi-{rest_api}-{api['resourceId']}-POST",
            {
                "integrationHttpMethod": "GET",
                "httpMethod": "POST",
                "passthroughBehavior": "WHEN_NO_MATCH",
                "timeoutMilliseconds": 29000,
            },
            imports=path,
            by_name=True,
        ),
    )
    aws.create(INTEGRATION, {**method, "type": "MOCK"})
    live(
        aws,
        Life(
            DEPLOYMENT,
            {"restApi": rest_api, "description": "first", "triggers": {"sha": "1"}},
            {"restApi": rest_api, "description": "second", "triggers": {"sha": "1"}},
            {"restApi": rest_api, "description": "first", "triggers": {"sha": "2"}},
            "{id}",
            imports=f"{rest_api}/{{id}}",
        ),
    )


def test_a_stage_and_its_settings_live(aws: Any, api: dict[str, Any]) -> None:
    rest_api = api["restApi"]
    stage = {"restApi": rest_api, "stageName": "pre-prod", "deployment": api["deployment"]}
    live(
        aws,
        Life(
            STAGE,
            {
                **stage,
                "accessLogSettings": {**LOGGED, "destinationArn": f"{LOG_GROUP}:*"},
                "xrayTracingEnabled": True,
                "variables": {"a": "1", "b": "2"},
                "tags": {"a": "1"},
            },
            {
                **stage,
                "deployment": api["other"],
                "description": "before production",
                "variables": {"b": "3"},
                "cacheClusterEnabled": True,
                "cacheClusterSize": "0.5",
                "tags": {"b": "2"},
            },
            {**stage, "stageName": "prod"},
            f"ags-{rest_api}-pre-prod",
            {
                "accessLogSettings": LOGGED,
                "arn": f"arn:aws:apigateway:us-east-1::/restapis/{rest_api}/stages/pre-prod",
                "invokeUrl": f"https://{rest_api}.execute-api.us-east-1.amazonaws.com/pre-prod",
                "xrayTracingEnabled": True,
            },
            imports=f"{rest_api}/pre-prod",
        ),
    )
    aws.create(STAGE, stage)
    settings = {"restApi": rest_api, "stageName": "pre-prod", "methodPath": "orders/new/GET"}
    live(
        aws,
        Life(
            METHOD_SETTINGS,
            {**settings, "settings": {"loggingLevel": "INFO", "metricsEnabled": True}},
            {**settings, "settings": {"throttlingRateLimit": 1.5, "throttlingBurstLimit": 3}},
            {**settings, "methodPath": "*/*", "settings": {"loggingLevel": "INFO"}},
            f"{rest_api}-pre-prod-orders/new/GET",
            imports=f"{rest_api}/pre-prod/orders/new/GET",
        ),
    )


def test_a_stage_tells_the_web_acl_in_front_of_it(
    aws: Any, api: dict[str, Any], cloud: Cloud, web_acl: Callable[[str], str]
) -> None:
    stage = {"restApi": api["restApi"], "stageName": "prod", "deployment": api["deployment"]}
    made = aws.create(STAGE, stage)
    assert "webAclArn" not in made.outputs
    acl = web_acl("REGIONAL")
    cloud.client("wafv2").associate_web_acl(WebACLArn=acl, ResourceArn=made.outputs["arn"])
    read = aws.read(made)
    assert read.outputs["webAclArn"] == acl
    assert not aws.diff(read, stage).diffs


def test_an_account_lives(aws: Any, cloud: Cloud) -> None:
    made = aws.create(API_ACCOUNT, {"cloudwatchRoleArn": f"{ROLE}/apigateway"})
    assert made.id == ACCOUNT
    assert made.outputs["throttleSettings"] == [{"burstLimit": 5000, "rateLimit": 10000}]
    assert aws.imported(API_ACCOUNT, ACCOUNT).outputs == made.outputs
    assert not aws.diff(made, {"cloudwatchRoleArn": f"{ROLE}/apigateway"}).diffs
    aws.delete(made)
    assert "cloudwatchRoleArn" not in cloud.client("apigateway").get_account()


def test_access_logs_need_a_place_a_request_id_and_a_role(
    aws: Any, api: dict[str, Any], cloud: Cloud
) -> None:
    stage = {"restApi": api["restApi"], "stageName": "prod", "deployment": api["deployment"]}
    for settings, why in (
        ({**LOGGED, "destinationArn": "arn:aws:s3:::bucket"}, "Invalid ARN"),
        ({**LOGGED, "destinationArn": f"{LOG_GROUP}-2"}, "does not exist"),
        ({**LOGGED, "format": "$context.status"}, "$context.requestId"),
    ):
        message = refusal(aws.create, STAGE, {**stage, "accessLogSettings": settings})
        assert "BadRequestException" in message
        assert why in message
    aws.delete(aws.create(API_ACCOUNT, {"cloudwatchRoleArn": f"{ROLE}/apigateway"}))
    message = refusal(aws.create, STAGE, {**stage, "accessLogSettings": LOGGED})
    assert "CloudWatch Logs role ARN must be set in account settings" in message
    assert cloud.client("apigateway").get_stages(restApiId=api["restApi"]).get("item", []) == []
    firehose = f"arn:aws:firehose:us-east-1:{ACCOUNT}:deliverystream/amazon-apigateway-logs"
    made = aws.create(STAGE, {**stage, "accessLogSettings": {**LOGGED, "destinationArn": firehose}})
    settings = {"restApi": api["restApi"], "stageName": "prod", "methodPath": "*/*"}
    message = refusal(
        aws.create, METHOD_SETTINGS, {**settings, "settings": {"loggingLevel": "ERROR"}}
    )
    assert "CloudWatch Logs role ARN must be set in account settings" in message
    assert made.outputs["accessLogSettings"]["destinationArn"] == firehose


def test_what_api_gateway_refuses_is_refused(aws: Any, api: dict[str, Any]) -> None:
    rest_api, root = api["restApi"], api["resourceId"]
    method = {"restApi": rest_api, "resourceId": root, "httpMethod": "POST"}
    stage = {"restApi": rest_api, "stageName": "prod", "deployment": api["deployment"]}
    orders = {"restApi": rest_api, "parentId": root, "pathPart": "orders"}
    aws.create(RESOURCE, orders)
    for token, inputs, why in (
        (REST_API, {"name": "x", "policy": "{}"}, "Invalid policy document"),
        (REST_API, {"name": "x", "endpointConfiguration": {"types": "LOCAL"}}, "types"),
        (RESOURCE, orders, "ConflictException"),
        (RESOURCE, {**orders, "parentId": "absent"}, "NotFoundException"),
        (METHOD, {**method, "authorization": "OAUTH"}, "Invalid authorization type"),
        (METHOD, {**method, "authorization": "CUSTOM"}, "Invalid authorizer ID"),
        (
            METHOD,
            {**method, "authorization": "COGNITO_USER_POOLS", "authorizerId": "abcdef"},
            "Invalid authorizer ID",
        ),
        (METHOD, {**method, "httpMethod": "GET", "authorization": "NONE"}, "ConflictException"),
        (INTEGRATION, {**method, "type": "MOCK"}, "NotFoundException"),
        (STAGE, {**stage, "deployment": "absent"}, "NotFoundException"),
        (API_ACCOUNT, {"cloudwatchRoleArn": f"{ROLE}/lambda"}, "required permissions"),
        (API_ACCOUNT, {"cloudwatchRoleArn": f"{ROLE}/absent"}, "required permissions"),
    ):
        assert why in refusal(aws.create, token, inputs), (token, inputs)
    aws.create(METHOD, {**method, "authorization": "NONE"})
    assert "No integration defined" in refusal(aws.create, DEPLOYMENT, {"restApi": rest_api})


def test_a_deployment_that_a_stage_serves_stays(aws: Any, api: dict[str, Any]) -> None:
    stage = {"restApi": api["restApi"], "stageName": "prod", "deployment": api["deployment"]}
    made = aws.create(STAGE, stage)
    served = aws.imported(DEPLOYMENT, f"{api['restApi']}/{api['deployment']}")
    assert "Active stages pointing to this deployment" in refusal(aws.delete, served)
    aws.update(made, {**stage, "deployment": api["other"]})
    aws.delete(served)
    assert aws.read(served) is None


@pytest.mark.parametrize(
    ("settings", "failing"),
    [
        ({"methodPath": "/orders/GET", "settings": {}}, "methodPath"),
        ({"methodPath": "*/*", "settings": {"loggingLevel": "ALL"}}, "settings.loggingLevel"),
    ],
)
def test_bad_method_settings_fail_at_check(
    aws: Any, settings: dict[str, Any], failing: str
) -> None:
    _, failures = aws.check(METHOD_SETTINGS, {"restApi": "a", "stageName": "b", **settings})
    assert [name for name, _ in failures] == [failing]
