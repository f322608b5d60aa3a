"""How a repository is joined with what guards and configures it, for the rules about GitHub.

A resource belongs to the repository that it names: by name, by node id, or by what its reference
was made of where that is not known yet. What guards a default branch is a ruleset of the repository
or of its organization, or a classic protection; GitHub adds them up, and the strictest holds
(GitHub Docs, "About rulesets", "About rule layering").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any, Final

from policy_pack.rule import Block, Resource, Stack, Undecided, ref, some, type_of


def _types(*names: str) -> tuple[str, ...]:
    return tuple(f"github:index/{name[0].lower()}{name[1:]}:{name}" for name in names)


REPOSITORIES: Final = _types("Repository")
DEFAULT_BRANCHES: Final = _types("BranchDefault")
RULESETS: Final = _types("RepositoryRuleset")
ORGANIZATION_RULESETS: Final = _types("OrganizationRuleset")
PROTECTIONS: Final = _types("BranchProtection")
PROTECTIONS_V3: Final = _types("BranchProtectionV3")

ALERTS: Final = _types("RepositoryVulnerabilityAlerts")
UPDATES: Final = _types("RepositoryDependabotSecurityUpdates")
FILES: Final = _types("RepositoryFile")
DEPLOY_KEYS: Final = _types("RepositoryDeployKey")
WEBHOOKS: Final = _types("RepositoryWebhook", "OrganizationWebhook")
ENVIRONMENTS: Final = _types("RepositoryEnvironment")
DEPLOYMENT_POLICIES: Final = _types(
    "RepositoryEnvironmentDeploymentPolicy", "RepositoryDeploymentBranchPolicy"
)

ACTIONS: Final = _types("ActionsRepositoryPermissions")
ORGANIZATION_ACTIONS: Final = _types("ActionsOrganizationPermissions")
ENTERPRISE_ACTIONS: Final = _types("EnterpriseActionsPermissions")
WORKFLOWS: Final = _types("WorkflowRepositoryPermissions")
ORGANIZATION_WORKFLOWS: Final = _types(
    "ActionsOrganizationWorkflowPermissions", "EnterpriseActionsWorkflowPermissions"
)
RUNNER_GROUPS: Final = _types("ActionsRunnerGroup", "EnterpriseActionsRunnerGroup")
SUBJECT_TEMPLATES: Final = _types("ActionsRepositoryOidcSubjectClaimCustomizationTemplate")
ORGANIZATION_SUBJECT_TEMPLATES: Final = _types(
    "ActionsOrganizationOidcSubjectClaimCustomizationTemplate"
)

SECRETS: Final = _types(
    "ActionsSecret",
    "ActionsEnvironmentSecret",
    "CodespacesSecret",
    "CodespacesUserSecret",
    "DependabotSecret",
)
ORGANIZATION_SECRETS: Final = _types(
    "ActionsOrganizationSecret", "CodespacesOrganizationSecret", "DependabotOrganizationSecret"
)
VARIABLES: Final = _types(
    "ActionsVariable", "ActionsEnvironmentVariable", "ActionsOrganizationVariable"
)

COLLABORATORS: Final = _types("RepositoryCollaborator", "RepositoryCollaborators")
ORGANIZATION_SETTINGS: Final = _types("OrganizationSettings")
ENTERPRISE_SECURITY: Final = _types("EnterpriseSecurityAnalysisSettings")

GUARDED: Final = (
    *REPOSITORIES,
    *RULESETS,
    *ORGANIZATION_RULESETS,
    *PROTECTIONS,
    *PROTECTIONS_V3,
)
"""What the rules about guards judge: see `demanded`."""

_ALL_RULESETS: Final = (*RULESETS, *ORGANIZATION_RULESETS)
_GUARDS: Final = (*RULESETS, *PROTECTIONS, *PROTECTIONS_V3)
_REFERENCES: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            *DEFAULT_BRANCHES,
            *RULESETS,
            *PROTECTIONS_V3,
            *ALERTS,
            *UPDATES,
            *FILES,
            *DEPLOY_KEYS,
            *ACTIONS,
            *WORKFLOWS,
            *ENVIRONMENTS,
        ),
        "repository",
    ),
    **dict.fromkeys(PROTECTIONS, "repositoryId"),
}
"""The property by which a resource names its repository."""

_ANY_DEFAULT: Final = ("main", "master")
"""What the default branch is taken to be called where the repository is not in the stack.

