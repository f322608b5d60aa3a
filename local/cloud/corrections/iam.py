"""IAM, where moto is slow rather than wrong."""

from __future__ import annotations

import copy
from typing import Any, Final

from local.cloud.corrections.registry import Corrected, corrects

_READ: Final[dict[tuple[str, str], list[Any]]] = {}
"""AWS's managed policies as moto reads them, by account and partition."""


@corrects("moto.iam.models", "IAMBackend._init_aws_policies")
def _aws_policies(moto: Corrected, backend: Any) -> list[Any]:  # noqa: ANN401
    """AWS's policies are read once, and handed out as copies, whose attachments are counted apart.

    Else a reset reads all 1,500 of them for each partition, and the next request does again.
    """
    place = (backend.account_id, backend.region_name)
    if place not in _READ:
        _READ[place] = moto(backend)
    return [copy.copy(policy) for policy in _READ[place]]
