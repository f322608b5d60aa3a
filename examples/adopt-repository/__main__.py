"""A repository that exists is taken over: imported, brought in line, and never replaced.

Read the preview before the first `pulumi up`: it shows what changes. `adopt` then stays.
"""

from __future__ import annotations

import pulumi

import secure_components as secure

config = pulumi.Config()

repository = secure.ProtectedRepository(
    "legacy",
    {
        "adopt": True,
        "repository_name": config.get("name") or "legacy",
        "visibility": "private",
        "pull_requests": {"required_checks": [{"name": "tests"}]},
    },
)

pulumi.export("repository", repository.full_name)
pulumi.export("protection", repository.protection)
