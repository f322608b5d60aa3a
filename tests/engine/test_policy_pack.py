"""What the engine shows where the pack cannot decide, or is broken."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from local.cloud import Cloud
from local.workspace import POLICY_PACK, Workspace

LATE_ROTATION = """
    import pulumi_aws as aws

    bucket = aws.s3.Bucket("late")
    aws.kms.Key(
        "key",
        enable_key_rotation=bucket.arn.apply(lambda arn: False),
        policy='{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*"}}',
    )
"""
PLAIN = """
    import pulumi_aws as aws

    aws.kms.Key("key")
"""
BROKEN_RULE = """
from policy_pack.rule import Severity, rule

@rule(title="Broken", types=("aws:kms/key:Key",), severity=Severity.LOW, fix="f", controls=(),
      passes=[], fails=[])
def check(key):
    \"\"\"Why.\"\"\"
    yield from [1 / 0]
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the pack, to be broken."""
    copy = tmp_path / "policy_pack"
    shutil.copytree(POLICY_PACK, copy, ignore=shutil.ignore_patterns("__pycache__"))
    settings = yaml.safe_load(copy.joinpath("PulumiPolicy.yaml").read_text())
    settings["runtime"]["options"]["virtualenv"] = sys.prefix
    copy.joinpath("PulumiPolicy.yaml").write_text(yaml.safe_dump(settings))
    return copy


def test_unknown_value_is_shown_and_other_rules_still_block(
    open_program: Callable[[str], Workspace],
) -> None:
    outcome = open_program(LATE_ROTATION).preview()
    levels = {finding.rule: finding.level for finding in outcome.findings}
    assert levels["kms-key-not-public"] == "mandatory"
    assert levels["kms-key-rotation"] == "advisory"
    assert outcome.code != 0


def test_value_that_becomes_known_is_judged_before_the_resource_is_made(
    open_program: Callable[[str], Workspace], pack: Path, cloud: Cloud
) -> None:
    for rule in pack.joinpath("rules").glob("[!_]*.py"):
        if rule.stem != "kms_key_rotation":
            rule.unlink()
    workspace = open_program(LATE_ROTATION)
    preview = workspace.preview(policy_pack=pack)
    assert preview.code == 0, preview.output
    assert "can't be known during preview" in preview.findings[0].message

    up = workspace.up(policy_pack=pack)
    assert up.code != 0
    assert [(finding.rule, finding.level) for finding in up.findings] == [
        ("kms-key-rotation", "mandatory")
    ]
    assert cloud.client("kms").list_keys()["Keys"] == []


def test_rule_that_breaks_blocks_and_the_others_still_run(
    open_program: Callable[[str], Workspace], pack: Path
) -> None:
    pack.joinpath("rules", "broken.py").write_text(BROKEN_RULE)
    outcome = open_program(PLAIN).preview(policy_pack=pack)
    found = {finding.rule: finding for finding in outcome.findings}
    assert outcome.code != 0
    assert found["broken"].level == "mandatory"
    assert found["broken"].resource == "key"
    assert "the rule broke (ZeroDivisionError in check, line 8)" in found["broken"].message
    assert "kms-key-rotation" in found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def check(:\n", "the policy pack cannot start: broken.py, line 1: "),
        (BROKEN_RULE * 2, "the policy pack cannot start: broken.py: a second rule has the id"),
    ],
    ids=["syntax error", "two rules"],
)
def test_broken_rule_file_stops_the_preview_by_name(
    open_program: Callable[[str], Workspace], pack: Path, text: str, message: str
) -> None:
    pack.joinpath("rules", "broken.py").write_text(text)
    outcome = open_program(PLAIN).preview(policy_pack=pack)
    assert outcome.code != 0
    assert message in outcome.output
    assert "Traceback" not in outcome.output
