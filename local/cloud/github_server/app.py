"""The web application that answers for an account.

Three paths are no part of GitHub: ``POST /_local/reset`` forgets everything, ``GET
/_local/requests`` lists the methods and paths asked for, and ``PUT /_local/account`` changes the
account's ``plan``, ``kind`` and ``two_factor`` until the next reset. ``/repositories/{number}`` is
GitHub's, but not in its description: it leads where ``/repos/{owner}/{repo}`` does.
"""

from __future__ import annotations

import functools
import hmac
import json
import re
import threading
from collections.abc import Callable
from typing import Any, Final

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from local.cloud.github_server import description
from local.cloud.github_server.call import Call, Handler
from local.cloud.github_server.errors import ApiError, MovedError
from local.cloud.github_server.routes import ROUTES
from local.cloud.github_server.state import GitHub

PLANS: Final = ("free", "team", "enterprise")
KINDS: Final = ("organization", "user")

_CONVERTERS: Final = {"integer": "int", "string": "string", "path": "path"}


class _App(Flask):
    """Serves one request after the other, so that none sees half of another's change."""

    lock: threading.Lock

    def dispatch_request(self) -> Any:  # noqa: ANN401  as Flask has it
        request.get_data()  # a slow sender must not hold the lock
        with self.lock:
            return super().dispatch_request()


def create_app(github: GitHub) -> Flask:
    """Make the web application that answers for an account."""
    app = _App(__name__, static_folder=None)
    app.lock = threading.Lock()
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.before_request(functools.partial(_admit, github))
    app.after_request(functools.partial(_finish, github))
    app.register_error_handler(ApiError, _refusal)
    app.register_error_handler(MovedError, _redirect)
    app.register_error_handler(HTTPException, _no_route)
    for name, handler in ROUTES.items():
        method, path = name.split()
        serve = functools.partial(_serve, github, name, handler)
        app.add_url_rule(_rule(name, path), name, serve, methods=[method])
    for (method, path), local in _local(github).items():
        app.add_url_rule(path, path, local, methods=[method])
    app.wsgi_app = functools.partial(_by_number, github, app.wsgi_app)  # type: ignore[method-assign]
    return app


def _by_number(github: GitHub, serve: Any, environ: dict[str, Any], start: Any) -> Any:  # noqa: ANN401
    """Lead a repository's number to its name."""
    asked = re.fullmatch(r"/repositories/(\d+)(/.*)?", environ["PATH_INFO"])
    repository = asked and github.repositories.get(int(asked[1]))
    if asked and repository:
        environ["PATH_INFO"] = f"/repos/{github.owner}/{repository.name}{asked[2] or ''}"
    return serve(environ, start)


def _rule(name: str, path: str) -> str:
    """Return Flask's rule for a path of the description."""
    kinds = description.operation(name).get("path", {})
    return re.sub(r"\{(\w+)\}", lambda field: f"<{_CONVERTERS[kinds[field[1]]]}:{field[1]}>", path)


# --- Serving ---


def _serve(github: GitHub, name: str, handler: Handler, **path: Any) -> Any:  # noqa: ANN401
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    call = Call(
        operation=name,
        github=github,
        root=request.url_root.rstrip("/"),
        target=request.path + query,
        path=path,
        arguments=request.args,
        raw=request.get_data(),
    )
    status, body = handler(call)
    return ("", status) if body is None else (jsonify(body), status)


def _admit(github: GitHub) -> None:
    if request.path.startswith("/_local/"):
        return
    github.requests.append(f"{request.method} {request.path}")
    if request.path == "/meta":
        return
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if not token or scheme.lower() not in ("bearer", "token"):
        raise ApiError(401, "Requires authentication")
    if not hmac.compare_digest(token.strip().encode(), github.token.encode()):
        raise ApiError(401, "Bad credentials")
    github.used += 1
    if github.limit is not None and github.used > github.limit:
        raise ApiError(403, f"API rate limit exceeded for {github.login}.")


def _finish(github: GitHub, response: Response) -> Response:
    if github.limit is not None:
        response.headers["X-RateLimit-Limit"] = str(github.limit)
        response.headers["X-RateLimit-Remaining"] = str(max(0, github.limit - github.used))
    response.headers["X-GitHub-Media-Type"] = "github.v3; format=json"
    response.headers["X-GitHub-Request-Id"] = f"{len(github.requests):08X}"
    if request.method == "GET" and response.status_code == 200:  # noqa: PLR2004
        response.add_etag(weak=True)
        response.make_conditional(request)
    return response


def _refusal(error: ApiError) -> tuple[Response, int]:
    return jsonify(error.body), error.status


def _redirect(moved: MovedError) -> tuple[Response, int]:
    status = 301 if request.method == "GET" else 307
    answer = jsonify({"message": "Moved Permanently", "url": moved.url})
    answer.headers["Location"] = moved.url
    return answer, status


def _no_route(error: HTTPException) -> tuple[Response, int]:
    # GitHub has no 405: a method that a path lacks is not found either.
    status, name = (error.code or 500), error.name
    status, name = (404, "Not Found") if status == 405 else (status, name)  # noqa: PLR2004
    return jsonify(ApiError(status, name).body), status


# --- What is no part of GitHub ---


def _local(github: GitHub) -> dict[tuple[str, str], Callable[[], Any]]:
    at_first = github.plan, github.kind, github.two_factor

    def reset() -> Any:  # noqa: ANN401
        github.plan, github.kind, github.two_factor = at_first
        github.reset()
        return "", 204

    def requests() -> Any:  # noqa: ANN401
        return jsonify(github.requests)

    def account() -> Any:  # noqa: ANN401
        asked = json.loads(request.get_data())
        now = {"plan": github.plan, "kind": github.kind, "two_factor": github.two_factor, **asked}
        known = now["plan"] in PLANS and now["kind"] in KINDS and now["two_factor"] in (True, False)
        if not known or len(now) > 3:  # noqa: PLR2004  the three
            message = f"plan is one of {PLANS}, kind one of {KINDS}, and two_factor true or false"
            raise ApiError(422, message)
        github.plan, github.kind, github.two_factor = now["plan"], now["kind"], now["two_factor"]
        return "", 204

    return {
        ("POST", "/_local/reset"): reset,
        ("GET", "/_local/requests"): requests,
        ("PUT", "/_local/account"): account,
    }
