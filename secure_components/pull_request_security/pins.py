"""Which actions and tools the workflows use, each by what cannot change under its name.

A commit stands here only where independent public repositories agree on it and on its version.
Dependabot proposes newer commits in every repository; this table is for new ones.
"""

from __future__ import annotations

import re
from typing import Final

READ: Final = "2026-11-25"
"""When the table was read."""

ACTIONS: Final = {
    "actions/checkout": "df4cb1c069e1874edd31b4311f1884172cec0e10 # v6.0.3",
    "actions/dependency-review-action": "a1d282b36b6f3519aa1f3fc636f609c47dddb294 # v5.0.0",
    "aws-actions/configure-aws-credentials": "8df5847569e6427dd6c4fb1cf565c83acfa8afa7 # v6.0.0",
    "github/codeql-action": "8aad20d150bbac5944a9f9d289da16a4b0d87c1e # v4.36.2",
    "pulumi/actions": "8e5e406f4007fca908480587cb9893c07090f58d # v7.0.0",
}
"""Commit and version by action."""

GITHUBS_OWN: Final = ("actions", "github")
"""Owners whose actions GitHub allows as its own."""

PIN: Final = re.compile(r"[0-9a-f]{40} # v\d+(\.\d+){0,2}")
"""How a commit and its version are written."""

WHEELS: Final = {
    "ruff": ("0.17.6", "aa3b08254a732acba246891089a152c47c5733dc36b8ecb76ce8602f8326e5e4"),
    "zizmor": ("1.32.0", "84a6acb975accc13408786a2bd274b572537ca19c933ebbc13e78f3988562071"),
}
"""Version, and SHA-256 of the wheel for Linux on x86-64, by package of PyPI."""

GO: Final = {
    "actionlint": "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12",
    "gitleaks": "github.com/zricethezav/gitleaks/v8@v8.30.1",
    "staticcheck": "honnef.co/go/tools/cmd/staticcheck@v0.8.2",
}
"""Go packages, whose content Go checks against its public log of checksums."""

SNYK: Final = "snyk@1.1307.4"
"""Package of npm, where a version never changes."""

PULUMI: Final = "3.259.0"
"""Version of the engine."""
