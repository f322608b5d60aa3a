from __future__ import annotations

from policy_pack.identities import (
    ALL_USER_ATTACHMENTS,
    ATTACHMENTS_TO_MANY,
    USER_ATTACHMENTS,
    USER_POLICIES,
)
from policy_pack.rule import UNKNOWN, Findings, Resource, Severity, fsbp, owasp, prowler, rule

_NAMES = ("user", "users", "userName")
_EXCLUSIVE = (*ALL_USER_ATTACHMENTS, "aws:iam/userPoliciesExclusive:UserPoliciesExclusive")


@rule(
    title="IAM users get their permissions from groups",
    types=(*USER_POLICIES, *USER_ATTACHMENTS, *ATTACHMENTS_TO_MANY, *_EXCLUSIVE),
    severity=Severity.MEDIUM,
    fix="Attach the policy to a group, or better to a role that is assumed instead.",
    controls=(
        prowler("iam_policy_attached_only_to_group_or_roles"),
        fsbp("IAM.2"),
        owasp("A01:2021"),
    ),
    passes=[
        {"groups": ["readers"], "policyArn": "arn:aws:iam::aws:policy/SecurityAudit"},
        {"userName": "robot", "policyArns": []},
        {"userName": "robot", "policyNames": []},
        {"users": [], "roles": [UNKNOWN]},
    ],
    fails=[
        {"user": "robot", "policyArn": "arn:aws:iam::aws:policy/SecurityAudit"},
        {"user": UNKNOWN, "policy": UNKNOWN},
        {"users": ["robot"], "groups": ["readers"]},
        {"userName": "robot", "policyNames": ["read"]},
        {"userName": UNKNOWN, "policyArns": UNKNOWN},
    ],
    omission="What names no user gives none anything.",
)
def check(resource: Resource) -> Findings:
    """Know who may do what by looking at a few groups, and take it away in one place.

    A resource that only takes away what others attached (`UserPolicyAttachmentsExclusive` with an
    empty list) is right.

    Source: CIS AWS Foundations, "Ensure IAM users receive permissions only through groups";
    Security Hub, "IAM.2".
    """
    listed = [key for key in ("policyArns", "policyNames") if resource.raw(key) is not None]
    gives = not listed or any(resource.has(key) for key in listed)
    if gives and any(resource.has(name) for name in _NAMES):
        yield "The policy is given to a user directly."
