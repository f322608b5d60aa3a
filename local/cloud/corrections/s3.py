"""S3, where moto answers what AWS never would."""

from __future__ import annotations

from typing import Any, Final

from local.cloud import policies
from local.cloud.corrections.registry import Corrected, corrects

_DEFAULT_ENCRYPTION: Final = {
    "Rule": {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BucketKeyEnabled": "false",
    }
}


@corrects("moto.s3.models", "S3Backend.get_bucket_encryption")
def _default_encryption(moto: Corrected, backend: Any, bucket_name: str) -> Any:  # noqa: ANN401  moto's own
    """Every bucket is encrypted with SSE-S3 unless it is told otherwise."""
    return moto(backend, bucket_name) or _DEFAULT_ENCRYPTION


@corrects("moto.s3.models", "FakeBucket._log_permissions_enabled_policy")
def _may_receive_logs(
    _moto: Corrected,
    bucket: Any,  # noqa: ANN401
    target_bucket: Any,  # noqa: ANN401
    target_prefix: str | None,
) -> bool:
    """A policy is read as a whole, whatever form its principals and actions have."""
    return policies.allows(
        (target_bucket.policy or b"").decode(),
        "s3:PutObject",
        f"arn:aws:s3:::{target_bucket.name}/{target_prefix or ''}log",
        principal=("Service", "logging.s3.amazonaws.com"),
        context={
            "aws:SecureTransport": "true",
            "s3:TlsVersion": "1.3",
            "aws:SourceAccount": bucket.account_id,
            "aws:SourceArn": f"arn:aws:s3:::{bucket.name}",
        },
    )
