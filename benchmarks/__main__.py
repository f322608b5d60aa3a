"""Measure the policy pack against others, on the real engine and by itself.

Previews a stack with each contender in turn, then runs the analyzers in process on stacks that
grow. Prints tables of ratios, and writes docs/benchmarks.md. Progress goes to standard error.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from rich.console import Console

from benchmarks import engine as previewing
from benchmarks import growth, report
from benchmarks.engine import BenchmarkError
from local.cloud import CloudError
from local.engine import EngineError, find_engine
from local.workspace import ROOT, ExampleError

EPILOG = """\
exit codes: 0 all was measured, or Node.js is missing for AWSGuard; 1 something was not; 2 wrong
usage; 130 interrupted
"""
_PAGE = ROOT / "docs" / "benchmarks.md"
_SIZES = (300, 1_000)
_QUICK = (20, 50)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    progress = Console(stderr=True)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        return _run(options, progress)
    except (BenchmarkError, EngineError, CloudError, ExampleError) as error:
        progress.print(f"[red]error:[/] {error}", highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        progress.print("interrupted; nothing is left running", highlight=False)
        return 130


def _run(options: argparse.Namespace, progress: Console) -> int:
    def tell(line: str) -> None:
        progress.print(line, highlight=False, markup=False, soft_wrap=True)

    sizes, rounds = (_QUICK, 1) if options.quick else (options.sizes, options.rounds)
    growing = growth.SIZES[growth.STOCK][:1] if options.quick else growth.SIZES[growth.OURS]
    engine = find_engine(tell)
    tell(f"Pulumi engine {engine.version}, {engine.origin}")
    with tempfile.TemporaryDirectory(prefix="secure-components-") as folder:
        previews = previewing.measure(engine, Path(folder), sizes, rounds, tell)
    grown = growth.measure(growing, rounds, tell)

    console = Console()
    for grid in report.grids(previews, grown):
        console.print(grid.for_terminal())
    missing = report.failures(previews, grown)
    for line in missing:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    ratios = report.summary(previews)
    if not options.quick:
        _PAGE.write_text(report.page(previews, grown, engine, rounds), "utf-8")
    for line in ratios:
        console.print(line, highlight=False)
    return 0 if len(missing) == len(previews.skipped) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--rounds", type=_positive, default=5, help="rounds to take the medians of (default: 5)"
    )
    parser.add_argument(
        "--sizes",
        type=_sizes,
        default=_SIZES,
        metavar="N,N",
        help="resources of the stacks that are previewed (default: 300,1000)",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="one round of small stacks, to try it; writes no page",
    )
    return parser


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
    return number


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted({_positive(size) for size in text.split(",")}))


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
