from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import KEYS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="KMS keys rotate",
    types=KEYS,
    severity=Severity.MEDIUM,
    fix="Set enable_key_rotation=True.",
    controls=(prowler("kms_cmk_rotation_enabled"), owasp("A02:2021")),
    passes=[
        {"enableKeyRotation": True},
        {"customerMasterKeySpec": "RSA_2048", "keyUsage": "SIGN_VERIFY"},
        {"customKeyStoreId": "cks-1234567890abcdef0"},
    ],
    fails=[{"enableKeyRotation": False}, {"customerMasterKeySpec": "SYMMETRIC_DEFAULT"}, {}],
    undecided=[{"enableKeyRotation": UNKNOWN}, {"customerMasterKeySpec": UNKNOWN}],
    remedies={KEYS: {"enableKeyRotation": True}},
)
def check(key: Resource) -> Iterator[str]:
    """Make new key material each year, so that a leaked one opens less.

    Decryption of older data goes on by itself. AWS rotates neither asymmetric and HMAC keys nor
    those of a custom key store; such keys are left to their owners.
    """
    symmetric = key.get("customerMasterKeySpec", default="SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT"
    rotates = symmetric and not key.has("customKeyStoreId")
    if rotates and key.get("enableKeyRotation") is not True:
        yield "The key is never rotated."
