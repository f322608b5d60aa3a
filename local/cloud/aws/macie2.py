"""Macie: whether it looks at a region's buckets."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from local.cloud.schema import CheckFailure
from local.cloud.table import Call, Properties, Resource
from local.cloud.values import is_unknown

_STATUSES: Final = ("ENABLED", "PAUSED")


def _check_account(account: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_macie2_account``."""
    status = account.get("status")
    if status and not is_unknown(status) and status not in _STATUSES:
        yield CheckFailure("status", f"must be one of {', '.join(_STATUSES)}.")


_ACCOUNT: Final = Resource(
    token="aws:macie2/account:Account",
    service="macie2",
    id="{account}",
    create=Call("EnableMacie"),
    read=Call(
        "GetMacieSession", only=(), absent=("AccessDeniedException", "ResourceNotFoundException")
    ),
    update=Call("UpdateMacieSession"),
    delete=Call("DisableMacie", only=()),
    computed=("findingPublishingFrequency", "status"),
    check=_check_account,
)

RESOURCES: Final = (_ACCOUNT,)
