"""Web ACL capacity units of rules, whether a program wrote them or the API tells them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from botocore import xform_name

from secure_components.web_application_firewall import capacity

MAX_UNITS: Final = capacity.MAX_UNITS
"""The most that a web ACL, or a rule group, may need."""

_PLURAL: Final = {"header_order": "header_orders"}
"""What the SDK calls otherwise than the API, in any case."""


def units(rules: Iterable[Any], groups: Mapping[str, int] | None = None) -> int:
    """Return the units that rules need.

    Args:
        rules: As the API or a program of Pulumi writes them.
        groups: Units of rule groups by ARN.

    Raises:
        ValueError: They cannot be told; names the rule and why, and holds no value.
    """
    return capacity.units(map(_snake, rules), groups or {})


def _snake(value: Any) -> Any:  # noqa: ANN401  JSON
    match value:
        case Mapping():
            names = {each: xform_name(each) for each in value}
            return {_PLURAL.get(n, n): _snake(value[each]) for each, n in names.items()}
        case list():
            return [_snake(each) for each in value]
        case _:
            return value
