"""Pulumi's own AWSGuard, from npm, as a policy pack that any engine can start."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from local.engine import cache_folder

VERSION: Final = "0.3.1"
_INSTALL_WITHIN: Final = 300
"""Seconds: some 360 packages, a quarter of a gigabyte."""


class NoNodeError(Exception):
    """There is no Node.js to run AWSGuard."""


class InstallError(Exception):
    """There is Node.js, but AWSGuard cannot be had. The message says why."""


def install() -> Path:
    """Return the folder that holds AWSGuard, installed once a machine, outside the checkout.

    Raises:
        NoNodeError: There is no Node.js.
        InstallError: The packages cannot be had.
    """
    folder = cache_folder() / "benchmarks" / f"awsguard-{VERSION}"
    if not (shutil.which("node") and shutil.which("npm")):
        raise NoNodeError("there is no Node.js with npm on PATH")
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        made = Path(temporary) / "made"
        made.mkdir()
        wanted = {
            "version": VERSION,
            "private": True,
            "dependencies": {"@pulumi/awsguard": VERSION},
        }
        made.joinpath("package.json").write_text(json.dumps(wanted))
        made.joinpath("PulumiPolicy.yaml").write_text("runtime: nodejs\n")
        made.joinpath("index.js").write_text('new (require("@pulumi/awsguard").AwsGuard)();\n')
        try:
            subprocess.run(
                # Without scripts: that of @pulumi/aws fetches a provider that no pack needs.
                ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=made,
                check=True,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_INSTALL_WITHIN,
            )
        except subprocess.CalledProcessError as error:
            raise InstallError(f"npm could not install it (exit code {error.returncode})") from None
        except subprocess.TimeoutExpired:
            raise InstallError(f"npm did not install it in {_INSTALL_WITHIN} s") from None
        made.replace(folder)
    return folder


def launcher(folder: Path) -> str:
    """Return a program that starts the pack as the Node.js language host does.

    The engine starts it as an executable, so no Node.js language host is needed.
    """
    runner = "node_modules/@pulumi/pulumi/cmd/run-policy-pack"
    return f'#!/bin/sh\ncd {shlex.quote(str(folder))} && exec node {runner} "$1" .\n'
