"""The Python language host: `pulumi-language-python`, where the official one is missing.

The engine starts it with its own address as the last argument, reads a port from its first line
of output, and asks it to run programs, policy packs and component providers, each with the Python
of the virtualenv that its project names. It stands alone, on the SDK's protocol, because it is run
by path, with the interpreter that set the engine up.

What the official host also does and this one refuses, saying so: the ``poetry`` and ``uv``
toolchains, type checkers, debuggers, and generating code.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Never, TypeVar

import grpc
import grpc.aio
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import language_pb2 as proto
from pulumi.runtime.proto import language_pb2_grpc, plugin_pb2

_HERE = Path(__file__).parent
_REPORTED = 32  # as in run_program.py, which may import nothing of ours
_GRACE = 2.0
"""Seconds that a child has to leave by itself; the engine gives us five."""
_MESSAGE_LIMIT = 400 * 1024 * 1024  # the engine's own
_NO_PLUGIN = {"pulumi-policy", "pulumi-esc-sdk"}  # plain libraries, though named like providers

_T = TypeVar("_T")
_Context = Any  # grpc's own types of a context say less than its documentation


class ProjectError(Exception):
    """A project cannot be run as it is: the message names the thing, the reason and the way out."""


@dataclass(frozen=True)
class Interpreter:
    """The Python of one program."""

    python: Path
    virtualenv: Path | None

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """Return ``base`` with the virtualenv active in it."""
        if self.virtualenv is None:
            return dict(base)
        active = {key: value for key, value in base.items() if key != "PYTHONHOME"}
        path = [str(self.virtualenv / "bin"), *filter(None, [base.get("PATH")])]
        return active | {"VIRTUAL_ENV": str(self.virtualenv), "PATH": os.pathsep.join(path)}


def named_virtualenv(info: proto.ProgramInfo, *, plugin: bool = False) -> Path | None:
    """Return the virtualenv that a project names, which need not exist.

    None when it names none. A plugin that has its own folder ``venv`` names that.

    Raises:
        ProjectError: An option is unknown here or of the wrong type.
    """
    options = json_format.MessageToDict(info.options)
    for option, only in (("toolchain", "pip"), ("typechecker", None)):
        if options.get(option, only) != only:
            raise ProjectError(
                f"runtime.options.{option} is {options[option]!r} in {info.root_directory}, which "
                "the built-in Python language host does not know: remove the option, or install "
                "the official Pulumi CLI (pulumi.com/docs/install)"
            )
    root = Path(info.root_directory)
    named = options.get("virtualenv")
    if named is None:
        return root / "venv" if plugin and (root / "venv").is_dir() else None
    if not isinstance(named, str) or not named:
        raise ProjectError(
            f"runtime.options.virtualenv in {root} must be the path of a virtualenv, as text"
        )
    return Path(os.path.normpath(root / Path(named).expanduser()))


def interpreter(info: proto.ProgramInfo, *, plugin: bool = False) -> Interpreter:
    """Return the Python that a project asks for: its virtualenv's, else the active or first one.

    Raises:
        ProjectError: It names a virtualenv that does not exist, or there is no Python at all.
    """
    named = named_virtualenv(info, plugin=plugin)
    active = os.environ.get("VIRTUAL_ENV")
    virtualenv = named or (Path(active) if active else None)
    if virtualenv and (virtualenv / "bin" / "python").exists():
        return Interpreter(virtualenv / "bin" / "python", virtualenv)
    if named:
        problem = "is no virtualenv" if named.exists() else "does not exist"
        raise ProjectError(
            f"the virtualenv {named}, named in {info.root_directory}, {problem}: make it with "
            f"`python3 -m venv {named} && {named}/bin/python -m pip install -r requirements.txt`, "
            "or correct runtime.options.virtualenv"
        )
    commands = [os.environ.get("PULUMI_PYTHON_CMD") or "python3", "python"]
    found = next(filter(None, map(shutil.which, commands)), None)
    if found is None:
        raise ProjectError(
            f"there is no {commands[0]} on PATH to run {info.program_directory}: install Python, "
            "or name a virtualenv in runtime.options.virtualenv"
        )
    return Interpreter(Path(found), None)


def plugin_version(version: str) -> str | None:
    """Return the semantic version of a Python package's version; None when there is none."""
    match = re.fullmatch(r"(\d+(?:\.\d+)*)(?:(a|b|rc)(\d+))?(\.post\d+)?(\.dev\d+)?", version)
    if match is None:
        return None
    release, kind, number, post, dev = match.groups()
    numbers = [*release.split("."), "0", "0"][: max(3, release.count(".") + 1)]
    before = f"-{ {'a': 'alpha', 'b': 'beta', 'rc': 'rc'}[kind] }.{number}" if kind else ""
    after = f"{post or ''}{dev or ''}".replace(".", "")
    return "v" + ".".join(numbers) + before + (f"+{after}" if after else "")


