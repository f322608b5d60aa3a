"""Secure Pulumi components for AWS and GitHub.

Names are resolved when they are used, so that importing this package loads no provider module.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from secure_components.account_baseline.args import AccountBaselineArgs as AccountBaselineArgs
    from secure_components.account_baseline.component import AccountBaseline as AccountBaseline
    from secure_components.arguments import ArgumentError as ArgumentError
    from secure_components.audit_trail.args import AuditTrailArgs as AuditTrailArgs
    from secure_components.audit_trail.args import LogArchiveArgs as LogArchiveArgs
    from secure_components.audit_trail.component import AuditTrail as AuditTrail
    from secure_components.audit_trail.log_archive import LogArchive as LogArchive
    from secure_components.break_glass_role import BreakGlassRole as BreakGlassRole
    from secure_components.break_glass_role import BreakGlassRoleArgs as BreakGlassRoleArgs
    from secure_components.deploy_role.args import DeployRoleArgs as DeployRoleArgs
    from secure_components.deploy_role.component import DeployRole as DeployRole
    from secure_components.organization_guardrails.args import (
        OrganizationGuardrailsArgs as OrganizationGuardrailsArgs,
    )
    from secure_components.organization_guardrails.component import (
        OrganizationGuardrails as OrganizationGuardrails,
    )
    from secure_components.protected_organization import (
        ProtectedOrganization as ProtectedOrganization,
    )
    from secure_components.protected_organization import (
        ProtectedOrganizationArgs as ProtectedOrganizationArgs,
    )
    from secure_components.protected_repository.args import (
        ProtectedRepositoryArgs as ProtectedRepositoryArgs,
    )
    from secure_components.protected_repository.component import (
        ProtectedRepository as ProtectedRepository,
    )
    from secure_components.pull_request_security.args import (
        PullRequestSecurityArgs as PullRequestSecurityArgs,
    )
    from secure_components.pull_request_security.component import (
        PullRequestSecurity as PullRequestSecurity,
    )
    from secure_components.read_only_access.permission_set import (
        ReadOnlyPermissionSet as ReadOnlyPermissionSet,
    )
    from secure_components.read_only_access.permission_set import (
        ReadOnlyPermissionSetArgs as ReadOnlyPermissionSetArgs,
    )
    from secure_components.read_only_access.role import ReadOnlyRole as ReadOnlyRole
    from secure_components.read_only_access.role import ReadOnlyRoleArgs as ReadOnlyRoleArgs
    from secure_components.web_application_firewall.args import (
        WebApplicationFirewallArgs as WebApplicationFirewallArgs,
    )
    from secure_components.web_application_firewall.component import (
        WebApplicationFirewall as WebApplicationFirewall,
    )

_HOMES: Final = {
    "AccountBaseline": "secure_components.account_baseline.component",
    "AccountBaselineArgs": "secure_components.account_baseline.args",
    "ArgumentError": "secure_components.arguments",
    "AuditTrail": "secure_components.audit_trail.component",
    "AuditTrailArgs": "secure_components.audit_trail.args",
    "BreakGlassRole": "secure_components.break_glass_role",
    "BreakGlassRoleArgs": "secure_components.break_glass_role",
    "DeployRole": "secure_components.deploy_role.component",
    "DeployRoleArgs": "secure_components.deploy_role.args",
    "LogArchive": "secure_components.audit_trail.log_archive",
    "LogArchiveArgs": "secure_components.audit_trail.args",
    "OrganizationGuardrails": "secure_components.organization_guardrails.component",
    "OrganizationGuardrailsArgs": "secure_components.organization_guardrails.args",
    "ProtectedOrganization": "secure_components.protected_organization",
    "ProtectedOrganizationArgs": "secure_components.protected_organization",
    "ProtectedRepository": "secure_components.protected_repository.component",
    "ProtectedRepositoryArgs": "secure_components.protected_repository.args",
    "PullRequestSecurity": "secure_components.pull_request_security.component",
    "PullRequestSecurityArgs": "secure_components.pull_request_security.args",
    "ReadOnlyPermissionSet": "secure_components.read_only_access.permission_set",
    "ReadOnlyPermissionSetArgs": "secure_components.read_only_access.permission_set",
    "ReadOnlyRole": "secure_components.read_only_access.role",
    "ReadOnlyRoleArgs": "secure_components.read_only_access.role",
    "WebApplicationFirewall": "secure_components.web_application_firewall.component",
    "WebApplicationFirewallArgs": "secure_components.web_application_firewall.args",
}

__all__ = [
    "AccountBaseline",
    "AccountBaselineArgs",
    "ArgumentError",
    "AuditTrail",
    "AuditTrailArgs",
    "BreakGlassRole",
    "BreakGlassRoleArgs",
    "DeployRole",
    "DeployRoleArgs",
    "LogArchive",
    "LogArchiveArgs",
    "OrganizationGuardrails",
    "OrganizationGuardrailsArgs",
    "ProtectedOrganization",
    "ProtectedOrganizationArgs",
    "ProtectedRepository",
    "ProtectedRepositoryArgs",
    "PullRequestSecurity",
    "PullRequestSecurityArgs",
    "ReadOnlyPermissionSet",
    "ReadOnlyPermissionSetArgs",
    "ReadOnlyRole",
    "ReadOnlyRoleArgs",
    "WebApplicationFirewall",
    "WebApplicationFirewallArgs",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  a name may be anything that a module holds
    if name not in _HOMES:
        raise AttributeError(f"module 'secure_components' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
