"""Writes reports, each as a whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from policy_pack.judge import Judge
from policy_pack.report.junit import as_junit
from policy_pack.report.own_json import as_json
from policy_pack.report.sarif import as_sarif


def write(judge: Judge, *, complete: bool) -> None:
    """Write the reports that are configured.

    Args:
        judge: The judge of this run.
        complete: Whether the whole stack was judged.

    Raises:
        OSError: A file cannot be written.
    """
    write_all(judge, judge.configuration.reports, complete=complete)


def write_all(judge: Judge, files: Mapping[str, Path], *, complete: bool) -> None:
    """Write reports to the given files. See `write`."""
    for form, file in files.items():
        text = _WRITERS[form](judge, complete=complete)
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists() and not file.is_file():  # a pipe or a device is written to, not replaced
            file.write_text(text, "utf-8")
            continue
        target = file.resolve()
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            beside.write_text(text, "utf-8")
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)


_WRITERS: Final[Mapping[str, Callable[..., str]]] = {
    "json": as_json,
    "sarif": as_sarif,
    "junit": as_junit,
}
