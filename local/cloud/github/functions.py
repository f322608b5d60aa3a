"""Functions: what a program asks GitHub without making anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final, cast
from urllib.parse import quote

from local.cloud.github_api import GitHubApi, refusal
from local.cloud.table import Api, ApiError, Properties


def _organization(api: Api, args: Properties) -> dict[str, object]:
    """Tell what the official provider tells in a summary."""
    if not args.get("summaryOnly"):
        raise ApiError(
            "getOrganization", "Unsupported", "the local cloud has no members: set summaryOnly"
        )
    path = f"/orgs/{quote(str(args['name']))}"
    answer = cast("GitHubApi", api).get(path)
    if answer.status != HTTPStatus.OK:
        raise refusal(f"GET {path}", answer)
    told = answer.body
    return {
        "description": told.get("description") or "",
        "id": str(told["id"]),
        "login": told["login"],
        "name": told.get("name", ""),
        "nodeId": told["node_id"],
        "orgname": told["login"],
        "plan": told["plan"]["name"],
        "summaryOnly": True,
    }


def _rest_api(api: Api, args: Properties) -> dict[str, object]:
    """Tell what an address answers; that nothing is there is an answer, too."""
    endpoint = str(args["endpoint"])
    path = "/" + endpoint.lstrip("/")
    answer = cast("GitHubApi", api).get(path)
    if answer.status not in (HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND):
        raise refusal(f"GET {path.partition('?')[0]}", answer)
    return {
        "body": "" if answer.body is None else json.dumps(answer.body),
        "code": answer.status,
        "endpoint": endpoint,
        "headers": json.dumps({name: [value] for name, value in answer.headers.items()}),
        "id": answer.headers["X-GitHub-Request-Id"],
        "status": f"{answer.status} {HTTPStatus(answer.status).phrase}",
    }


FUNCTIONS: Final[Mapping[str, Callable[[Api, Properties], dict[str, object]]]] = {
    "github:index/getOrganization:getOrganization": _organization,
    "github:index/getRestApi:getRestApi": _rest_api,
}
