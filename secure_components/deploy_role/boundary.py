"""The permissions boundary: what neither the pipeline nor any role that it makes gets past.

A boundary grants nothing. What it allows is a ceiling: the services that the program uses, on
resources with its names. What it denies is every way to get a higher one. It needs the condition
key `iam:PermissionsBoundary` of IAM's actions on roles (Service Authorization Reference); a request
that does not name a boundary, about a role that has none, is denied as well.

Source: IAM User Guide, "Permissions boundaries for IAM entities", "Delegating responsibility to
others using permissions boundaries".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from secure_components.audit_protection import deny_blinding, deny_leaving
from secure_components.deploy_role.permissions import (
    POLICY_CHANGES,
    ROLE_CHANGES,
    ROLE_READS,
    ROLE_TAGS,
    Ceiling,
)
from secure_components.deploy_role.services import ceiling_statements
from secure_components.documents import Statement

IDENTITIES: Final = (
    "iam:*AccessKey*",
    "iam:*Account*",
    "iam:*Delegation*",
    "iam:*Federation*",
    "iam:*Group*",
    "iam:*LoginProfile*",
    "iam:*MFADevice*",
    "iam:*OpenIDConnectProvider*",
    "iam:*Organizations*",
    "iam:*SAMLProvider*",
    "iam:*SSHPublicKey*",
    "iam:*ServerCertificate*",
    "iam:*ServiceSpecificCredential*",
    "iam:*SigningCertificate*",
    "iam:*User*",
    "iam:ChangePassword",
    "iam:CreateServiceLinkedRole",
    "iam:SetSecurityTokenServicePreferences",
)
"""People, what they sign in with, and whom the account trusts: no business of a pipeline."""


def boundary_statements(ceiling: Ceiling) -> Iterator[Statement]:
    """Yield all statements of the boundary."""
    yield from ceiling_statements(ceiling.services, ceiling.scope)
    yield from ceiling.analyzed
    if ceiling.runtime_actions:
        yield {
            "Sid": "Runtime",
            "Effect": "Allow",
            "Action": list(ceiling.runtime_actions),
            "Resource": "*",
        }
    yield from ceiling.shared
    yield {
        "Sid": "Roles",
        "Effect": "Allow",
        "Action": ["iam:PassRole", *ROLE_READS, *ROLE_CHANGES, *ROLE_TAGS, *POLICY_CHANGES],
        "Resource": [*ceiling.roles, *ceiling.policies],
    }
    yield from guard_statements(ceiling)


def guard_statements(ceiling: Ceiling) -> Iterator[Statement]:
    """Yield the denies: every way out of the boundary, and to blind whoever watches."""
    yield {
        "Sid": "DenyRolesWithoutBoundary",
        "Effect": "Deny",
        "Action": list(ROLE_CHANGES),
        "Resource": "*",
        "Condition": {"StringNotEquals": {"iam:PermissionsBoundary": ceiling.boundary_arn}},
    }
    yield _deny("DenyBoundaryRemoved", ["iam:DeleteRolePermissionsBoundary"])
    yield {
        "Sid": "DenyFoundations",
        "Effect": "Deny",
        # All but reading, so that no action that IAM gets tomorrow is forgotten.
        "NotAction": ["iam:Get*", "iam:List*"],
        "Resource": list(ceiling.foundations),
    }
    yield _deny("DenyIdentities", IDENTITIES)
    yield deny_leaving()
    yield deny_blinding()


def _deny(sid: str, actions: Sequence[str]) -> Statement:
    return {"Sid": sid, "Effect": "Deny", "Action": list(actions), "Resource": "*"}
