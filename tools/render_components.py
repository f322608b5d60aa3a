"""Print `docs/components.md`: every component, from its own docstrings.

Arguments and outputs are those that Pulumi's analyzer finds, so the page also shows what other
languages will see.
"""

from __future__ import annotations

import inspect
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


def main() -> None:
    """Print the page."""
    components = [
        value
        for value in (getattr(secure_components, name) for name in secure_components.__all__)
        if inspect.isclass(value) and issubclass(value, pulumi.ComponentResource)
    ]
    definitions = Analyzer("secure-components").analyze(components)["component_definitions"]
    print(HEAD)  # noqa: T201  the page goes to standard output
    print("\n".join(_render(one, definitions[one.__name__]) for one in components))  # noqa: T201  same


def _render(component: type, definition: Any) -> str:  # noqa: ANN401  the analyzer's own class
    text = inspect.cleandoc(component.__doc__ or "").partition("\nArgs:")[0].strip()
    python_names = definition.inputs_mapping | definition.outputs_mapping
    return "\n".join(
        [
            f"## {component.__name__}",
            "",
            text,
            "",
            *_table("argument", definition.inputs, python_names),
            "",
            *_table("output", definition.outputs, python_names),
        ]
    )


def _table(kind: str, properties: dict[str, Any], python_names: dict[str, str]) -> list[str]:
    return [
        f"| {kind} | type | |",
        "|---|---|---|",
        *(
            f"| `{python_names[name]}` | {property_.type.value} "
            f"| {' '.join(property_.description.split())} |"
            for name, property_ in properties.items()
        ),
    ]


if __name__ == "__main__":
    main()
