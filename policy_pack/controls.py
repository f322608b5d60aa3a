"""Outside controls that rules serve, in the words of those who publish them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources


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


def owasp(category: str) -> Control:
    """Name an OWASP Top 10 category with its year, as `A09:2021`. The mapping is our inference."""
    return Control("OWASP", category)


def memberships(control: Control) -> tuple[Control, ...]:
    """Return the controls that follow from a Prowler check; none for any other control."""
    if control.framework != "Prowler":
        return ()
    return tuple(Control(*entry) for entry in _memberships()[control.id])


def serves(controls: tuple[Control, ...]) -> tuple[Control, ...]:
    """Return the given controls and all that follow from them, each once, sorted."""
    derived = {member for control in controls for member in memberships(control)}
    return tuple(sorted({*controls, *derived}))


CITED_BY_ID = ("CIS AWS 7.0", "AWS FSBP", "OWASP")
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


@cache
def _memberships() -> dict[str, list[list[str]]]:
    text = resources.files("policy_pack").joinpath("controls.json").read_text("utf-8")
    catalogue: dict[str, dict[str, list[list[str]]]] = json.loads(text)
    return catalogue["checks"]
