from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import (
    GUARDED,
    ORGANIZATION_RULESETS,
    ORGANIZATION_SETTINGS,
    REPOSITORIES,
    demanded,
    guarded,
    leaves_out_branches,
    protected,
    protected_v3,
)
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, prowler, rule, scorecard

_OTHER = {"refName": {"includes": ["refs/heads/release/*"], "excludes": []}}
_EXCEPT = {"refName": {"includes": ["~ALL"], "excludes": ["~DEFAULT_BRANCH"]}}


def _organization(**ruleset: object) -> dict[str, object]:
    conditions = {"repositoryName": {"includes": ["service-*"]}, "refName": {"includes": ["~ALL"]}}
    stated = {"target": "branch", "enforcement": "active", "conditions": conditions}
    return {
        "settings": (ORGANIZATION_SETTINGS[0], {}),
        "ruleset": (ORGANIZATION_RULESETS[0], {**stated, **ruleset}),
    }


@rule(
    title="The default branch of a repository is protected",
    types=(*GUARDED, *ORGANIZATION_SETTINGS),
    severity=Severity.HIGH,
    fix=(
        "Use secure_components.ProtectedRepository, or a RepositoryRuleset with target='branch', "
        "enforcement='active' and '~DEFAULT_BRANCH' among its includes."
    ),
    controls=(
        prowler("repository_default_branch_protection_enabled"),
        scorecard("Branch-Protection"),
        owasp("A08:2021"),
    ),
    passes=[
        guarded(),
        guarded(conditions={"refName": {"includes": ["refs/heads/ma*"], "excludes": []}}),
        protected(),
        protected_v3(),
        {"repository": (REPOSITORIES[0], {"archived": True})},
        {"settings": (ORGANIZATION_SETTINGS[0], {})},
        _organization(),
    ],
    fails=[
        {"repository": (REPOSITORIES[0], {})},
        guarded(enforcement="evaluate"),
        guarded(conditions=_OTHER),
        guarded(conditions=_EXCEPT),
        guarded(kind="tag"),
        protected(pattern="release/*"),
        protected_v3(branch="develop"),
        _organization(target="tag"),
    ],
    undecided=[
        guarded(enforcement=UNKNOWN),
        guarded(conditions=UNKNOWN),
        guarded(repository=UNKNOWN),
        protected(pattern=UNKNOWN),
        _organization(enforcement=UNKNOWN),
    ],
)
def check(subject: Resource, stack: Stack) -> Iterator[str]:
    """Let nobody change by a push what everybody builds on.

    Without a guard in force, whoever may write can put any commit on the default branch, rewrite
    its history, or delete it. A ruleset that only evaluates, or is disabled, is none. A ruleset of
    the organization counts where it names its repositories; one that selects them by properties is
    not seen: exempt the repository, with that as the reason. Where a stack has an organization's
    settings and rulesets, one of these must be for default branches.

    Source: GitHub Docs, "About rulesets" and "About protected branches".
    """
    if subject.type in ORGANIZATION_SETTINGS:
        if leaves_out_branches(stack):
            yield "No ruleset of the organization is for default branches."
    elif not demanded(subject, stack, lambda _: True):
        yield "Nothing protects the default branch."
