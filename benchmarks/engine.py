"""Whole previews on the real engine, with one policy pack after the other."""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

import yaml

from benchmarks import awsguard
from benchmarks.workload import stack
from local.cloud import Cloud
from local.engine import Engine
from local.workspace import ROOT, Outcome, Workspace

BARE, NOOP, OURS, STOCK, FLOOR, AWSGUARD = "bare", "noop", "ours", "stock", "floor", "awsguard"
CONTENDERS: Final[Mapping[str, str]] = {
    BARE: "no policy pack",
    NOOP: "a pack that judges nothing",
    OURS: "Secure Components, 150 rules",
    STOCK: "stock SDK, the same 150 rules",
    FLOOR: "stock SDK, 1 resource and 1 stack policy",
    AWSGUARD: f"AWSGuard {awsguard.VERSION} (Node.js)",
}
_MODULES: Final = {
    NOOP: ["benchmarks.noop"],
    OURS: ["benchmarks.packs", "ours"],
    STOCK: ["benchmarks.packs", "stock"],
    FLOOR: ["benchmarks.packs", "floor"],
}
_PROGRAM: Final = """\
import json
import pathlib

import pulumi

here = pathlib.Path(__file__).parent
for type_, name, properties in json.loads((here / "resources.json").read_text()):
    pulumi.CustomResource(type_, name, properties)
"""


class BenchmarkError(Exception):
    """Something could not be measured. The message names it and the reason."""


@dataclass
class Previews:
    """What previews took.

    Attributes:
        seconds: By size and contender, one a round.
        findings: By contender, what was found in the largest stack.
        failures: By contender, why it was not, or not always, measured.
        skipped: Those of them that this machine has no means for, which is no fault.
    """

    seconds: dict[int, dict[str, list[float]]] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)

    def ratio(self, size: int, contender: str, reference: str) -> float:
        """Return the median of the rounds' ratios: both sides of each were measured together.

        Raises:
            BenchmarkError: One of the two was not measured in every round.
        """
        for one in (contender, reference):
            if one in self.failures:
                raise BenchmarkError(f"{CONTENDERS[one]}: {self.failures[one]}")
        taken = self.seconds[size]
        pairs = zip(taken[contender], taken[reference], strict=True)
        return median(mine / other for mine, other in pairs)


def measure(
    engine: Engine, folder: Path, sizes: Sequence[int], rounds: int, tell: Callable[[str], None]
) -> Previews:
    """Preview a stack of each size with each contender in turn, in as many rounds as asked."""
    previews = Previews({size: {one: [] for one in CONTENDERS} for size in sizes})
    packs = _packs(folder, previews)
    with _workspaces(engine, folder, sizes) as workspaces:
        for number in range(rounds + 1):  # the first one fills caches, and counts findings
            for size, workspace in workspaces.items():
                for contender in CONTENDERS:
                    if contender in previews.failures:
                        continue
                    what = f"{size:,} resources, {CONTENDERS[contender]}"
                    try:
                        if number:
                            seconds = _timed(workspace, packs[contender], size)
                            previews.seconds[size][contender].append(seconds)
                            tell(f"round {number} of {rounds}, {what}: {seconds:.1f} s")
                        else:
                            found = _findings(workspace, packs[contender], size)
                            previews.findings[contender] = found
                            tell(f"warm-up, {what}: {found} findings")
                    except BenchmarkError as error:
                        previews.failures[contender] = str(error)
                        tell(f"{what}: {error}")
    return previews


_ADVISORY: Final = {"all": "advisory"}
"""What a pack finds must not end a preview early."""


def _findings(workspace: Workspace, pack: Path | None, size: int) -> int:
    configuration = None if pack is None else _ADVISORY
    outcome = workspace.preview(policy_pack=pack, configuration=configuration)
    _require(outcome, size)
    return len(outcome.findings)


def _timed(workspace: Workspace, pack: Path | None, size: int) -> float:
    """Run what a user would: without the engine's record of events, which grows with the rules."""
    arguments = []
    if pack is not None:
        configuration = pack.parent / "advisory.json"
        configuration.write_text(json.dumps(_ADVISORY))
        arguments = ["--policy-pack", str(pack), "--policy-pack-config", str(configuration)]
    start = time.perf_counter()
    outcome = workspace.run("preview", "--non-interactive", *arguments)
    seconds = time.perf_counter() - start
    _require(outcome, size)
    return seconds


def _require(outcome: Outcome, size: int) -> None:
    # With the stack itself.
    if outcome.code or f"+ {size + 1} to create" not in outcome.output:
        reason = "; ".join(outcome.errors) or outcome.output.strip()[-_SHOWN:]
        raise BenchmarkError(f"the preview failed (exit code {outcome.code}): {reason}")


_SHOWN: Final = 500
"""Characters of a failed preview's output."""


@contextmanager
def _workspaces(
    engine: Engine, folder: Path, sizes: Sequence[int]
) -> Iterator[dict[int, Workspace]]:
    provider = _executable(
        folder / "provider" / "pulumi-resource-aws", _python(["benchmarks.provider"])
    )
    plugin = {"providers": [{"name": "aws", "path": str(provider.parent)}]}
    made = {}
    with Cloud.start() as cloud:  # a workspace has one; nothing here calls it
        for size in sizes:
            project, own = folder / f"program-{size}", folder / f"workspace-{size}"
            project.mkdir()
            own.mkdir()
            settings = {"name": "benchmark", "runtime": "python", "plugins": plugin}
            project.joinpath("Pulumi.yaml").write_text(yaml.safe_dump(settings))
            project.joinpath("__main__.py").write_text(_PROGRAM)
            project.joinpath("resources.json").write_text(json.dumps(list(stack(size))))
            made[size] = Workspace(project, own, engine, cloud)
        yield made


def _packs(folder: Path, previews: Previews) -> dict[str, Path | None]:
    """Write an executable for each pack: the engine starts all of them the same way."""
    packs: dict[str, Path | None] = {BARE: None}
    for contender, arguments in _MODULES.items():
        packs[contender] = _executable(folder / "packs" / contender / "pack", _python(arguments))
    try:
        text = awsguard.launcher(awsguard.install())
        packs[AWSGUARD] = _executable(folder / "packs" / AWSGUARD / "pack", text)
    except awsguard.NoNodeError as error:
        previews.failures[AWSGUARD] = str(error)
        previews.skipped.add(AWSGUARD)
    except awsguard.InstallError as error:
        previews.failures[AWSGUARD] = str(error)
    return packs


def _python(arguments: Sequence[str]) -> str:
    command = shlex.join([sys.executable, "-P", "-m", *arguments])
    return f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {command} "$@"\n'


def _executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True)
    path.write_text(text)
    path.chmod(0o755)
    return path
