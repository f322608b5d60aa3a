"""API Gateway: HTTP and WebSocket APIs."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, cast

from local.cloud.aws.apigateway import require_log_group
from local.cloud.aws.facets import tags
from local.cloud.aws_api import AwsApi
from local.cloud.table import Api, ApiError, AutoName, Call, Facet, Given, Properties, Resource

_INSTEAD: Final = "declare aws.apigatewayv2.Integration and Route instead"
_TAGS: Final = tags(
    Call("TagResource", {"ResourceArn": "{arn}"}),
    Call("UntagResource", {"ResourceArn": "{arn}"}),
)


def _bad(operation: str, message: str) -> ApiError:
    return ApiError(operation, "BadRequestException", message)


def _api_of(api: Api, properties: Properties) -> Properties:
    """Return the API that something is part of, as AWS describes it."""
    where = {"ApiId": properties["apiId"]}
    return cast("Properties", cast("AwsApi", api).send("apigatewayv2", "GetApi", where))


def _merged(name: str, call: Call, parameter: str) -> Facet:
    """Return the facet of a map that calls add to: what is gone is sent as an empty text."""

    def choose(old: Properties, new: Properties) -> list[Call]:
        before, after = (cast("Properties", each.get(name) or {}) for each in (old, new))
        whole = {**dict.fromkeys(before.keys() - after.keys(), ""), **after}
        return [Call(call.operation, {**call.parameters, parameter: Given(whole)}, only=())]

    return Facet((name,), choose=choose, created=True)


# --- APIs ---


def _require_api(api: Api, properties: Properties) -> None:
    """Refuse settings of the other protocol: source, the API reference of ``CreateApi``."""
    del api
    http = properties["protocolType"] == "HTTP"
    if properties.get("corsConfiguration") and not http:
        raise _bad("CreateApi or UpdateApi", "only an HTTP API has a corsConfiguration")
    selection = properties.get("routeSelectionExpression")
    if http and selection not in (None, _METHOD_AND_PATH):
        raise _bad(
            "CreateApi or UpdateApi",
            f"the routeSelectionExpression of an HTTP API must be {_METHOD_AND_PATH}",
        )


_METHOD_AND_PATH: Final = "$request.method $request.path"

_API: Final = Resource(
    token="aws:apigatewayv2/api:Api",
    service="apigatewayv2",
    id="{id}",
    create=Call("CreateApi"),
    read=Call("GetApi", {"ApiId": "{id}"}, only=(), absent=("NotFoundException",)),
    update=Call("UpdateApi", {"ApiId": "{id}"}),
    delete=Call("DeleteApi", {"ApiId": "{id}"}, only=()),
    names={"id": "ApiId"},
    name=AutoName("name", limit=128),
    defaults={
        "apiKeySelectionExpression": "$request.header.x-api-key",
        "routeSelectionExpression": _METHOD_AND_PATH,
    },
    computed=("ipAddressType",),
    immutable=("protocolType",),
    sets=tuple(
        f"corsConfiguration.{name}"
        for name in ("allowHeaders", "allowMethods", "allowOrigins", "exposeHeaders")
    ),
    clear=("description", "version"),
    unsupported=dict.fromkeys(
        ("body", "credentialsArn", "failOnWarnings", "routeKey", "target"), _INSTEAD
    ),
    derived={
        "arn": "arn:aws:apigateway:{region}::/apis/{id}",
        "executionArn": "arn:aws:execute-api:{region}:{account}:{id}",
    },
    facets=(
        Facet(
            ("corsConfiguration",),
            put=Call("UpdateApi", {"ApiId": "{id}"}),
            remove=Call("DeleteCorsConfiguration", {"ApiId": "{id}"}, only=()),
            created=True,
        ),
        _TAGS,
    ),
    require=_require_api,
)


# --- Stages ---


def _require_stage(api: Api, stage: Properties) -> None:
    """Refuse logs that API Gateway cannot write.

    Source: the API reference of ``CreateStage``, ``AccessLogSettings`` and ``RouteSettings``.
    """
    operation = "CreateStage or UpdateStage"
    routes = cast("Properties", stage.get("defaultRouteSettings") or {})
    logs = routes.get("dataTraceEnabled") or routes.get("loggingLevel")
    if logs and _api_of(api, stage)["ProtocolType"] == "HTTP":
        raise _bad(operation, "Execution logs are not supported on protocolType HTTP")
    settings = stage.get("accessLogSettings")
    if isinstance(settings, Mapping) and settings:
        destination = str(settings["destinationArn"])
        if not _LOG_GROUP.fullmatch(destination):
            raise _bad(operation, "access logs go to a log group, by its ARN")
        if "$context.requestId" not in str(settings["format"]):
            raise _bad(operation, "the access log format must contain $context.requestId")
        require_log_group(api, destination)


_LOG_GROUP: Final = re.compile(r"arn:aws[\w-]*:logs:[^:]+:\d+:log-group:[^:]+(:\*)?")
_OF_STAGE: Final = {"ApiId": "{apiId}", "StageName": "{name}"}

_STAGE: Final = Resource(
    token="aws:apigatewayv2/stage:Stage",
    service="apigatewayv2",
    id="{name}",
    imports="{apiId}/{name}",
    create=Call("CreateStage"),
    read=Call("GetStage", only=("apiId", "name"), absent=("NotFoundException",)),
    update=Call("UpdateStage"),
    delete=Call("DeleteStage", _OF_STAGE, only=()),
    names={"name": "StageName"},
    name=AutoName("name", limit=128),
    defaults={
        "autoDeploy": False,
        "defaultRouteSettings.dataTraceEnabled": False,
        "defaultRouteSettings.detailedMetricsEnabled": False,
    },
    computed=("defaultRouteSettings", "defaultRouteSettings.loggingLevel"),
    immutable=("apiId", "name"),
    clear=("description",),
    normal={"accessLogSettings.destinationArn": lambda arn: arn.removesuffix(":*")},
    local=("apiId",),
    unsupported={
        "clientCertificateId": "the emulator lacks client certificates, so leave it out",
        "deploymentId": "the emulator lacks deployments of these APIs, so set autoDeploy",
        "routeSettings": "set defaultRouteSettings instead",
    },
    derived={
        "arn": "arn:aws:apigateway:{region}::/apis/{apiId}/stages/{name}",
        "executionArn": "arn:aws:execute-api:{region}:{account}:{apiId}/{name}",
    },
    facets=(
        Facet(
            ("accessLogSettings",),
            put=Call("UpdateStage", _OF_STAGE),
            remove=Call("UpdateStage", {**_OF_STAGE, "AccessLogSettings": {}}, only=()),
            created=True,
        ),
        Facet(
            ("invokeUrl",),
            read=Call(
                "GetApi",
                {"ApiId": "{apiId}"},
                only=(),
                result="join('/', [ApiEndpoint, '{name}' != '$default' && '{name}' || ''])",
                into="invokeUrl",
            ),
        ),
        _merged("stageVariables", Call("UpdateStage", _OF_STAGE), "StageVariables"),
        _TAGS,
    ),
    require=_require_stage,
)


# --- Integrations ---


def _require_integration(api: Api, integration: Properties) -> None:
    """Refuse what an HTTP API cannot call: source, the API reference of ``CreateIntegration``."""
    operation = "CreateIntegration or UpdateIntegration"
    if _api_of(api, integration)["ProtocolType"] != "HTTP":
        return
    kind = integration["integrationType"]
    if kind not in ("AWS_PROXY", "HTTP_PROXY"):
        raise _bad(operation, "an HTTP API has integrations of AWS_PROXY and HTTP_PROXY alone")
    if kind == "HTTP_PROXY":
        for name in ("integrationMethod", "integrationUri"):
            if not integration.get(name):
                raise _bad(operation, f"an HTTP_PROXY integration must have an {name}")
        if integration.get("payloadFormatVersion") not in (None, "1.0"):
            raise _bad(operation, "payloadFormatVersion of HTTP_PROXY must be 1.0")


_OF_INTEGRATION: Final = {"ApiId": "{apiId}", "IntegrationId": "{id}"}

_INTEGRATION: Final = Resource(
    token="aws:apigatewayv2/integration:Integration",
    service="apigatewayv2",
    id="{id}",
    imports="{apiId}/{id}",
    create=Call("CreateIntegration"),
    read=Call("GetIntegration", _OF_INTEGRATION, only=(), absent=("NotFoundException",)),
    update=Call("UpdateIntegration", {"IntegrationId": "{id}"}),
    delete=Call("DeleteIntegration", _OF_INTEGRATION, only=()),
    names={"id": "IntegrationId", "timeoutMilliseconds": "TimeoutInMillis"},
    defaults={
        "connectionType": "INTERNET",
        "passthroughBehavior": "WHEN_NO_MATCH",
        "payloadFormatVersion": "1.0",
    },
    computed=("integrationMethod", "timeoutMilliseconds"),
    immutable=("apiId", "integrationSubtype", "integrationType"),
    clear=(
        "contentHandlingStrategy",
        "credentialsArn",
        "description",
        "integrationUri",
        "templateSelectionExpression",
    ),
    local=("apiId",),
    unsupported={
        "connectionId": "the local cloud has no VPC links, so use the internet",
        "responseParameters": "let the backend answer as it should",
    },
    facets=(
        _merged(
            "requestParameters", Call("UpdateIntegration", _OF_INTEGRATION), "RequestParameters"
        ),
    ),
    require=_require_integration,
)


# --- Routes ---

_HTTP_ROUTE: Final = re.compile(r"\$default|(ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) /\S*")


def _require_route(api: Api, route: Properties) -> None:
    """Refuse a route that leads nowhere, or that nobody may take.

    Source: the developer guide, "Create routes for HTTP APIs in API Gateway", and the API reference
    of ``CreateRoute``, ``AuthorizationType`` and ``AuthorizerId``.
    """
    operation, aws = "CreateRoute or UpdateRoute", cast("AwsApi", api)
    http = _api_of(api, route)["ProtocolType"] == "HTTP"
    if http and not _HTTP_ROUTE.fullmatch(str(route["routeKey"])):
        raise _bad(
            operation,
            "The provided route key is not formatted properly for HTTP protocol. Format should be "
            '"<HTTP METHOD> /<RESOURCE PATH>" or "$default"',
        )
    kind = route.get("authorizationType")
    if kind not in (None, "AWS_IAM", "CUSTOM", "NONE", *(["JWT"] if http else [])):
        raise _bad(operation, "the authorizationType is not one of the API's protocol")
    lookups = []
    if kind in ("CUSTOM", "JWT"):
        authorizer = {"AuthorizerId": str(route.get("authorizerId") or "none")}
        lookups.append(("authorizerId", "GetAuthorizer", authorizer))
    if route.get("target"):
        integration = {"IntegrationId": str(route["target"]).removeprefix("integrations/")}
        lookups.append(("target", "GetIntegration", integration))
    for name, lookup, where in lookups:
        asked = {"ApiId": route["apiId"], **where}
        if aws.send("apigatewayv2", lookup, asked, absent=("NotFoundException",)) is None:
            raise ApiError(operation, "NotFoundException", f"{name} names nothing of this API")


_OF_ROUTE: Final = {"ApiId": "{apiId}", "RouteId": "{id}"}

_ROUTE: Final = Resource(
    token="aws:apigatewayv2/route:Route",
    service="apigatewayv2",
    id="{id}",
    imports="{apiId}/{id}",
    create=Call("CreateRoute"),
    read=Call("GetRoute", _OF_ROUTE, only=(), absent=("NotFoundException",)),
    update=Call("UpdateRoute", {"RouteId": "{id}"}),
    delete=Call("DeleteRoute", _OF_ROUTE, only=()),
    names={"id": "RouteId"},
    defaults={"apiKeyRequired": False, "authorizationType": "NONE"},
    immutable=("apiId",),
    sets=("authorizationScopes",),
    clear=(
        "authorizerId",
        "modelSelectionExpression",
        "operationName",
        "routeResponseSelectionExpression",
        "target",
    ),
    local=("apiId",),
    unsupported={"requestParameters": "let the backend check its parameters"},
    facets=(
        Facet(
            ("authorizationScopes",),
            put=Call("UpdateRoute", _OF_ROUTE),
            remove=Call("UpdateRoute", {**_OF_ROUTE, "AuthorizationScopes": []}, only=()),
            created=True,
        ),
    ),
    require=_require_route,
)

RESOURCES: Final = (_API, _STAGE, _INTEGRATION, _ROUTE)
