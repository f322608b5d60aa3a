"""`OrganizationGuardrails` and the policy pack agree.

As it is made it has no finding. Each of its inputs, weakened one at a time (`weakening`), is found
by a rule, or changes what is denied (`guardrail_calls`), or `HARMLESS` says why it need not.
"""

from __future__ import annotations

from typing import Any, Final, cast

import pytest

from secure_components import OrganizationGuardrails, OrganizationGuardrailsArgs
from tests.secure_components.guardrail_calls import ARGS, outcomes
from tests.secure_components.programs import run
from tests.secure_components.weakening import (
    LABEL,
    REFUSED,
    STRICTER,
    Made,
    Properties,
    found,
    made_by,
    survivors,
    weakenings,
)

_DOCUMENT: Final = r"guards-[sr]cp-\d\.content"
HARMLESS: Final[dict[str, str]] = {
    r"guards-[sr]cp-\d\.(name|description)": LABEL,
    rf"{_DOCUMENT}\.Statement\.\w+\.Sid": LABEL,
    rf"{_DOCUMENT}(\.(Version|Statement))?": REFUSED,
    rf"{_DOCUMENT}\.Statement\.\w+\.Principal": REFUSED,
    rf"{_DOCUMENT}\.Statement\.\w+\.Action=\*": "denies more, of what meets the condition",
    r"guards-scp-\d\.type": STRICTER,
}


@pytest.fixture
def guardrails(recorder: Any) -> Made:
    args = cast("OrganizationGuardrailsArgs", ARGS)
    run(lambda: OrganizationGuardrails("guards", args))
    return made_by(recorder)


def effect(made: Made, properties: Properties) -> list[frozenset[str]] | None:
    """Return what the policies that are made deny; None where AWS would take no document."""
    policies = [name for name in properties if made.types[name].endswith(":Policy")]
    contents = [properties[name].get("content", "") for name in policies]
    if not all(isinstance(one, str) and one for one in contents):
        return None
    kinds = [properties[name].get("type", "SERVICE_CONTROL_POLICY") for name in policies]
    try:
        return outcomes(dict(zip(contents, kinds, strict=True)))
    except (KeyError, AssertionError, TypeError):
        return None


def test_component_as_it_is_has_no_finding(guardrails: Made) -> None:
    assert found(guardrails.types, guardrails.properties) == set()


def test_every_weakening_is_found_or_denies_otherwise_or_is_harmless(guardrails: Made) -> None:
    before = effect(guardrails, guardrails.properties)
    left, used = survivors(
        guardrails,
        HARMLESS,
        everywhere={},
        proven=lambda made: effect(guardrails, made) not in (before, None),
    )
    assert sum(1 for _ in weakenings(guardrails.properties)) > 400
    assert left == []
    assert not HARMLESS.keys() - used, "an excuse that excuses nothing any more"
