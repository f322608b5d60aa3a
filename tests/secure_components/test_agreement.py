"""Components and policy pack, which do not know each other, agree.

Every component as it is made has no finding; each of its security properties, weakened one at a
time, is found. What no rule finds yet is listed, and the list must shrink when a rule comes.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from policy_pack.catalog import rules
from policy_pack.controls import serves
from policy_pack.rule import Resource, Stack
from secure_components import AuditTrail

Properties = dict[str, dict[str, Any]]
"""Inputs by resource name."""


def found(types: dict[str, str], properties: Properties) -> set[str]:
    """Return the ids of all rules that do not pass a stack with these resources."""
    stack = Stack(
        [
            Resource(types[name], name, f"urn::{name}", {"id": f"{name}-id", **values})
            for name, values in properties.items()
        ]
    )
    return {
        rule.id
        for rule in rules()
        for resource in stack.of_type(*rule.types)
        if not rule.judge(resource, stack).passed
    }


@pytest.fixture
def audit_trail(recorder: Any) -> tuple[dict[str, str], Properties]:
    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def program() -> pulumi.Output[str]:
        return AuditTrail("audit").trail_arn

    program()
    types = {name: args.typ for name, args in recorder.resources.items()}
    return types, {name: dict(args.inputs) for name, args in recorder.resources.items()} | {
        "audit-bucket": {"bucket": "logs-1234567"}
    }


def set_to(name: str, *path: Any) -> Callable[[Properties], None]:
    """Set a nested input; the last element of the path is the value."""
    *steps, last, value = path

    def weaken(properties: Properties) -> None:
        target: Any = properties[name]
        for step in steps:
            target = target[step]
        target[last] = value

    return weaken


def without(name: str, key: str | None = None) -> Callable[[Properties], None]:
    """Leave an input out, or the whole child."""

    def weaken(properties: Properties) -> None:
        if key is None:
            del properties[name]
        else:
            del properties[name][key]

    return weaken


def statement(name: str, sid: str, change: Callable[[dict[str, Any]], Any]) -> Any:
    """Change one statement of a child's policy; an empty one is left out."""

    def weaken(properties: Properties) -> None:
        document = json.loads(properties[name]["policy"])
        for one in document["Statement"]:
            if one["Sid"] == sid:
                change(one)
        document["Statement"] = [one for one in document["Statement"] if one]
        properties[name]["policy"] = json.dumps(document)

    return weaken


DEFAULT_ENCRYPTION = ("rules", 0, "applyServerSideEncryptionByDefault", "sseAlgorithm")
FOUND = {
    "one region": set_to("audit", "isMultiRegionTrail", False),
    "no validation": set_to("audit", "enableLogFileValidation", False),
    "no global services": set_to("audit", "includeGlobalServiceEvents", False),
    "stopped": set_to("audit", "enableLogging", False),
    "trail without key": without("audit", "kmsKeyId"),
    "no log group": without("audit", "cloudWatchLogsGroupArn"),
    "no delivery role": without("audit", "cloudWatchLogsRoleArn"),
    "no rotation": set_to("audit-key", "enableKeyRotation", False),
    "key for everyone": statement(
        "audit-key", "AccountAdministers", lambda s: s.update(Principal="*")
    ),
    "bucket can be emptied": set_to("audit-bucket", "forceDestroy", True),
    "no public access block": without("audit-bucket-public-access-block"),
    "block_public_acls": set_to("audit-bucket-public-access-block", "blockPublicAcls", False),
    "block_public_policy": set_to("audit-bucket-public-access-block", "blockPublicPolicy", False),
    "ignore_public_acls": set_to("audit-bucket-public-access-block", "ignorePublicAcls", False),
    "restrict_public": set_to("audit-bucket-public-access-block", "restrictPublicBuckets", False),
    "ACLs": set_to("audit-bucket-ownership", "rule", "objectOwnership", "ObjectWriter"),
    "no versioning": without("audit-bucket-versioning"),
    "suspended": set_to(
        "audit-bucket-versioning", "versioningConfiguration", "status", "Suspended"
    ),
    "no default encryption": without("audit-bucket-encryption"),
    "SSE-S3": set_to("audit-bucket-encryption", *DEFAULT_ENCRYPTION, "AES256"),
    "no bucket policy": without("audit-bucket-policy"),
    "plain HTTP": statement("audit-bucket-policy", "DenyPlainHttp", dict.clear),
    "any trail reads the ACL": statement(
        "audit-bucket-policy", "CloudTrailReadsAcl", lambda s: s.pop("Condition")
    ),
    "any trail writes": statement(
        "audit-bucket-policy", "CloudTrailWrites", lambda s: s.pop("Condition")
    ),
    "everyone writes": statement(
        "audit-bucket-policy", "CloudTrailWrites", lambda s: s.update(Principal="*", Condition={})
    ),
    "30 days": set_to("audit-log-group", "retentionInDays", 30),
    "for ever": without("audit-log-group", "retentionInDays"),
    "log group without key": without("audit-log-group", "kmsKeyId"),
    "key for any trail": statement("audit-key", "CloudTrailEncrypts", lambda s: s.pop("Condition")),
    "key for any log group": statement(
        "audit-key", "CloudWatchLogsEncrypts", lambda s: s.pop("Condition")
    ),
}
NOT_FOUND_YET = {
    "old TLS": statement("audit-bucket-policy", "DenyOldTls", dict.clear),
    "delivery to any log group": statement(
        "audit-log-role-policy", "WriteEvents", lambda s: s.update(Resource="*")
    ),
    "key deleted in a week": set_to("audit-key", "deletionWindowInDays", 7),
}
NO_RULE = pytest.mark.xfail(strict=True, reason="no rule judges this yet")


def test_component_as_it_is_has_no_finding(audit_trail: tuple[dict[str, str], Properties]) -> None:
    assert found(*audit_trail) == set()


@pytest.mark.parametrize(
    "weaken",
    [
        *(pytest.param(weaken, id=name) for name, weaken in FOUND.items()),
        *(pytest.param(weaken, id=name, marks=NO_RULE) for name, weaken in NOT_FOUND_YET.items()),
    ],
)
def test_weakened_property_is_found(
    audit_trail: tuple[dict[str, str], Properties], weaken: Callable[[Properties], None]
) -> None:
    types, properties = audit_trail
    weaker = copy.deepcopy(properties)
    weaken(weaker)
    assert weaker != properties
    assert found(types, weaker)


@pytest.mark.parametrize("framework", ["CIS AWS 7.0", "AWS FSBP"])
def test_docstring_names_what_the_rules_of_its_children_serve(
    audit_trail: tuple[dict[str, str], Properties], framework: str
) -> None:
    types, _ = audit_trail
    served = {
        control.id
        for rule in rules()
        if set(rule.types) & set(types.values())
        for control in serves(rule.controls)
        if control.framework == framework
    }
    claimed = re.search(rf"{framework} \(([^)]*)\)", AuditTrail.__doc__ or "")
    assert claimed
    assert {one.strip() for one in claimed[1].split(",")} == served
