from __future__ import annotations

from typing import Any

from policy_pack.aws import ORGANIZATION_ACCOUNTS, ORGANIZATION_ADMINISTRATORS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    among,
    owasp,
    prowler,
    ref,
    rule,
    some,
)


def _stack(account_id: object) -> dict[str, Any]:
    administrator = {"accountId": account_id, "servicePrincipal": "guardduty.amazonaws.com"}
    return {
        "administrator": (ORGANIZATION_ADMINISTRATORS[0], administrator),
        "account": (ORGANIZATION_ACCOUNTS[0], {}),
    }


@rule(
    title="Delegated administrators are accounts that are meant",
    types=ORGANIZATION_ADMINISTRATORS,
    severity=Severity.HIGH,
    fix="Delegate to an account of the stack, or configure the rule's `accounts`.",
    controls=(prowler("organizations_delegated_administrators"), owasp("A01:2021")),
    passes=[_stack(ref("account"))],
    fails=[
        _stack("123456789012"),
        _stack(None),
        {"administrator": (ORGANIZATION_ADMINISTRATORS[0], {})},
    ],
    undecided=[_stack(UNKNOWN)],
    settings={
        "accounts": among([], "Ids of accounts that may administer a service for all.", asks={})
    },
)
def check(administrator: Resource, stack: Stack, *, accounts: list[str]) -> Findings:
    """Give what binds all accounts to one that is meant for it, and to no other by mistake.

    An account that the stack itself makes is meant; others are to be named.

    Source: Prowler, the check that it names; AWS Organizations User Guide, "Delegated
    administrator for AWS services that work with Organizations".
    """
    made = stack.of_type(*ORGANIZATION_ACCOUNTS)
    if some(made, lambda account: administrator.refers_to("accountId", account)):
        return
    if administrator.get("accountId") not in accounts:
        yield "The account that administers a service for all others is not a trusted one."
