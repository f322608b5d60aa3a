"""Changes a program under test, as its author would."""

from __future__ import annotations

from local.workspace import Workspace


def edit(workspace: Workspace, old: str, new: str) -> None:
    """Replace a text of the program, which must be there."""
    program = workspace.project / "__main__.py"
    text = program.read_text()
    assert old in text
    program.write_text(text.replace(old, new))
