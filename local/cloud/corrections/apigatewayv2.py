"""API Gateway's HTTP and WebSocket APIs, where moto answers what AWS never would."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import unquote

from local.cloud.corrections.registry import Corrected, adds, corrects, serves

_MODELS: Final = "moto.apigatewayv2.models"
_RESPONSES: Final = "moto.apigatewayv2.responses"
_CONFLICT: Final = 409


def _conflict(message: str) -> Exception:
    from moto.apigatewayv2.exceptions import APIGatewayV2Error  # noqa: PLC0415  after its environment

    error = APIGatewayV2Error("ConflictException", message)
    error.code = _CONFLICT
    return error


# --- APIs ---


@corrects(_MODELS, "Api.to_json")
def _describe_api(moto: Corrected, api: Any) -> Any:  # noqa: ANN401
    """An API says how clients reach it."""
    answer = moto(api)
    if api.protocol_type == "WEBSOCKET":
        answer["apiEndpoint"] = answer["apiEndpoint"].replace("https:", "wss:")
    return {**answer, "ipAddressType": getattr(api, "ip_address_type", "ipv4")}


@corrects(_RESPONSES, "ApiGatewayV2Response.create_api")
def _create_api(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """The address type that was asked for is kept."""
    _, _, body = moto(request)
    return _with_addresses(request, json.loads(body)["apiId"])


@corrects(_RESPONSES, "ApiGatewayV2Response.update_api")
def _update_api(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """The same at an update; an empty text takes away."""
    _, _, body = moto(request)
    return _with_addresses(request, json.loads(body)["apiId"])


def _with_addresses(request: Any, api_id: str) -> Any:  # noqa: ANN401
    api = request.apigatewayv2_backend.get_api(api_id)
    asked = json.loads(request.body).get("ipAddressType")
    if asked:
        api.ip_address_type = asked
    return 200, {}, json.dumps(api.to_json())


# --- Stages ---


@corrects(_MODELS, "ApiGatewayV2Backend.create_stage")
def _create_stage(moto: Corrected, backend: Any, api_id: str, config: dict[str, Any]) -> Any:  # noqa: ANN401
    """A stage that exists is not created again."""
    if config["stageName"] in backend.get_api(api_id).stages:
        raise _conflict("Stage already exists")
    return moto(backend, api_id, config)


@adds(_RESPONSES, "ApiGatewayV2Response.update_stage")
def _update_stage(request: Any) -> Any:  # noqa: ANN401
    """A stage can be changed: maps are added to, and an empty text takes away."""
    _, _, _, api_id, _, name = unquote(request.path).split("/")
    stage = request.apigatewayv2_backend.get_stage(api_id, name)
    asked = json.loads(request.body)
    variables = {**(stage.stage_variables or {}), **asked.get("stageVariables", {})}
    stage.stage_variables = {name: value for name, value in variables.items() if value}
    if "defaultRouteSettings" in asked:
        settings = {**(stage.default_route_settings or {}), **asked["defaultRouteSettings"]}
        stage.default_route_settings = settings
    for parameter, attribute in (
        ("accessLogSettings", "access_log_settings"),
        ("autoDeploy", "auto_deploy"),
        ("description", "description"),
    ):
        if parameter in asked:
            setattr(stage, attribute, asked[parameter])
    return 200, {}, json.dumps(stage.to_json())


# --- Routes ---


@corrects(_MODELS, "Api.create_route")
def _create_route(moto: Corrected, api: Any, **asked: Any) -> Any:  # noqa: ANN401
    """No two routes of an API have the same key."""
    _require_new_key(api, asked["route_key"])
    return moto(api, **asked)


@corrects(_MODELS, "Api.update_route")
def _update_route(moto: Corrected, api: Any, route_id: str, **asked: Any) -> Any:  # noqa: ANN401
    """The same at an update, at which an empty value takes away."""
    if asked["route_key"] and asked["route_key"] != api.get_route(route_id).route_key:
        _require_new_key(api, asked["route_key"])
    route = moto(api, route_id=route_id, **asked)
    for name, value in asked.items():
        if value in ("", []):
            setattr(route, name, None)
    return route


def _require_new_key(api: Any, key: str) -> None:  # noqa: ANN401
    if any(each.route_key == key for each in api.routes.values()):
        raise _conflict(f"Route with key {key} already exists for this API")


# --- Tags ---

serves(
    "moto.apigatewayv2",
    "{0}/v2/tags/arn:(?P<partition>[^/]+):apigateway:(?P<region>[^/]+)::/apis/(?P<api>[^/]+)"
    "/stages/(?P<stage>[^/]+)$",
    "ApiGatewayV2Response",
    under="moto.apigateway",
)


@corrects(_MODELS, "ApiGatewayV2Backend.tag_resource")
def _tag_resource(moto: Corrected, backend: Any, resource_arn: str, tags: dict[str, str]) -> None:  # noqa: ANN401
    """A stage is tagged, too."""
    stage = _stage_of(backend, resource_arn)
    if stage is None:
        moto(backend, resource_arn, tags)
    else:
        stage.tags = {**stage.tags, **tags}


@corrects(_MODELS, "ApiGatewayV2Backend.untag_resource")
def _untag_resource(moto: Corrected, backend: Any, resource_arn: str, tag_keys: list[str]) -> None:  # noqa: ANN401
    """The same for the removal of tags."""
    stage = _stage_of(backend, resource_arn)
    if stage is None:
        moto(backend, resource_arn, tag_keys)
    else:
        stage.tags = {name: each for name, each in stage.tags.items() if name not in tag_keys}


def _stage_of(backend: Any, arn: str) -> Any:  # noqa: ANN401
    api_id, _, name = unquote(arn).partition("/apis/")[2].partition("/stages/")
    return backend.get_stage(api_id, name) if name else None
