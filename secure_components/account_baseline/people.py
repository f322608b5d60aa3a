"""Who is told, who may ask AWS for help, and what it may cost."""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_aws as aws

from secure_components.account_baseline.args import BudgetArgs, SecurityContactArgs
from secure_components.account_baseline.checks import COMPONENT
from secure_components.account_baseline.parts import Making
from secure_components.trust import trust_document

_SPENT: Final = 80
_FORECAST: Final = 100


def make_security_contact(making: Making, contact: SecurityContactArgs) -> None:
    """Tell AWS whom to tell."""
    aws.account.AlternativeContact(
        f"{making.name}-security-contact",
        alternate_contact_type="SECURITY",
        name=contact["name"],
        title=contact["title"],
        email_address=contact["email"],
        phone_number=contact["phone"],
        opts=making.opts(),
    )


def make_support_role(making: Making) -> pulumi.Output[str]:
    """Make the role for cases with AWS Support, and return its ARN."""
    role = aws.iam.Role(
        f"{making.name}-support-role",
        description="Opens and follows cases with AWS Support",
        assume_role_policy=trust_document(
            COMPONENT, making.name, "support_trust", making.here, making.args["support_trust"]
        ),
        opts=making.opts(),
    )
    aws.iam.RolePolicyAttachment(
        f"{making.name}-support-role-policy",
        role=role.name,
        policy_arn=making.here.apply(
            lambda at: f"arn:{at.partition}:iam::aws:policy/AWSSupportAccess"
        ),
        opts=making.opts(),
    )
    return role.arn


def make_budget(making: Making, budget: BudgetArgs) -> None:
    """Tell when costs are high, and when they will be."""
    aws.budgets.Budget(
        f"{making.name}-budget",
        name=f"{making.name}-monthly",
        budget_type="COST",
        time_unit="MONTHLY",
        limit_amount=str(budget["monthly_limit"]),
        limit_unit="USD",
        notifications=[
            {
                "comparison_operator": "GREATER_THAN",
                "notification_type": kind,
                "threshold": threshold,
                "threshold_type": "PERCENTAGE",
                "subscriber_email_addresses": list(budget["emails"]),
            }
            for kind, threshold in (("ACTUAL", _SPENT), ("FORECASTED", _FORECAST))
        ],
        opts=making.opts(),
    )
