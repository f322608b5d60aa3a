"""Repositories, and what Dependabot does for them."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from local.cloud.github.parts import check_text
from local.cloud.github_api import Json, merge
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, AutoName, Call, Facet, Properties, Resource

_SECURITY: Final = (
    "advancedSecurity",
    "codeSecurity",
    "secretScanning",
    "secretScanningAiDetection",
    "secretScanningNonProviderPatterns",
    "secretScanningPushProtection",
)
_UNSET_FLAGS: Final = dict.fromkeys(
    (
        "has_issues",
        "has_projects",
        "has_wiki",
        "has_downloads",
        "has_discussions",
        "is_template",
        "allow_update_branch",
    ),
    False,
)
"""Flags that the official provider sends as false when the program does not set them."""


def _check(inputs: Properties) -> Iterator[CheckFailure]:
    if "private" in inputs and "visibility" in inputs:
        yield CheckFailure("private", "conflicts with visibility: set visibility alone.")
    statuses = {f"securityAndAnalysis.{each}.status": ("enabled", "disabled") for each in _SECURITY}
    yield from check_text(
        inputs,
        {
            "name": re.compile(r"[-a-zA-Z0-9_.]{1,100}"),
            "visibility": ("public", "private", "internal"),
            "topics": re.compile(r"[a-z0-9][a-z0-9-]{0,49}"),
            **statuses,
        },
    )


def _read(answers: Sequence[Any]) -> Json:
    answer = merge(answers)
    if "id" not in answer:
        return {}
    shown = {name: value for name, value in answer.items() if name not in ("private", "fork")}
    return {**shown, "repo_id": answer["id"], "id": answer["name"]}


def _archive(archived: bool) -> Call:  # noqa: FBT001  the one thing that it says
    return Call("PATCH /repos/{owner}/{id}", {"archived": archived}, only=())


class _Repository(Resource):
    """A repository, which may be archived instead of deleted."""

    __slots__ = ()

    def delete_with(self, api: Api, identity: str, known: Properties) -> None:
        """Delete it or, if its program says so, archive it."""
        if not known.get("archiveOnDestroy"):
            super().delete_with(api, identity, known)
            return
        found = self.read_with(api, identity, known)
        if found and not found.outputs.get("archived"):
            api.request(_archive(archived=True), {}, self, {"id": identity})


_ALERTS: Final = "/repos/{owner}/{id}/vulnerability-alerts"

_REPOSITORY: Final = _Repository(
    token="github:index/repository:Repository",
    # Not over the name: a repository that is renamed keeps its id in Pulumi, and GitHub redirects.
    id="{id}",
    create=Call(
        "POST {repositories}",
        {**_UNSET_FLAGS, "auto_init": lambda known: known.get("autoInit")},
        result=_read,
    ),
    read=Call("GET /repos/{owner}/{id}", absent=("404",), result=_read),
    update=Call("PATCH /repos/{owner}/{id}", _UNSET_FLAGS, result=_read),
    delete=Call("DELETE /repos/{owner}/{id}"),
    names={
        "homepageUrl": "homepage",
        "sshCloneUrl": "ssh_url",
        "gitCloneUrl": "git_url",
        "httpCloneUrl": "clone_url",
        "primaryLanguage": "language",
    },
    name=AutoName("name", 100),
    defaults={
        "allowMergeCommit": True,
        "allowSquashMerge": True,
        "allowRebaseMerge": True,
        "allowAutoMerge": False,
        "deleteBranchOnMerge": False,
        "webCommitSignoffRequired": False,
        "archived": False,
        "mergeCommitTitle": "MERGE_MESSAGE",
        "mergeCommitMessage": "PR_TITLE",
        "squashMergeCommitTitle": "COMMIT_OR_PR_TITLE",
        "squashMergeCommitMessage": "COMMIT_MESSAGES",
    },
    computed=(
        "allowForking",
        "defaultBranch",
        "etag",
        "fork",
        "private",
        "securityAndAnalysis",
        *(f"securityAndAnalysis.{each}" for each in _SECURITY),
        "sourceOwner",
        "sourceRepo",
        "topics",
        "visibility",
        "vulnerabilityAlerts",
    ),
    sets=("topics",),
    clear=("description", "homepageUrl"),
    local=("archiveOnDestroy", "autoInit", "ignoreVulnerabilityAlertsDuringRead"),
    unsupported={
        "fork": "create a repository of its own",
        "gitignoreTemplate": "add the file with github.RepositoryFile",
        "licenseTemplate": "add the file with github.RepositoryFile",
        "pages": "leave them out, or deploy with the official provider",
        "private": "set visibility",
        "sourceOwner": "create a repository of its own",
        "sourceRepo": "create a repository of its own",
        "template": "create a repository of its own",
    },
    facets=(
        Facet(
            ("visibility",),
            put=Call("PATCH /repos/{owner}/{id}"),
            created=True,
        ),
        # A new repository has its default branch, main, once something is pushed.
        Facet(
            ("defaultBranch",),
            choose=lambda old, new: (
                [Call("PATCH /repos/{owner}/{id}")] if old or new["defaultBranch"] != "main" else []
            ),
        ),
        Facet(("allowForking",), choose=lambda *_: [Call("PATCH /repos/{owner}/{id}")]),
        # GitHub takes no notice of it at creation; the official provider ends one with an update.
        Facet(("webCommitSignoffRequired",), choose=lambda *_: [Call("PATCH /repos/{owner}/{id}")]),
        Facet(
            ("topics",),
            choose=lambda _, new: [
                Call("PUT /repos/{owner}/{id}/topics", {"names": new.get("topics") or []}, only=())
            ],
        ),
        Facet(
            ("vulnerabilityAlerts",),
            choose=lambda *_: [Call(f"PUT:vulnerabilityAlerts {_ALERTS}")],
            read=Call(f"GET:vulnerabilityAlerts {_ALERTS}"),
        ),
        Facet(("securityAndAnalysis",), put=Call("PATCH /repos/{owner}/{id}")),
        Facet(("archived",), choose=lambda _, new: [_archive(bool(new.get("archived")))]),
    ),
    check=_check,
)


def _switch(token: str, path: str, defaults: Properties) -> Resource:
    """Declare a setting of a repository that is on or off and has an address of its own."""
    repository = "GET /repos/{owner}/{repository}"
    address = f"/repos/{{owner}}/{{repository}}/{path}"
    turn = f"PUT:enabled {address}"
    return Resource(
        token=token,
        id="{repository}",
        create=Call(f"{repository}; {turn}"),
        read=Call(f"{repository}; GET:enabled {address}", absent=("404",)),
        update=Call(turn),
        delete=Call(f"DELETE {address}", only=()),
        names={"repositoryId": "id"},
        defaults=defaults,
        immutable=("repository",),
    )


_SWITCHES: Final = (
    _switch(
        "github:index/repositoryVulnerabilityAlerts:RepositoryVulnerabilityAlerts",
        "vulnerability-alerts",
        {"enabled": True},
    ),
    _switch(
        "github:index/repositoryDependabotSecurityUpdates:RepositoryDependabotSecurityUpdates",
        "automated-security-fixes",
        {},
    ),
)

RESOURCES: Final = (_REPOSITORY, *_SWITCHES)
