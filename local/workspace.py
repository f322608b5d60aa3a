"""One example, run by the real engine in a folder of its own against the local cloud."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from local.cloud import Cloud
from local.engine import Engine

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
POLICY_PACK = ROOT / "policy_pack"
_STACK = "local"
_PATIENCE = 20
"""Seconds that a cancelled engine has for what it has begun."""


class ExampleError(Exception):
    """An example cannot be run. The message names it, the reason and the way out."""


@dataclass(frozen=True)
class PolicyFinding:
    """What the policy pack told the engine about one resource.

    Attributes:
        rule: The rule's id.
        resource: The resource's name.
        level: `mandatory` blocks; `advisory` does not.
        severity: `critical`, `high`, `medium` or `low`.
        message: What the engine shows: the reason, and with a rule's first finding a line each for
            fix and controls.
    """

    rule: str
    resource: str
    level: str
    severity: str
    message: str


@dataclass(frozen=True)
class Outcome:
    """How one run of the Pulumi command line ended.

    Attributes:
        code: Its exit code.
        output: What it printed, both streams.
        events: The engine's own record of the run.
    """

    code: int
    output: str
    events: Sequence[Mapping[str, Any]] = field(repr=False, default=())

    @property
    def findings(self) -> list[PolicyFinding]:
        """What the policy pack told the engine, in the order in which it was told."""
        return [
            PolicyFinding(
                rule=event["policyName"],
                resource=event.get("resourceUrn", "").rpartition("::")[2],
                level=event["enforcementLevel"],
                severity=event.get("severity", ""),
                message=event["message"].strip(),
            )
            for event in self._of_kind("policyEvent")
        ]

    @property
    def remediations(self) -> list[tuple[str, str]]:
        """What the policy pack changed: rule and resource's name."""
        return [
            (event["policyName"], event["resourceUrn"].rpartition("::")[2])
            for event in self._of_kind("policyRemediationEvent")
        ]

    @property
    def changes(self) -> dict[str, int]:
        """Resources by operation, as `{"create": 12}`, the stack itself included."""
        summaries = list(self._of_kind("summaryEvent"))
        return dict(summaries[-1]["resourceChanges"]) if summaries else {}

    @property
    def operations(self) -> dict[str, str]:
        """Operation by type and name, as `{"aws:cloudtrail/trail:Trail audit": "update"}`."""
        steps = [event["metadata"] for event in self._of_kind("resourcePreEvent")]
        return {f"{one['type']} {one['urn'].rpartition('::')[2]}": one["op"] for one in steps}

    @property
    def errors(self) -> list[str]:
        """The engine's error diagnostics."""
        return [
            event["message"].strip()
            for event in self._of_kind("diagnosticEvent")
            if event["severity"] == "error"
        ]

    def _of_kind(self, kind: str) -> Iterator[Mapping[str, Any]]:
        return (event[kind] for event in self.events if kind in event)


