from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policy_pack.aws import DELIVERY_STREAMS
from policy_pack.rule import UNKNOWN, Resource, Severity, fsbp, owasp, prowler, rule


def _encrypted(**changes: object) -> dict[str, Any]:
    key = {"keyType": "CUSTOMER_MANAGED_CMK", "keyArn": "arn:aws:kms:eu-west-1:123456789012:key/1"}
    return {"serverSideEncryption": {"enabled": True, **key, **changes}}


@rule(
    title="Firehose streams encrypt with a customer managed key",
    types=DELIVERY_STREAMS,
    severity=Severity.MEDIUM,
    fix=(
        "Set server_side_encryption with enabled=True, key_type='CUSTOMER_MANAGED_CMK' and the ARN "
        "of a key as key_arn."
    ),
    controls=(
        prowler("firehose_stream_encrypted_at_rest"),
        fsbp("DataFirehose.1"),
        owasp("A02:2021"),
    ),
    passes=[
        _encrypted(),
        _encrypted(keyArn=UNKNOWN),
        {"kinesisSourceConfiguration": {"kinesisStreamArn": "arn:aws:kinesis:x"}},
    ],
    fails=[
        {},
        {"serverSideEncryption": {}},
        {"serverSideEncryption": {"enabled": True}},
        _encrypted(enabled=False),
        _encrypted(keyType="AWS_OWNED_CMK"),
    ],
    undecided=[_encrypted(enabled=UNKNOWN), _encrypted(keyType=UNKNOWN)],
)
def check(stream: Resource) -> Iterator[str]:
    """Keep records unreadable while they wait for their destination, for all without the key.

    A key of AWS's own, which is the default, counts for Prowler and Security Hub; with a customer
    managed one, access can be granted apart, seen in CloudTrail, and taken back at once.

    A stream that reads from a Kinesis data stream has no encryption of its own: that of the data
    stream holds (Amazon Data Firehose Developer Guide, "Data protection").
    """
    if stream.has("kinesisSourceConfiguration"):
        return
    if stream.get("serverSideEncryption", "enabled") is not True:
        yield "The delivery stream is not encrypted."
    elif stream.get("serverSideEncryption", "keyType") != "CUSTOMER_MANAGED_CMK":
        yield "The delivery stream is encrypted with a key of AWS's own."
