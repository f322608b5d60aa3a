"""API Gateway, where moto answers what AWS never would."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from local.cloud.corrections.registry import Corrected, adds, corrects, serves

_MODELS: Final = "moto.apigateway.models"
_RESPONSES: Final = "moto.apigateway.responses"
_BOOLEANS: Final = frozenset(
    {"apiKeyRequired", "cacheClusterEnabled", "disableExecuteApiEndpoint", "tracingEnabled"}
)
_REST_API: Final = {
    "apiKeySource": "api_key_source",
    "binaryMediaTypes": "binaryMediaTypes",
    "description": "description",
    "disableExecuteApiEndpoint": "disableExecuteApiEndpoint",
    "endpointAccessMode": "endpoint_access_mode",
    "endpointConfiguration": "endpoint_configuration",
    "name": "name",
    "policy": "policy",
    "securityPolicy": "security_policy",
}
_METHOD: Final = {
    "apiKeyRequired": "api_key_required",
    "authorizationScopes": "authorization_scopes",
    "authorizationType": "authorization_type",
    "authorizerId": "authorizer_id",
    "operationName": "operation_name",
    "requestModels": "request_models",
    "requestParameters": "request_parameters",
    "requestValidatorId": "request_validator_id",
}
_STAGE: Final = {
    "accessLogSettings": "access_log_settings",
    "cacheClusterEnabled": "cache_cluster_enabled",
    "cacheClusterSize": "cache_cluster_size",
    "deploymentId": "deployment_id",
    "description": "description",
    "tracingEnabled": "tracing_enabled",
    "variables": "variables",
}
_RESOURCE: Final = {"parentId": "parent_id", "pathPart": "path_part"}
_DEPLOYMENT: Final = {"description": "description"}

_SETTINGS: Final[Mapping[str, tuple[str, type, object]]] = {
    "caching/dataEncrypted": ("cacheDataEncrypted", bool, False),
    "caching/enabled": ("cachingEnabled", bool, False),
    "caching/requireAuthorizationForCacheControl": (
        "requireAuthorizationForCacheControl",
        bool,
        True,
    ),
    "caching/ttlInSeconds": ("cacheTtlInSeconds", int, 300),
    "caching/unauthorizedCacheControlHeaderStrategy": (
        "unauthorizedCacheControlHeaderStrategy",
        str,
        "SUCCEED_WITH_RESPONSE_HEADER",
    ),
    "logging/dataTrace": ("dataTraceEnabled", bool, False),
    "logging/loglevel": ("loggingLevel", str, "OFF"),
    "metrics/enabled": ("metricsEnabled", bool, False),
    "throttling/burstLimit": ("throttlingBurstLimit", int, -1),
    "throttling/rateLimit": ("throttlingRateLimit", float, -1.0),
}
"""A method setting's name, type and default by its path."""


# --- Patch operations ---


@corrects(_MODELS, "RestAPI.apply_patch_operations")
def _patch_rest_api(_moto: Corrected, rest_api: Any, patch_operations: list[Any]) -> None:  # noqa: ANN401  moto's own
    """Every documented path can be patched, and ``false`` is not ``true``."""
    _patch(rest_api, _REST_API, patch_operations)


@corrects(_MODELS, "Stage.apply_operations")
def _patch_stage(_moto: Corrected, stage: Any, patch_operations: list[Any]) -> Any:  # noqa: ANN401
    """Every documented path can be patched, and method settings of any path be removed."""
    others = []
    for each in patch_operations:
        path, _, setting = each["path"][1:].rpartition("/")
        path, _, group = path.rpartition("/")
        known = _SETTINGS.get(f"{group}/{setting}")
        if each["op"] == "remove" and each["path"][1:] in stage.method_settings:
            del stage.method_settings[each["path"][1:]]
        elif known and path:
            name, kind, _default = known
            settings = stage.method_settings.setdefault(
                path, {name: default for name, _, default in _SETTINGS.values()}
            )
            settings[name] = each["value"] == "true" if kind is bool else kind(each["value"])
        else:
            others.append(each)
    _patch(stage, _STAGE, others)
    stage.cache_cluster_status = "AVAILABLE" if stage.cache_cluster_enabled else None
    return stage


@adds(_RESPONSES, "APIGatewayResponse.update_method")
def _update_method(request: Any) -> str:  # noqa: ANN401
    """A method can be changed."""
    _, _, api, _, resource, _, method = request.path.split("/")[:7]
    found = request.backend.get_method(api, resource, method)
    _patch(found, _METHOD, request._get_param("patchOperations"))  # noqa: SLF001  its only reader
    return json.dumps(found.to_json())


