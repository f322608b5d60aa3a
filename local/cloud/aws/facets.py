"""Parts that many types share."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import botocore.session

from local.cloud.aws_api import encode
from local.cloud.table import Call, Facet, Given, Properties

if TYPE_CHECKING:
    from botocore.model import ServiceModel


def tags(
    put: Call,
    remove: Call,
    names: str = "TagKeys",
    read: Call | None = None,
    *,
    with_keys: bool = False,
) -> Facet:
    """Return the facet of tags that are added by one call and removed by another.

    Args:
        put: Adds tags; ``tags`` goes to whichever of its parameters holds tags.
        remove: Removes tags.
        names: The parameter of ``remove`` that lists the names.
        read: Reads them; ``None``: the resource's own read tells.
        with_keys: Whether ``names`` wants ``{"Key": name}`` instead of plain names.
    """

    def choose(old: Properties, new: Properties) -> list[Call]:
        before, after = (
            value if isinstance(value, Mapping) else {}
            for value in (old.get("tags"), new.get("tags"))
        )
        gone: list[object] = sorted(before.keys() - after.keys())
        if with_keys:
            gone = [{"Key": name} for name in gone]
        removal = Call(remove.operation, {**remove.parameters, names: Given(gone)}, only=())
        return ([removal] if gone else []) + ([put] if after else [])

    return Facet(("tags",), choose=choose, read=read, created=True)


def switch(name: str, on: Call, off: Call, read: Call | None = None) -> Facet:
    """Return the facet of a boolean that one call switches on and another off."""
    return Facet((name,), choose=lambda _, new: [on if new.get(name) else off], read=read)


def structure(
    service: str, shape: str, properties: Sequence[str], names: Mapping[str, Any]
) -> Callable[[Properties], object]:
    """Return what makes a structure of properties.

    For a call that wants one of them beside the structure too, which ``Call.inside`` cannot say.

    Args:
        service: The service.
        shape: The structure's name in botocore's model of the service.
        properties: Those that it holds.
        names: As in the ``Resource``.
    """

    def make(known: Properties) -> object:
        given = {name: known.get(name) for name in properties}
        return encode(_model(service).shape_for(shape), given, names)

    return make


@functools.cache
def _model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)
