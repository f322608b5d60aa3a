"""What users install."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
import zipfile
from datetime import date
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from policy_pack.catalog import rules
from policy_pack.configuration import PACK_SCHEMA, Configuration, load

ROOT = Path(__file__).parents[2]
PACK = ROOT / "policy_pack"
README = (PACK / "README.md").read_text()


def test_wheel_holds_both_packages_typed_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {
        "policy_pack",
        "secure_components",
    }
    assert "secure_components/py.typed" in names
    pack = {
        path.relative_to(ROOT).as_posix()
        for path in PACK.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names if name.startswith("policy_pack/")} == pack
    for needed in ("py.typed", "PulumiPolicy.yaml", "README.md", "requirements.txt"):
        assert f"policy_pack/{needed}" in names


def test_published_pack_requires_what_the_wheel_does_but_the_components_providers() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pack = (PACK / "requirements.txt").read_text().split()
    providers = {"pulumi-aws", "pulumi-github"}
    assert pack == [
        one for one in project["dependencies"] if Requirement(one).name not in providers
    ]


def test_readmes_example_is_a_configuration_that_can_be_used(tmp_path: Path) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    file = tmp_path / "config.json"
    file.write_text(example)
    early = Configuration(rules(), given=load(file), today=date(2027, 1, 1))
    assert {one.rule for one in early.exemptions} == {"s3-versioning"}


def test_readme_tells_every_setting_of_the_pack_with_its_default() -> None:
    table = README.partition("| setting |")[2].partition("\n\n")[0]
    told = dict(re.findall(r"^\| `(\w+)` \| `?(.+?)`? \|", table, re.MULTILINE))
    assert told == {
        name: json.dumps(one["default"]).strip('"') if "default" in one else "none"
        for name, one in PACK_SCHEMA.items()
    }


def run(virtualenv: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [virtualenv / "bin" / arguments[0], *arguments[1:]],
        cwd=folder,
        env={"PATH": os.defpath, "COLUMNS": "200"},  # nothing that leads back to the checkout
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_installed_wheel_brings_no_development_tool(installed: Path, tmp_path: Path) -> None:
    names = ("local", "tests", "benchmarks", "moto", "pytest", "boto3", "hatchling", "policy_pack")
    program = f"import importlib.util as u; print([n for n in {names} if u.find_spec(n)])"
    assert run(installed, tmp_path, "python", "-c", program).stdout == "['policy_pack']\n"


def test_installed_pack_works_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    program = (
        "import sys, policy_pack.__main__, policy_pack.catalog as c; print(len(c.rules()),"
        " *{m.__file__ for n, m in sys.modules.items() if n.startswith('policy_pack')})"
    )
    ran = run(installed, tmp_path, "python", "-c", program)
    count, *files = ran.stdout.split()
    assert int(count) == len(list(PACK.glob("rules/[!_]*.py")))
    assert all(file.startswith(f"{installed}/lib/") for file in files), files


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ("--help", 0, 'pulumi preview --policy-pack "$(which secure-components-policy-pack)"'),
        ("", 2, "usage: secure-components-policy-pack"),
        ("docs", 0, "# Rules\n"),
        ("docs more", 2, "unrecognized arguments: more"),
        ("report --help", 0, "0 where nothing blocks, 1 where something does, 2 where it"),
        ("report", 2, "required: STATE"),
        ("report missing.json", 2, "missing.json"),
        ("report missing.json --nonsense", 2, "unrecognized arguments: --nonsense"),
    ],
)
def test_command_line(
    installed: Path, tmp_path: Path, arguments: str, code: int, told: str
) -> None:
    ran = run(installed, tmp_path, "secure-components-policy-pack", *arguments.split())
    assert ran.returncode == code
    assert told in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
