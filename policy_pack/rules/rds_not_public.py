from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import DATABASE_INSTANCES, DATABASE_MEMBERS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule

_TYPES = (*DATABASE_INSTANCES, *DATABASE_MEMBERS)


@rule(
    title="Databases have no public address",
    types=_TYPES,
    severity=Severity.CRITICAL,
    fix="Leave publicly_accessible out.",
    controls=(prowler("rds_instance_no_public_access"), owasp("A05:2021")),
    passes=[{"publiclyAccessible": False}, {"dbSubnetGroupName": UNKNOWN}],
    fails=[{"publiclyAccessible": True}, {"publiclyAccessible": "true"}],
    undecided=[{"publiclyAccessible": UNKNOWN}],
    omission="The provider leaves a database private.",
)
def check(database: Resource) -> Iterator[str]:
    """Let the network, not the password alone, keep the internet from the data."""
    if database.get("publiclyAccessible", default=False) is not False:
        yield "The database has a public address."
