"""A resource type's whole life, as the engine would drive it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest

from local.cloud.aws import AWS
from local.cloud.values import is_unknown


@dataclass(frozen=True)
class Life:
    """A type's life: what it is made with, changed to, and what replaces it."""

    token: str
    made: dict[str, Any]
    changed: dict[str, Any]
    replaced: dict[str, Any]
    id: str
    outputs: dict[str, Any] = field(default_factory=dict)
    gone: bool = True
    by_name: bool = False
    """Whether the replacement would have the very name of the old one."""
    imports: str = "{id}"
    """The id that an import asks for."""


def live(aws: Any, life: Life) -> None:
    """Take a type through preview, creation, refresh, import, update, replacement and deletion."""
    plan = aws.plan(life.token, life.made)
    made = aws.create(life.token, life.made)
    assert made.id == life.id.format(id=made.id, **made.outputs)
    assert {name: made.outputs.get(name) for name in life.outputs} == life.outputs
    unannounced = sorted(made.outputs.keys() - plan.keys())
    assert not unannounced, f"outputs that no preview announced: {unannounced}"
    announced = {n: v for n, v in plan.items() if not is_unknown(v)}
    assert {n: made.outputs.get(n) for n in announced} == announced | {
        n: v for n, v in made.outputs.items() if n in announced and isinstance(v, dict | list | str)
    }

    same = aws.diff(made, life.made)
    assert same.changes == same.DIFF_NONE, f"a second creation would change {same.diffs}"
    refreshed = aws.read(made)
    assert refreshed.outputs == made.outputs
    assert refreshed.inputs == made.inputs
    imported = aws.imported(life.token, life.imports.format(id=made.id, **made.outputs))
    assert imported.id == made.id
    unlike = _unlike(imported.outputs, made.outputs, AWS.resources[life.token].local)
    assert not unlike, f"an import tells otherwise of {sorted(unlike)}"

    changed = aws.diff(made, life.changed)
    assert changed.changes == changed.DIFF_SOME
    assert not changed.replaces
    updated = aws.update(made, life.changed)
    again = aws.diff(updated, life.changed)
    assert again.changes == changed.DIFF_NONE, f"a second update would change {again.diffs}"
    assert aws.read(updated).outputs == updated.outputs

    replaced = aws.diff(made, life.replaced)
    assert replaced.replaces
    assert replaced.deleteBeforeReplace is life.by_name

    aws.delete(updated)
    assert (aws.read(updated) is None) is life.gone
    aws.delete(updated)  # one that is gone already counts as deleted


def refusal(call: Callable[..., Any], *args: Any) -> str:
    """Return the words in which a call is refused."""
    with pytest.raises(grpc.RpcError) as caught:
        call(*args)
    return str(caught.value.details())


def _unlike(left: Mapping[str, Any], right: Mapping[str, Any], local: Any) -> set[str]:
    names = (left.keys() | right.keys()) - set(local)
    return {name for name in names if left.get(name) != right.get(name)}
