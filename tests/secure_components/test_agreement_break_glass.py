"""`BreakGlassRole` and the policy pack, which do not know each other, agree.

As it is made no rule finds anything. Then every input is weakened, one at a time (`weakening`): a
rule must find it, or it must break a promise (`break_glass_ways`), or `HARMLESS` says why it need
not.
"""

from __future__ import annotations

from typing import Any, Final, cast

import pytest

from secure_components import BreakGlassRole, BreakGlassRoleArgs
from tests.secure_components import break_glass_ways as ways
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

ARGS: Final[dict[str, Any]] = {
    "trust": {"principals": {"account_ids": [ways.ACCOUNT]}},
    "open_until": ways.UNTIL,
    "regions": list(ways.REGIONS),
    "log_group_name": "/aws/cloudtrail/audit",
}

_MORE: Final = "denies more"
_ALONE: Final = "a trust policy allows assuming alone, and a resource's policy is for it alone"
_BOUND: Final = "the conditions left hold the account's alarms, or these rules"
_TASTE: Final = "tells sooner or later, or what the console shows while nothing happens"
_TRUST: Final = r"glass\.assumeRolePolicy"
_DENY: Final = r"glass-denies\.policy\.Statement\.Deny\w+"
HARMLESS: Final[dict[str, str]] = {
    r".*\.(name|description|alarmDescription|targetId|Version|Sid)|glass-key-alias.*": LABEL,
    r"glass-(key|topic|topic-policy)\.region|glass-denies-attachment\.role": REFUSED,
    r"glass-key\.deletionWindowInDays(=60)?|glass\.maxSessionDuration(=1800)?": STRICTER,
    r"glass-administrator(\.\w+)?|glass\.assumeRolePolicy(\.Statement)?": LESS,
    rf"{_TRUST}\.Statement\.Principals(\.(Effect|Principal|Action)(\..*)?)?": LESS,
    rf"{_TRUST}\..*RequestedRegion\.\d": LESS,
    rf"{_DENY}\.((Not)?Action\.\d|(Action|Resource)=\*|Condition(\..*)?)": _MORE,
    r"glass-key\.policy\.Statement\.AccountAdministers(\.(Principal(\.AWS)?|Action|Resource))?": (
        LESS
    ),
    r"glass-.*\.(AccountAdministers|RulesAssume)\.Action=\*": _ALONE,
    r"glass-(key|topic-policy)\.policy\.Statement\.\w+\.(Resource|Resource=\*|Action=\*)": _ALONE,
    r"glass-.*\.Alarms(Encrypt|Publish)\.(Principal=\*|Condition\..*)": _BOUND,
    r"glass-alarm\.(threshold=0|period(=\d+)?|treatMissingData)|.*\.defaultValue": _TASTE,
}


@pytest.fixture
def glass(recorder: Any) -> Made:
    run(lambda: BreakGlassRole("glass", cast("BreakGlassRoleArgs", ARGS)))
    return made_by(recorder)


def test_component_as_it_is_has_no_finding_and_keeps_its_promises(glass: Made) -> None:
    assert found(glass.types, glass.properties) == set()
    assert ways.opened(glass.properties, glass.types) == set()


def test_every_weakening_is_found_or_breaks_a_promise_or_is_harmless(glass: Made) -> None:
    left, used = survivors(
        glass, HARMLESS, everywhere={}, proven=lambda made: bool(ways.opened(made, glass.types))
    )
    assert left == []
    assert not HARMLESS.keys() - used, "an excuse that excuses nothing any more"


@pytest.mark.parametrize("framework", ["AWS FSBP", "CIS AWS 7.0"])
def test_docstring_names_what_the_rules_of_its_children_serve(glass: Made, framework: str) -> None:
    assert claimed(BreakGlassRole, framework) == served(glass.types.values(), framework)
