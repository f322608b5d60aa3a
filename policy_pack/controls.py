"""Outside controls that rules serve, in the words of those who publish them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, order=True)
class Control:
    """One control of an outside catalogue.

    Attributes:
        framework: The catalogue with its version, as `CIS AWS 7.0`.
        id: The control's id there, as `4.2`.
        level: Its level or section where the catalogue has one, as `Level 2`.
    """

    framework: str
    id: str
    level: str = ""

    def __str__(self) -> str:
        """Return the control as a person cites it."""
        return f"{self.framework} {self.id}"


def prowler(check: str) -> Control:
    """Name the Prowler check that judges the same. Its memberships follow from Prowler's files.

    Raises:
        ValueError: No such check is in Prowler's catalogue.
    """
    if check not in _memberships():
        raise ValueError(f"no Prowler check is named '{check}': see policy_pack/controls.json")
    return Control("Prowler", check)


def fsbp(id: str) -> Control:  # noqa: A002  the field's word
    """Name a control of AWS Foundational Security Best Practices (Security Hub), as `KMS.4`."""
    return Control("AWS FSBP", id)


def cis(version: str, id: str) -> Control:  # noqa: A002  the field's word
    """Name a control of the CIS AWS Foundations Benchmark. Ids differ between versions."""
    return Control(f"CIS AWS {version}", id)


def cis_github(id: str) -> Control:  # noqa: A002  the field's word
    """Name a control of the CIS GitHub Benchmark that no Prowler check judges, as `1.4.4`.

    Raises:
        ValueError: The benchmark has no such control.
    """
    levels = _catalogue()["requirements"][_CIS_GITHUB]
    if id not in levels:
        raise ValueError(f"{_CIS_GITHUB} has no control '{id}': see policy_pack/controls.json")
    return Control(_CIS_GITHUB, id, levels[id])


def scorecard(check: str) -> Control:
    """Name an OpenSSF Scorecard check, as `Branch-Protection`. The mapping is our inference.

    Raises:
        ValueError: Scorecard has no such check.
    """
    if check not in _SCORECARD:
        raise ValueError(f"OpenSSF Scorecard has no check '{check}'")
    return Control("OpenSSF Scorecard", check)


def owasp(category: str) -> Control:
    """Name an OWASP Top 10 category with its year, as `A09:2021`. The mapping is our inference."""
    return Control("OWASP", category)


def checks() -> tuple[str, ...]:
    """Return the names of all Prowler checks, sorted."""
    return tuple(sorted(_memberships()))


def memberships(control: Control) -> tuple[Control, ...]:
    """Return the controls that follow from a Prowler check; none for any other control."""
    if control.framework != "Prowler":
        return ()
    return tuple(Control(*entry) for entry in _memberships()[control.id])


def serves(controls: tuple[Control, ...]) -> tuple[Control, ...]:
    """Return the given controls and all that follow from them, each once, sorted."""
    derived = {member for control in controls for member in memberships(control)}
    return tuple(sorted({*controls, *derived}))


CITED_BY_ID = ("CIS AWS 7.0", "AWS FSBP", "CIS GitHub 1.2", "OWASP", "OpenSSF Scorecard")
NOT_CITED = ("CIS AWS 5.0", "Prowler")


def cite(controls: tuple[Control, ...]) -> str:
    """Return a line of controls that is short enough for a message.

    Ids of the catalogues that people search by; of the others, where one rule may serve ten ids,
    the name alone. The older CIS is left out, and Prowler: its checks are a way to know, not a
    demand.
    """
    ids = [str(control) for control in controls if control.framework in CITED_BY_ID]
    others = {control.framework for control in controls}.difference(CITED_BY_ID, NOT_CITED)
    return ", ".join([*ids, *sorted(others)])


_CIS_GITHUB = "CIS GitHub 1.2"
_SCORECARD = frozenset(
    (
        "Branch-Protection",
        "CI-Tests",
        "Code-Review",
        "Dangerous-Workflow",
        "Dependency-Update-Tool",
        "Pinned-Dependencies",
        "SAST",
        "Security-Policy",
        "Signed-Releases",
        "Token-Permissions",
        "Vulnerabilities",
        "Webhooks",
    )
)
"""The checks that settings can serve. Source: ossf/scorecard, docs/checks.md."""


def _memberships() -> dict[str, list[list[str]]]:
    checks: dict[str, list[list[str]]] = _catalogue()["checks"]
    return checks


@cache
def _catalogue() -> dict[str, Any]:
    text = resources.files("policy_pack").joinpath("controls.json").read_text("utf-8")
    catalogue: dict[str, Any] = json.loads(text)
    return catalogue
