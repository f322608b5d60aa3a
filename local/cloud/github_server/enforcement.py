"""Which rules hold for a branch, and the refusal of a change that breaks one.

Every request comes from an administrator, whom a rule that lets administrators pass does not hold.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from local.cloud.github_server.errors import ApiError, Json
from local.cloud.github_server.state import GitHub, Repository

_ADMIN_ROLE: Final = 5  # GitHub's number of the role "admin"

_WRITING: Final = {
    "update": "Cannot update this protected ref.",
    "pull_request": "Changes must be made through a pull request.",
    "required_status_checks": "Required status checks are expected.",
    "required_signatures": "Commits must have verified signatures.",
}
_REFS: Final = {
    "creation": "Cannot create ref due to creations being restricted.",
    "deletion": "Cannot delete this protected ref.",
}


def rulesets_for(
    github: GitHub, repository: Repository, branch: str, target: str = "branch"
) -> Iterator[tuple[int, Json]]:
    """Yield the active rulesets, by number, that hold for a branch or tag of a repository."""
    ref = f"refs/{'tags' if target == 'tag' else 'heads'}/{branch}"
    default = target == "branch" and branch == repository.default_branch
    of_repository = repository.rulesets if repository.public or github.plan != "free" else {}
    of_organization = github.rulesets if github.plan != "free" else {}
    for number, ruleset in (*of_organization.items(), *of_repository.items()):
        names = ruleset["conditions"].get("ref_name", {})
        if (
            ruleset["enforcement"] == "active"
            and ruleset["target"] == target
            and (number in of_repository or covers(ruleset["conditions"], repository))
            and matches(ref, names.get("include", ()), default=default)
            and not matches(ref, names.get("exclude", ()), default=default)
        ):
            yield number, ruleset


def covers(conditions: Mapping[str, Any], repository: Repository) -> bool:
    """Tell whether an organization's ruleset is for a repository.

    Repositories have no custom properties here, so a condition on one finds none.
    """
    if "repository_id" in conditions:
        return repository.id in conditions["repository_id"].get("repository_ids", ())
    names = conditions.get("repository_name", {})
    return matches(repository.name, names.get("include", ()), default=False) and not matches(
        repository.name, names.get("exclude", ()), default=False
    )


def require_free_ref(github: GitHub, repository: Repository, branch: str, kind: str) -> None:
    """Refuse the ``creation`` or ``deletion`` of a branch that a rule forbids."""
    broken = _broken(github, repository, branch, _REFS)
    if kind in broken:
        raise ApiError(422, f"Repository rule violations found\n\n{broken[kind]}\n")
    protection = repository.protections.get(branch)
    # Nobody deletes a protected branch, administrators included, unless the protection says so.
    if kind == "deletion" and protection and not protection["allow_deletions"]:
        raise ApiError(422, "Cannot delete this protected branch")


def require_free_file(github: GitHub, repository: Repository, branch: str, verb: str) -> None:
    """Refuse a commit to a branch that a rule, or a protection, forbids."""
    broken = _broken(github, repository, branch, _WRITING)
    if broken:
        problems = "\n".join(broken.values())
        raise ApiError(409, f"Repository rule violations found\n\n{problems}\n")
    protection = repository.protections.get(branch)
    if not protection or not protection["enforce_admins"]:
        return
    for name, kind in (
        ("lock_branch", "update"),
        ("required_pull_request_reviews", "pull_request"),
        ("required_status_checks", "required_status_checks"),
        ("required_signatures", "required_signatures"),
    ):
        if protection[name]:
            raise ApiError(409, f"Could not {verb} file: {_WRITING[kind]}")


def _broken(
    github: GitHub, repository: Repository, branch: str, kinds: Mapping[str, str]
) -> dict[str, str]:
    types = {
        rule["type"]
        for _, ruleset in rulesets_for(github, repository, branch)
        if not any(is_bypass(each) for each in ruleset["bypass_actors"])
        for rule in ruleset["rules"]
    }
    return {kind: text for kind, text in kinds.items() if kind in types}


def is_bypass(actor: Json) -> bool:
    """Tell whether an actor is an administrator, which the token's owner is."""
    is_admin = actor["actor_type"] == "OrganizationAdmin" or (
        actor["actor_type"] == "RepositoryRole" and actor.get("actor_id") == _ADMIN_ROLE
    )
    return is_admin and actor.get("bypass_mode", "always") in ("always", "exempt")


def matches(ref: str, patterns: Sequence[str], *, default: bool) -> bool:
    """Tell whether one of a condition's patterns stands for a name."""
    return any(
        each == "~ALL" or (each == "~DEFAULT_BRANCH" and default) or _glob(each).fullmatch(ref)
        for each in patterns
    )


@functools.cache
def _glob(pattern: str) -> re.Pattern[str]:
    """Read a pattern as GitHub does: only ``**/`` reaches over a slash."""
    wild = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*|\?)", pattern)
    return re.compile("".join(wild.get(part, re.escape(part)) for part in parts))
