"""What the benchmarks compare is the same work, and is done. How long it takes is no test's."""

from __future__ import annotations

import platform
from collections import Counter
from pathlib import Path

import pytest
from pulumi.runtime.proto import analyzer_pb2

from benchmarks import __main__ as command_line
from benchmarks import awsguard, growth, report
from benchmarks import engine as previewing
from benchmarks.engine import AWSGUARD, BARE, NOOP, OURS, BenchmarkError, Previews
from benchmarks.growth import Cost, Growth
from benchmarks.workload import PROPERTIES, RULES, TRAIL, Described, padded, stack, trails
from local.engine import Engine
from policy_pack.catalog import rules
from policy_pack.configuration import Configuration
from policy_pack.judge import Judge, Status
from policy_pack.rule import Resource, Rule, Stack

ENGINE = Engine("3.259.0", Path("/somewhere/pulumi"), "found on PATH", ())


@pytest.fixture
def measured() -> Previews:
    """Previews in three rounds, the second of which something slowed."""
    taken = {one: [1.5, 6.6, 1.2] for one in previewing.CONTENDERS}
    taken |= {BARE: [1.0, 5.0, 1.0], NOOP: [1.5, 6.0, 1.2]}
    return Previews({300: taken, 1000: taken}, dict.fromkeys(taken, 0))


def no_node() -> Path:
    raise awsguard.NoNodeError("there is no Node.js")


def test_catalog_is_padded_with_copies_under_ids_of_their_own() -> None:
    large = padded(rules())
    assert len({rule.id for rule in large}) == len(large) == max(RULES, len(rules()))
    assert tuple(large[: len(rules())]) == rules()
    copies = Counter(rule.check for rule in large)
    assert max(copies.values()) - min(copies.values()) <= 1


def test_stack_is_as_large_as_asked_and_no_resource_is_another() -> None:
    resources = list(stack(25))
    assert len({(type_, name) for type_, name, _ in resources}) == 25
    assert {len(properties) for _, _, properties in resources} == {PROPERTIES}
    assert [type_ for type_, _, _ in trails(12)] == [TRAIL] * 12


def test_stack_holds_what_both_kinds_of_rules_judge_and_leaves_nothing_undecided() -> None:
    judge = Judge(Configuration(rules()))
    resources = [
        Resource(type_, name, f"{type_}::{name}", properties)
        for type_, name, properties in stack(10)
    ]
    for one in resources:
        judge.resource(one)
    judge.stack(Stack(resources))
    results = list(judge.results)
    assert {one.rule.whole_stack for one in results} == {True, False}
    assert {one.status for one in results} <= {Status.PASSED, Status.FINDING}


class Recorder:
    """An analyzer that notes what it is asked."""

    def __init__(self) -> None:
        self.each: list[str] = []
        self.stack: list[str] = []

    def Analyze(self, request: analyzer_pb2.AnalyzeRequest, _context: None) -> None:  # noqa: N802  the protocol's name
        self.each.append(request.name)

    def AnalyzeStack(self, request: analyzer_pb2.AnalyzeStackRequest, _context: None) -> None:  # noqa: N802  same
        self.stack += [one.name for one in request.resources]


