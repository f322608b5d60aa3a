"""Read-only access and the policy pack, which do not know each other, agree.

As they are made no rule finds anything. Then every input is weakened, one at a time (`weakening`):
a rule must find it, or it must open an action that was denied, by the expansion over all known
actions (`Opened`), or `HARMLESS` says why it need not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, cast

import pytest

from secure_components import (
    ReadOnlyPermissionSet,
    ReadOnlyPermissionSetArgs,
    ReadOnlyRole,
    ReadOnlyRoleArgs,
)
from tests.secure_components.claims import claimed, served
from tests.secure_components.known_actions import ACTIONS, expanded
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

ACCOUNT = "123456789012"
LOG_GROUP = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/app/one"
OPTIONS: Final[Mapping[str, Any]] = {
    "allowances": {"log_groups": [LOG_GROUP]},
    "deny_secrets_in_metadata": True,
}
ROLE: Final = {
    **OPTIONS,
    "trust": {
        "identity_center": {"permission_sets": ["View"]},
        "principals": {"account_ids": [ACCOUNT]},
        "source_ips": ["198.51.100.0/24"],
    },
}
SET: Final = {
    **OPTIONS,
    "instance_arn": "arn:aws:sso:::instance/ssoins-1234567890abcdef",
    "account_ids": [ACCOUNT],
    "group_ids": {"engineers": "11111111-2222-3333-4444-555555555555"},
}


def denied(properties: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Return what the policies that are attached deny, of a resource that no allowance names.

    Whatever AWS's policies grant: if it were all.
    """
    attached = {one["policyArn"] for one in properties.values() if "policyArn" in one}
    documents = [
        document
        for name, one in properties.items()
        for key, document in one.items()
        if key == "inlinePolicy" or (key == "policy" and f"arn-of-{name}" in attached)
    ]
    return set().union(*map(_denied_by, documents))


@cache
def _denied_by(document: str) -> frozenset[str]:
    """Return what a document denies; a statement that AWS would refuse denies nothing."""
    return frozenset().union(
        *(
            _taken(statement)
            for statement in json.loads(document).get("Statement", [])
            if statement.get("Effect") == "Deny"
            and ("Resource" in statement or "NotResource" in statement)
        )
    )


def _taken(statement: Mapping[str, Any]) -> frozenset[str]:
    patterns = statement.get("Action", statement.get("NotAction", []))
    patterns = [patterns] if isinstance(patterns, str) else patterns
    named: frozenset[str] = frozenset().union(*map(expanded, patterns))
    return ACTIONS - named if "NotAction" in statement else named


@pytest.fixture
def by_role(recorder: Any) -> Made:
    recorder.resources.clear()  # the other's, where a test asks for both
    run(lambda: ReadOnlyRole("view", cast("ReadOnlyRoleArgs", ROLE)))
    return made_by(recorder)


@pytest.fixture
def by_set(recorder: Any) -> Made:
    recorder.resources.clear()
    run(lambda: ReadOnlyPermissionSet("view", cast("ReadOnlyPermissionSetArgs", SET)))
    return made_by(recorder)


_MORE: Final = "denies more"
_TWICE: Final = "another layer, or another pattern, denies it as well"
_OPTION: Final = "a choice of the caller's, who may leave it out"
_POLICY: Final = r"view-[\w-]+\.(policy|inlinePolicy)"
_TRUST: Final = r"view\.assumeRolePolicy"
HARMLESS: Final[Mapping[str, str]] = {
    rf".*\.(name|description|path|tags(\..+)?)|({_POLICY}|{_TRUST})(\..*)?\.(Version|Sid)": LABEL,
    r"view|view-(ViewOnlyAccess|SecurityAudit)-attachment(\.\w+)?": LESS,
    r"view-engineers-\d+(\.\w+)?": LESS,
    r"view(-\w+)?\.(instanceArn|permissionSetArn)": REFUSED,
    r"view\.(maxSessionDuration(=1800)?|sessionDuration)": STRICTER,
    r"view\.maxSessionDuration=7200": _OPTION,
    # Denials.
    rf"{_POLICY}\.Statement\.Deny\w+\.(Action=\*|(NotAction|NotResource)\.\d+)": _MORE,
    rf"{_POLICY}\.Statement\.DenyData\.Action\.\d+": _TWICE,
    # What is allowed by name.
    r"view-allowances(\.policy(\.Statement)?|-attachment(\.\w+)?)?": LESS,
    rf"{_POLICY}\.Statement\.ReadLogGroups(\.(Effect|Action|Resource)(\.\d)?)?": LESS,
    # Trust.
    rf"{_TRUST}(\.Statement(\.\w+(\.(Effect|Action(\.0)?|Principal(\.AWS(\.0)?)?))?)?)?": LESS,
    rf"{_TRUST}\..*\.aws:PrincipalArn\.\d": LESS,
    rf"{_TRUST}\..*\.IpAddress(\.aws:SourceIp(\.0)?)?": _OPTION,
    rf"{_TRUST}\..*\.Action=\*": "a trust policy allows assuming alone",
    rf"{_TRUST}\..*IdentityCenter\.Principal=\*": "the condition names the account",
    rf"{_TRUST}\..*\.Bool(\.aws:MultiFactorAuthPresent)?": (
        "MFA has an age only if it was used (IAM User Guide), and the age is asked for"
    ),
}
"""Why a change that nothing finds is harmless, by a pattern of its id."""


@pytest.mark.parametrize("made", ["by_role", "by_set"])
def test_component_as_it_is_has_no_finding(made: str, request: pytest.FixtureRequest) -> None:
    one = request.getfixturevalue(made)
    assert found(one.types, one.properties) == set()


def unexcused(made: Made) -> tuple[list[str], set[str]]:
    before = denied(made.properties)
    return survivors(
        made, HARMLESS, everywhere={}, proven=lambda after: not before <= denied(after)
    )


def test_every_weakening_is_found_or_opens_an_action_or_is_harmless(
    by_role: Made, by_set: Made
) -> None:
    (left, used), (left_by_set, used_by_set) = unexcused(by_role), unexcused(by_set)
    assert [*left, *left_by_set] == []
    unused = sorted(HARMLESS.keys() - used - used_by_set)
    assert unused == [], "an excuse that excuses nothing any more"


@pytest.mark.parametrize("framework", ["AWS FSBP", "CIS AWS 7.0"])
def test_docstrings_name_what_the_rules_of_their_children_serve(
    by_role: Made, by_set: Made, framework: str
) -> None:
    assert claimed(ReadOnlyRole, framework) == served(by_role.types.values(), framework)
    assert claimed(ReadOnlyPermissionSet, framework) == served(by_set.types.values(), framework)
