"""Print `docs/components.md`: every component, from its own docstrings.

Arguments and outputs are those that Pulumi's analyzer finds, so the page also shows what other
languages will see.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.provider.experimental.analyzer import Analyzer

import secure_components

HEAD = """\
# Components

Generated from the docstrings in `secure_components/` by `make docs`. In Python, arguments are a
dict with the names below; `secure_components.ArgumentError` is raised before anything is registered
where one is wrong.
"""

Properties = Mapping[str, Any]
"""Definitions by property, of the analyzer's own classes."""


def main() -> None:
    """Print the page."""
    components = [
        value
        for value in (getattr(secure_components, name) for name in secure_components.__all__)
        if inspect.isclass(value) and issubclass(value, pulumi.ComponentResource)
    ]
    analyzed = Analyzer("secure-components").analyze(components)
    types = analyzed["type_definitions"]
    definitions = analyzed["component_definitions"]
    print(HEAD)
    print("\n".join(_render(one, definitions[one.__name__], types) for one in components))


def _render(component: type, definition: Any, types: Mapping[str, Any]) -> str:  # noqa: ANN401  the analyzer's own class
    text = inspect.cleandoc(component.__doc__ or "").partition("\nArgs:")[0].strip()
    python_names = definition.inputs_mapping | definition.outputs_mapping
    lines = [
        f"## {component.__name__}",
        "",
        text,
        "",
        *_table("argument", definition.inputs, python_names),
        "",
        *_table("output", definition.outputs, python_names),
    ]
    for name in _nested(definition.inputs, types):
        type_ = types[name]
        described = " ".join(type_.description.split())
        table = _table("argument", type_.properties, type_.properties_mapping)
        lines += ["", f"### {name}", "", described, "", *table]
    return "\n".join(lines)


def _table(kind: str, properties: Properties, python_names: Mapping[str, str]) -> list[str]:
    return [
        f"| {kind} | type | |",
        "|---|---|---|",
        *(
            f"| `{python_names[name]}` | {_spell(property_)} "
            f"| {' '.join(property_.description.split())} |"
            for name, property_ in properties.items()
        ),
    ]


def _spell(property_: Any) -> str:  # noqa: ANN401  same
    if property_.items is not None:
        return f"list of {_spell(property_.items)}"
    if property_.additional_properties is not None:
        return f"map of {_spell(property_.additional_properties)}"
    if property_.ref is None:
        return str(property_.type.value)
    name = property_.ref.rpartition("/")[2].rpartition(":")[2]
    return "any" if name == "Any" else f"[{name}](#{name.lower()})"


def _nested(properties: Properties, types: Mapping[str, Any]) -> list[str]:
    """Return the names of the types within some properties, each once, in order."""
    found: dict[str, None] = {}
    for property_ in properties.values():
        inner = property_
        while inner.items is not None or inner.additional_properties is not None:
            inner = inner.items or inner.additional_properties
        name = (inner.ref or "").rpartition(":")[2]
        if name in types and name not in found:
            found |= dict.fromkeys([name, *_nested(types[name].properties, types)])
    return list(found)


if __name__ == "__main__":
    main()
