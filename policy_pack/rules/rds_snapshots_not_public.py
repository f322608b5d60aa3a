from __future__ import annotations

from policy_pack.aws import DATABASE_SNAPSHOTS
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, owasp, prowler, rule, some


@rule(
    title="Snapshots of databases are not shared with everybody",
    types=DATABASE_SNAPSHOTS,
    severity=Severity.CRITICAL,
    fix="Name the accounts in shared_accounts, or leave it out.",
    controls=(prowler("rds_snapshots_public_access"), owasp("A01:2021")),
    passes=[{"sharedAccounts": ["123456789012"]}, {"sharedAccounts": []}],
    fails=[
        {"sharedAccounts": ["all"]},
        {"sharedAccounts": ["123456789012", "all"]},
        {"sharedAccounts": [UNKNOWN, "all"]},
    ],
    undecided=[{"sharedAccounts": UNKNOWN}, {"sharedAccounts": ["123456789012", UNKNOWN]}],
    omission="A snapshot that is not shared is the account's own.",
)
def check(snapshot: Resource) -> Findings:
    """Keep copies of the data from everybody: any account can restore a public snapshot."""
    shared = snapshot.raw("sharedAccounts")
    if not isinstance(shared, list):
        shared = snapshot.strings("sharedAccounts")
    if some(range(len(shared)), lambda index: snapshot.get("sharedAccounts", index) == "all"):
        yield "The snapshot is shared with every AWS account."
