"""IAM policy documents, and the statements that several components need."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

import pulumi

from secure_components.place import Place

RETENTIONS: Final = (365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""What CloudWatch Logs takes (PutRetentionPolicy), from a year on (AWS FSBP CloudWatch.16)."""

Statement = Mapping[str, Any]
Statements = Sequence[Statement]


def document(statements: Statements) -> str:
    """Return the JSON policy document of statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def document_of(make: Callable[..., Statements], *inputs: pulumi.Input[Any]) -> pulumi.Output[str]:
    """Return the JSON policy document that `make` writes from what the inputs resolve to."""
    return pulumi.Output.all(*inputs).apply(lambda resolved: document(make(*resolved)))


def one_or_all(values: Sequence[str]) -> str | list[str]:
    """Return what a policy says of one value, or of several."""
    return values[0] if len(values) == 1 else list(values)


def account_administers(place: Place) -> Statement:
    """Return the statement of a key's policy that lets IAM decide, and grants nothing by itself.

    Without it nobody could administer the key.
    """
    return {
        "Sid": "AccountAdministers",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{place.partition}:iam::{place.account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }


def logs_encrypts(place: Place, log_group_arn: str) -> Statement:
    """Return the statement that lets CloudWatch Logs use a key for one log group.

    Source: CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS KMS".
    """
    return {
        "Sid": "CloudWatchLogsEncrypts",
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{place.region}.{place.dns_suffix}"},
        "Action": [
            "kms:Decrypt*",
            "kms:Describe*",
            "kms:Encrypt*",
            "kms:GenerateDataKey*",
            "kms:ReEncrypt*",
        ],
        "Resource": "*",
        "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": log_group_arn}},
    }


def tls_only(bucket_arn: str) -> Statements:
    """Return the statements of a bucket's policy that deny plain HTTP and old TLS."""
    everyone = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
    }
    return [
        {
            **everyone,
            "Sid": "DenyPlainHttp",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            **everyone,
            "Sid": "DenyOldTls",
            "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
        },
    ]


def covers(pattern: str, action: str) -> bool:
    """Tell whether a pattern takes in an action, or another pattern. Case does not matter."""
    return fnmatchcase(action.lower(), pattern.lower())
