"""What a change may not weaken: how strong each setting is, and what guards as a whole.

One table for each rule of change, which judges all of it and takes its examples from it. What
leaving a property out means, and which values it takes, is from the provider's documentation of the
property; that the loss of a row matters is our inference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from policy_pack.aws import (
    ACCOUNT_PUBLIC_ACCESS_BLOCKS,
    ANALYZERS,
    BUCKET_LIFECYCLES,
    BUCKET_LOCKS,
    BUCKET_LOGGINGS,
    BUCKET_VERSIONINGS,
    BUCKETS,
    CACHES,
    CONFIG_RECORDER_STATUSES,
    CONFIG_RECORDERS,
    DATABASE_CLUSTERS,
    DATABASE_INSTANCES,
    DETECTOR_FEATURES,
    DETECTORS,
    DOCUMENT_CLUSTERS,
    EBS_ENCRYPTIONS,
    FILE_SYSTEM_BACKUPS,
    FLOW_LOGS,
    GRAPH_CLUSTERS,
    HUB_STANDARDS,
    HUBS,
    IMAGE_REPOSITORIES,
    INSTANCES,
    KEYS,
    KUBERNETES_CLUSTERS,
    LOG_GROUPS,
    MACIE_ACCOUNTS,
    METADATA_DEFAULTS,
    ORGANIZATION_POLICY_ATTACHMENTS,
    PUBLIC_ACCESS_BLOCKS,
    SECRET_ROTATIONS,
    SNAPSHOT_ACCESS_BLOCKS,
    STREAMS,
    TABLES,
    TRAILS,
    WAREHOUSES,
)
from policy_pack.endpoints import ASSOCIATIONS, FIREWALL_POLICIES, LOAD_BALANCERS, USER_POOLS
from policy_pack.repositories import (
    ALERTS,
    ORGANIZATION_RULESETS,
    PROTECTIONS,
    PROTECTIONS_V3,
    RULESETS,
    UPDATES,
)
from policy_pack.rule import UNKNOWN, Block, Example, Malformed, Resource, Stack
from policy_pack.waf import LOGGING_CONFIGURATIONS

EVENT_STORES: Final = ("aws:cloudtrail/eventDataStore:EventDataStore",)
VAULT_LOCKS: Final = ("aws:backup/vaultLockConfiguration:VaultLockConfiguration",)


@dataclass(frozen=True)
class Strength:
    """How strong one setting of a resource is.

    Attributes:
        types: Types of the resources that have it.
        name: Where it stands, as `rule.defaultRetention.mode`.
        of: Measures it, the more the stronger.
        weak: Properties by which it is weak.
        strong: Properties by which it is stronger.
    """

    types: Sequence[str]
    name: str
    of: Callable[[Resource], float]
    weak: Mapping[str, Any]
    strong: Mapping[str, Any]


def _holder(resource: Resource, path: Sequence[str]) -> Block | None:
    """Return the block that holds the last step of a path, where there is one."""
    held: Block = resource
    for step in path[:-1]:
        inner = held.blocks(step)
        if not inner:
            return None
        held = inner[0]
    return held


def _nested(path: Sequence[str], value: object) -> dict[str, Any]:
    first, *rest = path
    return {first: _nested(rest, value) if rest else value}


def _number(
    types: Sequence[str],
    name: str,
    examples: tuple[int, int],
    *,
    absent: int = 0,
    ever: int | None = None,
) -> Strength:
    """Make a row of a number; `absent` is what leaving it out means, `ever` is without an end."""
    path = name.split(".")
    weak, strong = examples

    def of(resource: Resource) -> float:
        held = _holder(resource, path)
        number = absent if held is None else held.number(path[-1], default=absent)
        return math.inf if number == ever else number

    return Strength(types, name, of, _nested(path, weak), _nested(path, strong))


def _ranked(
    types: Sequence[str], name: str, ranks: Sequence[object], *, absent: object = None
) -> Strength:
    """Make a row of a choice, the weakest first, which leaving it out means if nothing is said."""
    path = name.split(".")

    def of(resource: Resource) -> float:
        held = _holder(resource, path)
        value = ranks[0] if absent is None else absent
        if held is not None and held.has(path[-1]):
            value = held.get(path[-1])
        if value not in ranks:
            raise Malformed(resource.name, name, "one of the choices that are known")
        return ranks.index(value)

    return Strength(types, name, of, _nested(path, ranks[0]), _nested(path, ranks[-1]))


def _on(types: Sequence[str], name: str, *, absent: bool = False) -> Strength:
    """Make a row of a switch that guards while it is on."""
    return _ranked(types, name, (False, True), absent=absent)


def _off(types: Sequence[str], name: str, *, absent: bool = False) -> Strength:
    """Make a row of a switch that endangers while it is on."""
    return _ranked(types, name, (True, False), absent=absent)


def _shortest(resource: Resource, expiry: Callable[[Block], Iterator[float]]) -> float:
    """Return the days after which the first of a bucket's rules that are in force deletes."""
    rules = resource.blocks("rules")
    in_force = (one for one in rules if one.get("status", default="Enabled") == "Enabled")
    return min((days for one in in_force for days in expiry(one)), default=math.inf)


