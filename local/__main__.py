"""Run the examples on the real Pulumi engine against the local cloud.

No AWS, GitHub or Pulumi account is used. See `docs/local-cloud.md` for what the local cloud is.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

from rich.console import Console

from local import demo
from local.cloud import Cloud, CloudError
from local.engine import Engine, EngineError, find_engine
from local.progress import step
from local.workspace import ExampleError, Workspace, example

EPILOG = """\
exit codes: 0 as it should be; 1 blocked, failed, or not as declared; 2 wrong usage; 130 interrupted

environment: SECURE_COMPONENTS_CACHE  folder that keeps the built engine
             SECURE_COMPONENTS_ENGINE  take the engine from one origin only: path, release or build
"""

_TO_LOOK = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")
"""What the AWS CLI needs of the local cloud's environment."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    console = Console(stderr=options.command == "engine")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        engine = _engine(console)
        if options.command == "engine":
            print(engine.pulumi)
            return 0
        with tempfile.TemporaryDirectory(prefix="secure-components-") as folder:
            return _with_cloud(options, console, engine, Path(folder))
    except (EngineError, CloudError, ExampleError) as error:
        console.print(f"[red]error:[/] {error}", highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("interrupted; nothing is left running", highlight=False)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("demo", help="preview the blocked stack and its hardened twin")
    commands.add_parser("engine", help="get the Pulumi engine and print where it is")
    preview = commands.add_parser("preview", help="preview an example with the policy pack")
    up = commands.add_parser("up", help="deploy an example to the local cloud, then end it")
    for command in (preview, up):
        command.add_argument("example", help="a folder of examples/")
    up.add_argument(
        "--hold",
        action="store_true",
        help="keep the local cloud until Ctrl-C, to look at what was made with the AWS CLI",
    )
    return parser


def _engine(console: Console) -> Engine:
    with step(console, "Looking for the Pulumi engine ...") as tell:
        engine = find_engine(tell)
    console.print(f"Pulumi engine {engine.version}, {engine.origin}", highlight=False)
    return engine


def _with_cloud(options: argparse.Namespace, console: Console, engine: Engine, folder: Path) -> int:
    with step(console, "Starting the local cloud ..."):
        cloud = Cloud.start()
    with cloud:
        if options.command == "demo":
            return demo.run(console, engine, cloud, folder)
        with example(options.example, folder, engine, cloud) as workspace:
            if options.command == "preview":
                return _preview(console, options.example, workspace)
            return _up(console, options, workspace, cloud)


def _preview(console: Console, name: str, workspace: Workspace) -> int:
    with step(console, f"Previewing examples/{name} with the policy pack ..."):
        outcome = workspace.preview()
    console.print(outcome.output, highlight=False, markup=False, soft_wrap=True)
    return min(outcome.code, 1)


def _up(console: Console, options: argparse.Namespace, workspace: Workspace, cloud: Cloud) -> int:
    with step(console, f"Deploying examples/{options.example} to the local cloud ..."):
        outcome = workspace.up()
    console.print(outcome.output, highlight=False, markup=False, soft_wrap=True)
    if outcome.code:
        return 1
    if options.hold:
        settings = " ".join(f"{name}={cloud.environment[name]}" for name in _TO_LOOK)
        console.print(
            "The local cloud holds it until Ctrl-C. To look at it from another terminal:\n"
            f"  {settings} aws cloudtrail describe-trails",
            highlight=False,
            soft_wrap=True,
        )
        signal.pause()
    return 0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
