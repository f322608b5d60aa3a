"""Gets a real Pulumi engine: the one that is there, else the official one, else a built one.

A Python language host of ours (`language_host.py`) stands in only where the official one is
missing, as it is beside a built engine.
"""

import hashlib
import os
import shlex
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from local.engine import gobuild, release
from local.engine.cache import (
    VERSION,
    EngineError,
    Progress,
    cache_folder,
    engines,
    explained,
    locked,
    parsed,
    version_of,
)
from local.engine.process import unwinding

__all__ = ["Engine", "EngineError", "cache_folder", "find_engine"]

_HOST = "pulumi-language-python"
_ORIGINS = ("path", "release", "build")


@dataclass(frozen=True)
class Engine:
    """A Pulumi engine that runs Python programs, policy packs and component providers."""

    version: str
    """Without a leading v: ``"3.259.0"``."""
    pulumi: Path
    """The executable."""
    origin: str
    """``"found on PATH"``, ``"official release"`` or ``"built from the public Go module"``."""
    search_path: tuple[Path, ...]
    """Folders that go first on PATH, so that pulumi finds its language host, and itself."""


def find_engine(progress: Progress) -> Engine:
    """Return an engine, setting one up when this machine has none.

    A suitable `pulumi` on PATH comes first, then what an earlier call set up in `cache_folder`
    (under half a second), then the official release, then a build of the public Go module
    (minutes, once a machine). ``SECURE_COMPONENTS_ENGINE`` set to ``path``, ``release`` or
    ``build`` allows that one origin only.

    Args:
        progress: Gets one line of text at a time, at most one in two seconds while something
            long runs.

    Raises:
        EngineError: No engine can be had; nothing half made is left.
    """
    only = os.environ.get("SECURE_COMPONENTS_ENGINE") or None
    if only not in (None, *_ORIGINS):
        raise EngineError(
            f"SECURE_COMPONENTS_ENGINE is {only!r}: it must be one of {', '.join(_ORIGINS)}, "
            "or unset to take the first that can be had."
        )
    if only in (None, "path"):
        try:
            return _engine_on_path()
        except EngineError as error:
            if only:
                raise
            if shutil.which("pulumi", path=_path()):
                progress(str(error))
    origins = [origin for origin in ("release", "build") if only in (None, origin)]
    engine = _cached(origins, progress)
    if engine is None:
        with unwinding(), locked(progress):
            # Whoever held the lock before may have set it up; what is damaged was told above.
            engine = _cached(origins, lambda _line: None) or _set_up(origins, progress)
    return engine


def _cached(origins: list[str], progress: Progress) -> Engine | None:
    if "release" in origins and (pulumi := release.cached(progress)):
        return _released(pulumi)
    if "build" in origins and (pulumi := gobuild.cached(progress)):
        return _built(pulumi)
    return None


def _set_up(origins: list[str], progress: Progress) -> Engine:
    if "release" in origins:
        try:
            return _released(release.fetch(progress))
        except release.UnreachableError as error:
            if "build" not in origins:
                raise
            progress(f"{error.summary}; building it instead")
    return _built(gobuild.build(progress))


def _released(pulumi: Path) -> Engine:
    return Engine(VERSION, pulumi, "official release", (pulumi.parent,))


def _built(pulumi: Path) -> Engine:
    pulumi = beside_own_host(pulumi)
    return Engine(VERSION, pulumi, "built from the public Go module", (pulumi.parent,))


def _engine_on_path() -> Engine:
    found = shutil.which("pulumi", path=_path())
    if found is None:
        raise EngineError(
            f"there is no `pulumi` on PATH. Install the Pulumi CLI {VERSION} or later "
            "(pulumi.com/docs/install), or unset SECURE_COMPONENTS_ENGINE."
        )
    pulumi = Path(found)
    version = version_of(pulumi)
    if version is None or version < parsed(VERSION):
        is_what = "older" if version else "no release that runs here"
        raise EngineError(
            f"{pulumi} is {is_what}, not Pulumi {VERSION} or later, and is left alone. "
            "Update it (pulumi.com/docs/install) to have it used."
        )
    text = ".".join(map(str, version))
    beside = pulumi.resolve().parent
    if shutil.which(_HOST, path=os.pathsep.join([str(beside), _path()])):
        return Engine(text, pulumi, "found on PATH", (pulumi.parent, beside))
    pulumi = beside_own_host(pulumi.resolve())
    return Engine(text, pulumi, "found on PATH", (pulumi.parent,))


def _path() -> str:
    """Return PATH without our own folders: an engine of ours there is not one of the machine's."""
    mine = engines()
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(f for f in folders if mine not in Path(f).absolute().parents)


def beside_own_host(pulumi: Path) -> Path:
    """Return the same engine under a name beside our language host, run by this interpreter.

    The engine looks for language hosts beside its own executable, and warns about one that stands
    elsewhere; hence a second name for it, one for each interpreter and checkout.

    Raises:
        EngineError: The cache cannot be written.
    """
    program = Path(__file__).parent / "language_host.py"
    launcher = f'#!/bin/sh\nexec {shlex.join([sys.executable, "-I", "-u", str(program)])} "$@"\n'
    key = hashlib.sha256(f"{pulumi}\n{launcher}".encode()).hexdigest()[:16]
    folder = engines() / f"host-{key}"
    executable = folder / "pulumi"
    with explained(engines()):
        folder.mkdir(parents=True, exist_ok=True)
        host = folder / _HOST
        if not (host.is_file() and host.read_bytes() == launcher.encode()):
            _place(host, launcher)
        if not (executable.exists() and executable.samefile(pulumi)):
            _place(executable, pulumi)
    return executable


def _place(path: Path, what: str | Path) -> None:
    """Make ``path`` a script of that text, or another name of that file, in one step."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        made = Path(folder) / path.name
        if isinstance(what, str):
            made.write_text(what, encoding="utf-8")
            made.chmod(0o755)
        else:
            try:
                made.hardlink_to(what)
            except OSError:  # another disk, or another owner's file
                made.symlink_to(what)
        made.replace(path)
