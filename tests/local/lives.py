"""A resource type's whole life, as the engine would drive it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest

from local.cloud.aws import AWS
from local.cloud.github import GITHUB
from local.cloud.values import is_unknown

RESOURCES = {**AWS.resources, **GITHUB.resources}


@dataclass(frozen=True)
class Life:
    """A type's life: what it is made with, changed to, and what replaces it.

    One that nothing changes in place is changed to what it was made with; one that nothing replaces
    has no replacement.
    """

    token: str
    made: dict[str, Any]
    changed: dict[str, Any]
    replaced: dict[str, Any] | None
    id: str
    outputs: dict[str, Any] = field(default_factory=dict)
    gone: bool = True
    by_name: bool = False
    """Whether the replacement would have the very name of the old one."""
    imports: str = "{id}"
    """The id that an import asks for."""
    untold: tuple[str, ...] = ()
    """Outputs that an import cannot tell, for the cloud keeps them to itself."""
    late: tuple[str, ...] = ()
    """Flags that the program leaves out and the provider reads back, but does not announce."""


def live(cloud: Any, life: Life) -> None:
    """Take a type through preview, creation, refresh, import, update, replacement and deletion."""
    plan = cloud.plan(life.token, life.made)
    made = cloud.create(life.token, life.made)
    assert made.id == life.id.format(id=made.id, **made.outputs)
    assert {name: made.outputs.get(name) for name in life.outputs} == life.outputs
    unannounced = sorted(made.outputs.keys() - plan.keys() - {*life.late})
    assert not unannounced, f"outputs that no preview announced: {unannounced}"
    announced = {n: v for n, v in plan.items() if not is_unknown(v)}
    assert {n: made.outputs.get(n) for n in announced} == announced | {
        n: v for n, v in made.outputs.items() if n in announced and isinstance(v, dict | list | str)
    }

    same = cloud.diff(made, life.made)
    assert same.changes == same.DIFF_NONE, f"a second creation would change {same.diffs}"
    refreshed = cloud.read(made)
    assert refreshed.outputs == made.outputs
    assert refreshed.inputs == made.inputs
    imported = cloud.imported(life.token, life.imports.format(id=made.id, **made.outputs))
    assert imported.id == made.id
    unlike = _unlike(imported.outputs, made.outputs, (*RESOURCES[life.token].local, *life.untold))
    assert not unlike, f"an import tells otherwise of {sorted(unlike)}"

    updated = made
    if life.changed != life.made:
        changed = cloud.diff(made, life.changed)
        assert changed.changes == changed.DIFF_SOME
        assert not changed.replaces
        updated = cloud.update(made, life.changed)
        again = cloud.diff(updated, life.changed)
        assert again.changes == changed.DIFF_NONE, f"a second update would change {again.diffs}"
        assert cloud.read(updated).outputs == updated.outputs

    if life.replaced is not None:
        replaced = cloud.diff(made, life.replaced)
        assert replaced.replaces
        assert replaced.deleteBeforeReplace is life.by_name

    cloud.delete(updated)
    assert (cloud.read(updated) is None) is life.gone
    cloud.delete(updated)  # one that is gone already counts as deleted


def refusal(call: Callable[..., Any], *args: Any) -> str:
    """Return the words in which a call is refused."""
    with pytest.raises(grpc.RpcError) as caught:
        call(*args)
    return str(caught.value.details())


def _unlike(left: Mapping[str, Any], right: Mapping[str, Any], local: Any) -> set[str]:
    names = (left.keys() | right.keys()) - set(local)
    return {name for name in names if left.get(name) != right.get(name)}
