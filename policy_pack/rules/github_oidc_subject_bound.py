from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import ORGANIZATION_SUBJECT_TEMPLATES, SUBJECT_TEMPLATES
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, rule

_BINDING = ("repo", "repository", "repository_id")


@rule(
    title="The subject of an OIDC token tells its repository",
    types=(*SUBJECT_TEMPLATES, *ORGANIZATION_SUBJECT_TEMPLATES),
    severity=Severity.HIGH,
    fix="Put 'repo' (or 'repository_id') into include_claim_keys.",
    controls=(owasp("A07:2021"),),
    passes=[
        {"includeClaimKeys": ["repo", "context"]},
        {"includeClaimKeys": ["repository_id", "environment"]},
        {"useDefault": True},
        {},
    ],
    fails=[
        {"useDefault": False, "includeClaimKeys": ["repository_owner", "context"]},
        {"includeClaimKeys": ["job_workflow_ref"]},
    ],
    undecided=[{"includeClaimKeys": UNKNOWN}],
    omission="GitHub's own template begins with the repository.",
)
def check(template: Resource) -> Iterator[str]:
    """Let a cloud account that trusts a subject trust one repository.

    A subject without it is the same for every repository of the owner, and whoever can push to any
    of them gets in. An account that tests other claims than the subject is not seen: exempt the
    template, with that as the reason.

    Source: GitHub Docs, "OpenID Connect reference", "Customizing the token claims"; provider
    documentation, `include_claim_keys`.
    """
    keys = template.strings("includeClaimKeys")
    if keys and not set(keys).intersection(_BINDING):
        yield "The subject of a token does not tell its repository."
