from __future__ import annotations

from collections.abc import Iterator

from policy_pack.repositories import PROTECTIONS, PROTECTIONS_V3
from policy_pack.rule import UNKNOWN, Resource, Severity, finding, owasp, prowler, rule, scorecard

_REVIEWS = "requiredPullRequestReviews"
_BYPASSES = (
    ("pullRequestBypassers",),
    *(("bypassPullRequestAllowances", who) for who in ("apps", "teams", "users")),
)


@rule(
    title="Classic branch protections bind everybody, administrators too",
    types=(*PROTECTIONS, *PROTECTIONS_V3),
    severity=Severity.HIGH,
    fix=(
        "Set enforce_admins=True and leave all bypasses out, or use "
        "secure_components.ProtectedRepository."
    ),
    controls=(
        prowler("repository_default_branch_protection_applies_to_admins"),
        scorecard("Branch-Protection"),
        owasp("A01:2021"),
    ),
    passes=[
        {"enforceAdmins": True},
        {"enforceAdmins": True, _REVIEWS: [{"pullRequestBypassers": []}]},
        {"enforceAdmins": True, _REVIEWS: {"bypassPullRequestAllowances": {"users": []}}},
    ],
    fails=[
        {"enforceAdmins": False},
        {"enforceAdmins": True, "forcePushBypassers": ["/octocat"]},
        {"enforceAdmins": True, _REVIEWS: [{"pullRequestBypassers": ["/octocat"]}]},
        {"enforceAdmins": True, _REVIEWS: {"bypassPullRequestAllowances": {"apps": ["bot"]}}},
        {},
    ],
    undecided=[
        {"enforceAdmins": UNKNOWN},
        {"enforceAdmins": True, _REVIEWS: {"bypassPullRequestAllowances": UNKNOWN}},
    ],
)
def check(protection: Resource) -> Iterator[str]:
    """Hold administrators to what they ask of others: they are whom attackers want to be.

    Source: provider documentation, `enforce_admins`, which is off by default.
    """
    if protection.get("enforceAdmins") is not True:
        yield finding("The protection does not bind {name}.", name="administrators")
    if protection.has("forcePushBypassers"):
        yield finding("Some bypass the protection for {name}.", name="force pushes")
    for reviews in protection.blocks(_REVIEWS):
        if any(reviews.has(*one) for one in _BYPASSES):
            yield finding("Some bypass the protection for {name}.", name="pull requests")
