"""The built-in Python language host, on the real engine and by itself."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import language_pb2

from local.engine import Engine, beside_own_host
from local.engine.language_host import (
    LanguageHost,
    ProjectError,
    interpreter,
    named_virtualenv,
    plugin_version,
    required_packages,
)

VIRTUALENV = sys.prefix
SECRET = "hunter2-in-plain-text"

Pulumi = Callable[..., subprocess.CompletedProcess[str]]


def write_project(folder: Path, program: str | None, **options: object) -> Path:
    """Write a project; its program runs in the virtualenv that runs the tests."""
    folder.mkdir(parents=True, exist_ok=True)
    runtime = {"name": "python", "options": {"virtualenv": VIRTUALENV} | options}
    (folder / "Pulumi.yaml").write_text(json.dumps({"name": "tried", "runtime": runtime}))
    if program is not None:
        (folder / "__main__.py").write_text(textwrap.dedent(program))
    return folder


def write_pack(folder: Path, main: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    runtime = {"name": "python", "options": {"virtualenv": VIRTUALENV}}
    (folder / "PulumiPolicy.yaml").write_text(json.dumps({"runtime": runtime}))
    (folder / "__main__.py").write_text(textwrap.dedent(main))
    return folder


@pytest.fixture
def environment(engine: Engine, tmp_path: Path) -> Mapping[str, str]:
    """What `pulumi` needs to run with our language host and no account."""
    own = engine.origin.startswith("built")
    executable = engine.pulumi if own else beside_own_host(engine.pulumi.resolve())
    state = tmp_path / "state"
    state.mkdir()
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")},
        "PATH": os.pathsep.join([str(executable.parent), os.environ["PATH"]]),
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": f"file://{state}",
        "PULUMI_CONFIG_PASSPHRASE": "for a test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }


@pytest.fixture
def pulumi(environment: Mapping[str, str], tmp_path: Path) -> Pulumi:
    """Run `pulumi ARGUMENT...` in the project folder, whose stack is made on the first call."""
    project = tmp_path / "project"

    def run(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode != 0:
            pytest.fail(f"pulumi {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}")
        return done

    write_project(project, "")
    run("stack", "init", "dev")
    return run


def errors(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The error diagnostics of a failed run, each once, without the display's copies."""
    said = done.stdout.partition("Diagnostics:")[2] + done.stderr
    return [line.strip() for line in said.splitlines() if line.strip().startswith("error:")]


# Programs


def test_a_program_gets_its_settings_and_configuration(pulumi: Pulumi, tmp_path: Path) -> None:
    write_project(
        tmp_path / "project",
        """
        import os, sys
        import pulumi

        class Group(pulumi.ComponentResource):
            def __init__(self, name):
                super().__init__("tests:index:Group", name)
                self.register_outputs({"size": 3})

        Group("one")
        config = pulumi.Config()
        pulumi.export("plain", config.require_int("count"))
        pulumi.export("secret", config.require_secret("token"))
        pulumi.export("names", [pulumi.get_project(), pulumi.get_stack()])
        pulumi.export("organization", pulumi.get_organization())
        known_secret = pulumi.runtime.is_config_secret
        pulumi.export("secrets", [k for k in ("tried:count", "tried:token") if known_secret(k)])
        pulumi.export("folder", os.getcwd())
        pulumi.export("root", pulumi.runtime.get_root_directory())
        pulumi.export("prefix", sys.prefix)
        pulumi.export("dry", pulumi.runtime.is_dry_run())
        print("to the standard output")
        print("to the standard error", file=sys.stderr)
        """,
    )
    pulumi("config", "set", "count", "7")
    pulumi("config", "set", "--secret", "token", SECRET)

    preview = pulumi("preview")
    assert "+ 2 to create" in preview.stdout
    assert "to the standard output" in preview.stdout
    assert "to the standard error" in preview.stdout

    done = pulumi("up", "--yes", "--skip-preview")
    assert "2 created" in done.stdout
    outputs = json.loads(pulumi("stack", "output", "--json", "--show-secrets").stdout)
    project = str(tmp_path / "project")
    assert outputs == {
        "plain": 7,
        "secret": SECRET,
        "names": ["tried", "dev"],
        "organization": "organization",
        "secrets": ["tried:token"],
        "folder": project,
        "root": project,
        "prefix": VIRTUALENV,
        "dry": False,
    }
    state = pulumi("stack", "export").stdout
    assert SECRET not in preview.stdout + preview.stderr + done.stdout + done.stderr + state


