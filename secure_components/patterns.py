"""What AWS's own names look like, where several components take them as arguments."""

from __future__ import annotations

import re
from typing import Final

ACCOUNT: Final = re.compile(r"\d{12}")
BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
ORGANIZATION: Final = re.compile(r"o-[a-z0-9]{10,32}")
REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")

KEY_ARN: Final = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
"""A key, and no alias: AWS resolves those in the caller's account."""
PRINCIPAL_ARN: Final = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(user|role)/[\w+=,.@/-]+", re.ASCII)
TOPIC_ARN: Final = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}")
