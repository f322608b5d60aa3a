"""The pack judges alike wherever it runs, and by its own files alone."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from local import findings
from local.workspace import EXAMPLES, POLICY_PACK, Workspace

DECLARED = findings.declared(EXAMPLES / "before")


def test_installed_executable_finds_what_is_declared(
    installed: Path, open_example: Callable[[str], Workspace]
) -> None:
    pack = installed / "bin" / "secure-components-policy-pack"
    outcome = open_example("before").preview(policy_pack=pack)
    assert outcome.code != 0
    assert findings.found(outcome.findings) == DECLARED


@pytest.mark.parametrize("beside", ["checkout", "release"])
def test_folder_elsewhere_is_judged_by_its_own_files(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    open_example: Callable[[str], Workspace],
    beside: str,
) -> None:
    """The folder's Python can import another pack: the checkout's, or an installed release."""
    python = sys.prefix if beside == "checkout" else str(request.getfixturevalue("installed"))
    folder = tmp_path / "policies" / "acme" / "pulumi-analyzer-secure-components-v0.1.0"
    shutil.copytree(POLICY_PACK, folder, ignore=shutil.ignore_patterns("__pycache__"))
    settings = {"runtime": {"name": "python", "options": {"virtualenv": python}}}
    folder.joinpath("PulumiPolicy.yaml").write_text(yaml.safe_dump(settings))
    # One mark each in a rule, in what serves it, and in a module that only others import.
    for file, text, mark in (
        ("rules/kms_key_rotation.py", "Set enable_key_rotation=True.", "Let it rotate."),
        ("analyzer.py", "Fix: ", "Mend: "),
        ("controls.py", '", ".join([*ids', '" + ".join([*ids'),
    ):
        source = folder / file
        source.write_text(source.read_text().replace(text, mark))
        assert mark in source.read_text(), f"{file} does not hold {text!r} any more"

    outcome = open_example("before").preview(policy_pack=folder)
    assert outcome.code != 0
    assert findings.found(outcome.findings) == DECLARED
    (rotation,) = (one for one in outcome.findings if one.rule == "kms-key-rotation")
    assert "Mend: Let it rotate." in rotation.message
    assert "OWASP A02:2021 + GDPR" in rotation.message
