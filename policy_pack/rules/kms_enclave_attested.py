from __future__ import annotations

from typing import Any, Final

from policy_pack.aws import KEY_POLICIES, KEYS
from policy_pack.iam import Actions, Statement, statements
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

_USES: Final = Actions(
    ("kms:Decrypt", "kms:DeriveSharedSecret", "kms:GenerateDataKey", "kms:GenerateDataKeyPair")
)
"""What an enclave asks of a key. Of `GenerateRandom`, which needs no key, no key policy decides."""
_ATTESTATION: Final = "kms:RecipientAttestation:*"
_IMAGE: Final = {"kms:RecipientAttestation:ImageSha384": "ab" * 48}
_ROOT: Final = {"AWS": "arn:aws:iam::123456789012:root"}


def _allow(**changes: object) -> dict[str, Any]:
    return {"Sid": "Use", "Effect": "Allow", "Principal": _ROOT, "Action": "kms:*", **changes}


def _deny(**changes: object) -> dict[str, Any]:
    condition = {"StringNotEqualsIgnoreCase": _IMAGE}
    return {**_allow(), "Effect": "Deny", "Principal": "*", "Condition": condition, **changes}


def _key(*written: object, **properties: object) -> dict[str, Any]:
    policy = {"policy": {"Statement": [*written]}} if written else {}
    return {"key": (KEYS[0], {"description": "For the enclave", **policy, **properties})}


_ATTESTED: Final = _allow(Action="kms:Decrypt", Condition={"StringEqualsIgnoreCase": _IMAGE})
_ADMINISTERED: Final = _allow(Action=["kms:Put*", "kms:Describe*", "kms:ScheduleKeyDeletion"])
_SEPARATE: Final = {"keyId": ref("key"), "policy": {"Statement": [_allow()]}}


@rule(
    title="KMS keys of enclaves are used by attested enclaves alone",
    types=KEYS,
    severity=Severity.MEDIUM,
    fix=(
        "Tie each statement that lets use the key to kms:RecipientAttestation:ImageSha384, or "
        "deny its use to whoever does not match it."
    ),
    controls=(
        prowler("kms_key_enclave_attestation_not_enforced"),
        prowler("kms_key_enclave_attestation_bypassable_path"),
        owasp("A01:2021"),
    ),
    passes=[
        _key(_ATTESTED, _ADMINISTERED),
        _key(_allow(), _deny()),
        _key(
            _allow(), _deny(Action=["kms:Decrypt", "kms:DeriveSharedSecret", "kms:GenerateData*"])
        ),
        _key(
            _allow(),
            _deny(Action="kms:Decrypt"),
            _deny(Action=["kms:DeriveSharedSecret", "kms:GenerateDataKey*"]),
        ),
        _key(_ATTESTED, _deny(Condition={"Bool": {"aws:SecureTransport": "false"}})),
        _key(_allow(), description="For the reports"),
        _key(_allow(), description=None, tags={"team": "data"}),
        {
            **_key(_allow()),
            "policy": (KEY_POLICIES[0], {**_SEPARATE, "policy": {"Statement": [_ATTESTED]}}),
        },
        _key(UNKNOWN, description=None),
    ],
    fails=[
        _key(),
        _key(_allow()),
        _key(_ATTESTED, _allow()),
        *(
            _key(_allow(Action=f"kms:{use}"))
            for use in ("Decrypt", "DeriveSharedSecret", "GenerateDataKey", "GenerateDataKeyPair")
        ),
        _key(_allow(Principal="*", Condition={"StringNotEqualsIgnoreCase": _IMAGE})),
        _key(_allow(), description=None, tags={"nitro-enclave": "true"}),
        _key(_allow(), description=None, tags={"use": "Enclaves"}),
        _key(_allow(Condition={"StringNotEquals": _IMAGE})),
        _key(_allow(Condition={"StringEqualsIfExists": _IMAGE})),
        _key(_allow(Condition={"StringLike": {"kms:RecipientAttestation:PCR0": "*"}})),
        _key(_allow(), _deny(Principal=_ROOT)),
        _key(_allow(), _deny(Action="kms:Decrypt")),
        _key(_allow(), _deny(Condition={"StringEquals": _IMAGE})),
        {**_key(_ATTESTED), "policy": (KEY_POLICIES[0], _SEPARATE)},
    ],
    undecided=[
        _key(policy=UNKNOWN),
        _key(_ATTESTED, UNKNOWN),
        _key(UNKNOWN, _allow()),
        _key(_allow(), description=UNKNOWN),
        _key(_allow(), description=None, tags=UNKNOWN),
        _key(_allow(), _deny(Condition=UNKNOWN)),
    ],
    omission="A key that no description and no tag calls an enclave's is not taken for one.",
)
def check(key: Resource, stack: Stack) -> Findings:
    """Let nobody who is beside the enclave use the key that only its code was to use.

    A key is an enclave's if its description or a tag has the word, as Prowler reads it.

    Source: AWS KMS Developer Guide, "Condition keys for AWS Nitro Enclaves".
    """
    if not _is_of_enclave(key):
        return
    holders = stack.referring(KEY_POLICIES, "keyId", key) or [key]
    for holder in holders:
        if not holder.has("policy"):
            yield "The key has no policy of its own, so that all of the account may be let use it."
        yield from _judge(statements(holder.json("policy")))


def _judge(written: list[Statement]) -> Findings:
    closed: set[str] = set()

    def judge(statement: Statement) -> Findings:
        if not statement.allows or not statement.covered(_USES) - closed:
            return
        if not statement.binds(_ATTESTATION):
            yield finding(
                "The policy statement '{name}' lets whoever is no attested enclave use the key.",
                name=statement.sid,
            )

    for statement in written:
        closed |= _closed_by(statement)
    yield from every(written, judge)


def _closed_by(statement: Statement) -> frozenset[str]:
    """Return what a statement denies to everyone who is not an enclave of some measurements."""
    if statement.denies and statement.everyone and statement.all_but(_ATTESTATION):
        return statement.covered(_USES)
    return frozenset()


def _is_of_enclave(key: Resource) -> bool:
    tags = key.get("tags", default={})
    words = [key.get("description", default=""), *(tags if isinstance(tags, dict) else ())]
    words += tags.values() if isinstance(tags, dict) else ()
    return any("enclave" in str(word).lower() for word in words)