def test_nothing_of_the_host_is_on_the_programs_path(pulumi: Pulumi, tmp_path: Path) -> None:
    write_project(
        tmp_path / "project",
        """
        import sys
        assert not any(folder.endswith("local/engine") for folder in sys.path), sys.path
        assert sys.argv[0] == ".", sys.argv
        assert __name__ == "__main__"
        """,
    )
    pulumi("preview")


def test_warnings_are_none(pulumi: Pulumi) -> None:
    preview = pulumi("preview")
    assert "warning" not in preview.stdout + preview.stderr


@pytest.mark.parametrize(
    ("program", "expected", "hidden"),
    [
        pytest.param(
            """
            import pulumi
            def break_it():
                raise ValueError("the user's own fault")
            pulumi.export("before", 1)
            break_it()
            """,
            ["Program failed with an unhandled exception", "in break_it", "ValueError: the user's"],
            ["run_program.py", "run_in_stack", "exited with code"],
            id="exception",
        ),
        pytest.param(
            "import pulumi\npulumi.export('x', pulumi.Output.from_input(0).apply(lambda v: 1 / v))",
            ["ZeroDivisionError"],
            ["run_program.py", "exited with code"],
            id="exception in apply",
        ),
        pytest.param(
            "import pulumi\nraise pulumi.RunError('set the region first')",
            ["error: set the region first"],
            ["Traceback", "exited with code"],
            id="RunError",
        ),
        pytest.param("def (", ["SyntaxError", "__main__.py"], ["run_program.py"], id="syntax"),
        pytest.param(
            "import no_such_module", ["No module named 'no_such_module'"], ["runpy"], id="import"
        ),
        pytest.param("raise SystemExit(3)", ["exited with code 3"], ["Traceback"], id="exit"),
        pytest.param(
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            ["was ended by SIGKILL"],
            [],
            id="killed",
        ),
        pytest.param(None, ["project/__main__.py does not exist"], ["Traceback"], id="no program"),
    ],
)
def test_a_program_that_fails_gives_one_readable_error(
    program: str | None, expected: list[str], hidden: list[str], pulumi: Pulumi, tmp_path: Path
) -> None:
    (tmp_path / "project" / "__main__.py").unlink()
    write_project(tmp_path / "project", program)
    done = pulumi("preview", check=False)
    assert done.returncode != 0
    assert len(errors(done)) == 1, done.stdout
    for text in expected:
        assert text in done.stdout
    for text in hidden:
        assert text not in done.stdout


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"virtualenv": "missing"}, "missing, named in {project}, does not exist: make it with"),
        ({"virtualenv": "."}, "{project}, named in {project}, is no virtualenv: make it with"),
        ({"virtualenv": 7}, "must be the path of a virtualenv"),
        ({"toolchain": "poetry"}, "runtime.options.toolchain is 'poetry'"),
        ({"typechecker": "mypy"}, "runtime.options.typechecker is 'mypy'"),
    ],
)
def test_a_project_that_cannot_be_run_gives_one_error_with_the_way_out(
    options: dict[str, object], expected: str, pulumi: Pulumi, tmp_path: Path
) -> None:
    project = write_project(tmp_path / "project", "", **options)
    done = pulumi("preview", check=False)
    assert done.returncode != 0
    (error,) = errors(done)
    assert expected.format(project=project) in error


