"""Fixtures that all tests share."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from local.engine import Engine, find_engine

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def engine(pytestconfig: pytest.Config) -> Engine:
    """The real engine; the first use on a machine may build it, which takes minutes."""
    reporter = pytestconfig.pluginmanager.get_plugin("terminalreporter")
    progress: Callable[[str], None] = reporter.write_line if reporter else print
    return find_engine(progress)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What users install."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", folder, ROOT], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtualenv that holds the wheel and what it requires, in the locked versions."""
    virtualenv = tmp_path_factory.mktemp("installed") / "venv"
    uv = [sys.executable, "-m", "uv", "--quiet"]
    subprocess.run([*uv, "venv", "--python", sys.executable, virtualenv], check=True)
    install: list[str | Path] = [*uv, "pip", "install", "--python", virtualenv]
    lock = ROOT / "requirements.lock"
    subprocess.run([*install, "--constraint", lock, wheel], check=True)
    return virtualenv


@pytest.fixture(scope="session")
def wait_until() -> Callable[[Callable[[], bool], str], None]:
    """Wait for a condition, and fail, naming what was waited for, after 20 seconds."""

    def wait(condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + 20
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail(f"not within 20 s: {what}")
            time.sleep(0.02)

    return wait


@pytest.fixture(scope="session")
def wait_for_end(
    wait_until: Callable[[Callable[[], bool], str], None],
) -> Callable[[Iterable[int]], None]:
    """Wait until none of these processes runs any more."""

    def runs(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        state = Path(f"/proc/{pid}/stat")
        # A zombie has ended; that nobody asked how is its parent's affair.
        return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")

    def wait(pids: Iterable[int]) -> None:
        left = list(pids)
        wait_until(lambda: not any(map(runs, left)), f"the end of processes {left}")

    return wait
