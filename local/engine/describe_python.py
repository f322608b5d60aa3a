"""Prints, as JSON, which Python this is and what is installed in it.

Run by the language host with the interpreter of a program's virtualenv, hence the standard
library alone. Shape: ``{"executable", "version", "packages": [{"name", "version", "requires":
[name], "plugin": {...} | null}]}``, where ``plugin`` is a package's own ``pulumi-plugin.json``.
"""

from __future__ import annotations

import json
import platform
import re
import sys
from importlib import metadata
from pathlib import Path


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _package(package: metadata.Distribution) -> dict[str, object]:
    name = package.metadata["Name"]
    # What an extra requires may be there, but not because of this package.
    lines = [line for line in package.requires or [] if not re.search(r"\bextra\s*==", line)]
    requires = (re.match(r"[\w.-]+", line) for line in lines)
    # By convention a package holds a module of its own name, and that holds the file.
    plugin = Path(str(package.locate_file(name.replace("-", "_")))) / "pulumi-plugin.json"
    return {
        "name": _normal(name),
        "version": package.version,
        "requires": [_normal(match[0]) for match in requires if match],
        "plugin": json.loads(plugin.read_bytes()) if plugin.is_file() else None,
    }


if __name__ == "__main__":
    installed = [_package(p) for p in metadata.distributions() if p.metadata["Name"]]
    json.dump(
        {
            "executable": sys.executable,
            "version": platform.python_version(),
            "packages": sorted(installed, key=lambda package: str(package["name"])),
        },
        sys.stdout,
    )
