from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import (
    ACTIONS,
    ENTERPRISE_ACTIONS,
    ORGANIZATION_ACTIONS,
    ORGANIZATION_SETTINGS,
    REPOSITORIES,
    some_of,
)
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, ref, rule

_OF_MANY = (*ORGANIZATION_ACTIONS, *ENTERPRISE_ACTIONS)


def _selected(*patterns: object) -> dict[str, object]:
    config = {"githubOwnedAllowed": True, "patternsAlloweds": list(patterns)}
    return {"allowedActions": "selected", "allowedActionsConfig": config}


@rule(
    title="Workflows use chosen actions only",
    types=(*REPOSITORIES, *ORGANIZATION_SETTINGS, *ACTIONS, *_OF_MANY),
    severity=Severity.HIGH,
    fix=(
        "Set allowed_actions='selected' and name the actions in patterns_alloweds, or use "
        "secure_components.ProtectedRepository or ProtectedOrganization."
    ),
    controls=(owasp("A08:2021"),),
    passes=[
        {"actions": (ACTIONS[0], _selected("octo-org/*"))},
        {"actions": (ACTIONS[0], {"allowedActions": "local_only"})},
        {"actions": (ACTIONS[0], {"enabled": False})},
        {"organization": (ORGANIZATION_ACTIONS[0], {"enabledRepositories": "none"})},
        {
            "repository": (REPOSITORIES[0], {}),
            "actions": (ACTIONS[0], {"repository": ref("repository"), **_selected()}),
        },
        {
            "repository": (REPOSITORIES[0], {}),
            "organization": (ORGANIZATION_ACTIONS[0], _selected()),
        },
        {"repository": (REPOSITORIES[0], {"archived": True})},
    ],
    fails=[
        {"repository": (REPOSITORIES[0], {})},
        {"settings": (ORGANIZATION_SETTINGS[0], {})},
        {"actions": (ACTIONS[0], {})},
        {"actions": (ACTIONS[0], {"allowedActions": "all"})},
        {"actions": (ACTIONS[0], _selected("octo-org/*", "*"))},
        {"actions": (ACTIONS[0], _selected("**/*"))},
        {"actions": (ACTIONS[0], _selected("*@v1"))},
        {"organization": (ORGANIZATION_ACTIONS[0], {"allowedActions": "all"})},
        {"enterprise": (ENTERPRISE_ACTIONS[0], {"enabledOrganizations": "all"})},
    ],
    undecided=[
        {"actions": (ACTIONS[0], {"allowedActions": UNKNOWN})},
        {"actions": (ACTIONS[0], _selected(UNKNOWN))},
    ],
)
def check(subject: Resource, stack: Stack) -> Iterator[str]:
    """Run no stranger's code with the repository's token and secrets.

    Any action of anybody may else be used, by whoever can propose a workflow. What is allowed for
    an organization or an enterprise of the stack holds for its repositories; what another stack
    says of them is not seen: exempt the repository, with that as the reason.

    Source: provider documentation, `allowed_actions`; GitHub Docs, "Managing GitHub Actions
    settings for a repository".
    """
    if subject.type in (*REPOSITORIES, *ORGANIZATION_SETTINGS):
        limited = stack.of_type(*_OF_MANY) or some_of(ACTIONS, subject, stack)
        if not limited and subject.get("archived") is not True:
            yield "Nothing limits the actions that workflows use."
        return
    if subject.get("enabled") is False or "none" in (
        subject.get("enabledRepositories"),
        subject.get("enabledOrganizations"),
    ):
        return
    allowed = subject.get("allowedActions")
    if allowed not in ("local_only", "selected"):
        yield "Workflows may use all actions."
    elif any(map(_is_for_everybody, subject.strings("allowedActionsConfig", "patternsAlloweds"))):
        yield "A pattern allows the actions of everybody."


def _is_for_everybody(pattern: str) -> bool:
    owner = pattern.partition("/")[0].partition("@")[0]
    return not owner.strip("*")
