"""Runs one Pulumi program: ``run_program.py SETTINGS PROGRAM [ARGUMENT...]``.

Started by the language host with the interpreter of the program's virtualenv, of which it needs
the Pulumi SDK alone. SETTINGS is a JSON object of `pulumi.runtime.Settings`; configuration, which
may hold secrets, comes through the environment. Exit code 0: the program ran; 32: it failed and
the user was told why; any other: it failed.
"""

from __future__ import annotations

import asyncio
import json
import logging
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

REPORTED = 32
INTERRUPTED = 130

try:
    import pulumi
    import pulumi.runtime
except ImportError:
    traceback.print_exc()
    sys.exit(
        f"{sys.prefix} has no Pulumi SDK that works: run `{sys.executable} -m pip install pulumi`, "
        "or name another virtualenv in runtime.options.virtualenv of Pulumi.yaml"
    )


def run(settings: dict[str, Any], program: Path) -> int:
    """Run the program, report what it raises, and return the exit code."""
    pulumi.runtime.set_all_config(
        pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env()
    )
    pulumi.runtime.configure(pulumi.runtime.Settings(**settings))
    main = program / "__main__.py" if program.is_dir() else program
    if not main.is_file():
        pulumi.log.error(f"there is no program to run: {main.absolute()} does not exist")
        return REPORTED

    # A failed program leaves futures that nobody awaits; their complaints would hide the cause.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # One thread for each step the engine may take at once, and some for invokes beside them.
    workers = ThreadPoolExecutor(max(settings["parallel"], 1) * 4)
    loop.set_default_executor(workers)
    try:
        loop.run_until_complete(
            pulumi.runtime.run_in_stack(lambda: _execute(program)),
        )
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return REPORTED
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  whatever a program raises is to be reported
        pulumi.log.error(
            f"Program failed with an unhandled exception:\n{_own_traceback(error, main)}"
        )
        return REPORTED
    finally:
        workers.shutdown(wait=True, cancel_futures=True)
        loop.close()
    return 0


def _execute(program: Path) -> None:
    runpy.run_path(str(program), run_name="__main__")


def _own_traceback(error: Exception, main: Path) -> str:
    """Format the traceback from the program's first frame on: how it was started is no news."""
    start = error.__traceback__
    while start and Path(start.tb_frame.f_code.co_filename).absolute() != main.absolute():
        start = start.tb_next
    if start is None and not isinstance(error, SyntaxError):
        start = error.__traceback__
    return "".join(traceback.format_exception(error.__class__, error, start))


if __name__ == "__main__":
    _, own_settings, own_program, *arguments = sys.argv
    sys.argv = [own_program, *arguments]
    del sys.path[0]  # this file's folder: none of its business is the program's
    code = run(json.loads(own_settings), Path(own_program))
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)
