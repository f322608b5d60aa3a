"""How a correction gets into moto."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

Corrected = Callable[..., Any]
_CORRECTIONS: Final[list[tuple[str, str, Corrected]]] = []
_ADDITIONS: Final[list[tuple[str, str, Corrected]]] = []
_URLS: Final[list[tuple[str, str, str, str]]] = []
_SERVICES: Final[Mapping[str, tuple[str, str]]] = {
    "accessanalyzer": ("local.cloud.corrections.accessanalyzer", "access-analyzer"),
    "fms": ("local.cloud.corrections.fms", "fms"),
}
"""Services that moto lacks, each with a module that could be moto's own, and its host."""


def correct() -> None:
    """Put the corrections into moto, in this process.

    Raises:
        AttributeError: A moto of another version has no such method any more, or has an added one.
    """
    for module, path, function in _CORRECTIONS:
        owner, name = path.split(".")
        cls = getattr(importlib.import_module(module), owner)
        setattr(cls, name, _bound(function, getattr(cls, name)))
    for module, path, function in _ADDITIONS:
        owner, name = path.split(".")
        cls = getattr(importlib.import_module(module), owner)
        if hasattr(cls, name):
            raise AttributeError(f"{module}.{path} is there already: correct it instead")
        setattr(cls, name, function)
    for module, pattern, owner, under in _URLS:
        cls = getattr(importlib.import_module(f"{module}.responses"), owner)
        importlib.import_module(f"{under}.urls").url_paths[pattern] = cls.dispatch
    patterns = importlib.import_module("moto.backend_index").backend_url_patterns
    for service, (module, host) in _SERVICES.items():
        if importlib.util.find_spec(f"moto.{service}"):
            raise AttributeError(f"moto.{service} is there already: correct it instead")
        sys.modules[f"moto.{service}"] = importlib.import_module(module)
        patterns.append((service, re.compile(rf"https?://{host}\.(.+)\.amazonaws\.com")))


def corrects(module: str, path: str) -> Callable[[Corrected], Corrected]:
    """Let a function stand in for a method of moto; the method itself is its first argument."""

    def register(function: Corrected) -> Corrected:
        _CORRECTIONS.append((module, path, function))
        return function

    return register


def adds(module: str, path: str) -> Callable[[Corrected], Corrected]:
    """Let a function be a method that moto lacks, such as an operation's."""

    def register(function: Corrected) -> Corrected:
        _ADDITIONS.append((module, path, function))
        return function

    return register


def serves(module: str, pattern: str, owner: str, *, under: str = "") -> None:
    """Let a class of a service's responses answer URLs of a pattern that moto does not know.

    Args:
        module: The service's module.
        pattern: The URLs, as moto writes them.
        owner: The class.
        under: The module of the service whose host they are at, where that is another.
    """
    _URLS.append((module, pattern, owner, under or module))


def _bound(function: Corrected, moto: Corrected) -> Corrected:
    # No functools.wraps: moto looks at a method's signature nowhere, but at its name in places.
    def corrected(self: Any, *args: Any, **options: Any) -> Any:  # noqa: ANN401  as moto calls it
        return function(moto, self, *args, **options)

    corrected.__name__ = moto.__name__
    return corrected
