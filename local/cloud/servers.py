"""Start and stop the emulated AWS and GitHub, and say how to reach them."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import runpy
import secrets
import selectors
import shlex
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

_READY_WITHIN: Final = 90
"""How long a server may take to start, in seconds: about 2 on an idle machine."""
_STOPPED_WITHIN: Final = 5
"""How long a server may take to stop before it is killed, in seconds."""
_REGION: Final = "us-east-1"
_OWNER: Final = "example"
_ROOT: Final = Path(__file__).resolve().parents[2]

PROVIDERS: Final[Mapping[str, str]] = {"aws": "pulumi_aws", "github": "pulumi_github"}
"""The providers there are stand-ins for, with the SDK whose version each has."""


class CloudError(Exception):
    """The local cloud cannot start or work; the message says why and what to do."""


class Cloud:
    """An emulated AWS and GitHub on 127.0.0.1, ended on leaving the ``with`` block.

    The servers also end when this process does, however it does. Use ``Cloud.start()``.

    Args:
        aws: The AWS server.
        github: The GitHub server.
        token: The token that the GitHub server accepts.
    """

    def __init__(self, aws: _Server, github: _Server, token: str) -> None:
        self._servers = (aws, github)
        self._token = token
        self._session: Any = None
        self._clients: dict[tuple[str, str], Any] = {}
        self.aws_endpoint = f"http://127.0.0.1:{aws.port}"
        """URL that serves every AWS service."""
        self.github_endpoint = f"http://127.0.0.1:{github.port}"
        """URL of GitHub's REST API."""

    @classmethod
    def start(cls, progress: Callable[[str], None] = lambda _: None) -> Cloud:
        """Start both servers and wait until they answer.

        Args:
            progress: Is told each step, in words.

        Raises:
            CloudError: A server ended, or was not ready in 90 seconds.
        """
        token = secrets.token_hex(20)
        with contextlib.ExitStack() as stack:
            progress("Starting the emulated AWS and GitHub")
            aws = _Server("local.cloud.aws_server", {})
            stack.callback(aws.stop)
            github = _Server("local.cloud.github_server", {"GITHUB_TOKEN": token})
            stack.callback(github.stop)
            aws.wait()
            github.wait()
            stack.pop_all()
        progress("The emulated AWS and GitHub are ready")
        return cls(aws, github, token)

    @property
    def environment(self) -> Mapping[str, str]:
        """What Pulumi and both kinds of providers need to reach the servers, and only them."""
        return {
            "AWS_ENDPOINT_URL": self.aws_endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": _REGION,
            "AWS_DEFAULT_REGION": _REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            # A profile of the user's own must never be mixed in.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "GITHUB_BASE_URL": f"{self.github_endpoint}/",
            "GITHUB_TOKEN": self._token,
            "GITHUB_OWNER": _OWNER,
        }

    def provider_config(self) -> Mapping[str, str]:
        """Return the stack configuration that makes the official providers use these servers."""
        return {
            "aws:region": _REGION,
            "aws:s3UsePathStyle": "true",
            "aws:skipCredentialsValidation": "true",
            "aws:skipMetadataApiCheck": "true",
            "aws:skipRegionValidation": "true",
        }

    def install_plugins(self, pulumi_home: Path) -> Mapping[str, str]:
        """Put a provider plugin for each SDK where the engine looks for installed ones.

        An official plugin of the SDK's version that the user has (in ``PULUMI_HOME`` or
        ``~/.pulumi``) is linked; for want of it, the stand-in is installed under its name.

        Args:
            pulumi_home: The ``PULUMI_HOME`` that the engine will run with.

        Returns:
            By provider name, what was installed: ``official v7.51.0`` or ``stand-in``.

        Raises:
            CloudError: The folder cannot be written.
        """
        installed = {}
        own = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi") / "plugins"
        for name, sdk in PROVIDERS.items():
            version = importlib.metadata.version(sdk)
            folder = f"resource-{name}-v{version}"
            binary = f"pulumi-resource-{name}"
            target = pulumi_home / "plugins" / folder
            try:
                official = (own / folder).resolve()
                is_ours = (official / _STAND_IN_MARK).exists()
                if (official / binary).is_file() and not is_ours:
                    if official != target.resolve():
                        _link(official, target)
                    installed[name] = f"official v{version}"
                else:
                    _install_stand_in(name, binary, target)
                    installed[name] = "stand-in"
            except OSError as error:
                raise CloudError(
                    f"Cannot install the {name} provider plugin in {target}: {error.strerror}. "
                    "Make that folder writable, or set PULUMI_HOME to one that is."
                ) from error
        return installed

    def client(self, service: str, region: str = _REGION) -> Any:  # noqa: ANN401  boto3 makes clients at run time
        """Return a boto3 client of an AWS service here; it never sends a request twice."""
        if (service, region) not in self._clients:
            self._clients[service, region] = self._new_client(service, region)
        return self._clients[service, region]

    def _new_client(self, service: str, region: str) -> Any:  # noqa: ANN401
        import boto3  # noqa: PLC0415  slow to import, and a preview needs none
        from botocore.config import Config  # noqa: PLC0415

        from local.cloud.aws_api import keep_to_host  # noqa: PLC0415

        self._session = self._session or boto3.session.Session()
        made = self._session.client(
            service,
            region_name=region,
            endpoint_url=self.aws_endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106  the emulator takes any
            config=Config(
                retries={"mode": "standard", "total_max_attempts": 1},
                s3={"addressing_style": "path"},
            ),
        )
        keep_to_host(made, self.aws_endpoint)
        return made

    def reset(self) -> None:
        """Forget everything in both.

        Raises:
            CloudError: A server does not answer.
        """
        _ask("POST", f"{self.aws_endpoint}/moto-api/reset")
        _ask("POST", f"{self.github_endpoint}/_local/reset")

    def set_github_account(
        self, *, plan: str = "team", kind: str = "organization", two_factor: bool = True
    ) -> None:
        """Give GitHub's account another plan, or another kind of owner, until the next reset.

        Args:
            plan: ``free``, ``team`` or ``enterprise``.
            kind: ``organization`` or ``user``.
            two_factor: Whether an organization's members need a second factor to sign in.

        Raises:
            CloudError: The server does not answer, or there is no such plan or kind.
        """
        account = {"plan": plan, "kind": kind, "two_factor": two_factor}
        _ask("PUT", f"{self.github_endpoint}/_local/account", account)

    def stop(self) -> None:
        """End both servers; doing it twice is harmless."""
        for server in self._servers:
            server.stop()

    def __enter__(self) -> Self:
        """Return this cloud, which runs already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End both servers."""
        self.stop()


