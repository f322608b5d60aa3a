from __future__ import annotations

from collections.abc import Mapping

from policy_pack.aws import BUCKETS, PUBLIC_ACCESS_BLOCKS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    every,
    finding,
    owasp,
    prowler,
    ref,
    rule,
)

_SETTINGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_ALL = dict.fromkeys(_SETTINGS, True)


def _block(settings: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    return PUBLIC_ACCESS_BLOCKS[0], {"bucket": ref("data"), **settings}


@rule(
    title="S3 buckets block public access",
    types=BUCKETS,
    severity=Severity.HIGH,
    fix="Add a BucketPublicAccessBlock with all four settings True.",
    controls=(prowler("s3_bucket_level_public_access_block"), owasp("A01:2021")),
    passes=[{"data": (BUCKETS[0], {}), "block": _block(_ALL)}],
    fails=[
        {"data": (BUCKETS[0], {})},
        {"data": (BUCKETS[0], {}), "block": _block({})},
        *({"data": (BUCKETS[0], {}), "block": _block(_ALL | {one: False})} for one in _SETTINGS),
        {
            "data": (BUCKETS[0], {}),
            "other": (BUCKETS[0], {}),
            "block": (PUBLIC_ACCESS_BLOCKS[0], {"bucket": ref("other"), **_ALL}),
        },
    ],
    undecided=[
        {"data": (BUCKETS[0], {}), "block": _block(_ALL | {"blockPublicPolicy": UNKNOWN})},
        {"data": (BUCKETS[0], {}), "block": (PUBLIC_ACCESS_BLOCKS[0], {"bucket": UNKNOWN, **_ALL})},
    ],
    remedies={PUBLIC_ACCESS_BLOCKS: _ALL},
)
def check(bucket: Resource, stack: Stack) -> Findings:
    """Make a bucket private whatever its policy and its ACLs say, now and later.

    New buckets are private by AWS's own default since 2023, but a later policy can undo that; the
    four settings, kept in code, are what a review sees and a change must pass.
    """
    blocks = stack.referring(PUBLIC_ACCESS_BLOCKS, "bucket", bucket)
    if not blocks:
        yield "The bucket has no public access block."
    yield from every([(block, setting) for block in blocks for setting in _SETTINGS], _judge)


def _judge(switch: tuple[Resource, str]) -> Findings:
    block, setting = switch
    if block.get(setting) is not True:
        yield finding("The bucket's public access block leaves {name} off.", name=setting)
