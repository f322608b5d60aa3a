from __future__ import annotations

from typing import Any

from policy_pack.aws import (
    BUCKET_ENCRYPTIONS,
    BUCKET_LIFECYCLES,
    BUCKETS,
    DELIVERY_STREAMS,
)
from policy_pack.buckets import expirations, lifecycle_rules
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Resource,
    Severity,
    Stack,
    at_least,
    every,
    finding,
    owasp,
    prowler,
    ref,
    rule,
)
from policy_pack.waf import LOGGING_CONFIGURATIONS
from policy_pack.waf_logs import keeps_logs

_WEB_ACL = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/site/a1b2c3d4"
_KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"


def _default(algorithm: object, **key: object) -> dict[str, Any]:
    return {"applyServerSideEncryptionByDefault": {"sseAlgorithm": algorithm, **key}}


def _encryption(algorithm: object, **key: object) -> tuple[str, Any]:
    return BUCKET_ENCRYPTIONS[0], {"bucket": ref("bucket"), "rules": [_default(algorithm, **key)]}


def _lifecycle(status: object = "Enabled", **expiration: object) -> tuple[str, Any]:
    rules = [{"status": status, "expiration": expiration}]
    return BUCKET_LIFECYCLES[0], {"bucket": ref("bucket"), "rules": rules}


def _bucket(**properties: object) -> tuple[str, Any]:
    return BUCKETS[0], properties


def _logs(destination: object) -> tuple[str, Any]:
    return LOGGING_CONFIGURATIONS[0], {
        "resourceArn": _WEB_ACL,
        "logDestinationConfigs": [destination],
        "redactedFields": [{"queryString": {}}],
    }


_LOGS = _logs(ref("bucket"))
_RIGHT = {
    "bucket": _bucket(),
    "logs": _LOGS,
    "encryption": _encryption("aws:kms", kmsMasterKeyId=_KEY),
}
_STREAM = {
    "logs": _logs(ref("stream")),
    "stream": (DELIVERY_STREAMS[0], {"extendedS3Configuration": {"bucketArn": ref("bucket")}}),
}


@rule(
    title="The bucket of AWS WAF's logs is encrypted with a key, and keeps them",
    types=BUCKETS,
    severity=Severity.MEDIUM,
    fix=(
        "Add a BucketServerSideEncryptionConfiguration with sse_algorithm='aws:kms' and a key of "
        "your own, let no lifecycle rule expire objects before {days} days, and leave "
        "force_destroy out; or use secure_components.WebApplicationFirewall."
    ),
    controls=(prowler("s3_bucket_kms_encryption"), owasp("A09:2021")),
    passes=[
        _RIGHT,
        {**_RIGHT, "encryption": _encryption("aws:kms:dsse", kmsMasterKeyId=UNKNOWN)},
        {**_RIGHT, "lifecycle": _lifecycle(days=365)},
        {**_RIGHT, "lifecycle": _lifecycle("Disabled", days=30)},
        {**_RIGHT, "lifecycle": _lifecycle(days=0, expiredObjectDeleteMarker=True)},
        {**_RIGHT, **_STREAM},
        {"other": _bucket(forceDestroy=True)},
        {"other": _bucket(), **_RIGHT},
    ],
    fails=[
        {"bucket": _bucket(), "logs": _LOGS},
        {"bucket": _bucket(), **_STREAM},
        {**_RIGHT, "encryption": _encryption("aws:kms")},
        {**_RIGHT, "encryption": _encryption("AES256", kmsMasterKeyId=_KEY)},
        {**_RIGHT, "lifecycle": _lifecycle(days=364)},
        {**_RIGHT, "lifecycle": _lifecycle(date="2027-02-01T00:00:00Z")},
        {
            **_RIGHT,
            "bucket": _bucket(lifecycleRules=[{"enabled": True, "expiration": {"days": 7}}]),
        },
        {**_RIGHT, "bucket": _bucket(forceDestroy=True)},
    ],
    undecided=[
        {**_RIGHT, "encryption": _encryption(UNKNOWN, kmsMasterKeyId=_KEY)},
        {**_RIGHT, "lifecycle": _lifecycle(days=UNKNOWN)},
        {**_RIGHT, "bucket": _bucket(forceDestroy=UNKNOWN)},
        {"bucket": _bucket(), "logs": _logs(UNKNOWN)},
    ],
    settings={
        "days": at_least(365, "Least days until an object expires.", minimum=1, asks={}),
    },
)
def check(bucket: Resource, stack: Stack, *, days: int) -> Findings:
    """Keep what tells of attacks as long as intrusions stay unseen, and from those without the key.

    It is the bucket that AWS WAF writes to, or that a delivery stream does for it. Objects that
    never expire are kept long enough; any lifecycle rule that is switched on is taken to be for
    the logs. AWS WAF can deliver to a bucket with a key of one's own, not with AWS's.

    Source: AWS WAF Developer Guide, "Sending web ACL traffic logs to an Amazon S3 bucket".
    """
    if keeps_logs(bucket, stack):
        judges = (_judge_encryption, _judge_lifecycle, _judge_destruction)
        yield from every(judges, lambda judge: judge(bucket, stack, days))


def _judge_encryption(bucket: Resource, stack: Stack, _days: int) -> Findings:
    inline = bucket.blocks("serverSideEncryptionConfiguration", "rule")
    apart = stack.referring(BUCKET_ENCRYPTIONS, "bucket", bucket)
    rules = [*inline, *(one for config in apart for one in config.blocks("rules"))]
    defaults = [default for one in rules for default in one.blocks(_DEFAULT)]
    if not defaults or not all(map(_has_key, defaults)):
        yield "The bucket does not encrypt with a key of your own by default."


_DEFAULT = "applyServerSideEncryptionByDefault"


def _has_key(default: Block) -> bool:
    by_kms = str(default.get("sseAlgorithm")).startswith("aws:kms")
    return by_kms and default.has("kmsMasterKeyId")


def _judge_lifecycle(bucket: Resource, stack: Stack, days: int) -> Findings:
    yield from every(lifecycle_rules(bucket, stack), lambda one: _judge_expiration(one, days))


def _judge_expiration(rule: Block, days: int) -> Findings:
    for expiration in expirations(rule):
        if expiration.has("date"):
            yield "A lifecycle rule expires all objects on a day."
        elif 0 < expiration.number("days", default=0) < days:
            yield finding("A lifecycle rule expires objects in less than {days} days.", days=days)


def _judge_destruction(bucket: Resource, _stack: Stack, _days: int) -> Findings:
    if bucket.get("forceDestroy", default=False) is not False:
        yield "Destroying the stack deletes the logs."
