"""The pack as a process: the engine's address, or a command."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2_grpc

import policy_pack

PACK = [sys.executable, "-m", "policy_pack"]
ENGINE = """
import subprocess, sys, time
command = [sys.executable, "-m", "policy_pack", "127.0.0.1:1"]
pack = subprocess.Popen(command, stdout=subprocess.PIPE)
pack.stdout.readline()
print(pack.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--help"], 0, "--policy-pack-config"),
        (["report", "--help"], 0, "Exits with 0 where nothing blocks"),
        (["--version"], 0, policy_pack.__version__),
        ([], 2, "COMMAND"),
        (["nonsense"], 2, "invalid choice: 'nonsense'"),
        (["report"], 2, "STATE"),
        (["docs"], 0, "## kms-key-rotation"),
    ],
)
def test_command_line(arguments: list[str], code: int, told: str) -> None:
    ran = subprocess.run([*PACK, *arguments], capture_output=True, text=True, check=False)
    assert ran.returncode == code
    assert told in ran.stdout + ran.stderr


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_pack_ends_with_the_engine_that_started_it(
    ending: signal.Signals, wait_for_end: Callable[[Iterable[int]], None]
) -> None:
    engine = subprocess.Popen([sys.executable, "-c", ENGINE], stdout=subprocess.PIPE, text=True)
    assert engine.stdout
    pack = int(engine.stdout.readline())
    engine.send_signal(ending)
    engine.wait()
    wait_for_end([pack])


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_pack_ends_at_once_and_quietly_when_it_is_asked_to(ending: signal.Signals) -> None:
    pack = subprocess.Popen([*PACK, "127.0.0.1:1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert pack.stdout
    port = int(pack.stdout.readline())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = analyzer_pb2_grpc.AnalyzerStub(channel)
        assert stub.GetPluginInfo(empty_pb2.Empty()).version == policy_pack.__version__
    pack.send_signal(ending)
    _, errors = pack.communicate(timeout=4)  # the engine kills after five seconds
    assert pack.returncode == 0
    assert errors == b""


def test_pack_started_as_a_folder_of_any_name_uses_its_own_rules(tmp_path: Path) -> None:
    folder = tmp_path / "package"
    folder.symlink_to(Path("policy_pack").absolute())
    program = f"""if True:
        import runpy, sys
        sys.argv = ["pack", "docs"]
        runpy.run_path({str(folder)!r}, run_name="__main__")
        print(sys.modules["policy_pack.catalog"].__file__)
    """
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1] == str(folder / "catalog.py")
