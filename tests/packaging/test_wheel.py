"""What users install."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", folder, ROOT], check=True)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_both_packages_typed_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {
        "policy_pack",
        "secure_components",
    }
    for needed in (
        "secure_components/py.typed",
        "policy_pack/py.typed",
        "policy_pack/PulumiPolicy.yaml",
        "policy_pack/controls.json",
    ):
        assert needed in names
    rules = {path.name for path in (ROOT / "policy_pack/rules").glob("*.py")}
    assert {Path(name).name for name in names if name.startswith("policy_pack/rules/")} == rules


def test_installed_pack_works_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    program = "import policy_pack.catalog as c; print(len(c.rules()), c.__file__)"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    count, _, file = ran.stdout.strip().partition(" ")
    assert file.startswith(str(site))
    assert int(count) == len(list((ROOT / "policy_pack/rules").glob("[!_]*.py")))
