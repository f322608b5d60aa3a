"""Athena: workgroups, and saved queries."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from local.cloud.aws.facets import structure, tags
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, AutoName, Call, Facet, Properties, Resource
from local.cloud.values import is_unknown

_ABSENT: Final = ("InvalidRequestException",)
_NAMES: Final = {"kmsKeyArn": "KmsKey"}

# --- Workgroups ---

_NAME: Final = re.compile(r"[a-zA-Z0-9._-]{1,128}")
_LEAST_CUTOFF: Final = 10_485_760
_ENGINES: Final = ("AUTO", "Athena engine version 3")
_NOT_HERE: Final = {
    "customerContentEncryptionConfiguration": "it has no notebooks",
    "executionRole": "it has no notebooks and no sign-in of Identity Center",
    "identityCenterConfiguration": "it has no sign-in of Identity Center",
    "managedQueryResultsConfiguration": "it keeps no results: name a bucket for them",
    "monitoringConfiguration": "it has no notebooks",
    "queryResultsS3AccessGrantsConfiguration": "it has no access grants",
}
"""Parts of the configuration that the local cloud lacks, each with why or what to do instead."""
_RESULTS: Final = (
    *("aclConfiguration", "encryptionConfiguration"),
    *("expectedBucketOwner", "outputLocation"),
)
_SETTINGS: Final = (
    *("bytesScannedCutoffPerQuery", "enableMinimumEncryptionConfiguration"),
    *("enforceWorkgroupConfiguration", "engineVersion"),
    *("publishCloudwatchMetricsEnabled", "requesterPaysEnabled"),
)


def _check_workgroup(workgroup: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_athena_workgroup``.

    That results go to an address of S3 is the API reference's, of ``ResultConfiguration``; that it
    is looked at here, ours.
    """
    name, state = workgroup.get("name"), workgroup.get("state")
    if isinstance(name, str) and not is_unknown(name) and not _NAME.fullmatch(name):
        yield CheckFailure("name", "must have from 1 to 128 letters, digits, periods, _ and -.")
    if not is_unknown(state) and state not in ("DISABLED", "ENABLED"):
        yield CheckFailure("state", "must be one of DISABLED, ENABLED.")
    configuration = workgroup.get("configuration")
    if not isinstance(configuration, Mapping):
        return
    for part, why in _NOT_HERE.items():
        if configuration.get(part):
            yield CheckFailure(f"configuration.{part}", f"is not in the local cloud: {why}.")
    cutoff = configuration.get("bytesScannedCutoffPerQuery")
    if isinstance(cutoff, int) and 0 != cutoff < _LEAST_CUTOFF:
        yield CheckFailure(
            "configuration.bytesScannedCutoffPerQuery", f"must be 0 or at least {_LEAST_CUTOFF}."
        )
    engine = configuration.get("engineVersion")
    chosen = engine.get("selectedEngineVersion") if isinstance(engine, Mapping) else None
    if chosen is not None and not is_unknown(chosen) and chosen not in _ENGINES:
        yield CheckFailure(
            "configuration.engineVersion.selectedEngineVersion",
            f"must be one of {', '.join(_ENGINES)}: the local cloud has no other.",
        )
    results = configuration.get("resultConfiguration")
    place = results.get("outputLocation") if isinstance(results, Mapping) else None
    if place and not is_unknown(place) and not str(place).startswith("s3://"):
        yield CheckFailure(
            "configuration.resultConfiguration.outputLocation", "must begin with s3://."
        )


def _configuration(known: Properties) -> object:
    told = cast("Mapping[str, Any]", known.get("configuration") or {})
    whole = (*_SETTINGS, "resultConfiguration")
    return structure("athena", "WorkGroupConfiguration", whole, _NAMES)(_sent(told)) or None


def _updates(known: Properties) -> object:
    """Return what an update says: what is no longer set is removed by a word of its own."""
    told = cast("Mapping[str, Any]", known.get("configuration") or {})
    sent = _sent(told)
    results = cast("Mapping[str, Any]", told.get("resultConfiguration") or {})
    updates = structure("athena", "WorkGroupConfigurationUpdates", _SETTINGS, _NAMES)(sent)
    inner = structure("athena", "ResultConfigurationUpdates", _RESULTS, _NAMES)(results)
    gone = {f"Remove{n[0].upper()}{n[1:]}": True for n in _RESULTS if not results.get(n)}
    cutoff = "bytesScannedCutoffPerQuery" in sent
    return {
        **cast("dict[str, Any]", updates),
        "ResultConfigurationUpdates": {**cast("dict[str, Any]", inner), **gone},
        **({} if cutoff else {"RemoveBytesScannedCutoffPerQuery": True}),
    }


