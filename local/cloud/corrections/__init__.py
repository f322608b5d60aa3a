"""Where moto answers what AWS never would: one module a service, each says what AWS answers."""

from __future__ import annotations

from local.cloud.corrections import cloudtrail, kms, logs, s3
from local.cloud.corrections.registry import correct

__all__ = ["cloudtrail", "correct", "kms", "logs", "s3"]
