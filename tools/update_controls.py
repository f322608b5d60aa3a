"""Derive `policy_pack/controls.json` from a Prowler release: which check serves which control.

Usage: python tools/update_controls.py [VERSION]

Downloads the wheel with pip and reads its files without installing it. Run it when Prowler has a
release worth following, and read the diff: a membership that disappears changes our claims.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

VERSION = "5.46.0"
TARGET = Path(__file__).parent.parent / "policy_pack" / "controls.json"
FRAMEWORKS = {
    "aws/cis_5.0_aws.json": "CIS AWS 5.0",
    "aws/cis_7.0_aws.json": "CIS AWS 7.0",
    "aws/aws_foundational_security_best_practices_aws.json": "AWS FSBP",
    "aws/gdpr_aws.json": "GDPR",
    "aws/hipaa_aws.json": "HIPAA",
    "github/cis_1.2.0_github.json": "CIS GitHub 1.2",
}
CITED_DIRECTLY = ("CIS GitHub 1.2",)
"""Catalogues of which most requirements have no check, so that rules name them by id."""
NOT_MEANT = {("s3_bucket_cross_account_access", "AWS FSBP")}
"""Memberships that Prowler's files hold, of a check that judges something else.

S3.6 asks that five actions are closed to other accounts, be they trusted or not; S3.7 asks for
replication.
"""
CATEGORIES = {"forensics-ready": "Forensics", "trust-boundaries": "Trust Boundaries"}
_PROVIDERS = re.compile(r"/providers/(aws|github)/services/")


def derive(wheel: Path) -> dict[str, Any]:
    """Return what `controls.json` holds.

    `{prowler, sha256, requirements: {framework: {id: level}},
    checks: {check: [[framework, id, level], ...]}}`.
    """
    checks: dict[str, set[tuple[str, str, str]]] = {}
    requirements: dict[str, dict[str, str]] = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            file = name.rpartition("/compliance/")[2]
            if name.endswith(".metadata.json") and _PROVIDERS.search(name):
                check = json.loads(archive.read(name))
                members = checks.setdefault(check["CheckID"], set())
                for category in check["Categories"]:
                    if category in CATEGORIES:
                        members.add((CATEGORIES[category], category, ""))
            elif file in FRAMEWORKS:
                framework = FRAMEWORKS[file]
                for requirement in json.loads(archive.read(name))["Requirements"]:
                    level = requirement["Attributes"][0].get("Profile", "")
                    member = (framework, _id(requirement, framework), level)
                    if framework in CITED_DIRECTLY:
                        requirements.setdefault(framework, {})[member[1]] = level
                    for check_id in requirement["Checks"]:
                        members = checks.setdefault(check_id, set())
                        if (check_id, framework) not in NOT_MEANT:
                            members.add(member)
    return {
        "prowler": wheel.name.split("-")[1],
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "requirements": requirements,
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
    head = "".join(f'"{key}": {json.dumps(derived[key])},\n' for key in derived if key != "checks")
    lines = ",\n".join(
        f"{json.dumps(key)}: {json.dumps(v)}" for key, v in derived["checks"].items()
    )
    TARGET.write_text(f'{{\n{head}"checks": {{\n{lines}\n}}\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
