"""The stack that is judged: units of ten resources of 20 properties each, as large as asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count, cycle, islice
from typing import Any, Final

from pulumi.runtime.proto import analyzer_pb2

from policy_pack.rule import Rule

RULES: Final = 150
"""Rules that every pack has here: the size of a catalog that is grown up."""
PROPERTIES: Final = 20
FILLER: Final = "property"
"""How the properties that no type has begin."""
TRAIL: Final = "aws:cloudtrail/trail:Trail"
"""The type that the most rules judge one by one."""

Described = tuple[str, str, dict[str, Any]]
"""A resource's type, name and properties."""

_ACCOUNT = "123456789012"


def padded(rules: Sequence[Rule]) -> list[Rule]:
    """Return as many rules as a large pack has: copies, under new ids, follow the rules' own."""
    return [
        replace(rule, id=f"{rule.id}-{copy}") if copy else rule
        for copy, rule in islice(_copies(rules), max(RULES, len(rules)))
    ]


def _copies(rules: Sequence[Rule]) -> Iterator[tuple[int, Rule]]:
    for index, rule in enumerate(cycle(rules)):
        yield index // len(rules), rule


def stack(size: int) -> Iterator[Described]:
    """Return a stack of audit trails with what belongs to each, none of it wrong.

    Every value is known, as the stock SDK judges a stack in full only then. Nothing is found, so
    judging is measured and not the printing of findings.
    """
    return islice((resource for unit in count() for resource in _unit(unit)), size)


def trails(size: int) -> Iterator[Described]:
    """Return a stack of nothing but trails."""
    return islice((one for unit in count() for one in _unit(unit) if one[0] == TRAIL), size)


def analyze_request(described: Described) -> analyzer_pb2.AnalyzeRequest:
    """Return what the engine asks about a resource before it is made."""
    type_, name, properties = described
    request = analyzer_pb2.AnalyzeRequest(urn=_urn(type_, name), type=type_, name=name)
    request.properties.update(properties)
    return request


def stack_request(resources: Iterable[Described]) -> analyzer_pb2.AnalyzeStackRequest:
    """Return what the engine asks once all resources are registered."""
    request = analyzer_pb2.AnalyzeStackRequest()
    for type_, name, properties in resources:
        request.resources.add(urn=_urn(type_, name), type=type_, name=name).properties.update(
            properties
        )
    return request


def _urn(type_: str, name: str) -> str:
    return f"urn:pulumi:local::benchmark::{type_}::{name}"


def _unit(index: int) -> list[Described]:
    bucket = f"logs-{index}"
    bucket_arn, group_arn, key_arn, trail_arn = (
        f"arn:aws:s3:::{bucket}",
        f"arn:aws:logs:us-east-1:{_ACCOUNT}:log-group:group-{index}:*",
        f"arn:aws:kms:us-east-1:{_ACCOUNT}:key/key-{index}",
        f"arn:aws:cloudtrail:us-east-1:{_ACCOUNT}:trail/trail-{index}",
    )
    root = {"AWS": f"arn:aws:iam::{_ACCOUNT}:root"}
    source = {"StringEquals": {"aws:SourceArn": trail_arn}}
    service = {"Service": "cloudtrail.amazonaws.com"}
    own = [bucket_arn, f"{bucket_arn}/*"]
    plain_http = {"Bool": {"aws:SecureTransport": "false"}}
    resources: list[Described] = [
        (
            "aws:kms/key:Key",
            "key",
            {
                "enableKeyRotation": True,
                "deletionWindowInDays": 30,
                "policy": _policy(
                    _statement("Allow", root, "kms:*", "*"),
                    _statement("Allow", service, "kms:GenerateDataKey*", "*", source),
                ),
            },
        ),
        (
            "aws:s3/bucket:Bucket",
            "bucket",
            {"bucket": bucket, "forceDestroy": False},
        ),
        (
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "block",
            {
                "bucket": bucket,
                "blockPublicAcls": True,
                "blockPublicPolicy": True,
                "ignorePublicAcls": True,
                "restrictPublicBuckets": True,
            },
        ),
        (
            "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
            "ownership",
            {"bucket": bucket, "rule": {"objectOwnership": "BucketOwnerEnforced"}},
        ),
        (
            "aws:s3/bucketVersioning:BucketVersioning",
            "versioning",
            {"bucket": bucket, "versioningConfiguration": {"status": "Enabled"}},
        ),
        (
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            "encryption",
            {
                "bucket": bucket,
                "rules": [
                    {
                        "applyServerSideEncryptionByDefault": {
                            "sseAlgorithm": "aws:kms",
                            "kmsMasterKeyId": key_arn,
                        }
                    }
                ],
            },
        ),
        (
            "aws:s3/bucketPolicy:BucketPolicy",
            "policy",
            {
                "bucket": bucket,
                "policy": _policy(
                    _statement("Allow", service, "s3:PutObject", own[1], source),
                    _statement("Deny", "*", "s3:*", own, plain_http),
                ),
            },
        ),
        (
            "aws:cloudwatch/logGroup:LogGroup",
            "group",
            {"name": f"group-{index}", "retentionInDays": 365, "kmsKeyId": key_arn},
        ),
        (
            "aws:iam/role:Role",
            "role",
            {
                "name": f"role-{index}",
                "assumeRolePolicy": _policy(_statement("Allow", service, "sts:AssumeRole")),
            },
        ),
        (
            TRAIL,
            "trail",
            {
                "name": f"trail-{index}",
                "s3BucketName": bucket,
                "kmsKeyId": key_arn,
                "cloudWatchLogsGroupArn": group_arn,
                "cloudWatchLogsRoleArn": f"arn:aws:iam::{_ACCOUNT}:role/role-{index}",
                "enableLogging": True,
                "enableLogFileValidation": True,
                "includeGlobalServiceEvents": True,
                "isMultiRegionTrail": True,
            },
        ),
    ]
    return [(type_, f"{name}-{index}", _filled(given)) for type_, name, given in resources]


def _statement(
    effect: str, who: object, action: str, what: object = None, where: object = None
) -> dict[str, object]:
    given = {"Resource": what, "Condition": where}
    rest = {key: value for key, value in given.items() if value}
    return {"Effect": effect, "Principal": who, "Action": action, **rest}


def _policy(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _filled(given: dict[str, Any]) -> dict[str, Any]:
    """Fill up with properties that no rule reads, of the kinds that resources have."""
    kinds = cycle(
        (
            {"Team": "payments", "Environment": "production", "CostCenter": "1234"},
            "a text of some forty characters, say a path",
            True,
            90,
            ["one", "two", "three"],
        )
    )
    names = (f"{FILLER}{number:02}" for number in range(PROPERTIES - len(given)))
    return {**given, **dict(zip(names, kinds, strict=False))}