Our inference: GitHub's present default, and that of Git.
"""


def visibility(repository: Resource) -> str:
    """Return whether a repository is `public`, `private` or `internal`; it is public by default.

    Source: the provider's documentation of `private` and `visibility`, of which the second counts.
    """
    stated = repository.get("visibility")
    if stated is None:
        return "private" if repository.get("private") is True else "public"
    return str(stated)


# --- What belongs to a repository ---


@dataclass(frozen=True)
class Owned:
    """A resource that names a repository.

    Attributes:
        resource: The resource.
        certain: Whether it is known to name this one.
    """

    resource: Resource
    certain: bool = True

    def holds(self, predicate: Callable[[Resource], object]) -> bool:
        """Tell whether a predicate is true of the resource, and the resource is this repository's.

        Raises:
            Undecided: It is true, but the resource may be another repository's.
        """
        if not predicate(self.resource):
            return False
        if not self.certain:
            raise Undecided(self.resource.name, _REFERENCES[self.resource.type])
        return True


def some_of(
    types: Sequence[str],
    repository: Resource,
    stack: Stack,
    holds: Callable[[Resource], object] = lambda _: True,
) -> bool:
    """Tell whether a predicate is true of a resource of these types that the repository owns.

    Raises:
        Undecided: It is known of none, but may be of one.
    """
    owned = stack.once(_Index).owned(types, repository.urn)
    return some(owned, lambda one: one.holds(holds))


def beside(
    types: Sequence[str], resource: Resource, stack: Stack, holds: Callable[[Resource], object]
) -> bool:
    """Tell whether a predicate is true of a resource of these types and the same repository.

    Raises:
        Undecided: It is known of none, but may be of one; or nothing is known of the repository.
    """
    index = stack.once(_Index)
    if index.may_be_outside(resource):
        raise Undecided(resource.name, _REFERENCES[resource.type])
    owned = chain.from_iterable(index.owned(types, key) for key in index.keys(resource))
    return some(owned, lambda one: one.holds(holds))


def in_stack(resource: Resource, stack: Stack) -> bool:
    """Tell whether the repository that a resource names is, or may be, one of the stack."""
    return stack.once(_Index).outside(resource) is None


class _Index:
    """Who names which repository, found once a stack.

    Repositories are keyed by URN, and those that are not in the stack by name. GitHub takes names
    in either case.
    """

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._named: dict[str, list[str]] = {}
        for repository in stack.of_type(*REPOSITORIES):
            for name in ("name", "nodeId", "id"):
                with suppress(Undecided):
                    value = repository.get(name)
                    if isinstance(value, str) and value:
                        urns = self._named.setdefault(value.lower(), [])
                        urns += [repository.urn] if repository.urn not in urns else []
        self._owned: dict[tuple[str, str], list[Owned]] = {}
        self._anywhere: dict[str, list[Owned]] = {}
        self._keys: dict[str, Sequence[str]] = {}
        self._scopes: dict[str, _Scope | None] = {}
        for type_, reference in _REFERENCES.items():
            for resource in stack.of_type(type_):
                self._add(resource, reference)

    def owned(self, types: Sequence[str], key: str) -> Iterator[Owned]:
        """Return what names a repository, then what may name any."""
        for type_ in types:
            yield from self._owned.get((type_, key), ())
        for type_ in types:
            yield from self._anywhere.get(type_, ())

    def keys(self, resource: Resource) -> Sequence[str]:
        """Return the repositories that a resource may name, as far as it tells."""
        return self._keys.get(resource.urn, ())

    def outside(self, resource: Resource) -> str | None:
        """Return the name of the repository that a resource names, if it is not in the stack."""
        keys = self.keys(resource)
        return keys[0] if len(keys) == 1 and not keys[0].startswith("urn:") else None

    def may_be_outside(self, resource: Resource) -> bool:
        """Tell whether nothing is known of the repository that a resource names."""
        return resource.urn in self._keys and not self.keys(resource)

    def scope(self, subject: Resource) -> _Scope | None:
        """Return the scope that a subject stands for, made once for all rules."""
        if subject.urn not in self._scopes:
            self._scopes[subject.urn] = _scope(subject, self)
        return self._scopes[subject.urn]

    def _add(self, resource: Resource, reference: str) -> None:
        sources = resource.dependencies.get(reference, ())
        try:
            value = resource.get(reference)
        except Undecided:
            keys = [urn for urn in dict.fromkeys(sources) if type_of(urn) in REPOSITORIES]
            if not keys:
                self._anywhere.setdefault(resource.type, []).append(Owned(resource, certain=False))
        else:
            if not isinstance(value, str):
                return
            short = value.rpartition("/")[2].lower()
            named = self._named.get(value.lower()) or self._named.get(short, [])
            # Of two repositories of one name, in two organizations, the one that it was made of.
            keys = [urn for urn in named if urn in sources] or named or [short]
        self._keys[resource.urn] = keys
        for key in keys:
            owned = Owned(resource, certain=len(keys) == 1)
            self._owned.setdefault((resource.type, key), []).append(owned)


# --- What guards a default branch ---


@dataclass(frozen=True)
class _Scope:
    """One default branch, or that of several repositories, and what may guard it.

    Attributes:
        guards: What may guard it.
        covers: Whether a guard is in force for it.
        whole: Whether all that guards it is in the stack, as far as the stack can tell. Else only
            what is there is judged, and not what is missing.
    """

    guards: Sequence[Owned]
    covers: Callable[[Resource], bool] = field(repr=False)
    whole: bool


Demand = Callable[[Resource], bool | None]
"""What a guard says of a demand: that it makes it, that it does not, or nothing (None)."""


def demanded(subject: Resource, stack: Stack, demand: Demand, *, if_said: bool = False) -> bool:
    """Tell whether a guard of the subject's default branch makes a demand.

    A repository must have such a guard, and so must the rulesets of an organization that are for
    all of its repositories. Rulesets and protections of a repository that is not in the stack are
    judged by what they say: what they leave out may stand in another one, which cannot be seen. It
    is told once, at the first of them. An archived repository is read-only, and is not judged.

    Args:
        subject: The repository, ruleset or protection.
        stack: The stack that holds it.
        demand: What a guard says of the demand.
        if_said: Whether any repository is judged by what is said, and not by what is left out.

    Raises:
        Undecided: No guard is known to make the demand, but one may.
    """
    scope = stack.once(_Index).scope(subject)
    if scope is None:
        return True

    def answers(wanted: bool) -> bool:  # noqa: FBT001  the answer that is looked for
        return some(
            scope.guards,
            lambda one: one.holds(lambda guard: demand(guard) is wanted and scope.covers(guard)),
        )

    must = scope.whole and not if_said
    return answers(wanted=True) or not (must or answers(wanted=False))


def is_ruleset(guard: Resource) -> bool:
    """Tell a ruleset from a classic protection."""
    return guard.type in _ALL_RULESETS


def pull_request(guard: Resource) -> Block | None:
    """Return what a guard demands of pull requests; None where it demands none."""
    rule = ("rules", "pullRequest") if is_ruleset(guard) else ("requiredPullRequestReviews",)
    return _first(guard, *rule)


def status_checks(guard: Resource) -> Block | None:
    """Return what a guard demands of status checks; None where it demands none."""
    if is_ruleset(guard):
        block = _first(guard, "rules", "requiredStatusChecks")
        lists: tuple[str, ...] = ("requiredChecks",)
    else:
        block = _first(guard, "requiredStatusChecks")
        lists = ("contexts", "checks")
    return block if block is not None and any(block.has(one) for one in lists) else None


def guards_tags(subject: Resource, stack: Stack, rule: str) -> bool:
    """Tell whether a ruleset in force holds a rule, as `deletion`, for tags that name a release.

    The subject is a repository, or a ruleset of an organization; of those that are for all of its
    repositories the first is judged, with the others.

    Raises:
        Undecided: None is known to, but one may.
    """

    def holds(ruleset: Resource) -> bool:
        return ruleset.get("rules", rule) is True and _is_for_releases(ruleset)

    of_organization = _of_organization(stack)
    if subject.type in REPOSITORIES:
        own = stack.once(_Index).owned(RULESETS, subject.urn)
        return some(
            [*own, *of_organization],
            lambda one: one.holds(lambda ruleset: holds(ruleset) and _is_for(ruleset, subject)),
        )
    for_all = [
        one
        for one in of_organization
        if _is_for_all(one.resource) and _is_for_releases(one.resource)
    ]
    if not for_all or for_all[0].resource is not subject:
        return True
    return some(for_all, lambda one: one.holds(holds))


def leaves_out_branches(stack: Stack) -> bool:
    """Tell whether there are rulesets of an organization, and none in force for default branches.

    Raises:
        Undecided: None is known to be, but one may.
    """
    return _leaves_out(stack, _Branches(_ANY_DEFAULT).guarded_by)


def leaves_out_tags(stack: Stack) -> bool:
    """Tell whether there are rulesets of an organization, and none in force for tags of releases.

    Raises:
        Undecided: None is known to be, but one may.
    """
    return _leaves_out(stack, _is_for_releases)


def _leaves_out(stack: Stack, covers: Callable[[Resource], bool]) -> bool:
    rulesets = _of_organization(stack)
    return bool(rulesets) and not some(rulesets, lambda one: one.holds(covers))


def _is_for_releases(ruleset: Resource) -> bool:
    return _in_force(ruleset, "tag") and any(
        _selects(ruleset, f"refs/tags/{tag}") for tag in ("v1.2.3", "1.2.3")
    )


def _of_organization(stack: Stack) -> list[Owned]:
    return [Owned(one) for one in stack.of_type(*ORGANIZATION_RULESETS)]


def _is_for(guard: Resource, repository: Resource) -> bool:
    """Tell whether a guard that may be for a repository is; only one of an organization may not."""
    return guard.type not in ORGANIZATION_RULESETS or _names_repository(guard, repository)


def _scope(subject: Resource, index: _Index) -> _Scope | None:
    if subject.type in REPOSITORIES:
        return _scope_of_repository(subject, index)
    if subject.type in ORGANIZATION_RULESETS:
        return _scope_of_organization(subject, index)
    return _scope_outside(subject, index)


def _scope_of_repository(repository: Resource, index: _Index) -> _Scope | None:
    if repository.get("archived") is True:
        return None
    branches = _default_branches(repository, index)
    return _Scope(
        [*index.owned(_GUARDS, repository.urn), *_of_organization(index.stack)],
        lambda guard: branches.guarded_by(guard) and _is_for(guard, repository),
        whole=True,
    )


def _scope_of_organization(ruleset: Resource, index: _Index) -> _Scope | None:
    branches = _Branches(_ANY_DEFAULT)
    for_all = [one for one in _of_organization(index.stack) if _is_for_all(one.resource)]
    if not _is_for_all(ruleset):
        return _Scope([Owned(ruleset), *for_all], branches.guarded_by, whole=False)
    if _first_guard(for_all, branches) is not ruleset:
        return None
    return _Scope(for_all, branches.guarded_by, whole=True)


def _scope_outside(guard: Resource, index: _Index) -> _Scope | None:
    name = index.outside(guard)
    if name is None:
        if index.may_be_outside(guard):
            raise Undecided(guard.name, _REFERENCES[guard.type])
        return None
    branches = _default_branches_outside(name, index)
    own = [*index.owned(_GUARDS, name)]
    if _first_guard(own, branches) is not guard:
        return None
    for_it = [one for one in _of_organization(index.stack) if _names(one.resource, name)]
    return _Scope([*own, *for_it], branches.guarded_by, whole=False)


def _first_guard(owned: Sequence[Owned], branches: _Branches) -> Resource | None:
    return next((one.resource for one in owned if branches.guarded_by(one.resource)), None)


# --- Default branches ---


@dataclass(frozen=True)
class _Branches:
    """What a default branch may be called.

    Attributes:
        names: Its names; one that is not known yet is None.
        made_by: URNs of the repository and of its `BranchDefault`, of whose outputs a name that is
            not known yet may be made.
    """

    names: Sequence[str | None]
    made_by: frozenset[str] = frozenset()

    def guarded_by(self, guard: Resource) -> bool:
        """Tell whether a guard is in force for the branch.

        Raises:
            Undecided: It depends on a value that is not known yet.
        """
        if is_ruleset(guard):
            return _in_force(guard, "branch") and self._some(
                guard, lambda name: _selects(guard, name and f"refs/heads/{name}")
            )
        named_by = "branch" if guard.type in PROTECTIONS_V3 else "pattern"
        try:
            pattern = guard.get(named_by)
        except Undecided:
            if self.made_by.intersection(guard.dependencies.get(named_by, ())):
                return True
            raise
        # The REST API takes a name, and no pattern.
        exact = guard.type in PROTECTIONS_V3
        return self._some(
            guard,
            lambda name: _matches(str(pattern), name) and (not exact or pattern == name),
        )

    def _some(self, guard: Resource, holds: Callable[[str | None], bool]) -> bool:
        try:
            return any(map(holds, self.names))
        except _UnknownNameError:
            raise Undecided(guard.name, "default branch") from None


class _UnknownNameError(Exception):
    """A pattern was held against a name that is not known yet."""


def _default_branches(repository: Resource, index: _Index) -> _Branches:
    """Return what a repository's default branch is called.

    A new repository's is called `main`, and the provider refuses another name for it.
    """
    chosen = [*index.owned(DEFAULT_BRANCHES, repository.urn)]
    made_by = frozenset({repository.urn, *(one.resource.urn for one in chosen)})
    try:
        names = _chosen(chosen) or [repository.get("defaultBranch", default="main")]
    except Undecided:
        return _Branches([None], made_by)
    return _Branches([str(name) for name in names], made_by)


def _default_branches_outside(name: str, index: _Index) -> _Branches:
    chosen = [*index.owned(DEFAULT_BRANCHES, name)]
    made_by = frozenset(one.resource.urn for one in chosen)
    try:
        return _Branches(_chosen(chosen) or _ANY_DEFAULT, made_by)
    except Undecided:
        return _Branches([None], made_by)


def _chosen(defaults: Sequence[Owned]) -> list[str]:
    return [str(one.resource.get("branch")) for one in defaults if one.certain]


# --- Rulesets ---


def _in_force(ruleset: Resource, target: str) -> bool:
    stated = (ruleset.get("target"), ruleset.get("enforcement"))
    return stated == (target, "active")


def _selects(ruleset: Resource, name: str | None) -> bool:
    """Tell whether a ruleset's condition is for a ref; None stands for a default branch."""
    path = ("conditions", "refName")
    return not _any(ruleset.strings(*path, "excludes"), name) and _any(
        ruleset.strings(*path, "includes"), name
    )


