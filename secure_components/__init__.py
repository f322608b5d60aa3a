"""Secure Pulumi components for AWS and GitHub.

Names are resolved when they are used, so that importing this package loads no provider module.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from secure_components.arguments import ArgumentError as ArgumentError
    from secure_components.audit_trail import AuditTrail as AuditTrail
    from secure_components.audit_trail import AuditTrailArgs as AuditTrailArgs
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
    from secure_components.web_application_firewall.args import (
        WebApplicationFirewallArgs as WebApplicationFirewallArgs,
    )
    from secure_components.web_application_firewall.component import (
        WebApplicationFirewall as WebApplicationFirewall,
    )

_HOMES: Final = {
    "ArgumentError": "secure_components.arguments",
    "AuditTrail": "secure_components.audit_trail",
    "AuditTrailArgs": "secure_components.audit_trail",
    "ProtectedOrganization": "secure_components.protected_organization",
    "ProtectedOrganizationArgs": "secure_components.protected_organization",
    "ProtectedRepository": "secure_components.protected_repository.component",
    "ProtectedRepositoryArgs": "secure_components.protected_repository.args",
    "PullRequestSecurity": "secure_components.pull_request_security.component",
    "PullRequestSecurityArgs": "secure_components.pull_request_security.args",
    "WebApplicationFirewall": "secure_components.web_application_firewall.component",
    "WebApplicationFirewallArgs": "secure_components.web_application_firewall.args",
}

__all__ = [
    "ArgumentError",
    "AuditTrail",
    "AuditTrailArgs",
    "ProtectedOrganization",
    "ProtectedOrganizationArgs",
    "ProtectedRepository",
    "ProtectedRepositoryArgs",
    "PullRequestSecurity",
    "PullRequestSecurityArgs",
    "WebApplicationFirewall",
    "WebApplicationFirewallArgs",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  a name may be anything that a module holds
    if name not in _HOMES:
        raise AttributeError(f"module 'secure_components' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