class Workspace:
    """A copy of a Pulumi project with its own backend, plugins and stack.

    The project is copied so that it stays as a user would have it: no stack settings, no path to a
    plugin, and the virtualenv that runs us instead of its own.

    Args:
        project: Folder with Pulumi.yaml.
        folder: An empty folder to work in.
        engine: The engine.
        cloud: The running servers.
    """

    def __init__(self, project: Path, folder: Path, engine: Engine, cloud: Cloud) -> None:
        self._engine = engine
        self._folder = folder
        self.project = folder / "project"
        home, state = folder / "home", folder / "state"
        home.mkdir()
        state.mkdir()
        self._copy(project)
        cloud.install_plugins(home)
        self._environment = self._make_environment(home, state, cloud)
        settings = {"config": dict(cloud.provider_config())}
        self.project.joinpath(f"Pulumi.{_STACK}.yaml").write_text(yaml.safe_dump(settings))
        created = self.run("stack", "init", _STACK, "--non-interactive")
        if created.code:
            raise ExampleError(f"{project.name}: the stack cannot be made: {created.output}")

    def preview(
        self,
        *,
        policy_pack: Path | None = POLICY_PACK,
        configuration: Mapping[str, Any] | None = None,
    ) -> Outcome:
        """Run `pulumi preview` with the policy pack, or without where it is None."""
        return self._update("preview", *self._with(policy_pack, configuration))

    def up(
        self,
        *,
        policy_pack: Path | None = POLICY_PACK,
        configuration: Mapping[str, Any] | None = None,
    ) -> Outcome:
        """Run `pulumi up` with the policy pack, or without where it is None."""
        arguments = self._with(policy_pack, configuration)
        return self._update("up", "--skip-preview", "--yes", *arguments)

    def refresh(self) -> Outcome:
        """Run `pulumi refresh`: take the state over from what exists."""
        return self._update("refresh", "--skip-preview", "--yes")

    def destroy(self) -> Outcome:
        """Run `pulumi destroy`."""
        return self._update("destroy", "--skip-preview", "--yes")

    def analyze(self, *, configuration: Mapping[str, Any] | None = None) -> Outcome:
        """Export the state and run `pulumi policy analyze` on it."""
        state = self._folder / "exported.json"
        exported = self.run("stack", "export", "--file", str(state))
        if exported.code:
            return exported
        arguments = self._with(POLICY_PACK, configuration)
        return self.run("policy", "analyze", "--file", str(state), *arguments)

    def outputs(self) -> Any:  # noqa: ANN401  a program exports what it likes
        """Return the stack's outputs."""
        return json.loads(self.run("stack", "output", "--json").output)

    def run(self, *arguments: str) -> Outcome:
        """Run any Pulumi command in the project, without terminal and input."""
        process = subprocess.Popen(
            [self._engine.pulumi, *arguments, "--color", "never"],
            cwd=self.project,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate()
        except BaseException:
            _cancel(process)
            raise
        return Outcome(process.returncode, output)

    def _update(self, *arguments: str) -> Outcome:
        log = self._folder / "events.jsonl"
        log.unlink(missing_ok=True)
        ran = self.run(*arguments, "--non-interactive", "--event-log", str(log))
        lines = log.read_text("utf-8").splitlines() if log.exists() else []
        return Outcome(ran.code, ran.output, [json.loads(line) for line in lines])

    def _with(self, pack: Path | None, configuration: Mapping[str, Any] | None) -> list[str]:
        if pack is None:
            return []
        arguments = ["--policy-pack", str(pack)]
        if configuration is not None:
            file = self._folder / "policy-pack-config.json"
            file.write_text(json.dumps(configuration))
            arguments += ["--policy-pack-config", str(file)]
        return arguments

    def _copy(self, project: Path) -> None:
        file = project / "Pulumi.yaml"
        if not file.is_file():
            known = ", ".join(sorted(path.parent.name for path in EXAMPLES.glob("*/Pulumi.yaml")))
            raise ExampleError(f"there is no example '{project.name}'; there are: {known}")
        ignored = shutil.ignore_patterns("__pycache__", "venv", ".venv", "Pulumi.*.yaml")
        shutil.copytree(project, self.project, ignore=ignored)
        settings = yaml.safe_load(file.read_text("utf-8"))
        settings["runtime"] = {
            "name": "python",
            "options": {"toolchain": "pip", "virtualenv": sys.prefix},
        }
        self.project.joinpath("Pulumi.yaml").write_text(yaml.safe_dump(settings))

    def _make_environment(self, home: Path, state: Path, cloud: Cloud) -> dict[str, str]:
        # Nothing of the caller's accounts may reach a run that is meant for the local cloud.
        foreign = ("AWS_", "GITHUB_", "GH_", "PULUMI_")
        kept = {name: v for name, v in os.environ.items() if not name.startswith(foreign)}
        first = [*map(str, self._engine.search_path), str(Path(sys.prefix) / "bin")]
        return kept | {
            **cloud.environment,
            "PATH": os.pathsep.join([*first, kept.get("PATH", os.defpath)]),
            "PULUMI_BACKEND_URL": state.as_uri(),
            "PULUMI_DEBUG_COMMANDS": "true",  # offers --event-log, as the Automation API does
            "PULUMI_CONFIG_PASSPHRASE": secrets.token_hex(),
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": str(home),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }


def _cancel(process: subprocess.Popen[str]) -> None:
    """Let the engine end what it has begun, and its plugins; then end whatever is left.

    The engine has a session of its own, so that a Ctrl-C of the terminal reaches it through us,
    and once: a second one makes it drop everything at once.
    """
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=_PATIENCE)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@contextmanager
def example(name: str, folder: Path, engine: Engine, cloud: Cloud) -> Iterator[Workspace]:
    """Open an example of `examples/` by its name, in a new folder below `folder`.

    Raises:
        ExampleError: There is no such example.
    """
    own = folder / name
    own.mkdir()
    try:
        yield Workspace(EXAMPLES / name, own, engine, cloud)
    finally:
        shutil.rmtree(own)