def _any(patterns: Sequence[str], name: str | None) -> bool:
    """Tell whether one of a condition's patterns matches a ref or a repository's name."""
    if "~ALL" in patterns or ("~DEFAULT_BRANCH" in patterns and _may_be_default(name)):
        return True
    return any(_matches(one, name) for one in patterns if not one.startswith("~"))


def _may_be_default(name: str | None) -> bool:
    return name is None or name.startswith("refs/heads/")


def _is_for_all(ruleset: Resource) -> bool:
    """Tell whether an organization's ruleset is for all of its repositories."""
    path = ("conditions", "repositoryName")
    return "~ALL" in ruleset.strings(*path, "includes") and not ruleset.has(*path, "excludes")


def _names(ruleset: Resource, name: str) -> bool:
    """Tell whether an organization's ruleset is for the repository of a name."""
    path = ("conditions", "repositoryName")
    excluded, included = (ruleset.strings(*path, key) for key in ("excludes", "includes"))
    return not _any(_lower(excluded), name.lower()) and _any(_lower(included), name.lower())


def _lower(patterns: Sequence[str]) -> list[str]:
    return [one if one.startswith("~") else one.lower() for one in patterns]


def _names_repository(ruleset: Resource, repository: Resource) -> bool:
    """Tell whether an organization's ruleset is for a repository of the stack.

    Custom and system properties of repositories are not seen, so that a ruleset that selects by
    them is not counted.
    """
    if ruleset.has("conditions", "repositoryName"):
        return _is_for_all(ruleset) or _names(ruleset, str(repository.get("name")))
    made_of = repository.urn in ruleset.dependencies.get("conditions", ())
    try:
        ids: Any = ruleset.get("conditions", "repositoryIds", default=[])
        own = repository.get("repoId")
    except Undecided:
        if made_of:
            return True
        raise
    return own is not None and isinstance(ids, list) and own in ids


