"""What the emulated GitHub stores, and the rules that hold between one request and the next."""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from local.cloud.github_requests import (
    ENTERPRISE_RULES,
    MERGE_TEXTS,
    PUSH_RULES,
    RULES,
    SETTINGS,
    ApiError,
    Json,
    refuse,
    validate,
)

_ADMIN: Final = "local-admin"
"""Who owns the token when an organization owns the repositories."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit with the files of its tree, by path."""

    message: str
    author: Mapping[str, str]
    files: Mapping[str, bytes]
    parent: Commit | None

    @property
    def sha(self) -> str:
        """The commit's name: 40 hexadecimal digits over its content and ancestors."""
        tree = {path: blob_sha(content) for path, content in sorted(self.files.items())}
        parent = self.parent.sha if self.parent else None
        content = [tree, parent, self.message, dict(self.author)]
        return hashlib.sha1(json.dumps(content).encode(), usedforsecurity=False).hexdigest()

    def history(self) -> Iterator[Commit]:
        """Yield this commit and its ancestors, newest first."""
        commit: Commit | None = self
        while commit:
            yield commit
            commit = commit.parent

    def changed(self, path: str) -> bool:
        """Tell whether the commit changed a path."""
        before = self.parent.files if self.parent else {}
        return self.files.get(path) != before.get(path)


@dataclass(slots=True)
class Repository:
    """A repository: its settings by their names in the API, branches and rulesets."""

    id: int
    settings: Json
    created_at: str
    updated_at: str
    topics: list[str] = field(default_factory=list)
    branches: dict[str, Commit] = field(default_factory=dict)
    rulesets: dict[int, Json] = field(default_factory=dict)
    security: dict[str, str] = field(default_factory=dict)
    alerts: bool = False
    fixes: bool = False

    @property
    def name(self) -> str:
        """Its name without the owner's."""
        return str(self.settings["name"])

    @property
    def public(self) -> bool:
        """Whether everyone may read it."""
        return bool(self.settings["visibility"] == "public")


@dataclass(slots=True)
class GitHub:
    """An account and all that it owns.

    Args:
        owner: The account's login.
        plan: ``free``, ``team`` or ``enterprise``.
        kind: ``organization`` or ``user``.
        token: The token that may do everything.
        limit: Requests allowed until a reset; ``None``: as many as are sent.
    """

    owner: str = "example"
    plan: str = "team"
    kind: str = "organization"
    token: str = field(default="", repr=False)
    limit: int | None = None
    repositories: dict[int, Repository] = field(default_factory=dict)
    renamed: dict[str, int] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1001))
    used: int = 0

    def reset(self) -> None:
        """Forget everything but the account."""
        self.repositories.clear()
        self.renamed.clear()
        self.requests.clear()
        self.ids = itertools.count(1001)
        self.used = 0

    @property
    def login(self) -> str:
        """Who the token belongs to."""
        return self.owner if self.kind == "user" else _ADMIN

    def find(self, name: str) -> Repository | None:
        """Find a repository by its present name, in any case."""
        wanted = name.lower()
        return next((r for r in self.repositories.values() if r.name.lower() == wanted), None)


def blob_sha(content: bytes) -> str:
    """Return the name that git gives to a file's content: 40 hexadecimal digits."""
    header = f"blob {len(content)}\0".encode()
    return hashlib.sha1(header + content, usedforsecurity=False).hexdigest()


# --- Rules that hold between requests ---


