"""Repositories and organizations over real HTTP to the local GitHub, and what they then refuse.

What is refused is decided by an evaluator (`tests/local/github_effects.py`) of the rules that are
stored, read back by the API: the local GitHub keeps rules, and enforces none.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable

import pytest

from local.cloud import Cloud
from local.workspace import Workspace
from tests.engine.github_api import asking, get
from tests.local.github_effects import ATTEMPTS, HONEST, Effects, refusals

Open = Callable[[str], Workspace]


def succeeding(cloud: Cloud, full_name: str) -> set[str]:
    effects = Effects.read(asking(cloud), full_name)
    assert effects.merge(HONEST) == [], "an honest pull request must stay mergeable"
    return {attempt for attempt, reasons in refusals(effects).items() if not reasons}


def test_repository_is_made_kept_and_archived(open_example: Open, cloud: Cloud) -> None:
    workspace = open_example("repository")
    previewed = workspace.preview()
    assert previewed.code == 0, previewed.output
    made = workspace.up()
    assert made.code == 0, made.output
    again = workspace.up()
    assert set(again.changes) == {"same"}, again.output

    full_name = workspace.outputs()["repository"]
    assert get(cloud, f"/repos/{full_name}")["private"]
    # GitHub scans private repositories for an add-on alone: docs/repositories.md.
    assert succeeding(cloud, full_name) == {"a push of a secret"}

    destroyed = workspace.destroy()
    assert destroyed.code == 0, destroyed.output
    assert get(cloud, f"/repos/{full_name}")["archived"]


def test_everything_succeeds_in_the_unprotected_twin(open_example: Open, cloud: Cloud) -> None:
    workspace = open_example("before")
    made = workspace.up(policy_pack=None)
    assert made.code == 0, made.output
    assert succeeding(cloud, workspace.outputs()["repository"]) == set(ATTEMPTS)


def test_existing_repository_is_taken_over_and_keeps_what_it_has(
    open_example: Open, cloud: Cloud
) -> None:
    owner = cloud.environment["GITHUB_OWNER"]
    settings = {
        "name": "legacy",
        "private": True,
        "auto_init": True,
        "description": "Since 2014",
    }
    status, _ = asking(cloud)("POST", f"/orgs/{owner}/repos", settings)
    assert status == 201
    before = get(cloud, f"/repos/{owner}/legacy")

    workspace = open_example("adopt-repository")
    made = workspace.up()
    assert made.code == 0, made.output
    after = get(cloud, f"/repos/{owner}/legacy")
    assert (after["id"], after["description"]) == (before["id"], "Since 2014")
    assert set(workspace.up().changes) == {"same"}
    refused = set(ATTEMPTS) - succeeding(cloud, f"{owner}/legacy")
    assert {"a direct push to the default branch", "a merge without approval"} <= refused


def test_organization_protects_what_its_repositories_do_not(
    open_example: Open, cloud: Cloud
) -> None:
    workspace = open_example("organization")
    made = workspace.up()
    assert made.code == 0, made.output
    again = workspace.up()
    assert set(again.changes) == {"same"}, again.output
    refused = set(ATTEMPTS) - succeeding(cloud, workspace.outputs()["repository"])
    assert {
        "a direct push to the default branch",
        "a merge without approval",
        "a force push",
        "a workflow that approves a pull request",
    } <= refused


def test_unauthenticated_request_is_refused(cloud: Cloud) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{cloud.github_endpoint.rstrip('/')}/user", timeout=10)  # noqa: S310  the local GitHub
