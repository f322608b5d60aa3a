"""The server's process."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
from collections.abc import Sequence

from werkzeug.serving import WSGIRequestHandler, make_server

from local.cloud.github_server.app import KINDS, PLANS, create_app
from local.cloud.github_server.state import GitHub


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        """Log nothing: ``/_local/requests`` tells."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m local.cloud.github_server",
        description="An emulation of GitHub's REST API on 127.0.0.1.",
        epilog="GITHUB_TOKEN holds the token that clients must send.",
    )
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument("--owner", default="example", help="the account's login")
    parser.add_argument("--plan", choices=PLANS, default="team")
    parser.add_argument("--kind", choices=KINDS, default="organization")
    parser.add_argument("--rate-limit", type=int, help="requests allowed until a reset")
    options = parser.parse_args(arguments)
    token = os.environ.get("GITHUB_TOKEN", "")
    if not token:
        return _fail("GITHUB_TOKEN is not set: set it to the token that clients will send.")
    github = GitHub(options.owner, options.plan, options.kind, token, options.rate_limit)
    try:
        listener = socket.create_server(("127.0.0.1", options.port))
    except (OSError, OverflowError) as error:
        code = error.errno if isinstance(error, OSError) else None
        why = os.strerror(code) if code else "ports end at 65535"
        return _fail(f"port {options.port} cannot be used: {why}. Choose another with --port.")
    with listener:
        server = make_server(
            "127.0.0.1",
            options.port,
            create_app(github),
            threaded=True,
            request_handler=_Quiet,
            fd=listener.fileno(),
        )
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        server.serve_forever()
    return 0


def _fail(why: str) -> int:
    sys.stderr.write(f"The local GitHub did not start: {why}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
