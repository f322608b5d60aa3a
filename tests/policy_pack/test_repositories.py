"""Which guard is in force for which default branch: what joins them, and what cannot be told."""

from __future__ import annotations

import json
import typing
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import pulumi_github
import pytest
from pulumi._types import is_input_type

from local.cloud.schema import (
    UnknownTypeError,
    alternatives_of,
    object_properties,
    resource_schema,
)
from policy_pack import repositories
from policy_pack.catalog import rules
from policy_pack.repositories import (
    ACTIONS,
    COLLABORATORS,
    DEFAULT_BRANCHES,
    DEPLOY_KEYS,
    DEPLOYMENT_POLICIES,
    ENVIRONMENTS,
    FILES,
    GUARDED,
    ORGANIZATION_ACTIONS,
    ORGANIZATION_RULESETS,
    ORGANIZATION_SECRETS,
    ORGANIZATION_SETTINGS,
    ORGANIZATION_WORKFLOWS,
    PROTECTIONS,
    PROTECTIONS_V3,
    REPOSITORIES,
    RULESETS,
    RUNNER_GROUPS,
    SECRETS,
    VARIABLES,
    WEBHOOKS,
    WORKFLOWS,
    Owned,
)
from policy_pack.rule import UNKNOWN, Block, Resource, Rule, Stack, Verdict, example_stack

RULES: Final = {rule.id: rule for rule in rules() if rule.id.startswith("github-")}
PROTECTED: Final = "github-default-branch-protected"
DELETION: Final = "github-no-deletion"
APPROVED: Final = "github-pull-request-required"
STALE: Final = "github-stale-approvals-dismissed"
STRICT: Final = "github-status-checks-strict"
TAGS: Final = "github-tags-protected"


def made(
    type_: str,
    label: str,
    sources: Mapping[str, Sequence[Resource]] | None = None,
    /,
    *,
    hidden: Iterable[str] = (),
    **properties: Any,
) -> Resource:
    """Make a resource whose properties are made of others, as the engine tells a whole stack.

    Args:
        type_: Its type.
        label: Its name in the program.
        sources: What a property was made of.
        hidden: Texts that are marked as secrets.
        properties: Its properties.
    """
    urns = {key: [one.urn for one in made_of] for key, made_of in (sources or {}).items()}
    urn = f"urn:pulumi:dev::project::a:b:Component${type_}::{label}"
    return Resource(type_, label, urn, properties, urns, set(hidden))


def repository(name: str = "service", **properties: Any) -> Resource:
    return made(REPOSITORIES[0], name, **{"name": name, **properties})


def refs(*includes: object, excludes: Sequence[object] = ()) -> dict[str, Any]:
    return {"refName": {"includes": [*includes], "excludes": [*excludes]}}


