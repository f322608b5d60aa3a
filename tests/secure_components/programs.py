"""Runs programs under mocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi


def run(program: Callable[[], Any]) -> Any:
    """Run a program, and return what it returns, once all is registered."""
    made: list[Any] = []

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def wrapped() -> None:
        made.append(program())

    wrapped()
    return made[0]


def value(output: pulumi.Output[Any]) -> Any:
    """Return what an output resolves to."""
    found: list[Any] = []

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def wrapped() -> pulumi.Output[Any]:
        return output.apply(found.append)

    wrapped()
    return found[0]
