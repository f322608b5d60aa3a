"""`python -m local`, as `make demo` runs it."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from rich.console import Console

from local import demo, findings
from local.cloud import Cloud
from local.engine import Engine


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local", *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.usefixtures("engine")
def test_demo_shows_both_stacks_and_passes() -> None:
    ran = run("demo")
    assert ran.returncode == 0, ran.stdout
    assert ran.stderr == ""
    lines = ran.stdout.splitlines()
    order = ("critical", "high", "medium", "low")
    severities = [line.split()[0] for line in lines if line.startswith(order)]
    assert severities == sorted(severities, key=order.index)
    assert len(severities) >= len(findings.declared(Path("examples/before")))
    (counted,) = [line.split("│")[3].strip() for line in lines if "│ examples/before " in line]
    assert counted == str(len(severities))
    assert "blocked, as it should be" in ran.stdout
    assert "│ examples/quickstart │ 61 " in ran.stdout
    assert "Next: " in ran.stdout


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda pairs: pairs | {("kms-key-rotation", "other")},
            "not found: kms-key-rotation on other",
        ),
        (lambda pairs: pairs - {("s3-tls-only", "logs")}, "not declared: s3-tls-only on logs"),
    ],
    ids=["a finding is missing", "a finding is new"],
)
def test_demo_fails_on_another_finding_than_declared(
    engine: Engine,
    cloud: Cloud,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[set[findings.Pair]], set[findings.Pair]],
    told: str,
) -> None:
    declared = findings.declared
    monkeypatch.setattr(findings, "declared", lambda example: change(declared(example)))
    shown = io.StringIO()
    code = demo.run(Console(file=shown, width=200), engine, cloud, tmp_path)
    assert code == 1
    assert told in shown.getvalue()
    assert "WRONG" in shown.getvalue()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--help"], 0, "exit codes"),
        ([], 2, "COMMAND"),
        (["nonsense"], 2, "invalid choice"),
        (["preview", "nope"], 1, "there is no example 'nope'; there are: "),
    ],
)
def test_usage(arguments: list[str], code: int, told: str) -> None:
    ran = run(*arguments)
    assert ran.returncode == code
    assert told in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_demo_leaves_no_process_and_no_folder(
    tmp_path: Path,
    number: signal.Signals,
    wait_for_end: Callable[[Iterable[int]], None],
) -> None:
    mark = f"SECURE_COMPONENTS_TEST={uuid.uuid4()}"
    name, _, value = mark.partition("=")
    process = subprocess.Popen(
        [sys.executable, "-m", "local", "demo"],
        env={**os.environ, name: value, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Previewing examples/before"):
            break
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130, output
    assert "Traceback" not in output
    wait_for_end(_marked(mark.encode()))
    assert [path.name for path in tmp_path.iterdir() if "secure-components" in path.name] == []


def _marked(mark: bytes) -> list[int]:
    """Return the processes that inherited the mark, whoever their parents are."""
    marked = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in process.joinpath("environ").read_bytes().split(b"\0"):
                marked.append(int(process.name))
        except OSError:
            continue
    return marked