def _sent(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is asked for: a limit of nothing is none."""
    gone = (
        () if configuration.get("bytesScannedCutoffPerQuery") else ("bytesScannedCutoffPerQuery",)
    )
    return {n: v for n, v in configuration.items() if v is not None and n not in gone}


def _require_empty(api: Api, workgroup: Properties) -> None:
    """Refuse to delete a workgroup that holds anything, unless it is to go along.

    Source: the API reference of ``DeleteWorkGroup``.
    """
    if workgroup.get("forceDestroy"):
        return
    aws, which = cast("AwsApi", api), {"WorkGroup": workgroup["name"]}
    queries = aws.send("athena", "ListNamedQueries", which).get("NamedQueryIds")
    if queries or aws.send("athena", "ListQueryExecutions", which).get("QueryExecutionIds"):
        raise ApiError(
            "DeleteWorkGroup",
            "InvalidRequestException",
            "WorkGroup is not empty: delete its queries, or set forceDestroy",
        )


def _switch(old: Properties, new: Properties) -> list[Call]:
    # The call that creates it does not take its state, and enables it.
    changed = new["state"] != old.get("state", "ENABLED")
    return [Call("UpdateWorkGroup", {"WorkGroup": "{name}"})] if changed else []


_WORKGROUP: Final = Resource(
    token="aws:athena/workgroup:Workgroup",
    service="athena",
    id="{name}",
    create=Call(
        "CreateWorkGroup",
        {"Configuration": _configuration},
        only=("description", "name", "tags"),
    ),
    read=Call("GetWorkGroup", {"WorkGroup": "{name}"}, only=(), result="WorkGroup", absent=_ABSENT),
    update=Call(
        "UpdateWorkGroup",
        {"WorkGroup": "{name}", "ConfigurationUpdates": _updates},
        only=("description",),
    ),
    delete=Call(
        "DeleteWorkGroup",
        {
            "WorkGroup": "{name}",
            "RecursiveDeleteOption": lambda known: bool(known.get("forceDestroy")),
        },
        only=(),
    ),
    before_delete=_require_empty,
    names=_NAMES,
    name=AutoName("name", limit=255),
    defaults={
        "configuration.enforceWorkgroupConfiguration": True,
        "configuration.engineVersion.selectedEngineVersion": "AUTO",
        "configuration.publishCloudwatchMetricsEnabled": True,
        "configuration.requesterPaysEnabled": False,
        "forceDestroy": False,
        "state": "ENABLED",
    },
    computed=(
        "configuration",
        "configuration.engineVersion",
        "configuration.engineVersion.effectiveEngineVersion",
    ),
    immutable=("name",),
    clear=("description",),
    local=("forceDestroy",),
    derived={"arn": "arn:aws:athena:{region}:{account}:workgroup/{name}"},
    facets=(
        tags(
            Call("TagResource", {"ResourceARN": "{arn}"}),
            Call("UntagResource", {"ResourceARN": "{arn}"}),
            read=Call(
                "ListTagsForResource",
                {"ResourceARN": "arn:aws:athena:{region}:{account}:workgroup/{name}"},
                only=(),
            ),
        ),
        Facet(("state",), choose=_switch),
    ),
    check=_check_workgroup,
)


# --- Saved queries ---

_WHICH: Final = {"NamedQueryId": "{namedQueryId}"}

_NAMED_QUERY: Final = Resource(
    token="aws:athena/namedQuery:NamedQuery",
    service="athena",
    id="{namedQueryId}",
    create=Call("CreateNamedQuery"),
    read=Call("GetNamedQuery", _WHICH, only=(), result="NamedQuery", absent=_ABSENT),
    delete=Call("DeleteNamedQuery", _WHICH, only=()),
    names={"query": "QueryString"},
    name=AutoName("name", limit=255),
    defaults={"workgroup": "primary"},
    immutable=("database", "description", "name", "query", "workgroup"),
)

RESOURCES: Final = (_WORKGROUP, _NAMED_QUERY)