def ruleset(
    named: object = "service",
    *made_of: Resource,
    name: str = "ruleset",
    rule: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Resource:
    stated = {
        "repository": named,
        "target": "branch",
        "enforcement": "active",
        "conditions": refs("~DEFAULT_BRANCH"),
        "rules": {"deletion": True} if rule is None else rule,
    }
    return made(RULESETS[0], name, {"repository": made_of}, **{**stated, **changes})


def of_organization(
    conditions: Mapping[str, Any],
    *made_of: Resource,
    name: str = "organization",
    rule: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Resource:
    stated = {
        "target": "branch",
        "enforcement": "active",
        "conditions": {**refs("~DEFAULT_BRANCH"), **conditions},
        "rules": {"deletion": True} if rule is None else rule,
    }
    return made(ORGANIZATION_RULESETS[0], name, {"conditions": made_of}, **{**stated, **changes})


def classic(pattern: object, *made_of: Resource, named: object = "service") -> Resource:
    return made(
        PROTECTIONS[0], "classic", {"pattern": made_of}, repositoryId=named, pattern=pattern
    )


def classic_v3(branch: object, *made_of: Resource, named: object = "service") -> Resource:
    return made(PROTECTIONS_V3[0], "classic", {"branch": made_of}, repository=named, branch=branch)


def judge(judged: Resource, *others: Resource, rule: str = DELETION, **settings: Any) -> str:
    """Return a rule's verdict of the first resource, in a word."""
    return told(RULES[rule].judge(judged, Stack([judged, *others]), settings))


def told(verdict: Verdict) -> str:
    assert not verdict.failure, verdict
    if verdict.findings:
        return "found"
    return "undecided" if verdict.undecided else "passed"


def findings(*stack: Resource) -> set[tuple[str, str]]:
    """Return every rule that finds something, and where."""
    whole = Stack(stack)
    return {
        (rule.id, resource.name)
        for rule in RULES.values()
        for resource in whole.of_type(*rule.types)
        if told(rule.judge(resource, whole)) == "found"
    }


# --- Whose it is ---

NEW: Final = repository(id=UNKNOWN, nodeId=UNKNOWN)
OTHER: Final = repository("other", id=UNKNOWN, nodeId=UNKNOWN)
BUCKET: Final = made("aws:s3/bucket:Bucket", "bucket")


@pytest.mark.parametrize(
    ("guard", "verdict"),
    [
        (ruleset("service"), "passed"),
        (ruleset("Service"), "passed"),
        (ruleset("acme/service"), "passed"),
        (ruleset("services"), "found"),
        (ruleset("service2"), "found"),
        (ruleset(""), "found"),
        (ruleset(None), "found"),
        (ruleset(7), "found"),
        (ruleset(["service"]), "found"),
        (ruleset("service", OTHER), "passed"),
        (ruleset("other", NEW), "found"),
        (ruleset(UNKNOWN, NEW), "passed"),
        (ruleset(UNKNOWN, NEW, BUCKET), "passed"),
        (ruleset(UNKNOWN, OTHER), "found"),
        (ruleset(UNKNOWN, NEW, OTHER), "undecided"),
        (ruleset(UNKNOWN), "undecided"),
        (ruleset(UNKNOWN, BUCKET), "undecided"),
        (ruleset(UNKNOWN, rule={"deletion": False}), "found"),
    ],
)
def test_ruleset_is_of_the_repository_that_it_names(guard: Resource, verdict: str) -> None:
    assert judge(NEW, OTHER, BUCKET, guard) == verdict


def test_classic_protection_names_a_repository_by_its_node_id_too() -> None:
    known = repository(id="service", nodeId="R_kgDOAbC1")
    for named, verdict in (("R_kgDOAbC1", "passed"), ("service", "passed"), ("R_kgDOXyZ", "found")):
        assert judge(known, classic("main", named=named)) == verdict


def test_known_name_is_looked_for_before_what_is_not_known() -> None:
    for order in (1, -1):
        guards = [ruleset(UNKNOWN, name="unknown"), ruleset("service", name="known")][::order]
        assert judge(NEW, *guards) == "passed"
    without = ruleset("service", rule={"nonFastForward": True})
    assert judge(NEW, without, ruleset(UNKNOWN, name="unknown")) == "undecided"


def test_of_two_repositories_of_one_name_the_one_is_meant_that_it_was_made_of() -> None:
    """Two providers can be for two organizations, each with a repository `.github`."""
    first, second = (
        made(REPOSITORIES[0], name, name=".github", archived=False) for name in ("a", "b")
    )
    guard = ruleset(".github", first)
    assert judge(first, second, guard) == "passed"
    assert judge(second, first, guard) == "found"
    assert judge(first, second, ruleset(".github")) == "undecided"


def test_thousands_of_repositories_are_joined_by_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    holds = Owned.holds

    def counted(self: Owned, predicate: Callable[[Resource], object]) -> bool:
        nonlocal asked
        asked += 1
        return holds(self, predicate)

    monkeypatch.setattr(Owned, "holds", counted)
    count = 2_000
    judged = [repository(f"r{index}") for index in range(count)]
    guards = [ruleset(f"r{index}", name=f"g{index}") for index in range(1, count)]
    stack = Stack([*judged, *guards])
    verdicts = [told(RULES[DELETION].judge(one, stack)) for one in judged]
    assert verdicts == ["found", *["passed"] * (count - 1)]
    assert asked < 2 * count


# --- Which branch is the default one ---


@pytest.mark.parametrize(
    ("of_repository", "chosen", "verdict"),
    [
        ({}, None, "passed"),
        ({"defaultBranch": "main"}, None, "passed"),
        ({"defaultBranch": "trunk"}, None, "found"),
        ({"defaultBranch": UNKNOWN}, None, "undecided"),
        ({}, "main", "passed"),
        ({}, "trunk", "found"),
        ({"defaultBranch": "trunk"}, "main", "passed"),
        ({"defaultBranch": "main"}, "trunk", "found"),
        ({}, UNKNOWN, "undecided"),
    ],
)
@pytest.mark.parametrize(
    "guard",
    [ruleset(conditions=refs("refs/heads/main")), classic("main"), classic_v3("main")],
    ids=lambda guard: guard.type.rpartition(":")[2],
)
def test_guard_that_names_a_branch_is_for_the_default_one(
    guard: Resource, of_repository: dict[str, Any], chosen: object, verdict: str
) -> None:
    judged = repository(**of_repository)
    others = [guard]
    if chosen is not None:
        others.append(made(DEFAULT_BRANCHES[0], "default", repository="service", branch=chosen))
    assert judge(judged, *others, rule=PROTECTED) == verdict


@pytest.mark.parametrize("known", [{}, {"defaultBranch": "trunk"}, {"defaultBranch": UNKNOWN}])
@pytest.mark.parametrize("names", [["~DEFAULT_BRANCH"], ["~ALL"], ["refs/heads/x", "~ALL"]])
def test_word_for_the_default_branch_needs_no_name(known: dict[str, Any], names: list[str]) -> None:
    assert judge(repository(**known), ruleset(conditions=refs(*names))) == "passed"


@pytest.mark.parametrize(
    ("conditions", "verdict"),
    [
        (refs("~ALL", excludes=["~DEFAULT_BRANCH"]), "found"),
        (refs("~ALL", excludes=["~ALL"]), "found"),
        (refs("~DEFAULT_BRANCH", excludes=["refs/heads/main"]), "found"),
        (refs("~DEFAULT_BRANCH", excludes=["refs/heads/release/**/*"]), "passed"),
        (refs(), "found"),
        (refs("~OTHER"), "found"),
        (refs("main"), "found"),
        (refs("refs/tags/main"), "found"),
        ({}, "found"),
        (None, "found"),
        ("~ALL", "found"),
        ({"refName": {"includes": "~ALL"}}, "passed"),
        (refs(UNKNOWN), "undecided"),
        (refs("~ALL", excludes=[UNKNOWN]), "undecided"),
        (UNKNOWN, "undecided"),
    ],
)
def test_condition_selects_the_default_branch(conditions: object, verdict: str) -> None:
    assert judge(repository(), ruleset(conditions=conditions)) == verdict


def test_exception_of_a_branch_whose_name_is_not_known_is_undecided() -> None:
    new = repository(defaultBranch=UNKNOWN)
    excluding = ruleset(conditions=refs("~DEFAULT_BRANCH", excludes=["refs/heads/main"]))
    assert judge(new, excluding) == "undecided"
    assert judge(new, excluding, ruleset(name="second")) == "passed"


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("main", "main", True),
        ("main", "main2", False),
        ("m*", "main", True),
        ("*", "main", True),
        ("*", "release/1", False),
        ("**", "release/1", False),
        ("**/*", "release/1", True),
        ("**/*", "main", True),
        ("release/**/*", "release/1", True),
        ("release/**/*", "release/1/2", True),
        ("release/*", "release/1/2", False),
        ("release**/**/*", "release-a/1/2", True),
        ("ma?n", "main", True),
        ("m?in", "m/in", False),
        ("[lm]ain", "main", True),
        ("[a-l]ain", "main", False),
        ("[^m]ain", "main", True),
        ("[z-a]ain", "main", False),
        ("[]ain", "main", False),
        ("main.", "mainx", False),
        ("m(ai)n", "main", False),
        ("main\n", "main", False),
        ("", "main", False),
    ],
)
def test_pattern_matches_as_github_reads_it(
    pattern: str,
    name: str,
    matches: bool,
) -> None:
    expected = "passed" if matches else "found"
    judged = repository(defaultBranch=name)
    assert judge(judged, classic(pattern)) == expected
    assert judge(judged, ruleset(conditions=refs(f"refs/heads/{pattern}"))) == expected


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "pattern",
    [
        "*a" * 5_000,
        "*" * 20_000,
        "?*" * 10_000,
        "**/" * 5_000,
        "[a-z]" * 9_000,
        "*a*b" * 5_000,
        "x" * 10**6,
    ],
    ids=lambda pattern: f"{pattern[:6]} x {len(pattern)}",
)
def test_pathological_pattern_is_matched_in_time(pattern: str) -> None:
    for name in ("a" * 255, "a/" * 127 + "a", "a" * 10**6):
        judged = repository(defaultBranch=name)
        assert judge(judged, classic(pattern)) in ("found", "passed")


