"""Derive `local/cloud/github_server/api.json` from GitHub's published OpenAPI description.

Usage: python tools/update_github_schema.py [VERSION]

Downloads npm's ``@octokit/openapi`` with npm and keeps what the emulated GitHub serves: the bodies,
parameters and successful answers of its operations, as JSON Schemas. Run it when the emulator has a
new operation or GitHub's description is worth following, and read the diff.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PACKAGE = "@octokit/openapi"
VERSION = "23.0.2"
DESCRIPTION = "package/generated/ghec.json"
"""GitHub Enterprise Cloud's: it has all of api.github.com, and what only that plan has."""
TARGET = ROOT / "local" / "cloud" / "github_server" / "api.json"
KEPT = {
    *("type", "enum", "required", "properties", "additionalProperties", "items", "$ref"),
    *("oneOf", "anyOf", "allOf", "not", "pattern", "uniqueItems"),
    *("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"),
    *("minProperties", "maxProperties"),
}


def schema_of(node: Any) -> Any:  # noqa: ANN401  any JSON
    """Return an OpenAPI 3.0 schema as a JSON Schema, without what no check needs."""
    if not isinstance(node, dict):
        return node
    schema: dict[str, Any] = {}
    for name, value in node.items():
        match name:
            case "properties":
                schema[name] = {each: schema_of(inner) for each, inner in value.items()}
            case "oneOf" | "anyOf" | "allOf":
                schema[name] = [schema_of(inner) for inner in value]
            case "$ref":
                schema[name] = f"#/schemas/{value.rpartition('/')[2]}"
            case _ if name in KEPT:
                schema[name] = schema_of(value)
    if not node.get("nullable"):
        return schema
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], *([] if None in schema["enum"] else [None])]
    if "type" in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def operation_of(description: dict[str, Any], name: str) -> dict[str, Any]:
    """Return what is kept of an operation, named by its method and path.

    Raises:
        LookupError: The description has no such operation.
    """
    method, path = name.split()
    try:
        operation = description["paths"][path][method.lower()]
    except KeyError:
        raise LookupError(f"{name} is no operation of GitHub's description") from None
    known = description["components"]["parameters"]
    given = operation.get("parameters", [])
    parameters = [
        known[each["$ref"].rpartition("/")[2]] if "$ref" in each else each for each in given
    ]
    body = operation.get("requestBody", {})
    kept = {
        "id": operation["operationId"],
        "path": {
            each["name"]: "path" if each.get("x-multi-segment") else each["schema"]["type"]
            for each in parameters
            if each["in"] == "path"
        },
        "query": sorted(each["name"] for each in parameters if each["in"] == "query"),
        "body": _json_schema(body) if body else None,
        "answers": {
            status: _json_schema(answer)
            for status, answer in _answers(description, operation)
            if status.startswith("2")
        },
    }
    return {key: value for key, value in kept.items() if value or key == "answers"}


def _answers(
    description: dict[str, Any], operation: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for status, answer in operation["responses"].items():
        name = answer.get("$ref", "").rpartition("/")[2]
        yield status, description["components"]["responses"][name] if name else answer


def _json_schema(holder: dict[str, Any]) -> Any:  # noqa: ANN401  any JSON
    """Return the schema of JSON content; none where there is no content."""
    content = holder.get("content", {})
    kinds = [kind for kind in content if kind.endswith("json")]
    return schema_of(content[kinds[0]]["schema"]) if kinds else None


def references(node: Any) -> Iterator[str]:  # noqa: ANN401  any JSON
    """Yield the names of the schemas that a schema names, at any depth."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref":
                yield value.rpartition("/")[2]
            else:
                yield from references(value)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


def derive(description: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Return the operations of these names, and every schema that they lead to."""
    operations = {name: operation_of(description, name) for name in names}
    known = description["components"]["schemas"]
    schemas: dict[str, Any] = {}
    left = sorted(set(references(operations)))
    while left:
        name = left.pop()
        if name not in schemas:
            schemas[name] = schema_of(known[name])
            left.extend(references(schemas[name]))
    return {"operations": operations, "schemas": dict(sorted(schemas.items()))}


def main() -> None:
    """Download the package and write the file."""
    sys.path.insert(0, str(ROOT))
    from local.cloud.github_server.routes import ROUTES  # noqa: PLC0415  found by then

    version = sys.argv[1] if len(sys.argv) > 1 else VERSION
    with tempfile.TemporaryDirectory() as folder:
        pack = ["npm", "pack", "--json", "--pack-destination", folder, f"{PACKAGE}@{version}"]
        told = json.loads(subprocess.run(pack, check=True, capture_output=True).stdout)[0]
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            texts = {
                name: member.read().decode()
                for name in (DESCRIPTION, "package/LICENSE")
                if (member := archive.extractfile(name))
            }
    derived = derive(json.loads(texts[DESCRIPTION]), sorted(ROUTES))
    head = {
        "package": f"{PACKAGE} {told['version']}",
        "file": DESCRIPTION,
        "integrity": told["integrity"],
        "licence": texts["package/LICENSE"].strip(),
    }
    # A line an operation and a schema: readable in a diff, and short.
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    for part, entries in derived.items():
        inner = ",\n".join(
            f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}"
            for key, value in entries.items()
        )
        lines.append(f"{json.dumps(part)}: {{\n{inner}\n}}")
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
