"""Runs a Pulumi program in this process, as the engine would at a first preview, and judges it.

The program's own SDK is asked for what it would send to the engine: no engine, no provider and no
account take part. What only a provider knows is not known here either, as at a real preview.
"""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import inspect
import json
import os
import runpy
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType, NoneType
from typing import Any, Final, get_args

import pulumi
import yaml
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi import _types as sdk_types
from pulumi.runtime import rpc, settings
from pulumi.runtime.mocks import MockEngine, MockMonitor
from pulumi.runtime.proto import engine_pb2, provider_pb2, resource_pb2
from pulumi.runtime.stack import run_in_stack

from policy_pack.aws import BUCKETS
from policy_pack.configuration import Configuration, Context, Given
from policy_pack.judge import Judge, Result, Status
from policy_pack.properties import from_struct
from policy_pack.rule import UNKNOWN, Resource, Rule, Stack

Program = str | os.PathLike[str] | Callable[[], object]
Call = Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]
Outputs = Callable[[str], Mapping[str, Any]]

_STACK_TYPE: Final = "pulumi:pulumi:Stack"
_ACCOUNT: Final = "123456789012"
_REGION: Final = "eu-west-1"


class ProgramError(Exception):
    """A program cannot be judged. The message tells why, and the way out."""


@dataclass(frozen=True, repr=False)
class Verdict:
    """What the rules say of a program.

    Attributes:
        results: Every outcome of every rule that judged a resource, passes included.
        resources: How many resources the program registers, its stack not counted.
        notices: What the pack says beside findings, such as exemptions in force.
    """

    results: tuple[Result, ...]
    resources: int
    notices: tuple[str, ...]
    _fixes: Mapping[str, str]

    @property
    def blocking(self) -> list[Result]:
        """What would end `pulumi preview` with an error."""
        return [one for one in self.results if one.blocks]

    @property
    def findings(self) -> list[Result]:
        """What is wrong, be it blocking or not."""
        return self._of(Status.FINDING)

    @property
    def undecided(self) -> list[Result]:
        """What could not be decided, as a value is not known."""
        return self._of(Status.UNDECIDED)

    @property
    def broken(self) -> list[Result]:
        """Rules that broke, and so judged nothing."""
        return self._of(Status.BROKEN)

    @property
    def exempted(self) -> list[Result]:
        """Findings that an exemption covers."""
        return self._of(Status.EXEMPTED)

    @property
    def passed(self) -> list[Result]:
        """What is right."""
        return self._of(Status.PASSED)

    def _of(self, status: Status) -> list[Result]:
        return [one for one in self.results if one.status is status]

    def __repr__(self) -> str:
        """Count."""
        counts = Counter(one.status for one in self.results)
        told = ", ".join(f"{status.value}: {counts[status]}" for status in Status)
        return f"<resources: {self.resources}; blocking: {len(self.blocking)}; {told}>"

    def __str__(self) -> str:
        """Tell all but the passes, what blocks first."""
        lines = [repr(self)[1:-1]]
        for one in sorted(self.results, key=lambda one: not one.blocks):
            if one.status is not Status.PASSED:
                subject = one.subject
                effect = "blocks" if one.blocks else "does not block"
                lines += [
                    "",
                    f"{one.rule.id} ({one.rule.severity.value}, {one.status.value}, {effect})",
                    f"  {subject.name} ({subject.type})",
                    f"  {one.reason}",
                    f"  Fix: {self._fixes[one.rule.id]}",
                ]
        return "\n".join([*lines, *("\n" + notice for notice in self.notices)])


