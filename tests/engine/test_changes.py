"""What a change weakens is told before it is made, from an export of the state before it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.workspace import Outcome, Workspace
from policy_pack.configuration import PACK
from tests.engine.editing import edit

PROGRAM = """
    import pulumi
    import pulumi_aws as aws

    logs = aws.cloudwatch.LogGroup("logs", retention_in_days=2557)
    key = aws.kms.Key("key", enable_key_rotation=True)
    data = aws.s3.Bucket("data")
    versions = aws.s3.BucketVersioning(
        "versions", bucket=data.id, versioning_configuration={"status": "Enabled"}
    )
    scratch = aws.s3.Bucket("scratch")
    scratch_versions = aws.s3.BucketVersioning(
        "scratch-versions", bucket=scratch.id, versioning_configuration={"status": "Enabled"}
    )
"""
VERSIONS = """versions = aws.s3.BucketVersioning(
    "versions", bucket=data.id, versioning_configuration={"status": "Enabled"}
)
"""
SCRATCH = """scratch = aws.s3.Bucket("scratch")
scratch_versions = aws.s3.BucketVersioning(
    "scratch-versions", bucket=scratch.id, versioning_configuration={"status": "Enabled"}
)
"""
RENAMED = (
    '"records", retention_in_days=400, opts=pulumi.ResourceOptions(aliases=[pulumi.Alias("logs")])'
)
RULES = ("retention-not-shortened", "protection-not-lifted", "guard-not-removed")
PREVIOUS = "previous.json"


def configuration(**more: Any) -> dict[str, Any]:
    """Judge by the rules of change, and by the one whose least retention both periods satisfy."""
    rules = dict.fromkeys((*RULES, "cloudwatch-log-retention"), "mandatory")
    own = {"enforcementLevel": "advisory", "previous": PREVIOUS}
    return {"all": "disabled", **rules, PACK: own, **more}


@pytest.fixture
def deployed(open_program: Callable[[str], Workspace]) -> Workspace:
    """The program, deployed and exported."""
    workspace = open_program(PROGRAM)
    assert workspace.up(policy_pack=None).code == 0
    export(workspace)
    return workspace


def export(workspace: Workspace) -> None:
    exported = workspace.run("stack", "export", "--file", PREVIOUS)
    assert exported.code == 0, exported.output


def told(outcome: Outcome) -> set[tuple[str, str, str]]:
    """Return rule, resource and reason of all that rules told."""
    return {
        (one.rule, one.resource, one.message.splitlines()[0])
        for one in outcome.findings
        if one.rule != PACK
    }


SHORTENED = "'retentionInDays' lets go sooner than it did."


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        # The engine tells the URN before, so that a new name hides nothing.
        (
            '"logs", retention_in_days=2557',
            RENAMED,
            {("retention-not-shortened", "records", SHORTENED)},
        ),
        (
            "enable_key_rotation=True",
            "",
            {("protection-not-lifted", "key", "'enableKeyRotation' protects less than it did.")},
        ),
        # The engine has no place for what is gone but the stack, so the reason names it.
        (
            VERSIONS,
            "",
            {
                (
                    "guard-not-removed",
                    "program-local",
                    "The BucketVersioning 'versions' is taken away.",
                )
            },
        ),
        (SCRATCH, "", set()),
    ],
    ids=["shortened and renamed", "lifted", "taken away", "gone with what it guarded"],
)
def test_change_that_weakens_is_told_at_preview(
    deployed: Workspace, old: str, new: str, found: set[tuple[str, str, str]]
) -> None:
    edit(deployed, old, new)
    outcome = deployed.preview(configuration=configuration())
    assert told(outcome) == found, outcome.output
    assert (outcome.code != 0) is bool(found), outcome.output


def test_wanted_change_is_exempted_until_a_day(deployed: Workspace) -> None:
    edit(deployed, "retention_in_days=2557", "retention_in_days=400")
    blocked = deployed.preview(configuration=configuration())
    assert blocked.code != 0
    assert told(blocked) == {(RULES[0], "logs", SHORTENED)}
    # Without an export nothing tells what was before, and a year is long enough by itself.
    alone = deployed.preview(configuration=configuration(**{PACK: "advisory"}))
    assert alone.code == 0, alone.output
    assert told(alone) == set()
    wanted = {
        "resource": "*::aws:cloudwatch/logGroup:LogGroup::logs",
        "finding": "retentionInDays",
        "reason": "The board decided on a year.",
        "owner": "payments",
        "expires": str(datetime.now(UTC).date() + timedelta(days=30)),
    }
    exempted = configuration(
        **{RULES[0]: {"enforcementLevel": "mandatory", "exemptions": [wanted]}}
    )
    preview = deployed.preview(configuration=exempted)
    assert preview.code == 0, preview.output
    assert "Findings that are exempted: 1" in preview.output
    up = deployed.up(configuration=exempted)
    assert up.code == 0, up.output
    # Once it is made, it is what later changes are held against.
    export(deployed)
    assert deployed.preview(configuration=configuration()).code == 0


def test_first_preview_passes_by_the_export_of_a_stack_without_resources(
    open_program: Callable[[str], Workspace],
) -> None:
    workspace = open_program(PROGRAM)
    export(workspace)
    outcome = workspace.preview(configuration=configuration())
    assert outcome.code == 0, outcome.output


def test_missing_export_stops_the_preview_by_name(
    open_program: Callable[[str], Workspace],
) -> None:
    outcome = open_program(PROGRAM).preview(configuration=configuration())
    assert outcome.code != 0
    assert (
        f"{PACK}.previous: {PREVIOUS}: cannot be read (No such file or directory); write it with "
        f"`pulumi stack export --file {PREVIOUS}`" in outcome.output
    )
    assert "Traceback" not in outcome.output
