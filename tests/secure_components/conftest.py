"""Components under Pulumi's mocks."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks

ACCOUNT, REGION = "123456789012", "eu-west-1"


class Recorder(Mocks):
    """Records what is registered; answers as AWS and GitHub would."""

    BUCKET = "logs-1234567"
    """Name of a bucket that the program does not name, of a component's only or first one."""

    def __init__(self) -> None:
        self.resources: dict[str, MockResourceArgs] = {}
        self.organization = '{"two_factor_requirement_enabled": true, "plan": {"name": "team"}}'

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.resources[args.name] = args
        made = {
            "arn": f"arn-of-{args.name}",
            "keyId": "key-id",
            "bucket": self.bucket(args.name),
        }
        if args.typ == "aws:cloudwatch/metricAlarm:MetricAlarm":
            made["name"] = f"{args.name}-1"
        told = {"fullName": f"acme/{args.inputs.get('name')}", "repoId": 4711, "rulesetId": 42}
        return f"{args.name}-id", {**made, **told, **args.inputs}

    def bucket(self, name: str) -> str:
        """Return what a bucket is called in AWS; two of one component are two."""
        apart = name.endswith(("-access-logs", "-query-results"))
        return f"{name}-1234567" if apart else self.BUCKET

    def call(self, args: MockCallArgs) -> dict[str, Any]:  # type: ignore[override]
        answers: dict[str, dict[str, Any]] = {
            "aws:index/getPartition:getPartition": {
                "partition": "aws",
                "dnsSuffix": "amazonaws.com",
            },
            "aws:index/getRegion:getRegion": {"region": REGION},
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
            "github:index/getRestApi:getRestApi": {"code": 200, "body": self.organization},
        }
        return answers[args.token]

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


@pytest.fixture
def _settled() -> Iterator[None]:
    """Let futures that failed say so now: in the middle of parsing, CPython 3.11 trips over it."""
    yield
    gc.collect()


@pytest.fixture
def registrations(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the engine is asked from now on, by resource name: options stand only there."""
    seen: dict[str, Any] = {}
    register = MockMonitor.RegisterResource

    def record(monitor: MockMonitor, request: Any) -> Any:
        seen[request.name] = request
        return register(monitor, request)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(MockMonitor, "RegisterResource", record)
    return seen