def _first(guard: Resource, *path: str) -> Block | None:
    """Return a block that is there; an empty one says nothing, and the provider leaves it out."""
    return next((one for one in guard.blocks(*path) if one.names()), None)


_LONGEST_NAME: Final = 1_000
"""A longer name matches nothing, so that a match takes no time to speak of."""


def _fits(pattern: str, name: str) -> bool:
    """Tell whether a pattern matches as GitHub reads it: `File.fnmatch` with `FNM_PATHNAME`.

    `*` ends at a slash, and `**/` stands for any folders. A component of a ref never begins with a
    dot (git check-ref-format), so that what is hidden needs no care. No number of stars makes it
    slow, as it would a regular expression.

    Source: GitHub Docs, "Creating rulesets for a repository", "Using `fnmatch` syntax".
    """
    *folders, last = pattern.split("/")
    given = name.split("/")
    reached = {0}
    for folder in folders:
        if folder == "**":
            reached = set(range(min(reached, default=len(given)), len(given)))
        else:
            reached = {at + 1 for at in reached if at < len(given) and _is_like(folder, given[at])}
    return len(given) - 1 in reached and _is_like(last, given[-1])


def _is_like(pattern: str, text: str) -> bool:
    """Match a part between slashes. At a difference the last star takes one character more."""
    tokens = _tokens(pattern)
    at = token = start = 0
    star = -1
    while at < len(text):
        if token < len(tokens) and tokens[token][0] == "*":
            star, start = token, at
            token += 1
        elif token < len(tokens) and _is_one(tokens[token], text[at]):
            token += 1
            at += 1
        elif star >= 0:
            start += 1
            token, at = star + 1, start
        else:
            return False
    return all(rest[0] == "*" for rest in tokens[token:])


