"""The unprotected example is blocked, for exactly what it declares."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from local import findings
from local.cloud import Cloud
from local.workspace import EXAMPLES, POLICY_PACK, Workspace
from policy_pack.catalog import rules

DECLARED = findings.declared(EXAMPLES / "before")


@pytest.fixture
def before(open_example: Callable[[str], Workspace]) -> Workspace:
    return open_example("before")


@pytest.mark.parametrize(
    "pack",
    [POLICY_PACK, Path(sys.prefix) / "bin" / "secure-components-policy-pack"],
    ids=["folder", "executable"],
)
def test_preview_is_blocked_for_exactly_what_is_declared(before: Workspace, pack: Path) -> None:
    outcome = before.preview(policy_pack=pack)
    assert outcome.code != 0
    assert findings.found(outcome.findings) == DECLARED
    levels = {rule.id: rule.level.value for rule in rules()}
    assert all(finding.level == levels[finding.rule] for finding in outcome.findings)


def test_finding_says_what_is_wrong_how_to_mend_it_and_what_it_serves(before: Workspace) -> None:
    found = {finding.rule: finding for finding in before.preview().findings}
    assert found["kms-key-rotation"].message.splitlines() == [
        "The key is never rotated.",
        "Fix: Set enable_key_rotation=True.",
        "Controls: AWS FSBP KMS.4, CIS AWS 7.0 4.6, OWASP A02:2021, GDPR, HIPAA",
    ]


def test_preview_without_the_pack_passes(before: Workspace) -> None:
    outcome = before.preview(policy_pack=None)
    assert outcome.code == 0, outcome.output
    assert outcome.findings == []


def test_up_is_blocked_before_the_trail_is_made(before: Workspace, cloud: Cloud) -> None:
    assert before.up().code != 0
    assert cloud.client("cloudtrail").describe_trails()["trailList"] == []


def test_exported_state_is_judged_like_the_preview(before: Workspace) -> None:
    made = before.up(policy_pack=None)
    assert made.code == 0, made.output
    judged = before.analyze()
    assert judged.code != 0
    for rule, resource in DECLARED:
        assert rule in judged.output, f"{rule} on {resource}"
