"""How people see an account: read-only through Identity Center, and a way in for emergencies.

Engineers change nothing by hand: what changes goes through review. `engineers` is the group's id in
the identity store; people join it where they are managed.
"""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

import secure_components as secure

settings = pulumi.Config()
account_id = aws.get_caller_identity().account_id
instance_arn = aws.ssoadmin.get_instances().arns[0]
engineers = settings.get("engineers") or "11111111-2222-3333-4444-555555555555"

# The permission set that engineers work with.
reader = secure.ReadOnlyPermissionSet(
    "reader",
    {
        "instance_arn": instance_arn,
        "permission_set_name": "EngineerReadOnly",
        "account_ids": [account_id],
        "group_ids": {"engineers": engineers},
    },
)

# A role with the narrower ceiling of actions, and one log group that may be read.
support = secure.ReadOnlyRole(
    "support",
    {
        "trust": {"identity_center": {"permission_sets": ["EngineerReadOnly"]}},
        "allowances": {
            "log_groups": [f"arn:aws:logs:us-east-1:{account_id}:log-group:/aws/lambda/orders"]
        },
        "deny_secrets_in_metadata": True,
    },
)

# Closed until a reviewed change sets `open_until`; every use is told.
emergency = secure.BreakGlassRole(
    "emergency",
    {"trust": {"identity_center": {"permission_sets": ["Emergency"]}}},
)

pulumi.export("permission_set_arn", reader.permission_set_arn)
pulumi.export("support_role_arn", support.role_arn)
pulumi.export("emergency_role_arn", emergency.role_arn)
