from __future__ import annotations

from collections.abc import Iterator

from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="Cognito identity pools let no guests in",
    types=("aws:cognito/identityPool:IdentityPool",),
    severity=Severity.MEDIUM,
    fix="Set allow_unauthenticated_identities=False, and let users sign in.",
    controls=(prowler("cognito_identity_pool_guest_access_disabled"), owasp("A07:2021")),
    passes=[{"allowUnauthenticatedIdentities": False}, {}],
    fails=[{"allowUnauthenticatedIdentities": True}],
    undecided=[{"allowUnauthenticatedIdentities": UNKNOWN}],
    omission="The provider lets no guests in by default.",
)
def check(pool: Resource) -> Iterator[str]:
    """Give nobody AWS credentials who did not sign in: the pool's id stands in every client.

    Source: Amazon Cognito Developer Guide, "Identity pools", "Guest access".
    """
    if pool.get("allowUnauthenticatedIdentities", default=False) is not False:
        yield "The identity pool gives AWS credentials to guests."
