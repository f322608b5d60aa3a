"""Every set-up from the lock gives the same versions, from whichever registry."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

LOCK = Path("requirements.lock").read_text()
BLOCKS = re.split(r"\n(?=[a-z0-9])", LOCK.strip())
ENTRIES = [
    Requirement(entry.partition(" \\")[0].partition("--hash")[0].strip()) for entry in BLOCKS
]
OF_THIS_PLATFORM = [entry for entry in ENTRIES if not entry.marker or entry.marker.evaluate()]


def test_lock_names_no_registry() -> None:
    assert "://" not in LOCK
    assert "index" not in LOCK.replace("referencing", "")


def test_every_entry_is_one_version_with_hashes() -> None:
    for entry in ENTRIES:
        (pin,) = entry.specifier
        assert pin.operator == "==", entry
    assert all("--hash=sha256:" in block for block in BLOCKS)


@pytest.mark.parametrize("entry", OF_THIS_PLATFORM, ids=lambda entry: entry.name)
def test_installed_version_is_the_locked_one(entry: Requirement) -> None:
    assert metadata.version(entry.name) in entry.specifier
