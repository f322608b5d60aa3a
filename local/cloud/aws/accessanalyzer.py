"""Access Analyzer."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from local.cloud.aws.facets import tags
from local.cloud.schema import CheckFailure
from local.cloud.table import Call, Properties, Resource
from local.cloud.values import is_unknown

_TYPES: Final = ("ACCOUNT", "ACCOUNT_INTERNAL_ACCESS", "ACCOUNT_UNUSED_ACCESS")
_WHICH: Final = {"resourceArn": "{arn}"}
_NAMED: Final = {"analyzerName": "{analyzerName}"}


def _check_analyzer(analyzer: Properties) -> Iterator[CheckFailure]:
    kind = analyzer.get("type")
    if not is_unknown(kind) and kind not in _TYPES:
        yield CheckFailure("type", f"must be one of {', '.join(_TYPES)}: it has no organization.")


_ANALYZER: Final = Resource(
    token="aws:accessanalyzer/analyzer:Analyzer",
    service="accessanalyzer",
    id="{analyzerName}",
    create=Call("CreateAnalyzer"),
    read=Call(
        "GetAnalyzer", _NAMED, only=(), result="analyzer", absent=("ResourceNotFoundException",)
    ),
    delete=Call("DeleteAnalyzer", _NAMED, only=()),
    names={"analyzerName": ("analyzerName", "name")},
    defaults={"type": "ACCOUNT"},
    immutable=("analyzerName", "configuration", "type"),
    facets=(tags(Call("TagResource", _WHICH), Call("UntagResource", _WHICH), names="tagKeys"),),
    check=_check_analyzer,
)

RESOURCES: Final = (_ANALYZER,)
