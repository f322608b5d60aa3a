"""Where the engine comes from, and what is said when it comes from nowhere."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from local.engine import EngineError, cache, cache_folder, find_engine, process, release

ROOT = Path(__file__).parents[2]
TOOLS = ("sh", "cat", "mkdir", "sleep", "chmod", "cp")
HOST = "pulumi-language-python"

LISTS = 'for p in a/b c.d/e f; do echo "$p"; done'
BUILDS = """
mkdir -p "$(dirname "$out")"
echo a/b; echo c.d/e
printf '#!/bin/sh\\necho v3.259.0\\n' > "$out"
chmod +x "$out"
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no engine, no Go and no network; returns the one folder on its PATH."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for tool in (*TOOLS, "dirname"):
        found = shutil.which(tool)
        assert found
        (programs / tool).symlink_to(found)
    for name in os.environ:
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("SECURE_COMPONENTS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("SECURE_COMPONENTS_ENGINE", raising=False)
    return programs


def write_script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def write_go(machine: Path, *, lists: str = LISTS, builds: str = BUILDS) -> Path:
    """Write a `go` that logs its calls; ``$out`` is what follows -o."""
    return write_script(
        machine / "go",
        f"""
echo "$1" >> {machine}/go.log
case "$1" in
list) {lists} ;;
build)
  while [ "$1" != -o ]; do shift; done
  out="$2"
  {builds} ;;
esac
""",
    )


def go_calls(machine: Path) -> list[str]:
    log = machine / "go.log"
    return log.read_text().split() if log.exists() else []


def leftovers() -> list[str]:
    """What a failed set-up must not leave: anything but the lock."""
    folder = cache_folder() / "engine"
    return [path.name for path in folder.iterdir() if path.name != "lock"]


# cache_folder


@pytest.mark.parametrize(
    ("own", "xdg", "expected"),
    [
        ("/own", "/xdg", "/own"),
        ("~/own", "", "HOME/own"),
        ("", "/xdg", "/xdg/secure-components"),
        ("", "", "HOME/.cache/secure-components"),
    ],
)
def test_cache_folder(
    own: str, xdg: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SECURE_COMPONENTS_CACHE", own)
    monkeypatch.setenv("XDG_CACHE_HOME", xdg)
    assert cache_folder() == Path(expected.replace("HOME", str(tmp_path)))


# An engine on PATH


def test_a_suitable_engine_with_its_host_is_taken_as_it_is(machine: Path) -> None:
    pulumi = write_script(machine / "pulumi", "echo v3.300.1")
    write_script(machine / HOST, "")
    engine = find_engine(pytest.fail)
    assert (engine.pulumi, engine.version, engine.origin) == (pulumi, "3.300.1", "found on PATH")
    assert machine in engine.search_path
    assert not cache_folder().exists()


def test_an_engine_behind_a_link_is_found_beside_its_host(machine: Path, tmp_path: Path) -> None:
    real = write_script(tmp_path / "opt" / "pulumi", "echo v3.300.1")
    write_script(tmp_path / "opt" / HOST, "")
    (machine / "pulumi").symlink_to(real)
    engine = find_engine(pytest.fail)
    assert engine.search_path == (machine, tmp_path / "opt")


def test_an_engine_without_a_python_host_gets_ours_beside_it(machine: Path) -> None:
    pulumi = write_script(machine / "pulumi", "echo v3.300.1")
    engine = find_engine(pytest.fail)
    assert engine.origin == "found on PATH"
    assert engine.pulumi.samefile(pulumi)
    launcher = engine.search_path[0] / HOST
    assert launcher.parent == engine.pulumi.parent
    assert f"exec {sys.executable} " in launcher.read_text()
    assert os.access(launcher, os.X_OK)


def test_a_replaced_engine_on_path_is_followed(machine: Path) -> None:
    write_script(machine / "pulumi", "echo v3.300.1")
    find_engine(pytest.fail)
    (machine / "pulumi").unlink()
    write_script(machine / "pulumi", "echo v3.300.2")
    engine = find_engine(pytest.fail)
    assert engine.version == "3.300.2"
    assert engine.pulumi.read_text().endswith("echo v3.300.2\n")


@pytest.mark.parametrize(
    ("text", "is_what"),
    [
        ("echo v3.258.9", "is older, not Pulumi 3.259.0"),
        ("echo v2.999.0", "is older"),
        ("echo v3.300.0-alpha.1+abc", "no release"),
        ("echo", "no release"),
        ("echo v3.300.0; exit 1", "no release"),
    ],
)
def test_an_unsuitable_engine_is_left_alone_and_told(
    text: str, is_what: str, machine: Path
) -> None:
    write_script(machine / "pulumi", text)
    write_go(machine)
    said: list[str] = []
    assert find_engine(said.append).origin == "built from the public Go module"
    assert is_what in said[0]
    assert str(machine / "pulumi") in said[0]


def test_our_own_engine_on_path_is_not_one_of_the_machines(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_go(machine)
    first = find_engine(lambda _line: None)
    monkeypatch.setenv("PATH", f"{first.search_path[0]}{os.pathsep}{machine}")
    assert find_engine(pytest.fail) == first


@pytest.mark.parametrize(
    ("value", "expected"), [("path", "no `pulumi` on PATH"), ("brew", "must be one of path")]
)
def test_an_origin_that_cannot_be_is_refused(
    value: str, expected: str, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_go(machine)
    monkeypatch.setenv("SECURE_COMPONENTS_ENGINE", value)
    with pytest.raises(EngineError, match=expected):
        find_engine(pytest.fail)


def test_a_forced_build_ignores_the_engine_on_path(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_script(machine / "pulumi", "echo v3.300.1")
    write_go(machine)
    monkeypatch.setenv("SECURE_COMPONENTS_ENGINE", "build")
    assert find_engine(pytest.fail).version == "3.259.0"


# The official release


def fake_sdk(folder: Path, monkeypatch: pytest.MonkeyPatch, install: str) -> None:
    """Put an SDK whose installer runs ``install``, and a network that answers, before the real."""
    package = folder / "pulumi" / "automation"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    package.joinpath("__init__.py").write_text(
        "import pathlib, sys, time\n"
        "def script(path, text):\n"
        "    path = pathlib.Path(path)\n"
        "    path.parent.mkdir(parents=True, exist_ok=True)\n"
        "    path.write_text('#!/bin/sh\\n' + text)\n"
        "    path.chmod(0o755)\n"
        "class PulumiCommand:\n"
        "    @staticmethod\n"
        "    def install(root, version):\n"
        f"        assert str(version) == '3.259.0'\n        {install}\n"
    )
    (folder / "sitecustomize.py").write_text(
        "import io, urllib.request\nurllib.request.urlopen = lambda *_a, **_k: io.BytesIO()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(folder))


COMPLETE = (
    "[script(f'{root}/bin/{name}', 'echo v3.259.0') for name in "
    "('pulumi', 'pulumi-language-python', 'pulumi-language-python-exec')]"
)


def test_the_official_release_is_fetched_once(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_go(machine)
    with monkeypatch.context() as online:
        fake_sdk(tmp_path / "sdk", online, COMPLETE)
        engine = find_engine(pytest.fail)
    assert engine.origin == "official release"
    assert engine.search_path == (engine.pulumi.parent,)
    assert (engine.pulumi.parent / HOST).is_file()
    assert find_engine(pytest.fail) == engine
    assert go_calls(machine) == []


@pytest.mark.parametrize(
    ("install", "reason"),
    [
        ("script(f'{root}/bin/pulumi', 'echo v3.259.0')", "left no bin/pulumi-language-python"),
        (COMPLETE.replace("v3.259.0", "v3.1.0"), "does not run"),
        ("script(f'{root}/bin/pulumi', ''); raise OSError('cut off')", "cut off"),
    ],
)
def test_a_half_fetched_release_is_never_taken(
    install: str, reason: str, machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_go(machine)
    fake_sdk(tmp_path / "sdk", monkeypatch, install)
    said: list[str] = []
    assert find_engine(said.append).origin == "built from the public Go module"
    assert reason in said[0]
    assert said[0].endswith("building it instead")
    assert not any(name.startswith("release") for name in leftovers())


def test_a_stuck_download_is_given_up(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_go(machine)
    fake_sdk(tmp_path / "sdk", monkeypatch, "script(f'{root}/part', ''); time.sleep(600)")
    monkeypatch.setattr(release, "_SILENT_AT_MOST", 1.0)
    monkeypatch.setenv("SECURE_COMPONENTS_ENGINE", "release")
    with pytest.raises(EngineError, match="the download is stuck"):
        find_engine(lambda _line: None)
    assert leftovers() == []


@pytest.fixture
def silent_proxy() -> Iterator[str]:
    """A proxy that takes connections and never answers, as a firewall that drops."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_network_that_never_answers_is_given_up(
    machine: Path, silent_proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_go(machine)
    monkeypatch.setenv("HTTPS_PROXY", silent_proxy)
    monkeypatch.setattr(release, "_ANSWER_WITHIN", 1.0)
    said: list[str] = []
    assert find_engine(said.append).origin == "built from the public Go module"
    assert "get.pulumi.com does not answer" in said[-1]


def test_a_forced_release_says_why_it_cannot_be(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_go(machine)
    monkeypatch.setenv("SECURE_COMPONENTS_ENGINE", "release")
    with pytest.raises(EngineError, match=r"refused.*Allow get\.pulumi\.com"):
        find_engine(pytest.fail)
    assert go_calls(machine) == []


# The build


def test_the_engine_is_built_once_and_runs(machine: Path) -> None:
    write_go(machine)
    engine = find_engine(lambda _line: None)
    assert subprocess.run([engine.pulumi], capture_output=True, check=True).stdout == b"v3.259.0\n"
    assert find_engine(pytest.fail) == engine
    assert go_calls(machine) == ["list", "build"]


def test_progress_counts_packages_and_modules(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_go(machine, lists=f"echo 'go: downloading x v1' >&2; sleep 0.2; {LISTS}")
    monkeypatch.setattr(process, "_EVERY", 0.0)
    monkeypatch.setenv("SECURE_COMPONENTS_ENGINE", "build")
    said: list[str] = []
    find_engine(said.append)
    assert "fetching the Pulumi engine's Go modules: 1 so far" in said
    assert "building the Pulumi engine: 2 of 3 packages, 0 s" in said


@pytest.mark.parametrize(
    ("go", "expected"),
    [
        pytest.param(None, r"`go` is not on PATH. Install Go 1\.25\.11 or later", id="missing"),
        pytest.param(
            {"lists": "echo 'go: go.mod requires go >= 1.25.11 (running go 1.22.1)' >&2; exit 1"},
            r"too old.*running go 1\.22\.1.*Install Go 1\.25\.11",
            id="old",
        ),
        pytest.param(
            {"lists": "echo 'go: download go1.99.1: no route' >&2; echo more >&2; exit 1"},
            r"too old.*download go1\.99\.1: no route\. Install Go 1\.25\.11",
            id="old and no newer one to be had",
        ),
        pytest.param(
            {
                "builds": "echo 'x.go:1: undefined: y' >&2; "
                "for n in 1 2 3 4 5 6 7 8 9 a b c d; do echo a/$n; done; exit 1"
            },
            r"exit code 1\)\. Its last lines:\nx\.go:1: undefined: y\nMend",
            id="compile error",
        ),
        pytest.param(
            {"lists": "echo 'write /c: no space left on device' >&2; exit 1"},
            r"is full: .* needs about 4 GB",
            id="disk full",
        ),
        pytest.param(
            {"builds": BUILDS.replace("v3.259.0", "")}, "does not run as v3.259.0", id="wrong"
        ),
        pytest.param({"builds": ":"}, "does not run as v3.259.0", id="nothing made"),
    ],
)
def test_a_failed_build_has_one_message_and_leaves_nothing(
    go: dict[str, str] | None, expected: str, machine: Path
) -> None:
    if go is not None:
        write_go(machine, **go)
    with pytest.raises(EngineError, match=expected):
        find_engine(lambda _line: None)
    assert leftovers() == []
    write_go(machine)
    assert find_engine(lambda _line: None).version == "3.259.0"


def test_a_module_proxys_password_is_not_shown(machine: Path) -> None:
    write_go(machine, lists="echo 'Get https://me:hunter2@proxy.test/x: refused' >&2; exit 1")
    with pytest.raises(EngineError, match=r"https://\*\*\*@proxy\.test") as raised:
        find_engine(lambda _line: None)
    assert "hunter2" not in str(raised.value)


# The cache


@pytest.mark.parametrize(
    "damage",
    [
        lambda place: os.truncate(place / "bin" / "pulumi", 5),
        lambda place: (place / "bin" / "pulumi").write_text("#!/bin/sh\necho v3.259.1\n"),
        lambda place: (place / "bin" / "pulumi").unlink(),
        lambda place: (place / "sha256.json").unlink(),
        lambda place: (place / "sha256.json").write_text("[]"),
    ],
    ids=["truncated", "changed", "no executable", "no seal", "wrong seal"],
)
def test_a_damaged_cache_is_told_and_mended(
    damage: Callable[[Path], object], machine: Path
) -> None:
    write_go(machine)
    find_engine(lambda _line: None)
    (place,) = (cache_folder() / "engine").glob("built-*")
    damage(place)
    said: list[str] = []
    engine = find_engine(said.append)
    assert any("is damaged: setting it up again" in line for line in said)
    assert subprocess.run([engine.pulumi], capture_output=True, check=True).stdout == b"v3.259.0\n"
    assert go_calls(machine) == ["list", "build"] * 2


def test_a_cache_that_cannot_be_written_is_named_with_the_way_out(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_go(machine)
    if os.geteuid() == 0:  # root may write anywhere but in the kernel's own folders
        folder = Path("/sys/secure-components")
    else:
        folder = tmp_path / "read-only" / "cache"
        folder.parent.mkdir(mode=0o500)
    monkeypatch.setenv("SECURE_COMPONENTS_CACHE", str(folder))
    with pytest.raises(EngineError, match=rf"{folder}.*set SECURE_COMPONENTS_CACHE"):
        find_engine(lambda _line: None)
    assert go_calls(machine) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is full")
def test_a_full_disk_is_named_with_the_way_out(machine: Path) -> None:
    with (
        pytest.raises(EngineError, match=rf"{machine} is full: .*Free some"),
        cache.explained(machine),
    ):
        Path("/dev/full").write_text("x", encoding="utf-8")


def test_what_killed_set_ups_left_is_swept(machine: Path) -> None:
    write_go(machine)
    stale = cache_folder() / "engine" / "tmp-stale" / "made"
    stale.mkdir(parents=True)
    find_engine(lambda _line: None)
    assert not stale.parent.exists()


# Many processes, and interrupted ones

CHILD = [sys.executable, "-c", "from local.engine import find_engine; find_engine(print)"]


def test_two_set_ups_at_once_build_once(machine: Path) -> None:
    write_go(machine, builds=f"sleep 1; {BUILDS}")
    both = [subprocess.Popen(CHILD, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert go_calls(machine) == ["list", "build"]
    assert sum("waiting for another set-up" in text for text in said) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_build_leaves_no_process_and_no_file(
    number: signal.Signals,
    machine: Path,
    wait_until: Callable[[Callable[[], bool], str], None],
    wait_for_end: Callable[[Iterable[int]], None],
) -> None:
    pids = machine / "pids"
    write_go(machine, builds=f"sleep 300 & echo $$ $! > {pids}.new; cp {pids}.new {pids}; wait")
    process = subprocess.Popen(CHILD, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_until(lambda: pids.exists() and len(pids.read_text().split()) == 2, "the build starts")
    process.send_signal(number)
    process.communicate()
    assert process.returncode != 0
    wait_for_end(map(int, pids.read_text().split()))
    assert leftovers() == []
    write_go(machine)
    assert find_engine(lambda _line: None).version == "3.259.0"
