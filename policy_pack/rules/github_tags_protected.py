from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import (
    ORGANIZATION_RULESETS,
    ORGANIZATION_SETTINGS,
    REPOSITORIES,
    guarded,
    guards_tags,
    leaves_out_tags,
)
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, finding, owasp, rule

_KEPT = {"deletion": True, "update": True}
_OTHER = {"refName": {"includes": ["refs/tags/nightly-*"], "excludes": []}}
_RELEASES = {"refName": {"includes": ["refs/tags/v*"], "excludes": ["refs/tags/v0.*"]}}


def _of_all(*rules: str) -> dict[str, object]:
    conditions = {"repositoryName": {"includes": ["~ALL"]}, "refName": {"includes": ["~ALL"]}}
    stated = {"target": "tag", "enforcement": "active", "conditions": conditions}
    return {"tags": (ORGANIZATION_RULESETS[0], {**stated, "rules": dict.fromkeys(rules, True)})}


@rule(
    title="Tags of releases can be neither moved nor deleted",
    types=(*REPOSITORIES, *ORGANIZATION_RULESETS, *ORGANIZATION_SETTINGS),
    severity=Severity.MEDIUM,
    fix=(
        "Use secure_components.ProtectedRepository, or a RepositoryRuleset with target='tag' and "
        "the rules deletion=True and update=True."
    ),
    controls=(owasp("A08:2021"),),
    passes=[
        guarded(_KEPT, kind="tag"),
        guarded(_KEPT, kind="tag", conditions=_RELEASES),
        _of_all(*_KEPT),
        {"repository": (REPOSITORIES[0], {}), **_of_all(*_KEPT)},
        {"repository": (REPOSITORIES[0], {"archived": True})},
        {"settings": (ORGANIZATION_SETTINGS[0], {}), **_of_all(*_KEPT)},
    ],
    fails=[
        {"repository": (REPOSITORIES[0], {})},
        guarded(_KEPT),
        guarded({"deletion": True}, kind="tag"),
        guarded({"update": True}, kind="tag"),
        guarded(_KEPT, kind="tag", enforcement="evaluate"),
        guarded(_KEPT, kind="tag", conditions=_OTHER),
        _of_all("creation", "deletion"),
        {"settings": (ORGANIZATION_SETTINGS[0], {}), "other": (ORGANIZATION_RULESETS[0], {})},
    ],
    undecided=[
        guarded({"deletion": UNKNOWN, "update": UNKNOWN}, kind="tag"),
        guarded(_KEPT, kind="tag", repository=UNKNOWN),
    ],
)
def check(subject: Resource, stack: Stack) -> Iterator[str]:
    """Have a version mean the same commit tomorrow, for whoever builds on it.

    Whoever can push can else move a tag to other code, as was done to actions that many pinned by
    tag. A tag such as v1.2.3 or 1.2.3 stands here for those of releases. Where a stack has an
    organization's settings and rulesets, one of these must be for them.

    Source: provider documentation, `update` and `deletion`.
    """
    if subject.type in ORGANIZATION_SETTINGS:
        if leaves_out_tags(stack):
            yield "No ruleset of the organization is for tags of releases."
        return
    if subject.get("archived") is True:
        return
    for rule_, what in (("update", "moved"), ("deletion", "deleted")):
        if not guards_tags(subject, stack, rule_):
            yield finding("Tags of releases can be {name}.", name=what)
