"""Inspector: what is scanned for known vulnerabilities."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, Call, Facet, Given, Properties, Resource
from local.cloud.values import is_unknown

_SCANS: Final = {
    "EC2": "ec2",
    "ECR": "ecr",
    "LAMBDA": "lambda",
    "LAMBDA_CODE": "lambdaCode",
}
"""What is scanned, and what its state is called in answers."""


def _read(answer: Any) -> dict[str, Any] | None:  # noqa: ANN401  as boto3 gives it
    on = [each for each in answer["accounts"] if each["state"]["status"] == "ENABLED"]
    if not on:
        return None
    states = on[0]["resourceState"]
    scans = [scan for scan, name in _SCANS.items() if states[name]["status"] == "ENABLED"]
    return _told([each["accountId"] for each in on], scans)


def _enabled(answer: Any) -> dict[str, Any]:  # noqa: ANN401  as boto3 gives it
    account = answer["accounts"][0]
    states = account["resourceStatus"]
    on = [scan for scan, name in _SCANS.items() if states.get(name) in ("ENABLED", "ENABLING")]
    return _told([account["accountId"]], on)


def _told(accounts: list[str], scans: list[str]) -> dict[str, Any]:
    identity = f"{':'.join(sorted(accounts))}-{':'.join(sorted(scans))}"
    return {"Id": identity, "AccountIds": accounts, "ResourceTypes": scans}


def _accounts(known: Properties) -> object:
    """Return the accounts, which at an import the id alone tells."""
    return known.get("accountIds") or str(known["id"]).partition("-")[0].split(":")


def _others_off(_: Properties, new: Properties) -> list[Call]:
    others = [each for each in _SCANS if each not in cast("list[str]", new["resourceTypes"])]
    parameters = {"accountIds": _accounts, "resourceTypes": Given(others)}
    return [Call("Disable", parameters, only=())] if others else []


def _change(old: Properties, new: Properties) -> list[Call]:
    return [_ENABLE, *_others_off(old, new)]


def _check(enabler: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_inspector2_enabler``."""
    for name in ("accountIds", "resourceTypes"):
        if enabler.get(name) == []:
            yield CheckFailure(name, "must have at least one item.")
    listed = enabler.get("resourceTypes")
    for index, each in enumerate(listed if isinstance(listed, list) else ()):
        if not is_unknown(each) and each not in _SCANS:
            yield CheckFailure(
                f"resourceTypes[{index}]",
                f"must be one of {', '.join(_SCANS)}: the local cloud scans nothing else.",
            )


def _require_own(api: Api, enabler: Properties) -> None:
    """Refuse other accounts, which only an organization's administrator may enable."""
    if enabler["accountIds"] != [api.context["account"]]:
        raise ApiError("Enable", "ACCESS_DENIED", "accountIds must be the account's own alone")


_ENABLE: Final = Call(
    "Enable",
    {"accountIds": _accounts, "resourceTypes": "{resourceTypes}"},
    only=(),
    result=_enabled,
)

_ENABLER: Final = Resource(
    token="aws:inspector2/enabler:Enabler",
    service="inspector2",
    id="{id}",
    create=_ENABLE,
    read=Call("BatchGetAccountStatus", {"accountIds": _accounts}, only=(), result=_read),
    delete=Call("Disable", {"accountIds": _accounts, "resourceTypes": list(_SCANS)}, only=()),
    sets=("accountIds", "resourceTypes"),
    facets=(
        # What was on before is not what was asked for.
        Facet((), choose=_others_off),
        Facet(("accountIds", "resourceTypes"), choose=_change, created=True),
    ),
    check=_check,
    require=_require_own,
)

RESOURCES: Final = (_ENABLER,)