def _expiry(rule: Block) -> Iterator[float]:
    for one in rule.blocks("expiration"):
        if one.has("date"):
            yield 0  # a day, on which all goes that is there
        days = one.number("days", default=0)
        if days:  # it is 0 where the rule expires nothing but markers of deleted objects
            yield days


def _noncurrent_expiry(rule: Block) -> Iterator[float]:
    for one in rule.blocks("noncurrentVersionExpiration"):
        days = one.number("noncurrentDays", default=0)
        if days:
            yield days


def _lifecycle(expiration: Mapping[str, Any]) -> dict[str, Any]:
    return {"rules": [{"id": "expire", "status": "Enabled", **expiration}]}


def _locked_days(resource: Resource) -> float:
    held = _holder(resource, ("rule", "defaultRetention", "days"))
    if held is None:
        return 0
    return held.number("days", default=0) + 365 * held.number("years", default=0)


def _given(types: Sequence[str], name: str, value: object) -> Strength:
    """Make a row of what guards by being set, to whatever."""
    return Strength(types, name, lambda resource: float(resource.has(name)), {}, {name: value})


RETENTIONS: Final = (
    _number(LOG_GROUPS, "retentionInDays", (400, 2557), ever=0),
    _number(EVENT_STORES, "retentionPeriod", (365, 2555), absent=2555),
    _number(("aws:cloudwatch/eventArchive:EventArchive",), "retentionDays", (30, 365), ever=0),
    Strength(
        BUCKET_LIFECYCLES,
        "rules.expiration",
        lambda resource: _shortest(resource, _expiry),
        _lifecycle({"expiration": {"days": 400}}),
        _lifecycle({"expiration": {"days": 2557}}),
    ),
    Strength(
        BUCKET_LIFECYCLES,
        "rules.noncurrentVersionExpiration",
        lambda resource: _shortest(resource, _noncurrent_expiry),
        _lifecycle({"noncurrentVersionExpiration": {"noncurrentDays": 7}}),
        _lifecycle({"noncurrentVersionExpiration": {"noncurrentDays": 90}}),
    ),
    Strength(
        BUCKET_LOCKS,
        "rule.defaultRetention",
        _locked_days,
        {"rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 400}}},
        {"rule": {"defaultRetention": {"mode": "COMPLIANCE", "years": 7}}},
    ),
    _number(VAULT_LOCKS, "minRetentionDays", (7, 365)),
    _number(("aws:rbin/rule:Rule",), "retentionPeriod.retentionPeriodValue", (7, 30)),
    _number(DATABASE_INSTANCES, "backupRetentionPeriod", (7, 35)),
    _number(
        (
            *(*DATABASE_CLUSTERS, *DOCUMENT_CLUSTERS, *GRAPH_CLUSTERS),
            "aws:docdb/elasticCluster:ElasticCluster",
        ),
        "backupRetentionPeriod",
        (7, 35),
        absent=1,
    ),
    _number(
        ("aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",),
        "retentionPeriod",
        (7, 35),
        absent=7,
    ),
    _number(TABLES, "pointInTimeRecovery.recoveryPeriodInDays", (7, 35), absent=35),
    _number(WAREHOUSES, "automatedSnapshotRetentionPeriod", (7, 35), absent=1),
    _number(
        (
            *CACHES,
            "aws:elasticache/cluster:Cluster",
            "aws:elasticache/serverlessCache:ServerlessCache",
            "aws:memorydb/cluster:Cluster",
        ),
        "snapshotRetentionLimit",
        (7, 35),
    ),
    _number(
        (
            "aws:fsx/lustreFileSystem:LustreFileSystem",
            "aws:fsx/ontapFileSystem:OntapFileSystem",
            "aws:fsx/openZfsFileSystem:OpenZfsFileSystem",
        ),
        "automaticBackupRetentionDays",
        (7, 90),
    ),
    _number(
        ("aws:fsx/windowsFileSystem:WindowsFileSystem",),
        "automaticBackupRetentionDays",
        (0, 90),
        absent=7,
    ),
    _number(STREAMS, "retentionPeriod", (24, 168), absent=24),
    _number(
        (
            *KEYS,
            "aws:kms/externalKey:ExternalKey",
            "aws:kms/replicaKey:ReplicaKey",
            "aws:kms/replicaExternalKey:ReplicaExternalKey",
        ),
        "deletionWindowInDays",
        (7, 30),
        absent=30,
    ),
    _number(("aws:secretsmanager/secret:Secret",), "recoveryWindowInDays", (0, 30), absent=30),
)
"""How long something is kept, or can be taken back."""

LOCKS: Final = (
    # What records and watches.
    _on(TRAILS, "enableLogging", absent=True),
    _on(TRAILS, "enableLogFileValidation"),
    _on(TRAILS, "includeGlobalServiceEvents", absent=True),
    _on(TRAILS, "isMultiRegionTrail"),
    _on(TRAILS, "isOrganizationTrail"),
    _on(EVENT_STORES, "multiRegionEnabled", absent=True),
    _on(EVENT_STORES, "organizationEnabled"),
    _on(DETECTORS, "enable", absent=True),
    _ranked(DETECTOR_FEATURES, "status", ("DISABLED", "ENABLED")),
    _on(CONFIG_RECORDER_STATUSES, "isEnabled"),
    _ranked(MACIE_ACCOUNTS, "status", ("PAUSED", "ENABLED"), absent="ENABLED"),
    # What cannot be undone for a time, or at all.
    _ranked(BUCKET_LOCKS, "rule.defaultRetention.mode", ("", "GOVERNANCE", "COMPLIANCE")),
    _given(VAULT_LOCKS, "changeableForDays", 3),
    _ranked(
        BUCKET_VERSIONINGS, "versioningConfiguration.status", ("Disabled", "Suspended", "Enabled")
    ),
    _ranked(BUCKET_VERSIONINGS, "versioningConfiguration.mfaDelete", ("Disabled", "Enabled")),
    # What can be restored.
    _on(TABLES, "pointInTimeRecovery.enabled"),
    _ranked(FILE_SYSTEM_BACKUPS, "backupPolicy.status", ("DISABLED", "ENABLED")),
    # Keys.
    _on(KEYS, "enableKeyRotation"),
    _on(KEYS, "isEnabled", absent=True),
    # Deletion.
    _on(
        (
            *(*DATABASE_INSTANCES, *DATABASE_CLUSTERS, *DOCUMENT_CLUSTERS, *GRAPH_CLUSTERS),
            *KUBERNETES_CLUSTERS,
            "aws:docdb/globalCluster:GlobalCluster",
            "aws:neptune/globalCluster:GlobalCluster",
            "aws:rds/globalCluster:GlobalCluster",
        ),
        "deletionProtection",
    ),
    _on(
        (
            *(*LOG_GROUPS, *TABLES),
            "aws:dsql/cluster:Cluster",
            "aws:dynamodb/tableReplica:TableReplica",
        ),
        "deletionProtectionEnabled",
    ),
    _on(LOAD_BALANCERS, "enableDeletionProtection"),
    _on(EVENT_STORES, "terminationProtectionEnabled", absent=True),
    _on(INSTANCES, "disableApiTermination"),
    _on(("aws:networkfirewall/firewall:Firewall",), "deleteProtection"),
    _on(("aws:networkfirewall/firewall:Firewall",), "firewallPolicyChangeProtection"),
    _on(("aws:networkfirewall/firewall:Firewall",), "subnetChangeProtection"),
    _ranked(USER_POOLS, "deletionProtection", ("INACTIVE", "ACTIVE")),
    _ranked(
        ("aws:verifiedpermissions/policyStore:PolicyStore",),
        "deletionProtection",
        ("DISABLED", "ENABLED"),
    ),
    # What goes with the resource.
    _on(LOG_GROUPS, "skipDestroy"),
    _off(
        (
            *BUCKETS,
            "aws:backup/vault:Vault",
            "aws:route53/zone:Zone",
            "aws:s3/directoryBucket:DirectoryBucket",
            "aws:s3tables/tableBucket:TableBucket",
        ),
        "forceDestroy",
    ),
    _off(IMAGE_REPOSITORIES, "forceDelete"),
    _off(
        (
            *(*DATABASE_INSTANCES, *DATABASE_CLUSTERS, *DOCUMENT_CLUSTERS, *GRAPH_CLUSTERS),
            *WAREHOUSES,
        ),
        "skipFinalSnapshot",
    ),
    _off((*DATABASE_INSTANCES, *DATABASE_CLUSTERS), "deleteAutomatedBackups", absent=True),
)
"""What protects a resource, or what it holds."""

GUARDS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        (
            *(*TRAILS, *EVENT_STORES, *DETECTORS, *ANALYZERS, *CONFIG_RECORDERS, *HUBS),
            *(*CONFIG_RECORDER_STATUSES, *HUB_STANDARDS, *MACIE_ACCOUNTS),
            *(*ACCOUNT_PUBLIC_ACCESS_BLOCKS, *EBS_ENCRYPTIONS, *SNAPSHOT_ACCESS_BLOCKS),
            *(*METADATA_DEFAULTS, *ORGANIZATION_POLICY_ATTACHMENTS, *ORGANIZATION_RULESETS),
            *FIREWALL_POLICIES,
            "aws:backup/plan:Plan",
            "aws:cfg/deliveryChannel:DeliveryChannel",
            "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
            "aws:inspector2/enabler:Enabler",
            "aws:rbin/rule:Rule",
        ),
        (),
    ),
    **dict.fromkeys(
        (
            *(*BUCKET_LOCKS, *BUCKET_VERSIONINGS, *PUBLIC_ACCESS_BLOCKS),
            *BUCKET_LOGGINGS,
        ),
        ("bucket",),
    ),
    **dict.fromkeys(DETECTOR_FEATURES, ("detectorId",)),
    **dict.fromkeys(VAULT_LOCKS, ("backupVaultName",)),
    **dict.fromkeys(FILE_SYSTEM_BACKUPS, ("fileSystemId",)),
    **dict.fromkeys(FLOW_LOGS, ("vpcId", "subnetId", "eniId", "transitGatewayId")),
    **dict.fromkeys(SECRET_ROTATIONS, ("secretId",)),
    **dict.fromkeys((*ASSOCIATIONS, *LOGGING_CONFIGURATIONS), ("resourceArn",)),
    **dict.fromkeys((*RULESETS, *PROTECTIONS_V3, *ALERTS, *UPDATES), ("repository",)),
    **dict.fromkeys(PROTECTIONS, ("repositoryId",)),
}
"""By type of what guards as a whole, the properties that name what it guards; without any, all.

Left out: metric filters and alarms, whose loss `cloudtrail-monitored` finds without a previous
state; and what is judged where it stands, as policies.
"""


def of_type(table: Sequence[Strength], type_: str) -> list[Strength]:
    """Return the rows of a table that are for a type."""
    return [row for row in table if type_ in row.types]


def types_of(table: Sequence[Strength]) -> tuple[str, ...]:
    """Return every type that a table has a row for, each once."""
    return tuple(dict.fromkeys(type_ for row in table for type_ in row.types))


def changes(
    table: Sequence[Strength], change: Callable[[Strength], tuple[object, object]]
) -> list[Example]:
    """Return an example for each row of a table: what was before, and what is now."""
    return [{"changed": (row.types[0], *change(row))} for row in table]


def hidden(row: Strength) -> dict[str, Any]:
    """Return properties by which it is not known how strong a row's setting is."""
    return dict.fromkeys(row.strong, UNKNOWN)


def guards_in_vain(guard: Resource, stack: Stack) -> bool:
    """Tell whether all that a guard of the previous stack guarded is gone too.

    What it names by a literal, or in another stack, is taken to be there still.
    """
    names = GUARDS[guard.type]
    guarded = [urn for name in names for urn in guard.dependencies.get(name, ())]
    return bool(guarded) and all(stack.now(urn) is None for urn in guarded)
