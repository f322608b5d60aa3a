"""The pack in a team's own tests: the pytest fixture `judge_program`.

Every pytest run where the library is installed imports this module, so it imports nothing of
weight before a test asks for the fixture.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from policy_pack.program import Verdict


class JudgeProgram:
    """Runs a Pulumi program in this process and judges it by the pack's rules."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._request = request

    def __call__(  # noqa: PLR0913  what makes up a stack, all of it by name
        self,
        program: str | os.PathLike[str] | Callable[[], object],
        *,
        stack: str = "test",
        project: str | None = None,
        config: Mapping[str, object] | None = None,
        calls: Mapping[str, Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]]
        | None = None,
        outputs: Mapping[str, Callable[[str], Mapping[str, Any]]] | None = None,
        preview: bool = True,
        configuration: str | os.PathLike[str] | Mapping[str, object] | None = None,
    ) -> Verdict:
        """Run a program and return what the rules say. No engine and no account take part.

        Args:
            program: A project's folder, a program's file, or a function that registers resources.
                Paths are relative to pytest's root folder.
            stack: The stack's name.
            project: The project's name, where Pulumi.yaml does not tell it.
            config: The stack's configuration, as `{"aws:region": "eu-west-1"}`.
            calls: What functions of providers answer, by token: the answer, or a function that
                makes it of the arguments.
            outputs: What providers compute, by type token: a function that makes it of the
                resource's name. What is not told is not known.
            preview: Whether to run as at a preview, where a value that is not known is listed and
                does not block; else as at `up`, where ids are known.
            configuration: The pack's configuration: the file for `--policy-pack-config`, or what
                stands in it.

        Raises:
            ProgramError: The program cannot be judged, or registers nothing.
            ConfigurationError: The pack's configuration cannot be used.
        """
        from policy_pack.catalog import rules  # noqa: PLC0415  of weight
        from policy_pack.configuration import load, parse  # noqa: PLC0415  of weight
        from policy_pack.program import judge  # noqa: PLC0415  of weight

        root = self._request.config.rootpath
        if configuration is None or isinstance(configuration, Mapping):
            given = parse(configuration or {}, "configuration")
        else:
            given = load(root / configuration)
        verdict = judge(
            program if callable(program) else root / program,
            rules=rules(),
            stack=stack,
            project=project,
            config=config or {},
            calls=calls or {},
            outputs=outputs or {},
            preview=preview,
            given=given,
        )
        # Shown where the test fails, however it asserts.
        self._request.node.add_report_section("call", "policy verdict", str(verdict))
        return verdict


@pytest.fixture
def judge_program(request: pytest.FixtureRequest) -> JudgeProgram:
    """Judge a Pulumi program in this process, by the rules of Secure Components."""
    return JudgeProgram(request)
