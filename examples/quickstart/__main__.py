"""The smallest good start: every change of the account is recorded."""

from __future__ import annotations

import pulumi

import secure_components as secure

audit = secure.AuditTrail("audit")

pulumi.export("trail_arn", audit.trail_arn)
pulumi.export("log_group_name", audit.log_group_name)
