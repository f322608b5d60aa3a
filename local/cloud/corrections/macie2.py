"""Macie, where moto answers what AWS never would."""

from __future__ import annotations

import json
from typing import Any

from local.cloud.corrections.registry import Corrected, adds, corrects


@corrects("moto.macie2.models", "MacieBackend.__init__")
def _start(moto: Corrected, backend: Any, *args: Any, **options: Any) -> None:  # noqa: ANN401
    """Nobody has Macie until it is enabled."""
    moto(backend, *args, **options)
    backend.macie_session = None


@corrects("moto.macie2.models", "MacieBackend.enable_macie")
def _enable(moto: Corrected, backend: Any, *args: Any, **options: Any) -> None:  # noqa: ANN401
    """It is enabled once."""
    if backend.macie_session:
        raise _refused("ConflictException", "Macie has already been enabled", 409)
    moto(backend, *args, **options)


@corrects("moto.macie2.models", "MacieBackend.get_macie_session")
def _session(moto: Corrected, backend: Any) -> Any:  # noqa: ANN401
    """Where it is not enabled, nothing can be asked."""
    _require_on(backend)
    return moto(backend)


@corrects("moto.macie2.models", "MacieBackend.disable_macie")
def _disable(moto: Corrected, backend: Any) -> None:  # noqa: ANN401
    """Where it is not enabled, nothing can be asked."""
    _require_on(backend)
    moto(backend)


@adds("moto.macie2.responses", "MacieResponse.update_macie_session")
def _update(request: Any) -> str:  # noqa: ANN401
    """Change what was asked for."""
    _require_on(request.macie_backend)
    request.macie_backend.macie_session |= json.loads(request.body)
    return "{}"


def _require_on(backend: Any) -> None:  # noqa: ANN401
    if not backend.macie_session:
        raise _refused("AccessDeniedException", "Macie is not enabled", 403)


def _refused(code: str, message: str, status: int) -> Exception:
    from moto.core.exceptions import JsonRESTError  # noqa: PLC0415  after its environment

    refusal = JsonRESTError(code, message)
    refusal.code = status
    return refusal
