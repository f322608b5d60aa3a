"""What may be sent to the emulated GitHub, as JSON Schemas, and what is answered when it is not."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn

import jsonschema
from flask import request

Json = dict[str, Any]

_DOCS: Final = "https://docs.github.com/rest"

_FLAG: Final[Json] = {"type": "boolean"}
TEXT: Final[Json] = {"type": "string"}
TEXTS: Final[Json] = {"type": "array", "items": TEXT}


def _one_of(*values: str) -> Json:
    return {"type": "string", "enum": list(values)}


def _between(low: int, high: int) -> Json:
    return {"type": "integer", "minimum": low, "maximum": high}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _object(required: str = "", /, **properties: Json) -> Json:
    """Describe an object that has the named properties only, some of them required."""
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


_STATUS: Final = _object("status", status=_one_of("enabled", "disabled"))
SECURITY: Final = (
    "advanced_security",
    "code_security",
    "dependabot_security_updates",
    "secret_scanning",
    "secret_scanning_push_protection",
    "secret_scanning_non_provider_patterns",
    "secret_scanning_ai_detection",
)
_VISIBILITIES: Final = ("public", "private", "internal")

SETTINGS: Final[Json] = {
    "name": {"type": "string", "minLength": 1, "maxLength": 100},
    "description": {"type": ["string", "null"], "maxLength": 350},
    "homepage": {"type": ["string", "null"], "maxLength": 255},
    "visibility": _one_of(*_VISIBILITIES),
    "has_issues": _FLAG,
    "has_projects": _FLAG,
    "has_wiki": _FLAG,
    "has_downloads": _FLAG,
    "has_discussions": _FLAG,
    "is_template": _FLAG,
    "allow_merge_commit": _FLAG,
    "allow_squash_merge": _FLAG,
    "allow_rebase_merge": _FLAG,
    "allow_auto_merge": _FLAG,
    "allow_update_branch": _FLAG,
    "allow_forking": _FLAG,
    "delete_branch_on_merge": _FLAG,
    "web_commit_signoff_required": _FLAG,
    "archived": _FLAG,
    "merge_commit_title": _one_of("PR_TITLE", "MERGE_MESSAGE"),
    "merge_commit_message": _one_of("PR_BODY", "PR_TITLE", "BLANK"),
    "squash_merge_commit_title": _one_of("PR_TITLE", "COMMIT_OR_PR_TITLE"),
    "squash_merge_commit_message": _one_of("PR_BODY", "COMMIT_MESSAGES", "BLANK"),
    "default_branch": TEXT,
}
"""The settings of a repository, all of which it answers with."""

REPOSITORY: Final[Json] = {
    "type": "object",
    "properties": {
        **SETTINGS,
        "private": _FLAG,
        "auto_init": _FLAG,
        "security_and_analysis": {
            "type": ["object", "null"],
            "properties": dict.fromkeys(SECURITY, _STATUS),
        },
    },
}
NEW_REPOSITORY: Final[Json] = {**REPOSITORY, "required": ["name"]}

DEFAULT_SETTINGS: Final[Json] = {
    **dict.fromkeys((name for name, kind in SETTINGS.items() if kind is _FLAG), False),
    **dict.fromkeys(("has_issues", "has_projects", "has_wiki", "has_downloads"), True),
    **dict.fromkeys(("allow_merge_commit", "allow_squash_merge", "allow_rebase_merge"), True),
    "description": None,
    "homepage": None,
    "visibility": "public",
    "merge_commit_title": "MERGE_MESSAGE",
    "merge_commit_message": "PR_TITLE",
    "squash_merge_commit_title": "COMMIT_OR_PR_TITLE",
    "squash_merge_commit_message": "COMMIT_MESSAGES",
    "default_branch": "main",
}

MERGE_TEXTS: Final = {
    "merge_commit": {("PR_TITLE", "PR_BODY"), ("PR_TITLE", "BLANK"), ("MERGE_MESSAGE", "PR_TITLE")},
    "squash_merge_commit": {
        ("PR_TITLE", "PR_BODY"),
        ("PR_TITLE", "BLANK"),
        ("PR_TITLE", "COMMIT_MESSAGES"),
        ("COMMIT_OR_PR_TITLE", "COMMIT_MESSAGES"),
    },
}
"""The titles and messages that go together."""

_PATTERN: Final = _object(
    "operator pattern",
    name=TEXT,
    negate=_FLAG,
    operator=_one_of("starts_with", "ends_with", "contains", "regex"),
    pattern=TEXT,
)
ENTERPRISE_RULES: Final = (
    "commit_message_pattern",
    "commit_author_email_pattern",
    "committer_email_pattern",
    "branch_name_pattern",
    "tag_name_pattern",
)
PUSH_RULES: Final[Mapping[str, Json]] = {
    "file_path_restriction": _object("restricted_file_paths", restricted_file_paths=TEXTS),
    "max_file_path_length": _object(
        "max_file_path_length", max_file_path_length=_between(1, 32767)
    ),
    "file_extension_restriction": _object(
        "restricted_file_extensions", restricted_file_extensions=TEXTS
    ),
    "max_file_size": _object("max_file_size", max_file_size=_between(1, 100)),
}
RULES: Final[Mapping[str, Json | None]] = {
    "creation": None,
    "deletion": None,
    "required_linear_history": None,
    "required_signatures": None,
    "non_fast_forward": None,
    "update": _object("update_allows_fetch_and_merge", update_allows_fetch_and_merge=_FLAG),
    "required_deployments": _object(
        "required_deployment_environments", required_deployment_environments=TEXTS
    ),
    "pull_request": _object(
        "dismiss_stale_reviews_on_push require_code_owner_review require_last_push_approval"
        " required_approving_review_count required_review_thread_resolution",
        allowed_merge_methods=_list(_one_of("merge", "squash", "rebase")),
        dismiss_stale_reviews_on_push=_FLAG,
        require_code_owner_review=_FLAG,
        require_last_push_approval=_FLAG,
        required_approving_review_count=_between(0, 10),
        required_review_thread_resolution=_FLAG,
        required_reviewers=_list(
            _object(
                "file_patterns minimum_approvals reviewer",
                file_patterns=TEXTS,
                minimum_approvals=_between(0, 10),
                reviewer=_object("id type", id={"type": "integer"}, type=_one_of("Team")),
            )
        ),
    ),
    "required_status_checks": _object(
        "required_status_checks strict_required_status_checks_policy",
        do_not_enforce_on_create=_FLAG,
        required_status_checks=_list(
            _object("context", context=TEXT, integration_id={"type": "integer"})
        ),
        strict_required_status_checks_policy=_FLAG,
    ),
    "merge_queue": _object(
        "check_response_timeout_minutes grouping_strategy max_entries_to_build max_entries_to_merge"
        " merge_method min_entries_to_merge min_entries_to_merge_wait_minutes",
        check_response_timeout_minutes=_between(1, 360),
        grouping_strategy=_one_of("ALLGREEN", "HEADGREEN"),
        max_entries_to_build=_between(0, 100),
        max_entries_to_merge=_between(0, 100),
        merge_method=_one_of("MERGE", "SQUASH", "REBASE"),
        min_entries_to_merge=_between(0, 100),
        min_entries_to_merge_wait_minutes=_between(0, 360),
    ),
    "code_scanning": _object(
        "code_scanning_tools",
        code_scanning_tools=_list(
            _object(
                "alerts_threshold security_alerts_threshold tool",
                alerts_threshold=_one_of("none", "errors", "errors_and_warnings", "all"),
                security_alerts_threshold=_one_of(
                    "none", "critical", "high_or_higher", "medium_or_higher", "all"
                ),
                tool=TEXT,
            )
        ),
    ),
    "copilot_code_review": _object(review_draft_pull_requests=_FLAG, review_on_push=_FLAG),
    **dict.fromkeys(ENTERPRISE_RULES, _PATTERN),
    **PUSH_RULES,
}
"""The parameters of every rule of a ruleset; ``None`` where it has none."""

RULESET: Final[Json] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 100},
        "target": _one_of("branch", "tag", "push"),
        "enforcement": _one_of("disabled", "active", "evaluate"),
        "bypass_actors": _list(
            _object(
                "actor_type",
                actor_id={"type": ["integer", "null"]},
                actor_type=_one_of(
                    "Integration",
                    "OrganizationAdmin",
                    "RepositoryRole",
                    "Team",
                    "DeployKey",
                    "User",
                ),
                bypass_mode=_one_of("always", "pull_request", "exempt"),
            )
        ),
        "conditions": _object(ref_name=_object(include=TEXTS, exclude=TEXTS)),
        "rules": _list(
            {
                "type": "object",
                "required": ["type"],
                "properties": {"type": {"enum": list(RULES)}, "parameters": {"type": "object"}},
                "additionalProperties": False,
            }
        ),
    },
}
NEW_RULESET: Final[Json] = {**RULESET, "required": ["name", "enforcement"]}

_PERSON: Final = _object("name email", name=TEXT, email=TEXT, date=TEXT)
FILE: Final[Json] = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "message": TEXT,
        "content": TEXT,
        "sha": TEXT,
        "branch": TEXT,
        "author": _PERSON,
        "committer": _PERSON,
    },
}
TOPIC: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")


# --- Errors, in GitHub's form ---


class ApiError(Exception):
    """A request that GitHub refuses: a status and what the body says besides."""

    def __init__(self, status: int, message: str, **body: object) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "documentation_url": _DOCS, "status": str(status), **body}


def refuse(resource: str, name: str, code: str, message: str) -> NoReturn:
    """Refuse a field of a resource with 422, in the form in which GitHub tells which."""
    error = {"resource": resource, "field": name, "code": code, "message": message}
    raise ApiError(422, "Validation Failed", errors=[error])


def not_found() -> NoReturn:
    """Answer 404, as GitHub does for what is not there or not to be seen."""
    raise ApiError(404, "Not Found")


def read_body(schema: Json) -> Json:
    """Read the body and check it against what may be sent.

    Raises:
        ApiError: 400 when it is no JSON object, 422 when it breaks the schema.
    """
    try:
        body = json.loads(request.get_data() or b"{}")
    except ValueError:
        raise ApiError(400, "Problems parsing JSON") from None
    if not isinstance(body, dict):
        raise ApiError(400, "Body should be a JSON object")
    validate(body, schema, "")
    return body


def validate(value: object, schema: Json, path: str) -> None:
    """Check a value against a schema.

    Args:
        value: What was sent.
        schema: What may be sent.
        path: Where the value stands in the body, such as ``/rules/0``; empty: it is the body.

    Raises:
        ApiError: 422, naming the first path that is wrong and what is allowed there.
    """
    errors = jsonschema.Draft202012Validator(schema).iter_errors(value)
    error = next(iter(sorted(errors, key=lambda each: list(map(str, each.path)))), None)
    if error is None:
        return
    where = "/".join((path, *map(str, error.path)))
    why = {
        "type": f"data is not of type {error.validator_value}",
        "enum": f"data is not one of {error.validator_value}",
        "minimum": f"data is less than {error.validator_value}",
        "maximum": f"data is greater than {error.validator_value}",
        "minLength": "data is too short",
        "maxLength": f"data is longer than {error.validator_value} characters",
    }.get(error.validator, error.message)  # the other messages name properties, not values
    problem = {
        "resource": "Ruleset" if "rules" in schema.get("properties", {}) else "Repository",
        "field": where.strip("/") or "body",
        "code": "missing_field" if error.validator == "required" else "invalid",
        "message": why,
    }
    message = f"Invalid request.\n\nInvalid property {where or '/'}: {why}."
    raise ApiError(422, message, errors=[problem])
