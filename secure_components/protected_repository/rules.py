"""What rulesets say, of a repository and of an organization alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from secure_components.protected_repository.args import (
    PullRequestsArgs,
    PushLimitsArgs,
    RequiredCheckArgs,
    TagsArgs,
)

GITHUB_ACTIONS: Final = 15368
"""Id of the GitHub App that reports the checks of GitHub Actions on github.com."""
DEFAULT_BRANCH: Final = "~DEFAULT_BRANCH"
EVERYTHING: Final = "~ALL"
DEFAULT_METHODS: Final = ("squash",)
DEFAULT_CHECKS: Final[Sequence[RequiredCheckArgs]] = ({"name": "tests"},)
"""What a new repository must pass until it says otherwise."""

_ITSELF: Final[Mapping[str, Any]] = {}
"""A repository's ruleset is for that one."""

Rules = Any
"""Rules or conditions of a ruleset, as the provider takes them."""


def branch_rules(
    args: PullRequestsArgs, checks: Sequence[RequiredCheckArgs], *, code_scanning: bool = False
) -> Rules:
    """Return the rules of protected branches, which nobody bypasses."""
    methods = list(args.get("merge_methods", DEFAULT_METHODS))
    rules: dict[str, Any] = {
        "deletion": True,
        "non_fast_forward": True,
        "pull_request": {
            "required_approving_review_count": args.get("approvals", 1),
            "dismiss_stale_reviews_on_push": True,
            "require_code_owner_review": True,
            "require_last_push_approval": True,
            "required_review_thread_resolution": True,
            "allowed_merge_methods": methods,
        },
    }
    if "merge" not in methods:
        rules["required_linear_history"] = True
    if args.get("signed_commits"):
        rules["required_signatures"] = True
    if checks:
        rules["required_status_checks"] = {
            "strict_required_status_checks_policy": True,
            "required_checks": [
                {"context": one["name"], "integration_id": one.get("app_id", GITHUB_ACTIONS)}
                for one in checks
            ],
        }
    if code_scanning:
        # A check tells that CodeQL ran, not what it found.
        codeql = {
            "tool": "CodeQL",
            "alerts_threshold": "errors",
            "security_alerts_threshold": "high_or_higher",
        }
        rules["required_code_scanning"] = {"required_code_scanning_tools": [codeql]}
    if args.get("merge_queue"):
        rules["merge_queue"] = {"merge_method": methods[0].upper()}
    return rules


def tag_rules() -> Rules:
    """Return the rules of protected tags: whoever made one, nobody moves or deletes it."""
    return {"deletion": True, "non_fast_forward": True, "update": True}


def tag_creators(args: TagsArgs) -> Rules:
    """Return who alone may create protected tags, as bypass actors; none: whoever may write."""
    kinds = {"Team": args.get("creator_teams", ()), "Integration": args.get("creator_apps", ())}
    return [
        {"actor_type": kind, "actor_id": id_, "bypass_mode": "always"}
        for kind, ids in kinds.items()
        for id_ in ids
    ]


def push_rules(args: PushLimitsArgs) -> Rules:
    """Return the rules of a push ruleset."""
    rules: dict[str, Any] = {}
    if "file_paths" in args:
        rules["file_path_restriction"] = {"restricted_file_paths": list(args["file_paths"])}
    if "file_extensions" in args:
        extensions = list(args["file_extensions"])
        rules["file_extension_restriction"] = {"restricted_file_extensions": extensions}
    if "largest_file_megabytes" in args:
        rules["max_file_size"] = {"max_file_size": args["largest_file_megabytes"]}
    return rules


def branches(further: Sequence[str], of: Mapping[str, Any] = _ITSELF) -> Rules:
    """Return the condition of the default branch and of further ones, of these repositories."""
    return {**_refs("heads", [DEFAULT_BRANCH, *further]), **of}


def tags(args: TagsArgs, of: Mapping[str, Any] = _ITSELF) -> Rules:
    """Return the condition of protected tags, of these repositories."""
    return {**_refs("tags", args.get("patterns", [EVERYTHING])), **of}


def _refs(kind: str, patterns: Sequence[str]) -> Mapping[str, Any]:
    # What begins with `~` is a word of GitHub's own.
    names = [one if one.startswith("~") else f"refs/{kind}/{one}" for one in patterns]
    return {"ref_name": {"includes": names, "excludes": []}}
