from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import ORGANIZATION_SETTINGS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, rule


@rule(
    title="Members of an organization publish no sites",
    types=ORGANIZATION_SETTINGS,
    severity=Severity.LOW,
    fix=(
        "Set members_can_create_public_pages=False, or use secure_components.ProtectedOrganization."
    ),
    controls=(owasp("A01:2021"),),
    passes=[{"membersCanCreatePublicPages": False}],
    fails=[{"membersCanCreatePublicPages": True}, {"membersCanCreatePages": False}, {}],
    undecided=[{"membersCanCreatePublicPages": UNKNOWN}],
    remedies={ORGANIZATION_SETTINGS: {"membersCanCreatePublicPages": False}},
)
def check(organization: Resource) -> Iterator[str]:
    """Let what is in a private repository not become a site by one setting in it.

    Source: provider documentation, `members_can_create_public_pages`, which is on by default;
    GitHub Docs, "Managing the publication of GitHub Pages sites for your organization".
    """
    if organization.get("membersCanCreatePublicPages", default=True) is not False:
        yield "Members publish sites that everybody can read."
