"""Wrong programs: one clear message, a failing exit, nothing made."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from local.cloud import Cloud
from local.workspace import EXAMPLES, ExampleError, Workspace


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ('raise ValueError("no such region")', "ValueError: no such region"),
        (
            """
            import secure_components
            secure_components.AuditTrail("audit", {"retention": 30})
            """,
            "AuditTrail 'audit': argument 'retention' is unknown; did you mean 'retention_in_days'",
        ),
        (
            """
            import pulumi
            pulumi.CustomResource("aws:kms/key:Key", "key", {"enableKeyRotate": True})
            """,
            "enableKeyRotation",
        ),
        (
            """
            import pulumi
            pulumi.CustomResource("aws:s3/bucketPolicy:BucketPolicy", "policy", {"bucket": "b"})
            """,
            "policy",
        ),
        (
            """
            import pulumi
            pulumi.CustomResource("aws:kms/key:Key", "key", {"enableKeyRotation": ["hunter2"]})
            """,
            "property 'enableKeyRotation' ",
        ),
        (
            """
            import pulumi_aws as aws
            aws.ivs.Channel("channel")
            """,
            "aws:ivs/channel:Channel",
        ),
    ],
    ids=["raises", "argument", "unknown property", "missing property", "wrong type", "new type"],
)
def test_wrong_program(
    open_program: Callable[[str], Workspace], cloud: Cloud, program: str, message: str
) -> None:
    workspace = open_program(program)
    outcome = workspace.preview()
    assert outcome.code != 0
    assert message in outcome.output
    assert "hunter2" not in outcome.output
    assert workspace.up().code != 0
    assert cloud.client("kms").list_keys()["Keys"] == []


def test_output_argument_is_refused_when_it_resolves(
    open_program: Callable[[str], Workspace],
) -> None:
    outcome = open_program(
        """
        import pulumi
        import secure_components

        days = pulumi.Output.from_input(30)
        secure_components.AuditTrail("audit", {"retention_in_days": days})
        """
    ).preview()
    assert outcome.code != 0
    assert "AuditTrail 'audit': argument 'retention_in_days' is not allowed" in outcome.output
    # None of ours: the SDK's own server may tell one of its own when the program ends early.
    assert "arguments.py" not in outcome.output


def test_unknown_example_is_named_with_the_known_ones(
    open_project: Callable[..., Workspace],
) -> None:
    listed = r"no example 'nope'; there are: .*\bbefore, .*quickstart"
    with pytest.raises(ExampleError, match=listed):
        open_project(EXAMPLES / "nope")


def test_secret_reaches_the_state_and_the_output_as_a_secret_alone(
    open_program: Callable[[str], Workspace], cloud: Cloud
) -> None:
    workspace = open_program(
        """
        import pulumi
        import pulumi_aws as aws

        key = aws.kms.Key("key", description=pulumi.Output.secret("hunter2-planted"))
        pulumi.export("description", key.description)
        """
    )
    outcome = workspace.up(policy_pack=None)
    assert outcome.code == 0, outcome.output
    (key,) = cloud.client("kms").list_keys()["Keys"]
    made = cloud.client("kms").describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert made["Description"] == "hunter2-planted"
    state = workspace.run("stack", "export")
    for shown in (outcome.output, str(outcome.events), state.output):
        assert "hunter2-planted" not in shown