def test_branch_that_is_not_known_is_the_default_one_of_what_it_was_made_of() -> None:
    default = made(DEFAULT_BRANCHES[0], "default", repository="service", branch="trunk")
    for make in (classic, classic_v3):
        assert judge(NEW, OTHER, make(UNKNOWN, NEW)) == "passed"
        assert judge(NEW, OTHER, default, make(UNKNOWN, default)) == "passed"
        assert judge(NEW, OTHER, make(UNKNOWN, OTHER)) == "undecided"
        assert judge(NEW, OTHER, make(UNKNOWN)) == "undecided"


def test_protection_of_the_rest_api_names_a_branch_and_no_pattern() -> None:
    assert judge(repository(), classic("ma*")) == "passed"
    assert judge(repository(), classic_v3("ma*")) == "found"
    assert judge(repository(defaultBranch=UNKNOWN), classic_v3("main")) == "undecided"


# --- Rulesets of organizations ---


def names(*includes: object, excludes: Sequence[object] = ()) -> dict[str, Any]:
    return {"repositoryName": {"includes": [*includes], "excludes": [*excludes]}}


@pytest.mark.parametrize(
    ("conditions", "verdict"),
    [
        (names("~ALL"), "passed"),
        (names("service"), "passed"),
        (names("SERVICE"), "passed"),
        (names("serv*"), "passed"),
        (names("other", "service"), "passed"),
        (names("other"), "found"),
        (names(), "found"),
        (names("~ALL", excludes=["service"]), "found"),
        (names("~ALL", excludes=["other-*"]), "passed"),
        (names("~ALL", excludes=["~ALL"]), "found"),
        (names(UNKNOWN), "undecided"),
        ({"repositoryIds": [7, 4711]}, "passed"),
        ({"repositoryIds": [7]}, "found"),
        ({"repositoryIds": ["4711"]}, "found"),
        ({"repositoryIds": UNKNOWN}, "undecided"),
        ({"repositoryProperty": {"includes": [{"name": "tier"}]}}, "found"),
        ({}, "found"),
    ],
)
def test_ruleset_of_an_organization_counts_where_it_names_the_repository(
    conditions: dict[str, Any], verdict: str
) -> None:
    assert judge(repository(repoId=4711), of_organization(conditions)) == verdict


