from __future__ import annotations

from policy_pack.repositories import COLLABORATORS
from policy_pack.rule import UNKNOWN, Block, Findings, Resource, Severity, every, owasp, rule


@rule(
    title="Repositories are administered by teams, not by single people",
    types=COLLABORATORS,
    severity=Severity.HIGH,
    fix="Give permission='push' or less to users, and administration to a team.",
    controls=(owasp("A01:2021"),),
    passes=[
        {"permission": "push", "users": [{"permission": "maintain"}]},
        {"users": [{"username": "octocat"}], "teams": [{"permission": "admin"}]},
        {},
    ],
    fails=[{"permission": "admin", "users": [{"permission": "admin"}]}],
    undecided=[{"permission": UNKNOWN, "users": [{"permission": UNKNOWN}]}],
    omission="The provider's default is that a collaborator may push.",
)
def check(collaborators: Resource) -> Findings:
    """Let nobody from outside switch the protection off, or give the repository away.

    An administrator edits rulesets, secrets and access. A collaborator is named to one repository,
    and is forgotten there when they leave.

    Source: provider documentation, `permission`; GitHub Docs, "Repository roles for an
    organization".
    """
    yield from every([collaborators, *collaborators.blocks("users")], _judge)


def _judge(collaborator: Block) -> Findings:
    if collaborator.get("permission") == "admin":
        yield "A single person administers the repository."