def settle_security(github: GitHub, repository: Repository, asked: Mapping[str, Json]) -> None:
    """Apply security settings as the plan allows, or refuse them all."""
    wanted = {**repository.security, **{name: each["status"] for name, each in asked.items()}}
    licensed = github.plan == "enterprise"
    for name in ("advanced_security", "code_security"):
        if name in asked and repository.public and name == "advanced_security":
            raise ApiError(422, "Advanced security is always available for public repos.")
        if name in asked and not licensed and not repository.public:
            raise ApiError(422, "Advanced security has not been purchased.")
    scanning = [n for n in asked if n.startswith("secret_scanning") and wanted[n] == "enabled"]
    if scanning and not repository.public and not licensed:
        raise ApiError(422, "Secret scanning is not available for this repository.")
    if scanning and not repository.public and wanted.get("advanced_security") != "enabled":
        message = "Secret scanning can only be enabled on repos where Advanced Security is enabled."
        raise ApiError(422, message)
    if any(name.endswith(("ai_detection", "patterns")) for name in scanning) and not licensed:
        raise ApiError(422, "Secret Protection has not been purchased.")
    if wanted.get("secret_scanning_push_protection") == "enabled" != wanted.get("secret_scanning"):
        raise ApiError(422, "Secret scanning must be enabled to enable push protection.")
    fixes = wanted.pop("dependabot_security_updates", None)
    if fixes is not None:
        settle_fixes(repository, enabled=fixes == "enabled")
    repository.security = wanted


def settle_fixes(repository: Repository, *, enabled: bool) -> None:
    """Turn security updates on or off; on, they need vulnerability alerts (else 422)."""
    if enabled and not repository.alerts:
        message = "Vulnerability alerts must be enabled to configure automated security fixes."
        raise ApiError(422, message)
    repository.fixes = enabled


def check_settings(github: GitHub, settings: Json) -> None:
    """Refuse settings that the plan lacks or that contradict each other, with 422."""
    if settings["visibility"] == "internal" and github.plan != "enterprise":
        message = "Only organizations associated with an enterprise can set visibility to internal"
        refuse("Repository", "visibility", "custom", message)
    if not any(
        settings[f"allow_{each}"] for each in ("merge_commit", "squash_merge", "rebase_merge")
    ):
        message = "Sorry, you need to allow at least one merge strategy. (no_merge_method)"
        refuse("Repository", "merge_commit_allowed", "custom", message)
    for kind, allowed in MERGE_TEXTS.items():
        chosen = (settings[f"{kind}_title"], settings[f"{kind}_message"])
        if chosen not in allowed:
            message = "Sorry, this title and this message do not go together."
            refuse("Repository", f"{kind}_title", "custom", message)


def changed_settings(github: GitHub, repository: Repository, body: Json) -> Json:
    """Return a repository's settings after a change, or refuse it."""
    old = repository.settings
    changes = {name: value for name, value in body.items() if name in SETTINGS}
    if "visibility" not in body and body.get("private", not repository.public) == repository.public:
        changes["visibility"] = "private" if repository.public else "public"
    if body.get("visibility") == old["visibility"]:
        raise ApiError(422, f"Visibility is already {old['visibility']}.")
    if "name" in body:
        changes["name"] = clean_name(body["name"])
        if github.find(changes["name"]) not in (None, repository):
            refuse("Repository", "name", "custom", "name already exists on this account")
    settings = {**old, **changes}
    forkable = settings["visibility"] != "public" and github.kind == "organization"
    if settings["allow_forking"] != old["allow_forking"] and not forkable:
        message = "Allow forks can only be changed on org-owned private repositories"
        refuse("Repository", "allow_forking", "custom", message)
    if "default_branch" in body and body["default_branch"] not in repository.branches:
        message = "The branch was not found. Please push that ref first."
        refuse("Repository", "default_branch", "invalid", message)
    check_settings(github, settings)
    return settings


