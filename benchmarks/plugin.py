"""Serves a plugin of the benchmark's own to the engine."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent import futures
from typing import Final

import grpc

OPTIONS: Final = [
    ("grpc.max_receive_message_length", -1),  # a whole stack comes in one message
    ("grpc.max_send_message_length", -1),
]


def serve(register: Callable[[grpc.Server], None], workers: int) -> None:
    """Print the port, then run until the engine ends this process or goes away."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=workers), options=OPTIONS)
    register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    engine = os.getppid()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    # An engine that was killed ends nothing; a process that lost its parent has a new one.
    while not ended.wait(timeout=0.5) and os.getppid() == engine:
        pass
    server.stop(grace=None)
