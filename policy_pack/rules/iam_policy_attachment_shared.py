from __future__ import annotations

from policy_pack.identities import ATTACHMENTS_TO_MANY
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, owasp, rule


@rule(
    title="IAM policies are attached without detaching them elsewhere",
    types=ATTACHMENTS_TO_MANY,
    severity=Severity.MEDIUM,
    fix="Use aws.iam.RolePolicyAttachment or aws.iam.GroupPolicyAttachment, one for each identity.",
    controls=(owasp("A05:2021"),),
    passes=[{}],
    fails=[
        {"policyArn": "arn:aws:iam::aws:policy/SecurityAudit", "roles": ["app"]},
        {"policyArn": UNKNOWN, "roles": UNKNOWN},
    ],
    omission="There is no attachment without a policy: the provider refuses it.",
)
def check(attachment: Resource) -> Findings:
    """Leave alone what other stacks attach: this resource owns all attachments of a policy.

    It detaches the policy from every identity of the account that it does not name, the auditors'
    role among them, and again at each `up`.

    Source: the provider's documentation of `aws.iam.PolicyAttachment`, which warns of it.
    """
    if attachment.has("policyArn"):
        yield "The attachment takes the policy away from all identities that it does not name."