def clean_name(name: str) -> str:
    """Return the name that GitHub gives: what it does not allow becomes a hyphen."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", name)


def check_ruleset(github: GitHub, repository: Repository, ruleset: Json, own_id: int) -> None:
    """Refuse a ruleset that the plan lacks or that contradicts itself or another, with 422."""
    for index, rule in enumerate(ruleset["rules"]):
        _check_rule(github, ruleset["target"], index, rule)
    problems = []
    if len({rule["type"] for rule in ruleset["rules"]}) < len(ruleset["rules"]):
        problems.append("Rules must not be duplicated")
    if ruleset["enforcement"] == "evaluate" and github.plan != "enterprise":
        problems.append("Enforcement evaluate needs GitHub Enterprise")
    others = (each for number, each in repository.rulesets.items() if number != own_id)
    if ruleset["name"] in [each["name"] for each in others]:
        problems.append("Name must be unique")
    patterns = itertools.chain(*ruleset["conditions"].get("ref_name", {}).values())
    if not all(each.startswith(("refs/", "~DEFAULT_BRANCH", "~ALL")) for each in patterns):
        problems.append("Invalid target patterns: write refs/heads/ or refs/tags/ before a name")
    if problems:
        errors = [{"resource": "Ruleset", "code": "custom", "message": each} for each in problems]
        raise ApiError(422, "Validation Failed", errors=errors)


def _check_rule(github: GitHub, target: str, index: int, rule: Json) -> None:
    kind, schema = rule["type"], RULES[rule["type"]]
    if schema is None and rule.get("parameters"):
        raise _invalid_rule(index, "has no parameters")
    # GitHub fills in the one parameter of "update".
    if schema and ("parameters" in rule or (schema["required"] and kind != "update")):
        validate(rule.get("parameters", {}), schema, f"/rules/{index}/parameters")
    if kind in ENTERPRISE_RULES and github.plan != "enterprise":
        raise _invalid_rule(index, f"{kind} needs GitHub Enterprise")
    own_target = kind.partition("_")[0] if kind.endswith("_name_pattern") else target
    if (kind in PUSH_RULES) != (target == "push") or own_target != target:
        raise _invalid_rule(index, f"{kind} is not for target {target}")


def _invalid_rule(index: int, why: str) -> ApiError:
    error = {"resource": "Ruleset", "field": f"rules/{index}", "code": "invalid", "message": why}
    return ApiError(422, "Validation Failed", errors=[error])


def require_free_of_rules(
    github: GitHub, repository: Repository, branch: str, kinds: Mapping[str, str]
) -> None:
    """Refuse a change of a branch that an active ruleset forbids to whoever owns the token."""
    ref = f"refs/heads/{branch}"
    enforced = repository.public or github.plan != "free"
    for ruleset in repository.rulesets.values() if enforced else ():
        if ruleset["enforcement"] != "active" or ruleset["target"] != "branch":
            continue
        names = ruleset["conditions"].get("ref_name", {})
        default = branch == repository.settings["default_branch"]
        if not _matches(ref, names.get("include", ()), default=default) or _matches(
            ref, names.get("exclude", ()), default=default
        ):
            continue
        if any(is_bypass(each) for each in ruleset["bypass_actors"]):
            continue
        broken = [text for kind, text in kinds.items() if kind in _rule_types(ruleset)]
        if broken:
            problems = "\n".join(broken)
            raise ApiError(409, f"Repository rule violations found\n\n{problems}\n")


def _matches(ref: str, patterns: Sequence[str], *, default: bool) -> bool:
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


def is_bypass(actor: Json) -> bool:
    """Tell whether an actor is an administrator, which the token's owner is."""
    is_admin = actor["actor_type"] == "OrganizationAdmin" or (
        actor["actor_type"] == "RepositoryRole" and actor.get("actor_id") == _ADMIN_ROLE
    )
    return is_admin and actor.get("bypass_mode", "always") in ("always", "exempt")


_ADMIN_ROLE: Final = 5  # GitHub's number of the role "admin"


def _rule_types(ruleset: Json) -> set[str]:
    return {rule["type"] for rule in ruleset["rules"]}


WRITING: Final = {
    "update": "Cannot update this protected ref.",
    "pull_request": "Changes must be made through a pull request.",
    "required_status_checks": "Required status checks are expected.",
    "required_signatures": "Commits must have verified signatures.",
}
