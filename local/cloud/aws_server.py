"""The emulated AWS: moto's server, corrected where it answers what AWS never would.

Run ``python -m local.cloud.aws_server --port 0``: it serves every service on 127.0.0.1, prints its
port when it is ready, keeps all state in memory and stops on SIGTERM.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from typing import Any

from local.cloud.corrections import correct


def main() -> None:
    """Serve until SIGTERM; a port that is taken ends in one message and exit code 1."""
    parser = argparse.ArgumentParser(description="AWS, emulated on this machine.")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one")
    port = parser.parse_args().port
    # All are read when moto is imported.
    os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    os.environ.setdefault("MOTO_ACM_VALIDATION_WAIT", "0")
    server = _server(port)
    correct()
    # shutdown() waits for serve_forever() to end, which runs on the thread that signals interrupt.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    server.serve_forever()


def _server(port: int) -> Any:  # noqa: ANN401  werkzeug names no public type
    from moto.moto_server.werkzeug_app import (  # noqa: PLC0415  after its environment is set
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server  # noqa: PLC0415

    class Quiet(MotoRequestHandler):
        def log_request(self, *_: object) -> None:
            """Write nothing: a request's line may hold what is nobody's business."""

    application = DomainDispatcherApplication(create_backend_app)
    try:
        return make_server("127.0.0.1", port, application, threaded=True, request_handler=Quiet)
    except (OSError, SystemExit):
        sys.exit(f"Port {port} is taken on 127.0.0.1: choose another, or 0 for any free one.")


if __name__ == "__main__":
    main()
