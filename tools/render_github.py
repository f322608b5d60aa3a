"""Write `.github/`: what `ProtectedRepository` and `PullRequestSecurity` commit elsewhere.

`.github/workflows/ci.yml` is written by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from secure_components.protected_repository import files, plans
from secure_components.pull_request_security import workflows

SETTINGS = workflows.Settings(
    {"languages": ["python"]}, plans.Owner(plan="free", add_ons=(), visibility="public")
)


def rendered() -> Mapping[str, str]:
    """Return content by path."""
    made = files.contents({"dependency_ecosystems": ["github-actions", "pip"]})
    return {files.PATHS["dependabot"]: made["dependabot"], **workflows.files(SETTINGS)}


def main() -> None:
    """Write the files."""
    for path, content in rendered().items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
