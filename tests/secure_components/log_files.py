"""Why changes to the buckets of log files are harmless, where no rule finds them."""

from __future__ import annotations

from tests.secure_components.weakening import ACCESS_LOGS, LABEL, LONGER, STRICTER


def harmless(bucket: str) -> dict[str, str]:
    """Return the reasons by a pattern of the changes' ids.

    Args:
        bucket: Resource name of the log files' bucket.
    """
    lifecycle = rf"{bucket}-lifecycle\.rules\.retention"
    return {
        **ACCESS_LOGS,
        rf"{bucket}(\.objectLockEnabled(=False)?)?": "the lock's own settings switch it on",
        rf"{bucket}-object-lock\.rule\.defaultRetention\.days=730": LONGER,
        rf"{bucket}-object-lock\.rule\.defaultRetention\.days=182": (
            "locked for longer than it takes to notice"
        ),
        rf"{bucket}-ownership(\.bucket)?": STRICTER,
        rf"{bucket}-encryption\.rules\.0\.applyServerSideEncryptionByDefault\.kmsMasterKeyId": (
            "a trail names its key for every file"
        ),
        rf"{lifecycle}\.(id|filter(\.prefix)?)": LABEL,
        rf"{lifecycle}\.expiration(\.days(=730)?)?": LONGER,
        rf"{lifecycle}\.(noncurrentVersionExpiration|abortIncompleteMultipartUpload)(\..*)?": (
            "a lock keeps versions, and what was not uploaded whole is no file"
        ),
        rf"{bucket}-policy\.policy\.Statement\.DenyOther(Keys|Writers)(\..*)?": (
            "a trail's digests tell its files from others, and IAM allows others none by itself"
        ),
    }
