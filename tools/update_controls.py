"""Derive `policy_pack/controls.json` from a Prowler release: which check serves which control.

Usage: python tools/update_controls.py [VERSION]

Downloads the wheel with pip and reads its files without installing it. Run it when Prowler has a
release worth following, and read the diff: a membership that disappears changes our claims.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

VERSION = "5.46.0"
TARGET = Path(__file__).parent.parent / "policy_pack" / "controls.json"
FRAMEWORKS = {
    "cis_5.0_aws.json": "CIS AWS 5.0",
    "cis_7.0_aws.json": "CIS AWS 7.0",
    "aws_foundational_security_best_practices_aws.json": "AWS FSBP",
    "gdpr_aws.json": "GDPR",
    "hipaa_aws.json": "HIPAA",
}
CATEGORIES = {"forensics-ready": "Forensics", "trust-boundaries": "Trust Boundaries"}


def derive(wheel: Path) -> dict[str, Any]:
    """Return `{prowler, sha256, checks: {check: [[framework, id, level], ...]}}` of a wheel."""
    checks: dict[str, set[tuple[str, str, str]]] = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            folder, _, file = name.rpartition("/")
            if "/aws/services/" in name and file.endswith(".metadata.json"):
                check = json.loads(archive.read(name))
                members = checks.setdefault(check["CheckID"], set())
                for category in check["Categories"]:
                    if category in CATEGORIES:
                        members.add((CATEGORIES[category], category, ""))
            elif folder.endswith("compliance/aws") and file in FRAMEWORKS:
                for requirement in json.loads(archive.read(name))["Requirements"]:
                    attributes = requirement["Attributes"][0]
                    member = (
                        FRAMEWORKS[file],
                        _id(requirement, FRAMEWORKS[file]),
                        attributes.get("Profile", ""),
                    )
                    for check_id in requirement["Checks"]:
                        checks.setdefault(check_id, set()).add(member)
    return {
        "prowler": wheel.name.split("-")[1],
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "checks": {check: sorted(map(list, members)) for check, members in sorted(checks.items())},
    }


def _id(requirement: dict[str, Any], framework: str) -> str:
    """Return a requirement's id as its own catalogue writes it."""
    if framework == "HIPAA":  # Prowler's id is an identifier; the paragraph begins the name
        return str(requirement["Name"].split(" ", 1)[0])
    if framework == "GDPR":
        return " ".join(requirement["Name"].split(" ", 2)[:2])
    return str(requirement["Id"])


def main() -> None:
    """Download the wheel and write the file."""
    version = sys.argv[1] if len(sys.argv) > 1 else VERSION
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder]
        subprocess.run([*pip, f"prowler=={version}"], check=True)
        derived = derive(next(Path(folder).glob("prowler-*.whl")))
    # A line a check: readable in a diff, and a third of the length of an indented file.
    head = "".join(f'"{key}": {json.dumps(derived[key])},\n' for key in ("prowler", "sha256"))
    lines = ",\n".join(
        f"{json.dumps(key)}: {json.dumps(v)}" for key, v in derived["checks"].items()
    )
    TARGET.write_text(f'{{\n{head}"checks": {{\n{lines}\n}}\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
