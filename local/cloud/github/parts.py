"""Parts that many types share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, Properties, Resource
from local.cloud.values import is_unknown


class OfRepository(Resource):
    """A type that counts as deleted once its repository is archived, for then nothing changes.

    Source: ``handleArchivedRepoDelete`` in terraform-provider-github.
    """

    __slots__ = ()

    def delete_with(self, api: Api, identity: str, known: Properties) -> None:
        """Delete it, unless its repository is archived."""
        try:
            super().delete_with(api, identity, known)
        except ApiError as error:
            if error.code != "403" or "archived" not in error.message:
                raise


def require_organization(api: Api, properties: Properties) -> None:
    """Refuse a type of organizations to a user, as the official provider does by itself."""
    del properties
    if not api.context["organization"]:
        raise ApiError(
            "Create or Update",
            "NotAnOrganization",
            "this resource can only be used in the context of an organization, and the owner is a "
            "user",
        )


def check_text(
    inputs: Properties, allowed: Mapping[str, Sequence[str] | re.Pattern[str]]
) -> Iterator[CheckFailure]:
    """Check the strings at dotted paths against the values, or the pattern, that are allowed."""
    for path, choice in allowed.items():
        for where, value in _at(inputs, path.split("."), ""):
            if is_unknown(value) or not isinstance(value, str):
                continue
            if isinstance(choice, re.Pattern) and not choice.fullmatch(value):
                yield CheckFailure(where, f"must match the pattern {choice.pattern}.")
            if not isinstance(choice, re.Pattern) and value not in choice:
                yield CheckFailure(where, f"must be one of {', '.join(choice)}.")


def check_range(inputs: Properties, path: str, low: int, high: int) -> Iterator[CheckFailure]:
    """Check the numbers at a dotted path against the least and the most that is allowed."""
    for where, value in _at(inputs, path.split("."), ""):
        if isinstance(value, int) and not low <= value <= high:
            yield CheckFailure(where, f"must be from {low} to {high}.")


def check_one(inputs: Properties, names: Sequence[str]) -> Iterator[CheckFailure]:
    """Check that exactly one of these inputs is set."""
    chosen = [name for name in names if inputs.get(name) is not None]
    if len(chosen) != 1:
        yield CheckFailure(chosen[1] if chosen else names[0], f"set one of {', '.join(names)}.")


def _at(value: object, path: Sequence[str], where: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _at(each, path, f"{where}[{index}]")
    elif not path:
        yield where, value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _at(value[path[0]], path[1:], f"{where}.{path[0]}" if where else path[0])