def test_new_repository_is_among_ids_that_were_made_of_it() -> None:
    chosen = of_organization({"repositoryIds": [UNKNOWN]}, NEW)
    assert judge(NEW, OTHER, chosen) == "passed"
    assert judge(NEW, of_organization({"repositoryIds": [7]})) == "found"


def test_repository_whose_name_is_not_known_is_among_all() -> None:
    unnamed = made(REPOSITORIES[0], "service", name=UNKNOWN)
    assert judge(unnamed, of_organization(names("~ALL"))) == "passed"
    assert judge(unnamed, of_organization(names("serv*"))) == "undecided"


def test_rulesets_of_an_organization_for_all_must_demand_all_together() -> None:
    first = of_organization(names("~ALL"), name="first")
    second = of_organization(names("~ALL"), name="second", rule={"nonFastForward": True})
    assert judge(first, second) == "passed"
    assert judge(first, second, rule="github-no-force-push") == "passed"
    assert judge(first, second, rule=APPROVED) == "found"
    assert judge(second, first, rule=APPROVED) == "found"
    both = Stack([first, second])
    assert [told(RULES[APPROVED].judge(one, both)) for one in (first, second)] == [
        "found",
        "passed",
    ], "told once"


@pytest.mark.parametrize("changes", [{"enforcement": "evaluate"}, {"target": "push"}])
def test_ruleset_of_an_organization_that_is_not_in_force_is_no_one_to_ask(
    changes: dict[str, Any],
) -> None:
    idle = of_organization(names("~ALL"), name="idle", **changes)
    active = of_organization(names("~ALL"), name="active", rule={"nonFastForward": True})
    assert judge(idle, active) == "passed"
    assert judge(active, idle) == "found"


@pytest.mark.parametrize("excluded", [(), ("x-*",)])
def test_ruleset_for_some_repositories_is_judged_by_what_it_says(excluded: Sequence[str]) -> None:
    some = names("~ALL", excludes=excluded) if excluded else names("service-*")
    assert judge(of_organization(some, rule={"deletion": True}), rule=APPROVED) == "passed"
    weak: dict[str, Any] = {"pullRequest": {"requiredApprovingReviewCount": 0, "x": True}}
    judged = of_organization(some, rule=weak)
    assert judge(judged, rule=APPROVED) == "found"
    strict = {"pullRequest": {"requiredApprovingReviewCount": 1}}
    for_all = of_organization(names("~ALL"), name="all", rule=strict)
    assert judge(judged, for_all, rule=APPROVED) == "passed"


# --- Several guards ---


def test_strictest_of_several_guards_holds() -> None:
    weak = ruleset(name="weak", rule={"pullRequest": {"requiredApprovingReviewCount": 1}})
    stale: dict[str, Any] = {"requiredApprovingReviewCount": 2, "dismissStaleReviewsOnPush": True}
    strong = ruleset(name="strong", rule={"pullRequest": stale})
    for guards in ((weak, strong), (strong, weak), (strong, classic("main"))):
        assert judge(repository(), *guards, rule=STALE) == "passed"
        assert judge(repository(), *guards, rule=APPROVED, approvals=2) == "passed"
        assert judge(repository(), *guards, rule=APPROVED, approvals=3) == "found"
    assert judge(repository(), weak, rule=STALE) == "found"


def test_checks_are_asked_to_be_strict_where_there_are_any() -> None:
    checks = {"requiredChecks": [{"context": "tests"}]}
    loose = ruleset(rule={"requiredStatusChecks": checks})
    policy = {**checks, "strictRequiredStatusChecksPolicy": True}
    strict = ruleset(name="strict", rule={"requiredStatusChecks": policy})
    assert judge(repository(), rule=STRICT) == "passed"
    assert judge(repository(), loose, rule=STRICT) == "found"
    assert judge(repository(), loose, strict, rule=STRICT) == "passed"


@pytest.mark.parametrize("rule", [rule.id for rule in RULES.values() if rule.types == GUARDED])
def test_archived_repository_needs_no_guard(rule: str) -> None:
    assert judge(repository(archived=True), rule=rule) == "passed"
    assert judge(repository(archived=True), rule=TAGS) == "passed"
    assert judge(repository(archived=UNKNOWN), rule=rule) == "undecided"


# --- A repository that is not in the stack ---

FAR: Final = "elsewhere"
COMMENTED: Final = {"pullRequest": {"requiredApprovingReviewCount": 1}}


def test_guard_of_a_repository_outside_is_judged_by_what_it_says() -> None:
    assert judge(ruleset(FAR, rule={}), rule=APPROVED) == "passed"
    assert judge(ruleset(FAR, rule={}), rule=DELETION) == "passed"
    assert judge(ruleset(FAR, rule=COMMENTED), rule=APPROVED) == "passed"
    assert judge(ruleset(FAR, rule=COMMENTED), rule=STALE) == "found"
    assert judge(ruleset(FAR, rule={"pullRequest": {"x": 1}}), rule=APPROVED) == "found"
    loose = made(PROTECTIONS[0], "classic", repositoryId=FAR, pattern="main", allowsDeletions=True)
    assert judge(loose, rule=DELETION) == "found"
    assert judge(loose, ruleset(FAR), rule=DELETION) == "passed"


