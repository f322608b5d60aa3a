"""Where the engine is kept, once a machine: writing there atomically, and knowing it is whole."""

import errno
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

Progress = Callable[[str], None]

VERSION = "3.259.0"
"""The engine that everything here was proven on: the one fetched or built, and the oldest taken."""

PLATFORM = f"{sys.platform}-{platform.machine()}"

_SEAL = "sha256.json"
_TEMPORARY = "tmp-"
_NEEDED = "4 GB (Go keeps its own caches: see `go env GOCACHE GOMODCACHE`; GOCACHE may be moved)"


class EngineError(Exception):
    """No engine: the message names the thing, the reason and the way out, and is shown as it is."""


def cache_folder() -> Path:
    """Return the absolute folder that holds the engine; it need not exist yet.

    ``$SECURE_COMPONENTS_CACHE``, else ``$XDG_CACHE_HOME/secure-components``, else
    ``~/.cache/secure-components``. Empty variables count as unset.
    """
    if own := os.environ.get("SECURE_COMPONENTS_CACHE"):
        return Path(own).expanduser().absolute()
    caches = os.environ.get("XDG_CACHE_HOME")
    return Path(caches or "~/.cache").expanduser().absolute() / "secure-components"


def engines() -> Path:
    """Return the part of the cache that is this package's own."""
    return cache_folder() / "engine"


def disk_full(folder: Path | str) -> EngineError:
    """Return the error for a disk without room."""
    return EngineError(
        f"the disk that holds {folder} is full: setting up the engine needs about {_NEEDED}. "
        "Free some, or set SECURE_COMPONENTS_CACHE to a folder on another disk."
    )


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn what the system says about writing to ``folder`` into one `EngineError`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full(folder) from error
        raise EngineError(
            f"the cache folder {folder} cannot be written: {error.strerror or error}. "
            "Make it writable, or set SECURE_COMPONENTS_CACHE to a folder that is."
        ) from error


@contextmanager
def locked(progress: Progress) -> Iterator[None]:
    """Hold the cache for one set-up at a time, and clear what killed ones left behind."""
    folder = engines()
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(f"waiting for another set-up that holds {folder}")
            fcntl.flock(lock, fcntl.LOCK_EX)
        for stale in folder.glob(f"{_TEMPORARY}*"):
            shutil.rmtree(stale, ignore_errors=True)
        yield


@contextmanager
def temporary() -> Iterator[Path]:
    """Give a folder beside its final place, so that moving it there is one atomic step."""
    with explained(engines()):
        folder = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=engines()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def install(made: Path, place: Path, executables: Sequence[str]) -> None:
    """Seal ``made`` with the digests of its executables and move it to ``place``."""
    with explained(engines()):
        seal = {name: digest(made / name) for name in executables}
        (made / _SEAL).write_text(json.dumps(seal), encoding="utf-8")
        if place.exists():
            shutil.rmtree(place)  # not whole, or it would not be made again
        made.replace(place)


def whole(place: Path, progress: Progress) -> bool:
    """Say whether ``place`` holds exactly what `install` put there; tell when it is broken."""
    if not place.is_dir():
        return False
    try:
        seal = json.loads((place / _SEAL).read_text(encoding="utf-8"))
        broken = [name for name, expected in seal.items() if digest(place / name) != expected]
    except (OSError, ValueError, AttributeError):
        broken = [_SEAL]
    if broken:
        progress(f"{place / broken[0]} is damaged: setting it up again")
    return not broken


def version_of(pulumi: Path) -> tuple[int, int, int] | None:
    """Ask an executable for its release; None when it does not run or is no plain release."""
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        answer = subprocess.run(
            [pulumi, "version"],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    release = re.fullmatch(r"v?(\d+)\.(\d+)\.(\d+)", answer.stdout.strip())
    if answer.returncode != 0 or release is None:
        return None
    major, minor, patch = map(int, release.groups())
    return major, minor, patch


def parsed(version: str) -> tuple[int, int, int]:
    """Return ``"3.259.0"`` as a tuple that compares."""
    major, minor, patch = map(int, version.split("."))
    return major, minor, patch
