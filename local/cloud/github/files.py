"""Files."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from local.cloud.github.parts import OfRepository
from local.cloud.github_api import Json
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, Call, Properties, State

_REPOSITORY: Final = Call(
    "GET /repos/{owner}/{repository}",
    result=lambda answers: {"branch": answers[0]["default_branch"]},
)
_CONTENTS: Final = "/repos/{owner}/{repository}/contents/{file}"
_CURRENT: Final = f"GET? {_CONTENTS}?ref={{branch}}"


class _File(OfRepository):
    """A file, which goes to the repository's default branch when its program names none."""

    __slots__ = ()

    def create_with(self, api: Api, inputs: Properties) -> State:
        """Create it."""
        branch = inputs.get("branch")
        if not branch:
            told = api.request(_REPOSITORY, inputs, self) or {}
            branch = told["branch"]
        return super().create_with(api, {**inputs, "branch": branch})


def _commit(verb: str) -> dict[str, object]:
    """Return what every commit says of itself."""

    def person(known: Properties) -> object:
        if not known.get("commitAuthor"):
            return None
        return {"name": known["commitAuthor"], "email": known["commitEmail"]}

    return {
        "message": lambda known: known.get("commitMessage") or f"{verb} {known['file']}",
        "branch": "{branch}",
        "author": person,
        "committer": person,
    }


def _sha(known: Properties) -> object:
    """Return the name of the content that the last answer found, if it found any."""
    found = known["found"]
    return found.get("sha") if isinstance(found, Mapping) else None


def _content(known: Properties) -> str:
    return base64.b64encode(str(known["content"]).encode()).decode()


def _read(answers: Sequence[Any]) -> Json:
    match answers:
        case [found, [latest, *_], repository]:
            return {
                "content": base64.b64decode(found["content"]).decode(errors="replace"),
                "sha": found["sha"],
                "ref": parse_qs(urlsplit(found["url"]).query)["ref"][0],
                "commit_sha": latest["sha"],
                "commit_message": latest["commit"]["message"],
                "repository_id": repository["id"],
            }
        case _:  # the answers to a commit, which is read back
            return {}


def _check(inputs: Properties) -> Iterator[CheckFailure]:
    for name, other in (("commitAuthor", "commitEmail"), ("commitEmail", "commitAuthor")):
        if name in inputs and other not in inputs:
            yield CheckFailure(other, f"is required where {name} is set.")


_REPOSITORY_FILE: Final = _File(
    token="github:index/repositoryFile:RepositoryFile",
    id="{repository}:{file}:{branch}",
    create=Call(
        f"{_CURRENT}; PUT {_CONTENTS}",
        {
            **_commit("Add"),
            "content": _content,
            "sha": lambda known: _sha(known) if known.get("overwriteOnCreate") else None,
        },
        only=(),
        result=_read,
    ),
    read=Call(
        f"GET {_CONTENTS}?ref={{branch}};"
        "GET /repos/{owner}/{repository}/commits?path={file}&sha={branch}&per_page=1;"
        "GET /repos/{owner}/{repository}",
        absent=("404",),
        result=_read,
    ),
    update=Call(
        f"{_CURRENT}; PUT {_CONTENTS}",
        {**_commit("Update"), "content": _content, "sha": _sha},
        only=(),
        result=_read,
    ),
    delete=Call(
        f"{_CURRENT}; DELETE {_CONTENTS}",
        {**_commit("Delete"), "sha": _sha},
        only=(),
    ),
    defaults={"overwriteOnCreate": False},
    computed=("branch", "commitMessage"),
    immutable=("repository", "file", "branch"),
    local=("commitAuthor", "commitEmail", "overwriteOnCreate"),
    unsupported={
        "autocreateBranch": "make the branch with github.Branch",
        "autocreateBranchSourceBranch": "make the branch with github.Branch",
        "autocreateBranchSourceSha": "make the branch with github.Branch",
    },
    check=_check,
)

RESOURCES: Final = (_REPOSITORY_FILE,)
