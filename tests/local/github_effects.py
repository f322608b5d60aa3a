"""Whether GitHub refuses what it should, decided from what its REST API tells of a repository.

It knows nothing of the program that made the repository, nor of the emulated GitHub's own
enforcement: it reads the stored rules, settings and protection, and judges attempts by GitHub's
documentation. What it does not know of an actor or a rule, it takes to let the attempt pass, so
"refused" is certain and "passes" is the worst case.

Sources, all in github/docs under ``content/``:

- rulesets: ``repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets``,
  ``about-rulesets`` (all rules that target a branch add up) and ``available-rules-for-rulesets``;
- classic protection: ``.../managing-protected-branches/about-protected-branches`` (administrators
  are bound only where it says so; force pushes and deletions are blocked unless allowed);
- the REST description: ``bypass_mode`` (``pull_request`` lets pass on pull requests alone),
  ``/rules/branches`` (the active rules of a branch, from every ruleset);
- an author cannot approve: the API answers "Can not approve your own pull request";
- Actions: ``.../managing-github-actions-settings-for-a-repository``;
- push protection: ``code-security/secret-scanning``, ``about-push-protection``. Who pushes may pass
  it by giving a reason, which is recorded: it refuses what nobody means to do.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Json = dict[str, Any]
Ask = Callable[[str, str], tuple[int, Any]]

_OWNERS_FILES: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_WRITE_ROLE: Final = 4
"""GitHub's number of the role ``write`` among the actors that bypass."""


class UnreadableError(Exception):
    """The API answered what a judgement cannot stand on."""


# --- Who and what ---


@dataclass(frozen=True)
class Actor:
    """Somebody who tries.

    Args:
        name: For messages.
        admin: Whether it is an administrator, and whoever else a list of exceptions may name.
    """

    name: str
    admin: bool

    def is_among(self, bypass_actors: Sequence[Json], *, by_pull_request: bool) -> bool:
        """Tell whether a ruleset lets the actor pass."""
        return any(
            self._is(each)
            and (by_pull_request or each.get("bypass_mode", "always") != "pull_request")
            for each in bypass_actors
        )

    def _is(self, bypass_actor: Json) -> bool:
        role = bypass_actor["actor_type"] == "RepositoryRole"
        return self.admin or (role and bypass_actor["actor_id"] == _WRITE_ROLE)


WRITER: Final = Actor("somebody with write access", admin=False)
ANYONE: Final = Actor("anyone, administrators and exceptions included", admin=True)
"""Whoever may most: what it is refused is refused to all."""


@dataclass(frozen=True)
class Review:
    """A review of a pull request.

    Args:
        by: Who reviewed, with write access.
        seen: How many pushes there were by then.
        approves: Whether it approves, or else requests changes.
        owner: Whether the reviewer owns the code.
    """

    by: str
    seen: int = 1
    approves: bool = True
    owner: bool = True


@dataclass(frozen=True)
class PullRequest:
    """A pull request to the default branch, as it stands when somebody merges it.

    Args:
        author: Who opened it.
        pushers: Who pushed to it, one a push.
        reviews: Its reviews.
        checks: What every check says that is required: ``passed``, ``failed``, or ``missing``.
        unresolved: Whether a conversation is not resolved.
        behind: Whether the branch that it goes to has moved on.
        signed: Whether its commits are.
        method: ``merge``, ``squash`` or ``rebase``.
    """

    author: str = "author"
    pushers: Sequence[str] = ("author",)
    reviews: Sequence[Review] = field(default=(Review("reviewer"), Review("second")))
    checks: str = "passed"
    unresolved: bool = False
    behind: bool = False
    signed: bool = True
    method: str = "squash"


# --- The repository ---


