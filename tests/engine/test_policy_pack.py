"""What the engine shows where the pack cannot decide, or is broken."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from local.cloud import Cloud
from local.workspace import POLICY_PACK, Outcome, Workspace
from policy_pack.configuration import PACK

LATE_ROTATION = """
    import pulumi_aws as aws

    bucket = aws.s3.Bucket("late")
    aws.kms.Key(
        "key",
        enable_key_rotation=bucket.arn.apply(lambda arn: False),
        policy='{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt"}}',
    )
"""
HALF_KNOWN = """
    import pulumi_aws as aws

    late = aws.s3.Bucket("late")
    plain = aws.s3.Bucket("plain")
    data = aws.s3.Bucket("data")
    aws.s3.BucketPublicAccessBlock(
        "block",
        bucket=data.id,
        block_public_acls=late.arn.apply(lambda arn: True),
        block_public_policy=True,
        ignore_public_acls=True,
    )
"""
BUCKETS = ("late", "plain", "data")
STACK_RULES = ("s3-access-logs", "s3-public-access-block", "s3-tls-only", "s3-versioning")
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


def told(outcome: Outcome) -> set[tuple[str, str, str]]:
    """Return rule, resource and level of all that the pack told."""
    return {(one.rule, one.resource, one.level) for one in outcome.findings}


def test_rule_that_reads_an_unknown_value_still_blocks_for_what_it_found(
    open_program: Callable[[str], Workspace],
) -> None:
    outcome = open_program(HALF_KNOWN).preview()
    assert outcome.code != 0
    expected = {(rule, name, "mandatory") for rule in STACK_RULES for name in BUCKETS}
    expected |= {("s3-lifecycle", name, "advisory") for name in BUCKETS}
    # What is known of a resource blocks, and what is not is listed beside it.
    assert told(outcome) == expected | {("s3-public-access-block", "data", "advisory")}
    messages = {one.message.splitlines()[0] for one in outcome.findings}
    assert {one for one in messages if one.startswith("Undecided: ")} == {
        "Undecided: 'blockPublicAcls' of 'block' is not known yet.",
    }


def test_value_that_becomes_known_is_judged_before_the_resource_is_made(
    open_program: Callable[[str], Workspace], cloud: Cloud
) -> None:
    only_rotation = {"all": "disabled", "kms-key-rotation": "mandatory"}
    workspace = open_program(LATE_ROTATION)
    preview = workspace.preview(configuration=only_rotation)
    assert preview.code == 0, preview.output
    assert ("kms-key-rotation", "key", "advisory") in told(preview)
    assert "It is judged again at `up`" in preview.output

    strict = only_rotation | {PACK: {"enforcementLevel": "advisory", "undecided": "mandatory"}}
    preview = workspace.preview(configuration=strict)
    assert preview.code != 0
    assert ("kms-key-rotation", "key", "mandatory") in told(preview)

    up = workspace.up(configuration=only_rotation)
    assert up.code != 0
    assert {one for one in told(up) if one[0] != PACK} == {("kms-key-rotation", "key", "mandatory")}
    assert cloud.client("kms").list_keys()["Keys"] == []


def test_rule_that_is_off_judges_where_it_is_switched_on(
    open_example: Callable[[str], Workspace],
) -> None:
    workspace = open_example("quickstart")
    assert told(workspace.preview()) == set()
    outcome = workspace.preview(configuration={"cloudtrail-s3-data-events": "mandatory"})
    assert outcome.code != 0
    assert told(outcome) == {("cloudtrail-s3-data-events", "audit", "mandatory")}


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


def exemption(days: int) -> dict[str, object]:
    return {
        "resource": "*::aws:kms/key:Key::key",
        "reason": "It is replaced next week.",
        "owner": "payments",
        "expires": str(datetime.now(UTC).date() + timedelta(days=days)),
    }


def test_exemption_lets_a_stack_pass_until_its_day(
    open_program: Callable[[str], Workspace],
) -> None:
    workspace = open_program(PLAIN)
    outcome = workspace.preview(configuration={"kms-key-rotation": {"exemptions": [exemption(1)]}})
    assert outcome.code == 0, outcome.output
    assert "Findings that are exempted: 1" in outcome.output

    expired = {"kms-key-rotation": {"exemptions": [exemption(-1)]}}
    outcome = workspace.preview(configuration=expired)
    assert outcome.code != 0
    assert "The exemption by payments expired" in outcome.output


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        (
            {"kms-key-rotatoin": {"enforcementLevel": "mandatory"}},
            "kms-key-rotatoin: there is no such rule; did you mean 'kms-key-rotation'?",
        ),
        (
            {"kms-key-rotation": {"exemptions": [exemption(1) | {"reason": None}]}},
            "kms-key-rotation: exemptions.0.reason",
        ),
        (
            {"kms-key-rotation": {"exemptions": [exemption(400)]}},
            "kms-key-rotation.exemptions[0].expires: ",
        ),
        ({"cloudwatch-log-retention": {"days": "x"}}, "cloudwatch-log-retention: days: Invalid"),
        (
            {"cloudwatch-log-retention": {"day": 1}},
            "cloudwatch-log-retention.day: there is no such setting",
        ),
        # The engine stops here by itself, before the pack can name the entry: no level is given.
        ({"kms-key-rotatoin": {"exemptions": []}}, 'invalid enforcement level ""'),
    ],
    ids=["unknown rule", "no reason", "too long", "wrong type", "unknown setting", "no level"],
)
def test_unusable_configuration_stops_the_preview_by_name(
    open_program: Callable[[str], Workspace], configuration: dict[str, object], message: str
) -> None:
    outcome = open_program(PLAIN).preview(configuration=configuration)
    assert outcome.code != 0
    assert message in outcome.output
    assert "Traceback" not in outcome.output


def test_remedy_is_shown_at_preview_and_made_at_up(
    open_program: Callable[[str], Workspace], cloud: Cloud
) -> None:
    workspace = open_program(PLAIN)
    configuration = {"kms-key-rotation": "remediate"}
    preview = workspace.preview(configuration=configuration)
    assert preview.code == 0, preview.output
    assert preview.remediations == [("kms-key-rotation", "key")]
    assert "[remediate]  kms-key-rotation" in preview.output

    assert workspace.up(configuration=configuration).code == 0
    kms = cloud.client("kms")
    (key,) = kms.list_keys()["Keys"]
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
    again = workspace.up(configuration=configuration)
    assert set(again.changes) == {"same"}


def test_reports_are_written_beside_the_program(
    open_program: Callable[[str], Workspace],
) -> None:
    workspace = open_program(PLAIN)
    files = {"json": "out/policy.json", "sarif": "out/policy.sarif", "junit": "out/policy.xml"}
    outcome = workspace.preview(configuration={PACK: {"reports": files}})
    assert outcome.code != 0
    report = json.loads((workspace.project / "out/policy.json").read_text())
    assert report["complete"]
    assert [one["rule"] for one in report["results"]] == ["kms-key-rotation"]
    for file in files.values():
        assert (workspace.project / file).is_file()


def test_state_is_analysed_with_the_same_configuration(
    open_program: Callable[[str], Workspace],
) -> None:
    workspace = open_program(PLAIN)
    assert workspace.up(policy_pack=None).code == 0
    assert workspace.analyze().code != 0
    exempted = workspace.analyze(configuration={"kms-key-rotation": {"exemptions": [exemption(1)]}})
    assert exempted.code == 0, exempted.output


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
