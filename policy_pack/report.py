"""Reports for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from policy_pack.judge import Judge
from policy_pack.rule import Rule


class StateError(Exception):
    """A state cannot be read."""


def write(judge: Judge, *, complete: bool) -> None:
    """Write the reports that are configured."""


def run(rules: Sequence[Rule], state: str, config: Path | None, files: Mapping[str, Path]) -> int:
    """Judge an exported state."""
    raise StateError(f"{state} {rules} {config} {files}")
