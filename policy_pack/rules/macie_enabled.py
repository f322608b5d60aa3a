from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import MACIE_ACCOUNTS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="Macie is switched on",
    types=MACIE_ACCOUNTS,
    severity=Severity.LOW,
    fix="Leave status out, or use `macie` of secure_components.AccountBaseline.",
    controls=(prowler("macie_is_enabled"), owasp("A09:2021")),
    passes=[{"status": "ENABLED"}, {}],
    fails=[{"status": "PAUSED"}],
    undecided=[{"status": UNKNOWN}],
    remedies={MACIE_ACCOUNTS: {"status": "ENABLED"}},
    omission="Macie starts when it is enabled without a status (API Reference, `EnableMacie`).",
)
def check(account: Resource) -> Iterator[str]:
    """Macie that is paused looks at no bucket, and looks like one that does."""
    if account.get("status", default="ENABLED") != "ENABLED":
        yield "Macie is paused."
