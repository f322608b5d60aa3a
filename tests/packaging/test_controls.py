"""Control memberships are derived from Prowler's own files."""

from __future__ import annotations

import json
import re
import runpy
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
derive = runpy.run_path(str(ROOT / "tools/update_controls.py"))["derive"]


def requirement(id_: str, name: str, profile: str, *checks: str) -> dict[str, Any]:
    return {"Id": id_, "Name": name, "Attributes": [{"Profile": profile}], "Checks": checks}


def test_memberships_follow_from_compliance_files_and_categories(tmp_path: Path) -> None:
    wheel = tmp_path / "prowler-1.2.3-py3-none-any.whl"
    metadata = {"CheckID": "a_check", "Categories": ["forensics-ready", "encryption"]}
    files: dict[str, Any] = {
        "prowler/providers/aws/services/a/a_check/a_check.metadata.json": metadata,
        "prowler/providers/gcp/services/a/g_check/g_check.metadata.json": {"CheckID": "g_check"},
        "prowler/compliance/aws/cis_7.0_aws.json": {
            "Requirements": [requirement("4.2", "", "Level 2", "a_check", "b_check")]
        },
        "prowler/compliance/aws/aws_foundational_security_best_practices_aws.json": {
            "Requirements": [
                requirement("S3.7", "", "", "s3_bucket_cross_account_access", "b_check")
            ]
        },
        "prowler/compliance/aws/hipaa_aws.json": {
            "Requirements": [requirement("164_312_b", "164.312(b) Audit controls", "", "a_check")]
        },
        "prowler/compliance/aws/gdpr_aws.json": {
            "Requirements": [requirement("article_32", "Article 32 Security of", "", "b_check")]
        },
        "prowler/compliance/aws/another.json": {"Requirements": [requirement("x", "", "", "c")]},
        "prowler/compliance/aws/cis_1.2.0_github.json": {
            "Requirements": [requirement("y", "", "", "c")]
        },
        "prowler/providers/github/services/r/r_check/r_check.metadata.json": {
            "CheckID": "r_check",
            "Categories": ["software-supply-chain"],
        },
        "prowler/providers/github/services/s/s_check/s_check.metadata.json": {
            "CheckID": "s_check",
            "Categories": [],
        },
        "prowler/compliance/github/cis_1.2.0_github.json": {
            "Requirements": [
                requirement("1.1.4", "", "Level 1", "r_check"),
                requirement("1.4.4", "", "Level 2"),
            ]
        },
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, json.dumps(content))
    derived = derive(wheel)
    assert derived["prowler"] == "1.2.3"
    assert derived["checks"] == {
        "a_check": [
            ["CIS AWS 7.0", "4.2", "Level 2"],
            ["Forensics", "forensics-ready", ""],
            ["HIPAA", "164.312(b)", ""],
        ],
        "b_check": [
            ["AWS FSBP", "S3.7", ""],
            ["CIS AWS 7.0", "4.2", "Level 2"],
            ["GDPR", "Article 32", ""],
        ],
        "r_check": [["CIS GitHub 1.2", "1.1.4", "Level 1"]],
        "s3_bucket_cross_account_access": [],  # Prowler's file means another check
        "s_check": [],
    }
    assert derived["requirements"] == {"CIS GitHub 1.2": {"1.1.4": "Level 1", "1.4.4": "Level 2"}}


def test_committed_file_names_the_release_that_it_came_from() -> None:
    committed = json.loads((ROOT / "policy_pack/controls.json").read_text())
    tool = (ROOT / "tools/update_controls.py").read_text()
    assert f'VERSION = "{committed["prowler"]}"' in tool
    assert re.fullmatch(r"[0-9a-f]{64}", committed["sha256"])
