"""API Gateway: REST APIs."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from local.cloud import policies
from local.cloud.aws.facets import tags
from local.cloud.aws_api import AwsApi
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
)
from local.cloud.values import is_unknown

_OF_ACCOUNT: Final = "CloudWatch Logs role ARN must be set in account settings to enable logging"
_LOG_GROUP: Final = re.compile(r"arn:aws[\w-]*:logs:[^:]+:\d+:log-group:[^:]+(:\*)?")
_FIREHOSE: Final = re.compile(
    r"arn:aws[\w-]*:firehose:[^:]+:\d+:deliverystream/amazon-apigateway-.+"
)


def _patched(
    operation: str,
    where: Properties,
    paths: Mapping[str, str],
    *,
    kept: Sequence[str] = (),
    created: bool = True,
) -> Facet:
    """Return the facet of properties that are changed by patch operations.

    Args:
        operation: The operation that takes ``patchOperations``.
        where: Its other parameters.
        paths: Each property's path, as in the API reference's "Patch Operations".
        kept: The properties that stay as they are where the program does not set them.
        created: Whether the create call sets them already.
    """

    def choose(old: Properties, new: Properties) -> list[Call]:
        patches = [
            each
            for name, path in paths.items()
            if not (name in kept and new.get(name) is None)
            for each in _patches(old.get(name), new.get(name), path)
        ]
        parameters = {**where, "patchOperations": Given(patches)}
        return [Call(operation, parameters, only=())] if patches else []

    return Facet(tuple(paths), choose=choose, created=created)


def _patches(old: object, new: object, path: str) -> Iterator[dict[str, str]]:
    if isinstance(old, Mapping) or isinstance(new, Mapping):
        before, after = cast("Properties", old or {}), cast("Properties", new or {})
        for name in sorted(before.keys() | after.keys()):
            yield from _patches(before.get(name), after.get(name), f"{path}/{_step(name)}")
    elif isinstance(old, list) or isinstance(new, list):
        were, are = cast("list[str]", old or []), cast("list[str]", new or [])
        for each in were:
            if each not in are:
                yield {"op": "remove", "path": f"{path}/{_step(each)}"}
        for each in are:
            if each not in were:
                yield {"op": "add", "path": f"{path}/{_step(each)}"}
    elif new is None and old is not None:
        yield {"op": "remove", "path": path}
    elif old != new:
        yield {"op": "replace", "path": path, "value": _text(new)}


def _step(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bad(operation: str, message: str) -> ApiError:
    return ApiError(operation, "BadRequestException", message)


# --- APIs ---


def _endpoint(old: Properties, new: Properties) -> list[Call]:
    before, after = (
        cast("Properties", each.get("endpointConfiguration") or {}) for each in (old, new)
    )
    paths = {"types": "types/0", "ipAddressType": "ipAddressType"}
    patches = [
        {"op": "replace", "path": f"/endpointConfiguration/{path}", "value": str(after[name])}
        for name, path in paths.items()
        if after.get(name) is not None and after.get(name) != before.get(name)
    ]
    parameters = {"restApiId": "{id}", "patchOperations": Given(patches)}
    return [Call("UpdateRestApi", parameters, only=())] if patches else []


def _require_rest_api(api: Api, rest_api: Properties) -> None:
    """Refuse a resource policy that is none.

    Source: the developer guide, "Control access to a REST API with API Gateway resource policies".
    """
    del api
    policy = rest_api.get("policy")
    if not policy:
        return
    try:
        statements = json.loads(str(policy))["Statement"]
        complete = all(
            {"Effect", "Principal", "Action"} <= each.keys()
            for each in (statements if isinstance(statements, list) else [statements])
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        complete = False
    if not complete:
        raise _bad(
            "CreateRestApi or UpdateRestApi",
            "Invalid policy document: it is no JSON policy whose statements have an Effect, a "
            "Principal and an Action",
        )


_INSTEAD: Final = "declare aws.apigateway.Resource, Method and Integration instead"

_REST_API: Final = Resource(
    token="aws:apigateway/restApi:RestApi",
    service="apigateway",
    id="{id}",
    create=Call("CreateRestApi"),
    read=Call(
        "GetRestApi",
        {"restApiId": "{id}"},
        # A list of one in the API, one text in the provider.
        result="merge(@, {endpointConfiguration: "
        "merge(endpointConfiguration, {types: endpointConfiguration.types[0]})})",
        absent=("NotFoundException",),
        only=(),
    ),
    delete=Call("DeleteRestApi", {"restApiId": "{id}"}, only=()),
    name=AutoName("name", limit=128),
    computed=(
        "apiKeySource",
        "binaryMediaTypes",
        "description",
        "disableExecuteApiEndpoint",
        "endpointConfiguration",
        "endpointConfiguration.ipAddressType",
        "policy",
        "securityPolicy",
    ),
    sets=("binaryMediaTypes",),
    unsupported={
        "body": _INSTEAD,
        "failOnWarnings": _INSTEAD,
        "minimumCompressionSize": "leave responses uncompressed",
        "parameters": _INSTEAD,
        "putRestApiMode": _INSTEAD,
    },
    derived={
        "arn": "arn:aws:apigateway:{region}::/restapis/{id}",
        "executionArn": "arn:aws:execute-api:{region}:{account}:{id}",
    },
    facets=(
        _patched(
            "UpdateRestApi",
            {"restApiId": "{id}"},
            {
                name: f"/{name}"
                for name in (
                    "apiKeySource",
                    "binaryMediaTypes",
                    "description",
                    "disableExecuteApiEndpoint",
                    "endpointAccessMode",
                    "name",
                    "policy",
                    "securityPolicy",
                )
            },
            kept=("apiKeySource", "description", "disableExecuteApiEndpoint", "policy"),
        ),
        Facet(("endpointConfiguration",), choose=_endpoint, created=True),
        tags(
            Call("TagResource", {"resourceArn": "{arn}"}),
            Call("UntagResource", {"resourceArn": "{arn}"}),
            "tagKeys",
        ),
    ),
    require=_require_rest_api,
)

_RESOURCE: Final = Resource(
    token="aws:apigateway/resource:Resource",
    service="apigateway",
    id="{id}",
    imports="{restApi}/{id}",
    create=Call("CreateResource"),
    read=Call(
        "GetResource", {"resourceId": "{id}"}, only=("restApi",), absent=("NotFoundException",)
    ),
    delete=Call("DeleteResource", {"resourceId": "{id}"}, only=("restApi",)),
    names={"restApi": "restApiId"},
    immutable=("restApi",),
    local=("restApi",),
    facets=(
        _patched(
            "UpdateResource",
            {"restApiId": "{restApi}", "resourceId": "{id}"},
            {"parentId": "/parentId", "pathPart": "/pathPart"},
        ),
    ),
)


# --- Methods ---

_OF_METHOD: Final = ("restApi", "resourceId", "httpMethod")


def _require_method(api: Api, method: Properties) -> None:
    """Refuse an authorization that is not there.

    Source: the API reference of ``PutMethod``, ``authorizationType`` and ``authorizerId``.
    """
    operation = "PutMethod or UpdateMethod"
    kind = method["authorization"]
    if kind not in ("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"):
        raise _bad(
            operation,
            "Invalid authorization type: it must be NONE, AWS_IAM, CUSTOM or COGNITO_USER_POOLS",
        )
    if kind in ("CUSTOM", "COGNITO_USER_POOLS"):
        where = {"restApiId": method["restApi"], "authorizerId": method.get("authorizerId")}
        if not method.get("authorizerId") or (
            cast("AwsApi", api).send(
                "apigateway", "GetAuthorizer", where, absent=("NotFoundException",)
            )
            is None
        ):
            raise _bad(
                operation,
                f"Invalid authorizer ID: authorization {kind} needs authorizerId, the id of an "
                "authorizer of this API",
            )


_METHOD: Final = Resource(
    token="aws:apigateway/method:Method",
    service="apigateway",
    id="agm-{restApi}-{resourceId}-{httpMethod}",
    imports="{restApi}/{resourceId}/{httpMethod}",
    create=Call("PutMethod"),
    read=Call("GetMethod", only=_OF_METHOD, absent=("NotFoundException",)),
    delete=Call("DeleteMethod", only=_OF_METHOD),
    names={"restApi": "restApiId", "authorization": "authorizationType"},
    defaults={"apiKeyRequired": False},
    immutable=_OF_METHOD,
    sets=("authorizationScopes",),
    facets=(
        _patched(
            "UpdateMethod",
            {"restApiId": "{restApi}", "resourceId": "{resourceId}", "httpMethod": "{httpMethod}"},
            {
                "apiKeyRequired": "/apiKeyRequired",
                "authorization": "/authorizationType",
                "authorizationScopes": "/authorizationScopes",
                "authorizerId": "/authorizerId",
                "operationName": "/operationName",
                "requestModels": "/requestModels",
                "requestParameters": "/requestParameters",
                "requestValidatorId": "/requestValidatorId",
            },
        ),
    ),
    require=_require_method,
)

# An answer's httpMethod is the backend's.
_BACKEND: Final = (
    "type && merge(@, {integrationHttpMethod: httpMethod, httpMethod: '{httpMethod}'})"
)

_INTEGRATION: Final = Resource(
    token="aws:apigateway/integration:Integration",
    service="apigateway",
    id="agi-{restApi}-{resourceId}-{httpMethod}",
    imports="{restApi}/{resourceId}/{httpMethod}",
    create=Call("PutIntegration", result=_BACKEND),
    read=Call(
        "GetIntegration",
        {"httpMethod": "{httpMethod}"},
        only=("restApi", "resourceId"),
        result=_BACKEND,
        absent=("NotFoundException",),
    ),
    # An integration that is put again takes the place of the earlier one.
    update=Call("PutIntegration"),
    delete=Call(
        "DeleteIntegration", {"httpMethod": "{httpMethod}"}, only=("restApi", "resourceId")
    ),
    names={
        "restApi": "restApiId",
        "timeoutMilliseconds": "timeoutInMillis",
    },
    defaults={"connectionType": "INTERNET", "timeoutMilliseconds": 29000},
    computed=("cacheNamespace", "passthroughBehavior"),
    immutable=(
        *_OF_METHOD,
        "credentials",
        "integrationHttpMethod",
        "passthroughBehavior",
        "type",
    ),
    unsupported={
        "cacheKeyParameters": "leave responses uncached",
        "connectionId": "the emulator has no VPC links, so use the internet",
        "integrationTarget": "the emulator has no VPC links, so use the internet",
        "responseTransferMode": "leave responses buffered",
    },
)


# --- Deployments and stages ---

_DEPLOYMENT: Final = Resource(
    token="aws:apigateway/deployment:Deployment",
    service="apigateway",
    id="{id}",
    imports="{restApi}/{id}",
    create=Call("CreateDeployment"),
    read=Call(
        "GetDeployment",
        {"deploymentId": "{id}"},
        only=("restApi",),
        absent=("NotFoundException",),
    ),
    delete=Call("DeleteDeployment", {"deploymentId": "{id}"}, only=("restApi",)),
    names={"restApi": "restApiId"},
    immutable=("restApi", "triggers", "variables"),
    local=("restApi", "triggers", "variables"),
    facets=(
        _patched(
            "UpdateDeployment",
            {"restApiId": "{restApi}", "deploymentId": "{id}"},
            {"description": "/description"},
        ),
    ),
)


def _without_star(arn: str) -> str:
    return arn.removesuffix(":*")


def _logged(old: Properties, new: Properties) -> list[Call]:
    before, after = (cast("Properties", e.get("accessLogSettings") or {}) for e in (old, new))
    patches: list[dict[str, str]] = []
    if before and not after:
        patches = [{"op": "remove", "path": "/accessLogSettings"}]
    for name, value in after.items():
        patches.append(
            {
                "op": "replace",
                "path": f"/accessLogSettings/{name}",
                "value": _without_star(str(value)) if name == "destinationArn" else str(value),
            }
        )
    parameters = {"restApiId": "{restApi}", "patchOperations": Given(patches)}
    return [Call("UpdateStage", parameters, only=("stageName",))] if patches else []


def _require_stage(api: Api, stage: Properties) -> None:
    """Refuse access logs that API Gateway cannot write.

    Source: the developer guide, "Set up CloudWatch logging for REST APIs in API Gateway" and
    "Set up access logging to Amazon Data Firehose".
    """
    settings = stage.get("accessLogSettings")
    if not isinstance(settings, Mapping):
        return
    destination, form = str(settings["destinationArn"]), str(settings["format"])
    firehose = _FIREHOSE.fullmatch(destination)
    if not firehose and not _LOG_GROUP.fullmatch(destination):
        raise _bad(
            "UpdateStage",
            "Invalid ARN specified in the request: access logs go to a log group, or to a "
            "Firehose stream whose name starts with amazon-apigateway-",
        )
    if not any(f"$context.{name}" in form for name in ("requestId", "extendedRequestId")):
        raise _bad(
            "UpdateStage",
            "the access log format must contain $context.requestId or $context.extendedRequestId",
        )
    if not firehose:
        require_log_group(api, destination)
        _require_role(api)


def require_log_group(api: Api, arn: str) -> None:
    """Refuse a log group that is not there.

    Raises:
        ApiError: There is none of that ARN.
    """
    name = _without_star(arn).rpartition(":log-group:")[2]
    found = cast("AwsApi", api).send("logs", "DescribeLogGroups", {"logGroupNamePrefix": name})
    if not any(each["logGroupName"] == name for each in found["logGroups"]):
        raise _bad("UpdateStage", "the log group that access logs should go to does not exist")


def _require_role(api: Api) -> None:
    account = cast("AwsApi", api).send("apigateway", "GetAccount", {})
    if not account.get("cloudwatchRoleArn"):
        raise _bad(
            "UpdateStage",
            f"{_OF_ACCOUNT}; deploy an aws.apigateway.Account before the stage (depends_on)",
        )


_STAGE: Final = Resource(
    token="aws:apigateway/stage:Stage",
    service="apigateway",
    id="ags-{restApi}-{stageName}",
    imports="{restApi}/{stageName}",
    create=Call("CreateStage"),
    read=Call("GetStage", only=("restApi", "stageName"), absent=("NotFoundException",)),
    delete=Call("DeleteStage", only=("restApi", "stageName")),
    names={
        "deployment": "deploymentId",
        "restApi": "restApiId",
        "xrayTracingEnabled": "tracingEnabled",
    },
    defaults={"cacheClusterEnabled": False, "xrayTracingEnabled": False},
    immutable=("restApi", "stageName"),
    normal={"accessLogSettings.destinationArn": _without_star},
    unsupported={
        "canarySettings": "the emulator lacks it, so deploy to a stage of its own",
        "clientCertificateId": "the emulator lacks client certificates, so leave it out",
        "documentationVersion": "the emulator lacks it, so leave it out",
    },
    derived={
        "arn": "arn:aws:apigateway:{region}::/restapis/{restApi}/stages/{stageName}",
        "executionArn": "arn:aws:execute-api:{region}:{account}:{restApi}/{stageName}",
        "invokeUrl": "https://{restApi}.execute-api.{region}.amazonaws.com/{stageName}",
    },
    facets=(
        _patched(
            "UpdateStage",
            {"restApiId": "{restApi}", "stageName": "{stageName}"},
            {
                "cacheClusterEnabled": "/cacheClusterEnabled",
                "cacheClusterSize": "/cacheClusterSize",
                "deployment": "/deploymentId",
                "description": "/description",
                "variables": "/variables",
                "xrayTracingEnabled": "/tracingEnabled",
            },
        ),
        Facet(("accessLogSettings",), choose=_logged),
        tags(
            Call("TagResource", {"resourceArn": "{arn}"}),
            Call("UntagResource", {"resourceArn": "{arn}"}),
            "tagKeys",
        ),
    ),
    require=_require_stage,
)

_SETTINGS: Final = {
    "cacheDataEncrypted": "caching/dataEncrypted",
    "cacheTtlInSeconds": "caching/ttlInSeconds",
    "cachingEnabled": "caching/enabled",
    "dataTraceEnabled": "logging/dataTrace",
    "loggingLevel": "logging/loglevel",
    "metricsEnabled": "metrics/enabled",
    "requireAuthorizationForCacheControl": "caching/requireAuthorizationForCacheControl",
    "throttlingBurstLimit": "throttling/burstLimit",
    "throttlingRateLimit": "throttling/rateLimit",
    "unauthorizedCacheControlHeaderStrategy": "caching/unauthorizedCacheControlHeaderStrategy",
}
"""Each setting's path, from the API reference's "Patch Operations"."""


def _settings(known: Properties) -> object:
    settings = cast("Properties", known["settings"])
    return [
        {
            "op": "replace",
            "path": f"/{known['methodPath']}/{_SETTINGS[name]}",
            "value": _text(value),
        }
        for name, value in sorted(settings.items())
        if value is not None
    ]


def _check_settings(settings: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_api_gateway_method_settings``."""
    inner = settings.get("settings")
    level = inner.get("loggingLevel") if isinstance(inner, Mapping) else None
    if level not in (None, "OFF", "ERROR", "INFO") and not is_unknown(level):
        yield CheckFailure("settings.loggingLevel", "must be one of OFF, ERROR, INFO.")
    path = settings.get("methodPath")
    if isinstance(path, str) and not is_unknown(path) and not _METHOD_PATH.fullmatch(path):
        yield CheckFailure(
            "methodPath", "must be a path without a leading slash and a method, or '*/*'."
        )


