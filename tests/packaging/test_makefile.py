"""What `make` says where it cannot go on."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """As much of a fresh checkout as set-up reads."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments], cwd=checkout, capture_output=True, text=True, check=False
    )


def test_old_python_is_refused_by_version_with_the_way_out(checkout: Path) -> None:
    old = checkout / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    old.chmod(0o755)
    ran = make(checkout, "check", f"PYTHON={old}")
    assert ran.returncode != 0
    assert f"needs Python 3.11 or newer; '{old}' is Python 3.9.2." in ran.stderr
    assert "make PYTHON=python3.12" in ran.stderr
    assert not (checkout / ".venv").exists()


def test_set_up_that_was_interrupted_is_begun_anew(checkout: Path) -> None:
    half_made = checkout / ".venv" / "bin" / "python"
    half_made.parent.mkdir(parents=True)
    half_made.write_text("#!/bin/sh\nexit 0\n")
    planned = make(checkout, "--dry-run", "check").stdout
    assert "rm -rf .venv &&" in planned


def test_help_lists_every_target(checkout: Path) -> None:
    told = make(checkout).stdout
    for target in ("demo", "test", "check", "bench", "docs", "preview", "up", "lock", "clean"):
        assert f"make {target} " in told