@adds(_RESPONSES, "APIGatewayResponse.update_resource")
def _update_resource(request: Any) -> str:  # noqa: ANN401
    """A resource can be changed."""
    _, _, api, _, resource = request.path.split("/")[:5]
    found = request.backend.get_resource(api, resource)
    _patch(found, _RESOURCE, request._get_param("patchOperations"))  # noqa: SLF001
    return json.dumps(found.to_dict())


@adds(_RESPONSES, "APIGatewayResponse.update_deployment")
def _update_deployment(request: Any) -> str:  # noqa: ANN401
    """A deployment can be changed."""
    _, _, api, _, deployment = request.path.split("/")[:5]
    found = request.backend.get_deployment(api, deployment)
    _patch(found, _DEPLOYMENT, request._get_param("patchOperations"))  # noqa: SLF001
    return json.dumps(found.to_json())


def _patch(model: Any, attributes: Mapping[str, str], operations: list[Any]) -> None:  # noqa: ANN401
    """Carry out patch operations on what a model holds under the API's names."""
    document = {name: getattr(model, each, None) for name, each in attributes.items()}
    for each in operations:
        steps = [_unescaped(step) for step in each["path"].split("/")[1:]]
        _patch_one(document, steps, each["op"], each.get("value"))
    for name, attribute in attributes.items():
        setattr(model, attribute, document[name])


def _patch_one(document: dict[str, Any], steps: list[str], operation: str, value: Any) -> None:  # noqa: ANN401
    from moto.apigateway.exceptions import BadRequestException  # noqa: PLC0415  after its environment

    head, *rest = steps
    if head not in document:
        raise BadRequestException(f"Invalid patch path /{'/'.join(steps)}")
    if head in _BOOLEANS or (head == "requestParameters" and value is not None):
        value = value == "true"
    if not rest:
        document[head] = None if operation == "remove" else (value if value != "" else None)
        return
    lists = ("authorizationScopes", "binaryMediaTypes")
    holder: Any = list(document[head] or ()) if head in lists else dict(document[head] or {})
    document[head] = holder
    if head in lists:
        holder.remove(rest[0]) if operation == "remove" else holder.append(rest[0])
    elif rest[1:]:  # a list's item, of the one list inside an object: the endpoint's types
        holder[rest[0]] = [value]
    elif operation == "remove":
        holder.pop(rest[0], None)
    else:
        holder[rest[0]] = value


