"""How a correction gets into moto."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Final

Corrected = Callable[..., Any]
_CORRECTIONS: Final[list[tuple[str, str, Corrected]]] = []


def correct() -> None:
    """Put the corrections into moto, in this process.

    Raises:
        AttributeError: A moto of another version has no such method any more.
    """
    for module, path, function in _CORRECTIONS:
        owner, name = path.split(".")
        cls = getattr(importlib.import_module(module), owner)
        setattr(cls, name, _bound(function, getattr(cls, name)))


def corrects(module: str, path: str) -> Callable[[Corrected], Corrected]:
    """Let a function stand in for a method of moto; the method itself is its first argument."""

    def register(function: Corrected) -> Corrected:
        _CORRECTIONS.append((module, path, function))
        return function

    return register


def _bound(function: Corrected, moto: Corrected) -> Corrected:
    # No functools.wraps: moto looks at a method's signature nowhere, but at its name in places.
    def corrected(self: Any, *args: Any, **options: Any) -> Any:  # noqa: ANN401  as moto calls it
        return function(moto, self, *args, **options)

    corrected.__name__ = moto.__name__
    return corrected
