"""A private repository whose default branch only changes by reviewed pull requests."""

from __future__ import annotations

import pulumi

import secure_components as secure

repository = secure.ProtectedRepository(
    "service",
    {
        "description": "A service and its infrastructure",
        "pull_requests": {"approvals": 2, "required_checks": [{"name": "tests"}]},
        "allowed_actions": ["docker/login-action@*"],
        "files": {
            "code_owners": {"*": ["@example/platform"]},
            "security_contact": "security@example.org",
            "dependency_ecosystems": ["github-actions", "pip"],
        },
        "workflows": {"languages": ["python"]},
    },
)

pulumi.export("repository", repository.full_name)
pulumi.export("protection", repository.protection)
