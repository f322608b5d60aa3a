"""What importing the package costs, and that other languages can use every component."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pulumi.provider.experimental.analyzer import Analyzer

import secure_components

COMPONENTS: dict[str, set[str]] = {
    "AuditTrail": set(),
    "BreakGlassRole": {"trust"},
    "DeployRole": {"names", "repository"},
    "OrganizationGuardrails": {"organizationId", "targets"},
    "ProtectedOrganization": {"organizationId", "billingEmail"},
    "ProtectedRepository": set(),
    "PullRequestSecurity": {"repository"},
    "ReadOnlyPermissionSet": {"instanceArn"},
    "ReadOnlyRole": {"trust"},
}
"""What is required, by component."""


def test_import_loads_no_provider_module() -> None:
    program = (
        "import sys, secure_components; "
        "print(sorted(name for name in sys.modules if name.startswith('pulumi_')))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"


def test_every_public_name_resolves() -> None:
    for name in secure_components.__all__:
        assert getattr(secure_components, name).__name__ == name
    assert dir(secure_components) == sorted(secure_components.__all__)
    with pytest.raises(AttributeError, match="no attribute 'AuditTrial'"):
        secure_components.AuditTrial  # noqa: B018  the access is what is tested


@pytest.mark.parametrize("name", COMPONENTS)
def test_pulumi_can_offer_the_component_to_other_languages(name: str) -> None:
    component = getattr(secure_components, name)
    analyzed = Analyzer("secure-components").analyze([component])
    definition = analyzed["component_definitions"][name]
    required = {name for name, argument in definition.inputs.items() if not argument.optional}
    assert required == COMPONENTS[name]
    described = [*definition.inputs.values(), *definition.outputs.values()]
    assert all(property_.description for property_ in described)
