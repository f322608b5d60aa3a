"""A component, deployed: each of its resources by the provider, on the emulated cloud."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs

from local.cloud.aws import AWS
from tests.local.conftest import Driver, Made
from tests.secure_components.conftest import Recorder


def deploy(aws: Driver, program: Callable[[], object]) -> dict[str, Made]:
    """Run a program whose AWS resources and functions are real, and return them by name.

    A type or function that the local cloud lacks is an error, and so is one that a second
    deployment would change.
    """
    made: dict[str, Made] = {}

    class Deploying(Recorder):
        def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
            if not args.typ.startswith("aws:"):
                return super().new_resource(args)
            one = made[args.name] = aws.create(args.typ, args.inputs, args.name)
            again = aws.diff(one, args.inputs)
            assert again.changes == again.DIFF_NONE, f"{args.name} would change {again.diffs}"
            return one.id, one.outputs

        def call(self, args: MockCallArgs) -> dict[str, Any]:  # type: ignore[override]
            answer, failures = aws.invoke(args.token, args.args)
            assert not failures
            return answer

    pulumi.runtime.set_mocks(Deploying(), project="project", stack="stack")

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def run() -> None:
        program()

    run()
    assert made.keys()
    assert all(each.token in AWS.resources for each in made.values())
    return made
