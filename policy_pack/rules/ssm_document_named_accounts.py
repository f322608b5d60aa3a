from __future__ import annotations

from typing import Any

from policy_pack.accounts import SETTINGS, Trusted
from policy_pack.aws import TOPICS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    every,
    owasp,
    prowler,
    rule,
)

_DOCUMENT = "aws:ssm/document:Document"
_TOPIC = (TOPICS[0], {"arn": "arn:aws:sns:eu-west-1:123456789012:alarms"})
_OTHER = (TOPICS[0], {"arn": "arn:aws:sns:eu-west-1:999999999999:alarms"})


def _stack(accounts: object) -> dict[str, Any]:
    shared = {"permissions": {"type": "Share", "account_ids": accounts}}
    return {"document": (_DOCUMENT, shared), "topic": _TOPIC}


@rule(
    title="Systems Manager documents are shared with named accounts alone",
    types=(_DOCUMENT,),
    severity=Severity.HIGH,
    fix="Take the account out of permissions, or name it in trusted_accounts if it is meant.",
    controls=(prowler("ssm_documents_set_as_public"), owasp("A01:2021")),
    passes=[
        _stack(None),
        _stack("123456789012"),
        {**_stack("123456789012, 999999999999"), "other": _OTHER},
        {"document": (_DOCUMENT, {}), "topic": (TOPICS[0], {"arn": UNKNOWN})},
    ],
    fails=[
        _stack("All"),
        _stack("all"),
        _stack("999999999999"),
        _stack("123456789012, 999999999999"),
        {**_stack("999999999999,All"), "topic": (TOPICS[0], {"arn": UNKNOWN})},
        {"document": _stack("123456789012")["document"]},
    ],
    undecided=[
        _stack(UNKNOWN),
        {"document": (_DOCUMENT, {"permissions": UNKNOWN}), "topic": _TOPIC},
        {**_stack("999999999999"), "topic": (TOPICS[0], {"arn": UNKNOWN})},
    ],
    omission="A document without permissions is the account's own.",
    settings=SETTINGS,
)
def check(
    document: Resource,
    stack: Stack,
    *,
    trusted_accounts: list[str],
    trusted_organizations: list[str],
) -> Findings:
    """Keep scripts of administration, and the names and hosts in them, from everybody.

    Which accounts are own is told in `resource-policy-named-accounts`.

    Source: AWS Systems Manager API Reference, `ModifyDocumentPermission`.
    """
    trusted = Trusted(stack, trusted_accounts, trusted_organizations)

    def judge(account: str) -> Findings:
        if account.lower() == "all":
            yield "The document is shared with every AWS account."
        elif not trusted.holds(account):
            yield "The document is shared with an account that is not trusted."

    shared = ",".join(document.strings("permissions", "account_ids"))
    yield from every([one.strip() for one in shared.split(",") if one.strip()], judge)
