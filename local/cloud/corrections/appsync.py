"""AppSync, where moto answers what AWS never would."""

from __future__ import annotations

from typing import Any, Final

from local.cloud.corrections.registry import Corrected, corrects

_MODELS: Final = "moto.appsync.models"
_RESPONSES: Final = "moto.appsync.responses"
_BACKEND: Final = "AppSyncBackend"

_DEFAULTS: Final = {
    "enhancedMetricsConfig": None,
    "introspectionConfig": "ENABLED",
    "queryDepthLimit": 0,
    "resolverCountLimit": 0,
}
"""Settings that moto forgets, and what they are when a request leaves them out, as the API
reference of ``CreateGraphqlApi`` has them."""

_BLOCKS: Final = (
    "additional_authentication_providers",
    "lambda_authorizer_config",
    "log_config",
    "open_id_connect_config",
    "user_pool_config",
)


# --- APIs ---


@corrects(_MODELS, "GraphqlAPI.__init__")
def _new_api(moto: Corrected, api: Any, *args: Any, **options: Any) -> None:  # noqa: ANN401  moto's own
    """An API has an id of 26 characters, which its ARN's pattern asks for, and two addresses."""
    from moto.moto_api._internal import mock_random  # noqa: PLC0415  after its environment is set

    moto(api, *args, **options)
    api.api_id, host = (mock_random.get_random_string(26, lower_case=True) for _ in range(2))
    api.arn = f"{api.arn.rpartition('/')[0]}/{api.api_id}"
    api.uris = {
        "GRAPHQL": f"https://{host}.appsync-api.{api.region}.amazonaws.com/graphql",
        "REALTIME": f"wss://{host}.appsync-realtime-api.{api.region}.amazonaws.com/graphql",
    }


@corrects(_MODELS, "GraphqlAPI.update")
def _update(moto: Corrected, api: Any, *args: Any, **options: Any) -> None:  # noqa: ANN401
    """An update replaces the settings: the official provider sends none to have none."""
    for name in _BLOCKS:
        setattr(api, name, None)
    moto(api, *args, **options)


@corrects(_RESPONSES, "AppSyncResponse.create_graphql_api")
@corrects(_RESPONSES, "AppSyncResponse.update_graphql_api")
def _put_api(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """An API keeps every setting."""
    answer = moto(request)
    api = request.appsync_backend.get_graphql_api(answer.result["graphqlApi"]["apiId"])
    ask = request._get_param  # noqa: SLF001  its only reader
    kind = ask("apiType") or getattr(api, "more", {}).get("apiType", "GRAPHQL")
    api.more = {"apiType": kind, **{n: ask(n) or value for n, value in _DEFAULTS.items()}}
    return _told(answer, request)


@corrects(_RESPONSES, "AppSyncResponse.get_graphql_api")
@corrects(_RESPONSES, "AppSyncResponse.list_graphql_apis")
def _tell_apis(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """And tells them."""
    return _told(moto(request), request)


def _told(answer: Any, request: Any) -> Any:  # noqa: ANN401
    result = answer.result
    for told in result.get("graphqlApis", [result.get("graphqlApi")]):
        api = request.appsync_backend.get_graphql_api(told["apiId"])
        told |= {**api.more, "uris": api.uris}
    return answer


@corrects(_MODELS, f"{_BACKEND}.update_graphql_api")
@corrects(_MODELS, f"{_BACKEND}.delete_graphql_api")
@corrects(_MODELS, f"{_BACKEND}.start_schema_creation")
@corrects(_MODELS, f"{_BACKEND}.get_schema_creation_status")
def _of_api(moto: Corrected, backend: Any, api_id: str, **options: Any) -> Any:  # noqa: ANN401
    """An API that is not there is not found."""
    backend.get_graphql_api(api_id)
    return moto(backend, api_id, **options)


# --- Schemas ---

_SCALARS: Final = (
    "AWSDate",
    "AWSDateTime",
    "AWSEmail",
    "AWSIPAddress",
    "AWSJSON",
    "AWSPhone",
    "AWSTime",
    "AWSTimestamp",
    "AWSURL",
)
"""From the developer guide, "Scalar types in GraphQL"."""


@corrects(_MODELS, "GraphqlSchema._parse_graphql_definition")
def _parse(moto: Corrected, schema: Any) -> None:  # noqa: ANN401
    """A schema that says more than GraphQL's grammar allows is refused, as one that does not."""
    moto(schema)
    if schema.status == "FAILED":
        schema.parse_error = (
            "Failed to parse schema document - ensure it's a valid SDL-formatted document."
        )
        return
    problems = _problems(schema.definition)
    if problems:
        schema.status = "FAILED"
        listed = "\n".join(problems)
        schema.parse_error = f"Found {len(problems)} problem(s) with the schema:\n{listed}"


def _problems(definition: str) -> list[str]:
    """Return what is wrong with a schema.

    The words about missing queries are AppSync's; the developer guide says that there are no
    scalars of one's own; all else is GraphQL's specification. Directives are not looked at.
    """
    from graphql import (  # noqa: PLC0415  which comes with moto
        ScalarTypeDefinitionNode,
        SchemaDefinitionNode,
        build_ast_schema,
        parse,
        validate_schema,
    )
    from graphql.validation.specified_rules import specified_sdl_rules  # noqa: PLC0415
    from graphql.validation.validate import validate_sdl  # noqa: PLC0415

    nodes = parse(definition).definitions
    own = [node.name.value for node in nodes if isinstance(node, ScalarTypeDefinitionNode)]
    problems = [f"User-defined scalars are not supported: {name}" for name in own]
    rules = [rule for rule in specified_sdl_rules if "Directive" not in rule.__name__]
    scalars = "".join(f"scalar {name}\n" for name in _SCALARS if name not in own)
    document = parse(scalars + definition)
    problems += [error.message for error in validate_sdl(document, None, rules)]
    if problems:
        return problems
    schema = build_ast_schema(document, assume_valid_sdl=True)
    if schema.query_type:
        return [error.message for error in validate_schema(schema)]
    if any(isinstance(node, SchemaDefinitionNode) for node in nodes):
        return ["A schema MUST have a 'query' operation defined."]
    return ["There is no top level schema object defined."]