_METHOD_PATH: Final = re.compile(r"[^/].*/(\*|[A-Z]+)")


def _require_settings(api: Api, settings: Properties) -> None:
    """Refuse execution logs while API Gateway may write none.

    Source: the developer guide, "Set up CloudWatch logging for REST APIs in API Gateway".
    """
    if cast("Properties", settings["settings"]).get("loggingLevel") in ("ERROR", "INFO"):
        _require_role(api)


_SET: Final = Call(
    "UpdateStage",
    {"restApiId": "{restApi}", "patchOperations": _settings},
    only=("stageName",),
)

_METHOD_SETTINGS: Final = Resource(
    token="aws:apigateway/methodSettings:MethodSettings",
    service="apigateway",
    id="{restApi}-{stageName}-{methodPath}",
    imports="{restApi}/{stageName}/{methodPath}",
    create=_SET,
    read=Call(
        "GetStage",
        only=("restApi", "stageName"),
        result='methodSettings."{methodPath}"',
        into="settings",
        absent=("NotFoundException",),
    ),
    delete=Call(
        "UpdateStage",
        {
            "restApiId": "{restApi}",
            "patchOperations": [{"op": "remove", "path": "/{methodPath}"}],
        },
        only=("stageName",),
        absent=("NotFoundException",),
    ),
    names={"restApi": "restApiId"},
    defaults={"settings.throttlingBurstLimit": -1, "settings.throttlingRateLimit": -1},
    computed=tuple(f"settings.{name}" for name in _SETTINGS),
    immutable=("methodPath", "restApi", "stageName"),
    facets=(Facet(("methodPath", "settings"), put=_SET, created=True),),
    check=_check_settings,
    require=_require_settings,
)


