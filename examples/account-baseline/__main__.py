"""An AWS account as the CIS Foundations Benchmark wants it, with its trail.

Put in your own contact, the permission sets of those who open cases with AWS Support, and every
region that the account may be used in. Where an organization's administrator account looks after a
part, or AWS Control Tower does, name it in `managed_elsewhere`.
"""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

import secure_components as secure

HOME = aws.get_region().region
REGIONS = [HOME, *(region for region in ("eu-west-1", "us-east-1") if region != HOME)]

network = aws.ec2.Vpc("network", cidr_block="10.0.0.0/16")

baseline = secure.AccountBaseline(
    "baseline",
    {
        "regions": REGIONS,
        "security_contact": {
            "name": "Security team",
            "title": "Incident response",
            "email": "security@example.com",
            "phone": "+31 20 555 0100",
        },
        "support_trust": {"identity_center": {"permission_sets": ["Operations"]}},
        "vpcs": {"main": {"vpc_id": network.id}},
        "aggregate": True,
    },
)
trail = secure.AuditTrail("audit")

pulumi.export("detectors", baseline.detector_ids)
pulumi.export("hubs", baseline.security_hub_arns)
pulumi.export("config_bucket", baseline.config_bucket_name)
pulumi.export("support_role", baseline.support_role_arn)
pulumi.export("trail", trail.trail_arn)
