from __future__ import annotations

from policy_pack.repositories import ORGANIZATION_RULESETS, RULESETS
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Resource,
    Severity,
    every,
    finding,
    owasp,
    prowler,
    rule,
    scorecard,
)

_ACTORS = {
    "DeployKey": "deploy keys",
    "EnterpriseOwner": "owners of the enterprise",
    "Integration": "an app",
    "OrganizationAdmin": "owners of the organization",
    "RepositoryRole": "a role",
    "Team": "a team",
    "User": "a person",
}
_ADMINISTRATORS = {"actorType": "RepositoryRole", "actorId": 5, "bypassMode": "always"}


@rule(
    title="Nobody bypasses a ruleset",
    types=(*RULESETS, *ORGANIZATION_RULESETS),
    severity=Severity.HIGH,
    fix="Leave bypass_actors out, or use secure_components.ProtectedRepository.",
    controls=(
        prowler("repository_default_branch_protection_applies_to_admins"),
        scorecard("Branch-Protection"),
        owasp("A01:2021"),
    ),
    passes=[
        {},
        {"bypassActors": [], "rules": {"deletion": True}},
        {"bypassActors": [_ADMINISTRATORS], "rules": {"creation": True, "deletion": False}},
    ],
    fails=[
        {"bypassActors": [_ADMINISTRATORS]},
        {"bypassActors": [_ADMINISTRATORS], "rules": {"creation": True, "deletion": True}},
        {"bypassActors": [{"actorType": "DeployKey", "bypassMode": "pull_request"}]},
        {"bypassActors": [{"actorType": UNKNOWN}, {"actorType": "Team", "actorId": 1}]},
    ],
    undecided=[{"bypassActors": UNKNOWN}, {"bypassActors": [{"actorType": UNKNOWN}]}],
    omission="A ruleset that names nobody is bypassed by nobody, owners included.",
)
def check(ruleset: Resource) -> Findings:
    """Hold everybody to the rules: administrators are whom attackers want to be.

    A bypass for pull requests alone still merges without approval. One for a bot that releases, or
    for an emergency, is exempted by its name, with that as the reason. A ruleset whose only rule is
    `creation` lists with its actors who may make such refs, and that is no bypass. A bypass that is
    added by hand is not seen: the provider does not report it.

    Source: GitHub Docs, "Creating rulesets for a repository"; terraform-provider-github#2784.
    """
    if _only_lists(ruleset):
        return
    yield from every(ruleset.blocks("bypassActors"), _judge)


def _judge(actor: Block) -> Findings:
    name = _ACTORS.get(str(actor.get("actorType")), "others")
    yield finding("The ruleset is bypassed by {name}.", name=name)


def _only_lists(ruleset: Resource) -> bool:
    rules = next(iter(ruleset.blocks("rules")), None)
    if rules is None or rules.get("creation") is not True:
        return False
    return not any(rules.get(one) for one in rules.names() if one != "creation")
