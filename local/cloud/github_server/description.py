"""GitHub's published OpenAPI description: what each operation takes and answers.

``api.json`` is derived from npm's ``@octokit/openapi`` (MIT; the licence stands in the file) by
``tools/update_github_schema.py``, with its schemas as JSON Schemas.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

import jsonschema

from local.cloud.github_server.errors import ApiError, Json

_FILE: Final = Path(__file__).with_name("api.json")

_BEYOND: Final[Mapping[str, Json]] = {
    # The official provider sends it (terraform-provider-github,
    # resource_github_repository_environment.go), and GitHub takes it.
    "PUT /repos/{owner}/{repo}/environments/{environment_name}": {
        "can_admins_bypass": {"type": "boolean"}
    },
    # The same: resource_github_repository_webhook.go sends back the hook's own address.
    "POST /repos/{owner}/{repo}/hooks": {"url": {"type": "string"}},
}
"""Properties of bodies that the description forbids but GitHub takes."""
_PROTECTION: Final = "PUT /repos/{owner}/{repo}/branches/{branch}/protection"


@functools.cache
def description() -> Mapping[str, Any]:
    """Return the description, corrected where GitHub is known to do otherwise."""
    told = json.loads(_FILE.read_text(encoding="utf-8"))
    for name, properties in _BEYOND.items():
        told["operations"][name]["body"]["properties"] |= properties
    protection = told["operations"][_PROTECTION]["body"]["properties"]
    # The official provider sends "checks" instead, which stand in the place of "contexts".
    protection["required_status_checks"]["required"].remove("contexts")
    # PyGithub sends null for a flag that it does not set (Branch.edit_protection), like the others.
    for schema in protection.values():
        if schema["type"] == "boolean":
            schema["type"] = ["boolean", "null"]
    for rule in told["schemas"]["repository-rule"]["oneOf"]:
        # GitHub answers to a parameter that a rule has not that the data matches no possible input.
        properties = told["schemas"][rule["$ref"].rpartition("/")[2]]["properties"]
        if properties.setdefault("parameters", False):
            properties["parameters"]["additionalProperties"] = False
    return cast("Mapping[str, Any]", told)


def operation(name: str) -> Mapping[str, Any]:
    """Return what is known of an operation, named by its method and path.

    Raises:
        LookupError: The description, as kept, has none of that name.
    """
    known = description()["operations"]
    if name not in known:
        raise LookupError(f"{name} is not in {_FILE.name}: run tools/update_github_schema.py")
    return cast("Mapping[str, Any]", known[name])


@functools.cache
def validator(name: str, part: str) -> Any:  # noqa: ANN401  jsonschema's protocol
    """Return what checks an operation's ``body``, or its answer of a status such as ``200``.

    Returns:
        The validator; ``None`` where the description foresees nothing there.
    """
    told = operation(name)
    schema = told.get("body") if part == "body" else told["answers"].get(part)
    if schema is None:
        return None
    return jsonschema.Draft202012Validator({**schema, "schemas": description()["schemas"]})


def check_body(name: str, body: object) -> None:
    """Check a body against what the operation takes.

    Raises:
        ApiError: 422 in GitHub's form; it names what is wrong and what is allowed, not the value.
    """
    check = validator(name, "body")
    if check is None:
        return
    errors = sorted(check.iter_errors(body), key=lambda each: list(map(str, each.path)))
    for error in errors:
        where = "/".join(map(str, error.path))
        message, field = _complaint(error, where)
        problem = {
            "resource": _resource(name),
            "field": field,
            "code": "missing_field" if error.validator == "required" else "invalid",
            "message": message,
        }
        raise ApiError(422, f"Invalid request.\n\n{message}", errors=[problem])


def _complaint(error: Any, where: str) -> tuple[str, str]:  # noqa: ANN401  jsonschema's error
    """Return GitHub's words for what is wrong, and the field that it is wrong with."""
    if error.validator == "required":
        missing = list(_missing(error))
        names = ", ".join(f'"{each}"' for each in missing)
        verb = "wasn't" if len(missing) == 1 else "weren't"
        return f"{names} {verb} supplied.", "/".join(filter(None, (where, missing[0])))
    allowed = error.validator_value
    why = {
        "type": f"data is not of type {allowed}",
        "enum": f"data is not one of {allowed}",
        "minimum": f"data is less than {allowed}",
        "maximum": f"data is greater than {allowed}",
        "minLength": "data is too short",
        "maxLength": f"data is longer than {allowed} characters",
        "minItems": "data has too few items",
        "maxItems": f"data has more than {allowed} items",
        "additionalProperties": "data has a key that is not permitted",
    }.get(error.validator, "data matches no possible input. See `documentation_url`")
    return f"Invalid property /{where}: {why}.", where or "body"


def _missing(error: Any) -> Iterator[str]:  # noqa: ANN401
    yield from (each for each in error.validator_value if each not in error.instance)


def _resource(name: str) -> str:
    """Return what GitHub calls that which an operation is about."""
    for part, resource in (
        ("/rulesets", "Ruleset"),
        ("/hooks", "Hook"),
        ("/keys", "PublicKey"),
        ("/protection", "ProtectedBranch"),
        ("/environments", "Environment"),
        ("/orgs/{org}/", "Organization"),
    ):
        if part in f"{name}/":
            return resource if not name.endswith("/orgs/{org}/repos") else "Repository"
    return "Repository"