def test_it_is_told_once_at_the_first_guard_of_the_default_branch() -> None:
    for_tags = ruleset(FAR, name="tags", target="tag", conditions=refs("~ALL"), rule=COMMENTED)
    for_releases = ruleset(
        FAR, name="releases", conditions=refs("refs/heads/release/*"), rule=COMMENTED
    )
    first, second = (ruleset(FAR, name=name, rule=COMMENTED) for name in ("first", "second"))
    stack = Stack([for_tags, for_releases, first, second])
    verdicts = [told(RULES[STALE].judge(one, stack)) for one in stack.resources]
    assert verdicts == ["passed", "passed", "found", "passed"]


@pytest.mark.parametrize(
    ("branch", "chosen", "verdict"),
    [
        ("main", None, "found"),
        ("master", None, "found"),
        ("trunk", None, "passed"),
        ("trunk", "trunk", "found"),
        ("main", "trunk", "passed"),
        ("main", UNKNOWN, "undecided"),
    ],
)
def test_default_branch_of_a_repository_outside_is_known_by_its_name(
    branch: str, chosen: object, verdict: str
) -> None:
    default = made(DEFAULT_BRANCHES[0], "default", repository=FAR, branch=chosen)
    guard = ruleset(FAR, conditions=refs(f"refs/heads/{branch}"), rule=COMMENTED)
    assert judge(guard, *([] if chosen is None else [default]), rule=STALE) == verdict


def test_guard_that_may_be_of_a_repository_of_the_stack_is_left_to_that() -> None:
    for guard in (ruleset("service", rule=COMMENTED), ruleset(UNKNOWN, NEW, rule=COMMENTED)):
        assert judge(guard, NEW, rule=STALE) == "passed"
        assert judge(NEW, guard, rule=STALE) == "found"
    assert judge(ruleset(UNKNOWN, NEW, OTHER, rule=COMMENTED), NEW, OTHER, rule=STALE) == "passed"
    assert judge(ruleset(UNKNOWN, rule=COMMENTED), NEW, rule=STALE) == "undecided"
    assert judge(ruleset(7, rule=COMMENTED), NEW, rule=STALE) == "passed"


def test_ruleset_of_the_organization_helps_a_repository_outside() -> None:
    stale = {"pullRequest": {"dismissStaleReviewsOnPush": True}}
    guard = ruleset(FAR, rule=COMMENTED)
    assert judge(guard, of_organization(names("else*"), rule=stale), rule=STALE) == "passed"
    assert judge(guard, of_organization(names("other"), rule=stale), rule=STALE) == "found"


# --- Tags ---


@pytest.mark.parametrize(
    ("conditions", "verdict"),
    [
        (refs("~ALL"), "passed"),
        (refs("refs/tags/*"), "passed"),
        (refs("refs/tags/v*"), "passed"),
        (refs("refs/tags/[0-9]*"), "passed"),
        (refs("refs/tags/release-*"), "found"),
        (refs("refs/heads/v*"), "found"),
        (refs("~DEFAULT_BRANCH"), "found"),
        (refs("~ALL", excludes=["refs/tags/v*"]), "passed"),
        (refs("~ALL", excludes=["refs/tags/*"]), "found"),
    ],
)
def test_ruleset_is_for_tags_of_releases(conditions: dict[str, Any], verdict: str) -> None:
    kept = {"deletion": True, "update": True}
    guard = ruleset(target="tag", conditions=conditions, rule=kept)
    assert judge(repository(), guard, rule=TAGS) == verdict
    assert judge(repository(), ruleset(conditions=conditions, rule=kept), rule=TAGS) == "found"


def test_two_rulesets_may_keep_tags_together() -> None:
    parts = [
        ruleset(name=one, target="tag", conditions=refs("~ALL"), rule={one: True})
        for one in ("deletion", "update")
    ]
    assert judge(repository(), *parts, rule=TAGS) == "passed"
    assert judge(repository(), parts[0], rule=TAGS) == "found"


def test_tags_are_kept_by_a_ruleset_of_the_organization_that_names_the_repository() -> None:
    def keeping(conditions: dict[str, Any], *rules_: str, name: str = "kept") -> Resource:
        kept = {**refs("~ALL"), **conditions}
        rule = dict.fromkeys(rules_, True)
        return of_organization(kept, name=name, target="tag", rule=rule)

    for conditions, verdict in (
        (names("~ALL"), "passed"),
        (names("serv*"), "passed"),
        (names("other"), "found"),
    ):
        guard = keeping(conditions, "deletion", "update")
        assert judge(repository(), guard, rule=TAGS) == verdict
        assert judge(guard, rule=TAGS) == "passed"
    halves = [keeping(names("~ALL"), "deletion", name=name) for name in ("first", "second")]
    stack = Stack(halves)
    assert [told(RULES[TAGS].judge(one, stack)) for one in halves] == ["found", "passed"], "once"
    assert judge(halves[0], keeping(names("~ALL"), "update"), rule=TAGS) == "passed"
    assert judge(halves[0], keeping(names("x"), "update"), rule=TAGS) == "found"


