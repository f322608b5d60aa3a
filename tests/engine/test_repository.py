"""The repository example, over real HTTP to the local GitHub."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from local.cloud import Cloud
from local.workspace import Workspace


def get(cloud: Cloud, path: str) -> Any:
    token = cloud.environment["GITHUB_TOKEN"]
    request = urllib.request.Request(  # noqa: S310  the local GitHub
        f"{cloud.github_endpoint.rstrip('/')}{path}", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  same
        return json.load(answer)


def test_repository_is_made_kept_and_archived(
    open_example: Callable[[str], Workspace], cloud: Cloud
) -> None:
    workspace = open_example("repository")
    made = workspace.up()
    assert made.code == 0, made.output
    full_name = workspace.outputs()["repository"]

    repository = get(cloud, f"/repos/{full_name}")
    assert repository["private"]
    (listed,) = get(cloud, f"/repos/{full_name}/rulesets")
    ruleset = get(cloud, f"/repos/{full_name}/rulesets/{listed['id']}")
    assert ruleset["enforcement"] == "active"
    kinds = {rule["type"] for rule in ruleset["rules"]}
    assert kinds == {"deletion", "non_fast_forward", "pull_request"}

    assert set(workspace.up().changes) == {"same"}

    destroyed = workspace.destroy()
    assert destroyed.code == 0, destroyed.output
    assert get(cloud, f"/repos/{full_name}")["archived"]


def test_unauthenticated_request_is_refused(cloud: Cloud) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{cloud.github_endpoint.rstrip('/')}/user", timeout=10)  # noqa: S310  the local GitHub
