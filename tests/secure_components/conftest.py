"""Components under Pulumi's mocks."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks

ACCOUNT, REGION = "123456789012", "eu-west-1"


class Recorder(Mocks):
    """Records what is registered; answers as AWS would."""

    BUCKET = "logs-1234567"
    """Name of a bucket that the program does not name."""

    def __init__(self) -> None:
        self.resources: dict[str, MockResourceArgs] = {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.resources[args.name] = args
        made = {"arn": f"arn-of-{args.name}", "keyId": "key-id", "bucket": self.BUCKET}
        return f"{args.name}-id", {**made, **args.inputs}

    def call(self, args: MockCallArgs) -> dict[str, Any]:  # type: ignore[override]
        return {
            "aws:index/getPartition:getPartition": {
                "partition": "aws",
                "dnsSuffix": "amazonaws.com",
            },
            "aws:index/getRegion:getRegion": {"region": REGION},
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
        }[args.token]

    def inputs(self, name: str) -> dict[str, Any]:
        inputs: dict[str, Any] = self.resources[name].inputs
        return inputs

    def statements(self, name: str, property_: str = "policy") -> dict[str, Any]:
        document = json.loads(self.inputs(name)[property_])
        return {statement["Sid"]: statement for statement in document["Statement"]}


@pytest.fixture
def recorder() -> Recorder:
    """What a component registers from now on, in project `project` and stack `stack`."""
    recorder = Recorder()
    pulumi.runtime.set_mocks(recorder, project="project", stack="stack")
    return recorder