# --- What the stack has a part of ---

PARTS: Final[Sequence[Resource]] = (
    made(WEBHOOKS[0], "webhook", repository=FAR, configuration={"url": "https://a", "secret": "x"}),
    made(DEPLOY_KEYS[0], "key", repository=FAR, title="cluster"),
    made(FILES[0], "file", repository=FAR, file="README.md", content="# Service"),
    made(
        ENVIRONMENTS[0],
        "environment",
        repository=FAR,
        environment="production",
        reviewers=[{"teams": [7]}],
        preventSelfReview=True,
        canAdminsBypass=False,
        deploymentBranchPolicy={"protectedBranches": True, "customBranchPolicies": False},
    ),
    made(DEPLOYMENT_POLICIES[0], "policy", repository=FAR, branchPattern="main"),
    made(ACTIONS[0], "actions", repository=FAR, enabled=True, allowedActions="local_only"),
    made(WORKFLOWS[0], "workflows", repository=FAR, defaultWorkflowPermissions="read"),
    made(VARIABLES[0], "variable", repository=FAR, value="eu-west-1"),
    made(SECRETS[0], "secret", repository=FAR, valueEncrypted="bm90", keyId="1"),
    made(COLLABORATORS[0], "collaborator", repository=FAR, username="octocat"),
    made(ORGANIZATION_SECRETS[0], "of-all", visibility="selected", valueEncrypted="bm90"),
    made(RUNNER_GROUPS[0], "runners", visibility="selected"),
    made(ORGANIZATION_WORKFLOWS[0], "of-organization", organizationSlug="acme"),
    made(ORGANIZATION_ACTIONS[0], "policy-of-all", allowedActions="local_only"),
    ruleset(FAR),
    of_organization(names("service-*")),
)
PIN: Final = {
    ("github-actions-sha-pinned", "actions"),
    ("github-actions-sha-pinned", "policy-of-all"),
}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_stack_with_one_part_alone_is_not_asked_for_the_others(part: Resource) -> None:
    assert findings(part) <= PIN


def test_unprotected_repository_is_found_by_every_rule_that_it_breaks() -> None:
    """The smallest program of today: what nobody thought of."""
    bare = [
        made(REPOSITORIES[0], "service", name="service"),
        made(WEBHOOKS[0], "hook", repository="service", configuration={"url": "http://a.example"}),
        made(DEPLOY_KEYS[0], "key", repository="service", readOnly=False),
        made(ENVIRONMENTS[0], "production", repository="service", environment="production"),
        made(ACTIONS[0], "actions", repository="service", allowedActions="all"),
        made(
            WORKFLOWS[0],
            "workflows",
            repository="service",
            defaultWorkflowPermissions="write",
            canApprovePullRequestReviews=True,
        ),
        made(SECRETS[0], "secret", repository="service", plaintextValue="hunter2"),
        made(VARIABLES[0], "variable", repository="service", value="hunter2", hidden=["hunter2"]),
        made(COLLABORATORS[0], "octocat", repository="service", permission="admin"),
    ]
    of_repository = {
        PROTECTED,
        DELETION,
        APPROVED,
        STALE,
        TAGS,
        "github-archive-on-destroy",
        "github-branch-deleted-on-merge",
        "github-code-owners-required",
        "github-codeowners",
        "github-conversations-resolved",
        "github-dependabot-configured",
        "github-dependabot-updates",
        "github-last-push-approved",
        "github-linear-history",
        "github-no-force-push",
        "github-secret-scanning",
        "github-security-policy",
        "github-signed-commits",
        "github-status-checks-required",
        "github-visibility-chosen",
        "github-vulnerability-alerts",
        "github-web-commit-signoff",
    }
    assert findings(*bare) == {(rule, "service") for rule in of_repository} | {
        ("github-webhook-secret", "hook"),
        ("github-webhook-tls", "hook"),
        ("github-deploy-key-read-only", "key"),
        ("github-environment-branches", "production"),
        ("github-environment-no-admin-bypass", "production"),
        ("github-environment-reviewers", "production"),
        ("github-actions-allowed", "actions"),
        ("github-actions-sha-pinned", "actions"),
        ("github-workflow-token-read-only", "workflows"),
        ("github-workflow-no-approval", "workflows"),
        ("github-secret-encrypted", "secret"),
        ("github-no-plaintext-secrets", "variable"),
        ("github-no-personal-administrators", "octocat"),
    }