@dataclass(frozen=True)
class Effects:
    """A repository, as far as it decides what is refused. Each attempt gives the reasons.

    Args:
        settings: The repository itself.
        rulesets: The active rulesets for its default branch, with whom they let pass.
        tag_rulesets: The active rulesets for tags.
        protection: The default branch's classic protection; ``None``: there is none.
        actions: What Actions may run, at every level.
        workflows: What a workflow's token may do, at every level.
        selections: The actions that are allowed where not all are, at every level that selects.
        has_owners: Whether the repository has a file of code owners.
    """

    settings: Json
    rulesets: Sequence[Json] = ()
    tag_rulesets: Sequence[Json] = ()
    protection: Json | None = None
    actions: Sequence[Json] = ()
    workflows: Sequence[Json] = ()
    selections: Sequence[Json] = ()
    has_owners: bool = False

    @classmethod
    def read(cls, ask: Ask, full_name: str) -> Effects:
        """Read a repository.

        Args:
            ask: Sends a request by method and path; returns the status and the parsed body.
            full_name: Owner and name.

        Raises:
            UnreadableError: An answer is neither what was asked for nor says that it is not there.
        """
        base = f"/repos/{full_name}"
        settings = _known(ask, base)
        branch = settings["default_branch"]
        # 403 says that the plan has none, and so none that is in force.
        listed = _known(ask, f"{base}/rulesets?includes_parents=true&per_page=100", (403,), [])
        held = _known(ask, f"{base}/rules/branches/{branch}?per_page=100", (403,), [])
        numbers = {rule["ruleset_id"] for rule in held}
        rulesets = [
            _known(ask, f"{base}/rulesets/{each['id']}?includes_parents=true") for each in listed
        ]
        active = [each for each in rulesets if each["enforcement"] == "active"]
        organization = settings["owner"]["type"] == "Organization"
        scopes = [base, *([f"/orgs/{settings['owner']['login']}"] if organization else [])]
        paths = [f"{scope}/actions/permissions" for scope in scopes]
        actions = [_known(ask, path) for path in paths]
        return cls(
            settings=settings,
            rulesets=[each for each in active if each["id"] in numbers],
            tag_rulesets=[each for each in active if each["target"] == "tag"],
            protection=_known(ask, f"{base}/branches/{branch}/protection", (403, 404)),
            actions=actions,
            workflows=[_known(ask, f"{path}/workflow") for path in paths],
            selections=[
                _known(ask, f"{path}/selected-actions")
                for path, told in zip(paths, actions, strict=True)
                if told.get("allowed_actions") == "selected"
            ],
            has_owners=any(
                _known(ask, f"{base}/contents/{path}", (404,)) is not None for path in _OWNERS_FILES
            ),
        )

    # --- Attempts ---

    def push(self, by: Actor = ANYONE, *, signed: bool = True) -> list[str]:
        """Push commits to the default branch, without a pull request."""
        return [
            *self._archived(),
            *self._unpushable(by, signed=signed),
            *self._unpushable_classic(by, signed=signed),
        ]

    def _unpushable(self, by: Actor, *, signed: bool) -> Iterator[str]:
        for kind, _ in self._rules(by, by_pull_request=False):
            match kind:
                case "pull_request" | "workflows" | "merge_queue":
                    yield f"{kind}: changes go through a pull request"
                case "required_status_checks":
                    yield f"{kind}: nothing has checked the commits"
                case "update":
                    yield f"{kind}: nobody updates the branch"
                case "required_signatures" if not signed:
                    yield f"{kind}: the commits are not signed"

    def _unpushable_classic(self, by: Actor, *, signed: bool) -> Iterator[str]:
        protection = self._classic(by)
        if protection.get("required_pull_request_reviews") and not self._is_excepted(by):
            yield "protection: changes go through a pull request"
        if protection.get("required_status_checks"):
            yield "protection: nothing has checked the commits"
        if _enabled(protection, "lock_branch"):
            yield "protection: the branch is locked"
        if _enabled(protection, "required_signatures") and not signed:
            yield "protection: the commits are not signed"
        if "restrictions" in protection and not by.admin:
            yield "protection: only those who are named push"

    def force_push(self, by: Actor = ANYONE) -> list[str]:
        """Rewrite the history of the default branch."""
        return [*self._archived(), *self._rewrite(by, "non_fast_forward", "allow_force_pushes")]

    def delete(self, by: Actor = ANYONE) -> list[str]:
        """Delete the default branch, as far as a rule decides: GitHub keeps it in any case."""
        return [*self._archived(), *self._rewrite(by, "deletion", "allow_deletions")]

    def _rewrite(self, by: Actor, kind: str, allowed: str) -> Iterator[str]:
        if kind in [each for each, _ in self._rules(by, by_pull_request=False)]:
            yield f"{kind}: no"
        protection = self._classic(by)
        if protection and not _enabled(protection, allowed):
            yield f"protection: {allowed} is off"

    def merge(self, pull: PullRequest, by: Actor = ANYONE) -> list[str]:
        """Merge a pull request into the default branch."""
        reasons = list(self._archived())
        for kind, parameters in self._rules(by, by_pull_request=True):
            match kind:
                case "pull_request":
                    methods = parameters.get("allowed_merge_methods", [pull.method])
                    if pull.method not in methods:
                        reasons.append(f"{kind}: not by {pull.method}")
                    reasons += [f"{kind}: {each}" for each in self._unreviewed(pull, parameters)]
                case "required_status_checks":
                    required = parameters["required_status_checks"]
                    strict = parameters["strict_required_status_checks_policy"]
                    reasons += _unchecked(kind, pull, required, strict=strict)
                case "workflows" | "code_scanning":
                    reasons += _unchecked(kind, pull, [kind], strict=False)
                case "required_linear_history" if pull.method == "merge":
                    reasons.append(f"{kind}: no merge commits")
                case "required_signatures" if not pull.signed:
                    reasons.append(f"{kind}: the commits are not signed")
                case "update":
                    reasons.append(f"{kind}: nobody updates the branch")
        return reasons + list(self._unmergeable_classic(pull, by))

    def _unmergeable_classic(self, pull: PullRequest, by: Actor) -> Iterator[str]:
        """Yield why the classic protection refuses a merge."""
        protection = self._classic(by)
        reviews = protection.get("required_pull_request_reviews")
        if reviews and not self._is_excepted(by):
            parameters = {
                "required_approving_review_count": reviews["required_approving_review_count"],
                "dismiss_stale_reviews_on_push": reviews["dismiss_stale_reviews"],
                "require_code_owner_review": reviews["require_code_owner_reviews"],
                "require_last_push_approval": reviews["require_last_push_approval"],
            }
            yield from (f"protection: {each}" for each in self._unreviewed(pull, parameters))
        if checks := protection.get("required_status_checks"):
            yield from _unchecked("protection", pull, checks["checks"], strict=checks["strict"])
        if _enabled(protection, "required_conversation_resolution") and pull.unresolved:
            yield "protection: a conversation is not resolved"
        if _enabled(protection, "required_signatures") and not pull.signed:
            yield "protection: the commits are not signed"
        if _enabled(protection, "required_linear_history") and pull.method == "merge":
            yield "protection: no merge commits"
        if _enabled(protection, "lock_branch"):
            yield "protection: the branch is locked"

    def _unreviewed(self, pull: PullRequest, parameters: Mapping[str, Any]) -> Iterator[str]:
        """Yield what the reviews of a pull request lack."""
        last = len(pull.pushers)
        counted = [each for each in pull.reviews if each.approves and each.by != pull.author]
        if parameters.get("dismiss_stale_reviews_on_push"):
            counted = [each for each in counted if each.seen == last]
        if len({each.by for each in counted}) < parameters["required_approving_review_count"]:
            yield "an approval is missing"
        if any(not each.approves for each in pull.reviews):
            yield "changes are requested"
        fresh = [each for each in counted if each.seen == last and each.by != pull.pushers[-1]]
        if parameters.get("require_last_push_approval") and not fresh:
            yield "the last push is not approved by somebody else"
        owners = parameters.get("require_code_owner_review") and self.has_owners
        if owners and not any(each.owner for each in counted):
            yield "no code owner approves"
        if parameters.get("required_review_thread_resolution") and pull.unresolved:
            yield "a conversation is not resolved"

    def move_tag(self, tag: str, by: Actor = ANYONE) -> list[str]:
        """Let an existing tag name another commit."""
        return self._tag(tag, by, ("update", "non_fast_forward"))

    def delete_tag(self, tag: str, by: Actor = ANYONE) -> list[str]:
        """Delete a tag."""
        return self._tag(tag, by, ("deletion",))

    def _tag(self, tag: str, by: Actor, kinds: Sequence[str]) -> list[str]:
        return [
            *self._archived(),
            *(
                f"{rule['type']}: no"
                for ruleset in self.tag_rulesets
                if _names(ruleset, f"refs/tags/{tag}")
                and not by.is_among(ruleset["bypass_actors"], by_pull_request=False)
                for rule in ruleset["rules"]
                if rule["type"] in kinds
            ),
        ]

    def approve_by_workflow(self) -> list[str]:
        """Let a workflow approve a pull request with its own token."""
        approve = "can_approve_pull_request_reviews"
        return [
            *self._without_actions(),
            *(f"{approve} is off" for each in self.workflows if not each[approve]),
        ]

    def write_by_workflow(self) -> list[str]:
        """Let a workflow that asks for no permission write to the repository."""
        default = "default_workflow_permissions"
        return [
            *self._without_actions(),
            *(f"{default} is read" for each in self.workflows if each[default] == "read"),
        ]

    def run_action(self, uses: str, *, verified: bool = False) -> list[str]:
        """Run an action in a workflow.

        Args:
            uses: What the workflow says, such as ``actions/checkout@v4``.
            verified: Whether its creator is verified in the marketplace.
        """
        return [*self._without_actions(), *self._unrunnable(uses, verified=verified)]

    def _unrunnable(self, uses: str, *, verified: bool) -> Iterator[str]:
        _, _, reference = uses.partition("@")
        pinned = len(reference) == 40 and set(reference) <= set("0123456789abcdef")
        for told in self.actions:
            if told.get("sha_pinning_required") and not pinned:
                yield "sha_pinning_required: not pinned to a commit"
            if told.get("allowed_actions") == "local_only":
                yield "allowed_actions is local_only"
        for chosen in self.selections:
            if not _is_selected(chosen, uses, verified=verified):
                yield "allowed_actions is selected, and the action is not"

    def _without_actions(self) -> Iterator[str]:
        for told in self.actions:
            if not told.get("enabled", True) or told.get("enabled_repositories") == "none":
                yield "Actions are off"

    def push_secret(self) -> list[str]:
        """Push a commit with a secret of a known pattern, and not insist."""
        name = "secret_scanning_push_protection"
        told = (self.settings.get("security_and_analysis") or {}).get(name, {})
        return [*self._archived(), *([f"{name}: no"] if told.get("status") == "enabled" else [])]

    # --- What holds ---

    def _archived(self) -> Iterator[str]:
        if self.settings["archived"]:
            yield "the repository is archived"

    def _rules(
        self, by: Actor, *, by_pull_request: bool
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the rules of the default branch that bind an actor."""
        for ruleset in self.rulesets:
            if not by.is_among(ruleset["bypass_actors"], by_pull_request=by_pull_request):
                for rule in ruleset["rules"]:
                    yield rule["type"], rule.get("parameters", {})

    def _classic(self, by: Actor) -> Json:
        """Return the classic protection if it binds an actor."""
        protection = self.protection or {}
        return {} if by.admin and not _enabled(protection, "enforce_admins") else protection

    def _is_excepted(self, by: Actor) -> bool:
        """Tell whether the protection may let an actor do without a pull request."""
        reviews = (self.protection or {}).get("required_pull_request_reviews", {})
        excepted = reviews.get("bypass_pull_request_allowances", {})
        return by.admin and any(excepted.get(kind) for kind in ("users", "teams", "apps"))


def _known(ask: Ask, path: str, missing: Sequence[int] = (), instead: Any = None) -> Any:
    status, body = ask("GET", path)
    if status in missing:
        return instead
    if status != 200:
        raise UnreadableError(f"GET {path.partition('?')[0]} answered {status}")
    return body


def _enabled(protection: Json, name: str) -> bool:
    return bool(protection.get(name, {}).get("enabled"))


def _unchecked(
    kind: str, pull: PullRequest, required: Sequence[Any], *, strict: bool
) -> Iterator[str]:
    if required and pull.checks != "passed":
        yield f"{kind}: a required check is {pull.checks}"
    if required and strict and pull.behind:
        yield f"{kind}: the branch is behind"


def _names(ruleset: Json, ref: str) -> bool:
    """Tell whether a tag ruleset is for a tag; in GitHub's patterns ``*`` stops at a slash."""
    names = ruleset["conditions"]["ref_name"]

    def any_of(patterns: Sequence[str]) -> bool:
        return any(
            each == "~ALL"
            or (
                fnmatch.fnmatchcase(ref, each)
                and ("**" in each or ref.count("/") == each.count("/"))
            )
            for each in patterns
        )

    return any_of(names["include"]) and not any_of(names.get("exclude", ()))


def _is_selected(chosen: Json, uses: str, *, verified: bool) -> bool:
    owner = uses.partition("/")[0]
    if chosen["github_owned_allowed"] and owner in ("actions", "github"):
        return True
    if chosen["verified_allowed"] and verified:
        return True
    patterns = chosen["patterns_allowed"]
    forbidden = [each.removeprefix("!") for each in patterns if each.startswith("!")]
    allowed = [each for each in patterns if not each.startswith("!")]
    return _fits(uses, allowed) and not _fits(uses, forbidden)


def _fits(uses: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(uses, each) for each in patterns)


# --- What a protected repository refuses, and an unprotected one does not ---

_TWICE: Final = ("author", "author")

ATTEMPTS: Final[Mapping[str, Callable[[Effects], list[str]]]] = {
    "a direct push to the default branch": lambda effects: effects.push(),
    "a merge without approval": lambda effects: effects.merge(PullRequest(reviews=())),
    "a merge that its author alone approved": lambda effects: effects.merge(
        PullRequest(reviews=(Review("author"),))
    ),
    "a merge that its last pusher approved": lambda effects: effects.merge(
        PullRequest(pushers=("author", "second"), reviews=(Review("second", seen=2),))
    ),
    "a merge that was approved before the last push": lambda effects: effects.merge(
        PullRequest(pushers=_TWICE, reviews=(Review("reviewer"), Review("second")))
    ),
    "a merge with an open conversation": lambda effects: effects.merge(
        PullRequest(unresolved=True)
    ),
    "a merge with a failed check": lambda effects: effects.merge(PullRequest(checks="failed")),
    "a merge with a missing check": lambda effects: effects.merge(PullRequest(checks="missing")),
    "a merge of what is behind": lambda effects: effects.merge(PullRequest(behind=True)),
    "a merge without a code owner": lambda effects: effects.merge(
        PullRequest(reviews=(Review("reviewer", owner=False), Review("second", owner=False)))
    ),
    "a force push": lambda effects: effects.force_push(),
    "a deletion of the branch": lambda effects: effects.delete(),
    "a tag of a release that moves": lambda effects: effects.move_tag("v1.0.0"),
    "a deletion of the tag of a release": lambda effects: effects.delete_tag("v1.0.0"),
    "a workflow that approves a pull request": lambda effects: effects.approve_by_workflow(),
    "a workflow that writes without asking": lambda effects: effects.write_by_workflow(),
    "an action that is not pinned": lambda effects: effects.run_action("actions/checkout@v4"),
    "an action of a stranger": lambda effects: effects.run_action(f"stranger/tool@{'a' * 40}"),
    "a push of a secret": lambda effects: effects.push_secret(),
}
"""Attempts by whoever may most; one that gives no reason succeeds."""

HONEST: Final = PullRequest()
"""What must stay possible: reviewed by two others, checked, up to date, and resolved."""


def refusals(effects: Effects) -> dict[str, list[str]]:
    """Return why each attempt is refused; no reason: it succeeds."""
    return {name: attempt(effects) for name, attempt in ATTEMPTS.items()}
