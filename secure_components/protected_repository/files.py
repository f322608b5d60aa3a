"""What the managed files of a repository hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from secure_components.protected_repository.args import FilesArgs

PATHS: Final = {
    "code-owners": ".github/CODEOWNERS",
    "security-policy": "SECURITY.md",
    "dependabot": ".github/dependabot.yml",
}
"""Path by role."""

COOLDOWN_DAYS: Final = 7
"""A release that was taken over is mostly found out within days."""


def contents(args: FilesArgs) -> Mapping[str, str]:
    """Return the files to commit: content by role."""
    made = {
        "security-policy": _security_policy(args.get("security_contact")),
        "dependabot": _dependabot(args.get("dependency_ecosystems", ("github-actions",))),
    }
    if "code_owners" in args:
        made = {"code-owners": _code_owners(args["code_owners"]), **made}
    return made


def _code_owners(owners: Mapping[str, Sequence[str]]) -> str:
    lines = [f"{pattern} {' '.join(names)}" for pattern, names in owners.items()]
    return "\n".join(["# Who must review a change; the last line that matches counts.", *lines, ""])


def _security_policy(contact: str | None) -> str:
    where = (
        f"Write to <{contact}>."
        if contact
        else "Use GitHub's form: the tab Security, then Report a vulnerability."
    )
    return (
        "# Security policy\n"
        "\n"
        f"Report a vulnerability privately, never in a public issue. {where}\n"
        "\n"
        "Say what is affected, how to reproduce it, and what it lets an attacker do.\n"
    )


def _dependabot(ecosystems: Sequence[str]) -> str:
    updates = [
        f"  - package-ecosystem: {ecosystem}\n"
        "    directory: /\n"
        "    schedule:\n"
        "      interval: weekly\n"
        "    cooldown:\n"
        f"      default-days: {COOLDOWN_DAYS}\n"
        for ecosystem in ecosystems
    ]
    return "version: 2\nupdates:\n" + "".join(updates)