def test_unprotected_organization_is_found_by_every_rule_that_it_breaks() -> None:
    bare = [
        made(
            ORGANIZATION_SETTINGS[0],
            "acme",
            defaultRepositoryPermission="write",
            membersCanForkPrivateRepositories=True,
        ),
        made(ORGANIZATION_SECRETS[0], "token", visibility="all", value="x"),
        made(RUNNER_GROUPS[0], "runners", allowsPublicRepositories=True),
        of_organization(names("~ALL"), name="tried", enforcement="evaluate"),
        of_organization(
            names("x-*"),
            name="bypassed",
            target="push",
            bypassActors=[{"actorType": "OrganizationAdmin"}],
        ),
    ]
    assert findings(*bare) == {
        ("github-actions-allowed", "acme"),
        ("github-workflow-token-read-only", "acme"),
        (PROTECTED, "acme"),
        (TAGS, "acme"),
        ("github-org-base-permission", "acme"),
        ("github-org-repository-creation", "acme"),
        ("github-org-no-public-pages", "acme"),
        ("github-no-private-forks", "acme"),
        ("github-org-dependabot-for-new-repositories", "acme"),
        ("github-org-secret-scanning-for-new-repositories", "acme"),
        ("github-web-commit-signoff", "acme"),
        ("github-secret-encrypted", "token"),
        ("github-secret-not-organization-wide", "token"),
        ("github-runners-not-public", "runners"),
        ("github-ruleset-active", "tried"),
        ("github-no-bypass", "bypassed"),
    }


def test_code_of_a_public_repository_may_be_forked() -> None:
    for seen, verdict in (("public", "passed"), ("private", "found"), ("internal", "found")):
        judged = repository(visibility=seen, allowForking=True)
        assert judge(judged, rule="github-no-private-forks") == verdict


# --- Secrets ---


@pytest.mark.parametrize("type_", [*SECRETS, *ORGANIZATION_SECRETS])
def test_value_that_is_marked_as_a_secret_is_encrypted_in_the_state(type_: str) -> None:
    for name in ("value", "plaintextValue"):
        plain = made(type_, "secret", **{name: "planted-hunter2"})
        marked = made(type_, "secret", hidden=["planted-hunter2"], **{name: "planted-hunter2"})
        assert judge(plain, rule="github-secret-encrypted") == "found"
        assert judge(marked, rule="github-secret-encrypted") == "passed"


@pytest.mark.parametrize("type_", [*FILES, *VARIABLES])
@pytest.mark.parametrize("text", ["planted-hunter2", "password: planted-hunter2\n"])
def test_secret_is_found_wherever_readers_see_it(type_: str, text: str) -> None:
    rule = RULES["github-no-plaintext-secrets"]
    shown = made(type_, "shown", hidden=["planted-hunter2"], content=text, value=text)
    verdict = rule.judge(shown, Stack([shown]))
    assert told(verdict) == "found"
    assert "hunter2" not in str(verdict.findings[0].reason)
    plain = made(type_, "plain", hidden=["another", ""], content=text, value=text)
    assert judge(plain, rule=rule.id) == "passed"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (f"github_pat_{'a1' * 20}", "found"),
        (f"gho_{'a' * 36}", "found"),
        ("xoxb-1234567890-abc", "found"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "found"),
        ("-----BEGIN PRIVATE KEY-----", "found"),
        (f"ASIA{'A' * 16}", "found"),
        ("-----BEGIN PUBLIC KEY-----", "passed"),
        ("AKIA", "passed"),
        ("ghp_short", "passed"),
        ("${{ secrets.GITHUB_TOKEN }}", "passed"),
    ],
)
def test_credential_is_known_by_its_form(text: str, verdict: str) -> None:
    assert judge(made(VARIABLES[0], "x", value=text), rule="github-no-plaintext-secrets") == verdict


# --- Workflows ---

SHA: Final = "0123456789abcdef0123456789abcdef01234567"
PINNED: Final = "github-workflow-actions-pinned"
LIMITED: Final = "github-workflow-permissions-limited"
UNTRUSTED: Final = "github-workflow-no-untrusted-code"


def committed(content: object, path: str = ".github/workflows/build.yml") -> Resource:
    return made(FILES[0], "file", repository=FAR, file=path, content=content)


@pytest.mark.parametrize(
    ("used", "verdict"),
    [
        (f"actions/checkout@{SHA}", "passed"),
        (f"docker://alpine@sha256:{SHA}{SHA[:24]}", "passed"),
        (f"docker://alpine@{SHA[:-1]}", "found"),
        (f"actions/checkout@{SHA.upper()}", "found"),
        (f"actions/checkout@{SHA}0", "found"),
        ("actions/checkout", "found"),
        ("../other", "found"),
        ("'${{ inputs.action }}'", "found"),
    ],
)
def test_action_is_pinned_by_a_whole_commit(used: str, verdict: str) -> None:
    for content in (
        f"jobs: {{a: {{steps: [{{run: make}}, {{uses: {used}}}]}}}}",
        f"jobs: {{a: {{uses: {used}}}}}",
        f"x: &x {{uses: {used}}}\njobs: {{a: {{steps: [*x]}}}}",
    ):
        assert judge(committed(content), rule=PINNED) == verdict


def test_each_job_is_told_by_its_id() -> None:
    content = (
        "on: push\n"
        "jobs:\n"
        "  good: {permissions: {}, steps: [{run: make}]}\n"
        "  first: {permissions: write-all, steps: [{uses: a/b@v1}]}\n"
        "  second: {steps: [{uses: a/b@v2}, {uses: a/b@v3}]}\n"
    )
    file = committed(content)
    for rule, expected in ((PINNED, {"first", "second"}), (LIMITED, {"first", "second"})):
        verdict = RULES[rule].judge(file, Stack([file]))
        assert {finding.name for finding in verdict.findings} == expected


