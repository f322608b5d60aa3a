"""The official release, fetched by the SDK's own installer where it can be reached."""

import os
import sys
import time
from pathlib import Path

from local.engine.cache import (
    PLATFORM,
    VERSION,
    EngineError,
    Progress,
    engines,
    explained,
    install,
    parsed,
    temporary,
    version_of,
    whole,
)
from local.engine.process import Paced, run

_EXECUTABLES = ("bin/pulumi", "bin/pulumi-language-python", "bin/pulumi-language-python-exec")

_REACHABLE = "reachable"
_ANSWER_WITHIN = 8.0
"""Seconds for the first answer: the installer itself would wait for ever."""
_SILENT_AT_MOST = 30.0
"""Seconds without a byte more on disk, after which a download counts as stuck."""

# A child, because neither a name look-up nor the installer can be interrupted from within.
_INSTALLER = f"""
import sys, urllib.request
try:
    urllib.request.urlopen("https://get.pulumi.com/install.sh", timeout=5).close()
    print("{_REACHABLE}", flush=True)
    import semver
    from pulumi.automation import PulumiCommand
    PulumiCommand.install(root=sys.argv[1], version=semver.VersionInfo.parse(sys.argv[2]))
except Exception as error:
    sys.exit(" ".join(str(getattr(error, "reason", error)).split()))
"""


def cached(progress: Progress) -> Path | None:
    """Return the released ``pulumi`` in the cache, if there is one and it is whole.

    Its language hosts are beside it.
    """
    place = _place()
    return place / "bin" / "pulumi" if whole(place, progress) else None


def _place() -> Path:
    return engines() / f"release-{VERSION}-{PLATFORM}"


def fetch(progress: Progress) -> Path:
    """Fetch the release into the cache, which the caller has locked, and return ``pulumi``.

    An unreachable network is noticed within seconds.

    Raises:
        UnreachableError: The release cannot be fetched.
        EngineError: The cache cannot be written.
    """
    with temporary() as folder:
        download = folder / "download"
        with explained(folder):
            download.mkdir()
        watch = _Watch(folder, progress)
        made = folder / "made"
        try:
            code = run(
                [sys.executable, "-c", _INSTALLER, made, VERSION],
                folder=folder,
                environment={**os.environ, "TMPDIR": str(download)},
                on_line=watch.line,
                on_tick=watch.tick,
            )
        except TimeoutError as error:
            raise UnreachableError(str(error)) from error
        if code != 0:
            raise UnreachableError(watch.last)
        missing = [name for name in _EXECUTABLES if not (made / name).is_file()]
        if missing:
            raise UnreachableError(f"the installer left no {missing[0]}")
        if version_of(made / "bin" / "pulumi") != parsed(VERSION):
            raise UnreachableError("what was installed does not run on this machine")
        install(made, _place(), _EXECUTABLES)
    return _place() / "bin" / "pulumi"


class UnreachableError(EngineError):
    """The release cannot be fetched here; ``summary`` says so without a way out."""

    def __init__(self, reason: str) -> None:
        self.summary = f"the official Pulumi release {VERSION} cannot be fetched: {reason}"
        super().__init__(
            f"{self.summary}. Allow get.pulumi.com, or install the Pulumi CLI yourself "
            "(pulumi.com/docs/install), and run this again."
        )


class _Watch:
    """Tells how far the installer is, and gives up on it when nothing moves."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self.last = "it gave no reason"
        self._folder = folder
        self._tell = Paced(progress)
        self._reached = False
        self._size = 0
        self._moved = time.monotonic()

    def line(self, line: str) -> None:
        if line == _REACHABLE:
            self._reached = True
            self._moved = time.monotonic()
        elif line:
            self.last = line

    def tick(self) -> None:
        now = time.monotonic()
        if self._reached and (size := _size(self._folder)) != self._size:
            self._size, self._moved = size, now
        if now - self._moved > (_SILENT_AT_MOST if self._reached else _ANSWER_WITHIN):
            raise TimeoutError(
                "the download is stuck" if self._reached else "get.pulumi.com does not answer"
            )
        self._tell(
            f"fetching the official Pulumi release: {self._size / 1e6:.0f} MB"
            if self._reached
            else "asking get.pulumi.com for the official Pulumi release"
        )


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_size
        except FileNotFoundError:
            continue  # the installer clears up after itself
    return total
