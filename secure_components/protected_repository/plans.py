"""What GitHub offers by plan and visibility: the one table that decides."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

PLANS: Final = ("free", "team", "enterprise")
"""From the smallest to the largest; each offers all of those before it."""
ADD_ONS: Final = ("secret_protection", "code_security")
VISIBILITIES: Final = ("private", "internal", "public")

_ADD_ON_NAMES: Final = {
    "secret_protection": "GitHub Secret Protection",
    "code_security": "GitHub Code Security",
}


@dataclass(frozen=True)
class Owner:
    """What a repository is, and what its owner pays for.

    Attributes:
        plan: One of `PLANS`.
        add_ons: Some of `ADD_ONS`.
        visibility: One of `VISIBILITIES`.
    """

    plan: str
    add_ons: Collection[str]
    visibility: str


@dataclass(frozen=True)
class Feature:
    """Where GitHub offers something.

    Attributes:
        name: What it is called in messages and in the guide.
        public: The smallest plan that offers it on public repositories; None: no plan.
        private: The same on private and internal repositories.
        source: Where that is written.
        add_on: What must be paid for beside, except on public repositories.
        by_hand: How to switch it on where the provider cannot.
    """

    name: str
    public: str | None
    private: str | None
    source: str
    add_on: str | None = None
    by_hand: str = ""

    def lacking(self, owner: Owner) -> str:
        """Return what is missing and the way out, as a sentence's end; empty if it is offered."""
        public = owner.visibility == "public"
        least, other = (self.public, self.private) if public else (self.private, self.public)
        ways = []
        if least and _reaches(owner.plan, least):
            if public or self.add_on is None or self.add_on in owner.add_ons:
                return ""
            ways.append(f"add_ons with '{self.add_on}', once {_ADD_ON_NAMES[self.add_on]} is paid")
        elif least:
            ways.append(f"the plan {least}")
        if other and not (least and _reaches(other, least)):
            plan = "" if _reaches(owner.plan, other) else f" with the plan {other}"
            readers = "" if public else ", if everybody may read it"
            ways.append(f"visibility {'private' if public else 'public'}{plan}{readers}")
        return (
            f"is not offered on {owner.visibility} repositories of the plan {owner.plan}; "
            f"the way out is {' or '.join(ways)}"
        )


def _reaches(plan: str, least: str) -> bool:
    return PLANS.index(plan) >= PLANS.index(least)


# The sources are pages of GitHub Docs, in whose text plans come from data/reusables/gated-features.
RULESETS: Final = Feature("Rulesets and protected branches", "free", "team", "About rulesets")
PUSH_RULESETS: Final = Feature("Push rulesets", None, "team", "About rulesets")
CODE_OWNERS: Final = Feature("Code owners", "free", "team", "About code owners")
MERGE_QUEUE: Final = Feature("Merge queue", "free", "enterprise", "Managing a merge queue")
ENVIRONMENTS: Final = Feature(
    "Environments that limit branches", "free", "team", "Deployments and environments"
)
REVIEWERS: Final = Feature(
    "Reviewers, wait timers, and no bypass by administrators, of environments",
    "free",
    "enterprise",
    "Deployments and environments",
)
SECRET_SCANNING: Final = Feature(
    "Secret scanning and push protection",
    "free",
    "team",
    "About push protection",
    add_on="secret_protection",
)
CODE_SCANNING: Final = Feature(
    "Code scanning",
    "free",
    "team",
    "About code scanning",
    add_on="code_security",
)
DEPENDENCY_REVIEW: Final = Feature(
    "Dependency review",
    "free",
    "team",
    "About dependency review",
    add_on="code_security",
)
DEPENDABOT: Final = Feature(
    "Dependabot alerts and security updates", "free", "free", "About Dependabot alerts"
)
ACTIONS: Final = Feature(
    "Allowed actions and full commits",
    "free",
    "free",
    "Managing GitHub Actions settings for a repository",
)
INTERNAL: Final = Feature("Internal visibility", None, "enterprise", "About repositories")
REPORTING: Final = Feature(
    "Private vulnerability reporting",
    "free",
    None,
    "Configuring private vulnerability reporting",
    by_hand="gh api --method PUT repos/OWNER/NAME/private-vulnerability-reporting",
)
ORGANIZATION_RULESETS: Final = Feature(
    "Rulesets of an organization", "team", "team", "About rulesets"
)
REQUIRED_WORKFLOWS: Final = Feature(
    "Required workflows", "enterprise", "enterprise", "Available rules for rulesets"
)
ORGANIZATION_PUSH_RULESETS: Final = Feature(
    "Push rulesets of an organization", None, "enterprise", "About rulesets"
)
PRIVATE_ALONE: Final = Feature(
    "Members who may create private repositories but no public ones",
    "enterprise",
    "enterprise",
    "Restricting repository creation in your organization",
)

FEATURES: Final = (
    RULESETS,
    CODE_OWNERS,
    MERGE_QUEUE,
    PUSH_RULESETS,
    ENVIRONMENTS,
    REVIEWERS,
    SECRET_SCANNING,
    CODE_SCANNING,
    DEPENDENCY_REVIEW,
    DEPENDABOT,
    ACTIONS,
    INTERNAL,
    REPORTING,
    ORGANIZATION_RULESETS,
    REQUIRED_WORKFLOWS,
    ORGANIZATION_PUSH_RULESETS,
    PRIVATE_ALONE,
)


def table() -> Iterator[str]:
    """Yield the table as the guide shows it, line by line."""
    yield "| what | public from | private and internal from | source, in GitHub Docs |"
    yield "|---|---|---|---|"
    for one in FEATURES:
        add_on = f", with {_ADD_ON_NAMES[one.add_on]}" if one.add_on else ""
        private = f"{one.private}{add_on}" if one.private else "no plan"
        yield f"| {one.name} | {one.public or 'no plan'} | {private} | {one.source} |"
