from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import ANALYZERS
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, prowler, rule, some

_EXTERNAL = ("ACCOUNT", "ORGANIZATION")
_UNUSED = (ANALYZERS[0], {"analyzerName": "unused", "type": "ACCOUNT_UNUSED_ACCESS"})


@rule(
    title="Access Analyzer looks for access from outside",
    types=ANALYZERS,
    severity=Severity.MEDIUM,
    fix="Add an accessanalyzer.Analyzer without type, or use secure_components.AccountBaseline.",
    controls=(prowler("accessanalyzer_enabled"), owasp("A01:2021")),
    passes=[
        {"analyzer": (ANALYZERS[0], {"analyzerName": "external"})},
        {"analyzer": (ANALYZERS[0], {"type": "ORGANIZATION"})},
        {"analyzer": _UNUSED, "other": (ANALYZERS[0], {"type": "ACCOUNT"})},
    ],
    fails=[
        {"analyzer": _UNUSED},
        {"analyzer": _UNUSED, "other": (ANALYZERS[0], {"type": "ORGANIZATION_INTERNAL_ACCESS"})},
    ],
    undecided=[
        {"analyzer": (ANALYZERS[0], {"type": UNKNOWN})},
        {"analyzer": _UNUSED, "other": (ANALYZERS[0], {"type": UNKNOWN})},
    ],
    omission="An analyzer looks for access from outside the account by default.",
)
def check(analyzer: Resource, stack: Stack) -> Iterator[str]:
    """Learn of every bucket, key, role and queue that others than the account may reach.

    Analyzers of unused and of internal access are paid for and do not look for it; the one that
    does is free.
    """
    analyzers = [analyzer, *stack.of_type(*ANALYZERS)]
    if not some(analyzers, lambda one: one.get("type", default="ACCOUNT") in _EXTERNAL):
        yield "No analyzer of the stack looks for access from outside."
