"""Branches, commits and files."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Final

from local.cloud.github_server.call import NOTHING, WEB, Answer, Call, Handler
from local.cloud.github_server.enforcement import require_free_file, require_free_ref
from local.cloud.github_server.errors import ApiError, Json, not_found, refuse
from local.cloud.github_server.repositories import author
from local.cloud.github_server.state import Commit, Repository, blob_sha

# --- Answers ---


def _show_commit(base: str, commit: Commit) -> Json:
    parents = [commit.parent] if commit.parent else []
    return {
        "sha": commit.sha,
        "node_id": f"C_{commit.sha}",
        "url": f"{base}/commits/{commit.sha}",
        "html_url": f"{WEB}/commit/{commit.sha}",
        "comments_url": f"{base}/commits/{commit.sha}/comments",
        "author": None,
        "committer": None,
        "commit": {
            "url": f"{base}/git/commits/{commit.sha}",
            "author": dict(commit.author),
            "committer": dict(commit.author),
            "message": commit.message,
            "tree": {"sha": commit.sha, "url": f"{base}/git/trees/{commit.sha}"},
            "comment_count": 0,
        },
        "parents": [{"sha": each.sha, "url": f"{base}/commits/{each.sha}"} for each in parents],
    }


def _show_file(base: str, path: str, content: bytes, branch: str) -> Json:
    sha = blob_sha(content)
    url = f"{base}/contents/{path}?ref={branch}"
    git, html = f"{base}/git/blobs/{sha}", f"{WEB}/blob/{branch}/{path}"
    return {
        "type": "file",
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "size": len(content),
        "encoding": "base64",
        "content": base64.encodebytes(content).decode(),
        "url": url,
        "git_url": git,
        "html_url": html,
        "download_url": f"https://raw.githubusercontent.com/{branch}/{path}",
        "_links": {"self": url, "git": git, "html": html},
    }


def _show_branch(call: Call, repository: Repository, branch: str) -> Json:
    url = f"{call.url_of(repository)}/branches/{branch}"
    html = f"{WEB}/{call.github.owner}/{repository.name}/tree/{branch}"
    protected = branch in repository.protections
    return {
        "name": branch,
        "commit": _show_commit(call.url_of(repository), repository.branches[branch]),
        "_links": {"self": url, "html": html},
        "protected": protected,
        "protection": {"enabled": protected},
        "protection_url": f"{url}/protection",
    }


def _show_ref(call: Call, repository: Repository, branch: str) -> Json:
    base, sha = call.url_of(repository), repository.branches[branch].sha
    return {
        "ref": f"refs/heads/{branch}",
        "node_id": f"REF_{sha}",
        "url": f"{base}/git/refs/heads/{branch}",
        "object": {"type": "commit", "sha": sha, "url": f"{base}/git/commits/{sha}"},
    }


# --- Branches ---


def find_branch(call: Call, repository: Repository) -> str:
    """Return the branch that the path names.

    Raises:
        ApiError: 404 when the repository has none of that name.
    """
    branch = str(call.path["branch"])
    if branch not in repository.branches:
        raise ApiError(404, "Branch not found")
    return branch


def _find_commit(repository: Repository, ref: str) -> Commit:
    known = (c for head in repository.branches.values() for c in head.history())
    by_sha = next((commit for commit in known if commit.sha == ref), None)
    name = ref.removeprefix("refs/").removeprefix("heads/")
    return by_sha or repository.branches.get(name) or not_found()


def _branches(call: Call) -> Answer:
    repository = call.repository()
    names = call.page([*repository.branches])
    return 200, [_show_branch(call, repository, each) for each in names]


def _branch(call: Call) -> Answer:
    repository = call.repository()
    return 200, _show_branch(call, repository, find_branch(call, repository))


def _rename_branch(call: Call) -> Answer:
    repository = call.writable()
    branch, new = find_branch(call, repository), call.body()["new_name"]
    if new in repository.branches:
        refuse("Branch", "new_name", "already_exists", "a branch of that name exists")
    repository.branches[new] = repository.branches.pop(branch)
    if branch in repository.protections:
        repository.protections[new] = repository.protections.pop(branch)
    if repository.default_branch == branch:
        repository.settings["default_branch"] = new
    return 201, _show_branch(call, repository, new)


def _of_branch(call: Call) -> str:
    kind, _, branch = str(call.path["ref"]).partition("/")
    return branch if kind == "heads" else not_found()


def _read_ref(call: Call) -> Answer:
    repository, branch = call.repository(), _of_branch(call)
    if branch not in repository.branches:
        not_found()
    return 200, _show_ref(call, repository, branch)


def _create_ref(call: Call) -> Answer:
    repository = call.writable()
    body = call.body()
    branch = body["ref"].removeprefix("refs/heads/")
    if branch in ("", body["ref"]):
        raise ApiError(422, "Reference name must start with refs/heads/ here: tags are not kept.")
    if not repository.branches:
        raise ApiError(409, "Git Repository is empty.")
    if branch in repository.branches:
        raise ApiError(422, "Reference already exists")
    try:
        commit = _find_commit(repository, body["sha"])
    except ApiError:
        raise ApiError(422, "Object does not exist") from None
    require_free_ref(call.github, repository, branch, "creation")
    repository.branches[branch] = commit
    return 201, _show_ref(call, repository, branch)


def _delete_ref(call: Call) -> Answer:
    repository, branch = call.writable(), _of_branch(call)
    if branch not in repository.branches:
        raise ApiError(422, "Reference does not exist")
    if branch == repository.default_branch:
        raise ApiError(422, "Cannot delete the default branch")
    require_free_ref(call.github, repository, branch, "deletion")
    del repository.branches[branch]
    return NOTHING


# --- Commits and files ---


def _commits(call: Call) -> Answer:
    repository = call.repository()
    if not repository.branches:
        raise ApiError(409, "Git Repository is empty.")
    ref, path = call.query("sha", repository.default_branch), call.query("path")
    found = [
        commit
        for commit in _find_commit(repository, ref).history()
        if not path or commit.changed(path)
    ]
    return 200, [_show_commit(call.url_of(repository), commit) for commit in call.page(found)]


def _commit(call: Call) -> Answer:
    repository = call.repository()
    commit = _find_commit(repository, str(call.path["ref"]))
    return 200, _show_commit(call.url_of(repository), commit)


def _read_file(call: Call) -> Answer:
    repository, path = call.repository(), str(call.path["path"])
    ref = call.query("ref") or repository.default_branch
    content = _find_commit(repository, ref).files.get(path)
    if content is None:
        not_found()
    return 200, _show_file(call.url_of(repository), path, content, ref)


def _write_file(call: Call) -> Answer:
    body = call.body()
    repository, branch, old = _to_write(call, body)
    files = _files(repository, branch)
    files[str(call.path["path"])] = _content(body)
    return (200 if old is not None else 201), _commit_files(call, repository, branch, files, body)


def _delete_file(call: Call) -> Answer:
    body = call.body()
    repository, branch, _ = _to_write(call, body)
    files = _files(repository, branch)
    del files[str(call.path["path"])]
    return 200, _commit_files(call, repository, branch, files, body)


def _to_write(call: Call, body: Json) -> tuple[Repository, str, bytes | None]:
    """Return where to write, and what is there now; refuse whoever may not or does not know it."""
    repository, path = call.writable(), str(call.path["path"])
    branch = body.get("branch") or repository.default_branch
    head = repository.branches.get(branch)
    deletes = call.operation.startswith("DELETE")
    if head is None and (repository.branches or deletes):
        raise ApiError(404, "Branch not found")
    old = head.files.get(path) if head else None
    if deletes and old is None:
        not_found()
    if old is not None and "sha" not in body:
        raise ApiError(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if "sha" in body and (old is None or body["sha"] != blob_sha(old)):
        raise ApiError(409, f"{path} does not match the sha")
    if head is not None:  # GitHub lets the first commit pass
        verb = "delete" if deletes else "create" if old is None else "update"
        require_free_file(call.github, repository, branch, verb)
    return repository, branch, old


def _files(repository: Repository, branch: str) -> dict[str, bytes]:
    head = repository.branches.get(branch)
    return dict(head.files) if head else {}


def _commit_files(
    call: Call, repository: Repository, branch: str, files: Mapping[str, bytes], body: Json
) -> Json:
    path, base = str(call.path["path"]), call.url_of(repository)
    commit = Commit(body["message"], author(call, body), files, repository.branches.get(branch))
    repository.branches[branch] = commit
    shown = _show_file(base, path, files[path], branch) if path in files else None
    if shown:
        del shown["content"], shown["encoding"]
    told = _show_commit(base, commit)
    return {"content": shown, "commit": {**told, **told["commit"]}}


def _content(body: Json) -> bytes:
    try:
        return base64.b64decode(body["content"], validate=True)
    except binascii.Error:
        raise ApiError(422, "content is not valid Base64") from None


_REPOSITORY: Final = "/repos/{owner}/{repo}"

ROUTES: Final[Mapping[str, Handler]] = {
    f"GET {_REPOSITORY}/branches": _branches,
    f"GET {_REPOSITORY}/branches/{{branch}}": _branch,
    f"POST {_REPOSITORY}/branches/{{branch}}/rename": _rename_branch,
    f"GET {_REPOSITORY}/git/ref/{{ref}}": _read_ref,
    f"POST {_REPOSITORY}/git/refs": _create_ref,
    f"DELETE {_REPOSITORY}/git/refs/{{ref}}": _delete_ref,
    f"GET {_REPOSITORY}/commits": _commits,
    f"GET {_REPOSITORY}/commits/{{ref}}": _commit,
    f"GET {_REPOSITORY}/contents/{{path}}": _read_file,
    f"PUT {_REPOSITORY}/contents/{{path}}": _write_file,
    f"DELETE {_REPOSITORY}/contents/{{path}}": _delete_file,
}