@cache
def _tokens(pattern: str) -> Sequence[str]:
    return re.findall(r"\*+|\[[^]]+\]|.", pattern, re.DOTALL)


def _is_one(token: str, character: str) -> bool:
    if len(token) == 1:
        return token in ("?", character)
    # GitHub knows no complement of a set.
    ranges = re.findall(r"(.)-(.)|(.)", token[1:-1], re.DOTALL)
    return any(first <= character <= last or character == one for first, last, one in ranges)


def _matches(pattern: str, name: str | None) -> bool:
    if name is None:
        raise _UnknownNameError
    return len(name) <= _LONGEST_NAME and _fits(pattern, name)


# --- Examples ---


def guarded(
    rules: Mapping[str, Any] | None = None, /, kind: str = "branch", **changes: object
) -> dict[str, Any]:
    """In a rule: an example of a repository with a ruleset."""
    ref_name = "~DEFAULT_BRANCH" if kind == "branch" else "~ALL"
    ruleset = {
        "repository": ref("repository"),
        "target": kind,
        "enforcement": "active",
        "conditions": {"refName": {"includes": [ref_name], "excludes": []}},
        "rules": rules or {},
    }
    return {"repository": (REPOSITORIES[0], {}), "ruleset": (RULESETS[0], {**ruleset, **changes})}


def protected(**protection: object) -> dict[str, Any]:
    """In a rule: an example of a repository with a classic protection."""
    named = {"repositoryId": ref("repository"), "pattern": "main"}
    return {
        "repository": (REPOSITORIES[0], {}),
        "protection": (PROTECTIONS[0], {**named, **protection}),
    }


def protected_v3(**protection: object) -> dict[str, Any]:
    """In a rule: an example of a repository with a classic protection of the REST API."""
    named = {"repository": ref("repository"), "branch": "main"}
    return {
        "repository": (REPOSITORIES[0], {}),
        "protection": (PROTECTIONS_V3[0], {**named, **protection}),
    }


def with_file(
    path: object, content: object = "", repository: object = ref("repository"), **properties: object
) -> dict[str, Any]:
    """In a rule: an example of a repository with a file."""
    file = {"repository": repository, "file": path, "content": content}
    return {"repository": (REPOSITORIES[0], properties), "file": (FILES[0], file)}
