"""The linters of GitHub's workflows, each in the version that the workflows themselves name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from local.engine.cache import cache_folder
from secure_components.pull_request_security import pins

GO_PACKAGE = pins.GO["actionlint"]


def actionlint() -> Path:
    """Return actionlint, built once a machine from its public Go module.

    Its package on PyPI fetches a release from elsewhere when it is installed.
    """
    place = cache_folder() / "tools" / f"actionlint-{GO_PACKAGE.rpartition('@')[2]}"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as folder:
            go = shutil.which("go")
            assert go, "actionlint is built from its Go module: install Go 1.24 or later"
            subprocess.run(
                [go, "install", GO_PACKAGE], env={**os.environ, "GOBIN": folder}, check=True
            )
            (Path(folder) / "actionlint").replace(place)
    return place


def findings(root: Path) -> str:
    """Return what both linters find in a folder's workflows; empty if nothing."""
    workflows = sorted((root / ".github/workflows").glob("*.yml"))
    assert workflows, "a folder without workflows would pass"
    zizmor = Path(sys.executable).with_name("zizmor")
    told = [
        _told(actionlint(), "-no-color", "-shellcheck=", "-pyflakes=", *workflows),
        # The strictest persona; `--no-config`, so that nothing of ours is passed over.
        _told(
            zizmor,
            "--offline",
            "--no-config",
            "--strict-collection",
            "--persona=auditor",
            "--format=github",
            "--quiet",
            root,
        ),
    ]
    return "\n".join(text for text in told if text)


def _told(*command: str | Path) -> str:
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode and not ran.stdout:
        raise AssertionError(f"{command[0]} broke: {ran.stderr}")
    assert ran.returncode or not ran.stdout.strip(), ran.stdout
    return ran.stdout if ran.returncode else ""


def written(root: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder, and return it."""
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    return root