def judge(  # noqa: PLR0913  what makes up a stack, all of it by name
    program: Program,
    *,
    rules: Sequence[Rule],
    stack: str,
    project: str | None,
    config: Mapping[str, object],
    calls: Mapping[str, Call],
    outputs: Mapping[str, Outputs],
    preview: bool,
    given: Mapping[str, Given],
) -> Verdict:
    """Run a program and judge what it registers. See `policy_pack.testing.JudgeProgram`."""
    main, folder, named = _open(program)
    project = project or named
    context = Context(project=project, stack=stack, preview=preview)
    configuration = Configuration(rules, context, given=given)
    texts = _config(config, project)
    region = texts.get("aws:region", _REGION)
    monitor = _Monitor(context, {**_known_calls(region), **calls}, outputs)
    engine = _Engine()
    run = _run(
        main,
        lambda: settings.Settings(
            project=project,
            stack=stack,
            monitor=monitor,
            engine=engine,
            dry_run=preview,
            organization="organization",
            root_directory=str(folder) if folder else None,
        ),
        monitor,
        texts,
    )
    # A thread has an event loop of its own, and a copy of the context its own `pulumi.runtime`:
    # whatever the calling test has set up in either stays as it is.
    with ThreadPoolExecutor(max_workers=1) as thread, _folder_of_program(folder):
        thread.submit(contextvars.copy_context().run, asyncio.run, run).result()
    for error in (*monitor.errors, *engine.errors):
        raise error  # the program went on, but an engine would not pass it
    return _verdict(monitor, Judge(configuration))


def _verdict(monitor: _Monitor, judge: Judge) -> Verdict:
    registered = list(monitor.registered.values())
    resources = sum(one.type != _STACK_TYPE for one in registered)
    if not resources:
        raise ProgramError(
            "the program registers no resource, so there is nothing to judge, which is no pass: is "
            "it the right one, and are its resources behind a condition that config decides?"
        )
    for one in registered:
        if one.inputs is not None:
            secrets: set[str] = set()
            inputs = from_struct(one.inputs, secrets)
            judge.resource(Resource(one.type, one.name, one.urn, inputs, None, secrets))
    # A finding on one resource may show what another one holds, so the stack's secrets are one set.
    of_stack: set[str] = set()
    configuration = judge.configuration
    made = [one.made(of_stack) for one in registered]
    judge.stack(Stack(made, configuration.today, configuration.previous))
    fixes = {rule.id: rule.fix_with(configuration.settings(rule)) for rule in configuration.rules}
    return Verdict(tuple(judge.results), resources, tuple(judge.notices), fixes)


# --- The program ---


def _open(program: Program) -> tuple[Callable[[], object], Path | None, str]:
    """Return how to run a program, its folder, and its project's name."""
    if callable(program):
        return program, None, "project"
    path = Path(program).absolute()
    folder, project = path.parent if path.is_file() else path, "project"
    described = folder / "Pulumi.yaml"
    if described.is_file():
        text = yaml.safe_load(described.read_text("utf-8"))
        runtime = text.get("runtime")
        language = runtime.get("name") if isinstance(runtime, Mapping) else runtime
        if language != "python":
            raise ProgramError(f"{described}: its runtime is '{language}', and only python runs")
        project = text["name"]
        if path == folder:
            path = folder / text.get("main", ".")
    main = path if path.is_file() else path / "__main__.py"
    if not main.is_file():
        raise ProgramError(f"{main}: there is no such program; name its folder or its file")
    return lambda: _execute(main), main.parent, project


def _execute(main: Path) -> None:
    # No value of its module is returned: one that can be awaited is not the program's result.
    runpy.run_path(str(main), run_name="__main__")


@contextmanager
def _folder_of_program(folder: Path | None) -> Iterator[None]:
    """Make a program's folder the current one and the first to import from, for a while.

    Its modules are imported anew and forgotten again: what they register belongs to one run.
    """
    if folder is None:
        yield
        return
    importlib.invalidate_caches()
    path, cwd = sys.path[:], Path.cwd()
    before = _take_modules(folder)
    sys.path.insert(0, str(folder))
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(cwd)
        sys.path[:] = path
        _take_modules(folder)
        sys.modules.update(before)


def _take_modules(folder: Path) -> dict[str, ModuleType]:
    """Take the modules that a program's folder holds, or hides, out of those that are imported."""
    names = {file.stem for file in folder.glob("*.py")}
    names |= {file.parent.name for file in folder.glob("*/__init__.py")}
    taken = {
        name: module
        for name, module in list(sys.modules.items())
        if (top := name.partition(".")[0]) not in {"__main__", __package__}
        and (top in names or _stands_in(module, folder))
    }
    for name in taken:
        del sys.modules[name]
    return taken


