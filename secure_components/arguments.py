"""Checks of component arguments, before anything is registered.

A `TypedDict` checks nothing at run time, so components check their arguments here. What is only
known later, an `Output`, is checked when it resolves.
"""

from __future__ import annotations

import difflib
import inspect
import re
import typing
from collections.abc import Callable, Collection, Mapping, Sequence
from types import UnionType
from typing import Any, Never, NotRequired, Required, TypeVar, Union, get_args, get_origin

import pulumi

T = TypeVar("T")

Who = tuple[str, str]
"""A component's class name and its resource name."""


class ArgumentError(pulumi.RunError, ValueError):
    """An argument of a component is wrong: which, why, and what is allowed.

    Pulumi shows the message without a traceback. The message holds no argument's value, which
    could be a secret.
    """


def check_arguments(component: str, name: str, args: Mapping[str, Any], schema: type) -> None:
    """Check names, presence and types of a component's arguments against its `TypedDict`.

    What is nested is checked alike, and named by its path, as `rate_limits.login.limit`.

    Args:
        component: The component's class name, for messages.
        name: The component's resource name, for messages.
        args: What the caller gave.
        schema: The `TypedDict` class.

    Raises:
        ArgumentError: `args` is no mapping; a name is unknown; a required one is missing; or a
            value is of the wrong type.
    """
    _check_fields((component, name), "", args, schema)


def check_value(  # noqa: PLR0913, PLR0917  who, what, and both sides of the check
    component: str, name: str, argument: str, value: T, accepts: Callable[[Any], bool], allowed: str
) -> T:
    """Return a value that is acceptable; an `Output` as one that is checked when it resolves.

    Raises:
        ArgumentError: The value is not acceptable. `allowed` says what is.
    """

    def checked(resolved: Any) -> Any:  # noqa: ANN401  an Output holds anything
        if not accepts(resolved):
            refuse(component, name, argument, f"is not allowed; give {allowed}")
        return resolved

    if isinstance(value, pulumi.Output) or inspect.isawaitable(value):
        return typing.cast("T", pulumi.Output.from_input(value).apply(checked))
    return typing.cast("T", checked(value))


def refuse(component: str, name: str, argument: str, reason: str) -> Never:
    """Raise the error of one argument."""
    raise ArgumentError(f"{component} '{name}': argument '{argument}' {reason}")


# --- Single values ---


def among(who: Who, path: str, value: object, allowed: Collection[object]) -> None:
    """Refuse a value that is given and not one of those that are allowed."""
    if value is not None and value not in allowed:
        refuse(*who, path, f"is not allowed; give {', '.join(map(str, allowed))}")


def matches(who: Who, path: str, value: str | None, pattern: re.Pattern[str], allowed: str) -> None:
    """Refuse a text of another form."""
    if value is not None and not pattern.fullmatch(value):
        refuse(*who, path, f"is not allowed; give {allowed}")


def fits(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    """Return what tells whether a value is a text of a form: for `check_value`."""
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def number(  # noqa: PLR0913, PLR0917  who, what, and both bounds
    who: Who, path: str, value: int | None, least: int, most: int, what: str = ""
) -> None:
    """Refuse a number out of bounds."""
    if value is not None and not least <= value <= most:
        refuse(*who, path, f"is not allowed; give {least:,} to {most:,} {what}".rstrip())


def unique(who: Who, path: str, names: Sequence[str]) -> None:
    """Refuse what is named twice."""
    if len(set(names)) < len(names):
        refuse(*who, path, "names something twice")


# --- Names, presence and types ---


def _check_fields(who: Who, path: str, fields: Any, schema: type) -> None:  # noqa: ANN401  given by users
    if not isinstance(fields, Mapping):
        refuse(*who, path or "args", f"is a {type(fields).__name__}; give a dict")
    # The SDK spells `Input` with a forward reference to its own `Output[T]`.
    here = {"Output": pulumi.Output, "T": T}
    hints = typing.get_type_hints(schema, localns=here, include_extras=True)
    for given in fields:
        if given not in hints:
            near = difflib.get_close_matches(str(given), hints, n=1)
            meant = f"did you mean '{near[0]}'? " if near else ""
            known = f"is unknown; {meant}Known: {', '.join(hints)}"
            refuse(*who, _join(path, str(given)), known)
    # Postponed annotations hide NotRequired from the class's own `__required_keys__`.
    for wanted, hint in hints.items():
        if get_origin(hint) is not NotRequired and wanted not in fields:
            refuse(*who, _join(path, wanted), "is required and missing")
    for given, value in fields.items():
        _check_type(who, _join(path, given), value, hints[given])


def _check_type(who: Who, path: str, value: Any, hint: Any) -> None:  # noqa: ANN401  given by users
    alternatives = _alternatives(hint)
    allowed = tuple(dict.fromkeys(_plain_type(one) for one in alternatives))
    if not _is_one_of(value, allowed):
        refuse(*who, path, f"is a {type(value).__name__}; give {_spell(allowed)}")
    for one in alternatives:
        inner = get_args(one)
        if typing.is_typeddict(one):
            _check_fields(who, path, value, one)
        elif isinstance(value, Mapping) and get_origin(one) is Mapping:
            for key, each in value.items():
                if not isinstance(key, str):
                    refuse(*who, path, f"has a {type(key).__name__} as a name; give str")
                _check_type(who, _join(path, key), each, inner[1])
        elif not isinstance(value, str | Mapping) and get_origin(one) is Sequence:
            for index, each in enumerate(value):
                _check_type(who, _join(path, str(index)), each, inner[0])


def _join(path: str, step: str) -> str:
    return f"{path}.{step}" if path else step


def _alternatives(hint: Any) -> list[Any]:  # noqa: ANN401  a type hint
    """Return the types that a hint allows, `Input[...]` unfolded."""
    origin = get_origin(hint)
    if origin in (NotRequired, Required):
        return _alternatives(get_args(hint)[0])
    if origin in (Union, UnionType):
        return [one for part in get_args(hint) for one in _alternatives(part)]
    return [hint]


def _plain_type(hint: Any) -> type:  # noqa: ANN401  a type hint
    if hint is Any:
        return object
    return dict if typing.is_typeddict(hint) else get_origin(hint) or hint


def _spell(allowed: Sequence[type]) -> str:
    plain = [type_.__name__ for type_ in allowed if type_.__name__ not in ("Awaitable", "Output")]
    return " or ".join(plain) + (", or an Output of it" if pulumi.Output in allowed else "")


def _is_one_of(value: object, allowed: Sequence[type]) -> bool:
    if object in allowed or (dict in allowed and isinstance(value, Mapping)):
        return True
    if isinstance(value, pulumi.Output):
        return pulumi.Output in allowed
    if inspect.isawaitable(value):
        return any(type_.__name__ == "Awaitable" for type_ in allowed)
    if isinstance(value, bool | str):  # a bool is an int to Python, and a text a sequence; not here
        return type(value) in allowed
    return isinstance(value, tuple(type_ for type_ in allowed if type_ is not pulumi.Output))
