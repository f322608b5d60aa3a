"""The engine from its public Go module, for machines that reach package registries only."""

import os
import re
import shutil
import time
from collections import deque
from pathlib import Path

from local.engine.cache import (
    PLATFORM,
    VERSION,
    EngineError,
    Progress,
    digest,
    disk_full,
    engines,
    explained,
    install,
    parsed,
    temporary,
    version_of,
    whole,
)
from local.engine.process import Paced, run

_MODULE = Path(__file__).parent / "build"
_FILES = ("go.mod", "go.sum", "tools.go")
_COMMAND = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
_EXECUTABLE = "bin/pulumi"

_PACKAGE = re.compile(r"[\w.~/-]+")
"""A line of Go's that only names a package; all others tell what went wrong."""

_OLD = re.compile(r"requires go >=|toolchain not available|^go: download go\d|invalid go version")

_TAIL = 12
"""Lines of Go's complaints that an error shows."""


def cached(progress: Progress) -> Path | None:
    """Return the built ``pulumi`` in the cache, if there is one and it is whole."""
    place = _place()
    return place / _EXECUTABLE if whole(place, progress) else None


def build(progress: Progress) -> Path:
    """Build ``pulumi`` into the cache, which the caller has locked, and return it.

    Raises:
        EngineError: Go is missing or too old, the build failed, or the cache cannot be written.
    """
    go = shutil.which("go")
    if go is None:
        raise EngineError(
            "there is no Pulumi engine here and no Go to build one: `go` is not on PATH. "
            + _way_out()
        )
    with temporary() as folder:
        source, made = folder / "source", folder / "made"
        with explained(folder):
            source.mkdir()
            for name in _FILES:
                shutil.copy(_MODULE / name, source)
        total = _list_packages(go, source, progress)
        _compile(go, source, made / _EXECUTABLE, total, progress)
        if version_of(made / _EXECUTABLE) != parsed(VERSION):
            raise EngineError(
                f"Go built a pulumi that does not run as v{VERSION} on this machine. " + _way_out()
            )
        install(made, _place(), [_EXECUTABLE])
    return _place() / _EXECUTABLE


def _place() -> Path:
    return engines() / f"built-{VERSION}-{digest(_MODULE / 'go.sum')[:12]}-{PLATFORM}"


def _list_packages(go: str, source: Path, progress: Progress) -> int:
    packages = modules = 0
    output = _Output()
    paced = Paced(progress)

    def count(line: str) -> None:
        nonlocal packages, modules
        if line.startswith("go: downloading "):
            modules += 1
        elif _PACKAGE.fullmatch(line):
            packages += 1
        else:
            output.add(line)

    def tell() -> None:
        paced(f"fetching the Pulumi engine's Go modules: {modules} so far")

    code = run(
        [go, "list", "-mod=readonly", "-deps", _COMMAND],
        folder=source,
        environment=_environment(),
        on_line=count,
        on_tick=tell,
    )
    if code != 0:
        raise output.error(code)
    return packages


def _compile(go: str, source: Path, executable: Path, total: int, progress: Progress) -> None:
    compiled = 0
    output = _Output()
    paced = Paced(progress)
    started = time.monotonic()

    def count(line: str) -> None:
        nonlocal compiled
        if _PACKAGE.fullmatch(line):
            compiled += 1
        else:
            output.add(line)

    def tell() -> None:
        seconds = time.monotonic() - started
        paced(f"building the Pulumi engine: {compiled:,} of {total:,} packages, {seconds:.0f} s")

    code = run(
        [
            *(go, "build", "-mod=readonly", "-trimpath", "-v"),
            f"-ldflags=-s -w -X {_VERSION_VARIABLE}=v{VERSION}",
            *("-o", executable, _COMMAND),
        ],
        folder=source,
        environment=_environment(),
        on_line=count,
        on_tick=tell,
    )
    if code != 0:
        raise output.error(code)


def _environment() -> dict[str, str]:
    """Return the user's own Go settings, but for this machine, this module and no C compiler."""
    mine = {key: value for key, value in os.environ.items() if key not in ("GOOS", "GOARCH")}
    return mine | {"CGO_ENABLED": "0", "GOWORK": "off"}


def _way_out() -> str:
    return (
        f"Install Go {_needed_go()} or later (go.dev/doc/install), or the Pulumi CLI {VERSION} or "
        "later (pulumi.com/docs/install), and run this again."
    )


def _needed_go() -> str:
    needed = re.search(
        r"^go (\S+)$", (_MODULE / "go.mod").read_text(encoding="utf-8"), re.MULTILINE
    )
    if needed is None:
        raise EngineError(f"{_MODULE / 'go.mod'} has no `go` line: restore the file.")
    return needed[1]


class _Output:
    """The last of Go's complaints, and what they mean."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=_TAIL)

    def add(self, line: str) -> None:
        # A proxy's address may hold its password.
        self._lines.append(re.sub(r"//[^/@\s]+@", "//***@", line))

    def error(self, code: int) -> EngineError:
        said = "\n".join(self._lines)
        if "no space left on device" in said.lower():
            return disk_full(f"{engines()} or Go's own caches")
        if old := next(filter(_OLD.search, self._lines), None):
            return EngineError(
                f"this machine's Go is too old to build the Pulumi engine: {old}. " + _way_out()
            )
        return EngineError(
            f"Go could not build the Pulumi engine (exit code {code}). Its last lines:\n{said}\n"
            f"Mend what it says, or install the Pulumi CLI {VERSION} or later "
            "(pulumi.com/docs/install), and run this again."
        )
