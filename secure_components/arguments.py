"""Checks of component arguments, before anything is registered.

A `TypedDict` checks nothing at run time, so components check their arguments here. What is only
known later, an `Output`, is checked when it resolves.
"""

from __future__ import annotations

import difflib
import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from types import UnionType
from typing import Any, Never, NotRequired, Required, TypeVar, Union, get_args, get_origin

import pulumi

T = TypeVar("T")


class ArgumentError(pulumi.RunError, ValueError):
    """An argument of a component is wrong: which, why, and what is allowed.

    Pulumi shows the message without a traceback. The message holds no argument's value, which
    could be a secret.
    """


def check_arguments(component: str, name: str, args: Mapping[str, Any], schema: type) -> None:
    """Check names, presence and types of a component's arguments against its `TypedDict`.

    Args:
        component: The component's class name, for messages.
        name: The component's resource name, for messages.
        args: What the caller gave.
        schema: The `TypedDict` class.

    Raises:
        ArgumentError: `args` is no mapping; a name is unknown; a required one is missing; or a
            value is of the wrong type.
    """
    if not isinstance(args, Mapping):
        refuse(component, name, "args", f"is a {type(args).__name__}; give a dict")
    # The SDK spells `Input` with a forward reference to its own `Output[T]`.
    here = {"Output": pulumi.Output, "T": T}
    hints = typing.get_type_hints(schema, localns=here, include_extras=True)
    for given in args:
        if given not in hints:
            near = difflib.get_close_matches(str(given), hints, n=1)
            meant = f"did you mean '{near[0]}'? " if near else ""
            refuse(component, name, str(given), f"is unknown; {meant}Known: {', '.join(hints)}")
    # Postponed annotations hide NotRequired from the class's own `__required_keys__`.
    for wanted, hint in hints.items():
        if get_origin(hint) is not NotRequired and wanted not in args:
            refuse(component, name, wanted, "is required and missing")
    for given, value in args.items():
        allowed = _plain_types(hints[given])
        if not _is_one_of(value, allowed):
            refuse(component, name, given, f"is a {type(value).__name__}; give {_spell(allowed)}")


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


def _plain_types(hint: Any) -> tuple[type, ...]:  # noqa: ANN401  a type hint
    """Return the classes that a hint takes, `Input[...]` unfolded."""
    origin = get_origin(hint)
    if origin in (NotRequired, Required):
        return _plain_types(get_args(hint)[0])
    if origin in (Union, UnionType):
        return tuple(dict.fromkeys(t for part in get_args(hint) for t in _plain_types(part)))
    return (origin or hint,)


def _spell(allowed: Sequence[type]) -> str:
    plain = [type_.__name__ for type_ in allowed if type_.__name__ not in ("Awaitable", "Output")]
    return " or ".join(plain) + (", or an Output of it" if pulumi.Output in allowed else "")


def _is_one_of(value: object, allowed: Sequence[type]) -> bool:
    if isinstance(value, pulumi.Output):
        return pulumi.Output in allowed
    if inspect.isawaitable(value):
        return any(type_.__name__ == "Awaitable" for type_ in allowed)
    if isinstance(value, bool):  # a bool is an int to Python, not to AWS
        return bool in allowed
    plain = tuple(type_ for type_ in allowed if type_ is not pulumi.Output)
    if isinstance(value, str):  # and a text is no sequence of arguments
        return str in plain
    return isinstance(value, plain)