@pytest.mark.parametrize(
    "content",
    [
        "",
        "text",
        "- a",
        "jobs: {a: b}",
        "jobs: [x]",
        "jobs: {a: {steps: [run]}}",
        "a: [",
    ],
)
def test_workflow_that_cannot_be_read_is_no_pass(content: str) -> None:
    for rule in (PINNED, LIMITED, UNTRUSTED):
        assert judge(committed(content), rule=rule) == "found"


@pytest.mark.parametrize(
    ("path", "verdict"),
    [
        (".github/workflows/a.yaml", "found"),
        (".github/workflows/a/b.yml", "passed"),
        ("workflows/a.yml", "passed"),
        (".github/dependabot.yml", "passed"),
    ],
)
def test_workflow_is_known_by_its_path(path: str, verdict: str) -> None:
    assert judge(committed("jobs: {a: {steps: []}}", path), rule=LIMITED) == verdict


@pytest.mark.parametrize("text", ["head_ref", "event.comment.body", "event.commits[0].message"])
@pytest.mark.parametrize(
    "form", ["${{ github.@ }}", "${{format('{0}', github.@)}}", "${{x}}${{github.@"]
)
def test_what_others_wrote_is_no_part_of_a_script(text: str, form: str) -> None:
    script = f"make\necho {form.replace('@', text)}"
    content = {"on": "push", "jobs": {"a": {"steps": [{"run": script}]}}}
    assert judge(committed(json.dumps(content)), rule=UNTRUSTED) == "found"


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "content",
    [
        "x" * 5_000_000,
        "a: &a [x, x]\n" + "".join(f"a{i}: &a{i} [*a, *a]\n" for i in range(9)),
        "b: &b0 {c: x}\n"
        + "".join(f"b{i}: &b{i} {{c: *b{i - 1}, d: *b{i - 1}}}\n" for i in range(1, 60))
        + "permissions: *b59\n",
        "a: &a [*a]\njobs: {}",
        "[" * 100_000,
        "jobs: {a: {steps: [{run: '" + "${{ " * 40_000 + "'}]}}",
    ],
    ids=lambda content: f"{content[:12]!r} x {len(content)}",
)
def test_workflow_of_any_size_is_judged_in_time(content: str) -> None:
    for rule in (PINNED, LIMITED, UNTRUSTED):
        assert judge(committed(content), rule=rule) in ("found", "passed")


# --- Names ---


def test_type_tokens_are_those_of_the_provider() -> None:
    """A type that is spelled wrongly is judged by no rule, which no example would show."""
    types = {
        type_
        for value in vars(repositories).values()
        if isinstance(value, tuple)
        for type_ in value
        if str(type_).startswith("github:")
    }
    assert len(types) >= 40
    assert {one for rule in RULES.values() for one in rule.types} <= types
    for type_ in types:
        resource_schema(type_)
    with pytest.raises(UnknownTypeError):
        resource_schema("github:index/repositories:Repositories")
    assert pulumi_github.__name__ == "pulumi_github"


def test_properties_are_those_of_the_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every property that a rule reads, at any depth, is one of a type that it looks at."""
    seen: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    find = Block._find  # noqa: SLF001  what all readers come to
    current: list[tuple[Rule, Mapping[str, str]]] = []

    def spied(self: Block, path: tuple[str | int, ...]) -> Any:
        steps = (*self._path, *map(str, path))
        if current and steps:
            rule, types = current[0]
            names = tuple(step for step in steps if not step.isdecimal())
            names = names[:1] if names[0] == "content" else names  # the rest is the file's own
            seen[rule.id, names].add(types[self._owner])
        return find(self, path)

    monkeypatch.setattr(Block, "_find", spied)
    for rule in RULES.values():
        for example in (*rule.passes, *rule.fails, *rule.undecided):
            stacks = [Stack([made(one, "example", **example)]) for one in rule.types]
            if rule.whole_stack:
                stacks = [example_stack(example, known=known) for known in (True, False)]
            for stack in stacks:
                current[:] = [(rule, {one.name: one.type for one in stack.resources})]
                rule.judge(stack.resources[0], stack)
    current.clear()
    assert len(seen) > 150
    unknown = {
        (rule_id, ".".join(path))
        for (rule_id, path), types in seen.items()
        if not any(_has(one, path) for one in (*types, *RULES[rule_id].types))
    }
    assert not unknown


def _has(type_: str, path: Sequence[str]) -> bool:
    schema = resource_schema(type_)
    name, *rest = path
    if name == "id" or not rest:
        return name == "id" or name in schema.outputs
    return name in schema.inputs and _holds(schema.inputs[name].type, rest)


def _holds(annotation: object, path: Sequence[str]) -> bool:
    for one in alternatives_of(annotation):
        if typing.get_origin(one) in (list, Sequence, typing.Sequence):
            if any(_holds(inner, path) for inner in typing.get_args(one)):
                return True
        elif isinstance(one, type) and is_input_type(one):
            properties = object_properties(one)
            name, *rest = path
            if name in properties and (not rest or _holds(properties[name].type, rest)):
                return True
    return False
