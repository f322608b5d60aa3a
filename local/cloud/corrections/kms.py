"""KMS, where moto answers what AWS never would."""

from __future__ import annotations

import json
from typing import Any, Final

from local.cloud.corrections.registry import Corrected, corrects

_ROTATION_PERIOD: Final = 365
"""How often AWS rotates a key when it is not told, in days."""


@corrects("moto.kms.models", "Key.to_dict")
def _describe_key(moto: Corrected, key: Any) -> Any:  # noqa: ANN401
    """A key always says what it is for and whether it is in one region only."""
    answer = moto(key)
    metadata = answer["KeyMetadata"]
    metadata["KeyUsage"] = metadata["KeyUsage"] or "ENCRYPT_DECRYPT"
    metadata["MultiRegion"] = bool(metadata["MultiRegion"])
    return answer


@corrects("moto.kms.responses", "KmsResponse.enable_key_rotation")
def _enable_rotation(moto: Corrected, request: Any) -> Any:  # noqa: ANN401
    """The period that was asked for is kept."""
    answer = moto(request)
    key = request.kms_backend.describe_key(request._get_param("KeyId"))  # noqa: SLF001
    key.rotation_period = request._get_param("RotationPeriodInDays") or _ROTATION_PERIOD  # noqa: SLF001
    return answer


@corrects("moto.kms.responses", "KmsResponse.get_key_rotation_status")
def _rotation_status(moto: Corrected, request: Any) -> str:  # noqa: ANN401
    """A key that rotates says how often."""
    answer = json.loads(moto(request))
    if answer["KeyRotationEnabled"]:
        key = request.kms_backend.describe_key(request._get_param("KeyId"))  # noqa: SLF001
        answer["RotationPeriodInDays"] = getattr(key, "rotation_period", _ROTATION_PERIOD)
    return json.dumps(answer)
