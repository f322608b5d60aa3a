"""`DeployRole` and the policy pack, which do not know each other, agree.

As it is made no rule finds anything. Then every input is weakened, one at a time (`weakening`): a
rule must find it, or it must open a way out (`deploy_escapes`), or `HARMLESS` says why it need not.
"""

from __future__ import annotations

from typing import Any, Final, cast

import pytest

from secure_components import DeployRole, DeployRoleArgs
from tests.secure_components import deploy_escapes
from tests.secure_components.claims import claimed, served
from tests.secure_components.programs import run
from tests.secure_components.weakening import (
    LABEL,
    LESS,
    REFUSED,
    STRICTER,
    Made,
    found,
    made_by,
    survivors,
)

_POLICY: Final = r"deploy-(boundary|plan-\d|apply-\d)\.policy"
_ALLOW: Final = rf"{_POLICY}\.Statement\.(?!Deny)\w+"
_DENY: Final = rf"{_POLICY}\.Statement\.Deny\w+"
_TRUST: Final = r"deploy(-plan)?\.assumeRolePolicy"
_CEILING: Final = r"deploy-boundary\.policy\.Statement"
HARMLESS: Final[dict[str, str]] = {
    rf".*\.(name|description)|({_POLICY}|{_TRUST})\.(Version|Statement\.\w+\.Sid)": LABEL,
    r"deploy(-plan)?|deploy-(plan|apply)-\d(-attachment(\.\w+)?)?": LESS,
    r"deploy-provider(\.(url|clientIdLists(\.0)?))?": REFUSED,
    # Trust.
    rf"{_TRUST}(\.Statement(\.\w+(\.(Effect|Principal(\.Federated)?|Action))?)?)?": LESS,
    rf"{_TRUST}\..*:(sub|ref)\.\d": LESS,
    rf"{_TRUST}\..*\.Action=\*": "a trust policy allows assuming alone",
    r"deploy(-plan)?\.maxSessionDuration(=1800)?": STRICTER,
    # What is allowed, and what the boundary holds.
    r"deploy-(plan|apply)-\d\.policy(\.Statement)?": LESS,
    rf"{_ALLOW}(\.(Effect|Action|Resource)(\.\d+)?)?|{_ALLOW}\.Condition\..*\.\d": LESS,
    rf"{_CEILING}\.Services\.Action=\*": "the ARNs are of these services alone",
    rf"{_CEILING}\.Functions\.Action=\*": "the condition's key is Lambda's alone",
    rf"{_CEILING}\.LetServicesUseKeys\.Action=\*": "the condition's key is of grants alone",
    rf"{_CEILING}\.Roles\.Action=\*": "the denies hold for roles and policies of these names",
    r"deploy-plan-\d\.policy\.Statement\.ReadLambda1\.Resource=\*": "DenyOtherData holds it",
    r"deploy-plan-\d\.policy\.Statement\.DenyData\.Action\.\d+": (
        "named by another pattern as well, or of a service that the linters do not know yet"
    ),
    rf"{_DENY}\.NotResource\.\d+": "denies more",
    rf"{_DENY}\.(Action|Resource)=\*|{_DENY}\.NotAction\.\d|{_DENY}\.Condition(\..*)?": (
        "denies more"
    ),
}


@pytest.fixture
def deploy(recorder: Any) -> Made:
    run(lambda: DeployRole("deploy", cast("DeployRoleArgs", deploy_escapes.ARGS)))
    return made_by(recorder)


def test_component_as_it_is_has_no_finding_and_no_way_out(deploy: Made) -> None:
    assert found(deploy.types, deploy.properties) == set()
    assert deploy_escapes.Proof(deploy.properties).opened(deploy.properties) == set()


def test_every_weakening_is_found_or_opens_a_way_or_is_harmless(deploy: Made) -> None:
    proof = deploy_escapes.Proof(deploy.properties)
    left, used = survivors(
        deploy, HARMLESS, everywhere={}, proven=lambda made: bool(proof.opened(made))
    )
    assert left == []
    assert not HARMLESS.keys() - used, "an excuse that excuses nothing any more"


@pytest.mark.parametrize("framework", ["AWS FSBP", "CIS AWS 7.0"])
def test_docstring_names_what_the_rules_of_its_children_serve(deploy: Made, framework: str) -> None:
    assert claimed(DeployRole, framework) == served(deploy.types.values(), framework)
