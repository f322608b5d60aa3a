"""GitHub Actions deploys to AWS without a key: pull requests plan, the protected branch applies.

The two numbers are GitHub's own, which no other repository ever has:
`gh api repos/OWNER/NAME --jq '.id, .owner.id'`.
"""

from __future__ import annotations

import pulumi

import secure_components as secure

pipeline = secure.DeployRole(
    "pipeline",
    {
        "repository": {"name": "example/orders", "id": 123456789, "owner_id": 12345678},
        "names": ["orders-"],
        "services": ["apigateway", "dynamodb", "lambda", "logs"],
        "apply_from": {"environment": "production", "branches": ["main"]},
    },
)

pulumi.export("plan_role_arn", pipeline.plan_role_arn)
pulumi.export("apply_role_arn", pipeline.apply_role_arn)
pulumi.export("boundary_arn", pipeline.boundary_arn)