def _unescaped(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")


# --- APIs and their resources ---


@corrects(_RESPONSES, "APIGatewayResponse.create_rest_api")
def _create_rest_api(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """All that was asked for is kept."""
    answer = moto(request)
    if answer[0] != 200:  # noqa: PLR2004  HTTP
        return answer
    rest_api = request.backend.get_rest_api(json.loads(answer[2])["id"])
    rest_api.binaryMediaTypes = request._get_param("binaryMediaTypes") or []  # noqa: SLF001
    rest_api.security_policy = request._get_param("securityPolicy")  # noqa: SLF001
    rest_api.endpoint_access_mode = request._get_param("endpointAccessMode")  # noqa: SLF001
    return answer[0], answer[1], json.dumps(rest_api.to_dict())


@corrects(_MODELS, "RestAPI.to_dict")
def _describe_rest_api(moto: Corrected, rest_api: Any) -> Any:  # noqa: ANN401
    """An API says how clients reach it."""
    more = {
        "endpointAccessMode": getattr(rest_api, "endpoint_access_mode", None),
        "securityPolicy": getattr(rest_api, "security_policy", None),
    }
    return {
        **moto(rest_api),
        **{name: value for name, value in more.items() if value is not None},
        "endpointConfiguration": {"ipAddressType": "ipv4", **rest_api.endpoint_configuration},
    }


@corrects(_MODELS, "APIGatewayBackend.create_resource")
def _create_resource(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    function_id: str,
    parent_resource_id: str,
    path_part: str,
) -> Any:  # noqa: ANN401
    """A resource has a parent that exists and no sibling of its name."""
    from moto.apigateway.exceptions import ConflictException  # noqa: PLC0415

    backend.get_resource(function_id, parent_resource_id)
    for each in backend.get_resources(function_id):
        if (each.parent_id, each.path_part) == (parent_resource_id, path_part):
            raise ConflictException("Another resource with the same parent already has this name")
    return moto(backend, function_id, parent_resource_id, path_part)


@corrects(_MODELS, "APIGatewayBackend.put_method")
def _put_method(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    function_id: str,
    resource_id: str,
    method_type: str,
    *args: Any,  # noqa: ANN401
    **options: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """A method that exists is not put again."""
    from moto.apigateway.exceptions import ConflictException  # noqa: PLC0415

    if method_type in backend.get_resource(function_id, resource_id).resource_methods:
        raise ConflictException("Method already exists for this resource")
    return moto(backend, function_id, resource_id, method_type, *args, **options)


@corrects(_MODELS, "Integration.to_json")
def _describe_integration(moto: Corrected, integration: Any) -> Any:  # noqa: ANN401
    """An integration says what becomes of a body that no template fits."""
    answer = moto(integration)
    return {**answer, "passthroughBehavior": answer["passthroughBehavior"] or "WHEN_NO_MATCH"}


# --- Deployments and stages ---


@corrects(_MODELS, "APIGatewayBackend.create_deployment")
def _create_deployment(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    function_id: str,
    *args: Any,  # noqa: ANN401
    **options: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Every method of what is deployed has an integration."""
    from moto.apigateway.exceptions import NoIntegrationDefined  # noqa: PLC0415

    for resource in backend.get_resources(function_id):
        if any(not each.method_integration for each in resource.resource_methods.values()):
            raise NoIntegrationDefined
    return moto(backend, function_id, *args, **options)


@corrects(_MODELS, "RestAPI.get_deployment")
def _get_deployment(moto: Corrected, rest_api: Any, deployment_id: str) -> Any:  # noqa: ANN401
    """A missing deployment is an error of the caller's."""
    from moto.apigateway.exceptions import DeploymentNotFoundException  # noqa: PLC0415

    if deployment_id not in rest_api.deployments:
        raise DeploymentNotFoundException
    return moto(rest_api, deployment_id)


@corrects(_MODELS, "RestAPI.delete_deployment")
def _delete_deployment(moto: Corrected, rest_api: Any, deployment_id: str) -> Any:  # noqa: ANN401
    """A deployment that a stage serves stays."""
    from moto.apigateway.exceptions import StageStillActive  # noqa: PLC0415

    if any(stage.deployment_id == deployment_id for stage in rest_api.stages.values()):
        raise StageStillActive
    return moto(rest_api, deployment_id)


@corrects(_MODELS, "RestAPI.create_stage")
def _create_stage(
    moto: Corrected,
    rest_api: Any,  # noqa: ANN401
    name: str,
    deployment_id: str,
    **options: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """A stage serves a deployment that exists."""
    rest_api.get_deployment(deployment_id)
    return moto(rest_api, name, deployment_id, **options)


# --- Tags ---

serves(
    "moto.apigateway",
    "{0}/tags/arn:(?P<partition>[^/]+):apigateway:(?P<region>[^/]+)::/restapis/(?P<api>[^/]+)$",
    "APIGatewayResponse",
)


@corrects(_RESPONSES, "APIGatewayResponse.tag_resource")
def _tag_resource(_moto: Corrected, request: Any) -> str:  # noqa: ANN401
    """APIs are tagged, not stages alone."""
    tagged = _tagged(request)
    tagged.tags = {**(tagged.tags or {}), **(request._get_param("tags") or {})}  # noqa: SLF001
    return "{}"


@corrects(_RESPONSES, "APIGatewayResponse.untag_resource")
def _untag_resource(_moto: Corrected, request: Any) -> str:  # noqa: ANN401
    """The same for their removal."""
    tagged, gone = _tagged(request), request.querystring.get("tagKeys") or []
    tagged.tags = {name: value for name, value in (tagged.tags or {}).items() if name not in gone}
    return "{}"


@corrects(_RESPONSES, "APIGatewayResponse.get_tags")
def _get_tags(_moto: Corrected, request: Any) -> str:  # noqa: ANN401
    """The same for their reading."""
    return json.dumps({"tags": _tagged(request).tags or {}})


def _tagged(request: Any) -> Any:  # noqa: ANN401
    _, _, rest = unquote(request.path).partition("/restapis/")
    api, _, stage = rest.partition("/stages/")
    return request.backend.get_stage(api, stage) if stage else request.backend.get_rest_api(api)


# --- The account ---


@corrects(_MODELS, "Account.to_json")
def _describe_account(moto: Corrected, account: Any) -> Any:  # noqa: ANN401
    """A role that was taken away is told no more."""
    return {name: value for name, value in moto(account).items() if value != ""}