def _ask(method: str, url: str, body: Mapping[str, object] | None = None) -> None:
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data, method=method)  # noqa: S310  our own http URL
    try:
        with urllib.request.urlopen(asked, timeout=30):  # noqa: S310
            pass
    except urllib.error.HTTPError as error:
        raise CloudError(
            f"The local cloud refuses {method} {url}: {error.read().decode()}"
        ) from error
    except OSError as error:
        raise CloudError(f"The local cloud does not answer at {url}: start it again.") from error


class _Server:
    """A server module in a child process of its own.

    Args:
        module: The module; it takes ``--port`` and prints its port on the first line.
        environment: Added to this process's.
    """

    def __init__(self, module: str, environment: Mapping[str, str]) -> None:
        self._module = module
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by stop()
        self.port = 0
        # Only this process holds the other end of its standard input, which ends when we do.
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, module, "--port", "0"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=_ROOT,
            env={**os.environ, **environment, "PYTHONPATH": str(_ROOT)},
            # Ctrl-C reaches the whole group; the servers are ended in order, by us.
            start_new_session=True,
        )

    def wait(self) -> None:
        """Wait until it has printed its port.

        Raises:
            CloudError: It ended, or was not ready in time.
        """
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101  it was asked for as a pipe
        line = b""
        deadline = time.monotonic() + _READY_WITHIN
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                if not selector.select(timeout=max(0.0, deadline - time.monotonic())):
                    raise CloudError(
                        f"{self._module} was not ready within {_READY_WITHIN} s: is the machine "
                        "overloaded?"
                    )
                read = os.read(stdout.fileno(), 1)
                if not read:
                    raise CloudError(
                        f"{self._module} ended before it was ready: {self._last_words()}"
                    )
                line += read
        self.port = int(line.split()[-1])

    def stop(self) -> None:
        """End it, by force if it takes too long; doing it twice is harmless."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=_STOPPED_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._log):
            if pipe is not None:
                pipe.close()

    def _last_words(self) -> str:
        self._process.wait()
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"exit code {self._process.returncode}"


# --- Plugins ---

_STAND_IN_MARK: Final = ".stand-in"


def _install_stand_in(name: str, binary: str, target: Path) -> None:
    if target.is_symlink():
        target.unlink()
    target.mkdir(parents=True, exist_ok=True)
    path = target / binary
    text = (
        "#!/bin/sh\n"
        f"PYTHONPATH={shlex.quote(str(_ROOT))} "
        f'exec {shlex.quote(sys.executable)} -P -m local.cloud.{name} "$@"\n'
    )
    (target / _STAND_IN_MARK).touch()
    # Written aside and moved: an engine that starts meanwhile never sees half a script.
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(text)
    draft.chmod(0o755)
    draft.replace(path)


def _link(official: Path, target: Path) -> None:
    if target.is_symlink():
        target.unlink()
    elif target.is_dir():
        for each in target.iterdir():
            each.unlink()
        target.rmdir()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(official, target_is_directory=True)


# --- The child's side ---


def _run_while_parent_lives(module: str, arguments: list[str]) -> None:
    def watch() -> None:
        while os.read(0, 1):
            pass
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _run_while_parent_lives(sys.argv[1], sys.argv[2:])
