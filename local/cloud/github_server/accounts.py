"""The account that owns everything, and the settings of an organization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from local.cloud.github_server.call import Answer, Call, Handler, account, picked
from local.cloud.github_server.errors import ApiError, Json, not_found, refuse
from local.cloud.github_server.state import NEW_SETTINGS

_NOTHING_YET: Final[Json] = {
    "followers": 0,
    "following": 0,
    "public_gists": 0,
    "private_gists": 0,
    "total_private_repos": 0,
    "owned_private_repos": 0,
    "disk_usage": 0,
    "collaborators": 0,
    "created_at": "2020-01-01T00:00:00Z",
    "updated_at": "2020-01-01T00:00:00Z",
}


def _meta(call: Call) -> Answer:
    del call
    return 200, {"verifiable_password_authentication": False}


def _show_user(call: Call, login: str) -> Json:
    unsaid = ("name", "company", "location", "email", "hireable", "bio", "twitter_username")
    return {
        **account(call, login),
        **_NOTHING_YET,
        **dict.fromkeys(unsaid),
        "blog": "",
        "user_view_type": "private",
        "two_factor_authentication": True,
        "public_repos": sum(r.public for r in call.github.repositories.values()),
    }


def _user(call: Call) -> Answer:
    return 200, _show_user(call, call.github.login)


def _users(call: Call) -> Answer:
    login = str(call.path["username"])
    return 200, _show_user(call, login) if login in _logins(call) else not_found()


def _logins(call: Call) -> tuple[str, str]:
    return call.github.owner, call.github.login


def _show_organization(call: Call) -> Json:
    github = call.github
    url = call.url(f"/orgs/{github.owner}")
    return {
        **account(call, github.owner),
        **_NOTHING_YET,
        **{n: v for n, v in github.settings.items() if v is not None or n == "description"},
        "url": url,
        "events_url": f"{url}/events",
        "hooks_url": f"{url}/hooks",
        "issues_url": f"{url}/issues",
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "repos_url": f"{url}/repos",
        "public_repos": sum(r.public for r in github.repositories.values()),
        "total_private_repos": sum(not r.public for r in github.repositories.values()),
        "archived_at": None,
        "is_verified": False,
        # The API tells it, and cannot change it.
        "two_factor_requirement_enabled": github.two_factor,
        "plan": {"name": github.plan, "space": 0, "private_repos": 999999},
    }


def _read_organization(call: Call) -> Answer:
    call.organization()
    return 200, _show_organization(call)


def _update_organization(call: Call) -> Answer:
    """Change an organization's settings.

    Source for what GitHub Enterprise alone has: the operation's description.
    """
    github = call.organization()
    changes = picked(call.body(), NEW_SETTINGS)
    internal = "members_can_create_internal_repositories"
    if changes.get(internal) and github.plan != "enterprise":
        refuse("Organization", internal, "custom", f"{internal} needs GitHub Enterprise")
    if "billing_email" in changes and "@" not in changes["billing_email"]:
        error = {"resource": "Organization", "field": "billing_email", "code": "invalid"}
        raise ApiError(422, "Validation Failed", errors=[error])
    github.settings |= changes
    return 200, _show_organization(call)


ROUTES: Final[Mapping[str, Handler]] = {
    "GET /meta": _meta,
    "GET /user": _user,
    "GET /users/{username}": _users,
    "GET /orgs/{org}": _read_organization,
    "PATCH /orgs/{org}": _update_organization,
}
