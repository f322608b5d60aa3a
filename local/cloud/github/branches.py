"""Branches, which of them is the default one, and their classic protection."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from local.cloud.github.parts import check_range, require_organization
from local.cloud.github_api import NULL, Json
from local.cloud.schema import CheckFailure
from local.cloud.table import Call, Facet, Properties, Resource

_BRANCH: Final = Resource(
    token="github:index/branch:Branch",
    id="{repository}:{branch}",
    create=Call(
        "GET /repos/{owner}/{repository}/commits/{sourceBranch};"
        "POST /repos/{owner}/{repository}/git/refs",
        {
            "ref": "refs/heads/{branch}",
            "sha": lambda known: known.get("sourceSha") or known["found"]["sha"],
        },
        only=(),
    ),
    read=Call("GET /repos/{owner}/{repository}/git/ref/heads/{branch}", absent=("404",)),
    delete=Call("DELETE /repos/{owner}/{repository}/git/refs/heads/{branch}", only=()),
    defaults={"sourceBranch": "main"},
    computed=("etag", "sourceSha"),
    immutable=("repository", "branch", "sourceBranch", "sourceSha"),
    local=("sourceBranch", "sourceSha"),
)

_SET_DEFAULT_BRANCH: Final = Call(
    "PATCH /repos/{owner}/{repository}", {"default_branch": "{branch}"}, only=()
)

_BRANCH_DEFAULT: Final = Resource(
    token="github:index/branchDefault:BranchDefault",
    id="{repository}",
    create=_SET_DEFAULT_BRANCH,
    read=Call("GET /repos/{owner}/{repository}", absent=("404",)),
    update=_SET_DEFAULT_BRANCH,
    names={"branch": "default_branch", "repositoryId": "id"},
    defaults={"rename": False, "waitForRename": False},
    computed=("etag",),
    immutable=("repository",),
    local=("rename", "waitForRename"),
    unsupported={"rename": "make the branch with github.Branch"},
)

# --- Protection ---

_ACTORS: Final = ("users", "teams", "apps")
_DISMISSAL: Final = {"users": "dismissalUsers", "teams": "dismissalTeams", "apps": "dismissalApps"}
_PROTECTION: Final = "/repos/{owner}/{repository}/branches/{branch}/protection"


def _block(known: Properties, name: str) -> Mapping[str, Any] | None:
    return cast("Mapping[str, Any] | None", known.get(name))


def _status_checks(known: Properties) -> object:
    """Return the required checks; each is a context, and after a colon the app that sets it."""
    block = _block(known, "requiredStatusChecks")
    if block is None:
        return NULL
    checks = []
    for each in block.get("checks") or ():
        context, _, app = each.rpartition(":")
        checks.append({"context": context, "app_id": int(app)} if context else {"context": each})
    strict = {"strict": block.get("strict", False)}
    return {**strict, **({"checks": checks} if checks else {"contexts": block.get("contexts", [])})}


def _reviews(known: Properties) -> object:
    block = _block(known, "requiredPullRequestReviews")
    if block is None:
        return NULL
    bypass = block.get("bypassPullRequestAllowances") or {}
    return {
        "dismiss_stale_reviews": block.get("dismissStaleReviews", False),
        "require_code_owner_reviews": block.get("requireCodeOwnerReviews", False),
        "require_last_push_approval": block.get("requireLastPushApproval", False),
        "required_approving_review_count": block.get("requiredApprovingReviewCount", 1),
        "dismissal_restrictions": {
            kind: block[name] for kind, name in _DISMISSAL.items() if block.get(name)
        },
        "bypass_pull_request_allowances": {kind: bypass.get(kind, []) for kind in _ACTORS},
    }


def _restrictions(known: Properties) -> object:
    block = _block(known, "restrictions")
    return NULL if block is None else {kind: block.get(kind) or [] for kind in _ACTORS}


def _logins(shown: Mapping[str, Any] | None) -> Json:
    """Return the names of those whom an answer describes at length."""
    told = {kind: [_login(each) for each in (shown or {}).get(kind, ())] for kind in _ACTORS}
    return {kind: names for kind, names in told.items() if names}


def _login(shown: Mapping[str, Any]) -> str:
    return str(shown.get("login") or shown["slug"])


def _read_protection(answers: Sequence[Any]) -> Json:
    told = answers[-1] or {}
    if "enforce_admins" not in told:
        return {}
    read: Json = {
        "enforce_admins": told["enforce_admins"]["enabled"],
        "require_conversation_resolution": told["required_conversation_resolution"]["enabled"],
        "require_signed_commits": told["required_signatures"]["enabled"],
    }
    if checks := told.get("required_status_checks"):
        named = [
            f"{each['context']}:{each['app_id']}" if each["app_id"] else each["context"]
            for each in checks["checks"]
        ]
        contexts = checks["contexts"]
        read["required_status_checks"] = {**checks, "checks": named, "contexts": contexts}
    if reviews := told.get("required_pull_request_reviews"):
        dismissal = _logins(reviews.get("dismissal_restrictions"))
        bypass = _logins(reviews.get("bypass_pull_request_allowances"))
        read["required_pull_request_reviews"] = {
            **reviews,
            **{f"dismissal_{kind}": names for kind, names in dismissal.items()},
            "bypass_pull_request_allowances": bypass or None,
        }
    if "restrictions" in told:
        read["restrictions"] = _logins(told["restrictions"])
    return read


def _check_protection(inputs: Properties) -> Iterator[CheckFailure]:
    reviews = "requiredPullRequestReviews"
    yield from check_range(inputs, f"{reviews}.requiredApprovingReviewCount", 0, 6)
    checks = _block(inputs, "requiredStatusChecks")
    if isinstance(checks, Mapping) and checks.get("checks") and checks.get("contexts"):
        yield CheckFailure("requiredStatusChecks.checks", "conflicts with contexts: set it alone.")


_PUT_PROTECTION: Final = Call(
    f"PUT {_PROTECTION}",
    {
        "required_status_checks": _status_checks,
        "required_pull_request_reviews": _reviews,
        "restrictions": _restrictions,
        "enforce_admins": lambda known: known.get("enforceAdmins", False),
        "required_conversation_resolution": lambda known: known.get(
            "requireConversationResolution", False
        ),
    },
    only=(),
    result=_read_protection,
)

_BRANCH_PROTECTION: Final = Resource(
    token="github:index/branchProtectionV3:BranchProtectionV3",
    id="{repository}:{branch}",
    create=_PUT_PROTECTION,
    read=Call(f"GET {_PROTECTION}", absent=("404",), result=_read_protection),
    update=_PUT_PROTECTION,
    delete=Call(f"DELETE {_PROTECTION}", only=()),
    defaults={
        "enforceAdmins": False,
        "requireConversationResolution": False,
        "requireSignedCommits": False,
        "requiredPullRequestReviews.dismissStaleReviews": False,
        "requiredPullRequestReviews.requireLastPushApproval": False,
        "requiredPullRequestReviews.requiredApprovingReviewCount": 1,
        "requiredStatusChecks.strict": False,
    },
    computed=("etag", "requiredStatusChecks.checks", "requiredStatusChecks.contexts"),
    immutable=("branch", "repository"),
    sets=(
        "requiredStatusChecks.checks",
        "requiredStatusChecks.contexts",
        *(f"requiredPullRequestReviews.{name}" for name in _DISMISSAL.values()),
        *(f"requiredPullRequestReviews.bypassPullRequestAllowances.{kind}" for kind in _ACTORS),
        *(f"restrictions.{kind}" for kind in _ACTORS),
    ),
    facets=(
        Facet(
            ("requireSignedCommits",),
            choose=lambda *_: [
                Call(f"POST:requireSignedCommits {_PROTECTION}/required_signatures")
            ],
        ),
    ),
    check=_check_protection,
    require=require_organization,
)

RESOURCES: Final = (_BRANCH, _BRANCH_DEFAULT, _BRANCH_PROTECTION)
