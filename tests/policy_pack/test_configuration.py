"""What whoever enforces the pack may configure, and what is refused by name."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pulumi_policy import EnforcementLevel

from policy_pack.catalog import rules
from policy_pack.configuration import (
    PACK,
    Configuration,
    ConfigurationError,
    Context,
    load,
)
from policy_pack.controls import Control, fsbp
from policy_pack.rule import Rule

TODAY = date(2026, 6, 1)
ENTRY = {
    "resource": "*::aws:kms/key:Key::legacy",
    "reason": "Rotates by hand until it is replaced.",
    "owner": "payments",
    "expires": "2026-08-30",
}
RETENTION = "cloudwatch-log-retention"


def rule(id_: str) -> Rule:
    return next(one for one in rules() if one.id == id_)


def configure(written: dict[str, Any], tmp_path: Path, **context: Any) -> Configuration:
    """Read a configuration as it is written in a file."""
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(written))
    return Configuration(rules(), Context(**context), TODAY, load(file))


@pytest.mark.parametrize(
    ("written", "level"),
    [
        ({}, "mandatory"),
        ({"all": "advisory"}, "advisory"),
        ({"kms-key-rotation": "disabled"}, "disabled"),
        ({"all": "disabled", "kms-key-rotation": {"enforcementLevel": "remediate"}}, "remediate"),
        ({"all": "advisory", "kms-key-rotation": {"exemptions": []}}, "advisory"),
    ],
)
def test_level_of_a_rule_goes_before_that_of_all(
    written: dict[str, Any], level: str, tmp_path: Path
) -> None:
    configuration = configure(written, tmp_path)
    assert configuration.level(rule("kms-key-rotation")) is EnforcementLevel(level)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"kms-key-rotatoin": "advisory"}, "kms-key-rotatoin: there is no such rule; did you mean"),
        ({"kms-key-rotation": "sometimes"}, r"kms-key-rotation\.enforcementLevel: is none of"),
        ({"kms-key-rotation": 1}, "kms-key-rotation: write an enforcement level, or an object"),
        (
            {RETENTION: {"day": 1}},
            rf"{RETENTION}\.day: there is no such setting; there are: days, exemptions",
        ),
        ({RETENTION: {"days": "long"}}, rf"{RETENTION}\.days: 'long' is not of type 'integer'"),
        ({RETENTION: {"days": 0}}, rf"{RETENTION}\.days: 0 is less than the minimum of 1"),
        ({"all": {"days": 1}}, r"all\.days: there is no such setting"),
        ({PACK: {"undecided": "maybe"}}, rf"{PACK}\.undecided: 'maybe' is not one of"),
        ({PACK: {"reports": {"pdf": "x"}}}, rf"{PACK}\.reports: .*'pdf' was unexpected"),
        ({PACK: {"profiles": [{"profile": "sandbox"}]}}, rf"{PACK}\.profiles\[0\]: "),
        ({PACK: {"profiles": [{"profile": "x", "stack": "y"}]}}, r"profiles\[0\]\.profile: "),
    ],
)
def test_unusable_configuration_is_refused_with_its_path(
    written: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        configure(written, tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        *(({key: None}, f"'{key}' is a required property") for key in ENTRY),
        ({"reason": " "}, "reason: is blank"),
        ({"owner": ""}, "owner: '' "),
        ({"expires": "next week"}, "expires: 'next week' is no day; write it as 2026-06-01"),
        (
            {"expires": "2026-08-31"},
            "expires: 2026-08-31 is more than 90 days ahead; 2026-08-30 is",
        ),
        ({"resource": "*"}, "resource: names no resource, only wildcards"),
        ({"resource": "urn:pulumi:a::b::aws:kms/key:Key::*"}, "resource: names no resource"),
        ({"until": "x"}, "'until' was unexpected"),
    ],
)
def test_exemption_that_cannot_be_granted_is_refused_by_its_entry(
    change: dict[str, Any], message: str, tmp_path: Path
) -> None:
    entry = {key: value for key, value in {**ENTRY, **change}.items() if value is not None}
    with pytest.raises(ConfigurationError) as caught:
        configure({"kms-key-rotation": {"exemptions": [ENTRY, entry]}}, tmp_path)
    assert str(caught.value).startswith("kms-key-rotation.exemptions[1]")
    assert message in str(caught.value)


def test_longest_exemption_is_configurable(tmp_path: Path) -> None:
    written = {
        PACK: {"longestExemption": 10},
        "kms-key-rotation": {"exemptions": [ENTRY | {"expires": "2026-06-12"}]},
    }
    with pytest.raises(ConfigurationError, match="more than 10 days ahead"):
        configure(written, tmp_path)
    written[PACK] = {"longestExemption": 11}
    assert configure(written, tmp_path).exemptions[0].expires == date(2026, 6, 12)


def test_expired_exemption_is_no_reason_not_to_start(tmp_path: Path) -> None:
    entry = ENTRY | {"expires": "2026-05-31"}
    (one,) = configure({"kms-key-rotation": {"exemptions": [entry]}}, tmp_path).exemptions
    assert not one.in_force(TODAY)
    assert one.in_force(date(2026, 5, 31))


@pytest.mark.parametrize(
    ("entry", "profile"),
    [
        ({"stack": "dev-*"}, "sandbox"),
        ({"project": "shop", "stack": "dev-*"}, "sandbox"),
        ({"project": "other", "stack": "dev-*"}, "production"),
        ({"tags": {"environment": "test*"}}, "sandbox"),
        ({"tags": {"environment": "test", "team": "*"}}, "production"),
        ({"organization": "charity"}, "sandbox"),
    ],
)
def test_profile_takes_all_that_an_entry_names(
    entry: dict[str, Any], profile: str, tmp_path: Path
) -> None:
    configuration = configure(
        {PACK: {"profiles": [{"profile": "sandbox", **entry}]}},
        tmp_path,
        organization="charity",
        project="shop",
        stack="dev-1",
        tags={"environment": "test"},
    )
    assert configuration.profile == profile
    assert configuration.blocks(rule("kms-key-rotation")) is (profile == "production")


def test_first_profile_that_matches_counts(tmp_path: Path) -> None:
    profiles = [
        {"profile": "production", "stack": "dev-live"},
        {"profile": "sandbox", "stack": "dev-*"},
    ]
    assert configure({PACK: {"profiles": profiles}}, tmp_path, stack="dev-live").profile == (
        "production"
    )


@pytest.mark.parametrize(
    ("preview", "undecided", "level", "blocks"),
    [
        (True, "advisory", "mandatory", False),
        (True, "mandatory", "mandatory", True),
        (True, "mandatory", "advisory", False),
        (False, "advisory", "mandatory", True),
        (False, "advisory", "advisory", False),
    ],
)
def test_undecided_blocks_as_configured_and_always_at_up(
    preview: bool, undecided: str, level: str, blocks: bool, tmp_path: Path
) -> None:
    configuration = configure(
        {PACK: {"undecided": undecided}, "all": level}, tmp_path, preview=preview
    )
    assert configuration.undecided_blocks(rule("kms-key-rotation")) is blocks


def test_looser_threshold_drops_the_controls_that_ask_for_more(tmp_path: Path) -> None:
    retention = rule(RETENTION)
    asked = set(retention.served())
    looser = configure({RETENTION: {"days": 364}}, tmp_path)
    served = set(retention.served(looser.settings(retention)))
    # What follows from the Prowler check goes with it; what rests on no number stays.
    assert fsbp("CloudWatch.16") in asked - served
    assert {control.framework for control in served} == {"OWASP"}
    assert {"HIPAA", "Prowler"} <= {control.framework for control in asked - served}
    stricter = configure({RETENTION: {"days": 400}}, tmp_path)
    assert set(retention.served(stricter.settings(retention))) == asked
    assert retention.fix_with(looser.settings(retention)) == (
        "Set retention_in_days to 364 or more."
    )
    assert Control("OWASP", "A09:2021") in served


@pytest.mark.parametrize(
    ("text", "message"),
    [("[]", "no JSON object"), ("{", "is no JSON"), (None, "No such file")],
)
def test_unreadable_file_is_refused_by_name(text: str | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ConfigurationError, match=rf"policy\.json: .*{message}"):
        load(file)
