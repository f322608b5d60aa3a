from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import (
    ACTIONS,
    ORGANIZATION_SETTINGS,
    ORGANIZATION_WORKFLOWS,
    REPOSITORIES,
    WORKFLOWS,
    some_of,
)
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, prowler, ref, rule

_READ = {"defaultWorkflowPermissions": "read"}
_WRITE = {"defaultWorkflowPermissions": "write"}
_OWN = {"repository": ref("repository")}


@rule(
    title="The token of a workflow is read-only by default",
    types=(*REPOSITORIES, *ORGANIZATION_SETTINGS, *WORKFLOWS, *ORGANIZATION_WORKFLOWS),
    severity=Severity.HIGH,
    fix=(
        "Set default_workflow_permissions='read' in WorkflowRepositoryPermissions, or use "
        "secure_components.ProtectedRepository or ProtectedOrganization."
    ),
    controls=(
        prowler("repository_default_workflow_permissions_read_only"),
        prowler("organization_default_workflow_permissions_read_only"),
        owasp("A01:2021"),
    ),
    passes=[
        {"workflows": (WORKFLOWS[0], _READ)},
        {"repository": (REPOSITORIES[0], {}), "workflows": (WORKFLOWS[0], {**_OWN, **_READ})},
        {"repository": (REPOSITORIES[0], {}), "actions": (ACTIONS[0], {**_OWN, "enabled": False})},
        {"repository": (REPOSITORIES[0], {}), "organization": (ORGANIZATION_WORKFLOWS[0], {})},
        {"repository": (REPOSITORIES[0], {"archived": True})},
        {"organization": (ORGANIZATION_WORKFLOWS[0], {})},
    ],
    fails=[
        {"repository": (REPOSITORIES[0], {})},
        {"settings": (ORGANIZATION_SETTINGS[0], {})},
        {"workflows": (WORKFLOWS[0], {})},
        {"workflows": (WORKFLOWS[0], _WRITE)},
        {"organization": (ORGANIZATION_WORKFLOWS[0], _WRITE)},
    ],
    undecided=[
        {"workflows": (WORKFLOWS[0], {"defaultWorkflowPermissions": UNKNOWN})},
        {
            "repository": (REPOSITORIES[0], {}),
            "workflows": (WORKFLOWS[0], {"repository": UNKNOWN, **_READ}),
        },
    ],
)
def check(subject: Resource, stack: Stack) -> Iterator[str]:
    """Give a workflow that says nothing of its permissions no right to change code.

    The default of an organization made before February 2023 is a token that writes, and a
    repository that says nothing has it too. What an organization of the stack says holds for its
    repositories.

    Source: GitHub Changelog, 2023-02-02, "Updating the default GITHUB_TOKEN permissions to
    read-only"; provider documentation, `default_workflow_permissions`, which is read-only by
    default for an organization alone.
    """
    if subject.type in (*REPOSITORIES, *ORGANIZATION_SETTINGS):
        said = (
            subject.get("archived") is True
            or stack.of_type(*ORGANIZATION_WORKFLOWS)
            or some_of(WORKFLOWS, subject, stack)
            or some_of(ACTIONS, subject, stack, lambda one: one.get("enabled") is False)
        )
        if not said:
            yield "Nothing makes the token of a workflow read-only."
        return
    default = "read" if subject.type in ORGANIZATION_WORKFLOWS else None
    if subject.get("defaultWorkflowPermissions", default=default) != "read":
        yield "The token of a workflow may change code by default."
