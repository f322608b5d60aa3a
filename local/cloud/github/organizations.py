"""An organization's settings."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from local.cloud.github.parts import check_text, require_organization
from local.cloud.schema import CheckFailure
from local.cloud.table import AutoName, Call, Properties, Resource

_NEW_REPOSITORIES: Final = (
    "advancedSecurity",
    "dependabotAlerts",
    "dependabotSecurityUpdates",
    "dependencyGraph",
    "secretScanning",
    "secretScanningPushProtection",
)


def _check(inputs: Properties) -> Iterator[CheckFailure]:
    yield from check_text(
        inputs, {"defaultRepositoryPermission": ("read", "write", "admin", "none")}
    )


_SETTINGS: Final = Resource(
    token="github:index/organizationSettings:OrganizationSettings",
    id="{id}",
    create=Call("PATCH /orgs/{owner}"),
    read=Call("GET /orgs/{owner}", absent=("404",)),
    update=Call("PATCH /orgs/{owner}"),
    # There is no organization without settings: the official provider sets those of a new one.
    delete=Call(
        "PATCH /orgs/{owner}",
        {
            **dict.fromkeys(("blog", "company", "description", "email", "location", "name"), ""),
            "twitter_username": "",
            "billing_email": "email@example.com",
            "has_organization_projects": True,
            "has_repository_projects": True,
            "default_repository_permission": "read",
            "members_can_create_repositories": True,
            "members_can_create_private_repositories": True,
            "members_can_create_public_repositories": True,
            "members_can_create_pages": False,
            "members_can_create_public_pages": True,
            "members_can_create_private_pages": True,
            "members_can_fork_private_repositories": False,
            "web_commit_signoff_required": False,
            **{
                f"{name}_enabled_for_new_repositories": False
                for name in (
                    "advanced_security",
                    "dependabot_alerts",
                    "dependabot_security_updates",
                    "dependency_graph",
                    "secret_scanning",
                    "secret_scanning_push_protection",
                )
            },
        },
        only=(),
    ),
    name=AutoName("name", 255),
    defaults={
        "defaultRepositoryPermission": "read",
        "hasOrganizationProjects": True,
        "hasRepositoryProjects": True,
        "membersCanCreatePages": True,
        "membersCanCreatePrivatePages": True,
        "membersCanCreatePrivateRepositories": True,
        "membersCanCreatePublicPages": True,
        "membersCanCreatePublicRepositories": True,
        "membersCanCreateRepositories": True,
        "membersCanForkPrivateRepositories": False,
        "webCommitSignoffRequired": False,
        **{f"{name}EnabledForNewRepositories": False for name in _NEW_REPOSITORIES},
    },
    clear=("blog", "company", "description", "email", "location", "twitterUsername"),
    check=_check,
    require=require_organization,
)

RESOURCES: Final = (_SETTINGS,)
