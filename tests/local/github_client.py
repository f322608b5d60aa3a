"""A client of the emulated GitHub that holds every answer against GitHub's own description."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import urllib3
from nacl.public import PublicKey, SealedBox
from werkzeug.serving import make_server

from local.cloud.github_server.app import create_app
from local.cloud.github_server.description import description, validator
from local.cloud.github_server.state import GitHub

TOKEN = "a-token-of-tests"
_FIELDS = {"path": ".+", "integer": r"\d+", "string": "[^/]+"}


@dataclass
class Client:
    """Speaks to a server as a program would."""

    url: str
    token: str | None = TOKEN
    pool: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)

    def __call__(
        self, method: str, path: str, body: object = None, *, raw: bytes | None = None, **more: Any
    ) -> tuple[int, Any]:
        """Return the status and the parsed body."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        content = json.dumps(body).encode() if body is not None else raw
        answer = self.pool.request(
            method,
            self.url + path,
            body=content,
            headers=headers,
            retries=False,
            timeout=10,
            **more,
        )
        parsed = json.loads(answer.data) if answer.data else None
        hold_against_description(method, path, answer.status, parsed)
        return answer.status, parsed

    def make(self, name: str = "web", **settings: Any) -> dict[str, Any]:
        """Create a repository of the organization."""
        status, body = self("POST", "/orgs/example/repos", {"name": name, **settings})
        assert status == 201, body
        return body

    def put_file(self, path: str, text: str, **more: Any) -> tuple[int, Any]:
        """Write a file of the repository ``web``."""
        content = base64.b64encode(text.encode()).decode()
        body = {"message": "m", "content": content, **more}
        return self("PUT", f"/repos/example/web/contents/{path}", body)


def seal(key: Mapping[str, str], value: str) -> dict[str, str]:
    """Return the body of a secret, sealed with the public key that the server told."""
    box = SealedBox(PublicKey(base64.b64decode(key["key"])))
    text = base64.b64encode(box.encrypt(value.encode())).decode()
    return {"encrypted_value": text, "key_id": key["key_id"]}


def hold_against_description(method: str, path: str, status: int, body: Any) -> None:
    """Fail where an answer is not what GitHub's description says of the operation."""
    name = operation_of(method, path.partition("?")[0])
    if name is None or status in (301, 307):
        return
    if status >= 400:
        assert {"message", "documentation_url", "status"} <= body.keys()
        assert body["status"] == str(status)
        return
    assert str(status) in description()["operations"][name]["answers"] or status == 303, (
        f"{name} never answers {status}"
    )
    check = validator(name, str(status))
    if check is None:
        assert body is None, f"{name} answers {status} without a body"
        return
    problems = [f"{'/'.join(map(str, e.path))}: {e.message}" for e in check.iter_errors(body)]
    assert problems == [], f"{name} {status}"


def operation_of(method: str, path: str) -> str | None:
    """Return the name of the operation that an address is of; the one with the fewest fields."""
    found = []
    for name, told in description()["operations"].items():
        verb, template = name.split()
        pattern = template
        for field_name, kind in told.get("path", {}).items():
            pattern = pattern.replace(f"{{{field_name}}}", _FIELDS[kind])
        if verb == method and re.fullmatch(pattern, path):
            found.append((template.count("{"), -len(template), name))
    return min(found)[2] if found else None


@contextlib.contextmanager
def serving(**account: Any) -> Iterator[Client]:
    """Serve an account from this process."""
    github = GitHub(token=TOKEN, **account)
    server = make_server("127.0.0.1", 0, create_app(github), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield Client(f"http://127.0.0.1:{server.port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
