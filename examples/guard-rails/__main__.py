"""What no account of an organization can lift.

It is deployed in the organization's management account. Set `target` to the id of one
organizational unit first; `docs/guardrails.md` shows how to find what would be denied. Without it,
the guards hold for the whole organization.
"""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

import secure_components as secure

organization = aws.organizations.get_organization()
target = pulumi.Config().get("target") or organization.roots[0].id

guardrails = secure.OrganizationGuardrails(
    "guardrails",
    {
        "organization_id": organization.id,
        "targets": {"first": target},
        "regions": ["eu-west-1", "us-east-1"],
        "protected_roles": ["arn:aws:iam::*:role/deploy/*", "arn:aws:iam::*:role/break-glass/*"],
        "permissions_boundaries": ["arn:aws:iam::*:policy/deploy/*"],
        "github_organizations": ["example@12345678"],
        "exceptions": {
            "bucket-public-access": ["arn:aws:iam::*:role/deploy/*"],
            "kms-keys": ["arn:aws:iam::*:role/break-glass/*"],
            "protected-roles": ["arn:aws:iam::*:role/break-glass/*"],
        },
    },
)

pulumi.export("service_control_policy_ids", guardrails.service_control_policy_ids)
pulumi.export("resource_control_policy_ids", guardrails.resource_control_policy_ids)
