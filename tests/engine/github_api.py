"""Asks the local GitHub over HTTP, as a person with a token would."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from local.cloud import Cloud


def asking(cloud: Cloud) -> Callable[..., tuple[int, Any]]:
    """Return what sends a request by method, path and body, and returns status and parsed body."""

    def ask(method: str, path: str, body: object = None) -> tuple[int, Any]:
        request = urllib.request.Request(  # noqa: S310  the local GitHub
            f"{cloud.github_endpoint.rstrip('/')}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {cloud.environment['GITHUB_TOKEN']}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  same
                return answer.status, json.loads(answer.read() or "null")
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read() or "null")

    return ask


def get(cloud: Cloud, path: str) -> Any:
    """Return what stands at a path, which must be there."""
    status, body = asking(cloud)("GET", path)
    assert status == 200, (path, status)
    return body
