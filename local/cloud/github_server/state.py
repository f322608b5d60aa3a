"""What the emulated GitHub stores."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from nacl.public import PrivateKey

from local.cloud.github_server.errors import Json

_ADMIN: Final = "local-admin"
"""Who owns the token when an organization owns the repositories."""

NEW_ACTIONS: Final[Mapping[str, object]] = {
    "allowed_actions": "all",
    "sha_pinning_required": False,
}
"""GitHub Actions as a new account has them."""
NEW_SELECTION: Final[Mapping[str, object]] = {
    "github_owned_allowed": False,
    "verified_allowed": False,
    "patterns_allowed": [],
}
NEW_WORKFLOWS: Final[Mapping[str, object]] = {
    "default_workflow_permissions": "read",
    "can_approve_pull_request_reviews": False,
}
"""What a workflow may do in a new repository of a user's; one of an organization's does as that."""
OLD_WORKFLOWS: Final[Mapping[str, object]] = {
    "default_workflow_permissions": "write",
    "can_approve_pull_request_reviews": True,
}
"""The same in the emulated organization: one from before 2023, when GitHub made a new one's token
read-only (its changelog of 2023-02-02), that lets workflows approve. It is the worst that there is,
so that what is not set here is not safe by chance."""
NEW_SETTINGS: Final[Mapping[str, object]] = {
    **dict.fromkeys(("name", "company", "location", "email", "twitter_username", "description")),
    **dict.fromkeys(("has_organization_projects", "has_repository_projects"), True),
    **dict.fromkeys(
        (
            "members_can_create_repositories",
            "members_can_create_public_repositories",
            "members_can_create_private_repositories",
            "members_can_create_pages",
            "members_can_create_public_pages",
            "members_can_create_private_pages",
        ),
        True,
    ),
    **dict.fromkeys(
        (
            "members_can_create_internal_repositories",
            "members_can_fork_private_repositories",
            "web_commit_signoff_required",
            "advanced_security_enabled_for_new_repositories",
            "dependabot_alerts_enabled_for_new_repositories",
            "dependabot_security_updates_enabled_for_new_repositories",
            "dependency_graph_enabled_for_new_repositories",
            "secret_scanning_enabled_for_new_repositories",
            "secret_scanning_push_protection_enabled_for_new_repositories",
        ),
        False,
    ),
    "blog": "",
    "billing_email": "billing@example.com",
    "default_repository_permission": "read",
}
"""The settings of a new organization, all of which it answers with."""


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
class Vault:
    """The secrets of a repository for Actions or Dependabot; values are kept sealed."""

    key: PrivateKey = field(default_factory=PrivateKey.generate, repr=False)
    secrets: dict[str, Json] = field(default_factory=dict)

    @property
    def public_key(self) -> str:
        """The key that seals a value for this vault, in Base64."""
        return base64.b64encode(bytes(self.key.public_key)).decode()

    @property
    def key_id(self) -> str:
        """The key's number, made of the key."""
        return str(int.from_bytes(hashlib.sha256(bytes(self.key.public_key)).digest()[:8], "big"))


@dataclass(slots=True)
class Repository:
    """A repository: its settings by their names in the API, and all that belongs to it."""

    id: int
    settings: Json
    created_at: str
    updated_at: str
    topics: list[str] = field(default_factory=list)
    branches: dict[str, Commit] = field(default_factory=dict)
    rulesets: dict[int, Json] = field(default_factory=dict)
    protections: dict[str, Json] = field(default_factory=dict)
    environments: dict[str, Json] = field(default_factory=dict)
    keys: dict[int, Json] = field(default_factory=dict)
    hooks: dict[int, Json] = field(default_factory=dict)
    security: dict[str, str] = field(default_factory=dict)
    actions: Json = field(default_factory=lambda: {"enabled": True, **NEW_ACTIONS})
    selection: Json = field(default_factory=lambda: {**NEW_SELECTION})
    workflows: Json = field(default_factory=lambda: {**NEW_WORKFLOWS})
    vaults: dict[str, Vault] = field(default_factory=dict)
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

    @property
    def default_branch(self) -> str:
        """The branch that pull requests go to."""
        return str(self.settings["default_branch"])


@dataclass(slots=True)
class GitHub:
    """An account and all that it owns.

    Args:
        owner: The account's login.
        plan: ``free``, ``team`` or ``enterprise``; ``team`` is GitHub Pro where a user owns it.
        kind: ``organization`` or ``user``.
        token: The token that may do everything.
        limit: Requests allowed until a reset; ``None``: as many as are sent.
        two_factor: Whether an organization's members need a second factor to sign in.
    """

    owner: str = "example"
    plan: str = "team"
    kind: str = "organization"
    token: str = field(default="", repr=False)
    limit: int | None = None
    two_factor: bool = True
    repositories: dict[int, Repository] = field(default_factory=dict)
    renamed: dict[str, int] = field(default_factory=dict)
    rulesets: dict[int, Json] = field(default_factory=dict)
    settings: Json = field(default_factory=lambda: {**NEW_SETTINGS})
    actions: Json = field(default_factory=lambda: {"enabled_repositories": "all", **NEW_ACTIONS})
    selection: Json = field(default_factory=lambda: {**NEW_SELECTION})
    enabled: list[int] = field(default_factory=list)
    workflows: Json = field(default_factory=lambda: {**OLD_WORKFLOWS})
    requests: list[str] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1001))
    used: int = 0

    def reset(self) -> None:
        """Forget everything but the account."""
        fresh = GitHub(self.owner, self.plan, self.kind, self.token, self.limit, self.two_factor)
        for name in self.__slots__:
            setattr(self, name, getattr(fresh, name))

    @property
    def login(self) -> str:
        """Who the token belongs to."""
        return self.owner if self.kind == "user" else _ADMIN

    @property
    def is_organization(self) -> bool:
        """Whether an organization owns the repositories."""
        return self.kind == "organization"

    def find(self, name: str) -> Repository | None:
        """Find a repository by its present name, in any case."""
        wanted = name.lower()
        return next((r for r in self.repositories.values() if r.name.lower() == wanted), None)


def blob_sha(content: bytes) -> str:
    """Return the name that git gives to a file's content: 40 hexadecimal digits."""
    header = f"blob {len(content)}\0".encode()
    return hashlib.sha1(header + content, usedforsecurity=False).hexdigest()
