from __future__ import annotations

from collections.abc import Iterator

from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="Service Catalog portfolios are shared within the organization",
    types=("aws:servicecatalog/portfolioShare:PortfolioShare",),
    severity=Severity.MEDIUM,
    fix='Set type to "ORGANIZATION_MEMBER_ACCOUNT", "ORGANIZATIONAL_UNIT" or "ORGANIZATION".',
    controls=(
        prowler("servicecatalog_portfolio_shared_within_organization_only"),
        owasp("A01:2021"),
    ),
    passes=[
        {"type": "ORGANIZATION", "principalId": UNKNOWN},
        {"type": "ORGANIZATIONAL_UNIT"},
        {"type": "ORGANIZATION_MEMBER_ACCOUNT"},
    ],
    fails=[{"type": "ACCOUNT", "principalId": "123456789012"}],
    undecided=[{"type": UNKNOWN}],
    omission="A share must name its type.",
)
def check(share: Resource) -> Iterator[str]:
    """Let a share end when an account leaves the organization, and name none outside of it.

    Source: AWS Service Catalog API Reference, `CreatePortfolioShare`; the provider's schema.
    """
    if share.get("type") == "ACCOUNT":
        yield "The portfolio is shared with an account, be it of the organization or not."
