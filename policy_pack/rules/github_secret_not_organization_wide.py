from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import ORGANIZATION_SECRETS
from policy_pack.rule import UNKNOWN, Resource, Severity, cis_github, owasp, rule


@rule(
    title="Secrets of an organization are for chosen repositories",
    types=ORGANIZATION_SECRETS,
    severity=Severity.MEDIUM,
    fix="Set visibility='selected', and name the repositories.",
    controls=(cis_github("2.1.7"), owasp("A01:2021")),
    passes=[{"visibility": "selected", "selectedRepositoryIds": [1234]}],
    fails=[{"visibility": "all"}, {"visibility": "private"}, {}],
    undecided=[{"visibility": UNKNOWN}],
)
def check(secret: Resource) -> Iterator[str]:
    """Give a secret to the workflows that need it, not to any that anybody adds.

    With `private`, whoever can push to one private repository of the organization can read it.

    Source: provider documentation, `visibility`.
    """
    if secret.get("visibility") != "selected":
        yield "Workflows of repositories that were not chosen can read the secret."