def test_a_virtualenv_without_the_sdk_is_named(pulumi: Pulumi, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    write_project(tmp_path / "project", "", virtualenv="../bare")
    done = pulumi("preview", check=False)
    assert done.returncode != 0
    assert f"{tmp_path / 'bare'} has no Pulumi SDK that works" in done.stdout
    assert "or name another virtualenv" in done.stdout


# Policy packs and component providers

PACK = """
from pulumi_policy import (
    EnforcementLevel, PolicyPack, ReportViolation, ResourceValidationArgs, ResourceValidationPolicy,
)

def check(args: ResourceValidationArgs, report: ReportViolation) -> None:
    if args.resource_type == "tests:index:Group":
        report("a group is not wanted")

PolicyPack(
    name="stock",
    policies=[ResourceValidationPolicy("no-group", "No group.", check, EnforcementLevel.MANDATORY)],
)
"""
GROUP = "import pulumi\npulumi.ComponentResource('tests:index:Group', 'one')\n"


def test_a_policy_pack_blocks_and_lets_pass(pulumi: Pulumi, tmp_path: Path) -> None:
    pack = str(write_pack(tmp_path / "pack", PACK))
    write_project(tmp_path / "project", GROUP)
    blocked = pulumi("preview", "--policy-pack", pack, check=False)
    assert blocked.returncode != 0
    assert "a group is not wanted" in blocked.stdout
    assert "[mandatory]  no-group" in blocked.stdout

    write_project(tmp_path / "project", "")
    passing = pulumi("preview", "--policy-pack", pack)
    assert "stock@" in passing.stdout


def test_a_policy_pack_that_fails_blocks_and_shows_why(pulumi: Pulumi, tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", "raise ValueError('a broken pack')")
    done = pulumi("preview", "--policy-pack", str(pack), check=False)
    assert done.returncode != 0
    assert "ValueError: a broken pack" in done.stdout + done.stderr
    assert "exit status 1" in done.stdout + done.stderr


def test_a_component_provider_serves_its_components(pulumi: Pulumi, tmp_path: Path) -> None:
    plugin = tmp_path / "plugin"
    plugin.mkdir()
    runtime = {"name": "python", "options": {"virtualenv": VIRTUALENV}}
    (plugin / "PulumiPlugin.yaml").write_text(json.dumps({"runtime": runtime}))
    (plugin / "__main__.py").write_text(
        textwrap.dedent(
            """
            from typing import TypedDict
            import pulumi
            from pulumi.provider.experimental import component_provider_host

            class GreetingArgs(TypedDict):
                who: pulumi.Input[str]

            class Greeting(pulumi.ComponentResource):
                text: pulumi.Output[str]
                def __init__(
                    self, name: str, args: GreetingArgs, opts: pulumi.ResourceOptions | None = None
                ):
                    super().__init__("greetings:index:Greeting", name, {}, opts)
                    self.text = pulumi.Output.concat("hello ", args["who"])
                    self.register_outputs({"text": self.text})

            component_provider_host(name="greetings", components=[Greeting])
            """
        )
    )
    project = write_project(
        tmp_path / "project",
        """
        import pulumi

        class Greeting(pulumi.ComponentResource):
            text: pulumi.Output[str]
            def __init__(self, name: str, who: str):
                super().__init__(
                    "greetings:index:Greeting", name, {"who": who, "text": None}, remote=True
                )

        pulumi.export("text", Greeting("one", "you").text)
        """,
    )
    settings = json.loads((project / "Pulumi.yaml").read_text())
    settings["plugins"] = {"providers": [{"name": "greetings", "path": "../plugin"}]}
    (project / "Pulumi.yaml").write_text(json.dumps(settings))
    pulumi("up", "--yes", "--skip-preview")
    assert pulumi("stack", "output", "text").stdout.strip() == "hello you"


# What else the engine asks


def test_about_names_the_programs_python(pulumi: Pulumi) -> None:
    about = json.loads(pulumi("about", "--json").stdout)
    assert about["runtime"]["executable"] == str(Path(VIRTUALENV) / "bin" / "python")
    assert about["runtime"]["language"] == "python"
    names = {dependency["name"] for dependency in about["dependencies"]}
    assert "pytest-timeout" in names
    assert "grpcio" not in names, "what another package requires is not the program's own"


def test_install_makes_the_virtualenv_and_its_requirements(pulumi: Pulumi, tmp_path: Path) -> None:
    project = write_project(tmp_path / "project", "", virtualenv="made")
    (project / "requirements.txt").write_text("# nothing from a registry\n")
    done = pulumi("install")
    assert (project / "made" / "bin" / "python").exists(), done.stdout


def test_a_failing_install_shows_its_output(pulumi: Pulumi, tmp_path: Path) -> None:
    project = write_project(tmp_path / "project", "", virtualenv="made")
    (project / "requirements.txt").write_text("./no-such-folder\n")
    done = pulumi("install", check=False)
    assert done.returncode != 0
    assert "no-such-folder" in done.stdout + done.stderr
    assert "exited with code 1: see its output" in done.stdout + done.stderr


# Ending


SLEEPER = """
import os, pathlib, subprocess, time
other = subprocess.Popen(["sleep", "300"])
pathlib.Path("pids.new").write_text(f"{os.getpid()} {os.getppid()} {other.pid}")
os.replace("pids.new", "pids")
try:
    time.sleep(300)
finally:
    pathlib.Path("cleaned").touch()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "killed"])
def test_nothing_stays_when_the_engine_is_stopped(
    number: signal.Signals,
    environment: Mapping[str, str],
    pulumi: Pulumi,
    tmp_path: Path,
    wait_until: Callable[[Callable[[], bool], str], None],
    wait_for_end: Callable[[Iterable[int]], None],
) -> None:
    project = write_project(tmp_path / "project", SLEEPER)
    pack = write_pack(
        tmp_path / "pack", f"import os\nopen('{project}/pack', 'w').write(str(os.getpid()))\n{PACK}"
    )
    process = subprocess.Popen(
        ["pulumi", "preview", "--non-interactive", "--policy-pack", str(pack)],
        cwd=project,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    wait_until((project / "pids").exists, "the program starts")
    pids = [int(pid) for pid in (project / "pids").read_text().split()]
    pids.append(int((project / "pack").read_text()))
    os.killpg(process.pid, number)
    process.communicate(timeout=60)
    assert process.returncode != 0
    wait_for_end(pids)
    assert (project / "cleaned").exists(), "a program gets to run its `finally` blocks"
    assert pulumi("stack", "ls").returncode == 0


# By itself


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("7.51.1", "v7.51.1"),
        ("1", "v1.0.0"),
        ("1.2", "v1.2.0"),
        ("1.2.3a4", "v1.2.3-alpha.4"),
        ("1.2.3b4", "v1.2.3-beta.4"),
        ("1.2.3rc4", "v1.2.3-rc.4"),
        ("1.2.3.post4", "v1.2.3+post4"),
        ("1.2.3.dev5", "v1.2.3+dev5"),
        ("1.2.3.post4.dev5", "v1.2.3+post4dev5"),
        ("1!2.3", None),
        ("1.2+local", None),
        ("", None),
    ],
)
def test_a_python_version_as_a_plugin_version(version: str, expected: str | None) -> None:
    assert plugin_version(version) == expected


@pytest.mark.parametrize(
    ("name", "plugin", "expected"),
    [
        ("pulumi-aws", {"resource": True, "name": "aws", "version": "7.1.0"}, ("aws", "v7.1.0")),
        ("pulumi-x", {"resource": True}, ("x", "v1.2.3")),
        ("pulumi-x", None, ("x", "v1.2.3")),
        ("x", {"resource": True, "name": "y", "version": "v2.0.0"}, ("y", "v2.0.0")),
        ("pulumi-x", {"resource": False}, None),
        ("pulumi-policy", None, None),
        ("requests", None, None),
    ],
)
def test_which_plugin_a_package_needs(
    name: str, plugin: dict[str, object] | None, expected: tuple[str, str] | None
) -> None:
    found = required_packages([{"name": name, "version": "1.2.3", "plugin": plugin}])
    assert [(p.name, p.version) for p in found] == ([expected] if expected else [])
    assert all(p.kind == "resource" for p in found)


def test_a_parameterized_package_keeps_its_parameter() -> None:
    parameter = {"name": "random", "version": "3.0.0", "value": "eyJhIjoxfQ=="}
    plugin = {"resource": True, "name": "terraform-provider", "parameterization": parameter}
    (found,) = required_packages([{"name": "pulumi-x", "version": "1.0", "plugin": plugin}])
    assert found.parameterization.name == "random"
    assert found.parameterization.value == b'{"a":1}'


def program_info(root: Path, **options: object) -> language_pb2.ProgramInfo:
    return json_format.ParseDict(
        {"rootDirectory": str(root), "programDirectory": str(root), "options": options},
        language_pb2.ProgramInfo(),
    )


def test_a_relative_virtualenv_starts_at_the_projects_root(tmp_path: Path) -> None:
    info = program_info(tmp_path / "project", virtualenv="../venv")
    assert named_virtualenv(info) == tmp_path / "venv"


def test_without_an_option_the_active_virtualenv_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", VIRTUALENV)
    assert interpreter(program_info(tmp_path)).virtualenv == Path(VIRTUALENV)


def test_without_any_virtualenv_the_first_python_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("PULUMI_PYTHON_CMD", raising=False)
    (tmp_path / "python3").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert interpreter(program_info(tmp_path)).python == tmp_path / "python3"
    (tmp_path / "python3").unlink()
    with pytest.raises(ProjectError, match="no python3 on PATH"):
        interpreter(program_info(tmp_path))


def test_a_plugins_own_venv_is_taken(tmp_path: Path) -> None:
    (tmp_path / "venv").mkdir()
    assert named_virtualenv(program_info(tmp_path), plugin=True) == tmp_path / "venv"
    assert named_virtualenv(program_info(tmp_path)) is None


def test_a_virtualenv_is_activated() -> None:
    python = interpreter(program_info(Path("/"), virtualenv=VIRTUALENV))
    active = python.environment({"PATH": "/bin", "PYTHONHOME": "/x", "OTHER": "kept"})
    assert active == {
        "PATH": f"{VIRTUALENV}/bin:/bin",
        "VIRTUAL_ENV": VIRTUALENV,
        "OTHER": "kept",
    }


COUNTS_INTERRUPTS = """
import pathlib, signal, sys, time

seen = []
signal.signal(signal.SIGINT, lambda *_: seen.append(1))
pathlib.Path("ready").touch()
while not seen:
    time.sleep(0.01)
time.sleep(0.3)  # time for a second one, which would cut a `finally` block short
pathlib.Path("seen").write_text(str(len(seen)))
"""


def test_child_is_asked_to_end_once_however_many_ask(tmp_path: Path) -> None:
    async def end_twice() -> None:
        host = LanguageHost("")

        async def run() -> None:
            async with host._child(  # noqa: SLF001  where both ways to end a child meet
                [sys.executable, "-c", COUNTS_INTERRUPTS],
                folder=tmp_path,
                environment=os.environ,
                ending=signal.SIGINT,
            ) as child:
                await child.wait()

        running = asyncio.create_task(run())
        while not (tmp_path / "ready").exists():  # noqa: ASYNC110  another process makes it
            await asyncio.sleep(0.01)
        stopping = asyncio.create_task(host.end_children())  # the engine has gone
        await asyncio.sleep(0)
        running.cancel()  # and so has its request
        await asyncio.gather(running, stopping, return_exceptions=True)

    loop = asyncio.new_event_loop()  # asyncio.run would take the thread's own from later tests
    try:
        loop.run_until_complete(end_twice())
    finally:
        loop.close()
    assert (tmp_path / "seen").read_text() == "1"
