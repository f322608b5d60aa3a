"""An emulated AWS that evaluates IAM policies, request by request.

The local cloud's emulator allows everything. This one, ``ministack``, denies what a role's
policies and permissions boundary do not allow. Its dependencies are pinned to other versions than
ours, so it stands in an environment of its own, made once a machine from ``ministack.lock``
(``uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate``, of
``ministack`` alone).

``test_iam_evaluator.py`` shows what it enforces and what it does not.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

import boto3
from botocore.config import Config

from local.engine.cache import cache_folder

ACCOUNT: Final = "123456789012"
REGION: Final = "eu-west-1"
_LOCK: Final = Path(__file__).with_name("ministack.lock")
_READY_WITHIN: Final = 60
"""In seconds: about 3 on an idle machine."""
_STOPPED_WITHIN: Final = 5
_TRIES: Final = 3
"""How often another free port is tried, where someone else takes the one that was found."""

# Only this process holds the other end of its standard input, which ends when we do.
_CHILD: Final = """
import os, runpy, threading
def watch():
    while os.read(0, 1):
        pass
    os._exit(0)
threading.Thread(target=watch, daemon=True).start()
runpy.run_module("ministack", run_name="__main__")
"""

_CLIENT_CONFIG: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 1},
    s3={"addressing_style": "path"},
    # What a call would be refused for before it is sent is for the evaluator to judge.
    parameter_validation=False,
    inject_host_prefix=False,
    connect_timeout=5,
    read_timeout=20,
    max_pool_connections=32,
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request is signed with."""

    key: str
    secret: str
    token: str | None = None


ROOT: Final = Credentials("test", "test")
"""The account's root, whom nothing is denied."""


def _python() -> Path:
    """Return the interpreter of the evaluator's own environment, made where it is missing."""
    digest = hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:16]
    place = cache_folder() / "tools" / f"ministack-{digest}"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        uv = Path(sys.executable).with_name("uv")
        with tempfile.TemporaryDirectory(dir=place.parent) as folder:
            made = Path(folder) / "environment"
            for command in (
                ("venv", "--quiet", "--relocatable", "--python", sys.executable, made),
                ("pip", "install", "--quiet", "--require-hashes", "-r", _LOCK),
            ):
                own = {**os.environ, "VIRTUAL_ENV": str(made)}
                subprocess.run([uv, *command], env=own, check=True)
            try:
                made.replace(place)
            except OSError:  # another run made it meanwhile
                if not place.exists():
                    raise
    return place / "bin/python"


class Evaluator:
    """The server, on a free port of 127.0.0.1; it ends with the ``with`` block, or with us."""

    def __init__(self) -> None:
        self._clients: dict[tuple[str, Credentials], Any] = {}
        self._session = boto3.session.Session()
        self._folder = Path(tempfile.mkdtemp())
        self._log: IO[bytes] = (self._folder / "log").open("w+b")
        for _ in range(_TRIES):
            self._port = _free_port()
            self._process = self._start()
            if self._is_ready():
                return
            self._end()
        self.stop()
        raise RuntimeError(f"ministack did not start: {self._last_words()}")

    @property
    def endpoint(self) -> str:
        """The URL that serves every service."""
        return f"http://127.0.0.1:{self._port}"

    def client(self, service: str, who: Credentials = ROOT) -> Any:
        """Return a boto3 client; what it sends is not validated, and sent once."""
        if (service, who) not in self._clients:
            self._clients[service, who] = self._session.client(  # type: ignore[call-overload]
                service,
                region_name=REGION,
                endpoint_url=self.endpoint,
                aws_access_key_id=who.key,
                aws_secret_access_key=who.secret,
                aws_session_token=who.token,
                config=_CLIENT_CONFIG,
            )
        return self._clients[service, who]

    def assume(
        self,
        documents: Iterable[Mapping[str, Any]],
        *,
        boundary: Mapping[str, Any] | None = None,
        name: str = "",
    ) -> Credentials:
        """Make a role with policies, and a boundary, of these documents, and assume it.

        Each document is a customer managed policy: the emulator has few of AWS's own.

        Args:
            documents: What is attached.
            boundary: What the role is bounded by.
            name: The role's name; a random one unless told.
        """
        iam, name = self.client("iam"), name or f"role-{secrets.token_hex(4)}"
        trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
        bounds = {} if boundary is None else {"PermissionsBoundary": self.policy(boundary)}
        made = iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
            **bounds,
        )
        for each in documents:
            iam.attach_role_policy(RoleName=name, PolicyArn=self.policy(each))
        found = self.client("sts").assume_role(RoleArn=made["Role"]["Arn"], RoleSessionName="test")
        told = found["Credentials"]
        return Credentials(told["AccessKeyId"], told["SecretAccessKey"], told["SessionToken"])

    def bucket(self, name: str) -> None:
        """Make a bucket: S3 here answers for one that is not there, whoever asks.

        An object keeps it from being deleted.
        """
        s3, place = self.client("s3"), {"LocationConstraint": REGION}
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=place)
        s3.put_object(Bucket=name, Key="held", Body=b"")

    def policy(self, document: Mapping[str, Any]) -> str:
        """Make a customer managed policy and return its ARN."""
        text, name = json.dumps(document), f"policy-{secrets.token_hex(4)}"
        made = self.client("iam").create_policy(PolicyName=name, PolicyDocument=text)
        return str(made["Policy"]["Arn"])

    def stop(self) -> None:
        """End the server by its own id; doing it twice is harmless."""
        self._end()
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        """Return this server, which runs already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the server."""
        self.stop()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [_python(), "-c", _CHILD],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            cwd=self._folder,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self._folder),
                "TMPDIR": str(self._folder),
                "GATEWAY_PORT": str(self._port),
                "BIND_HOST": "127.0.0.1",
                "AUTH": "true",
                "MINISTACK_ACCOUNT_ID": ACCOUNT,
                "S3_DATA_DIR": str(self._folder / "s3"),
                "LOG_LEVEL": "ERROR",
                "SFTP_ENABLED": "0",
                "IOT_MTLS_ENABLED": "0",
                # It would start containers where it finds who starts them.
                "DOCKER_HOST": f"unix://{self._folder}/none",
            },
            start_new_session=True,
        )

    def _is_ready(self) -> bool:
        deadline = time.monotonic() + _READY_WITHIN
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                url = f"{self.endpoint}/_ministack/health"
                with urllib.request.urlopen(url, timeout=5) as told:  # noqa: S310  our own http URL
                    return bool(json.load(told)["auth"] == "enabled")
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        return False

    def _end(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=_STOPPED_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()

    def _last_words(self) -> str:
        lines = (self._folder / "log").read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"exit code {self._process.returncode}"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