def _stands_in(module: ModuleType, folder: Path) -> bool:
    places = [getattr(module, "__file__", None), *list(getattr(module, "__path__", ()))]
    return any(
        Path(place).is_relative_to(folder) and not Path(place).is_relative_to(sys.prefix)
        for place in places
        if isinstance(place, str)
    )


async def _run(
    main: Callable[[], object],
    configure: Callable[[], settings.Settings],
    monitor: _Monitor,
    config: dict[str, str],
) -> None:
    # A failed program leaves futures that nobody awaits; their complaints would hide the cause.
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    pulumi.runtime.set_all_config(config)
    settings.ROOT.set(None)
    pulumi.runtime.configure(configure())  # to make settings is already to set them

    def run() -> Any:  # noqa: ANN401  a program may return what is to be awaited
        pulumi.runtime.register_stack_transformation(monitor.learn)
        result = main()
        return result if asyncio.iscoroutine(result) else None

    await run_in_stack(run)


def _config(config: Mapping[str, object], project: str) -> dict[str, str]:
    return {
        key if ":" in key else f"{project}:{key}": value
        if isinstance(value, str)
        else json.dumps(value)
        for key, value in config.items()
    }


# --- What stands for the engine ---


@dataclass(frozen=True)
class _Registered:
    """A resource as the program registered it; what it only reads has no inputs to judge."""

    type: str
    name: str
    urn: str
    id: str
    inputs: struct_pb2.Struct | None
    outputs: struct_pb2.Struct
    dependencies: Mapping[str, Sequence[str]]

    def made(self, secrets: set[str]) -> Resource:
        """Return it as the whole stack shows it. Texts that are secret go into `secrets`."""
        known = from_struct(self.outputs, secrets)
        values = {"id": self.id or UNKNOWN, **known}
        return Resource(self.type, self.name, self.urn, values, self.dependencies, secrets)


_InvokeResponse: Any = getattr(resource_pb2, "ResourceInvokeResponse", provider_pb2.InvokeResponse)
"""What the SDK takes for an answer; it had the provider's before its own."""


