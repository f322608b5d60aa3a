"""EventBridge: rules on the default bus, and their targets."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final, cast

from local.cloud.aws.facets import tags
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, AutoName, Call, Facet, Given, Properties, Resource
from local.cloud.values import is_unknown

_BUS: Final = "default"


def _check_bus(holder: Properties) -> Iterator[CheckFailure]:
    if not is_unknown(holder.get("eventBusName")) and holder.get("eventBusName") != _BUS:
        yield CheckFailure("eventBusName", f"must be {_BUS}: the local cloud has no other.")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


# --- Rules ---

_NAME: Final = re.compile(r"[0-9A-Za-z._-]{1,64}")


def _check_rule(rule: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_cloudwatch_event_rule``."""
    yield from _check_bus(rule)
    name, pattern = rule.get("name"), rule.get("eventPattern")
    if isinstance(name, str) and not is_unknown(name) and not _NAME.fullmatch(name):
        yield CheckFailure("name", "must have only letters, digits, ., - and _.")
    if not pattern and not rule.get("scheduleExpression"):
        yield CheckFailure("eventPattern", "must be set, or else scheduleExpression.")
    if isinstance(pattern, str) and not is_unknown(pattern) and not _is_json(pattern):
        yield CheckFailure("eventPattern", "must be valid JSON.")


_WHICH: Final = {"Name": "{name}"}
_WHOSE: Final = {"ResourceARN": "{arn}"}

_RULE: Final = Resource(
    token="aws:cloudwatch/eventRule:EventRule",
    service="events",
    id="{name}",
    create=Call("PutRule"),
    read=Call("DescribeRule", _WHICH, only=(), absent=("ResourceNotFoundException",)),
    # A rule that is put again takes the place of the earlier one.
    update=Call("PutRule"),
    delete=Call(
        "DeleteRule", {**_WHICH, "Force": lambda known: bool(known.get("forceDestroy"))}, only=()
    ),
    names={"arn": ("RuleArn", "Arn")},
    name=AutoName("name", limit=64, prefix_property="namePrefix"),
    defaults={"eventBusName": _BUS, "forceDestroy": False},
    computed=("state",),
    immutable=("eventBusName", "name", "namePrefix"),
    local=("forceDestroy", "namePrefix"),
    unsupported={"isEnabled": "it is deprecated, so set state"},
    facets=(
        tags(
            Call("TagResource", _WHOSE),
            Call("UntagResource", _WHOSE),
            read=Call("ListTagsForResource", _WHOSE, only=()),
        ),
    ),
    check=_check_rule,
)


# --- Targets ---

_ONE_OF: Final = ("input", "inputPath", "inputTransformer")


def _check_target(target: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_cloudwatch_event_target``."""
    yield from _check_bus(target)
    given = [name for name in _ONE_OF if target.get(name)]
    for name in given[1:]:
        yield CheckFailure(name, f"conflicts with {given[0]}: set only one.")
    text = target.get("input")
    if isinstance(text, str) and not is_unknown(text) and text and not _is_json(text):
        yield CheckFailure("input", "must be valid JSON.")


_TARGETS_AT_MOST: Final = 5
_PLAIN: Final = ("arn", "input", "inputPath", "roleArn")
_BLOCKS: Final = ("deadLetterConfig", "inputTransformer", "retryPolicy", "sqsTarget")


def _require_target(api: Api, target: Properties) -> None:
    """Refuse a sixth target: the API reference of ``PutTargets``."""
    rule = {"Rule": target["rule"]}
    listed = cast("AwsApi", api).send(
        "events", "ListTargetsByRule", rule, absent=("ResourceNotFoundException",)
    )
    ids = [each["Id"] for each in listed["Targets"]] if listed else []
    if len(ids) >= _TARGETS_AT_MOST and target["targetId"] not in ids:
        raise ApiError(
            "PutTargets",
            "LimitExceededException",
            "The requested resource exceeds the maximum number allowed.",
        )


def _targets(known: Properties) -> object:
    """Return the one target, as ``PutTargets`` takes it."""
    parts: dict[str, object] = {
        f"{name[0].upper()}{name[1:]}": known.get(name) or None for name in _PLAIN
    }
    transformer = _block(known, "inputTransformer")
    if transformer:
        parts["InputTransformer"] = _set(
            InputPathsMap=transformer.get("inputPaths"),
            InputTemplate=transformer.get("inputTemplate"),
        )
    parts["DeadLetterConfig"] = _set(Arn=_block(known, "deadLetterConfig").get("arn")) or None
    retry = _block(known, "retryPolicy")
    parts["RetryPolicy"] = (
        _set(
            MaximumEventAgeInSeconds=retry.get("maximumEventAgeInSeconds"),
            MaximumRetryAttempts=retry.get("maximumRetryAttempts"),
        )
        or None
    )
    group = _block(known, "sqsTarget").get("messageGroupId")
    parts["SqsParameters"] = _set(MessageGroupId=group) or None
    return [_set(Id=known["targetId"], **parts)]


def _block(known: Properties, name: str) -> Properties:
    return cast("Properties", known.get(name) or {})


def _set(**parts: object) -> Mapping[str, object]:
    return {name: value for name, value in parts.items() if value is not None}


def _put_again(old: Properties, new: Properties) -> list[Call]:
    del old
    return [Call("PutTargets", {"Rule": "{rule}", "Targets": Given(_targets(new))}, only=())]


_LATER: Final = "the local cloud has no such targets yet, so leave it out"

_TARGET: Final = Resource(
    token="aws:cloudwatch/eventTarget:EventTarget",
    service="events",
    id="{rule}-{targetId}",
    imports="{rule}/{targetId}",
    create=Call("PutTargets", {"Rule": "{rule}", "Targets": _targets}, only=()),
    read=Call(
        "ListTargetsByRule",
        {"Rule": "{rule}"},
        only=(),
        result="Targets[?Id=='{targetId}'] | [0]",
        absent=("ResourceNotFoundException",),
    ),
    delete=Call("RemoveTargets", {"Rule": "{rule}", "Ids": ["{targetId}"]}, only=()),
    names={
        "inputPaths": "InputPathsMap",
        "sqsTarget": "SqsParameters",
        "targetId": ("TargetId", "Id"),
    },
    # The official provider makes an id of its own form, no sooner than at deployment.
    name=AutoName("targetId", limit=64),
    defaults={"eventBusName": _BUS, "forceDestroy": False},
    immutable=("eventBusName", "rule", "targetId"),
    local=("eventBusName", "forceDestroy"),
    unsupported={
        "appsyncTarget": _LATER,
        "batchTarget": _LATER,
        "ecsTarget": _LATER,
        "httpTarget": _LATER,
        "kinesisTarget": _LATER,
        "redshiftTarget": _LATER,
        "runCommandTargets": _LATER,
        "sagemakerPipelineTarget": _LATER,
    },
    facets=(Facet(("targetId", *_PLAIN, *_BLOCKS), choose=_put_again, created=True),),
    check=_check_target,
    require=_require_target,
)

RESOURCES: Final = (_RULE, _TARGET)
