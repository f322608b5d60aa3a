from __future__ import annotations

from policy_pack.repositories import ORGANIZATION_SETTINGS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    every,
    finding,
    owasp,
    prowler,
    rule,
)

_DEFAULTS = {"Public": True, "Private": True, "Internal": False}
_LIMITED = {f"membersCanCreate{kind}Repositories": False for kind in _DEFAULTS}


@rule(
    title="Members of an organization do not create repositories",
    types=ORGANIZATION_SETTINGS,
    severity=Severity.HIGH,
    fix=(
        "Set members_can_create_public_repositories=False and "
        "members_can_create_private_repositories=False, or use "
        "secure_components.ProtectedOrganization."
    ),
    controls=(prowler("organization_repository_creation_limited"), owasp("A01:2021")),
    passes=[
        _LIMITED,
        {**_LIMITED, "membersCanCreateRepositories": False},
        {kind: False for kind in _LIMITED if "Internal" not in kind},
    ],
    fails=[
        {},
        {"membersCanCreateRepositories": False},
        *({**_LIMITED, kind: True} for kind in _LIMITED),
    ],
    undecided=[{**_LIMITED, "membersCanCreatePublicRepositories": UNKNOWN}],
)
def check(organization: Resource) -> Findings:
    """Have repositories made by a stack, so that each is protected from its first day.

    A public one is out of the door at once. Where members may create private ones, exempt that
    finding by its name. The provider sends each kind beside `members_can_create_repositories`, so
    that this alone limits nothing that can be relied on.

    Source: provider documentation; GitHub REST API, "Update an organization".
    """

    def judge(kind: str) -> Findings:
        allowed = organization.get(f"membersCanCreate{kind}Repositories", default=_DEFAULTS[kind])
        if allowed is not False:
            yield finding("Members create {name} repositories.", name=kind.lower())

    yield from every(_DEFAULTS, judge)