@pytest.mark.parametrize("pack", growth.SIZES)
@pytest.mark.parametrize(
    ("case", "each", "whole", "kinds"),
    [
        (growth.WORST, list(trails(3)), [], {False}),
        (growth.RUN, list(stack(3)), list(stack(3)), {False, True}),
        (growth.WHOLE, [], list(stack(3)), {True}),
    ],
    ids=growth.CASES,
)
def test_each_case_of_growth_is_judged_in_full(
    pack: str,
    case: str,
    each: list[Described],
    whole: list[Described],
    kinds: set[bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert growth.cost(pack, case, 3).peak > 0
    analyzer = Recorder()
    catalog: list[Rule] = []

    def servicer(_pack: str, given: list[Rule]) -> Recorder:
        catalog.extend(given)
        return analyzer

    monkeypatch.setattr(growth, "_servicer", servicer)
    growth.cost(pack, case, 3)
    assert analyzer.each == [name for _, name, _ in each]
    assert analyzer.stack == [name for _, name, _ in whole]
    assert {rule.whole_stack for rule in catalog} == kinds
    assert len(catalog) >= RULES


def test_ratio_is_the_median_of_the_ratios_of_each_round(measured: Previews) -> None:
    assert measured.ratio(1000, OURS, NOOP) == pytest.approx(1.0)
    assert measured.ratio(1000, OURS, BARE) == pytest.approx(1.32)
    assert report.summary(measured) == ["ours/noop at 1,000: 1.00", "ours/bare at 1,000: 1.32"]


def test_what_failed_in_one_round_has_no_ratio(measured: Previews) -> None:
    measured.failures[NOOP] = "the preview failed"
    with pytest.raises(BenchmarkError, match="judges nothing: the preview failed"):
        measured.ratio(300, OURS, NOOP)


def test_page_names_machine_and_what_is_missing_but_neither_host_nor_paths(
    measured: Previews,
) -> None:
    measured.failures[AWSGUARD] = "there is no Node.js"
    grown = Growth({("ours", growth.WHOLE, size): Cost(0, size, 2_000_000) for size in (100, 1000)})
    page = report.page(measured, grown, ENGINE, 3)
    assert "- AWSGuard 0.3.1 (Node.js): not measured: there is no Node.js" in page
    assert (
        "| Secure Components | the stack, 150 whole-stack rules | 1,000 | 1000.00 s | 10.0 | 2 MB |"
        in page
    )
    assert "python -m benchmarks --rounds 3 --sizes 300,1000" in page
    assert f"Python {platform.python_version()}, Pulumi engine 3.259.0" in page
    for private in (platform.node(), "/somewhere", str(Path.home()), str(Path.cwd())):
        assert private not in page


@pytest.mark.parametrize("contenders", [(BARE, NOOP, OURS)])
def test_packs_are_previewed_on_the_real_engine(
    contenders: tuple[str, ...], engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(awsguard, "install", no_node)
    monkeypatch.setattr(previewing, "CONTENDERS", {one: one for one in contenders})
    told: list[str] = []
    previews = previewing.measure(engine, tmp_path, [10], 1, told.append)
    assert previews.failures == {AWSGUARD: "there is no Node.js"}
    assert previews.skipped == {AWSGUARD}
    assert {one: len(taken) for one, taken in previews.seconds[10].items()} == dict.fromkeys(
        contenders, 1
    )
    assert len(told) == 2 * len(contenders)


@pytest.mark.parametrize(
    ("failed", "skipped", "code"),
    [
        ({}, (), 0),
        ({AWSGUARD: "why"}, (AWSGUARD,), 0),
        ({AWSGUARD: "why"}, (), 1),
        ({NOOP: "why"}, (), 1),
    ],
    ids=["all measured", "no Node.js", "not installed", "no reference"],
)
def test_exit_code_tells_whether_all_was_measured(
    failed: dict[str, str],
    skipped: tuple[str, ...],
    code: int,
    measured: Previews,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    measured.failures.update(failed)
    measured.skipped.update(skipped)
    monkeypatch.setattr(command_line, "find_engine", lambda _tell: ENGINE)
    monkeypatch.setattr(previewing, "measure", lambda *_: measured)
    monkeypatch.setattr(growth, "measure", lambda *_: Growth())
    assert command_line.main(["--quick"]) == code
    output = capsys.readouterr().out
    for name in failed:
        assert f"{previewing.CONTENDERS[name]}: not measured: why" in output
    if NOOP not in failed:
        assert output.splitlines()[-2:] == [
            "ours/noop at 1,000: 1.00",
            "ours/bare at 1,000: 1.32",
        ]
