"""Long commands, run so that nothing of them outlives us, however we end."""

import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

_GRACE = 2.0
"""Seconds that an ended command has to leave by itself."""
_EVERY = 2.0
"""Seconds between two lines of progress, at least."""


@contextmanager
def unwinding() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind the stack as Ctrl-C does: one path cleans up after all."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Paced:
    """Progress that says nothing in the first seconds and not too often after that."""

    def __init__(self, progress: Callable[[str], None]) -> None:
        self._progress = progress
        self._last = time.monotonic()

    def __call__(self, line: str) -> None:
        """Tell a line, unless the last one was told a moment ago."""
        if time.monotonic() - self._last >= _EVERY:
            self._last = time.monotonic()
            self._progress(line)


def run(
    command: Sequence[str | Path],
    *,
    folder: Path,
    environment: Mapping[str, str],
    on_line: Callable[[str], None],
    on_tick: Callable[[], None],
) -> int:
    """Run a command in a process group of its own and return its exit code.

    ``on_line`` gets each line of its output (both streams), ``on_tick`` is called about once a
    second. Whatever either raises, Ctrl-C included, ends the whole group first.
    """
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        _follow(process, on_line, on_tick)
        return process.wait()
    finally:
        if process.returncode is None:
            _end_group(process)
        if process.stdout is not None:
            process.stdout.close()


def _follow(
    process: subprocess.Popen[bytes],
    on_line: Callable[[str], None],
    on_tick: Callable[[], None],
) -> None:
    assert process.stdout is not None  # noqa: S101  asked for with PIPE
    output = process.stdout.fileno()
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while True:
            if selector.select(timeout=1):
                chunk = os.read(output, 1 << 16)
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines if chunk or not rest else [rest]:
                    on_line(line.decode(errors="replace").rstrip())
                if not chunk:
                    return
            on_tick()


def _end_group(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
