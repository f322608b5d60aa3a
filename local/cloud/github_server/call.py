"""A request on its way through the emulated GitHub, and what every answer may hold."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from local.cloud.github_server import description
from local.cloud.github_server.errors import ApiError, Json, MovedError, archived, not_found
from local.cloud.github_server.state import GitHub, Repository

WEB: Final = "https://github.com"
Answer = tuple[int, Any]
NOTHING: Final[Answer] = (204, None)


@dataclass(frozen=True, slots=True)
class Call:
    """A request of an operation.

    Args:
        operation: Its name, such as ``GET /repos/{owner}/{repo}``.
        github: The account that it is about.
        root: The address of the API, without a slash at its end.
        target: The path and query that were asked for.
        path: The fields of the path.
        arguments: The query.
        raw: The body as it came.
    """

    operation: str
    github: GitHub
    root: str
    target: str
    path: Mapping[str, Any]
    arguments: Mapping[str, str]
    raw: bytes

    def query(self, name: str, default: str = "") -> str:
        """Return an argument of the query, which the operation must have.

        Raises:
            LookupError: It has not; the emulator would serve what GitHub does not.
        """
        if name not in description.operation(self.operation).get("query", ()):
            raise LookupError(f"{self.operation} has no query parameter {name}")
        return self.arguments.get(name, default)

    def body(self) -> Json:
        """Return the body, checked against what the operation takes.

        Raises:
            ApiError: 400 when it is no JSON object, 422 when it is none that may be sent.
        """
        try:
            body = json.loads(self.raw or b"{}")
        except ValueError:
            raise ApiError(400, "Problems parsing JSON") from None
        if not isinstance(body, dict):
            raise ApiError(400, "Body should be a JSON object")
        description.check_body(self.operation, body)
        return body

    def repository(self) -> Repository:
        """Find the repository; one that has a new name answers with a redirect to it."""
        owner, name = str(self.path["owner"]), str(self.path["repo"])
        if owner.lower() != self.github.owner.lower():
            not_found()
        repository = self.github.find(name)
        if repository is None and name.lower() in self.github.renamed:
            rest = self.target.split("/", 4)[4:]
            number = self.github.renamed[name.lower()]
            raise MovedError(self.url("/".join((f"/repositories/{number}", *rest))))
        return repository or not_found()

    def writable(self) -> Repository:
        """Find the repository and see that it is not archived.

        Raises:
            ApiError: 403 when it is.
        """
        repository = self.repository()
        if repository.settings["archived"]:
            archived()
        return repository

    def organization(self) -> GitHub:
        """Find the organization that the path names."""
        login = str(self.path["org"])
        if not self.github.is_organization or login.lower() != self.github.owner.lower():
            not_found()
        return self.github

    def url(self, path: str) -> str:
        """Return the address of a path of the API."""
        return f"{self.root}{path}"

    def url_of(self, repository: Repository) -> str:
        """Return the address of a repository."""
        return self.url(f"/repos/{self.github.owner}/{repository.name}")

    def page(self, entries: Sequence[Any]) -> list[Any]:
        """Return the part of a list that the query asks for: 30 at first, 100 at most."""
        size = min(max(_number(self.query("per_page"), 30), 1), 100)
        start = (max(_number(self.query("page"), 1), 1) - 1) * size
        return list(entries[start : start + size])


Handler = Callable[[Call], Answer]


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() else default


def now() -> str:
    """Return the time, as the API writes it."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def node_id(kind: str, number: int) -> str:
    """Return the name that GraphQL has for a thing."""
    return f"{kind}_{base64.urlsafe_b64encode(number.to_bytes(8, 'big')).decode().rstrip('=')}"


def number_of(name: str) -> int:
    """Return the number of an account, which is made of its name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


def account(call: Call, login: str, number: int | None = None) -> Json:
    """Return how an account is shown wherever it is mentioned."""
    organization = call.github.is_organization and login == call.github.owner
    number = number_of(login) if number is None else number
    url = call.url(f"/users/{login}")
    return {
        "login": login,
        "id": number,
        "node_id": node_id("O" if organization else "U", number),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{number}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{WEB}/{login}",
        "followers_url": f"{url}/followers",
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{url}/subscriptions",
        "organizations_url": f"{url}/orgs",
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events{{/privacy}}",
        "received_events_url": f"{url}/received_events",
        "type": "Organization" if organization else "User",
        "site_admin": False,
    }


def team(call: Call, slug: str, number: int | None = None) -> Json:
    """Return how a team is shown wherever it is mentioned; any is taken to exist."""
    number = number_of(slug) if number is None else number
    organization = call.github.owner
    url = call.url(f"/organizations/{number_of(organization)}/team/{number}")
    return {
        "id": number,
        "node_id": node_id("T", number),
        "name": slug,
        "slug": slug,
        "description": None,
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "permission": "push",
        "url": url,
        "html_url": f"{WEB}/orgs/{organization}/teams/{slug}",
        "members_url": f"{url}/members{{/member}}",
        "repositories_url": f"{url}/repos",
        "type": "organization",
        "organization_id": number_of(organization),
        "parent": None,
    }


def picked(body: Mapping[str, Any], names: Sequence[str] | Mapping[str, object]) -> Json:
    """Return what a body says of the names."""
    return {name: value for name, value in body.items() if name in names}


def enumerate_(name: str, entries: Sequence[Any]) -> Json:
    """Return a list as GitHub wraps some: with the number of all of them."""
    return cast("Json", {"total_count": len(entries), name: list(entries)})