def required_packages(packages: Iterable[dict[str, Any]]) -> list[plugin_pb2.PackageDependency]:
    """Return the provider plugins that installed packages need, from what these say themselves."""
    required = []
    for package in packages:
        name, plugin = package["name"], package["plugin"]
        if plugin is None and (not name.startswith("pulumi-") or name in _NO_PLUGIN):
            continue
        plugin = plugin or {"resource": True}
        version = plugin.get("version") or plugin_version(package["version"])
        if not plugin.get("resource") or version is None:
            continue
        required.append(
            json_format.ParseDict(
                {
                    "name": plugin.get("name") or name.removeprefix("pulumi-"),
                    "kind": "resource",
                    "version": version if version.startswith("v") else f"v{version}",
                    "server": plugin.get("server", ""),
                    "parameterization": plugin.get("parameterization"),
                    "extension": plugin.get("extensionParameterization"),
                },
                plugin_pb2.PackageDependency(),
            )
        )
    return required


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """The engine's `LanguageRuntime` service. What is not defined here answers UNIMPLEMENTED."""

    def __init__(self, engine: str) -> None:
        """``engine`` is its address, empty until `Handshake` tells it."""
        self._engine = engine
        self._children: dict[asyncio.subprocess.Process, signal.Signals] = {}
        self._endings: dict[asyncio.subprocess.Process, asyncio.Task[None]] = {}

    # The engine's requests, in the order in which it makes them. The protocol names them.
    # ruff: noqa: N802

    async def Handshake(
        self, request: proto.LanguageHandshakeRequest, _context: _Context
    ) -> proto.LanguageHandshakeResponse:
        """Learn the engine's address."""
        self._engine = request.engine_address
        return proto.LanguageHandshakeResponse()

    async def GetPluginInfo(
        self, _request: empty_pb2.Empty, _context: _Context
    ) -> plugin_pb2.PluginInfo:
        """Tell the release of the SDK whose protocol this speaks."""
        return plugin_pb2.PluginInfo(version=metadata.version("pulumi"))

    async def GetRequiredPackages(
        self, request: proto.GetRequiredPackagesRequest, context: _Context
    ) -> proto.GetRequiredPackagesResponse:
        """List the provider plugins that the program's virtualenv needs."""
        described = await self._describe(request.info, context)
        return proto.GetRequiredPackagesResponse(packages=required_packages(described["packages"]))

    async def GetRequiredPlugins(
        self, request: proto.GetRequiredPluginsRequest, context: _Context
    ) -> proto.GetRequiredPluginsResponse:
        """List the same, for engines that ask the old way."""
        described = await self._describe(request.info, context)
        return proto.GetRequiredPluginsResponse(
            plugins=[
                plugin_pb2.PluginDependency(
                    name=package.name,
                    kind=package.kind,
                    version=package.version,
                    server=package.server,
                )
                for package in required_packages(described["packages"])
            ]
        )

    async def Run(self, request: proto.RunRequest, context: _Context) -> proto.RunResponse:
        """Run a program. Its output is ours, and the engine shows it."""
        if request.attach_debugger:
            return proto.RunResponse(error=_no_debugger(request.info))
        python = await _or_abort(context, interpreter, request.info)
        settings = {
            "monitor": request.monitor_address,
            "engine": self._engine,
            "project": request.project,
            "stack": request.stack,
            "organization": request.organization,
            "root_directory": request.info.root_directory,
            "parallel": request.parallel,
            "dry_run": request.dryRun,
        }
        configuration = {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        async with self._child(
            [
                *(python.python, "-u", _HERE / "run_program.py", json.dumps(settings)),
                *(request.info.entry_point or ".", *request.args),
            ],
            folder=request.pwd or request.info.program_directory,
            environment=python.environment(os.environ) | configuration,
            # A program gets to run its `finally` blocks.
            ending=signal.SIGINT,
        ) as program:
            code = await program.wait()
            cancelled = program not in self._children
        if cancelled:
            await context.abort(grpc.StatusCode.CANCELLED, "the program was cancelled")
        if code in (0, _REPORTED):
            return proto.RunResponse(bail=code == _REPORTED)
        return proto.RunResponse(error=f"the program {_ended_how(code)}")

    async def RunPlugin(  # type: ignore[override]  # a coroutine that writes will do
        self, request: proto.RunPluginRequest, context: _Context
    ) -> None:
        """Run a policy pack or a provider, streaming its output, until it ends or is cancelled."""
        if request.attach_debugger:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, _no_debugger(request.info))
        python = await _or_abort(context, interpreter, request.info, plugin=True)
        arguments = await _or_abort(context, _plugin_arguments, request)
        base = dict(entry.split("=", 1) for entry in request.env) or dict(os.environ)
        code = await self._stream(
            [python.python, "-u", *arguments],
            folder=request.pwd,
            environment=python.environment(base),
            context=context,
            response=proto.RunPluginResponse,
        )
        await context.write(proto.RunPluginResponse(exitcode=code))

    async def InstallDependencies(  # type: ignore[override]  # as above
        self, request: proto.InstallDependenciesRequest, context: _Context
    ) -> None:
        """Make the virtualenv that the project names, and install its requirements.txt there."""
        info, folder = request.info, Path(request.info.program_directory)
        named = await _or_abort(context, named_virtualenv, info, plugin=request.is_plugin)
        if named is None and request.is_plugin:
            named = folder / "venv"
        steps: list[list[str | Path]] = []
        if named and not (named / "bin" / "python").exists():
            steps.append([sys.executable, "-m", "venv", named])
        python = (
            Interpreter(named / "bin" / "python", named)
            if named
            else await _or_abort(context, interpreter, info)
        )
        if (folder / "requirements.txt").is_file():
            steps.append([python.python, "-m", "pip", "install", "-r", "requirements.txt"])
        for step in steps:
            code = await self._stream(
                step,
                folder=folder,
                environment=python.environment(os.environ),
                context=context,
                response=proto.InstallDependenciesResponse,
            )
            if code != 0:
                await context.abort(
                    grpc.StatusCode.FAILED_PRECONDITION,
                    f"`{' '.join(map(str, step))}` in {folder} {_ended_how(code)}: see its output",
                )

    async def RuntimeOptionsPrompts(
        self, _request: proto.RuntimeOptionsRequest, _context: _Context
    ) -> proto.RuntimeOptionsResponse:
        """Ask nothing when a project is made: there is one toolchain here."""
        return proto.RuntimeOptionsResponse()

    async def About(self, request: proto.AboutRequest, context: _Context) -> proto.AboutResponse:
        """Tell which Python the program gets."""
        described = await self._describe(request.info, context)
        return proto.AboutResponse(executable=described["executable"], version=described["version"])

    async def GetProgramDependencies(
        self, request: proto.GetProgramDependenciesRequest, context: _Context
    ) -> proto.GetProgramDependenciesResponse:
        """List the packages installed for the program; only those that no other one requires."""
        packages = (await self._describe(request.info, context))["packages"]
        required = {name for package in packages for name in package["requires"]}
        return proto.GetProgramDependenciesResponse(
            dependencies=[
                proto.DependencyInfo(name=package["name"], version=package["version"])
                for package in packages
                if request.transitiveDependencies or package["name"] not in required
            ]
        )

    async def Cancel(self, _request: empty_pb2.Empty, _context: _Context) -> empty_pb2.Empty:
        """End whatever runs."""
        await self.end_children()
        return empty_pb2.Empty()

    # Children

    async def end_children(self) -> None:
        """End every child, and return when none is left."""
        ending, self._children = self._children, {}
        await asyncio.gather(*(self._end(child, number) for child, number in ending.items()))

    @asynccontextmanager
    async def _child(
        self,
        command: Iterable[str | Path],
        *,
        folder: str | Path,
        environment: Mapping[str, str],
        ending: signal.Signals = signal.SIGTERM,
        output: int | None = None,
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run a child in our own process group; it ends when the block does, cancelled or not."""
        child = await asyncio.create_subprocess_exec(
            *map(str, command),
            cwd=folder,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        self._children[child] = ending
        try:
            yield child
        finally:
            self._children.pop(child, None)
            await self._end(child, ending)
            self._endings.pop(child, None)

    async def _end(self, child: asyncio.subprocess.Process, number: signal.Signals) -> None:
        """End a child once, however many ask: a second signal cuts its `finally` blocks short.

        Both the engine's end and its cancelled request ask, in either order.
        """
        if child not in self._endings:
            self._endings[child] = asyncio.create_task(_end(child, number))
        await asyncio.shield(self._endings[child])

    async def _stream(
        self,
        command: Iterable[str | Path],
        *,
        folder: str | Path,
        environment: Mapping[str, str],
        context: _Context,
        response: Callable[..., Any],
    ) -> int:
        """Run a child, pass its output on as it comes, and return its exit code."""
        writing = asyncio.Lock()  # a stream takes one message at a time

        async def pass_on(name: str, stream: asyncio.StreamReader | None) -> None:
            while stream and (chunk := await stream.read(1 << 16)):
                async with writing:
                    await context.write(response(**{name: chunk}))

        async with self._child(
            command, folder=folder, environment=environment, output=asyncio.subprocess.PIPE
        ) as child:
            await asyncio.gather(pass_on("stdout", child.stdout), pass_on("stderr", child.stderr))
            return await child.wait()

    async def _describe(self, info: proto.ProgramInfo, context: _Context) -> dict[str, Any]:
        python = await _or_abort(context, interpreter, info)
        async with self._child(
            [python.python, _HERE / "describe_python.py"],
            folder=info.program_directory or ".",
            environment=python.environment(os.environ),
            output=asyncio.subprocess.PIPE,
        ) as child:
            answer, complaint = await child.communicate()
        if child.returncode != 0:
            await context.abort(
                grpc.StatusCode.FAILED_PRECONDITION,
                f"{python.python} cannot tell what is installed in it:\n{complaint.decode()}",
            )
        described: dict[str, Any] = json.loads(answer)
        return described


def _plugin_arguments(request: proto.RunPluginRequest) -> list[str]:
    folder = Path(request.info.program_directory)
    if request.kind == "analyzer":
        return ["-m", "pulumi.policy", *request.args, str(folder)]
    if (folder / "__main__.py").is_file():
        return [str(folder), *request.args]
    project = folder / "pyproject.toml"
    if project.is_file():
        import tomllib  # noqa: PLC0415  few plugins are packages

        name = tomllib.loads(project.read_text(encoding="utf-8")).get("project", {}).get("name")
        if name:
            return ["-m", "pulumi.run.plugin", name, *request.args]
    raise ProjectError(
        f"{folder} cannot be run as a plugin: it needs a __main__.py, or a pyproject.toml with "
        "project.name"
    )


def _no_debugger(info: proto.ProgramInfo) -> str:
    return (
        f"the built-in Python language host attaches no debugger to {info.program_directory}: run "
        "without --attach-debugger, or install the official Pulumi CLI (pulumi.com/docs/install)"
    )


def _ended_how(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"exited with code {code}"


async def _or_abort(
    context: _Context, function: Callable[..., _T], *arguments: object, **options: object
) -> _T:
    try:
        return function(*arguments, **options)
    except ProjectError as error:
        return await _abort(context, str(error))


async def _abort(context: _Context, message: str) -> Never:
    await context.abort(grpc.StatusCode.FAILED_PRECONDITION, message)
    raise AssertionError


async def _end(child: asyncio.subprocess.Process, number: signal.Signals) -> None:
    if child.returncode is None:
        with suppress(ProcessLookupError):
            child.send_signal(number)
        with suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), _GRACE)
    if child.returncode is None:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


def _when_engine_goes(stop: Callable[[], object]) -> None:
    """Call ``stop`` once the engine has gone: it holds the other end of our standard input."""

    def wait() -> None:
        with suppress(OSError):
            while os.read(0, 1 << 12):
                pass
        stop()

    threading.Thread(target=wait, daemon=True).start()


async def serve(engine: str) -> None:
    """Serve the engine until it goes away or says to stop; leave no child behind."""
    limits = [
        ("grpc.max_receive_message_length", _MESSAGE_LIMIT),
        ("grpc.max_send_message_length", _MESSAGE_LIMIT),
    ]
    host = LanguageHost(engine)
    server = grpc.aio.server(options=limits)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()

    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopping.set)
    _when_engine_goes(lambda: loop.call_soon_threadsafe(stopping.set))
    print(port, flush=True)  # noqa: T201  the protocol's greeting

    await stopping.wait()
    await host.end_children()
    await server.stop(grace=0)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[-1] if len(sys.argv) > 1 else ""))
    if os.getpgrp() == os.getpid():
        # The engine made us the leader of a group: what our children started goes with us.
        os.killpg(0, signal.SIGKILL)
