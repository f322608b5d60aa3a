"""GraphQL APIs of AppSync."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from local.cloud.aws.facets import tags
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, AutoName, Call, Facet, Properties, Resource
from local.cloud.values import is_unknown

_ID: Final = {"apiId": "{id}"}
_NAMES: Final = {
    "authTtl": "authTTL",
    "iatTtl": "iatTTL",
    "openidConnectConfig": "openIDConnectConfig",
}
_POOLS: Final = ("additionalAuthenticationProviders", "userPoolConfig")
_CONFIGURED_BY: Final = {
    "AMAZON_COGNITO_USER_POOLS": "userPoolConfig",
    "AWS_LAMBDA": "lambdaAuthorizerConfig",
    "OPENID_CONNECT": "openidConnectConfig",
}
"""The ways to authenticate that need a configuration, each with where that stands."""

_ONCE: Final = ("API_KEY", "AWS_IAM", "AWS_LAMBDA")


def _settings(name: str) -> Any:  # noqa: ANN401
    """Return a parameter of blocks, a user pool's with the region where it is, if not told."""

    def value(known: Properties) -> object:
        return _with_region(known.get(name), known["region"])

    return value


def _with_region(value: object, region: object) -> object:
    match value:
        case list():
            return [_with_region(each, region) for each in value]
        case Mapping():
            inner = {_NAMES.get(n, n): _with_region(each, region) for n, each in value.items()}
            return {"awsRegion": region, **inner} if "userPoolId" in inner else inner
        case _:
            return value


_SETTINGS: Final = {name: _settings(name) for name in _POOLS}


def _upload(_: Properties, new: Properties) -> Sequence[Call]:
    """As the official provider: a schema that is no longer set stays."""
    if not new.get("schema"):
        return ()
    return (
        Call("StartSchemaCreation", _ID, only=("schema",)),
        Call("GetSchemaCreationStatus", _ID, only=(), result=_succeeded),
    )


def _succeeded(answer: Any) -> None:  # noqa: ANN401  as boto3 gives it
    if answer["status"] not in ("ACTIVE", "SUCCESS"):
        raise ApiError("StartSchemaCreation", answer["status"], answer.get("details", "no details"))


def _check(api: Properties) -> Iterator[CheckFailure]:
    kind = api.get("apiType")
    if not is_unknown(kind) and kind != "GRAPHQL":
        yield CheckFailure("apiType", "must be GRAPHQL: the local cloud merges no APIs.")


def _require(api: Api, asked: Properties) -> None:
    """Refuse ways to authenticate without what they need, and a role that is not there.

    Source: the API references of ``GraphqlApi`` and ``LogConfig``, and of AWS's CDK,
    ``AuthorizationMode``, which refuses the same; the code is our inference.
    """
    others = cast("list[Mapping[str, Any]]", asked.get("additionalAuthenticationProviders") or [])
    ways = [asked, *others]
    kinds = [way.get("authenticationType") for way in ways]
    for kind, way in zip(kinds, ways, strict=True):
        needed = _CONFIGURED_BY.get(str(kind))
        if needed and not way.get(needed):
            raise _refused(f"{needed} is required with authenticationType {kind}")
        if kind in _ONCE and kinds.count(kind) > 1:
            raise _refused(f"authenticationType {kind} can be used only once")
    logs = cast("Properties", asked.get("logConfig") or {})
    name = str(logs.get("cloudwatchLogsRoleArn")).rpartition("/")[2]
    if logs and not cast("AwsApi", api).send(
        "iam", "GetRole", {"RoleName": name}, absent=("NoSuchEntity",)
    ):
        raise _refused("logConfig names a role that does not exist")


def _refused(why: str) -> ApiError:
    return ApiError("CreateGraphqlApi or UpdateGraphqlApi", "BadRequestException", why)


_API: Final = Resource(
    token="aws:appsync/graphQLApi:GraphQLApi",
    service="appsync",
    id="{id}",
    create=Call("CreateGraphqlApi", _SETTINGS, result="graphqlApi"),
    read=Call("GetGraphqlApi", _ID, only=(), result="graphqlApi", absent=("NotFoundException",)),
    update=Call("UpdateGraphqlApi", {**_ID, **_SETTINGS}),
    delete=Call("DeleteGraphqlApi", _ID, only=()),
    names={"id": "apiId", "schema": "definition"},
    name=AutoName("name", limit=255),
    defaults={
        "apiType": "GRAPHQL",
        "introspectionConfig": "ENABLED",
        "queryDepthLimit": 0,
        "resolverCountLimit": 0,
        "visibility": "GLOBAL",
        "logConfig.excludeVerboseContent": False,
        **{
            f"{block}lambdaAuthorizerConfig.authorizerResultTtlInSeconds": 300
            for block in ("", "additionalAuthenticationProviders.")
        },
    },
    computed=(
        "userPoolConfig.awsRegion",
        "additionalAuthenticationProviders.userPoolConfig.awsRegion",
    ),
    immutable=("apiType", "visibility"),
    local=("schema",),
    unsupported={"mergedApiExecutionRoleArn": "it merges no APIs, so leave it out"},
    facets=(
        Facet(("schema",), choose=_upload),
        tags(
            Call("TagResource", {"resourceArn": "{arn}"}),
            Call("UntagResource", {"resourceArn": "{arn}"}),
            "tagKeys",
        ),
    ),
    check=_check,
    require=_require,
)

RESOURCES: Final = (_API,)
