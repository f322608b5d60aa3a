"""The measurements as tables, for the terminal and for `docs/benchmarks.md`."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from benchmarks.engine import BARE, CONTENDERS, NOOP, OURS, BenchmarkError, Previews
from benchmarks.growth import CASES, RUN, STOCK, WHOLE, Cost, Growth
from benchmarks.workload import PROPERTIES, padded, stack
from local.engine import Engine
from policy_pack.catalog import rules

_MEGABYTE = 1_000_000
_GIGABYTE = 1_000_000_000


@dataclass(frozen=True)
class Grid:
    """A table: its title, its header, and its rows of text."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def for_terminal(self) -> Table:
        """Return it as rich prints it."""
        table = Table(*self.header, title=self.title, title_justify="left")
        for row in self.rows:
            table.add_row(*row)
        return table

    def for_page(self) -> list[str]:
        """Return it as lines of Markdown."""
        rows = [self.header, ["---"] * len(self.header), *self.rows]
        return [f"## {self.title}", "", *(f"| {' | '.join(row)} |" for row in rows)]


def grids(previews: Previews, growth: Growth) -> list[Grid]:
    """Return every table."""
    return [_previews(previews), _each(growth), _whole(growth)]


def failures(previews: Previews, growth: Growth) -> list[str]:
    """Tell what was not measured, and why."""
    return [
        *(f"{CONTENDERS[one]}: not measured: {why}" for one, why in previews.failures.items()),
        *(f"{one}: not measured: {why}" for one, why in growth.failures.items()),
    ]


def summary(previews: Previews) -> list[str]:
    """Return the two ratios that count, on the largest stack.

    Raises:
        BenchmarkError: They were not measured.
    """
    size = max(previews.seconds)
    return [
        f"{OURS}/{reference} at {size:,}: {previews.ratio(size, OURS, reference):.2f}"
        for reference in (NOOP, BARE)
    ]


def page(previews: Previews, growth: Growth, engine: Engine, rounds: int) -> str:
    """Return `docs/benchmarks.md`."""
    options = f"--rounds {rounds} --sizes {','.join(map(str, previews.seconds))}"
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench`; the command was `python -m benchmarks {options}`.",
        "",
        *_setting(engine, rounds),
    ]
    for grid in grids(previews, growth):
        lines += ["", *grid.for_page()]
    missing = failures(previews, growth)
    if missing:
        lines += ["", "## Not measured", "", *(f"- {line}" for line in missing)]
    return "\n".join(lines) + "\n"


def _setting(engine: Engine, rounds: int) -> Iterator[str]:
    catalog = rules()
    large = padded(catalog)
    types = sorted({type_ for type_, _, _ in stack(10)})
    whole = sum(rule.whole_stack for rule in large)
    judging = {
        type_: sum(type_ in rule.types for rule in large if not rule.whole_stack) for type_ in types
    }
    joined = sum(not set(types).isdisjoint(rule.types) for rule in large if rule.whole_stack)
    yield f"- Machine: {machine()}"
    yield f"- Software: Python {platform.python_version()}, Pulumi engine {engine.version}"
    yield (
        f"- Method: {rounds} rounds. A round runs everything once, in turn, so that what slows the "
        "machine slows all. A ratio is the median of the rounds' ratios; any other figure is the "
        "median of the rounds."
    )
    yield (
        f"- Stack: an audit trail with its bucket, key, policies and log group, ten resources of "
        f"{len(types)} types and {PROPERTIES} properties each, again and again. All inputs are "
        "known and nothing is wrong with them. The provider is the local cloud's, let to take the "
        "properties that fill a resource up: the cheaper the rest of a preview is, the more a pack "
        "weighs."
    )
    yield (
        f"- Rules: the catalog's {len(catalog)}, copied under new ids to {len(large)}, of which "
        f"{whole} judge the whole stack ({joined} of them find something of their types in it). "
        "The others that judge a resource: "
        + ", ".join(f"{count} a {type_.rpartition(':')[2]}" for type_, count in judging.items())
        + "."
    )


def machine() -> str:
    """Describe this machine, without its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIGABYTE
    return f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB of memory, {_system()}"


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return f"{platform.system()} {platform.release()}"


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text("utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _previews(previews: Previews) -> Grid:
    def ratio(size: int, contender: str, reference: str) -> str:
        try:
            return f"{previews.ratio(size, contender, reference):.2f}"
        except BenchmarkError:
            return "not measured"

    sizes = list(previews.seconds)
    header = ["`pulumi preview` with"]
    header += [f"{reference} = 1, {size:,}" for size in sizes for reference in (BARE, NOOP)]
    rows = []
    for contender, name in CONTENDERS.items():
        ratios = [ratio(size, contender, one) for size in sizes for one in (BARE, NOOP)]
        rows.append([name, *ratios, str(previews.findings.get(contender, "-"))])
    return Grid("Whole previews", [*header, "findings"], rows)


def _each(growth: Growth) -> Grid:
    rows = []
    for (pack, case, size), cost in growth.costs.items():
        if case != WHOLE:
            each = f"{cost.each / size * 1000:.3f} ms"
            rows.append([_NAMES[pack], CASES[case], f"{size:,}", each, _peak(cost)])
    header = ["analyzer", "judges", "resources", "time a resource", "peak memory"]
    return Grid("The analyzer alone, resource by resource", header, rows)


def _whole(growth: Growth) -> Grid:
    rows = []
    for (pack, case, size), cost in growth.costs.items():
        if case in (RUN, WHOLE):
            before = growth.costs.get((pack, case, size // 10))
            factor = f"{cost.stack / before.stack:.1f}" if before else "-"
            what = [_NAMES[pack], CASES[case], f"{size:,}"]
            rows.append([*what, f"{cost.stack:.2f} s", factor, _peak(cost)])
    header = ["analyzer", "judges", "resources", "time", "times a tenth's", "peak memory"]
    return Grid("The analyzer alone, the whole stack", header, rows)


_NAMES = {OURS: "Secure Components", STOCK: "stock SDK"}


def _peak(cost: Cost) -> str:
    return f"{cost.peak / _MEGABYTE:.0f} MB"
