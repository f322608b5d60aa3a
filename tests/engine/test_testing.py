"""The fixture `judge_program` finds what the same rules find on the real engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from local.workspace import Workspace
from policy_pack.catalog import rules
from policy_pack.configuration import PACK
from policy_pack.testing import JudgeProgram

EVERY_OUTCOME = """
    import json

    import pulumi
    import pulumi_aws as aws

    class Store(pulumi.ComponentResource):
        def __init__(self, name):
            super().__init__("shop:index:Store", name)
            own = pulumi.ResourceOptions(parent=self)
            data = aws.s3.Bucket(name, opts=own)
            aws.s3.BucketVersioning(
                f"{name}-versioning",
                bucket=data.id,
                versioning_configuration={"status": pulumi.Output.secret("Enabled")},
                opts=own,
            )
            everyone = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
            aws.s3.BucketPolicy(
                f"{name}-policy",
                bucket=data.id,
                policy=data.bucket.apply(
                    lambda bucket: json.dumps(
                        {"Statement": {**everyone, "Resource": f"arn:aws:s3:::{bucket}/*"}}
                    )
                ),
                opts=own,
            )
            self.register_outputs({"arn": data.arn})

    store = Store("store")
    aws.kms.Key("plain")
    late = aws.s3.Bucket("late")
    aws.kms.Key("late-key", enable_key_rotation=late.arn.apply(lambda arn: True))
    aws.cloudwatch.LogGroup("events", retention_in_days=7, kms_key_id=late.arn)
"""
STRICT = {PACK: {"enforcementLevel": "advisory", "undecided": "mandatory"}}

Outcomes = set[tuple[str, str, str, str]]
"""Rule, URN, level and reason of all that is no pass."""


def reason(rule: str, message: str) -> str:
    """Return a message's first line, or its second where an engine puts the title before it."""
    (title,) = (one.title for one in rules() if one.id == rule)
    return message.removeprefix(f"{title}\n").partition("\n")[0].removeprefix("Undecided: ")


def on_the_engine(workspace: Workspace, configuration: Mapping[str, object] | None) -> Outcomes:
    events = workspace.preview(configuration=configuration).events
    told = [event["policyEvent"] for event in events if "policyEvent" in event]
    return {
        (
            one["policyName"],
            one["resourceUrn"],
            one["enforcementLevel"],
            reason(one["policyName"], one["message"]),
        )
        for one in told
        if one["policyName"] != PACK
    }


def in_process(
    workspace: Workspace, judge: JudgeProgram, configuration: Mapping[str, object] | None
) -> Outcomes:
    verdict = judge(workspace.project, stack="local", configuration=configuration)
    return {
        (
            one.rule.id,
            one.subject.urn,
            "mandatory" if one.blocks else "advisory",
            one.reason,
        )
        for one in (*verdict.findings, *verdict.undecided, *verdict.broken)
    }


@pytest.mark.parametrize(("name", "blocked"), [("quickstart", False), ("before", True)])
def test_example_is_judged_alike(
    open_example: Callable[[str], Workspace],
    judge_program: JudgeProgram,
    name: str,
    blocked: bool,
) -> None:
    workspace = open_example(name)
    found = in_process(workspace, judge_program, None)
    assert found == on_the_engine(workspace, None)
    assert bool(found) is blocked


@pytest.mark.parametrize("configuration", [None, STRICT], ids=["as it is", "strict"])
def test_components_and_unknown_values_are_judged_alike(
    open_program: Callable[[str], Workspace],
    judge_program: JudgeProgram,
    configuration: Mapping[str, object] | None,
) -> None:
    workspace = open_program(EVERY_OUTCOME)
    found = in_process(workspace, judge_program, configuration)
    assert found == on_the_engine(workspace, configuration)
    undecided = {level for _, urn, level, _ in found if urn.endswith("::late-key")}
    assert undecided == {"mandatory" if configuration else "advisory"}
