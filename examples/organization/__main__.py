"""An organization whose every repository is protected, present and future."""

from __future__ import annotations

import pulumi
import pulumi_github as github

import secure_components as secure

config = pulumi.Config()
name = config.get("name") or "example"

organization = secure.ProtectedOrganization(
    "organization",
    {
        "organization": name,
        "organization_id": github.get_organization(name=name, summary_only=True).id,
        "billing_email": config.get("billingEmail") or "bills@example.org",
        "pull_requests": {"approvals": 2, "required_checks": [{"name": "tests"}]},
        "allowed_actions": ["docker/login-action@*"],
    },
)
service = secure.ProtectedRepository(
    "service",
    {
        "in_protected_organization": True,
        "pull_requests": {"required_checks": [{"name": "tests"}]},
    },
    pulumi.ResourceOptions(depends_on=[organization]),
)

pulumi.export("branch_ruleset_id", organization.branch_ruleset_id)
pulumi.export("repository", service.full_name)
