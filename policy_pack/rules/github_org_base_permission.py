from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import ORGANIZATION_SETTINGS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="Members of an organization may not write everywhere",
    types=ORGANIZATION_SETTINGS,
    severity=Severity.HIGH,
    fix=(
        "Set default_repository_permission='none' or 'read', or use "
        "secure_components.ProtectedOrganization."
    ),
    controls=(prowler("organization_default_repository_permission_strict"), owasp("A01:2021")),
    passes=[
        {"defaultRepositoryPermission": "none"},
        {"defaultRepositoryPermission": "read"},
        {},
    ],
    fails=[{"defaultRepositoryPermission": "write"}, {"defaultRepositoryPermission": "admin"}],
    undecided=[{"defaultRepositoryPermission": UNKNOWN}],
    omission="The provider's default is that members read.",
)
def check(organization: Resource) -> Iterator[str]:
    """Give the right to change code with a team, where it is needed.

    Source: provider documentation, `default_repository_permission`.
    """
    if organization.get("defaultRepositoryPermission", default="read") not in ("none", "read"):
        yield "Every member may change every repository."
