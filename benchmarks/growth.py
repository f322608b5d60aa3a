"""What an analyzer alone takes, without engine and gRPC, as resources grow.

Run as `python -m benchmarks.growth PACK CASE SIZE`, it measures one case in a process of its own,
so that a peak of memory is that case's alone, and prints it as JSON.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

from pulumi_policy import EnforcementLevel
from pulumi_policy.policy import _PolicyAnalyzerServicer

from benchmarks import stock
from benchmarks.workload import (
    TRAIL,
    Described,
    analyze_request,
    padded,
    stack,
    stack_request,
    trails,
)
from local.workspace import ROOT
from policy_pack.analyzer import Analyzer
from policy_pack.catalog import rules
from policy_pack.configuration import PACK
from policy_pack.rule import Rule

OURS, STOCK = "ours", "stock"
WORST, RUN, WHOLE = "worst", "run", "whole"
CASES: Final = {
    WORST: "trails, 150 rules for each",
    RUN: "the stack, the 150 rules",
    WHOLE: "the stack, 150 whole-stack rules",
}
SIZES: Final = {OURS: (100, 1_000, 10_000), STOCK: (100, 1_000)}
"""The stock SDK would take minutes a case at 10,000."""


@dataclass
class Cost:
    """What one case took.

    Attributes:
        each: Seconds in `Analyze`, for all resources together.
        stack: Seconds in `AnalyzeStack`.
        peak: The process's largest memory in bytes, the messages of the engine included.
    """

    each: float = 0.0
    stack: float = 0.0
    peak: int = 0


@dataclass
class Growth:
    """The medians of the rounds, by pack, case and size, and why any is missing."""

    costs: dict[tuple[str, str, int], Cost] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


def measure(sizes: Iterable[int], rounds: int, tell: Callable[[str], None]) -> Growth:
    """Measure every case in turn, in as many rounds as asked, at sizes that the pack finishes."""
    growth = Growth()
    cases = [
        (pack, case, size)
        for size in sizes
        for case in CASES
        for pack in (OURS, STOCK)
        if size in SIZES[pack]
    ]
    taken: dict[tuple[str, str, int], list[Cost]] = {one: [] for one in cases}
    for number in range(rounds):
        for one in cases:
            name = f"{one[0]}, {CASES[one[1]]}, {one[2]:,} resources"
            tell(f"round {number + 1} of {rounds}, in process: {name}")
            try:
                taken[one].append(_measured_apart(*one))
            except subprocess.CalledProcessError as error:
                growth.failures[name] = f"exit code {error.returncode}"
    for one, costs in taken.items():
        if costs:
            growth.costs[one] = Cost(
                each=median(cost.each for cost in costs),
                stack=median(cost.stack for cost in costs),
                peak=int(median(cost.peak for cost in costs)),
            )
    return growth


def _measured_apart(pack: str, case: str, size: int) -> Cost:
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.growth", pack, case, str(size)],
        cwd=ROOT,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Cost(**json.loads(ran.stdout))


def cost(pack: str, case: str, size: int) -> Cost:
    """Measure one case in this process."""
    catalog = rules()
    whole = [rule for rule in catalog if rule.whole_stack]
    of_trails = [rule for rule in catalog if not rule.whole_stack and TRAIL in rule.types]
    match case:
        case "worst":
            return _cost(_servicer(pack, padded(of_trails)), trails(size), None)
        case "whole":
            return _cost(_servicer(pack, padded(whole)), [], stack(size))
        case _:
            return _cost(_servicer(pack, padded(catalog)), stack(size), stack(size))


def _servicer(pack: str, catalog: list[Rule]) -> Any:  # noqa: ANN401  the two have no type in common
    if pack == OURS:
        return Analyzer(catalog)
    # What `PolicyPack` serves; it is public only as a server that never returns.
    policies = [stock.policy(rule) for rule in catalog]
    return _PolicyAnalyzerServicer(PACK, "0.0.1", policies, EnforcementLevel.MANDATORY, *[None] * 7)


def _cost(servicer: Any, each: Iterable[Described], whole: Iterable[Described] | None) -> Cost:  # noqa: ANN401  as above
    taken = Cost()
    for described in each:
        request = analyze_request(described)
        start = time.perf_counter()
        servicer.Analyze(request, None)
        taken.each += time.perf_counter() - start
    if whole is not None:
        message = stack_request(whole)
        start = time.perf_counter()
        servicer.AnalyzeStack(message, None)
        taken.stack = time.perf_counter() - start
    taken.peak = _peak()
    return taken


def _peak() -> int:
    status = Path("/proc/self/status")
    if status.exists():  # Linux's own ru_maxrss begins with that of the process that started us
        lines = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS, where it is right


if __name__ == "__main__":
    print(json.dumps(asdict(cost(sys.argv[1], sys.argv[2], int(sys.argv[3])))))  # noqa: T201  for the parent
