from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import ACTIONS, ORGANIZATION_ACTIONS
from policy_pack.rule import (
    UNKNOWN,
    Resource,
    Severity,
    Stack,
    cis_github,
    owasp,
    rule,
    scorecard,
    some,
)

_PINNED = {"shaPinningRequired": True}


@rule(
    title="Actions are pinned by the SHA of a commit",
    types=(*ACTIONS, *ORGANIZATION_ACTIONS),
    severity=Severity.HIGH,
    fix=(
        "Set sha_pinning_required=True, or use secure_components.ProtectedRepository or "
        "ProtectedOrganization."
    ),
    controls=(cis_github("3.1.7"), scorecard("Pinned-Dependencies"), owasp("A08:2021")),
    passes=[
        {"actions": (ACTIONS[0], _PINNED)},
        {"actions": (ACTIONS[0], {}), "organization": (ORGANIZATION_ACTIONS[0], _PINNED)},
        {"actions": (ACTIONS[0], {"enabled": False})},
        {"organization": (ORGANIZATION_ACTIONS[0], {"enabledRepositories": "none"})},
    ],
    fails=[
        {"actions": (ACTIONS[0], {})},
        {"actions": (ACTIONS[0], {"shaPinningRequired": False})},
        {"organization": (ORGANIZATION_ACTIONS[0], {"enabledRepositories": "all"})},
    ],
    undecided=[{"actions": (ACTIONS[0], {"shaPinningRequired": UNKNOWN})}],
)
def check(actions: Resource, stack: Stack) -> Iterator[str]:
    """Run tomorrow the code that was looked at today.

    A tag or a branch of an action is moved by whoever takes over its repository, and all that use
    it run what it then points to. What an organization of the stack demands holds for its
    repositories. One without ActionsRepositoryPermissions is found by `github-actions-allowed`.

    Source: provider documentation, `sha_pinning_required`.
    """
    if actions.get("enabled") is False or actions.get("enabledRepositories") == "none":
        return
    demanding = [actions, *stack.of_type(*ORGANIZATION_ACTIONS)]
    if not some(demanding, lambda one: one.get("shaPinningRequired") is True):
        yield "Workflows may use an action by a tag or a branch."
