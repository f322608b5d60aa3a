from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import ELASTIC_FILE_SYSTEMS, FILE_SYSTEM_BACKUPS
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, prowler, ref, rule

_FILES: tuple[str, dict[str, object]] = (ELASTIC_FILE_SYSTEMS[0], {})


def _backup(status: object) -> tuple[str, dict[str, object]]:
    policy = {"backupPolicy": {"status": status}}
    return FILE_SYSTEM_BACKUPS[0], {"fileSystemId": ref("files"), **policy}


@rule(
    title="EFS file systems are backed up",
    types=ELASTIC_FILE_SYSTEMS,
    severity=Severity.MEDIUM,
    fix="Add an efs.BackupPolicy with status='ENABLED'.",
    controls=(prowler("efs_have_backup_enabled"), owasp("A08:2021")),
    passes=[{"files": _FILES, "backup": _backup("ENABLED")}],
    fails=[{"files": _FILES}, {"files": _FILES, "backup": _backup("DISABLED")}],
    undecided=[{"files": _FILES, "backup": _backup(UNKNOWN)}],
)
def check(file_system: Resource, stack: Stack) -> Iterator[str]:
    """Keep a way back from deletion, by mistake or by an intruder.

    A plan of AWS Backup that finds the file system by a tag cannot be seen: exempt it, with that as
    the reason.
    """
    policies = stack.referring(FILE_SYSTEM_BACKUPS, "fileSystemId", file_system)
    if "ENABLED" not in [one.get("backupPolicy", "status") for one in policies]:
        yield "The file system is not backed up."
