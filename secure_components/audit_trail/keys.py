"""The key of log files, and what its policy must hold for trails and for those who read them."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from secure_components.documents import Statement, Statements, one_or_all
from secure_components.place import Place


def make_key(  # noqa: PLR0913  all but the name are named
    name: str,
    *,
    given: pulumi.Input[str] | None,
    description: str,
    alias: str,
    policy: pulumi.Input[str],
    place: pulumi.Output[Place],
    child: pulumi.ResourceOptions,
) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """Make a key that rotates; return its ARN, and a pattern of it that is known at preview.

    Children are `name-key` and `name-key-alias`; none where a key is given.

    Args:
        name: The component's resource name.
        given: ARN of a key that is there already.
        description: What it encrypts.
        alias: Its name, after `alias/`.
        policy: Its policy.
        place: Where.
        child: Resource options of every child.
    """
    if given is not None:
        known = pulumi.Output.from_input(given)
        return known, known
    key = aws.kms.Key(
        f"{name}-key",
        description=description,
        enable_key_rotation=True,
        deletion_window_in_days=30,
        policy=policy,
        opts=child,
    )
    aws.kms.Alias(f"{name}-key-alias", name=f"alias/{alias}", target_key_id=key.key_id, opts=child)
    # Not the key itself: the bucket's policy must be known, and judged, at preview.
    return key.arn, place.apply(lambda at: at.arn("kms", "key/*"))


def accounts_of(trails: Sequence[str]) -> list[str]:
    """Return the accounts of trails, each once. The fifth part of an ARN is its account."""
    return list(dict.fromkeys(arn.split(":")[4] for arn in trails))


def trails_encrypt(trails: Sequence[str]) -> Statements:
    """Return the statements that let trails encrypt their files, and nothing else.

    Source: CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail".
    """
    cloudtrail = {"Service": "cloudtrail.amazonaws.com"}
    arns = one_or_all(trails)
    return [
        {
            "Sid": "CloudTrailEncrypts",
            "Effect": "Allow",
            "Principal": cloudtrail,
            "Action": "kms:GenerateDataKey*",
            "Resource": "*",
            "Condition": {
                "StringEquals": {
                    "aws:SourceArn": arns,
                    "kms:EncryptionContext:aws:cloudtrail:arn": arns,
                },
            },
        },
        {
            "Sid": "CloudTrailDescribes",
            "Effect": "Allow",
            "Principal": cloudtrail,
            "Action": "kms:DescribeKey",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceArn": arns}},
        },
    ]


def readers_decrypt(
    readers: Sequence[str], trails: Sequence[str], place: Place, *, query: bool
) -> Statements:
    """Return the statements that let principals read the trails' files, and nothing else.

    Source: CloudTrail User Guide, "Granting decrypt permissions for trails"; AWS's own statement
    takes any trail's context. Who queries also writes results, which have a context of S3's: they
    use the key through S3 alone.
    """
    if not readers:
        return []
    reads: Statement = {
        "Sid": "ReadersDecrypt",
        "Effect": "Allow",
        "Principal": {"AWS": list(readers)},
        "Action": "kms:Decrypt",
        "Resource": "*",
        "Condition": {
            "StringEquals": {"kms:EncryptionContext:aws:cloudtrail:arn": one_or_all(trails)},
        },
    }
    queries: Statement = {
        "Sid": "ReadersQuery",
        "Effect": "Allow",
        "Principal": {"AWS": list(readers)},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": "*",
        "Condition": {
            "StringEquals": {"kms:ViaService": f"s3.{place.region}.{place.dns_suffix}"},
        },
    }
    return [reads, queries] if query else [reads]
