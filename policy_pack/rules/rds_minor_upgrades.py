from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import DATABASE_INSTANCES, DATABASE_MEMBERS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="Databases take minor upgrades",
    types=(*DATABASE_INSTANCES, *DATABASE_MEMBERS),
    severity=Severity.MEDIUM,
    fix="Leave auto_minor_version_upgrade out.",
    controls=(prowler("rds_instance_minor_version_upgrade_enabled"), owasp("A06:2021")),
    passes=[{"autoMinorVersionUpgrade": True}, {"engineVersion": UNKNOWN}],
    fails=[{"autoMinorVersionUpgrade": False}, {"autoMinorVersionUpgrade": "false"}],
    undecided=[{"autoMinorVersionUpgrade": UNKNOWN}],
    omission="The provider switches them on by default.",
)
def check(database: Resource) -> Iterator[str]:
    """Close known holes in the maintenance window, without anybody who must think of it."""
    if database.get("autoMinorVersionUpgrade", default=True) is not True:
        yield "The database takes no minor upgrades by itself."