# --- The account ---


def _require_account(api: Api, account: Properties) -> None:
    """Refuse a role that API Gateway may not take.

    Source: the developer guide, "Set up CloudWatch logging for REST APIs in API Gateway".
    """
    arn = account.get("cloudwatchRoleArn")
    if not arn:
        return
    where = {"RoleName": str(arn).rpartition("/")[2]}
    found = cast("AwsApi", api).send("iam", "GetRole", where, absent=("NoSuchEntity",))
    trust = json.dumps(found["Role"]["AssumeRolePolicyDocument"]) if found else ""
    service = ("Service", "apigateway.amazonaws.com")
    if not policies.allows(trust, "sts:AssumeRole", str(arn), principal=service):
        raise _bad(
            "UpdateAccount",
            "The role ARN does not have required permissions set to API Gateway: it must be a "
            "role that trusts apigateway.amazonaws.com",
        )


def _role(value: object) -> Call:
    patch = {"op": "replace", "path": "/cloudwatchRoleArn", "value": value}
    return Call("UpdateAccount", {"patchOperations": [patch]}, only=())


_SET_ROLE: Final = _role(lambda known: known.get("cloudwatchRoleArn") or "")

_ACCOUNT: Final = Resource(
    token="aws:apigateway/account:Account",
    service="apigateway",
    id="{account}",
    create=_SET_ROLE,
    # A list of one in the provider.
    read=Call("GetAccount", only=(), result="merge(@, {throttleSettings: [throttleSettings]})"),
    delete=_role(""),
    computed=("cloudwatchRoleArn",),
    facets=(Facet(("cloudwatchRoleArn",), put=_SET_ROLE, created=True),),
    require=_require_account,
)

RESOURCES: Final = (
    _REST_API,
    _RESOURCE,
    _METHOD,
    _INTEGRATION,
    _DEPLOYMENT,
    _STAGE,
    _METHOD_SETTINGS,
    _ACCOUNT,
)
