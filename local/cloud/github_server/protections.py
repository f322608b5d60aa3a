"""Classic protection of branches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from local.cloud.github_server.call import NOTHING, Answer, Call, Handler, account, number_of, team
from local.cloud.github_server.contents import find_branch
from local.cloud.github_server.errors import ApiError, Json, refuse
from local.cloud.github_server.plans import require_protection
from local.cloud.github_server.state import Repository

_FLAGS: Final = (
    "required_linear_history",
    "allow_force_pushes",
    "allow_deletions",
    "block_creations",
    "required_conversation_resolution",
    "lock_branch",
    "allow_fork_syncing",
)
_MOST_APPROVALS: Final = 6
_ACTORS: Final = ("users", "teams", "apps")


def _scope(call: Call, *, change: bool) -> tuple[Repository, str]:
    repository = call.writable() if change else call.repository()
    require_protection(call.github, repository)
    return repository, find_branch(call, repository)


def _protection(call: Call, *, change: bool) -> Json:
    repository, branch = _scope(call, change=change)
    if branch not in repository.protections:
        raise ApiError(404, "Branch not protected")
    return repository.protections[branch]


# --- What may be in a protection ---


def _settled(call: Call, body: Json) -> Json:
    """Return what is kept of a body.

    Source: the operation's description ("pass an empty list or null to disable", at most six
    approvals); its words for a user's repository are reported by users.
    """
    reviews, restrictions = body["required_pull_request_reviews"], body["restrictions"]
    for each in (
        restrictions,
        (reviews or {}).get("dismissal_restrictions"),
        (reviews or {}).get("bypass_pull_request_allowances"),
    ):
        if each is not None and not call.github.is_organization:
            message = "Only organization repositories can have users and team restrictions"
            raise ApiError(422, "Validation Failed", errors=[message])
    if reviews is not None:
        count = reviews.get("required_approving_review_count", 1)
        if not 0 <= count <= _MOST_APPROVALS:
            message = f"must be between 0 and {_MOST_APPROVALS}"
            refuse("ProtectedBranch", "required_approving_review_count", "custom", message)
        reviews = {
            "dismiss_stale_reviews": reviews.get("dismiss_stale_reviews", False),
            "require_code_owner_reviews": reviews.get("require_code_owner_reviews", False),
            "require_last_push_approval": reviews.get("require_last_push_approval", False),
            "required_approving_review_count": count,
            **{
                name: _actors(reviews[name])
                for name in ("dismissal_restrictions", "bypass_pull_request_allowances")
                if any((reviews.get(name) or {}).values())
            },
        }
    return {
        **{name: bool(body.get(name)) for name in _FLAGS},
        "enforce_admins": bool(body["enforce_admins"]),
        "required_status_checks": _checks(body["required_status_checks"]),
        "required_pull_request_reviews": reviews,
        "restrictions": None if restrictions is None else _actors(restrictions),
    }


def _actors(named: Mapping[str, Sequence[str]]) -> Json:
    return {kind: list(named.get(kind) or ()) for kind in _ACTORS}


def _checks(asked: Json | None) -> Json | None:
    if asked is None:
        return None
    checks = {each["context"]: each.get("app_id") for each in asked.get("checks") or ()}
    checks |= {each: checks.get(each) for each in asked.get("contexts") or ()}
    # An app of -1 means that any may set the status.
    return {
        "strict": asked["strict"],
        "checks": [
            {"context": context, "app_id": None if app == -1 else app}
            for context, app in checks.items()
        ],
    }


# --- Answers ---


def _show(call: Call, repository: Repository, branch: str) -> Json:
    kept = repository.protections[branch]
    url = f"{call.url_of(repository)}/branches/{branch}/protection"
    shown: Json = {
        "url": url,
        **{name: {"enabled": kept[name]} for name in _FLAGS},
        "required_signatures": _show_signatures(url, kept),
        "enforce_admins": {"url": f"{url}/enforce_admins", "enabled": kept["enforce_admins"]},
    }
    if kept["required_status_checks"] is not None:
        checks = kept["required_status_checks"]
        shown["required_status_checks"] = {
            "url": f"{url}/required_status_checks",
            "contexts_url": f"{url}/required_status_checks/contexts",
            "contexts": [each["context"] for each in checks["checks"]],
            **checks,
        }
    if kept["required_pull_request_reviews"] is not None:
        reviews = kept["required_pull_request_reviews"]
        shown["required_pull_request_reviews"] = {
            "url": f"{url}/required_pull_request_reviews",
            **{
                n: _show_actors(call, url, v) if isinstance(v, dict) else v
                for n, v in reviews.items()
            },
        }
    if kept["restrictions"] is not None:
        shown["restrictions"] = _show_actors(call, f"{url}/restrictions", kept["restrictions"])
    return shown


def _show_signatures(url: str, kept: Json) -> Json:
    return {"url": f"{url}/required_signatures", "enabled": kept["required_signatures"]}


def _show_actors(call: Call, url: str, named: Mapping[str, Sequence[str]]) -> Json:
    return {
        "url": url,
        **{f"{kind}_url": f"{url}/{kind}" for kind in _ACTORS},
        "users": [account(call, login) for login in named["users"]],
        "teams": [team(call, slug) for slug in named["teams"]],
        "apps": [_app(call, slug) for slug in named["apps"]],
    }


def _app(call: Call, slug: str) -> Json:
    return {
        "id": number_of(slug),
        "slug": slug,
        "node_id": f"A_{slug}",
        "name": slug,
        "owner": account(call, call.github.owner),
        "description": "",
        "external_url": "",
        "html_url": f"https://github.com/apps/{slug}",
        "created_at": "2020-01-01T00:00:00Z",
        "updated_at": "2020-01-01T00:00:00Z",
        "permissions": {},
        "events": [],
    }


# --- Operations ---


def _read(call: Call) -> Answer:
    _protection(call, change=False)
    return 200, _show(call, *_scope(call, change=False))


def _put(call: Call) -> Answer:
    repository, branch = _scope(call, change=True)
    kept = repository.protections.get(branch, {})
    settled = _settled(call, call.body())
    signed = kept.get("required_signatures", False)
    repository.protections[branch] = {**settled, "required_signatures": signed}
    return 200, _show(call, repository, branch)


def _delete(call: Call) -> Answer:
    _protection(call, change=True)
    repository, branch = _scope(call, change=True)
    del repository.protections[branch]
    return NOTHING


def _delete_reviews(call: Call) -> Answer:
    _protection(call, change=True)["required_pull_request_reviews"] = None
    return NOTHING


def _signatures(call: Call) -> Answer:
    kept = _protection(call, change=call.operation.startswith("POST"))
    if call.operation.startswith("POST"):
        kept["required_signatures"] = True
    repository, branch = _scope(call, change=False)
    url = f"{call.url_of(repository)}/branches/{branch}/protection"
    return 200, _show_signatures(url, kept)


def _delete_signatures(call: Call) -> Answer:
    _protection(call, change=True)["required_signatures"] = False
    return NOTHING


_PROTECTION: Final = "/repos/{owner}/{repo}/branches/{branch}/protection"

ROUTES: Final[Mapping[str, Handler]] = {
    f"GET {_PROTECTION}": _read,
    f"PUT {_PROTECTION}": _put,
    f"DELETE {_PROTECTION}": _delete,
    f"DELETE {_PROTECTION}/required_pull_request_reviews": _delete_reviews,
    f"GET {_PROTECTION}/required_signatures": _signatures,
    f"POST {_PROTECTION}/required_signatures": _signatures,
    f"DELETE {_PROTECTION}/required_signatures": _delete_signatures,
}
