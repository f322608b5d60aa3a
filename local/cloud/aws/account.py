"""Account Management, and what S3 has once for an account."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from local.cloud.schema import CheckFailure
from local.cloud.table import AutoName, Call, Properties, Resource
from local.cloud.values import is_unknown

_CONTACTS: Final = ("BILLING", "OPERATIONS", "SECURITY")
_ONE_ACCOUNT: Final = "it has one account, so leave it out"
_WHICH: Final = {"AlternateContactType": "{alternateContactType}"}


def _check_contact(contact: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_account_alternate_contact``."""
    kind = contact.get("alternateContactType")
    if not is_unknown(kind) and kind not in _CONTACTS:
        yield CheckFailure("alternateContactType", f"must be one of {', '.join(_CONTACTS)}.")


_CONTACT: Final = Resource(
    token="aws:account/alternativeContact:AlternativeContact",
    service="account",
    id="{alternateContactType}",
    create=Call("PutAlternateContact"),
    read=Call(
        "GetAlternateContact",
        _WHICH,
        only=(),
        result="AlternateContact",
        absent=("ResourceNotFoundException",),
    ),
    update=Call("PutAlternateContact"),
    delete=Call("DeleteAlternateContact", _WHICH, only=(), absent=("ResourceNotFoundException",)),
    name=AutoName("name", limit=64),
    immutable=("alternateContactType",),
    unsupported={"accountId": _ONE_ACCOUNT},
    check=_check_contact,
)


# --- S3 ---

_OWN: Final = {"AccountId": "{account}"}
_PUT_BLOCK: Final = Call("PutPublicAccessBlock", _OWN, inside="PublicAccessBlockConfiguration")

_PUBLIC_ACCESS_BLOCK: Final = Resource(
    token="aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
    service="s3control",
    id="{account}",
    create=_PUT_BLOCK,
    read=Call(
        "GetPublicAccessBlock",
        _OWN,
        only=(),
        result="PublicAccessBlockConfiguration",
        absent=("NoSuchPublicAccessBlockConfiguration",),
    ),
    update=_PUT_BLOCK,
    delete=Call("DeletePublicAccessBlock", _OWN, only=()),
    defaults=dict.fromkeys(
        ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"),
        False,
    ),
    computed=("accountId",),
    unsupported={"accountId": _ONE_ACCOUNT},
    derived={"accountId": "{account}"},
)

RESOURCES: Final = (_CONTACT, _PUBLIC_ACCESS_BLOCK)
