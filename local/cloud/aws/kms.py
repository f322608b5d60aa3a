"""KMS."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from local.cloud.aws.facets import switch, tags
from local.cloud.schema import CheckFailure
from local.cloud.table import AutoName, Call, Facet, Properties, Resource
from local.cloud.values import is_unknown


def _check_key(key: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_kms_key``."""
    if key.get("rotationPeriodInDays") and not key.get("enableKeyRotation"):
        yield CheckFailure("rotationPeriodInDays", "needs enableKeyRotation to be true.")


def _rotation(_: Properties, new: Properties) -> list[Call]:
    if new.get("enableKeyRotation"):
        return [Call("EnableKeyRotation", {"KeyId": "{keyId}"}, only=("rotationPeriodInDays",))]
    return [Call("DisableKeyRotation", {"KeyId": "{keyId}"}, only=())]


_KEY: Final = Resource(
    token="aws:kms/key:Key",
    service="kms",
    id="{keyId}",
    create=Call("CreateKey", result="KeyMetadata"),
    read=Call(
        "DescribeKey",
        {"KeyId": "{keyId}"},
        # A key that waits for its deletion is gone for good as far as a program is concerned.
        result="[KeyMetadata][?KeyState != 'PendingDeletion'] | [0]",
        absent=("NotFoundException",),
    ),
    delete=Call("ScheduleKeyDeletion", {"KeyId": "{keyId}"}),
    names={
        "arn": "Arn",
        "customerMasterKeySpec": "KeySpec",
        "deletionWindowInDays": "PendingWindowInDays",
        "enableKeyRotation": "KeyRotationEnabled",
        "isEnabled": "Enabled",
    },
    defaults={
        "bypassPolicyLockoutSafetyCheck": False,
        "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "enableKeyRotation": False,
        "isEnabled": True,
        "keyUsage": "ENCRYPT_DECRYPT",
    },
    computed=("description", "multiRegion", "policy", "rotationPeriodInDays"),
    immutable=(
        "customKeyStoreId",
        "customerMasterKeySpec",
        "keyUsage",
        "multiRegion",
        "xksKeyId",
    ),
    empty={"isEnabled": True},
    local=("bypassPolicyLockoutSafetyCheck", "deletionWindowInDays", "xksKeyId"),
    facets=(
        Facet(
            ("policy",),
            put=Call("PutKeyPolicy", {"KeyId": "{keyId}", "PolicyName": "default"}),
            read=Call("GetKeyPolicy", {"KeyId": "{keyId}", "PolicyName": "default"}),
            created=True,
        ),
        Facet(
            ("description",),
            put=Call("UpdateKeyDescription", {"KeyId": "{keyId}"}),
            remove=Call("UpdateKeyDescription", {"KeyId": "{keyId}", "Description": ""}, only=()),
            created=True,
        ),
        Facet(
            ("enableKeyRotation", "rotationPeriodInDays"),
            choose=_rotation,
            read=Call(
                "GetKeyRotationStatus",
                {"KeyId": "{keyId}"},
                absent=("UnsupportedOperationException",),
            ),
        ),
        switch(
            "isEnabled",
            Call("EnableKey", {"KeyId": "{keyId}"}, only=()),
            Call("DisableKey", {"KeyId": "{keyId}"}, only=()),
        ),
        tags(
            Call("TagResource", {"KeyId": "{keyId}"}),
            Call("UntagResource", {"KeyId": "{keyId}"}),
            read=Call("ListResourceTags", {"KeyId": "{keyId}"}),
        ),
    ),
    check=_check_key,
)


def _check_alias(alias: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_kms_alias``."""
    for name in ("name", "namePrefix"):
        value = alias.get(name)
        if value and not is_unknown(value) and not str(value).startswith("alias/"):
            yield CheckFailure(name, "must begin with 'alias/'.")


_ALIAS: Final = Resource(
    token="aws:kms/alias:Alias",
    service="kms",
    id="{name}",
    create=Call("CreateAlias"),
    read=Call("ListAliases", result="Aliases[?AliasName == '{name}'] | [0]", only=()),
    update=Call("UpdateAlias"),
    delete=Call("DeleteAlias", {"AliasName": "{name}"}, only=(), absent=("NotFoundException",)),
    names={"name": "AliasName", "arn": "AliasArn"},
    name=AutoName("name", limit=256, prefix="alias/", prefix_property="namePrefix"),
    immutable=("name", "namePrefix"),
    normal={"targetKeyId": lambda key: key.rpartition("/")[2]},
    local=("namePrefix",),
    derived={"targetKeyArn": "arn:aws:kms:{region}:{account}:key/{targetKeyId}"},
    check=_check_alias,
)

RESOURCES: Final = (_KEY, _ALIAS)