class _Monitor(MockMonitor):
    """Answers the SDK as the engine and a provider do that make nothing, and keeps what it sees.

    The SDK's own mocks see a resource without unknown values, secrets and dependencies; this takes
    the request as it would go to the engine.
    """

    def __init__(
        self,
        context: Context,
        calls: Mapping[str, Call],
        outputs: Mapping[str, Outputs],
    ) -> None:
        # Nothing of the base's own state: it belongs to mocks, of which there are none.
        self._calls = calls
        self._outputs = outputs
        self._stack, self._project = context.stack, context.project
        self._preview = context.preview
        self._classes: dict[str, type] = {}
        self._one_at_a_time = threading.Lock()
        self.registered: dict[str, _Registered] = {}
        self.errors: list[ProgramError] = []

    def learn(self, registered: pulumi.ResourceTransformationArgs) -> None:
        """Take note of a type's class, which tells what its provider computes."""
        self._classes[registered.type_] = type(registered.resource)

    def RegisterResource(  # noqa: N802  the protocol's name
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        """Plan a resource."""
        if request.remote:
            raise self._refused(
                f"{request.type} '{request.name}' is made by a provider's process, which does not "
                "run here: judge this program with the engine"
            )
        if request.transforms:
            raise self._refused_transform()
        inputs = struct_pb2.Struct()
        inputs.CopyFrom(request.object)
        outputs, id_ = struct_pb2.Struct(), ""
        if request.custom:
            described = _described(self._classes.get(request.type, object))
            self._name(request.type, request.name, inputs, described)
            # What the program leaves out is judged as left out, whatever the provider makes of it.
            outputs, id_ = self._plan(request.type, request.name, inputs, described.computed)
            id_ = id_ or request.importId or ("" if self._preview else f"{request.name}-id")
        else:
            outputs.CopyFrom(inputs)
        dependencies = {key: list(one.urns) for key, one in request.propertyDependencies.items()}
        urn = self._urn(request)
        self._keep(_Registered(request.type, request.name, urn, id_, inputs, outputs, dependencies))
        return resource_pb2.RegisterResourceResponse(urn=urn, id=id_, object=outputs)

    def ReadResource(  # noqa: N802  the protocol's name
        self, request: resource_pb2.ReadResourceRequest
    ) -> resource_pb2.ReadResourceResponse:
        """Plan to read a resource that exists: its id is known, and else what the program says."""
        unknown = _described(self._classes.get(request.type, object)).all
        outputs, id_ = self._plan(request.type, request.name, request.properties, unknown)
        urn = self._urn(request)
        id_ = id_ or request.id
        self._keep(_Registered(request.type, request.name, urn, id_, None, outputs, {}))
        answer = resource_pb2.ReadResourceResponse(urn=urn, properties=outputs)
        fields = answer.DESCRIPTOR.fields_by_name
        if "unknown" in fields:
            answer.unknown = True
        elif not self._preview:
            raise self._refused(
                f"{request.type} '{request.name}' is read, and this version of Pulumi's SDK takes "
                "nothing for unknown but at a preview: use a newer one, or preview=True"
            )
        if "id" in fields:
            answer.id = id_
        return answer

    def Invoke(  # noqa: N802  the protocol's name
        self, request: resource_pb2.ResourceInvokeRequest
    ) -> resource_pb2.ResourceInvokeResponse:
        """Answer a call of a provider's function."""
        answer: resource_pb2.ResourceInvokeResponse = _InvokeResponse()
        made = getattr(answer, "return")  # a keyword, so no attribute
        if request.tok == "pulumi:pulumi:getResource":
            one = self.registered[str(request.args["urn"])]
            made.update({"urn": one.urn, "id": one.id, "state": {}})
            made["state"].CopyFrom(one.outputs)
        else:
            made.update(self._answer(request.tok, request.args))
        return answer

    def Call(  # noqa: N802  the protocol's name
        self, request: resource_pb2.ResourceCallRequest
    ) -> provider_pb2.CallResponse:
        """Answer a call of a resource's method."""
        answer = provider_pb2.CallResponse()
        getattr(answer, "return").update(self._answer(request.tok, request.args))
        return answer

    def ExistsResource(  # noqa: N802  the protocol's name
        self, request: resource_pb2.ExistsResourceRequest
    ) -> resource_pb2.ExistsResourceResponse:
        """Refuse to tell: nothing here knows."""
        raise self._refused(
            f"the program asks whether a {request.type} exists, which only the engine can tell"
        )

    def RegisterStackTransform(  # noqa: N802  the protocol's name
        self, _request: object
    ) -> empty_pb2.Empty:
        """Refuse what would change resources unseen."""
        raise self._refused_transform()

    def RegisterStackInvokeTransform(  # noqa: N802  the protocol's name
        self, _request: object
    ) -> empty_pb2.Empty:
        """Refuse what would change calls unseen."""
        raise self._refused_transform()

    def _refused_transform(self) -> ProgramError:
        return self._refused(
            "the program transforms resources through the engine, so only there it is seen what it "
            "makes: judge it with the engine, or use transformations"
        )

    def _refused(self, why: str) -> ProgramError:
        """Return an error, which counts also where the program catches it."""
        error = ProgramError(why)
        self.errors.append(error)
        return error

    def _keep(self, one: _Registered) -> None:
        with self._one_at_a_time:
            if one.urn in self.registered:
                raise self._refused(
                    f"{one.type} '{one.name}' is registered twice; give each resource its own name"
                )
            self.registered[one.urn] = one

    def _urn(
        self, request: resource_pb2.RegisterResourceRequest | resource_pb2.ReadResourceRequest
    ) -> str:
        """Return the URN that the engine gives: the types of all parents but the stack's stand."""
        parents = request.parent.split("::")[2] if request.parent else _STACK_TYPE
        type_ = request.type if parents == _STACK_TYPE else f"{parents}${request.type}"
        return f"urn:pulumi:{self._stack}::{self._project}::{type_}::{request.name}"

    def _name(
        self, type_: str, name: str, inputs: struct_pb2.Struct, described: _Described
    ) -> None:
        """Name a resource as providers do where the program does not, known from the first."""
        named = "bucket" if type_ in BUCKETS else "name"
        if (
            named in described.chosen - described.computed
            and named not in inputs
            and f"{named}Prefix" not in inputs
        ):
            inputs[named] = f"{name}-1234567".lower() if named == "bucket" else f"{name}-1234567"

    def _plan(
        self, type_: str, name: str, inputs: struct_pb2.Struct, unknown: Iterable[str]
    ) -> tuple[struct_pb2.Struct, str]:
        """Return a resource's outputs: its inputs, what the test tells, and what is not known."""
        told = dict(self._outputs[type_](name)) if type_ in self._outputs else {}
        id_ = str(told.pop("id", ""))
        outputs = struct_pb2.Struct()
        outputs.update(dict.fromkeys(unknown, rpc.UNKNOWN))
        outputs.MergeFrom(inputs)
        outputs.update(told)
        return outputs, id_

    def _answer(self, token: str, args: struct_pb2.Struct) -> Mapping[str, Any]:
        if token not in self._calls:
            raise self._refused(
                f"the program calls {token}, whose answer only a provider knows: tell it, as "
                f"judge_program(..., calls={{'{token}': {{...}}}})"
            )
        answer = self._calls[token]
        return answer(json_format.MessageToDict(args)) if callable(answer) else answer


class _Engine(MockEngine):
    """Takes the program's log. One that logs an error has failed, as at the engine."""

    def __init__(self) -> None:
        super().__init__(None)
        self.errors: list[ProgramError] = []

    def Log(self, request: engine_pb2.LogRequest) -> None:  # noqa: N802  the protocol's name
        """Pass a line on to Python's logging."""
        super().Log(request)  # type: ignore[no-untyped-call]  # the SDK has no types for it
        if request.severity == engine_pb2.ERROR:
            self.errors.append(ProgramError(f"the program logged an error: {request.message}"))

    def RequirePulumiVersion(  # noqa: N802  the protocol's name
        self, _request: object
    ) -> empty_pb2.Empty:
        """Accept any wanted version: no engine takes part."""
        return empty_pb2.Empty()


@dataclass(frozen=True)
class _Described:
    """What a resource's class tells of its properties, by the names that are sent.

    Attributes:
        all: Every property.
        computed: Those that no program can set.
        chosen: Those that always have a value, be they set or not.
    """

    all: frozenset[str]
    computed: frozenset[str]
    chosen: frozenset[str]


@cache
def _described(resource: type) -> _Described:
    # Generated classes tell their inputs so. Of others nothing is taken for an input.
    constructor = getattr(resource, "_internal_init", None)
    inputs = inspect.signature(constructor).parameters if constructor else {}
    names = sdk_types.resource_py_to_pulumi_names(resource)
    chosen = set()
    for name, sent in names.items():
        member = inspect.getattr_static(resource, name, None)
        if isinstance(member, property) and member.fget:
            types = get_args(member.fget.__annotations__.get("return"))  # of Output[...]
            if types and NoneType not in get_args(types[0]):
                chosen.add(sent)
    return _Described(
        frozenset(names.values()),
        frozenset(sent for name, sent in names.items() if name not in inputs),
        frozenset(chosen),
    )


def _known_calls(region: str) -> dict[str, Call]:
    """Return answers to what most programs ask, plainly made up."""

    def get_region(args: Mapping[str, Any]) -> Mapping[str, Any]:
        asked = args.get("region") or args.get("name") or region
        return {"id": asked, "region": asked, "name": asked}

    def get_zones(args: Mapping[str, Any]) -> Mapping[str, Any]:
        asked = args.get("region") or region
        return {"id": asked, "names": [f"{asked}{zone}" for zone in "abc"]}

    return {
        "aws:index/getCallerIdentity:getCallerIdentity": {
            "id": _ACCOUNT,
            "accountId": _ACCOUNT,
            "arn": f"arn:aws:iam::{_ACCOUNT}:root",
            "userId": _ACCOUNT,
        },
        "aws:index/getPartition:getPartition": {
            "id": "aws",
            "partition": "aws",
            "dnsSuffix": "amazonaws.com",
            "reverseDnsPrefix": "com.amazonaws",
        },
        "aws:index/getRegion:getRegion": get_region,
        "aws:index/getAvailabilityZones:getAvailabilityZones": get_zones,
    }
