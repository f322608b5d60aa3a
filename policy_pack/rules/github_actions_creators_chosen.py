from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import ACTIONS, ENTERPRISE_ACTIONS, ORGANIZATION_ACTIONS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, rule


def _selected(**config: object) -> dict[str, object]:
    return {"allowedActions": "selected", "allowedActionsConfig": config}


@rule(
    title="Actions are not allowed for a badge",
    types=(*ACTIONS, *ORGANIZATION_ACTIONS, *ENTERPRISE_ACTIONS),
    severity=Severity.LOW,
    fix="Leave verified_allowed out, and name the creators in patterns_alloweds.",
    controls=(owasp("A08:2021"),),
    passes=[
        _selected(githubOwnedAllowed=True, verifiedAllowed=False),
        {"allowedActions": "local_only"},
        {},
    ],
    fails=[_selected(githubOwnedAllowed=True, verifiedAllowed=True)],
    undecided=[_selected(verifiedAllowed=UNKNOWN)],
    omission="Verified creators are not allowed unless it is set.",
)
def check(actions: Resource) -> Iterator[str]:
    """Choose whose code runs: a verified creator is one whose domain is known, and no more.

    Source: GitHub Docs, "Managing GitHub Actions settings for a repository".
    """
    if actions.get("allowedActionsConfig", "verifiedAllowed", default=False) is not False:
        yield "Workflows may use the actions of every verified creator."
